/* SPDX-License-Identifier: Apache-2.0 */
#include "node/reserve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "node/core.h"

struct felt_claim felt_reserve_claim(const struct felt_node *node, uint32_t member)
{
    struct felt_claim claim = {.notices = node->notices};
    struct felt_descriptor d;

    if (member == FELT_MEMBER_NONE)
        return claim;
    felt_signed_descriptor_read(felt_members_peek(node->members, member)->descriptor, &d);
    claim.ip = d.public_ip;
    memcpy(claim.name, d.name, sizeof(claim.name));
    return claim;
}

/* The slot that a member leases; FELT_SLOT_NONE: none. */
static uint32_t lease_of(const struct felt_node *node, uint32_t member)
{
    struct felt_descriptor d;

    /* Of ourselves we know what we have chosen and not announced yet. */
    if (member == FELT_MEMBER_SELF)
        return node->has_lease ? node->lease : FELT_SLOT_NONE;
    felt_signed_descriptor_read(felt_members_peek(node->members, member)->descriptor, &d);
    return !d.left && d.has_lease ? d.lease : FELT_SLOT_NONE;
}

/* The member that owns the slot; FELT_MEMBER_NONE where we do not know it. */
static uint32_t owner_of(const struct felt_node *node, uint32_t slot)
{
    struct felt_slot entry = felt_slot_map_get(node->map, slot);

    return entry.term > 0 ? felt_members_find(node->members, &entry.owner) : FELT_MEMBER_NONE;
}

/* The member whose lease the slot is, alive or dead; FELT_MEMBER_NONE: nobody's. */
static uint32_t holder_of(const struct felt_node *node, uint32_t slot)
{
    uint32_t i = owner_of(node, slot);

    return i != FELT_MEMBER_NONE && lease_of(node, i) == slot ? i : FELT_MEMBER_NONE;
}

/* What an owner says of itself, read once however many of its slots are reserved. */
struct owner {
    bool read;
    uint32_t lease;
    struct felt_claim claim;
};

struct felt_kept *felt_reserve_kept(const struct felt_node *node, const struct felt_claim *claim)
{
    uint32_t end = felt_members_end(node->members);
    struct felt_kept *kept = calloc(end + 1, sizeof(*kept));
    _cleanup_(felt_freep) struct owner *owners = NULL;
    struct felt_notice_place at = {0};
    struct felt_notice notice;

    if (!kept || !claim->notices || felt_notices_live(claim->notices) == 0)
        return kept;
    owners = calloc(end + 1, sizeof(*owners));
    if (!owners) {
        free(kept);
        return NULL;
    }
    while (felt_notices_next(claim->notices, &at, &notice)) {
        bool reserves = notice.value.len > 0 && notice.key < felt_slot_map_slots(node->map);
        uint32_t i = reserves ? owner_of(node, notice.key) : FELT_MEMBER_NONE;

        if (i == FELT_MEMBER_NONE)
            continue;
        if (!owners[i].read)
            owners[i] = (struct owner){
                .read = true, .lease = lease_of(node, i), .claim = felt_reserve_claim(node, i)};
        if (owners[i].lease == notice.key)
            continue;
        kept[i].from_claim += felt_claim_denied(claim, notice.key);
        kept[i].from_owner += felt_claim_denied(&owners[i].claim, notice.key);
    }
    return kept;
}

/* A member of that name or address that has a lease. */
static bool runs_elsewhere(const struct felt_node *node, const struct felt_whom *whom,
                           uint32_t *ret_lease)
{
    for (uint32_t i = felt_members_next(node->members, 0); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        struct felt_claim claim = felt_reserve_claim(node, i);
        struct felt_descriptor d;

        if (!felt_claim_is(&claim, whom))
            continue;
        felt_signed_descriptor_read(felt_members_peek(node->members, i)->descriptor, &d);
        if (d.left || !d.has_lease)
            continue;
        *ret_lease = d.lease;
        return true;
    }
    return false;
}

/* Another slot that is reserved for the same. */
static bool has_another(const struct felt_node *node, uint32_t slot, const struct felt_whom *whom,
                        uint32_t *ret_slot)
{
    struct felt_notice_place at = {0};
    struct felt_notice notice;
    struct felt_whom other;

    while (felt_notices_next(node->notices, &at, &notice))
        if (notice.key != slot && felt_whom_decode(notice.value, &other) == 0 &&
            felt_whom_equal(&other, whom)) {
            *ret_slot = notice.key;
            return true;
        }
    return false;
}

static enum felt_reserve_refusal judge(const struct felt_node *node, uint32_t slot,
                                       const struct felt_whom *whom, struct felt_reserve_answer *a)
{
    struct felt_notice notice;
    struct felt_claim holder;
    uint32_t i;

    if (node->era == 0 || felt_leaver_leaving(node))
        return FELT_RESERVE_NOT_READY;
    felt_notices_get(node->notices, slot, &notice);
    if (notice.value.len > 0 && felt_whom_decode(notice.value, &a->whom) < 0)
        snprintf(a->whom.name, sizeof(a->whom.name), "?");
    if (!whom)
        return notice.value.len > 0 ? FELT_RESERVE_OK : FELT_RESERVE_NOTHING;
    i = holder_of(node, slot);
    holder = felt_reserve_claim(node, i);
    if (i != FELT_MEMBER_NONE && !felt_claim_is(&holder, whom)) {
        memcpy(a->holder, holder.name, sizeof(a->holder));
        return FELT_RESERVE_LEASED;
    }
    if (i == FELT_MEMBER_NONE)
        a->leases_now = runs_elsewhere(node, whom, &a->lease);
    if (notice.value.len > 0) {
        a->already = felt_whom_equal(&a->whom, whom);
        return a->already ? FELT_RESERVE_OK : FELT_RESERVE_TAKEN;
    }
    if (has_another(node, slot, whom, &a->slot))
        return FELT_RESERVE_ELSEWHERE;
    if (felt_notices_live(node->notices) >= FELT_NOTICES_LIVE_MAX)
        return FELT_RESERVE_FULL;
    return FELT_RESERVE_OK;
}

void felt_node_may_reserve(const struct felt_node *node, uint32_t slot,
                           const struct felt_whom *whom, struct felt_reserve_answer *ret_answer)
{
    struct felt_reserve_answer answer = {0};

    assert(!node->configured || slot < felt_slot_map_slots(node->map));
    answer.refusal = judge(node, slot, whom, &answer);
    *ret_answer = answer;
}

enum felt_verdict felt_reserve(struct felt_node *node, uint32_t slot, const struct felt_whom *whom)
{
    uint8_t value[FELT_NOTICE_VALUE_MAX];
    struct felt_reserve_answer answer;
    size_t len;

    felt_node_may_reserve(node, slot, whom, &answer);
    if (answer.refusal != FELT_RESERVE_OK)
        return FELT_VERDICT_BUSY;
    len = whom ? felt_whom_encode(whom, value) : 0;
    /* Said again, it is no news; but it may not be durable yet here. */
    if (answer.already) {
        node->crier.save = felt_saver_must(&node->saver);
        return FELT_VERDICT_TAKEN;
    }
    return felt_crier_enter(node, slot, felt_bytes(value, len)) ? FELT_VERDICT_TAKEN
                                                                : FELT_VERDICT_BUSY;
}

int felt_reserve_remember(struct felt_node *node, const struct felt_node_config *config)
{
    size_t n = config->n_reservations;

    if (n == 0)
        return 0;
    node->wanted = calloc(n, sizeof(*node->wanted));
    if (!node->wanted)
        return -ENOMEM;
    memcpy(node->wanted, config->reservations, n * sizeof(*node->wanted));
    node->n_wanted = n;
    return 0;
}

int felt_reserve_found(struct felt_node *node)
{
    for (size_t i = 0; i < node->n_wanted; i++) {
        uint8_t value[FELT_NOTICE_VALUE_MAX];
        struct felt_notice notice = {.version = 1};

        if (felt_netconf_slot(&node->config, &node->wanted[i].subnet, &notice.key) < 0)
            return -EINVAL;
        notice.value = felt_bytes(value, felt_whom_encode(&node->wanted[i].whom, value));
        if (felt_notices_merge(node->notices, &notice) == FELT_MERGE_FULL)
            return -ENOMEM;
    }
    return 0;
}

uint64_t felt_node_reserved_by(const struct felt_node *node)
{
    return node->crier.save;
}

bool felt_node_next_reservation(const struct felt_node *node, struct felt_notice_place *place,
                                struct felt_reservation_view *ret_view)
{
    struct felt_reservation_view v = {0};
    struct felt_notice notice = {0};
    uint32_t i;

    if (!node->configured)
        return false;
    while (notice.value.len == 0 || notice.key >= felt_slot_map_slots(node->map))
        if (!felt_notices_next(node->notices, place, &notice))
            return false;
    v.slot = notice.key;
    v.understood = felt_whom_decode(notice.value, &v.whom) == 0;
    i = holder_of(node, v.slot);
    if (i != FELT_MEMBER_NONE) {
        struct felt_claim holder = felt_reserve_claim(node, i);

        v.leased = true;
        v.conflict = v.understood && !felt_claim_is(&holder, &v.whom);
        v.holder_state = (enum felt_member_state)felt_members_peek(node->members, i)->state;
        memcpy(v.holder, holder.name, sizeof(v.holder));
    }
    *ret_view = v;
    return true;
}
