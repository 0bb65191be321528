/* SPDX-License-Identifier: Apache-2.0 */
/* A long partition in two sides, each with a seed, on each of which machines join. */
#include "sim/fault_list.h"
#include "sim/pool.h"
#include "sim/stream.h"

#define SPLIT_MIN    (60 * FELT_USEC_SEC)
#define SPLIT_MAX    (900 * FELT_USEC_SEC)
#define INCIDENT_MAX (120 * FELT_USEC_SEC)
#define DOWN         (2 * FELT_USEC_SEC)
#define REBUILT      3 /* machines that begin anew, where the cluster can do without their disks */

static void mend(struct sim *sim, void *context, uint64_t a_to_b, uint64_t b_to_a)
{
    (void)context;
    sim_network_mend(sim->network, (uint32_t)a_to_b);
    sim_network_mend(sim->network, (uint32_t)b_to_a);
}

static void draw_sides(const struct sim *sim, struct felt_prng *prng, uint8_t *a, uint8_t *b)
{
    for (uint32_t i = 0; i < sim->config.hosts_max + sim->config.hosts_extra; i++) {
        a[i] = i < SIM_SEED_HOSTS ? i % 2 == 0 : sim_one_in(prng, 2);
        b[i] = !a[i];
    }
}

static void start(struct sim *sim, void *context, uint64_t host, uint64_t unused)
{
    (void)context;
    (void)unused;
    if (sim->hosts[host].life == 0)
        sim_host_start(sim, (uint32_t)host);
}

static void rebuild(struct sim *sim, uint32_t host)
{
    struct sim_host *h = &sim->hosts[host];

    if (!sim_host_runs(sim, host) || h->clone || !sim_fault_disk_is_spare(sim, host))
        return;
    sim_fault_restart(sim, host, SIM_OFF, DOWN);
    sim_disk_wipe(&h->disk);
}

static void split(struct sim *sim, struct felt_prng *prng)
{
    uint32_t len = sim->config.hosts_max + sim->config.hosts_extra;
    _cleanup_(felt_freep) uint8_t *a = sim_alloc(len);
    _cleanup_(felt_freep) uint8_t *b = sim_alloc(len);
    felt_usec time = sim_scale(prng, SPLIT_MIN, SPLIT_MAX);
    uint32_t a_to_b, b_to_a;

    draw_sides(sim, prng, a, b);
    a_to_b = sim_network_cut(sim->network, a, b);
    b_to_a = sim_network_cut(sim->network, b, a);
    sim_later(sim, time, mend, NULL, a_to_b, b_to_a);
    for (uint32_t i = SIM_SEED_HOSTS; i < sim->config.hosts_max; i++)
        if (sim->hosts[i].life == 0)
            sim_later(sim, felt_prng_below(prng, time / 2), start, NULL, i, 0);
    for (unsigned k = 0; k < REBUILT && sim->config.hosts_max > SIM_SEED_HOSTS; k++)
        rebuild(sim, (uint32_t)sim_between(prng, SIM_SEED_HOSTS, sim->config.hosts_max - 1));
}

const struct sim_fault sim_fault_split = {
    .name = "split",
    .what = "two sides for 1 to 15 minutes, and machines join on both",
    .strike = split,
    .pause_max = INCIDENT_MAX,
};
