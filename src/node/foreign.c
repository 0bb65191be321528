/* SPDX-License-Identifier: Apache-2.0 */
#include "node/foreign.h"

#include <string.h>

#include "node/bridge.h"
#include "node/core.h"
#include "node/reserve.h"

bool felt_node_foreign(const struct felt_node *node, uint32_t slot,
                       struct felt_foreign *ret_foreign)
{
    struct felt_notice notice;

    return node->notices && slot < felt_slot_map_slots(node->map) &&
           felt_notices_get(node->notices, slot, &notice) &&
           felt_foreign_decode(notice.value, ret_foreign) == 0;
}

/* Whether the member that owns the slot leases it, and from that address. */
static bool has_changed_over(const struct felt_node *node, uint32_t slot,
                             const struct felt_foreign *foreign)
{
    struct felt_slot entry = felt_slot_map_get(node->map, slot);
    uint32_t i = entry.term > 0 ? felt_members_find(node->members, &entry.owner) : FELT_MEMBER_NONE;
    struct felt_descriptor d;

    if (i == FELT_MEMBER_NONE)
        return false;
    felt_signed_descriptor_read(felt_members_peek(node->members, i)->descriptor, &d);
    return d.has_lease && d.lease == slot &&
           felt_ip_equal(&d.public_ip, felt_foreign_address(foreign));
}

bool felt_node_next_foreign(const struct felt_node *node, struct felt_notice_place *place,
                            struct felt_foreign_view *ret_view)
{
    struct felt_foreign_view v;
    struct felt_notice notice;

    if (!node->configured)
        return false;
    do {
        if (!felt_notices_next(node->notices, place, &notice))
            return false;
        v.slot = notice.key;
    } while (!felt_node_foreign(node, v.slot, &v.foreign));
    v.changed_over = has_changed_over(node, v.slot, &v.foreign);
    *ret_view = v;
    return true;
}

uint32_t felt_foreign_count(const struct felt_node *node)
{
    struct felt_notice_place at = {0};
    struct felt_foreign_view v;
    uint32_t n = 0;

    while (felt_node_next_foreign(node, &at, &v))
        n += v.foreign.backend != FELT_FOREIGN_NONE && !v.changed_over;
    return n;
}

bool felt_foreign_wins(const struct felt_node *node, uint32_t slot)
{
    struct felt_foreign foreign;
    struct felt_claim claim;

    if (!felt_node_foreign(node, slot, &foreign))
        return false;
    claim = felt_reserve_claim(node, FELT_MEMBER_SELF);
    return !felt_ip_equal(&claim.ip, felt_foreign_address(&foreign));
}

/* False where memory is short. What is known already is no news, but may not be durable yet. */
static bool enter(struct felt_node *node, const struct felt_foreign_change *change)
{
    uint8_t value[FELT_NOTICE_VALUE_MAX];
    struct felt_foreign known;
    struct felt_notice notice;
    size_t len;

    if (change->gone)
        return !felt_node_foreign(node, change->slot, &known) ||
               felt_crier_enter(node, change->slot, felt_bytes(NULL, 0));
    len = felt_foreign_encode(&change->foreign, value);
    felt_notices_get(node->notices, change->slot, &notice);
    if (notice.value.len == len && memcmp(notice.value.data, value, len) == 0)
        return true;
    return felt_crier_enter(node, change->slot, felt_bytes(value, len));
}

enum felt_verdict felt_foreign_take(struct felt_node *node,
                                    const struct felt_foreign_change *changes, size_t n)
{
    if (!felt_bridge_is_self(node) || felt_leaver_leaving(node))
        return FELT_VERDICT_BUSY;
    for (size_t i = 0; i < n; i++) {
        assert(changes[i].slot < felt_slot_map_slots(node->map));
        if (!enter(node, &changes[i]))
            return FELT_VERDICT_BUSY;
    }
    return FELT_VERDICT_TAKEN;
}
