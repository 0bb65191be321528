/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/mistake.h"

#include "node/core.h"
#include "sim/fault.h"

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

static void see_clearly(struct sim *sim, void *context, uint64_t high, uint64_t low)
{
    struct felt_id owner = sim_mistake_id(high, low);

    (void)context;
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i))
            forget(&sim->hosts[i].node->supersede, &owner);
}

void sim_mistake_begin(struct sim *sim, struct felt_prng *prng, const struct felt_id *owner,
                       felt_usec time)
{
    sim_later(sim, time, see_clearly, NULL, felt_get_be64(owner->b), felt_get_be64(owner->b + 8));
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i))
            believe(sim, i, owner, prng ? sim_fault_draw_running(sim, prng) : i);
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

void sim_mistake_propose(struct sim *sim, uint32_t host, felt_usec after)
{
    sim_later(sim, after, propose, NULL, host, sim->hosts[host].life);
}
