/* SPDX-License-Identifier: Apache-2.0 */
/* A machine joins a few that are cut off while days pass, so that the others, of whom one leaves,
 * are generations ahead (proto/gossip.md 6.4). When they meet again, the few start over, and the
 * newcomer is known to nobody. Whom a member introduces itself to meanwhile goes off, or to another
 * address, before it has answered. */
#include "node/core.h"
#include "sim/fault_list.h"
#include "sim/pool.h"
#include "sim/stream.h"

#define INCIDENT_MAX (120 * FELT_USEC_SEC)
#define FEW          3
#define GENERATIONS  3
#define APART        (20 * FELT_USEC_SEC) /* for each; all that are there hear all in it */
#define DAY          (13 * 3600 * FELT_USEC_SEC + FELT_USEC_SEC) /* a generation is over */
#define MEETING      (3 * FELT_USEC_SEC)
#define WATCH_EVERY  500 /* microseconds: about what an answer takes */

/* To whom; SIM_HOST_NONE: it does not, or nobody is there. */
static uint32_t introduced_to(const struct sim *sim, uint32_t host)
{
    const struct felt_introduction *intro;
    uint32_t address, to = SIM_HOST_NONE;

    if (!sim_host_runs(sim, host))
        return SIM_HOST_NONE;
    intro = &sim->hosts[host].node->introduction;
    address = intro->open ? sim_address(sim, &intro->to) : SIM_ADDRESS_NONE;
    if (address != SIM_ADDRESS_NONE)
        to = sim->at[address];
    return to != SIM_HOST_NONE && sim_host_runs(sim, to) ? to : SIM_HOST_NONE;
}

/* until: the end of it; b: a seed. */
static void watch(struct sim *sim, void *context, uint64_t until, uint64_t b)
{
    struct felt_prng prng = sim_stream(b, "stranger", 0);

    (void)context;
    if (sim->healed)
        return;
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        uint32_t to = introduced_to(sim, i);

        if (to == SIM_HOST_NONE)
            continue;
        sim_fault_restart(sim, to, SIM_OFF, sim_scale(&prng, SIM_DOWN_MIN, SIM_DOWN_MAX));
        if (sim_one_in(&prng, 2))
            sim_host_move(sim, to);
        return;
    }
    if (sim->now < until)
        sim_later(sim, WATCH_EVERY, watch, NULL, until, b);
}

static void day(struct sim *sim, void *context, uint64_t a, uint64_t b)
{
    (void)context;
    (void)a;
    (void)b;
    for (uint32_t i = 0; i < sim->n_hosts && !sim->healed; i++)
        if (sim_host_runs(sim, i))
            sim_host_jump(sim, i, DAY);
}

/* One that never was there, or that is rebuilt, and off; SIM_HOST_NONE. */
static uint32_t draw_newcomer(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = sim_fault_draw_running(sim, prng), unused = sim_fault_unused(sim);

    if (unused != SIM_HOST_NONE)
        return unused;
    if (host == SIM_HOST_NONE || host < SIM_SEED_HOSTS || sim->hosts[host].clone ||
        !sim_fault_disk_is_spare(sim, host))
        return SIM_HOST_NONE;
    sim_host_stop(sim, host, SIM_OFF);
    sim_disk_wipe(&sim->hosts[host].disk);
    return host;
}

static void leave(struct sim *sim, struct felt_prng *prng, const uint8_t *few)
{
    uint32_t host = sim_fault_draw_running(sim, prng);

    if (host != SIM_HOST_NONE && !few[host] && sim_fault_may_leave(sim, host))
        sim_tell(sim, host, (struct felt_input){.kind = FELT_INPUT_LEAVE});
}

/* One of them is a seed, so that the newcomer finds them. */
static void stranger(struct sim *sim, struct felt_prng *prng)
{
    uint32_t len = sim->config.hosts_max + sim->config.hosts_extra;
    _cleanup_(felt_freep) uint8_t *few = sim_zalloc(len, 1), *others = sim_zalloc(len, 1);
    uint32_t newcomer = draw_newcomer(sim, prng);
    felt_usec time = (GENERATIONS + 1) * APART;

    if (newcomer == SIM_HOST_NONE)
        return;
    few[newcomer] = few[felt_prng_below(prng, SIM_SEED_HOSTS)] = 1;
    for (unsigned i = 1; i < FEW; i++)
        few[felt_prng_below(prng, sim->n_hosts)] = 1;
    for (uint32_t i = 0; i < len; i++)
        others[i] = !few[i];
    sim_fault_cut(sim, few, others, time);
    sim_fault_cut(sim, others, few, time);
    sim_host_start(sim, newcomer);
    leave(sim, prng, few);
    for (unsigned i = 1; i <= GENERATIONS; i++)
        sim_later(sim, i * APART, day, NULL, 0, 0);
    watch(sim, NULL, sim->now + time, felt_prng_next(prng));
    sim_later(sim, time, watch, NULL, sim->now + time + MEETING, felt_prng_next(prng));
}

const struct sim_fault sim_fault_stranger = {
    .name = "stranger",
    .what =
        "a machine joins a few who are cut off for days; whom members tell of themselves goes off",
    .strike = stranger,
    .pause_max = INCIDENT_MAX,
};
