/* SPDX-License-Identifier: Apache-2.0 */
#include "node/order.h"

#include <stdio.h>
#include <string.h>

#include "lease/restate.h"
#include "node/core.h"
#include "node/letter.h"
#include "node/own.h"

/* FELT_ORDERS_MAX: there is none. */
static uint32_t place_of(const struct felt_node *node, const struct felt_id *id)
{
    for (uint32_t i = 0; i < node->orders.n; i++)
        if (felt_id_equal(&node->orders.list[i].id, id))
            return i;
    return FELT_ORDERS_MAX;
}

static struct felt_order *find(struct felt_node *node, const struct felt_id *id)
{
    uint32_t i = place_of(node, id);

    return i < FELT_ORDERS_MAX ? &node->orders.list[i] : NULL;
}

const struct felt_order *felt_node_order(const struct felt_node *node, const struct felt_id *id)
{
    uint32_t i = place_of(node, id);

    return i < FELT_ORDERS_MAX ? &node->orders.list[i] : NULL;
}

/* ---- what is refused ---- */

static enum felt_order_refusal may_name(const struct felt_node *node, const struct felt_id *id)
{
    uint32_t i = felt_members_find(node->members, id);

    if (i == FELT_MEMBER_SELF)
        return FELT_ORDER_SELF;
    if (i != FELT_MEMBER_NONE && felt_members_peek(node->members, i)->state < FELT_MEMBER_DEAD)
        return FELT_ORDER_ALIVE;
    if (felt_slot_map_stake(node->map, id) == 0)
        return FELT_ORDER_OWNS_NOTHING;
    return FELT_ORDER_OK;
}

static enum felt_order_refusal may_force(const struct felt_node *node)
{
    /* A moment in which they are suspect is none to force anything. */
    if (felt_hearing_majority_may_live(node))
        return FELT_ORDER_MAJORITY;
    /* Era and term are signed numbers in the answers of the control socket. */
    if (node->era > INT64_MAX - 2 * FELT_ORDER_FORCE)
        return FELT_ORDER_LAST_ERA;
    return node->saver.failing ? FELT_ORDER_SAVING_FAILS : FELT_ORDER_OK;
}

static enum felt_order_refusal may_ask(const struct felt_node *node)
{
    if (!felt_hearing_hears_majority(node))
        return FELT_ORDER_NO_MAJORITY;
    return felt_voter_may(node) ? FELT_ORDER_OK : FELT_ORDER_NO_VOICE;
}

static uint32_t count_asking(const struct felt_node *node)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < node->orders.n; i++)
        n += node->orders.list[i].outcome == FELT_ORDER_ASKING;
    return n;
}

enum felt_order_refusal felt_node_may_reclaim(const struct felt_node *node,
                                              const struct felt_id *ids, size_t n, bool force)
{
    enum felt_order_refusal refusal;

    if (node->era == 0 || !felt_confirmed(node) || felt_leaver_leaving(node))
        return FELT_ORDER_NOT_YET;
    for (size_t i = 0; i < n; i++) {
        refusal = may_name(node, &ids[i]);
        if (refusal != FELT_ORDER_OK)
            return refusal;
    }
    refusal = force ? may_force(node) : may_ask(node);
    if (refusal == FELT_ORDER_OK && count_asking(node) + n > FELT_ORDERS_MAX)
        return FELT_ORDER_TOO_MANY;
    return refusal;
}

/* ---- taking it ---- */

static void drop(struct felt_orders *orders, uint32_t i)
{
    orders->n--;
    memmove(&orders->list[i], &orders->list[i + 1], (orders->n - i) * sizeof(orders->list[0]));
}

/* The place of an order about a member. What is over makes room, the oldest first. */
static struct felt_order *enter(struct felt_node *node, const struct felt_id *id)
{
    struct felt_orders *orders = &node->orders;
    struct felt_order *order = find(node, id);

    if (order && order->outcome == FELT_ORDER_ASKING)
        return order;
    if (order)
        drop(orders, (uint32_t)(order - orders->list));
    for (uint32_t i = 0; orders->n == FELT_ORDERS_MAX; i++) {
        assert(i < orders->n);
        if (orders->list[i].outcome != FELT_ORDER_ASKING)
            drop(orders, i);
    }
    order = &orders->list[orders->n++];
    *order = (struct felt_order){
        .id = *id,
        .stake = felt_slot_map_stake(node->map, id),
        .until_us = felt_usec_add(node->now, FELT_ORDER_LIMIT),
    };
    return order;
}

/* Where a member is gone, its subnet was somebody's until now. */
static void note_freed(struct felt_node *node, const struct felt_id *id)
{
    uint32_t i = felt_members_find(node->members, id);

    if (i != FELT_MEMBER_NONE)
        felt_own_note_freed(node, i, NULL);
}

/* Others are shown the era before until it is durable: were it lost in a crash, they would look for
 * a map that nobody has. */
static void show_before(struct felt_node *node, const struct felt_digest *before)
{
    node->orders.force_save = node->saver.needed;
    node->orders.shown_era = before->era;
    node->orders.shown_slots = before->slots;
}

/* Without a quorum. False where memory is short. */
static bool force_it(struct felt_node *node, const struct felt_id *ids, size_t n)
{
    static const struct felt_acceptor none;
    struct felt_digest before = felt_node_digest(node);
    uint64_t era = node->era + FELT_ORDER_FORCE + felt_prng_below(&node->prng, FELT_ORDER_FORCE);
    struct felt_event *event;
    uint32_t moved;

    for (size_t i = 0; i < n; i++) {
        struct felt_order *order = enter(node, &ids[i]);

        order->forced = true;
        order->n_slots = order->stake;
        order->heir = *felt_node_id(node);
    }
    moved = felt_restate(node->map, era, ids, n, felt_node_id(node));
    for (size_t i = 0; moved == 0 && i < n; i++)
        drop(&node->orders, place_of(node, &ids[i]));
    if (moved == 0)
        return false;
    for (size_t i = 0; i < n; i++)
        note_freed(node, &ids[i]);
    felt_era_arrived(node, era, &none);
    show_before(node, &before);
    for (size_t i = 0; i < n; i++)
        find(node, &ids[i])->save = node->saver.needed;
    event = felt_outbox_event(node->outbox, FELT_EVENT_FORCED);
    event->id = *felt_node_id(node);
    event->n_slots = moved;
    return true;
}

enum felt_order_refusal felt_order_take(struct felt_node *node, const struct felt_id *ids, size_t n,
                                        bool force)
{
    enum felt_order_refusal refusal = felt_node_may_reclaim(node, ids, n, force);

    if (refusal != FELT_ORDER_OK)
        return refusal;
    if (force)
        return force_it(node, ids, n) ? FELT_ORDER_OK : FELT_ORDER_NOT_YET;
    for (size_t i = 0; i < n; i++)
        enter(node, &ids[i]);
    node->orders.look_us = felt_usec_add(node->now, FELT_ORDER_LOOK);
    felt_reclaim_look(node);
    return FELT_ORDER_OK;
}

/* ---- what becomes of it ---- */

bool felt_order_stands(const struct felt_node *node, const struct felt_id *owner)
{
    const struct felt_order *order = felt_node_order(node, owner);

    return order && order->outcome == FELT_ORDER_ASKING && !order->forced &&
           felt_hearing_gone(node, owner);
}

bool felt_order_waits(const struct felt_node *node)
{
    for (uint32_t i = 0; i < node->orders.n; i++)
        if (felt_order_stands(node, &node->orders.list[i].id))
            return true;
    return false;
}

void felt_order_objected(struct felt_node *node, const struct felt_id *owner, uint64_t round,
                         const struct felt_id *voter)
{
    struct felt_order *order = find(node, owner);

    if (!order || order->outcome != FELT_ORDER_ASKING)
        return;
    order->objections += order->round != round;
    order->round = round;
    order->objector = *voter;
}

void felt_order_decided(struct felt_node *node, const struct felt_id *heir)
{
    for (uint32_t i = 0; i < node->orders.n; i++) {
        struct felt_order *order = &node->orders.list[i];
        uint32_t left = felt_slot_map_stake(node->map, &order->id);

        if (order->outcome != FELT_ORDER_ASKING || order->forced ||
            order->stake <= left + order->n_slots)
            continue;
        order->several |= order->n_slots > 0 && !felt_id_equal(&order->heir, heir);
        if (order->n_slots == 0)
            order->heir = *heir;
        order->n_slots = order->stake - left;
    }
}

static enum felt_order_outcome outcome_of(const struct felt_node *node,
                                          const struct felt_order *order)
{
    if (order->save > 0)
        return order->save <= node->saver.durable ? FELT_ORDER_DONE : FELT_ORDER_ASKING;
    if (felt_slot_map_stake(node->map, &order->id) == 0)
        return FELT_ORDER_DONE;
    if (may_name(node, &order->id) == FELT_ORDER_ALIVE)
        return FELT_ORDER_BACK;
    if (order->objections >= FELT_ORDER_OBJECTIONS)
        return FELT_ORDER_HEARD;
    return order->until_us <= node->now ? FELT_ORDER_UNDECIDED : FELT_ORDER_ASKING;
}

static void name_of(const struct felt_node *node, const struct felt_id *id,
                    char text[FELT_NAME_MAX + 1])
{
    uint32_t i = felt_members_find(node->members, id);
    struct felt_descriptor d;

    snprintf(text, FELT_NAME_MAX + 1, "%s", FELT_ID_SHORT(id));
    if (i == FELT_MEMBER_NONE)
        return;
    felt_signed_descriptor_read(felt_members_peek(node->members, i)->descriptor, &d);
    memcpy(text, d.name, sizeof(d.name));
}

static void report(struct felt_node *node, const struct felt_order *order)
{
    char objector[FELT_NAME_MAX + 1];
    struct felt_event *event;

    if (order->outcome == FELT_ORDER_DONE)
        return; /* RECLAIMED or FORCED has said so */
    event = felt_outbox_event(node->outbox, FELT_EVENT_NOT_RECLAIMED);
    event->id = order->id;
    if (order->outcome == FELT_ORDER_HEARD) {
        name_of(node, &order->objector, objector);
        snprintf(event->text, sizeof(event->text), "%s does not hold it for dead", objector);
    } else {
        snprintf(event->text, sizeof(event->text), "%s",
                 order->outcome == FELT_ORDER_BACK
                     ? "it is alive again"
                     : "the owners of more than half of all subnets have not answered in time");
    }
}

felt_usec felt_order_deadline(const struct felt_node *node)
{
    return count_asking(node) > 0 ? node->orders.look_us : FELT_USEC_NEVER;
}

void felt_order_wake(struct felt_node *node)
{
    struct felt_orders *orders = &node->orders;

    for (uint32_t i = 0; i < orders->n; i++) {
        struct felt_order *order = &orders->list[i];

        if (order->outcome != FELT_ORDER_ASKING)
            continue;
        order->outcome = outcome_of(node, order);
        if (order->outcome == FELT_ORDER_DONE && order->n_slots == 0)
            order->n_slots = order->stake; /* the map came, and no decision with it */
        if (order->outcome != FELT_ORDER_ASKING)
            report(node, order);
    }
    if (count_asking(node) == 0 || orders->look_us > node->now)
        return;
    orders->look_us = felt_usec_add(node->now, FELT_ORDER_LOOK);
    felt_reclaim_look(node);
}
