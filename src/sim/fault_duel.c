/* SPDX-License-Identifier: Apache-2.0 */
/* Several nodes propose at once, and not the same: a host is off for a while, and everybody takes
 * it for a machine that was rebuilt, each under another identity. No fork may depend on who is
 * silent, or on what is believed about that (proto/lease.md 6.5). */
#include "node/core.h"
#include "sim/fault_list.h"
#include "sim/stream.h"

#define INCIDENT_MAX (15 * FELT_USEC_SEC)
#define MISTAKEN     (5 * FELT_USEC_SEC) /* for so long they believe it */
#define PROPOSERS    3
#define APART_MAX    (60 * FELT_USEC_MS) /* as long as a slow disk takes */
#define DEAD_BY      (8 * FELT_USEC_SEC)
#define OFF_TIME     (15 * FELT_USEC_SEC)

static void forget(struct felt_supersede *s, const struct felt_id *earlier)
{
    for (uint32_t i = s->n; i > 0; i--)
        if (felt_id_equal(&s->found[i - 1].earlier, earlier))
            s->found[i - 1] = s->found[--s->n];
}

static void believe(struct sim *sim, uint32_t host, const struct felt_id *owner, uint32_t heir)
{
    struct felt_node *node = sim->hosts[host].node;
    struct felt_supersede *s = &node->supersede;

    if (felt_id_equal(felt_node_id(node), owner) || s->n == FELT_SUPERSEDED_MAX)
        return;
    forget(s, owner);
    s->found[s->n++] =
        (struct felt_succession){.earlier = *owner, .heir = *felt_node_id(sim->hosts[heir].node)};
}

/* The two numbers of a script are an id. */
static struct felt_id id_of(uint64_t high, uint64_t low)
{
    struct felt_id id;

    felt_put_be64(id.b, high);
    felt_put_be64(id.b + 8, low);
    return id;
}

static void see_clearly(struct sim *sim, void *context, uint64_t high, uint64_t low)
{
    struct felt_id owner = id_of(high, low);

    (void)context;
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i))
            forget(&sim->hosts[i].node->supersede, &owner);
}

static void propose(struct sim *sim, void *context, uint64_t host, uint64_t life)
{
    struct felt_node *node = sim->hosts[host].node;

    (void)context;
    if (!sim_host_runs(sim, (uint32_t)host) || sim->hosts[host].life != life || node->era == 0)
        return;
    node->reclaim.due_us = node->now;
    sim_tell(sim, (uint32_t)host, (struct felt_input){.kind = FELT_INPUT_WAKE});
}

/* The owner is held for dead by now. */
static void begin(struct sim *sim, void *context, uint64_t high, uint64_t low)
{
    struct felt_prng prng = sim_stream(high ^ sim->now, "duel", low);
    struct felt_id owner = id_of(high, low);

    (void)context;
    sim_later(sim, MISTAKEN, see_clearly, NULL, high, low);
    if (sim_fault_draw_running(sim, &prng) == SIM_HOST_NONE)
        return;
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i))
            believe(sim, i, &owner, sim_fault_draw_running(sim, &prng));
    for (unsigned k = 0; k < PROPOSERS; k++) {
        uint32_t host = sim_fault_draw_running(sim, &prng);

        sim_later(sim, felt_prng_below(&prng, APART_MAX), propose, NULL, host,
                  sim->hosts[host].life);
    }
}

static void duel(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = sim_fault_draw_running(sim, prng);
    struct felt_id owner;

    if (host == SIM_HOST_NONE || sim->hosts[host].node->era == 0)
        return;
    owner = *felt_node_id(sim->hosts[host].node);
    sim_fault_restart(sim, host, SIM_OFF, OFF_TIME);
    sim_later(sim, DEAD_BY, begin, NULL, felt_get_be64(owner.b), felt_get_be64(owner.b + 8));
}

const struct sim_fault sim_fault_duel = {
    .name = "duel",
    .what = "several propose different heirs for some owner's slots at once",
    .strike = duel,
    .pause_max = INCIDENT_MAX,
};
