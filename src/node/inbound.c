/* SPDX-License-Identifier: Apache-2.0 */
#include "node/inbound.h"

#include <string.h>

#include "node/answer.h"
#include "node/bootstrap.h"
#include "node/challenge.h"
#include "node/confirm.h"
#include "node/core.h"
#include "node/donor.h"
#include "node/gossip.h"
#include "node/letter.h"
#include "node/member_pull.h"
#include "node/vouch.h"

#define REPORT_PAUSE (10 * FELT_USEC_SEC) /* between two reports of foreign datagrams */

static bool is_nowhere(const uint8_t cluster[FELT_SEAL_CLUSTER])
{
    static const uint8_t nowhere[FELT_SEAL_CLUSTER];

    return memcmp(cluster, nowhere, sizeof(nowhere)) == 0;
}

static void report(struct felt_node *node, enum felt_event_kind kind, const struct felt_inbound *in)
{
    struct felt_event *event;

    if (node->foreign_us != 0 && node->now < felt_usec_add(node->foreign_us, REPORT_PAUSE))
        return;
    node->foreign_us = FELT_MAX(node->now, (felt_usec)1);
    event = felt_outbox_event(node->outbox, kind);
    event->endpoint = in->from;
    memcpy(event->other, in->cluster, sizeof(event->other));
}

/* From the sealed bytes to the envelope and the reader at the first message. */
static enum felt_verdict unseal(struct felt_node *node, struct felt_bytes sealed,
                                struct felt_inbound *in)
{
    struct felt_seal_header header;
    enum felt_verdict verdict;
    size_t len;

    if (sealed.len > FELT_DATAGRAM_MAX)
        return FELT_VERDICT_MALFORMED;
    verdict = felt_seal_peek(sealed, &header);
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    memcpy(in->cluster, header.cluster, sizeof(in->cluster));
    if ((node->in_cluster || node->has_cluster) && !is_nowhere(in->cluster) &&
        memcmp(in->cluster, node->cluster, sizeof(in->cluster)) != 0) {
        report(node, FELT_EVENT_FOREIGN_CLUSTER, in);
        return FELT_VERDICT_FOREIGN;
    }
    verdict = felt_seal_open(&node->seal, sealed, node->plain, &len);
    if (verdict == FELT_VERDICT_UNKNOWN_KEY)
        report(node, FELT_EVENT_WRONG_KEY, in);
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    if (felt_reader_begin(node->reader, felt_bytes(node->plain, len), &in->envelope) < 0)
        return FELT_VERDICT_MALFORMED;
    return FELT_VERDICT_TAKEN;
}

/* A stranger may lie about its address, so that our answer goes to somebody else: it gets one, and
 * none that is larger than its question. */
static bool may_answer(struct felt_inbound *in, size_t answer_len)
{
    if (in->member != FELT_MEMBER_NONE)
        return true;
    if (in->answered || answer_len > in->len)
        return false;
    in->answered = true;
    return true;
}

/* Who we are and that we heard: so for strangers, too. */
static enum felt_verdict hello(struct felt_node *node, struct felt_inbound *in)
{
    struct felt_letter letter;

    if (!node->in_cluster && !felt_bootstrap_open(node))
        return FELT_VERDICT_BUSY;
    felt_bootstrap_hello(node, in);
    felt_letter_open_to(&letter, node, &in->from, FELT_MEMBER_NONE);
    node->outgoing.type = FELT_MESSAGE_COOKIE;
    felt_cookie_make(&node->cookie, &in->from, &in->envelope.sender, in->envelope.session,
                     node->outgoing.cookie.cookie);
    felt_letter_write(&letter, &node->outgoing);
    if (!may_answer(in, letter.len + FELT_SEAL_OVERHEAD))
        return FELT_VERDICT_STRANGER;
    felt_letter_post(&letter);
    return FELT_VERDICT_TAKEN;
}

/* A stranger's descriptor follows in the same datagram, so the answer waits for its end. */
static enum felt_verdict join(struct felt_node *node, struct felt_inbound *in,
                              const struct felt_message *m)
{
    if (!node->in_cluster)
        return FELT_VERDICT_BUSY;
    if (in->member == FELT_MEMBER_NONE) {
        if (!felt_cookie_check(&node->cookie, &in->from, &in->envelope.sender, in->envelope.session,
                               m->join.cookie)) {
            /* It may have moved, or restarted: a new cookie costs it one round trip. */
            hello(node, in);
            return FELT_VERDICT_STRANGER;
        }
        in->vouched = true;
    }
    in->asks = true;
    memcpy(in->request, m->join.request, sizeof(in->request));
    in->era = m->join.era;
    in->wish = m->join.wish;
    return FELT_VERDICT_TAKEN;
}

/* What only members may send. */
static enum felt_verdict from_member(struct felt_node *node, const struct felt_inbound *in,
                                     const struct felt_message *m)
{
    enum felt_verdict verdict;

    if (in->member == FELT_MEMBER_NONE)
        return FELT_VERDICT_STRANGER;
    switch (m->type) {
    case FELT_MESSAGE_ACK:
        return felt_gossip_ack(node, in, m);
    case FELT_MESSAGE_PROBE_REQUEST:
        return felt_gossip_probe_request(node, in, m);
    case FELT_MESSAGE_NACK:
        return felt_swim_nack(node->swim, node->now, in->member, m->nack.seq, m->nack.refused);
    case FELT_MESSAGE_GIFT:
        verdict = felt_introduction_gift(node, in, m);
        return verdict == FELT_VERDICT_MISDIRECTED ? felt_asker_gift(node, in, m) : verdict;
    case FELT_MESSAGE_LIVENESS:
        return felt_gossip_liveness(node, in, m);
    case FELT_MESSAGE_SYNC_MEMBERS:
        return felt_answer_sync_members(node, in, m);
    case FELT_MESSAGE_SUMMARY:
        return felt_member_pull_summary(node, in, m);
    case FELT_MESSAGE_FETCH:
        return felt_answer_fetch(node, in, m);
    case FELT_MESSAGE_SLOTS:
        return felt_slot_pull_slots(node, in, m);
    case FELT_MESSAGE_SYNC_SLOTS:
        return felt_answer_sync_slots(node, in, m);
    case FELT_MESSAGE_PULL_SLOTS:
        return felt_answer_pull_slots(node, in, m);
    case FELT_MESSAGE_ANSWERED:
        if (m->answered.question == FELT_MESSAGE_SYNC_NOTICES)
            return felt_crier_answered(node, in, m);
        return m->answered.question == FELT_MESSAGE_SYNC_MEMBERS
                   ? felt_member_pull_answered(node, in, m)
                   : felt_slot_pull_answered(node, in, m);
    case FELT_MESSAGE_PREPARE:
        return felt_voter_prepare(node, in, m);
    case FELT_MESSAGE_ACCEPT:
        return felt_voter_accept(node, in, m);
    case FELT_MESSAGE_PROMISE:
        return felt_reclaim_promise(node, in, m);
    case FELT_MESSAGE_ACCEPTED:
        return felt_reclaim_accepted(node, in, m);
    case FELT_MESSAGE_OUTBID:
        return felt_reclaim_outbid(node, m);
    case FELT_MESSAGE_DECISION:
        return felt_era_decision(node, m);
    case FELT_MESSAGE_SILENCES:
        return felt_hearing_told(node, m);
    case FELT_MESSAGE_NOTICES:
        return felt_crier_heard(node, in, m);
    case FELT_MESSAGE_SYNC_NOTICES:
        return felt_answer_sync_notices(node, in, m);
    case FELT_MESSAGE_PROBE:
    case FELT_MESSAGE_HELLO:
    case FELT_MESSAGE_COOKIE:
    case FELT_MESSAGE_CANDIDATE:
    case FELT_MESSAGE_CONFIRM:
    case FELT_MESSAGE_CONFIRMED:
    case FELT_MESSAGE_CHALLENGE:
    case FELT_MESSAGE_PRESENT:
    case FELT_MESSAGE_JOIN:
    case FELT_MESSAGE_WELCOME:
    case FELT_MESSAGE_DESCRIPTOR:
        break;
    }
    return FELT_VERDICT_MALFORMED;
}

static enum felt_verdict dispatch(struct felt_node *node, struct felt_inbound *in,
                                  const struct felt_message *m)
{
    enum felt_verdict verdict;

    switch (m->type) {
    case FELT_MESSAGE_PROBE:
        /* An ack is smaller than its probe. */
        return may_answer(in, 0) ? felt_gossip_probe(node, in, m) : FELT_VERDICT_STRANGER;
    case FELT_MESSAGE_HELLO:
        return hello(node, in);
    case FELT_MESSAGE_CANDIDATE:
        return felt_bootstrap_candidate(node, in, m);
    case FELT_MESSAGE_COOKIE:
        if (is_nowhere(in->cluster)) /* another candidate's: members do not answer so */
            return felt_bootstrap_cookie(node, in, m);
        verdict = felt_introduction_cookie(node, in, m);
        return verdict == FELT_VERDICT_MISDIRECTED ? felt_asker_cookie(node, in, m) : verdict;
    case FELT_MESSAGE_JOIN:
        return join(node, in, m);
    case FELT_MESSAGE_WELCOME:
        verdict = felt_introduction_welcome(node, m);
        if (verdict == FELT_VERDICT_MISDIRECTED)
            verdict = felt_asker_welcome(node, in, m);
        if (verdict == FELT_VERDICT_TAKEN)
            in->vouched = true;
        return verdict;
    case FELT_MESSAGE_DESCRIPTOR:
        if (in->member == FELT_MEMBER_NONE && !in->vouched)
            return FELT_VERDICT_STRANGER;
        verdict = felt_gossip_descriptor(node, in, m);
        in->member = felt_members_find(node->members, &in->envelope.sender);
        return verdict;
    case FELT_MESSAGE_CONFIRM:
    case FELT_MESSAGE_CONFIRMED:
    case FELT_MESSAGE_CHALLENGE:
    case FELT_MESSAGE_PRESENT:
        return FELT_VERDICT_MALFORMED; /* they come alone */
    case FELT_MESSAGE_ACK:
    case FELT_MESSAGE_PROBE_REQUEST:
    case FELT_MESSAGE_NACK:
    case FELT_MESSAGE_GIFT:
    case FELT_MESSAGE_LIVENESS:
    case FELT_MESSAGE_SYNC_MEMBERS:
    case FELT_MESSAGE_SUMMARY:
    case FELT_MESSAGE_FETCH:
    case FELT_MESSAGE_SLOTS:
    case FELT_MESSAGE_SYNC_SLOTS:
    case FELT_MESSAGE_PULL_SLOTS:
    case FELT_MESSAGE_ANSWERED:
    case FELT_MESSAGE_PREPARE:
    case FELT_MESSAGE_PROMISE:
    case FELT_MESSAGE_ACCEPT:
    case FELT_MESSAGE_ACCEPTED:
    case FELT_MESSAGE_OUTBID:
    case FELT_MESSAGE_DECISION:
    case FELT_MESSAGE_SILENCES:
    case FELT_MESSAGE_NOTICES:
    case FELT_MESSAGE_SYNC_NOTICES:
        break;
    }
    return from_member(node, in, m);
}

/* Hands out the messages, from the one in node->incoming on. News that we had already is no refusal
 * of the datagram. r: what the reader said of that one. */
static enum felt_verdict read_messages(struct felt_node *node, struct felt_inbound *in, int r)
{
    enum felt_verdict whole = FELT_VERDICT_TAKEN;

    for (; r > 0; r = felt_reader_next(node->reader, &node->incoming)) {
        enum felt_verdict one = dispatch(node, in, &node->incoming);

        if (one != FELT_VERDICT_TAKEN && one != FELT_VERDICT_STALE)
            whole = one;
    }
    return r < 0 ? FELT_VERDICT_MALFORMED : whole;
}

/* The sender is authentic: is this datagram new? Then it is taken into its window. */
static enum felt_verdict heard(struct felt_node *node, const struct felt_inbound *in)
{
    struct felt_contact *contact = felt_members_contact(node->members, in->member);
    enum felt_verdict verdict;

    if (!contact)
        return FELT_VERDICT_BUSY;
    if (felt_vouch_refuses(node, in))
        return FELT_VERDICT_STALE;
    verdict = felt_replay_check(&contact->replay, in->envelope.session, in->envelope.counter);
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    contact->heard_us = FELT_MAX(node->now, (felt_usec)1);
    contact->save = FELT_MAX(contact->save, in->envelope.save);
    felt_replay_take(&contact->replay, in->envelope.session, in->envelope.counter);
    return FELT_VERDICT_TAKEN;
}

/* These come alone, and before there is anything to hold them against: whose life of an identity is
 * the right one is what they are about. What they answer to is named in them. */
static bool is_about_identity(const struct felt_message *m)
{
    return m->type == FELT_MESSAGE_CONFIRM || m->type == FELT_MESSAGE_CONFIRMED ||
           m->type == FELT_MESSAGE_CHALLENGE || m->type == FELT_MESSAGE_PRESENT;
}

static enum felt_verdict about_identity(struct felt_node *node, const struct felt_inbound *in,
                                        const struct felt_message *m)
{
    if (m->type == FELT_MESSAGE_CONFIRM)
        return felt_vouch_asked(node, in);
    if (m->type == FELT_MESSAGE_CONFIRMED)
        return felt_confirm_answer(node, in, m);
    if (m->type == FELT_MESSAGE_CHALLENGE)
        return felt_challenge_asked(node, in, m);
    return felt_challenge_present(node, in, m);
}

enum felt_verdict felt_inbound_datagram(struct felt_node *node, const struct felt_endpoint *from,
                                        struct felt_bytes sealed)
{
    struct felt_inbound in = {.from = *from, .len = sealed.len, .pulled = FELT_MEMBER_NONE};
    enum felt_verdict verdict;
    int r;

    if (node->confirm.phase == FELT_CONFIRM_SILENT)
        return FELT_VERDICT_BUSY;
    verdict = unseal(node, sealed, &in);
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    in.member = felt_members_find(node->members, &in.envelope.sender);
    r = felt_reader_next(node->reader, &node->incoming);
    if (r <= 0 || node->incoming.type != FELT_MESSAGE_CONFIRMED) /* which is what it waits for */
        felt_confirm_met(node, &in);
    if (r > 0 && is_about_identity(&node->incoming))
        return about_identity(node, &in, &node->incoming);
    if (in.member == FELT_MEMBER_SELF)
        return FELT_VERDICT_MISDIRECTED;
    if (!node->started)
        return FELT_VERDICT_BUSY;
    if (in.member != FELT_MEMBER_NONE) {
        verdict = heard(node, &in);
        if (verdict != FELT_VERDICT_TAKEN)
            return verdict;
        verdict = read_messages(node, &in, r);
    } else {
        verdict = read_messages(node, &in, r);
        if (in.member != FELT_MEMBER_NONE)
            heard(node, &in);
    }
    felt_generation_met(node, &in);
    if (in.asks && in.member != FELT_MEMBER_NONE)
        verdict = felt_donor_asked(node, &in);
    return verdict;
}
