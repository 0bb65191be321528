/* SPDX-License-Identifier: Apache-2.0 */
#include "node/voter.h"

#include <string.h>

#include "base/mutant.h"
#include "lease/acceptor.h"
#include "lease/value.h"
#include "lease/voice.h"
#include "node/confirm.h"
#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"

bool felt_voter_may(const struct felt_node *node)
{
    return node->era > 0 && !felt_leaver_leaving(node) && felt_confirmed(node) &&
           felt_slot_map_stake(node->map, felt_node_id(node)) > 0;
}

static void release(struct felt_vote *vote)
{
    free(vote->bytes);
    *vote = (struct felt_vote){0};
}

void felt_voter_drop(struct felt_node *node)
{
    for (uint32_t i = 0; i < FELT_VOTER_HELD_MAX; i++)
        release(&node->voter.held[i]);
}

/* The place for an answer to that proposer: its earlier one's, which it does not need any more. */
static struct felt_vote *place(struct felt_voter *voter, const struct felt_id *to)
{
    struct felt_vote *empty = NULL;

    for (uint32_t i = 0; i < FELT_VOTER_HELD_MAX; i++) {
        struct felt_vote *vote = &voter->held[i];

        if (vote->serial != 0 && felt_id_equal(&vote->to, to))
            return vote;
        if (vote->serial == 0)
            empty = vote;
    }
    return empty;
}

/* Writes down node->outgoing, to be sent when all that it says is durable. */
static enum felt_verdict hold(struct felt_node *node, const struct felt_id *to)
{
    struct felt_held held = {.kind = FELT_HELD_VOTE, .joiner = *to};
    struct felt_vote *vote = place(&node->voter, to);
    uint8_t bytes[FELT_LETTER_ROOM];
    size_t len;

    felt_saver_must(&node->saver); /* answered or not */
    if (!vote || felt_message_encode(&node->outgoing, bytes, sizeof(bytes), &len) < 0)
        return FELT_VERDICT_BUSY;
    if (FELT_MUTANT(VOTE_UNSAVED))
        felt_letter_send(node, felt_members_find(node->members, to), bytes, len);
    felt_put_be64(held.request, node->voter.serial + 1);
    release(vote);
    vote->bytes = malloc(len);
    if (!vote->bytes || !felt_saver_hold(&node->saver, &held)) {
        release(vote);
        return FELT_VERDICT_BUSY;
    }
    memcpy(vote->bytes, bytes, len);
    vote->len = len;
    vote->to = *to;
    vote->serial = ++node->voter.serial;
    return FELT_VERDICT_TAKEN;
}

void felt_voter_answer(struct felt_node *node, const struct felt_held *held)
{
    uint64_t serial = felt_get_be64(held->request);

    for (uint32_t i = 0; i < FELT_VOTER_HELD_MAX; i++) {
        struct felt_vote *vote = &node->voter.held[i];
        uint32_t member;

        if (vote->serial != serial)
            continue;
        member = felt_members_find(node->members, &vote->to);
        if (member != FELT_MEMBER_NONE)
            felt_letter_send(node, member, vote->bytes, vote->len);
        release(vote);
        return;
    }
}

/* Whether a question of that era is ours to answer; who is behind is helped, who is ahead is
 * followed. */
static enum felt_verdict same_era(struct felt_node *node, const struct felt_inbound *in,
                                  uint64_t era)
{
    if (node->era == 0 || !node->configured)
        return FELT_VERDICT_BUSY;
    if (era > node->era)
        felt_slot_pull_ahead(node, in->member, false);
    if (era < UINT64_MAX && era + 1 == node->era)
        felt_era_tell(node, in->member);
    if (era != node->era && !FELT_MUTANT(ACROSS_ERAS))
        return FELT_VERDICT_STALE;
    return felt_voter_may(node) ? FELT_VERDICT_TAKEN : FELT_VERDICT_BUSY;
}

static void outbid(struct felt_node *node, uint32_t member, uint64_t round)
{
    struct felt_message *m = &node->outgoing;
    struct felt_letter letter;

    felt_letter_open(&letter, node, member);
    letter.rumours = false;
    m->type = FELT_MESSAGE_OUTBID;
    m->outbid.era = node->era;
    m->outbid.round = round;
    m->outbid.promised = node->acceptor.promised.round;
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
}

/* Whether its slots may have another owner by our lights. An operator's word takes the place of the
 * lease time, not of silence. */
static bool may_go(const struct felt_node *node, const struct felt_id *owner, bool ordered)
{
    return felt_hearing_lapsed(node, owner, true) || felt_superseded_by(node, owner) ||
           (ordered && felt_hearing_gone(node, owner));
}

/* The suspects that we find silent or superseded, too, and of whose slots our map says the same. */
static uint32_t agree(const struct felt_node *node, const struct felt_message *m)
{
    uint32_t silent = 0;

    for (uint32_t i = 0; i < m->prepare.n; i++) {
        const struct felt_suspect *s = &m->prepare.suspects[i];

        if (may_go(node, &s->id, m->prepare.ordered >> i & 1) &&
            felt_slot_map_owned_hash(node->map, &s->id) == s->slots)
            silent |= 1u << i;
    }
    return silent;
}

enum felt_verdict felt_voter_prepare(struct felt_node *node, const struct felt_inbound *in,
                                     const struct felt_message *m)
{
    struct felt_ballot ballot = {.round = m->prepare.round, .id = in->envelope.sender};
    enum felt_verdict verdict = same_era(node, in, m->prepare.era);
    struct felt_message *out = &node->outgoing;

    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    if (felt_acceptor_prepare(&node->acceptor, &ballot) != FELT_VERDICT_TAKEN) {
        outbid(node, in->member, m->prepare.round);
        return FELT_VERDICT_STALE;
    }
    felt_reclaim_yield(node, &ballot);
    out->type = FELT_MESSAGE_PROMISE;
    out->promise.era = node->era;
    out->promise.round = ballot.round;
    felt_voice_of(node->map, felt_node_id(node), &out->promise.voice);
    out->promise.silent = agree(node, m);
    out->promise.accepted = node->acceptor.accepted;
    out->promise.value = node->acceptor.value;
    return hold(node, &ballot.id);
}

enum felt_verdict felt_voter_accept(struct felt_node *node, const struct felt_inbound *in,
                                    const struct felt_message *m)
{
    struct felt_ballot ballot = {.round = m->accept.round, .id = in->envelope.sender};
    enum felt_verdict verdict = same_era(node, in, m->accept.era);
    struct felt_message *out = &node->outgoing;

    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    if (!felt_value_fits(&m->accept.value, felt_slot_map_slots(node->map)))
        return FELT_VERDICT_MALFORMED;
    verdict = felt_acceptor_accept(&node->acceptor, &ballot, &m->accept.value);
    if (verdict == FELT_VERDICT_STALE)
        outbid(node, in->member, m->accept.round);
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    felt_reclaim_yield(node, &ballot);
    felt_reclaim_noted(node);
    out->type = FELT_MESSAGE_ACCEPTED;
    out->accepted.era = node->era;
    out->accepted.round = ballot.round;
    felt_voice_of(node->map, felt_node_id(node), &out->accepted.voice);
    return hold(node, &ballot.id);
}
