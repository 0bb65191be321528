/* SPDX-License-Identifier: Apache-2.0 */
#include "node/bridge.h"

#include <stdio.h>
#include <string.h>

#include "base/mutant.h"
#include "node/core.h"
#include "node/foreign.h"
#include "node/own.h"

static struct felt_bridge_mode mode_of(const struct felt_node *node)
{
    return felt_bridge_mode_get(node->notices);
}

bool felt_bridge_on(const struct felt_node *node)
{
    return mode_of(node).phase == FELT_BRIDGE_ON;
}

bool felt_bridge_is_self(const struct felt_node *node)
{
    struct felt_bridge_mode mode = mode_of(node);

    return mode.phase == FELT_BRIDGE_ON && felt_id_equal(&mode.node, felt_node_id(node));
}

static bool is_dead(const struct felt_node *node, uint32_t member)
{
    return felt_members_peek(node->members, member)->state >= FELT_MEMBER_DEAD;
}

uint32_t felt_bridge_member(const struct felt_node *node)
{
    struct felt_bridge_mode mode = mode_of(node);
    uint32_t i = mode.phase == FELT_BRIDGE_ON ? felt_members_find(node->members, &mode.node)
                                              : FELT_MEMBER_NONE;

    if (i == FELT_MEMBER_NONE || i == FELT_MEMBER_SELF || is_dead(node, i))
        return FELT_MEMBER_NONE;
    return i;
}

/* Slots have moved since the cut over. */
static bool has_given(const struct felt_node *node, const struct felt_bridge_mode *mode)
{
    return mode->phase == FELT_BRIDGE_ENDED && felt_slot_map_digest(node->map) != mode->slots;
}

static const char *name_of(const struct felt_node *node, uint32_t member, struct felt_descriptor *d)
{
    felt_signed_descriptor_read(felt_members_peek(node->members, member)->descriptor, d);
    return d->name;
}

void felt_node_bridge(const struct felt_node *node, struct felt_bridge_view *ret_view)
{
    struct felt_bridge_mode mode = mode_of(node);
    struct felt_bridge_view v = {.phase = mode.phase, .node = mode.node};
    uint32_t i;

    if (node->configured)
        v.n_foreign = felt_foreign_count(node);
    if (mode.phase == FELT_BRIDGE_OFF) {
        *ret_view = v;
        return;
    }
    v.self = felt_id_equal(&mode.node, felt_node_id(node));
    v.given = has_given(node, &mode);
    i = felt_members_find(node->members, &mode.node);
    if (i != FELT_MEMBER_NONE) {
        struct felt_descriptor d;

        snprintf(v.name, sizeof(v.name), "%s", name_of(node, i, &d));
        v.alive = v.self || !is_dead(node, i);
    }
    *ret_view = v;
}

void felt_bridge_explain(const struct felt_node *node, char *text, size_t size)
{
    struct felt_bridge_view v;

    felt_node_bridge(node, &v);
    if (v.self)
        snprintf(text, size, "the etcd bridge has not made the key of a subnet in etcd yet");
    else if (v.alive)
        snprintf(text, size, "the etcd bridge on %s has not made the key of a subnet in etcd yet",
                 v.name);
    else
        snprintf(
            text, size,
            "the etcd bridge is on, and the node beside it, %s, is silent; nobody else gives a "
            "subnet",
            v.name[0] != '\0' ? v.name : FELT_ID_SHORT(&v.node));
}

/* ---- on, and off again ---- */

/* What others know of a bridge and of the node beside it we know too, or nobody else is there. Who
 * is new or was away may not: the notice that it would enter has an early version, so a bridge that
 * is on somewhere replaces it, and also its end. */
static bool has_heard(const struct felt_node *node)
{
    const struct felt_members *members = node->members;
    uint32_t n_gone = felt_members_count_state(members, FELT_MEMBER_DEAD) +
                      felt_members_count_state(members, FELT_MEMBER_LEFT);

    return (!node->sync.members.hurry && !node->sync.notices.hurry) ||
           felt_members_count(members) - n_gone == 1;
}

enum felt_bridge_refusal felt_node_may_bridge(const struct felt_node *node,
                                              enum felt_bridge_order order, bool force)
{
    struct felt_bridge_mode mode = mode_of(node);

    if (node->era == 0 || !felt_confirmed(node) || !has_heard(node) || felt_leaver_leaving(node))
        return FELT_BRIDGE_NOT_READY;
    if (felt_bridge_member(node) != FELT_MEMBER_NONE)
        return FELT_BRIDGE_OTHER;
    switch (order) {
    case FELT_BRIDGE_BEGIN:
        break;
    case FELT_BRIDGE_END:
        if (mode.phase != FELT_BRIDGE_ON)
            return FELT_BRIDGE_NOT_ON;
        if (!force && felt_foreign_count(node) > 0)
            return FELT_BRIDGE_LEASED;
        break;
    case FELT_BRIDGE_UNDO:
        if (mode.phase != FELT_BRIDGE_ENDED)
            return FELT_BRIDGE_NOT_ON;
        if (has_given(node, &mode))
            return FELT_BRIDGE_GIVEN;
        break;
    }
    return FELT_BRIDGE_OK;
}

enum felt_verdict felt_bridge_take(struct felt_node *node, enum felt_bridge_order order, bool force)
{
    struct felt_bridge_mode mode = {.phase = FELT_BRIDGE_ON, .node = *felt_node_id(node)};
    uint8_t value[FELT_NOTICE_VALUE_MAX];
    size_t len;

    if (felt_node_may_bridge(node, order, force) != FELT_BRIDGE_OK)
        return FELT_VERDICT_BUSY;
    if (order != FELT_BRIDGE_END && felt_bridge_is_self(node)) { /* said again, it is no news */
        node->crier.save = felt_saver_must(&node->saver);
        return FELT_VERDICT_TAKEN;
    }
    if (order == FELT_BRIDGE_END) {
        mode.phase = FELT_BRIDGE_ENDED;
        mode.slots = felt_slot_map_digest(node->map);
    }
    len = felt_bridge_mode_encode(&mode, value);
    return felt_crier_enter(node, felt_bridge_mode_key(node->notices), felt_bytes(value, len))
               ? FELT_VERDICT_TAKEN
               : FELT_VERDICT_BUSY;
}

static void begin_quiet(struct felt_node *node)
{
    if (mode_of(node).phase == FELT_BRIDGE_ENDED)
        node->bridge.quiet_us = felt_usec_add(node->now, FELT_BRIDGE_QUIET);
}

static void report(struct felt_node *node)
{
    struct felt_event *event = felt_outbox_event(node->outbox, FELT_EVENT_BRIDGE);
    struct felt_bridge_view v;

    felt_node_bridge(node, &v);
    event->id = v.node;
    snprintf(event->text, sizeof(event->text), "%s%s",
             v.phase == FELT_BRIDGE_ON ? "on beside " : "off",
             v.phase != FELT_BRIDGE_ON ? ""
             : v.name[0] != '\0'       ? v.name
                                       : FELT_ID_SHORT(&v.node));
}

void felt_bridge_noticed(struct felt_node *node, uint32_t key)
{
    if (key != felt_bridge_mode_key(node->notices)) {
        struct felt_foreign foreign;
        struct felt_notice notice;

        felt_notices_get(node->notices, key, &notice);
        /* What was withdrawn may have been one. */
        node->peers_changed |= notice.value.len == 0 || felt_node_foreign(node, key, &foreign);
        return;
    }
    begin_quiet(node);
    node->bridge.gather_us =
        felt_usec_add(node->now, felt_prng_jitter(&node->prng, FELT_BRIDGE_GATHER));
    felt_demand_clear_all(node);
    report(node);
}

void felt_bridge_restored(struct felt_node *node)
{
    begin_quiet(node);
}

bool felt_bridge_quiet(const struct felt_node *node)
{
    struct felt_bridge_mode mode = mode_of(node);

    return mode.phase == FELT_BRIDGE_ENDED && node->now < node->bridge.quiet_us &&
           !has_given(node, &mode);
}

/* ---- what everybody else has too much ---- */

static uint32_t reserve(const struct felt_node *node)
{
    uint32_t stake = felt_slot_map_stake(node->map, felt_node_id(node));

    return node->has_lease && stake > 0 ? stake - 1 : stake;
}

static bool has_to_give(const struct felt_node *node)
{
    return node->era > 0 && !felt_leaver_leaving(node) && felt_bridge_on(node) &&
           !felt_bridge_is_self(node) && reserve(node) > 0;
}

felt_usec felt_bridge_deadline(const struct felt_node *node)
{
    return has_to_give(node) ? node->bridge.gather_us : FELT_USEC_NEVER;
}

/* All but the lease. What memory does not suffice for stays ours for now. */
static void give_reserve(struct felt_node *node, const struct felt_id *to)
{
    uint32_t n_slots = felt_slot_map_slots(node->map), first = 0;

    for (uint32_t slot = 0; slot <= n_slots; slot++) {
        bool given = slot < n_slots && felt_slot_map_owns(node->map, felt_node_id(node), slot) &&
                     (!node->has_lease || slot != node->lease) &&
                     felt_slot_map_give(node->map, slot, to);

        if (given)
            continue;
        if (slot > first)
            felt_rumours_add(node->rumours, FELT_RUMOUR_SLOTS, first, slot - first);
        first = slot + 1;
    }
    felt_saver_must(&node->saver);
    node->peers_changed = true;
}

void felt_bridge_wake(struct felt_node *node)
{
    uint32_t to;

    felt_demand_forget(node);
    if (felt_bridge_deadline(node) > node->now)
        return;
    node->bridge.gather_us =
        felt_usec_add(node->now, felt_prng_jitter(&node->prng, FELT_BRIDGE_GATHER));
    to = felt_bridge_member(node);
    if (to == FELT_MEMBER_NONE || !felt_saver_settled(&node->saver) || !felt_confirmed(node) ||
        !felt_sync_done(node))
        return;
    /* At the end of this step one of them may become the lease. */
    if (!node->has_lease && felt_own_may_lease(node))
        return;
    give_reserve(node, felt_members_id(node->members, to));
}
