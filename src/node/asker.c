/* SPDX-License-Identifier: Apache-2.0 */
#include "node/asker.h"

#include <stdio.h>
#include <string.h>

#include "lease/waiting.h"
#include "node/bootstrap.h"
#include "node/core.h"
#include "node/donor.h"
#include "node/inbound.h"
#include "node/letter.h"
#include "node/own.h"
#include "node/reserve.h"

#define ANSWER_TIME   (500 * FELT_USEC_MS) /* for an answer; also the first pause */
#define PAUSE_MAX     (10 * FELT_USEC_SEC)
#define BUSY_PAUSE    (100 * FELT_USEC_MS) /* a busy donor is waiting for its disk */
#define FIRST_PAUSE   (100 * FELT_USEC_MS) /* of a member: rumours need no longer to go round */
#define REFERRALS_MAX 8                    /* in a row; then the members do not agree yet */
#define HELD_PATIENT  4                    /* waits for the bridge; then it is worth a line */
#define SILENT_AFTER  (4 * ANSWER_TIME)    /* a pause this long: time to say that nobody answers */

void felt_asker_init(struct felt_asker *asker)
{
    *asker = (struct felt_asker){.backoff_us = ANSWER_TIME, .proposed = FELT_SLOT_NONE};
    snprintf(asker->waiting, sizeof(asker->waiting), "not asked for yet");
}

static bool wants(const struct felt_node *node)
{
    return !node->in_cluster || (node->era > 0 && !node->has_lease && !felt_leaver_leaving(node));
}

felt_usec felt_asker_deadline(const struct felt_node *node)
{
    return node->started && wants(node) ? node->asker.next_us : FELT_USEC_NEVER;
}

static void pause_for(struct felt_node *node, felt_usec time)
{
    node->asker.asked = false;
    node->asker.next_us = felt_usec_add(node->now, felt_prng_jitter(&node->prng, time));
}

/* Nothing came of it: longer every time. */
static void back_off(struct felt_node *node)
{
    node->asker.n_shunned = 0;
    pause_for(node, node->asker.backoff_us);
    node->asker.backoff_us = FELT_MIN(node->asker.backoff_us * 2, PAUSE_MAX);
    node->asker.referrals = 0;
}

static void new_request(struct felt_node *node)
{
    felt_put_be64(node->asker.request, felt_prng_next(&node->prng));
}

void felt_asker_seeds(struct felt_node *node, const struct felt_endpoint *endpoints, size_t n)
{
    struct felt_asker *asker = &node->asker;

    n = FELT_MIN(n, (size_t)FELT_SEEDS_MAX);
    memcpy(asker->seeds, endpoints, n * sizeof(endpoints[0]));
    if (asker->n_seeds == 0 && n > 0)
        asker->next_us = node->now;
    asker->n_seeds = (uint32_t)n;
}

void felt_asker_restart(struct felt_node *node)
{
    new_request(node); /* the earlier one would get the earlier answer */
    node->asker.proposed = FELT_SLOT_NONE;
    node->asker.n_shunned = 0;
    node->asker.asked = false;
    node->asker.told = false;
    node->asker.held = false;
    node->asker.n_held = 0;
    node->asker.backoff_us = ANSWER_TIME;
    node->asker.next_us = node->now;
}

void felt_asker_join(struct felt_node *node, const struct felt_endpoint *to, uint32_t member,
                     const uint8_t cookie[FELT_COOKIE_LEN],
                     const uint8_t request[FELT_REQUEST_ID_LEN])
{
    struct felt_message *m = &node->outgoing;
    struct felt_letter letter;

    felt_letter_open_to(&letter, node, to, member);
    letter.rumours = false;
    m->type = FELT_MESSAGE_JOIN;
    memcpy(m->join.cookie, cookie, FELT_COOKIE_LEN);
    memcpy(m->join.request, request, FELT_REQUEST_ID_LEN);
    m->join.era = node->era;
    m->join.wish = node->wish;
    felt_letter_write(&letter, m);
    felt_letter_write_member(&letter, FELT_MEMBER_SELF);
    felt_letter_post(&letter);
}

static void send_join(struct felt_node *node, const struct felt_endpoint *to, uint32_t member)
{
    struct felt_asker *asker = &node->asker;

    if (memcmp(asker->request, (uint8_t[FELT_REQUEST_ID_LEN]){0}, FELT_REQUEST_ID_LEN) == 0)
        new_request(node);
    felt_asker_join(node, to, member, asker->cookie, asker->request);
    asker->asked = true;
    asker->held = false;
    asker->to = *to;
    asker->donor = member != FELT_MEMBER_NONE ? *felt_members_id(node->members, member)
                                              : (struct felt_id){{0}};
    asker->next_us = felt_usec_add(node->now, ANSWER_TIME);
}

void felt_asker_hello(struct felt_node *node, const struct felt_endpoint *to)
{
    struct felt_message *m = &node->outgoing;
    struct felt_letter letter;

    felt_letter_open_to(&letter, node, to, FELT_MEMBER_NONE);
    m->type = FELT_MESSAGE_HELLO;
    m->hello.padding = FELT_HELLO_PADDING;
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
}

/* A hello to every seed; the first cookie decides whom we ask. */
static void try_seeds(struct felt_node *node)
{
    struct felt_asker *asker = &node->asker;

    if (asker->backoff_us >= SILENT_AFTER && !asker->told && asker->n_seeds > 0 &&
        !felt_bootstrap_open(node)) {
        felt_outbox_event(node->outbox, FELT_EVENT_SEEDS_SILENT);
        asker->told = true;
    }
    /* Names may resolve to somebody else by now. */
    if (asker->n_seeds == 0 || asker->backoff_us > ANSWER_TIME)
        felt_outbox_event(node->outbox, FELT_EVENT_SEEDS_WANTED);
    for (uint32_t i = 0; i < asker->n_seeds; i++)
        felt_asker_hello(node, &asker->seeds[i]);
    back_off(node);
}

static void say_waiting(struct felt_node *node)
{
    struct felt_asker *asker = &node->asker;
    struct felt_event *event;

    if (asker->told)
        return;
    asker->told = true;
    event = felt_outbox_event(node->outbox, FELT_EVENT_LEASE_WAITING);
    snprintf(event->text, sizeof(event->text), "%s", asker->waiting);
}

/* Why nobody gives: how much there is and who sits on it silently. */
static void report_waiting(struct felt_node *node)
{
    struct felt_waiting waiting = {.n_slots = felt_slot_map_slots(node->map),
                                   .lease_us = node->lease_time_us > 0 ? node->lease_time_us
                                                                       : FELT_USEC_NEVER};
    struct felt_claim claim = felt_reserve_claim(node, FELT_MEMBER_SELF);
    _cleanup_(felt_freep) struct felt_kept *kept = felt_reserve_kept(node, &claim);
    struct felt_asker *asker = &node->asker;
    uint32_t at = 0, stake;
    struct felt_id owner;

    for (uint32_t i = 0; kept && i < felt_members_end(node->members); i++)
        if (kept[i].from_claim > 0 && felt_members_peek(node->members, i)->state < FELT_MEMBER_DEAD)
            waiting.n_reserved += kept[i].from_claim;
    while (felt_slot_map_next_owner(node->map, &at, &owner, &stake)) {
        uint32_t i = felt_members_find(node->members, &owner);

        if (i != FELT_MEMBER_NONE && felt_members_peek(node->members, i)->state < FELT_MEMBER_DEAD)
            continue;
        waiting.n_silent += stake;
        waiting.silent_us =
            FELT_MAX(waiting.silent_us, felt_silence_of(node->hearing.silence, &owner));
    }
    waiting.stopped = waiting.n_silent >= (waiting.n_slots + 1) / 2;
    felt_waiting_format(&waiting, asker->waiting, sizeof(asker->waiting));
    say_waiting(node);
}

static bool is_shunned(const struct felt_asker *asker, const struct felt_id *id)
{
    for (uint32_t i = 0; i < asker->n_shunned; i++)
        if (felt_id_equal(&asker->shunned[i], id))
            return true;
    return false;
}

/* Whoever was asked could not help, so the next one is asked at once: after so many there is a
 * pause, and then all are as good as ever. */
static void ask_another(struct felt_node *node)
{
    struct felt_asker *asker = &node->asker;

    if (asker->n_shunned == FELT_ASKER_SHUNNED_MAX) {
        back_off(node);
        return;
    }
    asker->shunned[asker->n_shunned++] = asker->donor;
    asker->asked = false;
    asker->next_us = node->now;
}

static const struct felt_donor *richest(const struct felt_asker *asker,
                                        const struct felt_donor *donors, uint32_t n)
{
    const struct felt_donor *best = NULL;

    for (uint32_t i = 0; i < n; i++)
        if (donors[i].reserve > 0 && (!best || donors[i].reserve > best->reserve) &&
            !is_shunned(asker, &donors[i].id))
            best = &donors[i];
    return best;
}

/* Nobody is left to ask. A busy one has not said no, it waits for its disk. */
static void pause_asking(struct felt_node *node)
{
    struct felt_asker *asker = &node->asker;

    if (asker->n_shunned == 0)
        report_waiting(node);
    if (asker->busy) {
        asker->n_shunned = 0;
        pause_for(node, BUSY_PAUSE);
    } else {
        back_off(node);
    }
    asker->busy = false;
}

/* We are a member and need slots: ask whoever has most. */
static void try_members(struct felt_node *node)
{
    _cleanup_(felt_freep) struct felt_donor *donors = NULL;
    const struct felt_donor *best;
    uint32_t n, i;

    donors = felt_donor_list(node, FELT_MEMBER_SELF, &n);
    best = donors ? richest(&node->asker, donors, n) : NULL;
    if (!best) {
        pause_asking(node);
        return;
    }
    snprintf(node->asker.waiting, sizeof(node->asker.waiting), "asking a member for a subnet");
    i = felt_members_find(node->members, &best->id);
    send_join(node, &felt_members_peek(node->members, i)->descriptor->advertise, i);
}

/* A bridge is on: only the node beside it gives. */
static void try_bridge(struct felt_node *node)
{
    uint32_t i = felt_bridge_member(node);
    struct felt_asker *asker = &node->asker;

    felt_bridge_explain(node, asker->waiting, sizeof(asker->waiting));
    asker->busy = false;
    if (i == FELT_MEMBER_NONE || asker->n_shunned > 0) {
        if (i == FELT_MEMBER_NONE && ++asker->n_held > HELD_PATIENT)
            say_waiting(node);
        pause_for(node, asker->n_shunned > 0 ? BUSY_PAUSE : ANSWER_TIME);
        asker->n_shunned = 0;
        return;
    }
    send_join(node, &felt_members_peek(node->members, i)->descriptor->advertise, i);
}

/* The bridge node has us wait, and may still answer. */
static void wait_for_bridge(struct felt_node *node)
{
    struct felt_asker *asker = &node->asker;

    if (felt_bridge_on(node))
        felt_bridge_explain(node, asker->waiting, sizeof(asker->waiting));
    else /* we have not heard of it yet */
        snprintf(asker->waiting, sizeof(asker->waiting), "waiting for the etcd bridge");
    if (++asker->n_held > HELD_PATIENT)
        say_waiting(node);
    asker->held = true;
    asker->next_us = felt_usec_add(node->now, felt_prng_jitter(&node->prng, ANSWER_TIME));
}

void felt_asker_wake(struct felt_node *node)
{
    struct felt_asker *asker = &node->asker;
    bool bridged = node->in_cluster && felt_bridge_on(node);

    if (felt_asker_deadline(node) > node->now)
        return;
    if (bridged || asker->held) { /* it is asked again, answered or not */
        asker->asked = false;
        asker->held = false;
        if (bridged)
            try_bridge(node);
        else
            try_members(node);
        return;
    }
    if (asker->asked) { /* and not answered */
        if (node->in_cluster)
            ask_another(node);
        else
            back_off(node);
        return;
    }
    if (node->in_cluster)
        try_members(node);
    else
        try_seeds(node);
}

void felt_asker_refused(struct felt_node *node, const struct felt_endpoint *at)
{
    if (node->in_cluster && felt_bridge_on(node)) /* it alone gives: there is no next one */
        return;
    if (node->asker.asked && wants(node) && felt_endpoint_equal(&node->asker.to, at))
        node->asker.next_us = node->now;
}

enum felt_verdict felt_asker_cookie(struct felt_node *node, const struct felt_inbound *in,
                                    const struct felt_message *m)
{
    struct felt_asker *asker = &node->asker;

    if (!wants(node) || (asker->asked && !felt_endpoint_equal(&asker->to, &in->from)))
        return FELT_VERDICT_MISDIRECTED;
    /* A second cookie means that it did not take the first: our address may change on the way. */
    if (asker->asked && ++asker->referrals > REFERRALS_MAX)
        return FELT_VERDICT_STALE;
    memcpy(asker->cookie, m->cookie.cookie, FELT_COOKIE_LEN);
    /* Somebody is there: what gets lost now is asked for soon. */
    asker->backoff_us = FELT_MIN(asker->backoff_us, SILENT_AFTER);
    send_join(node, &in->from, in->member);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_asker_welcome(struct felt_node *node, const struct felt_inbound *in,
                                     const struct felt_message *m)
{
    struct felt_asker *asker = &node->asker;
    char text[FELT_CONFIG_TEXT_MAX + 1];

    if (!felt_endpoint_equal(&asker->to, &in->from) ||
        memcmp(asker->request, m->welcome.request, FELT_REQUEST_ID_LEN) != 0)
        return FELT_VERDICT_MISDIRECTED;
    if (node->in_cluster)
        return FELT_VERDICT_TAKEN; /* each letter of an answer begins with it */
    if (!asker->asked)
        return FELT_VERDICT_MISDIRECTED;
    if (memcmp(in->cluster, (uint8_t[FELT_SEAL_CLUSTER]){0}, FELT_SEAL_CLUSTER) == 0)
        return FELT_VERDICT_MALFORMED;
    memcpy(text, m->welcome.config.data, m->welcome.config.len);
    text[m->welcome.config.len] = '\0';
    if (strlen(text) != m->welcome.config.len ||
        felt_node_configure(node, text, m->welcome.config.len) < 0)
        return FELT_VERDICT_MALFORMED;
    felt_setter_lease_time(node, m->welcome.lease_time * FELT_USEC_SEC);
    memcpy(node->cluster, in->cluster, sizeof(node->cluster));
    node->in_cluster = true;
    felt_generation_joined(node, in);
    felt_saver_must(&node->saver);
    felt_outbox_event(node->outbox, FELT_EVENT_CONFIGURED);
    felt_outbox_event(node->outbox, FELT_EVENT_JOINED);
    snprintf(asker->waiting, sizeof(asker->waiting), "waiting for the slot map");
    asker->told = false;
    asker->backoff_us = FIRST_PAUSE;
    felt_sync_hurry(node);
    return FELT_VERDICT_TAKEN;
}

/* Goes on to the member that we were referred to. */
static void follow(struct felt_node *node, const struct felt_id *referral)
{
    uint32_t i = felt_members_find(node->members, referral);

    if (i == FELT_MEMBER_NONE || i == FELT_MEMBER_SELF || ++node->asker.referrals > REFERRALS_MAX) {
        back_off(node);
        return;
    }
    if (is_shunned(&node->asker, referral)) {
        ask_another(node);
        return;
    }
    send_join(node, &felt_members_peek(node->members, i)->descriptor->advertise, i);
}

enum felt_verdict felt_asker_gift(struct felt_node *node, const struct felt_inbound *in,
                                  const struct felt_message *m)
{
    struct felt_asker *asker = &node->asker;

    if (!asker->asked || !felt_endpoint_equal(&asker->to, &in->from) ||
        memcmp(asker->request, m->gift.request, FELT_REQUEST_ID_LEN) != 0)
        return FELT_VERDICT_MISDIRECTED;
    asker->donor = in->envelope.sender;
    /* Beside a gift the map comes unasked. */
    if (node->era == 0)
        felt_sync_ahead(node, in->member, m->gift.result == FELT_GIFT_GIVEN);
    felt_sync_first(node, in->member);
    switch (m->gift.result) {
    case FELT_GIFT_GIVEN:
        /* The slots come beside it, or by anti-entropy; asked again, it says the same. */
        asker->referrals = 0;
        asker->n_shunned = 0;
        asker->proposed = m->gift.lease;
        /* What it gave under this id may be reserved for somebody else by now. */
        if (node->era > 0 && felt_slot_map_stake(node->map, felt_node_id(node)) > 0 &&
            !felt_own_may_lease(node))
            new_request(node);
        pause_for(node, 2 * ANSWER_TIME);
        break;
    case FELT_GIFT_ASK:
        follow(node, &m->gift.referral);
        break;
    case FELT_GIFT_NONE:
        if (node->era > 0)
            report_waiting(node);
        back_off(node);
        break;
    case FELT_GIFT_HEIR:
        snprintf(asker->waiting, sizeof(asker->waiting),
                 "this machine was a member before, and is to get that subnet back");
        pause_for(node, ANSWER_TIME);
        break;
    case FELT_GIFT_BRIDGE:
        wait_for_bridge(node);
        break;
    case FELT_GIFT_BUSY:
        asker->busy = true;
        ask_another(node);
        break;
    }
    return FELT_VERDICT_TAKEN;
}
