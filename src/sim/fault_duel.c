/* SPDX-License-Identifier: Apache-2.0 */
/* Several nodes propose at once, and not the same: a host is off for a while, and everybody is
 * mistaken about what became of it. */
#include "node/core.h"
#include "sim/fault_list.h"
#include "sim/mistake.h"
#include "sim/stream.h"

#define INCIDENT_MAX (15 * FELT_USEC_SEC)
#define MISTAKEN     (5 * FELT_USEC_SEC) /* for so long they believe it */
#define PROPOSERS    3
#define APART_MAX    (60 * FELT_USEC_MS) /* as long as a slow disk takes */
#define DEAD_BY      (8 * FELT_USEC_SEC)
#define OFF_TIME     (15 * FELT_USEC_SEC)

/* The owner is held for dead by now. */
static void begin(struct sim *sim, void *context, uint64_t high, uint64_t low)
{
    struct felt_prng prng = sim_stream(high ^ sim->now, "duel", low);
    struct felt_id owner = sim_mistake_id(high, low);

    (void)context;
    if (sim_fault_draw_running(sim, &prng) == SIM_HOST_NONE)
        return;
    sim_mistake_begin(sim, &prng, &owner, MISTAKEN);
    for (unsigned k = 0; k < PROPOSERS; k++) {
        uint32_t host = sim_fault_draw_running(sim, &prng);

        sim_mistake_propose(sim, host, felt_prng_below(&prng, APART_MAX));
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
