/* SPDX-License-Identifier: Apache-2.0 */
#include "node/demand.h"

#include <string.h>

#include "base/mutant.h"
#include "node/bridge.h"
#include "node/core.h"
#include "node/donor.h"
#include "node/reserve.h"

const struct felt_demand *felt_node_demand(const struct felt_node *node, uint32_t i)
{
    return i < node->demands.n ? &node->demands.list[i] : NULL;
}

void felt_demand_done(struct felt_demands *demands)
{
    free(demands->list);
    *demands = (struct felt_demands){0};
}

void felt_demand_clear_all(struct felt_node *node)
{
    node->demands.n = 0;
}

static void drop(struct felt_demands *demands, uint32_t i)
{
    demands->n--;
    memmove(&demands->list[i], &demands->list[i + 1], (demands->n - i) * sizeof(demands->list[0]));
}

static struct felt_demand *find(const struct felt_node *node, const struct felt_id *id)
{
    for (uint32_t i = 0; i < node->demands.n; i++)
        if (felt_id_equal(&node->demands.list[i].node, id))
            return &node->demands.list[i];
    return NULL;
}

void felt_demand_given(struct felt_node *node, const struct felt_id *id)
{
    const struct felt_demand *demand = find(node, id);

    if (demand)
        drop(&node->demands, (uint32_t)(demand - node->demands.list));
}

void felt_demand_forget(struct felt_node *node)
{
    for (uint32_t i = node->demands.n; i > 0; i--)
        if (felt_usec_sub(node->now, node->demands.list[i - 1].asked_us) >= FELT_DEMAND_FORGOT)
            drop(&node->demands, i - 1);
}

/* Whether that node may be given the slot: ours, free, kept for nobody else, and meant for nobody
 * else. */
static bool may_give(const struct felt_node *node, const struct felt_id *id,
                     const struct felt_claim *claim, uint32_t slot)
{
    if (slot >= felt_slot_map_slots(node->map) ||
        !felt_slot_map_owns(node->map, felt_node_id(node), slot) ||
        (node->has_lease && node->lease == slot) || felt_claim_denied(claim, slot))
        return false;
    for (uint32_t i = 0; i < node->demands.n; i++)
        if (node->demands.list[i].slot == slot && !felt_id_equal(&node->demands.list[i].node, id))
            return false;
    return true;
}

/* The wish; else what was never leased, from the top of the network down; else what is unused for
 * longest. */
static uint32_t pick(const struct felt_node *node, const struct felt_id *id,
                     const struct felt_claim *claim, uint32_t wish)
{
    if (may_give(node, id, claim, wish))
        return wish;
    for (uint32_t slot = felt_slot_map_slots(node->map); slot-- > 0;)
        if (felt_freed_rank(&node->freed, slot) == 0 && may_give(node, id, claim, slot))
            return slot;
    for (uint32_t i = 0; i < node->freed.n; i++)
        if (may_give(node, id, claim, node->freed.slots[i]))
            return node->freed.slots[i];
    return FELT_SLOT_NONE;
}

/* A new demand behind the others. NULL where there is no room. */
static struct felt_demand *enter(struct felt_node *node, const struct felt_id *id, uint32_t slot)
{
    struct felt_demands *demands = &node->demands;
    struct felt_demand *demand;

    if (!demands->list)
        demands->list = calloc(FELT_DEMANDS_MAX, sizeof(demands->list[0]));
    if (!demands->list || demands->n == FELT_DEMANDS_MAX)
        return NULL;
    demand = &demands->list[demands->n++];
    *demand = (struct felt_demand){.node = *id, .slot = slot};
    return demand;
}

/* The demand of a node, as it stands now: another slot where it cannot have that one any more, or
 * where its wish can be met before anything is done. NULL: there is none, and *ret_hope says
 * whether that may change by waiting. */
static struct felt_demand *state_of(struct felt_node *node, const struct felt_id *id,
                                    const struct felt_claim *claim, uint32_t wish, bool *ret_hope)
{
    struct felt_demand *demand = find(node, id);
    uint32_t slot;

    *ret_hope = true;
    if (demand && may_give(node, id, claim, demand->slot) &&
        (demand->cleared || demand->slot == wish || !may_give(node, id, claim, wish)))
        return demand;
    slot = pick(node, id, claim, wish);
    if (slot == FELT_SLOT_NONE) {
        felt_demand_given(node, id);
        *ret_hope = false;
        return NULL;
    }
    if (!demand)
        return enter(node, id, slot);
    demand->slot = slot;
    demand->cleared = false;
    return demand;
}

/* What is kept for a node, or what it wishes, has another owner, who is there and does not use it:
 * it is on its way to us. */
static bool is_coming(const struct felt_node *node, uint32_t wish)
{
    struct felt_slot entry;
    struct felt_descriptor d;
    uint32_t i;

    if (wish >= felt_slot_map_slots(node->map))
        return false;
    entry = felt_slot_map_get(node->map, wish);
    i = entry.term > 0 ? felt_members_find(node->members, &entry.owner) : FELT_MEMBER_NONE;
    if (i == FELT_MEMBER_NONE || i == FELT_MEMBER_SELF ||
        felt_members_peek(node->members, i)->state != FELT_MEMBER_ALIVE)
        return false;
    felt_signed_descriptor_read(felt_members_peek(node->members, i)->descriptor, &d);
    return !d.has_lease || d.lease != wish;
}

uint32_t felt_demand_asked(struct felt_node *node, const struct felt_held *ask, uint32_t wish,
                           bool *ret_hope)
{
    struct felt_claim claim =
        felt_reserve_claim(node, felt_members_find(node->members, &ask->joiner));
    struct felt_demand *demand = find(node, &ask->joiner);

    *ret_hope = true;
    if (!demand && is_coming(node, wish))
        return FELT_SLOT_NONE;
    demand = state_of(node, &ask->joiner, &claim, wish, ret_hope);
    if (!demand)
        return FELT_SLOT_NONE;
    demand->asked_us = node->now;
    demand->ask = *ask;
    return demand->cleared || FELT_MUTANT(UNCLEARED) ? demand->slot : FELT_SLOT_NONE;
}

uint32_t felt_demand_own(struct felt_node *node, uint32_t slot)
{
    struct felt_claim claim = felt_reserve_claim(node, FELT_MEMBER_SELF);
    struct felt_demand *demand;
    bool hope;

    demand = state_of(node, felt_node_id(node), &claim, slot, &hope);
    if (!demand)
        return FELT_SLOT_NONE;
    demand->asked_us = node->now;
    if (!demand->cleared)
        return FELT_SLOT_NONE;
    slot = demand->slot;
    felt_demand_given(node, felt_node_id(node));
    return slot;
}

enum felt_verdict felt_demand_cleared(struct felt_node *node, const struct felt_id *id,
                                      uint32_t slot)
{
    struct felt_claim claim = felt_reserve_claim(node, felt_members_find(node->members, id));
    struct felt_demand *demand = find(node, id);

    if (!felt_bridge_is_self(node) || !demand || !may_give(node, id, &claim, slot))
        return FELT_VERDICT_BUSY;
    demand->slot = slot;
    demand->cleared = true;
    if (!felt_id_equal(id, felt_node_id(node))) {
        struct felt_held ask = demand->ask;

        felt_donor_resume(node, &ask);
    }
    return FELT_VERDICT_TAKEN;
}
