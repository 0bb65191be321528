/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "node/core.h"
#include "node/letter.h"
#include "sim/formed.h"
#include "sim/measure_list.h"
#include "sim/options.h"

#define NODES      10000
#define SETTLE     (20 * FELT_USEC_SEC)
#define LATENCY    (10 * FELT_USEC_MS) /* one way */
#define LIMIT      (120 * FELT_USEC_SEC)
#define LOOK_EVERY (5 * FELT_USEC_MS)
#define MEGABYTE   1e6

struct burst {
    uint32_t joiner;
    size_t largest; /* datagrams that another node sent in one step */
    felt_usec joined_us;
};

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    struct burst *burst = context;

    (void)input;
    if (host != burst->joiner)
        burst->largest = FELT_MAX(burst->largest, effects->n_datagrams);
    for (size_t i = 0; host == burst->joiner && i < effects->n_events; i++)
        if (effects->events[i].kind == FELT_EVENT_JOINED)
            burst->joined_us = sim->now;
}

static bool is_whole(const struct sim *sim, uint32_t joiner)
{
    struct felt_digest a = felt_node_digest(sim->hosts[joiner].node);
    struct felt_digest b = felt_node_digest(sim->hosts[0].node);

    return a.members == b.members && a.slots == b.slots;
}

static void one_seed(const struct sim_options *o, uint64_t seed, uint32_t nodes,
                     struct sim_sample figures[4])
{
    _cleanup_(sim_freep) struct sim *sim = sim_formed_new(&(struct sim_formed){
        .seed = seed, .nodes = nodes, .extra = 1, .thin = true, .limits = o->run.limits});
    struct burst burst = {.joiner = SIM_HOST_NONE};
    double seconds, megabytes;

    sim_run(sim, SETTLE);
    *sim_network_weather(sim->network) = (struct sim_weather){.latency_us = LATENCY};
    burst.joiner = sim_host_add(sim);
    sim_watch(sim, (struct sim_watcher){.context = &burst, .stepped = stepped});
    sim_host_start(sim, burst.joiner);
    for (felt_usec end = sim->now + LIMIT; sim->now < end && !is_whole(sim, burst.joiner);)
        sim_run(sim, LOOK_EVERY);
    if (!is_whole(sim, burst.joiner))
        fprintf(stderr, "felt-sim: a joiner's table is not whole after %u s\n",
                (unsigned)(LIMIT / FELT_USEC_SEC));
    seconds = sim_measure_seconds(burst.joined_us, sim->now);
    megabytes = (double)sim->hosts[burst.joiner].traffic.received_bytes / MEGABYTE;
    sim_sample_add(&figures[0], seconds);
    sim_sample_add(&figures[1], megabytes);
    sim_sample_add(&figures[2], seconds * 1e6 / (2 * LATENCY) / megabytes);
    sim_sample_add(&figures[3], (double)burst.largest);
}

static void run(const struct sim_options *o)
{
    static const char *const names[4] = {"whole_table", "received", "per_megabyte", "burst"};
    static const char *const units[4] = {"s", "MB", "round trips", "datagrams in one step"};
    uint32_t nodes = o->run.nodes ? o->run.nodes : NODES;
    struct sim_sample figures[4] = {{0}};

    for (uint32_t i = 0; i < o->n_seeds; i++)
        one_seed(o, o->run.seed + i, nodes, figures);
    for (size_t i = 0; i < 4; i++) {
        sim_measure_print(o, nodes, names[i], units[i], &figures[i]);
        sim_sample_done(&figures[i]);
    }
}

const struct sim_measure sim_measure_sync = {
    .name = "sync",
    .what = "a joiner's table: time, bytes, round trips for each megabyte, and bursts at others; "
            "10 ms one way",
    .run = run,
};
