/* SPDX-License-Identifier: Apache-2.0 */
/* Machines that do not get to run, and clocks that find that time has passed. */
#include "sim/fault_list.h"
#include "sim/stream.h"

#define SLOW_TIMES   40
#define SLOW_MAX     (4 * FELT_USEC_SEC)
#define PAUSE_MIN    (5 * FELT_USEC_SEC)
#define PAUSED_MAX   (90 * FELT_USEC_SEC)
#define JUMP_MIN     (100 * FELT_USEC_MS)
#define JUMP_MAX     (600 * FELT_USEC_SEC)
#define DAY_MIN      (12 * 3600 * FELT_USEC_SEC) /* a generation (proto/gossip.md 6) */
#define INCIDENT_MAX (30 * FELT_USEC_SEC)

/* Blocked for a time, then running for a time, and so on: a is the host, b what is left of it, and
 * the longest block in ms. */
static void slow_again(struct sim *sim, void *context, uint64_t host, uint64_t rest)
{
    struct felt_prng prng = sim_stream(sim->config.seed, "slow", sim->now << 8 ^ host);
    felt_usec longest = (rest >> 8) * FELT_USEC_MS;
    felt_usec blocked = sim_scale(&prng, FELT_USEC_MS, longest);
    felt_usec runs = sim_scale(&prng, FELT_USEC_MS, longest);

    (void)context;
    if (sim_host_runs(sim, (uint32_t)host) && sim_one_in(&prng, 2))
        sim_host_block(sim, (uint32_t)host, blocked);
    else if (sim_host_runs(sim, (uint32_t)host))
        sim_host_stick(sim, (uint32_t)host, blocked);
    if ((rest & 0xff) > 0)
        sim_later(sim, blocked + runs, slow_again, NULL, host, rest - 1);
}

static void slow(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = sim_fault_draw_running(sim, prng);
    uint64_t longest = sim_scale(prng, 16, SLOW_MAX / FELT_USEC_MS);

    if (host != SIM_HOST_NONE)
        slow_again(sim, NULL, host, longest << 8 | felt_prng_below(prng, SLOW_TIMES));
}

static void pause_one(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = sim_fault_draw_running(sim, prng);

    if (host != SIM_HOST_NONE)
        sim_host_block(sim, host, sim_scale(prng, PAUSE_MIN, PAUSED_MAX));
}

static void jump(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = sim_fault_draw_running(sim, prng);

    if (host != SIM_HOST_NONE)
        sim_host_jump(sim, host, sim_scale(prng, JUMP_MIN, JUMP_MAX));
}

/* Half a day passes at once for everybody who is there; who is off sleeps through it. */
static void days(struct sim *sim, struct felt_prng *prng)
{
    felt_usec by = DAY_MIN + felt_prng_below(prng, DAY_MIN);

    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i))
            sim_host_jump(sim, i, by);
}

const struct sim_fault sim_fault_slow = {
    .name = "slow",
    .what = "input and timers of a host are blocked for up to 4 s, many times",
    .strike = slow,
    .pause_max = INCIDENT_MAX,
};

const struct sim_fault sim_fault_pause = {
    .name = "pause",
    .what = "a host is stopped for 5 to 90 s and goes on (SIGSTOP, SIGCONT)",
    .strike = pause_one,
    .pause_max = 2 * INCIDENT_MAX,
};

const struct sim_fault sim_fault_clock = {
    .name = "clock",
    .what = "a host's monotonic clock jumps forward by up to ten minutes",
    .strike = jump,
    .pause_max = INCIDENT_MAX,
};

const struct sim_fault sim_fault_days = {
    .name = "days",
    .what = "half a day or a whole one passes for all who run, at once",
    .strike = days,
    .pause_max = INCIDENT_MAX,
};
