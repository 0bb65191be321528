/* SPDX-License-Identifier: Apache-2.0 */
/* Disks that fail, forget, and lie. */
#include "sim/fault_list.h"
#include "sim/stream.h"

#define INCIDENT_MAX (40 * FELT_USEC_SEC)

static void works(struct sim *sim, void *context, uint64_t host, uint64_t unused)
{
    (void)context;
    (void)unused;
    sim->hosts[host].disk.fails = false;
}

static void fails(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = (uint32_t)felt_prng_below(prng, sim->n_hosts);

    sim->hosts[host].disk.fails = true;
    sim_later(sim, sim_scale(prng, FELT_USEC_MS, SIM_DOWN_MAX), works, NULL, host, 0);
}

/* A running host whose disk the cluster can do without is stopped, for a while. */
static uint32_t stop_spare(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = sim_fault_draw_running(sim, prng);

    if (host == SIM_HOST_NONE || !sim_fault_disk_is_spare(sim, host))
        return SIM_HOST_NONE;
    sim_fault_restart(sim, host, SIM_OFF, sim_scale(prng, SIM_DOWN_MIN, SIM_DOWN_MAX));
    return host;
}

static void lost(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = stop_spare(sim, prng);

    if (host != SIM_HOST_NONE)
        sim_disk_wipe(&sim->hosts[host].disk);
}

static void torn(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = stop_spare(sim, prng);

    if (host != SIM_HOST_NONE && sim->hosts[host].disk.len > 1)
        sim_disk_tear(&sim->hosts[host].disk, felt_prng_below(prng, sim->hosts[host].disk.len));
}

static void roll_back(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = (uint32_t)felt_prng_below(prng, sim->n_hosts);
    struct sim_host *h = &sim->hosts[host];

    if (!h->disk.older && h->disk.bytes) {
        sim_disk_image(&h->disk); /* for the next time */
        return;
    }
    if (!sim_host_runs(sim, host) || !sim_fault_disk_is_spare(sim, host))
        return;
    sim_fault_restart(sim, host, SIM_OFF, sim_scale(prng, SIM_DOWN_MIN, SIM_DOWN_MAX));
    h->tainted = sim_disk_roll_back(&h->disk);
}

const struct sim_fault sim_fault_disk_fails = {
    .name = "disk-fails",
    .what = "a host's writes fail for up to a minute",
    .strike = fails,
    .pause_max = INCIDENT_MAX / 2,
};

const struct sim_fault sim_fault_disk_lost = {
    .name = "disk-lost",
    .what = "a machine comes back with an empty disk",
    .strike = lost,
    .pause_max = INCIDENT_MAX,
};

const struct sim_fault sim_fault_disk_torn = {
    .name = "disk-torn",
    .what = "a machine comes back with half of its state file, which is refused and removed",
    .strike = torn,
    .pause_max = INCIDENT_MAX,
};

const struct sim_fault sim_fault_rollback = {
    .name = "disk-rollback",
    .what = "a machine comes back with the disk of an earlier time",
    .strike = roll_back,
    .pause_max = INCIDENT_MAX / 2,
    .rare = true,
};
