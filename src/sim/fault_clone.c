/* SPDX-License-Identifier: Apache-2.0 */
/* A machine's disk is copied, and both run: two lives of one identity. */
#include "sim/fault_list.h"
#include "sim/stream.h"

#define INCIDENT_MAX (60 * FELT_USEC_SEC)

static void end(struct sim *sim, void *context, uint64_t host, uint64_t life)
{
    (void)context;
    /* One that has found out is a machine like others. */
    if (sim_host_runs(sim, (uint32_t)host) && sim->hosts[host].life == life &&
        sim->hosts[host].tainted) {
        sim_host_stop(sim, (uint32_t)host, SIM_OFF);
        sim->hosts[host].gone = true;
    }
}

static void clone(struct sim *sim, struct felt_prng *prng)
{
    uint32_t original = sim_fault_draw_running(sim, prng), copy;

    if (original == SIM_HOST_NONE || sim->hosts[original].clone ||
        sim->n_hosts < sim->config.hosts_max ||
        sim->n_hosts == sim->config.hosts_max + sim->config.hosts_extra ||
        !sim_host_is_member_on_disk(sim, original) || !sim_fault_disk_is_spare(sim, original))
        return;
    copy = sim_host_add(sim);
    sim_disk_copy(&sim->hosts[copy].disk, &sim->hosts[original].disk);
    sim->hosts[copy].clone = true;
    sim->hosts[copy].tainted = true;
    sim->hosts[original].twin = true;
    /* Some who copy machines make a new machine-id, some do not. */
    if (felt_prng_below(prng, 2) == 0)
        sim->hosts[copy].machine = sim->hosts[original].machine;
    sim_host_start(sim, copy);
    sim_later(sim, sim_scale(prng, SIM_DOWN_MIN, SIM_DOWN_MAX), end, NULL, copy,
              sim->hosts[copy].life);
}

const struct sim_fault sim_fault_clone = {
    .name = "clone",
    .what = "a copy of a machine's disk runs beside it",
    .strike = clone,
    .pause_max = INCIDENT_MAX,
    .rare = true,
};
