/* SPDX-License-Identifier: Apache-2.0 */
#include "node/donor.h"

#include <string.h>

#include "base/mutant.h"
#include "lease/choose.h"
#include "node/bridge.h"
#include "node/core.h"
#include "node/demand.h"
#include "node/letter.h"
#include "node/reserve.h"

#define MAP_LETTERS    8 /* of the map beside a gift: the worst that 255 slots can be */
#define NOTICE_LETTERS 4 /* beside them: some 200 notices */
#define ANSWER_ROOM \
    20 /* datagrams: an answer, what is said beside it, and what others have to say */
#define ASKS_MAX (FELT_HELD_MAX * 3 / 4) /* the rest is for whatever else waits for the disk */

struct felt_donor *felt_donor_list(const struct felt_node *node, uint32_t but, uint32_t *ret_n)
{
    uint32_t n_members = felt_members_count(node->members), n = 0;
    struct felt_claim claim = felt_reserve_claim(node, but);
    _cleanup_(felt_freep) struct felt_kept *kept = felt_reserve_kept(node, &claim);
    struct felt_donor *donors = calloc(n_members, sizeof(*donors));

    if (!donors || !kept) {
        free(donors);
        return NULL;
    }
    for (uint32_t i = felt_members_next(node->members, 0); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        const struct felt_id *id = felt_members_id(node->members, i);
        uint32_t stake = felt_slot_map_stake(node->map, id), spare;

        if (i == but || felt_members_peek(node->members, i)->state >= FELT_MEMBER_DEAD)
            continue;
        /* Everybody's first slot is its lease, unless all are kept from it. */
        spare = stake > kept[i].from_owner ? stake - 1 : stake;
        donors[n++] = (struct felt_donor){
            .id = *id, .reserve = spare > kept[i].from_claim ? spare - kept[i].from_claim : 0};
    }
    *ret_n = n;
    return donors;
}

static void open_letter(struct felt_letter *letter, struct felt_node *node,
                        const struct felt_endpoint *to, uint32_t member)
{
    felt_letter_open_to(letter, node, to, member);
    letter->rumours = false; /* the room is for the answer */
}

/* The notices of these keys, as far as there are any. */
static void write_known(struct felt_letter *letter, const uint32_t *keys, size_t n)
{
    struct felt_message *m = &letter->node->outgoing;

    m->type = FELT_MESSAGE_NOTICES;
    m->notices.n = 0;
    for (size_t i = 0; i < n; i++)
        if (felt_notices_get(letter->node->notices, keys[i], &m->notices.entries[m->notices.n]))
            m->notices.n++;
    if (m->notices.n > 0)
        felt_letter_write(letter, m);
}

/* What is said of the whole cluster, behind the configuration and ourselves, since notices are
 * taken from members only: what is set of that, and the keyring, since a joiner that has only its
 * token's key would be alone with it where that is replaced. */
static void write_common(struct felt_letter *letter)
{
    const struct felt_notices *notices = letter->node->notices;
    const uint32_t keys[] = {felt_keys_key(notices), felt_setter_key(notices)};

    write_known(letter, keys, FELT_ARRAY_LEN(keys));
}

/* They are told once they are durable. */
static bool is_settled(const struct felt_node *node)
{
    struct felt_notice notice;

    return (!felt_notices_get(node->notices, felt_keys_key(node->notices), &notice) &&
            !felt_notices_get(node->notices, felt_setter_key(node->notices), &notice)) ||
           felt_crier_settled(node);
}

/* The letter that every answer begins with: who we are, and for who is new to the cluster what the
 * cluster is. */
static void open_answer(struct felt_letter *letter, struct felt_node *node,
                        const struct felt_endpoint *to, uint32_t member,
                        const uint8_t request[FELT_REQUEST_ID_LEN], bool fresh)
{
    struct felt_message *m = &node->outgoing;

    open_letter(letter, node, to, member);
    m->type = FELT_MESSAGE_WELCOME;
    memcpy(m->welcome.request, request, FELT_REQUEST_ID_LEN);
    m->welcome.config = felt_bytes(node->config_text, fresh ? strlen(node->config_text) : 0);
    m->welcome.lease_time = node->setter.founding_us / FELT_USEC_SEC;
    felt_letter_write(letter, m);
    felt_letter_write_member(letter, FELT_MEMBER_SELF);
    if (fresh)
        write_common(letter);
}

static void write_result(struct felt_letter *letter, const uint8_t request[FELT_REQUEST_ID_LEN],
                         enum felt_gift_result result, const struct felt_id *referral)
{
    struct felt_message *m = &letter->node->outgoing;

    m->type = FELT_MESSAGE_GIFT;
    memcpy(m->gift.request, request, FELT_REQUEST_ID_LEN);
    m->gift.result = result;
    if (referral)
        m->gift.referral = *referral;
    felt_letter_write(letter, m);
}

/* What is reserved for the joiner, so that it knows before it chooses; and that a bridge is on, so
 * that it knows before it could give. */
static void write_reservation(struct felt_letter *letter, uint32_t slot)
{
    const uint32_t keys[] = {felt_bridge_mode_key(letter->node->notices), slot};

    write_known(letter, keys, slot == FELT_SLOT_NONE ? 1 : 2);
}

/* We may know what of it was leased before, or is reserved; the joiner does not. */
static void write_given(struct felt_letter *letter, const struct felt_held *held, uint32_t member)
{
    struct felt_claim claim = felt_reserve_claim(letter->node, member);
    struct felt_message *m = &letter->node->outgoing;

    write_reservation(letter, felt_claim_slot(&claim));
    m->type = FELT_MESSAGE_GIFT;
    memcpy(m->gift.request, held->request, FELT_REQUEST_ID_LEN);
    m->gift.result = FELT_GIFT_GIVEN;
    m->gift.lease = felt_lease_choose(letter->node->map, &held->joiner, FELT_SLOT_NONE,
                                      &letter->node->freed, &claim);
    felt_letter_write(letter, m);
}

static void answer(struct felt_node *node, const struct felt_held *ask, uint32_t member,
                   enum felt_gift_result result, const struct felt_id *referral)
{
    struct felt_letter letter;

    if (ask->fresh && !is_settled(node))
        return; /* the joiner asks again */
    open_answer(&letter, node, &ask->to, member, ask->request, ask->fresh);
    if (referral) {
        uint32_t i = felt_members_find(node->members, referral);

        if (i != FELT_MEMBER_SELF && i != FELT_MEMBER_NONE &&
            !felt_letter_write_member(&letter, i)) {
            felt_letter_post(&letter);
            open_letter(&letter, node, &ask->to, member);
            felt_letter_write_member(&letter, i);
        }
    }
    write_result(&letter, ask->request, result, referral);
    felt_letter_post(&letter);
}

/* The one that the joiner is sent to learns of it at once, and then needs no cookie of it. */
static void introduce(struct felt_node *node, uint32_t joiner, const struct felt_id *to)
{
    uint32_t i = felt_members_find(node->members, to);
    struct felt_letter letter;

    if (i == FELT_MEMBER_NONE || i == FELT_MEMBER_SELF)
        return;
    felt_letter_open(&letter, node, i);
    felt_letter_write_member(&letter, joiner);
    felt_letter_post(&letter);
}

/* Makes the gift in the map and in the log; both are saved before anybody hears of it. */
static void give(struct felt_node *node, const struct felt_held *ask,
                 const struct felt_gift_decision *decision)
{
    struct felt_gift_record gift = {.joiner = ask->joiner, .n = decision->n};

    memcpy(gift.request, ask->request, sizeof(gift.request));
    for (uint32_t k = 0; k < decision->n; k++) {
        const struct felt_slot_range *range = &decision->ranges[k];

        gift.ranges[k] = *range;
        for (uint32_t slot = range->first; slot < range->first + range->count; slot++)
            if (!felt_slot_map_give(node->map, slot, &gift.joiner))
                break; /* memory is short: a smaller gift */
        felt_rumours_add(node->rumours, FELT_RUMOUR_SLOTS, range->first, range->count);
    }
    felt_gift_log_add(&node->gifts, &gift);
    felt_saver_must(&node->saver);
    node->peers_changed = true;
}

/* The whole map, or as much of it as some letters take: the joiner goes on from there. */
static void write_map(struct felt_letter *letter, const struct felt_held *held, uint32_t member)
{
    struct felt_node *node = letter->node;
    uint32_t n_slots = felt_slot_map_slots(node->map), next = 0;
    struct felt_message *m = &node->outgoing;

    for (unsigned letters = 1;; letters++) {
        next = felt_letter_write_slots(letter, next, n_slots);
        if (next == n_slots || letters == MAP_LETTERS)
            break;
        felt_letter_post(letter);
        /* They may overtake one another, and the first to arrive makes us known to the joiner. */
        open_answer(letter, node, &held->to, member, held->request, true);
    }
    m->type = FELT_MESSAGE_ANSWERED;
    m->answered.question = FELT_MESSAGE_PULL_SLOTS;
    m->answered.more = next < n_slots;
    m->answered.next = next;
    felt_letter_write(letter, m);
}

/* All notices, or as many as some letters take: the rest shows in digests. */
static void write_notices(struct felt_letter *letter, const struct felt_held *held, uint32_t member)
{
    unsigned letters = 1;

    for (uint32_t bucket = 0; bucket < FELT_BUCKETS; bucket++) {
        struct felt_notice notice;
        uint32_t i = 0;

        while (felt_notices_at(letter->node->notices, bucket, i, &notice)) {
            i = felt_letter_write_notices(letter, bucket, i, UINT32_MAX);
            if (!felt_notices_at(letter->node->notices, bucket, i, &notice))
                break;
            if (letters++ == NOTICE_LETTERS)
                return;
            felt_letter_post(letter);
            open_answer(letter, letter->node, &held->to, member, held->request, true);
        }
    }
}

/* The gift, and all else in the map, is durable. */
static void answer_durable(struct felt_node *node, const struct felt_held *held)
{
    uint32_t member = felt_members_find(node->members, &held->joiner);
    const struct felt_gift_record *gift =
        felt_gift_log_find(&node->gifts, &held->joiner, held->request);
    struct felt_letter letter;

    if (held->fresh)
        felt_hearing_tell(node, &held->to, member);
    open_answer(&letter, node, &held->to, member, held->request, held->fresh);
    write_given(&letter, held, member);
    if (held->fresh) {
        write_map(&letter, held, member);
        write_notices(&letter, held, member);
    }
    for (uint32_t k = 0; !held->fresh && gift && k < gift->n; k++)
        felt_letter_write_slots(&letter, gift->ranges[k].first,
                                gift->ranges[k].first + gift->ranges[k].count);
    felt_letter_post(&letter);
}

/* Answers once everything that the answer tells is durable. */
static void answer_given(struct felt_node *node, const struct felt_held *ask)
{
    struct felt_held held = *ask;

    held.kind = FELT_HELD_ANSWER;
    if (felt_saver_settled(&node->saver) || FELT_MUTANT(GIFT_UNSAVED))
        answer_durable(node, &held);
    else
        felt_saver_queue(&node->saver, &held); /* no room: the joiner asks again */
}

/* A leaver makes itself known, to have somebody to leave its slots to. */
static bool has_left(const struct felt_node *node, uint32_t member)
{
    return member != FELT_MEMBER_NONE && felt_members_peek(node->members, member)->descriptor->left;
}

/* It owns something that it may lease. */
static bool is_served(const struct felt_node *node, const struct felt_held *ask,
                      const struct felt_claim *claim)
{
    return felt_lease_choose(node->map, &ask->joiner, FELT_SLOT_NONE, &node->freed, claim) !=
           FELT_SLOT_NONE;
}

/* What is reserved for the joiner, else what it asks for, unless that is reserved for another. */
static uint32_t wish_of(const struct felt_node *node, const struct felt_held *ask,
                        const struct felt_claim *claim)
{
    uint32_t slot = felt_claim_slot(claim);

    if (slot != FELT_SLOT_NONE)
        return slot;
    if (ask->wish.ip.family == FELT_FAMILY_NONE ||
        felt_netconf_slot(&node->config, &ask->wish, &slot) < 0 || felt_claim_denied(claim, slot))
        return FELT_SLOT_NONE;
    return slot;
}

/* While a bridge is on only the node beside it gives, one slot, whose key is in etcd. */
static void decide_bridged(struct felt_node *node, const struct felt_held *ask, uint32_t member,
                           const struct felt_claim *claim)
{
    uint32_t bridge = felt_bridge_member(node), slot;
    struct felt_gift_decision decision = {.result = FELT_GIFT_GIVEN, .n = 1};
    bool hope = true;

    if (bridge != FELT_MEMBER_NONE && bridge != member) {
        const struct felt_id *referral = felt_members_id(node->members, bridge);

        introduce(node, member, referral);
        answer(node, ask, member, FELT_GIFT_ASK, referral);
        return;
    }
    slot = felt_bridge_is_self(node)
               ? felt_demand_asked(node, ask, wish_of(node, ask, claim), &hope)
               : FELT_SLOT_NONE;
    if (slot == FELT_SLOT_NONE) {
        answer(node, ask, member, hope ? FELT_GIFT_BRIDGE : FELT_GIFT_NONE, NULL);
        return;
    }
    decision.ranges[0] = (struct felt_slot_range){.first = slot, .count = 1};
    give(node, ask, &decision);
    felt_demand_given(node, &ask->joiner);
    answer_given(node, ask);
}

/* Nothing stands in the way of a decision on an ASK any more. */
static void decide(struct felt_node *node, const struct felt_held *ask)
{
    uint32_t member = felt_members_find(node->members, &ask->joiner);
    struct felt_claim claim = felt_reserve_claim(node, member);
    _cleanup_(felt_freep) struct felt_donor *donors = NULL;
    struct felt_gift_question question;
    struct felt_gift_decision decision;

    /* Who is no member any more (we have started over while the disk was at work) joins anew. */
    if (member == FELT_MEMBER_NONE || node->era == 0 || !felt_confirmed(node) ||
        felt_leaver_leaving(node) || has_left(node, member) ||
        !(donors = felt_donor_list(node, member, &question.n_donors))) {
        answer(node, ask, member, FELT_GIFT_BUSY, NULL);
        return;
    }
    /* Asked twice, or given to by somebody else: it has slots, and its answer got lost. What a
     * decision took from it again it has not. */
    if (felt_slot_map_stake(node->map, &ask->joiner) > 0 &&
        (felt_gift_log_find(&node->gifts, &ask->joiner, ask->request) ||
         is_served(node, ask, &claim))) {
        answer_given(node, ask);
        return;
    }
    if (felt_supersede_awaits(node, member)) {
        answer(node, ask, member, FELT_GIFT_HEIR, NULL);
        return;
    }
    if (felt_bridge_on(node) && !FELT_MUTANT(BRIDGE_IGNORED)) {
        decide_bridged(node, ask, member, &claim);
        return;
    }
    question.map = node->map;
    question.self = *felt_node_id(node);
    question.lease = node->has_lease ? node->lease : FELT_SLOT_NONE;
    question.donors = donors;
    question.freed = &node->freed;
    question.n_waiting = felt_saver_count(&node->saver, FELT_HELD_ASK);
    question.claim = &claim;
    question.wish = wish_of(node, ask, &claim);
    felt_gift_decide(&question, &decision);
    if (decision.result == FELT_GIFT_GIVEN) {
        give(node, ask, &decision);
        answer_given(node, ask);
    } else if (decision.result == FELT_GIFT_ASK) {
        introduce(node, member, &decision.referral);
        answer(node, ask, member, FELT_GIFT_ASK, &decision.referral);
    } else {
        answer(node, ask, member, decision.result, NULL);
    }
}

static bool somebody_waits(const struct felt_node *node)
{
    return felt_saver_count(&node->saver, FELT_HELD_ANSWER) +
               felt_saver_count(&node->saver, FELT_HELD_ASK) >
           0;
}

felt_usec felt_donor_deadline(const struct felt_node *node)
{
    return felt_saver_settled(&node->saver) && somebody_waits(node) ? node->now : FELT_USEC_NEVER;
}

static bool has_room(const struct felt_node *node)
{
    return felt_outbox_room(node->outbox) >= ANSWER_ROOM;
}

void felt_donor_wake(struct felt_node *node)
{
    struct felt_held held;

    if (!felt_saver_settled(&node->saver))
        return;
    while (has_room(node) && felt_saver_release(&node->saver, FELT_HELD_ANSWER, &held))
        answer_durable(node, &held);
    while (has_room(node) && felt_saver_release(&node->saver, FELT_HELD_ASK, &held))
        decide(node, &held);
}

/* Decides on it, or has it wait. */
static void take(struct felt_node *node, const struct felt_held *ask)
{
    if (felt_saver_settled(&node->saver) && !somebody_waits(node))
        decide(node, ask);
    else if (felt_saver_count(&node->saver, FELT_HELD_ASK) >= ASKS_MAX ||
             !felt_saver_queue(&node->saver, ask))
        answer(node, ask, felt_members_find(node->members, &ask->joiner), FELT_GIFT_BUSY,
               NULL); /* it asks again before long */
}

enum felt_verdict felt_donor_asked(struct felt_node *node, const struct felt_inbound *in)
{
    struct felt_held ask = {
        .kind = FELT_HELD_ASK,
        .joiner = in->envelope.sender,
        .to = in->from,
        .fresh = in->era == 0,
        .wish = in->wish,
    };

    memcpy(ask.request, in->request, sizeof(ask.request));
    take(node, &ask);
    return FELT_VERDICT_TAKEN;
}

void felt_donor_resume(struct felt_node *node, const struct felt_held *ask)
{
    take(node, ask);
}
