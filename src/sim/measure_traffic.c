/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/formed.h"
#include "sim/measure_list.h"
#include "sim/options.h"

#define HEADERS 28 /* of IPv4 and UDP; each datagram has them */
#define SETTLE  (40 * FELT_USEC_SEC)
#define TIME    (60 * FELT_USEC_SEC)

static const uint32_t sizes[] = {32, 256, 1000, 10000};

static void one_seed(const struct sim_options *o, uint64_t seed, uint32_t nodes,
                     struct sim_sample *sent, struct sim_sample *received)
{
    _cleanup_(sim_freep) struct sim *sim = sim_formed_new(
        &(struct sim_formed){.seed = seed, .nodes = nodes, .thin = true, .limits = o->run.limits});
    double out = 0, in = 0, seconds = (double)TIME / (double)FELT_USEC_SEC;

    sim_run(sim, SETTLE);
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        sim->hosts[i].traffic = (struct sim_traffic){0};
    sim_run(sim, TIME);
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        const struct sim_traffic *t = &sim->hosts[i].traffic;

        out += (double)(t->sent_bytes + HEADERS * t->sent);
        in += (double)(t->received_bytes + HEADERS * t->received);
    }
    sim_sample_add(sent, out / seconds / nodes);
    sim_sample_add(received, in / seconds / nodes);
}

static void one_size(const struct sim_options *o, uint32_t nodes)
{
    struct sim_sample sent = {0}, received = {0};

    for (uint32_t i = 0; i < o->n_seeds; i++)
        one_seed(o, o->run.seed + i, nodes, &sent, &received);
    sim_measure_print(o, nodes, "sent", "bytes/s per node", &sent);
    sim_measure_print(o, nodes, "received", "bytes/s per node", &received);
    sim_sample_done(&sent);
    sim_sample_done(&received);
}

static void run(const struct sim_options *o)
{
    for (size_t i = 0; o->run.nodes == 0 && i < FELT_ARRAY_LEN(sizes); i++)
        one_size(o, sizes[i]);
    if (o->run.nodes > 0)
        one_size(o, o->run.nodes);
}

const struct sim_measure sim_measure_traffic = {
    .name = "traffic",
    .what = "bytes a second and node in a quiet cluster, IPv4 and UDP headers included",
    .run = run,
};
