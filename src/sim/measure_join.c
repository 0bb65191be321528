/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "sim/formed.h"
#include "sim/measure_list.h"
#include "sim/options.h"
#include "sim/witness.h"

#define SETTLE   (20 * FELT_USEC_SEC)
#define LIMIT    (60 * FELT_USEC_SEC)
#define LARGE    1000 /* nodes: from here on one formed cluster serves several joins */
#define JOINS    10
#define BACK_OFF (15 * FELT_USEC_SEC) /* between two of them, until all is quiet */

static const uint32_t sizes[] = {32, 1000, 10000};

struct figures {
    struct sim_sample joined; /* the newcomer is a member */
    struct sim_sample all;    /* everybody knows it */
};

static void join(struct sim *sim, struct sim_witness *witness, struct figures *figures)
{
    uint32_t host = sim_host_add(sim);
    felt_usec begun = sim->now;
    struct felt_id id;

    sim_host_start(sim, host);
    id = sim_formed_id(sim, host);
    sim_witness_expect(witness, sim, FELT_EVENT_MEMBER_ALIVE, &id);
    if (!sim_witness_wait(witness, sim, sim->n_hosts - 1, LIMIT))
        fprintf(stderr, "felt-sim: only %u of %u met a newcomer within %u s\n", witness->n,
                sim->n_hosts - 1, (unsigned)(LIMIT / FELT_USEC_SEC));
    sim_sample_add(&figures->joined, sim_measure_seconds(begun, witness->first_us));
    sim_sample_add(&figures->all, sim_measure_seconds(begun, witness->last_us));
}

static void one_size(const struct sim_options *o, uint32_t nodes)
{
    uint32_t joins = nodes >= LARGE ? JOINS : 1;
    struct figures figures = {0};

    for (uint32_t i = 0; i < o->n_seeds; i += joins) {
        _cleanup_(sim_freep) struct sim *sim =
            sim_formed_new(&(struct sim_formed){.seed = o->run.seed + i,
                                                .nodes = nodes,
                                                .extra = joins,
                                                .thin = true,
                                                .limits = o->run.limits});
        struct sim_witness witness;

        sim_witness_begin(&witness, sim);
        sim_run(sim, SETTLE);
        for (uint32_t k = i; k < i + joins && k < o->n_seeds; k++) {
            join(sim, &witness, &figures);
            sim_run(sim, BACK_OFF);
        }
        sim_witness_done(&witness);
    }
    sim_measure_print(o, nodes, "known_to_first", "s", &figures.joined);
    sim_measure_print(o, nodes, "known_to_all", "s", &figures.all);
    sim_sample_done(&figures.joined);
    sim_sample_done(&figures.all);
}

static void run(const struct sim_options *o)
{
    for (size_t i = 0; o->run.nodes == 0 && i < FELT_ARRAY_LEN(sizes); i++)
        one_size(o, sizes[i]);
    if (o->run.nodes > 0)
        one_size(o, o->run.nodes);
}

const struct sim_measure sim_measure_join = {
    .name = "join",
    .what = "seconds from the start of a new node until everybody knows it",
    .run = run,
};
