/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/messages.h"

#include <assert.h>
#include <string.h>

static bool candidate_equal(const struct felt_message *a, const struct felt_message *b)
{
    return memcmp(a->candidate.cookie, b->candidate.cookie, FELT_COOKIE_LEN) == 0 &&
           a->candidate.expect == b->candidate.expect &&
           a->candidate.promised == b->candidate.promised && a->candidate.n == b->candidate.n &&
           memcmp(a->candidate.ids, b->candidate.ids,
                  a->candidate.n * sizeof(a->candidate.ids[0])) == 0;
}

static bool digest_equal(const struct felt_digest *a, const struct felt_digest *b)
{
    return a->era == b->era && a->slots == b->slots && a->members == b->members &&
           a->notices == b->notices;
}

static bool notices_equal(const struct felt_message *a, const struct felt_message *b)
{
    if (a->notices.n != b->notices.n)
        return false;
    for (uint32_t i = 0; i < a->notices.n; i++) {
        const struct felt_notice *x = &a->notices.entries[i], *y = &b->notices.entries[i];

        if (x->key != y->key || x->version != y->version || !felt_bytes_equal(x->value, y->value))
            return false;
    }
    return true;
}

static bool liveness_equal(const struct felt_message *a, const struct felt_message *b)
{
    if (a->liveness.n != b->liveness.n)
        return false;
    for (uint32_t i = 0; i < a->liveness.n; i++) {
        const struct felt_liveness *x = &a->liveness.entries[i], *y = &b->liveness.entries[i];

        if (!felt_id_equal(&x->id, &y->id) || x->incarnation != y->incarnation ||
            x->state != y->state || x->origin != y->origin)
            return false;
    }
    return true;
}

static bool summary_equal(const struct felt_message *a, const struct felt_message *b)
{
    if (a->summary.n != b->summary.n)
        return false;
    for (uint32_t i = 0; i < a->summary.n; i++) {
        const struct felt_summary_entry *x = &a->summary.entries[i], *y = &b->summary.entries[i];

        if (!felt_id_equal(&x->id, &y->id) || x->version != y->version ||
            x->incarnation != y->incarnation || x->state != y->state)
            return false;
    }
    return true;
}

static bool ballot_equal(const struct felt_ballot *a, const struct felt_ballot *b)
{
    return a->round == b->round && felt_id_equal(&a->id, &b->id);
}

static bool ranges_equal(const struct felt_slot_range *a, uint32_t n_a,
                         const struct felt_slot_range *b, uint32_t n_b)
{
    return n_a == n_b && memcmp(a, b, n_a * sizeof(*a)) == 0;
}

static bool value_equal(const struct felt_value *a, const struct felt_value *b)
{
    return (a->n == 0 || felt_id_equal(&a->heir, &b->heir)) &&
           ranges_equal(a->ranges, a->n, b->ranges, b->n);
}

static bool voice_equal(const struct felt_voice *a, const struct felt_voice *b)
{
    return a->digest == b->digest && a->whole == b->whole &&
           ranges_equal(a->ranges, a->n, b->ranges, b->n);
}

static bool record_equal(const struct felt_acceptor *a, const struct felt_acceptor *b)
{
    return ballot_equal(&a->promised, &b->promised) && ballot_equal(&a->accepted, &b->accepted) &&
           value_equal(&a->value, &b->value);
}

static bool prepare_equal(const struct felt_message *a, const struct felt_message *b)
{
    if (a->prepare.n != b->prepare.n || a->prepare.ordered != b->prepare.ordered)
        return false;
    for (uint32_t i = 0; i < a->prepare.n; i++)
        if (!felt_id_equal(&a->prepare.suspects[i].id, &b->prepare.suspects[i].id) ||
            a->prepare.suspects[i].slots != b->prepare.suspects[i].slots)
            return false;
    return true;
}

static bool vote_equal(const struct felt_message *a, const struct felt_message *b)
{
    if (a->prepare.era != b->prepare.era || a->prepare.round != b->prepare.round)
        return false;
    if (a->type == FELT_MESSAGE_PREPARE)
        return prepare_equal(a, b);
    if (a->type == FELT_MESSAGE_PROMISE)
        return voice_equal(&a->promise.voice, &b->promise.voice) &&
               a->promise.silent == b->promise.silent &&
               ballot_equal(&a->promise.accepted, &b->promise.accepted) &&
               value_equal(&a->promise.value, &b->promise.value);
    if (a->type == FELT_MESSAGE_ACCEPT)
        return value_equal(&a->accept.value, &b->accept.value);
    if (a->type == FELT_MESSAGE_ACCEPTED)
        return voice_equal(&a->accepted.voice, &b->accepted.voice);
    return a->outbid.promised == b->outbid.promised;
}

static bool silences_equal(const struct felt_message *a, const struct felt_message *b)
{
    if (a->silences.n != b->silences.n)
        return false;
    for (uint32_t i = 0; i < a->silences.n; i++)
        if (!felt_id_equal(&a->silences.entries[i].id, &b->silences.entries[i].id) ||
            a->silences.entries[i].seconds != b->silences.entries[i].seconds)
            return false;
    return true;
}

static bool slots_equal(const struct felt_message *a, const struct felt_message *b)
{
    if (a->slots.era != b->slots.era || !record_equal(&a->slots.record, &b->slots.record) ||
        a->slots.total != b->slots.total || a->slots.first != b->slots.first ||
        a->slots.n != b->slots.n)
        return false;
    for (uint32_t i = 0; i < a->slots.n; i++) {
        const struct felt_run *x = &a->slots.runs[i], *y = &b->slots.runs[i];

        if (x->count != y->count || !felt_id_equal(&x->owner, &y->owner) || x->term != y->term ||
            x->seq != y->seq)
            return false;
    }
    return true;
}

static bool join_equal(const struct felt_message *a, const struct felt_message *b)
{
    return memcmp(a->join.cookie, b->join.cookie, FELT_COOKIE_LEN) == 0 &&
           memcmp(a->join.request, b->join.request, FELT_REQUEST_ID_LEN) == 0 &&
           a->join.era == b->join.era && felt_cidr_equal(&a->join.wish, &b->join.wish);
}

static bool gift_equal(const struct felt_message *a, const struct felt_message *b)
{
    return memcmp(a->gift.request, b->gift.request, FELT_REQUEST_ID_LEN) == 0 &&
           a->gift.result == b->gift.result &&
           felt_id_equal(&a->gift.referral, &b->gift.referral) && a->gift.lease == b->gift.lease;
}

bool message_equal(const struct felt_message *a, const struct felt_message *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case FELT_MESSAGE_PROBE:
        return a->probe.seq == b->probe.seq && felt_id_equal(&a->probe.target, &b->probe.target) &&
               digest_equal(&a->probe.digest, &b->probe.digest);
    case FELT_MESSAGE_ACK:
        return a->ack.seq == b->ack.seq && digest_equal(&a->ack.digest, &b->ack.digest);
    case FELT_MESSAGE_PROBE_REQUEST:
        return a->probe_request.seq == b->probe_request.seq &&
               felt_id_equal(&a->probe_request.target, &b->probe_request.target);
    case FELT_MESSAGE_NACK:
        return a->nack.seq == b->nack.seq && a->nack.refused == b->nack.refused;
    case FELT_MESSAGE_HELLO:
        return a->hello.padding == b->hello.padding;
    case FELT_MESSAGE_COOKIE:
        return memcmp(a->cookie.cookie, b->cookie.cookie, FELT_COOKIE_LEN) == 0;
    case FELT_MESSAGE_JOIN:
        return join_equal(a, b);
    case FELT_MESSAGE_WELCOME:
        return memcmp(a->welcome.request, b->welcome.request, FELT_REQUEST_ID_LEN) == 0 &&
               felt_bytes_equal(a->welcome.config, b->welcome.config) &&
               a->welcome.lease_time == b->welcome.lease_time;
    case FELT_MESSAGE_GIFT:
        return gift_equal(a, b);
    case FELT_MESSAGE_LIVENESS:
        return liveness_equal(a, b);
    case FELT_MESSAGE_DESCRIPTOR:
        return felt_bytes_equal(a->descriptor.body, b->descriptor.body) &&
               memcmp(a->descriptor.signature, b->descriptor.signature, FELT_SIGNATURE_LEN) == 0;
    case FELT_MESSAGE_SYNC_MEMBERS:
        return a->sync_members.first == b->sync_members.first &&
               memcmp(a->sync_members.hashes, b->sync_members.hashes,
                      sizeof(a->sync_members.hashes)) == 0;
    case FELT_MESSAGE_SUMMARY:
        return summary_equal(a, b);
    case FELT_MESSAGE_FETCH:
        return a->fetch.n == b->fetch.n &&
               memcmp(a->fetch.ids, b->fetch.ids, a->fetch.n * sizeof(a->fetch.ids[0])) == 0;
    case FELT_MESSAGE_SLOTS:
        return slots_equal(a, b);
    case FELT_MESSAGE_SYNC_SLOTS:
        return a->sync_slots.era == b->sync_slots.era &&
               a->sync_slots.first == b->sync_slots.first &&
               memcmp(a->sync_slots.hashes, b->sync_slots.hashes, sizeof(a->sync_slots.hashes)) ==
                   0;
    case FELT_MESSAGE_PULL_SLOTS:
        return a->pull_slots.era == b->pull_slots.era && a->pull_slots.first == b->pull_slots.first;
    case FELT_MESSAGE_ANSWERED:
        return a->answered.question == b->answered.question &&
               a->answered.more == b->answered.more && a->answered.next == b->answered.next;
    case FELT_MESSAGE_NOTICES:
        return notices_equal(a, b);
    case FELT_MESSAGE_SYNC_NOTICES:
        return a->sync_notices.first == b->sync_notices.first &&
               memcmp(a->sync_notices.hashes, b->sync_notices.hashes,
                      sizeof(a->sync_notices.hashes)) == 0;
    case FELT_MESSAGE_CANDIDATE:
        return candidate_equal(a, b);
    case FELT_MESSAGE_PREPARE:
    case FELT_MESSAGE_PROMISE:
    case FELT_MESSAGE_ACCEPT:
    case FELT_MESSAGE_ACCEPTED:
    case FELT_MESSAGE_OUTBID:
        return vote_equal(a, b);
    case FELT_MESSAGE_DECISION:
        return a->decision.era == b->decision.era &&
               value_equal(&a->decision.value, &b->decision.value);
    case FELT_MESSAGE_SILENCES:
        return silences_equal(a, b);
    case FELT_MESSAGE_CONFIRM:
        return a->confirm.padding == b->confirm.padding;
    case FELT_MESSAGE_CONFIRMED:
        return a->confirmed.session == b->confirmed.session &&
               a->confirmed.verdict == b->confirmed.verdict;
    case FELT_MESSAGE_CHALLENGE:
        return a->challenge.nonce == b->challenge.nonce &&
               felt_id_equal(&a->challenge.target, &b->challenge.target);
    case FELT_MESSAGE_PRESENT:
        return a->present.nonce == b->present.nonce;
    case FELT_MESSAGE_PATH_PROBE:
        return a->path_probe.seq == b->path_probe.seq &&
               a->path_probe.family == b->path_probe.family;
    case FELT_MESSAGE_PATH_ANSWER:
        return a->path_answer.seq == b->path_answer.seq;
    }
    assert(false && "message type");
}
