/* SPDX-License-Identifier: Apache-2.0 */
#include "node/balance.h"

#include "base/mutant.h"
#include "lease/balance.h"
#include "node/core.h"

#define SOON (1 * FELT_USEC_SEC) /* the disk is at work, or we do not know the others' maps yet */

static void look_after(struct felt_node *node, felt_usec time)
{
    node->balancer.next_us = felt_usec_add(node->now, felt_prng_jitter(&node->prng, time));
}

void felt_balancer_init(struct felt_node *node)
{
    look_after(node, FELT_BALANCE_EVERY);
}

/* Our lease is not to be given. */
static uint32_t reserve(const struct felt_node *node)
{
    uint32_t stake = felt_slot_map_stake(node->map, felt_node_id(node));

    return stake > 0 ? stake - 1 : 0;
}

felt_usec felt_balancer_deadline(const struct felt_node *node)
{
    if (node->era == 0 || felt_leaver_leaving(node) || reserve(node) == 0)
        return FELT_USEC_NEVER;
    if (felt_bridge_on(node))
        return FELT_USEC_NEVER;
    return felt_bridge_quiet(node) ? FELT_MAX(node->balancer.next_us, node->bridge.quiet_us)
                                   : node->balancer.next_us;
}

/* The live members, ourselves included, in a new array. NULL where memory is short. */
static struct felt_heir *list_live(const struct felt_node *node, uint32_t *ret_n)
{
    struct felt_heir *live = calloc(felt_members_count(node->members), sizeof(*live));
    uint32_t n = 0;

    if (!live)
        return NULL;
    for (uint32_t i = felt_members_next(node->members, 0); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        const struct felt_id *id = felt_members_id(node->members, i);

        if (i == FELT_MEMBER_SELF ||
            felt_members_peek(node->members, i)->state == FELT_MEMBER_ALIVE)
            live[n++] = (struct felt_heir){.id = *id, .stake = felt_slot_map_stake(node->map, id)};
    }
    *ret_n = n;
    return live;
}

static bool mine_to_give(const struct felt_node *node, uint32_t slot)
{
    return felt_slot_map_owns(node->map, felt_node_id(node), slot) &&
           (!node->has_lease || slot != node->lease || FELT_MUTANT(GIVES_LEASE));
}

/* `count` of our slots below `slot`, from the top down. Returns the lowest one that was given; what
 * memory does not suffice for stays ours. */
static uint32_t give(struct felt_node *node, uint32_t slot, uint32_t count,
                     const struct felt_id *to)
{
    uint32_t end = slot; /* of the stretch that is being given */

    while (count > 0 && slot > 0) {
        if (!mine_to_give(node, slot - 1)) {
            if (end > slot)
                felt_rumours_add(node->rumours, FELT_RUMOUR_SLOTS, slot, end - slot);
            end = --slot;
            continue;
        }
        if (!felt_slot_map_give(node->map, slot - 1, to))
            break;
        slot--;
        count--;
    }
    if (end > slot)
        felt_rumours_add(node->rumours, FELT_RUMOUR_SLOTS, slot, end - slot);
    return slot;
}

void felt_balancer_wake(struct felt_node *node)
{
    _cleanup_(felt_freep) struct felt_heir *live = NULL;
    uint32_t slot, n;

    if (felt_balancer_deadline(node) > node->now)
        return;
    if (!felt_saver_settled(&node->saver) || !felt_confirmed(node) || !felt_sync_done(node)) {
        look_after(node, SOON);
        return;
    }
    look_after(node, FELT_BALANCE_EVERY);
    live = list_live(node, &n);
    if (!live || felt_balance_decide(live, n, felt_node_id(node)) == 0)
        return;
    slot = felt_slot_map_slots(node->map);
    for (uint32_t i = 0; i < n; i++)
        if (live[i].share > 0)
            slot = give(node, slot, live[i].share, &live[i].id);
    felt_saver_must(&node->saver);
    node->peers_changed = true;
}
