/* SPDX-License-Identifier: Apache-2.0 */
/* Operators who give members up that they take for gone for good, and are wrong about it: all of
 * them come back (proto/lease.md 6.8, 6.9). Nothing is excused: whatever was forced, in the end all
 * maps are equal and every slot has one owner. */
#include <string.h>

#include "node/core.h"
#include "sim/fault_list.h"
#include "sim/pool.h"
#include "sim/stream.h"

#define INCIDENT_MAX (25 * FELT_USEC_SEC)
#define OFF_TIME     (30 * FELT_USEC_SEC)
#define DEAD_BY      (8 * FELT_USEC_SEC)  /* who is off is called dead by then, mostly */
#define APART_TIME   (45 * FELT_USEC_SEC) /* a part of the hosts without the others */
#define ALL_DEAD_BY  (28 * FELT_USEC_SEC) /* by a node that takes it for its own fault first */
#define TRIES_MIN    2
#define FORCE_APART  (80 * FELT_USEC_MS)

/* The owners that a node holds for dead, some of them or all. Returns how many. */
static size_t draw_dead(const struct felt_node *node, struct felt_prng *prng,
                        struct felt_id ids[FELT_ORDERS_MAX])
{
    bool all = sim_one_in(prng, 2);
    size_t n = 0;

    for (uint32_t i = felt_members_next(node->members, 1); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        const struct felt_id *id = felt_members_id(node->members, i);

        if (n < FELT_ORDERS_MAX && felt_slot_map_stake(node->map, id) > 0 &&
            felt_members_peek(node->members, i)->state >= FELT_MEMBER_DEAD &&
            (all || n == 0 || sim_one_in(prng, 3)))
            ids[n++] = *id;
    }
    return n;
}

static void order(struct sim *sim, struct felt_prng *prng, bool force)
{
    struct felt_input input = {.kind = FELT_INPUT_RECLAIM};
    struct felt_id ids[FELT_ORDERS_MAX];
    uint32_t host = sim_fault_draw_running(sim, prng);

    if (host == SIM_HOST_NONE || sim->hosts[host].node->era == 0 ||
        sim->hosts[host].blocked_until > sim->now)
        return;
    input.reclaim.n = draw_dead(sim->hosts[host].node, prng, ids);
    input.reclaim.ids = ids;
    input.reclaim.force = force;
    if (input.reclaim.n > 0)
        sim_tell(sim, host, input); /* perhaps refused */
}

static void order_later(struct sim *sim, void *context, uint64_t force, uint64_t seed)
{
    struct felt_prng prng = sim_stream(seed, "operator", force);

    (void)context;
    order(sim, &prng, force);
}

static void reclaim(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = sim_fault_draw_running(sim, prng);

    if (host == SIM_HOST_NONE)
        return;
    if (sim_one_in(prng, 3)) { /* whoever is dead already */
        order(sim, prng, false);
        return;
    }
    sim_fault_restart(sim, host, SIM_OFF, OFF_TIME);
    sim_later(sim, DEAD_BY + felt_prng_below(prng, DEAD_BY), order_later, NULL, false,
              felt_prng_next(prng));
}

static void mend(struct sim *sim, void *context, uint64_t cut, uint64_t unused)
{
    (void)context;
    (void)unused;
    sim_network_mend(sim->network, (uint32_t)cut);
}

/* A half of the hosts, or one, alone for a while. */
static void part(struct sim *sim, struct felt_prng *prng)
{
    uint32_t n = sim->config.hosts_max + sim->config.hosts_extra,
             one = (uint32_t)felt_prng_below(prng, sim->n_hosts);
    _cleanup_(felt_freep) uint8_t *a = sim_zalloc(n, 1), *b = sim_zalloc(n, 1);
    bool half = sim_one_in(prng, 2);

    for (uint32_t i = 0; i < n; i++) {
        a[i] = i == one || (half && sim_one_in(prng, 2));
        b[i] = !a[i];
    }
    sim_later(sim, APART_TIME, mend, NULL, sim_network_cut(sim->network, a, b), 0);
    sim_later(sim, APART_TIME, mend, NULL, sim_network_cut(sim->network, b, a), 0);
}

static void force(struct sim *sim, struct felt_prng *prng)
{
    /* Most are refused, since they do not need it; two may be taken, each with an era of its own.
     */
    uint64_t tries = TRIES_MIN + sim->n_hosts / 2;

    part(sim, prng);
    for (uint64_t k = 0; k < tries; k++) {
        felt_usec delay = ALL_DEAD_BY + felt_prng_below(prng, FORCE_APART);

        sim_later(sim, delay, order_later, NULL, true, felt_prng_next(prng));
    }
}

const struct sim_fault sim_fault_reclaim = {
    .name = "reclaim",
    .what = "an operator gives up members that are off, and come back",
    .strike = reclaim,
    .pause_max = INCIDENT_MAX,
};

const struct sim_fault sim_fault_force = {
    .name = "force",
    .what = "operators force eras where hosts are cut off from the majority",
    .strike = force,
    .pause_max = 4 * INCIDENT_MAX,
    .rare = true,
};
