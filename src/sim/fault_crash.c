/* SPDX-License-Identifier: Apache-2.0 */
/* Processes and machines that end, and begin again from their disk. */
#include "sim/fault_list.h"
#include "sim/stream.h"

#define INCIDENT_MAX (20 * FELT_USEC_SEC)

static void stop_one(struct sim *sim, struct felt_prng *prng, enum sim_power power)
{
    uint32_t host = sim_fault_draw_running(sim, prng);

    if (host != SIM_HOST_NONE)
        sim_fault_restart(sim, host, power, sim_scale(prng, SIM_DOWN_MIN, SIM_DOWN_MAX));
}

static void crash(struct sim *sim, struct felt_prng *prng)
{
    stop_one(sim, prng, SIM_KILLED);
}

static void power(struct sim *sim, struct felt_prng *prng)
{
    stop_one(sim, prng, SIM_OFF);
}

static void persist(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = sim_fault_draw_running(sim, prng);

    if (host == SIM_HOST_NONE)
        return;
    sim->hosts[host].crash = sim_one_in(prng, 2) ? SIM_CRASH_BEFORE_SAVE : SIM_CRASH_AFTER_SAVE;
    sim->hosts[host].restart_after = sim_scale(prng, SIM_DOWN_MIN, SIM_DOWN_MAX / 4);
}

static void address(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = sim_fault_draw_running(sim, prng);

    if (host == SIM_HOST_NONE)
        return;
    sim_fault_restart(sim, host, SIM_OFF, sim_scale(prng, SIM_DOWN_MIN, SIM_DOWN_MAX));
    sim_host_move(sim, host);
}

const struct sim_fault sim_fault_crash = {
    .name = "crash",
    .what = "a process is killed and started again from its disk",
    .strike = crash,
    .pause_max = INCIDENT_MAX,
};

const struct sim_fault sim_fault_power = {
    .name = "power",
    .what = "a machine goes off and comes back",
    .strike = power,
    .pause_max = INCIDENT_MAX,
};

const struct sim_fault sim_fault_persist = {
    .name = "persist",
    .what = "a process is killed while it saves: before the rename or right after it",
    .strike = persist,
    .pause_max = INCIDENT_MAX / 2,
};

const struct sim_fault sim_fault_address = {
    .name = "address",
    .what = "a machine comes back with another address",
    .strike = address,
    .pause_max = 2 * INCIDENT_MAX,
};
