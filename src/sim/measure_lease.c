/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "node/core.h"
#include "sim/measure_list.h"
#include "sim/options.h"
#include "sim/storm.h"

#define QUIET      (1 * FELT_USEC_SEC)
#define REST       (90 * FELT_USEC_SEC) /* between two joins: stake is spread by then, L-3.7.1 */
#define LIMIT      (30 * FELT_USEC_SEC)
#define LOOK_EVERY (500) /* microseconds */
/* One way, for the second of each two joins: so long that disks do not count, so short that nobody
 * asks twice. */
#define LATENCY   (100 * FELT_USEC_MS)
#define SMALL     "{\"Network\":\"10.5.0.0/16\"}" /* of /24s, flannel's usual */
#define SMALL_MAX 255                             /* subnets of that network */
#define LARGE     "{\"Network\":\"10.0.0.0/8\",\"SubnetLen\":20}"

static const uint32_t sizes[] = {3, 32, 100};

/* From the start of the host until it uses a lease. */
static felt_usec join(struct sim *sim, uint32_t host)
{
    felt_usec begun = sim->now;

    sim_host_start(sim, host);
    while (!sim->hosts[host].node->lease_used && sim->now - begun < LIMIT)
        sim_run(sim, LOOK_EVERY);
    if (!sim->hosts[host].node->lease_used)
        fprintf(stderr, "felt-sim: a joiner has no lease after %u s\n",
                (unsigned)(LIMIT / FELT_USEC_SEC));
    return sim->now - begun;
}

/* A cluster grows one by one; every other join has a long way. */
static void one_by_one(const struct sim_options *o, uint64_t seed, uint32_t nodes,
                       struct sim_sample figures[2])
{
    _cleanup_(sim_freep) struct sim *sim =
        sim_new(&(struct sim_config){.seed = seed,
                                     .hosts_max = nodes,
                                     .net_config = nodes > SMALL_MAX ? LARGE : SMALL,
                                     .limits = o->run.limits,
                                     .devices = true,
                                     .disk_us = SIM_DISK_LATENCY});
    struct sim_weather *weather = sim_network_weather(sim->network), lan = *weather;

    for (uint32_t i = 0; i < nodes; i++)
        sim_host_add(sim);
    sim_host_start(sim, 0);
    sim_run(sim, QUIET);
    for (uint32_t i = 1; i < nodes; i++) {
        bool far = i % 2 == 0;
        felt_usec time;

        *weather = far ? (struct sim_weather){.latency_us = LATENCY} : lan;
        time = join(sim, i);
        sim_sample_add(&figures[far],
                       far ? (double)(time / (2 * LATENCY)) : sim_measure_seconds(0, time));
        sim_run(sim, REST);
    }
}

static void one_size(const struct sim_options *o, uint32_t nodes)
{
    struct sim_sample figures[2] = {{0}}, storm = {0};

    for (uint32_t i = 0; i < o->n_seeds; i++) {
        struct sim_storm_result result;

        one_by_one(o, o->run.seed + i, nodes, figures);
        if (nodes > SMALL_MAX)
            continue;
        sim_storm_run(
            &(struct sim_storm){
                .seed = o->run.seed + i, .nodes = nodes, .net_config = SMALL, .limit_us = LIMIT},
            &result);
        if (result.n_leased < nodes || !result.distinct)
            fprintf(stderr, "felt-sim: %u of %u have a lease after %u s\n", result.n_leased, nodes,
                    (unsigned)(LIMIT / FELT_USEC_SEC));
        sim_sample_add(&storm, sim_measure_seconds(0, result.last_us));
    }
    sim_measure_print(o, nodes, "to_lease", "s", &figures[0]);
    sim_measure_print(o, nodes, "round_trips", "round trips", &figures[1]);
    sim_measure_print(o, nodes, "storm_to_last_lease", "s", &storm);
    sim_sample_done(&figures[0]);
    sim_sample_done(&figures[1]);
    sim_sample_done(&storm);
}

static void run(const struct sim_options *o)
{
    for (size_t i = 0; o->run.nodes == 0 && i < FELT_ARRAY_LEN(sizes); i++)
        one_size(o, sizes[i]);
    if (o->run.nodes > 0)
        one_size(o, o->run.nodes);
}

const struct sim_measure sim_measure_lease = {
    .name = "lease",
    .what = "seconds and round trips from the start of a new node to its lease, and of as many at "
            "once",
    .run = run,
};
