/* SPDX-License-Identifier: Apache-2.0 */
/* Many at once. Without the storm, hosts join one after the other (sim/run.c). */
#include "sim/fault_list.h"
#include "sim/stream.h"

#define INCIDENT_MAX (60 * FELT_USEC_SEC)

static void start_all(struct sim *sim, void *context, uint64_t a, uint64_t b)
{
    (void)context;
    (void)a;
    (void)b;
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim->hosts[i].life == 0)
            sim_host_start(sim, i);
}

static void join_storm(struct sim *sim, struct felt_prng *prng)
{
    sim_later(sim, felt_prng_below(prng, FELT_USEC_SEC), start_all, NULL, 0, 0);
}

/* A third of the hosts at once; at most half of all in one run, and no seed, so that newcomers find
 * somebody. */
static void leave_storm(struct sim *sim, struct felt_prng *prng)
{
    uint32_t gone = 0;

    for (uint32_t i = 0; i < sim->n_hosts; i++)
        gone += sim->hosts[i].left;
    for (uint32_t i = SIM_SEED_HOSTS; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i) && !sim->hosts[i].clone && sim_one_in(prng, 3) &&
            ++gone <= sim->config.hosts_max / 2)
            sim_tell(sim, i, (struct felt_input){.kind = FELT_INPUT_LEAVE});
}

const struct sim_fault sim_fault_join_storm = {
    .name = "join-storm",
    .what = "all hosts start at once",
    .strike = join_storm,
    .weather = true,
};

const struct sim_fault sim_fault_leave_storm = {
    .name = "leave-storm",
    .what = "a third of the hosts leave at once",
    .strike = leave_storm,
    .pause_max = INCIDENT_MAX,
};
