/* SPDX-License-Identifier: Apache-2.0 */
/* All machines are suspended and resumed together, as those of one laptop or one hypervisor are: to
 * each of them all the others seem to have been silent for as long. Nobody may lose anything by it,
 * however short the lease time is (proto/lease.md 6.5). */
#include "sim/fault_list.h"
#include "sim/stream.h"

#define SLEEP_MIN    (5 * FELT_USEC_SEC)
#define SLEEP_MAX    (200 * FELT_USEC_SEC) /* longer than any short lease time */
#define LONGER_MAX   (30 * FELT_USEC_SEC)  /* than the lease time */
#define INCIDENT_MAX (90 * FELT_USEC_SEC)

/* A lease time has passed: they sleep on, unless all was repaired meanwhile. */
static void count(struct sim *sim, void *context, uint64_t until, uint64_t unused)
{
    (void)context;
    (void)unused;
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i) && sim->hosts[i].blocked_until == until) {
            sim->long_sleeps++;
            return;
        }
}

/* Where the lease time is short, one sleep in two is a little longer. */
static felt_usec draw_time(const struct sim *sim, struct felt_prng *prng)
{
    felt_usec lease_time = sim->config.lease_time_us;

    if (lease_time > 0 && lease_time < SLEEP_MAX && sim_one_in(prng, 2))
        return lease_time + sim_between(prng, 1, LONGER_MAX);
    return sim_scale(prng, SLEEP_MIN, SLEEP_MAX);
}

/* Most of them; some have crashed and come back meanwhile. */
static bool are_asleep(const struct sim *sim)
{
    uint32_t asleep = 0, running = 0;

    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        running += sim_host_runs(sim, i);
        asleep += sim_host_runs(sim, i) && sim->hosts[i].blocked_until > sim->now;
    }
    return 2 * asleep > running;
}

static void suspend(struct sim *sim, struct felt_prng *prng)
{
    felt_usec time = draw_time(sim, prng);

    if (are_asleep(sim))
        return;
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i))
            sim_host_block(sim, i, time);
    if (sim->config.lease_time_us > 0 && time > sim->config.lease_time_us)
        sim_later(sim, sim->config.lease_time_us, count, NULL, sim->now + time, 0);
}

const struct sim_fault sim_fault_suspend = {
    .name = "suspend",
    .what = "all who run are suspended for 5 to 200 s and go on together",
    .strike = suspend,
    .pause_max = INCIDENT_MAX,
};
