/* SPDX-License-Identifier: Apache-2.0 */
/* A giver dies in the middle of a gift. */
#include "sim/fault_list.h"
#include "sim/storm.h"
#include "sim/stream.h"

#define INCIDENT_MAX (20 * FELT_USEC_SEC)
#define WATCH_TIME   (5 * FELT_USEC_SEC) /* for somebody who gives */
#define WATCH_EVERY  (1 * FELT_USEC_MS)
#define JOINERS      3 /* so that there is something to give */

/* a: looks that are left; b: a seed. */
static void watch(struct sim *sim, void *context, uint64_t a, uint64_t b)
{
    (void)context;
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        struct felt_prng prng;

        if (!sim_storm_is_giving(sim, i) || sim->hosts[i].crash != SIM_CRASH_NOT)
            continue;
        prng = sim_stream(b, "donor", a);
        sim_storm_kill(sim, &prng, i);
        return;
    }
    if (a > 0)
        sim_later(sim, WATCH_EVERY, watch, NULL, a - 1, b);
}

static void donor(struct sim *sim, struct felt_prng *prng)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < sim->n_hosts && n < JOINERS; i++)
        if (sim->hosts[i].life == 0 && !sim->hosts[i].clone) {
            sim_host_start(sim, i);
            n++;
        }
    watch(sim, NULL, WATCH_TIME / WATCH_EVERY, felt_prng_next(prng));
}

const struct sim_fault sim_fault_donor = {
    .name = "donor",
    .what = "a process is killed while it gives slots to a joiner",
    .strike = donor,
    .pause_max = INCIDENT_MAX,
};
