/* SPDX-License-Identifier: Apache-2.0 */
/* A host is cut off, with a newcomer to whom it gives, while the others begin several eras. When it
 * is back it knows of none of them, and proposes what was decided long since; what it gave stays
 * given (proto/lease.md 2.4). */
#include "node/core.h"
#include "sim/fault_list.h"
#include "sim/mistake.h"
#include "sim/pool.h"
#include "sim/stream.h"

#define INCIDENT_MAX (40 * FELT_USEC_SEC)
#define OWNERS       2 /* that are off, and taken for rebuilt machines: an era for each */
#define OFF_TIME     (20 * FELT_USEC_SEC)
#define DEAD_BY      (8 * FELT_USEC_SEC)
#define CUT_MIN      (500 * FELT_USEC_MS)
#define CUT_MAX      (4 * FELT_USEC_SEC) /* hardly anybody is held for dead by then */
#define ERA_TIME     (300 * FELT_USEC_MS)
#define BACK         (20 * FELT_USEC_MS) /* and it proposes */

/* One host, and whoever was never there, from all others. */
static void isolate(struct sim *sim, uint32_t host, felt_usec time)
{
    uint32_t len = sim->config.hosts_max + sim->config.hosts_extra;
    _cleanup_(felt_freep) uint8_t *few = sim_zalloc(len, 1);
    _cleanup_(felt_freep) uint8_t *others = sim_zalloc(len, 1);

    for (uint32_t i = 0; i < len; i++) {
        few[i] = i == host || (i < sim->n_hosts && sim->hosts[i].life == 0);
        others[i] = !few[i];
    }
    sim_fault_cut(sim, few, others, time);
    sim_fault_cut(sim, others, few, time);
}

static void have_one_join(struct sim *sim)
{
    uint32_t host = sim_fault_unused(sim);

    if (host != SIM_HOST_NONE)
        sim_host_start(sim, host);
}

/* The owners are held for dead by now, and believed to be superseded. */
static void begin(struct sim *sim, void *context, uint64_t unused, uint64_t seed)
{
    struct felt_prng prng = sim_stream(seed, "behind", 1);
    felt_usec time = sim_scale(&prng, CUT_MIN, CUT_MAX);
    uint32_t host = sim_fault_draw_running(sim, &prng);

    (void)context;
    (void)unused;
    if (host == SIM_HOST_NONE)
        return;
    isolate(sim, host, time);
    have_one_join(sim);
    for (felt_usec at = 0; at < time; at += ERA_TIME) {
        uint32_t proposer = sim_fault_draw_running(sim, &prng);
        felt_usec when = at + felt_prng_below(&prng, ERA_TIME);

        if (proposer != host)
            sim_mistake_propose(sim, proposer, when);
    }
    sim_mistake_propose(sim, host, time + felt_prng_below(&prng, BACK));
}

static void mistake(struct sim *sim, void *context, uint64_t high, uint64_t low)
{
    struct felt_id owner = sim_mistake_id(high, low);

    (void)context;
    sim_mistake_begin(sim, NULL, &owner, CUT_MAX);
}

static void behind(struct sim *sim, struct felt_prng *prng)
{
    for (uint32_t k = 0; k < OWNERS; k++) {
        uint32_t host = sim_fault_draw_running(sim, prng);
        struct felt_id owner;

        if (host == SIM_HOST_NONE || sim->hosts[host].node->era == 0)
            continue;
        owner = *felt_node_id(sim->hosts[host].node);
        sim_fault_restart(sim, host, SIM_OFF, OFF_TIME);
        sim_later(sim, DEAD_BY, mistake, NULL, felt_get_be64(owner.b), felt_get_be64(owner.b + 8));
    }
    sim_later(sim, DEAD_BY, begin, NULL, 0, felt_prng_next(prng));
}

const struct sim_fault sim_fault_behind = {
    .name = "behind",
    .what = "a host is cut off while others begin eras, and proposes when it is back",
    .strike = behind,
    .pause_max = INCIDENT_MAX,
};
