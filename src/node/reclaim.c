/* SPDX-License-Identifier: Apache-2.0 */
#include "node/reclaim.h"

#include <string.h>

#include "base/mutant.h"
#include "lease/acceptor.h"
#include "lease/voice.h"
#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"

#define BATCH         24 /* letters of one step */
#define BATCH_PAUSE   (20 * FELT_USEC_MS)
#define ROUND_PAUSE   (1 * FELT_USEC_SEC)  /* then whoever has not answered is asked again */
#define ROUNDS        4                    /* so often */
#define FAILURE_PAUSE (1 * FELT_USEC_SEC)  /* after a try; twice as long after the next */
#define DOUBLINGS_MAX 4                    /* up to 16 s: there is a minute for it in all */
#define YIELD         (4 * FELT_USEC_SEC)  /* somebody else is at it: its two round trips */
#define SPREAD_MEMBER (100 * FELT_USEC_MS) /* who is first is left to chance: for each member, */
#define SPREAD_MAX    (15 * FELT_USEC_SEC) /* up to that */

void felt_reclaim_init(struct felt_node *node)
{
    node->reclaim = (struct felt_reclaim){.due_us = FELT_USEC_NEVER, .finish_us = FELT_USEC_NEVER};
}

void felt_reclaim_done(struct felt_reclaim *reclaim)
{
    felt_proposal_done(&reclaim->proposal);
    free(reclaim->answered);
    reclaim->answered = NULL;
}

static bool running(const struct felt_reclaim *r)
{
    return r->proposal.phase != FELT_PROPOSAL_NONE;
}

static bool saving(const struct felt_node *node)
{
    return node->reclaim.save > node->saver.durable;
}

/* A moment from now on that differs from node to node: most will hear of somebody else's ballot
 * before their own is due. */
static felt_usec some_time(struct felt_node *node, felt_usec least)
{
    felt_usec spread = felt_members_count_live(node->members) * (felt_usec)SPREAD_MEMBER;

    spread = FELT_MIN(spread, (felt_usec)SPREAD_MAX) + FELT_USEC_SEC;
    return felt_usec_add(felt_usec_add(node->now, least), felt_prng_below(&node->prng, spread));
}

static void stop(struct felt_node *node, bool failed)
{
    struct felt_reclaim *r = &node->reclaim;
    felt_usec pause = FAILURE_PAUSE << FELT_MIN(r->failures, (unsigned)DOUBLINGS_MAX);

    felt_proposal_done(&r->proposal);
    r->failures += failed;
    r->due_us = some_time(node, pause);
    if (felt_order_waits(node)) /* an operator waits, too */
        r->due_us = felt_usec_add(node->now, felt_prng_jitter(&node->prng, FAILURE_PAUSE));
    r->finish_us = FELT_USEC_NEVER;
    felt_reclaim_noted(node);
}

void felt_reclaim_begun(struct felt_node *node)
{
    struct felt_reclaim *r = &node->reclaim;

    felt_proposal_done(&r->proposal);
    r->due_us = FELT_USEC_NEVER;
    r->finish_us = FELT_USEC_NEVER;
    r->failures = 0;
    r->round = 0;
    felt_reclaim_look(node);
}

void felt_reclaim_noted(struct felt_node *node)
{
    struct felt_reclaim *r = &node->reclaim;

    if (!felt_ballot_is_none(&node->acceptor.accepted) && r->finish_us == FELT_USEC_NEVER)
        r->finish_us = some_time(node, FELT_RECLAIM_FINISH);
}

void felt_reclaim_yield(struct felt_node *node, const struct felt_ballot *ballot)
{
    struct felt_reclaim *r = &node->reclaim;

    if (r->due_us != FELT_USEC_NEVER)
        r->due_us = FELT_MAX(r->due_us, some_time(node, YIELD));
    if (r->finish_us != FELT_USEC_NEVER)
        r->finish_us = FELT_MAX(r->finish_us, some_time(node, YIELD));
    if (running(r) && felt_ballot_cmp(ballot, &r->proposal.ballot) > 0)
        stop(node, true);
}

static void add_suspect(const struct felt_node *node, const struct felt_id *owner, bool ordered,
                        struct felt_proposal *p, uint32_t i)
{
    const struct felt_id *heir = felt_superseded_by(node, owner);

    p->suspects[i] =
        (struct felt_suspect){.id = *owner, .slots = felt_slot_map_owned_hash(node->map, owner)};
    p->heirs[i] = heir ? *heir : (struct felt_id){0};
    p->ordered |= (uint32_t)ordered << i;
}

/* Whom an operator gave up first, then owners that are silent for the lease time, or superseded.
 * Returns how many; p may be NULL. */
static uint32_t suspects(const struct felt_node *node, struct felt_proposal *p)
{
    uint32_t at = 0, stake, n = 0;
    struct felt_id owner;

    for (uint32_t i = 0; i < node->orders.n; i++) {
        if (!felt_order_stands(node, &node->orders.list[i].id))
            continue;
        if (p)
            add_suspect(node, &node->orders.list[i].id, true, p, n);
        n++;
    }
    while (n < FELT_SUSPECTS_MAX && felt_slot_map_next_owner(node->map, &at, &owner, &stake)) {
        if (felt_id_equal(&owner, felt_node_id(node)) || felt_order_stands(node, &owner) ||
            (!felt_superseded_by(node, &owner) && !felt_hearing_lapsed(node, &owner, false)))
            continue;
        if (p)
            add_suspect(node, &owner, false, p, n);
        n++;
    }
    return n;
}

void felt_reclaim_look(struct felt_node *node)
{
    struct felt_reclaim *r = &node->reclaim;

    if (running(r) || !felt_voter_may(node))
        return;
    if (r->due_us != FELT_USEC_NEVER)
        return;
    if (felt_order_waits(node))
        r->due_us = node->now;
    else if (suspects(node, NULL) > 0)
        r->due_us = some_time(node, 0);
}

/* Our own promise or acceptance is in the record: everything waits until it is durable. */
static void save_own(struct felt_node *node)
{
    struct felt_held held = {.kind = FELT_HELD_BALLOT};
    struct felt_reclaim *r = &node->reclaim;

    if (!FELT_MUTANT(BALLOT_REUSED))
        r->save = felt_saver_must(&node->saver);
    if (!FELT_MUTANT(BALLOT_REUSED))
        if (!felt_saver_hold(&node->saver, &held)) {
            stop(node, true);
            return;
        }
    memset(r->answered, 0, r->n_places);
    r->at = 0;
    r->rounds = ROUNDS;
    r->next_us = node->now;
}

static bool make_room(struct felt_node *node)
{
    struct felt_reclaim *r = &node->reclaim;
    uint32_t n = felt_members_end(node->members);
    uint8_t *answered = realloc(r->answered, n);

    if (!answered)
        return false;
    r->answered = answered;
    r->n_places = n;
    return true;
}

/* A ballot above all that we know of. */
static void propose(struct felt_node *node)
{
    struct felt_reclaim *r = &node->reclaim;
    struct felt_proposal *p = &r->proposal;
    struct felt_voice voice;

    r->due_us = FELT_USEC_NEVER;
    r->finish_us = FELT_USEC_NEVER;
    p->ordered = 0;
    p->n_suspects = suspects(node, p);
    if (p->n_suspects == 0 && felt_ballot_is_none(&node->acceptor.accepted))
        return;
    r->round = FELT_MAX(r->round, node->acceptor.promised.round) + 1;
    p->era = node->era;
    p->ballot = (struct felt_ballot){.round = r->round, .id = *felt_node_id(node)};
    if (!make_room(node) || felt_proposal_begin(p, felt_slot_map_slots(node->map)) < 0) {
        stop(node, true);
        return;
    }
    felt_acceptor_prepare(&node->acceptor, &p->ballot);
    felt_voice_of(node->map, felt_node_id(node), &voice);
    felt_proposal_promised(p, node->map, felt_node_id(node), &voice, p->silent,
                           &node->acceptor.accepted, &node->acceptor.value);
    save_own(node);
}

static void decide(struct felt_node *node)
{
    struct felt_decision decision = {.era = node->era + 1, .value = node->reclaim.proposal.value};

    if (felt_era_learn(node, &decision) != FELT_VERDICT_TAKEN)
        stop(node, true); /* memory is short; it is accepted, and finished later */
}

/* Goes on where a majority has answered. */
static void advance(struct felt_node *node)
{
    struct felt_reclaim *r = &node->reclaim;
    struct felt_proposal *p = &r->proposal;
    struct felt_voice voice;

    if (saving(node) || !running(r) || !felt_proposal_majority(p))
        return;
    if (p->phase == FELT_PROPOSAL_ACCEPTING) {
        decide(node);
        return;
    }
    if (!felt_proposal_choose(p, node->map, felt_node_id(node)) ||
        felt_acceptor_accept(&node->acceptor, &p->ballot, &p->value) != FELT_VERDICT_TAKEN) {
        stop(node, true);
        return;
    }
    felt_voice_of(node->map, felt_node_id(node), &voice);
    felt_proposal_accepted(p, node->map, felt_node_id(node), &voice);
    save_own(node);
}

void felt_reclaim_saved(struct felt_node *node)
{
    advance(node);
}

/* Whether an answer is one to the question that is open; marks that this voter has answered. */
static bool is_answer(struct felt_node *node, const struct felt_inbound *in,
                      enum felt_proposal_phase phase, uint64_t era, uint64_t round)
{
    struct felt_reclaim *r = &node->reclaim;

    if (r->proposal.phase != phase || saving(node) ||
        (era != node->era && !FELT_MUTANT(ACROSS_ERAS)) || round != r->proposal.ballot.round)
        return false;
    if (in->member < r->n_places)
        r->answered[in->member] = 1;
    return true;
}

/* Who stands in the way of what an operator has ordered. */
static void note_objections(struct felt_node *node, const struct felt_id *voter, uint32_t silent)
{
    const struct felt_proposal *p = &node->reclaim.proposal;

    for (uint32_t i = 0; i < p->n_suspects; i++)
        if ((p->ordered & ~silent) >> i & 1)
            felt_order_objected(node, &p->suspects[i].id, p->ballot.round, voter);
}

enum felt_verdict felt_reclaim_promise(struct felt_node *node, const struct felt_inbound *in,
                                       const struct felt_message *m)
{
    if (!is_answer(node, in, FELT_PROPOSAL_PREPARING, m->promise.era, m->promise.round))
        return FELT_VERDICT_STALE;
    felt_proposal_promised(&node->reclaim.proposal, node->map, &in->envelope.sender,
                           &m->promise.voice, m->promise.silent, &m->promise.accepted,
                           &m->promise.value);
    note_objections(node, &in->envelope.sender, m->promise.silent);
    advance(node);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_reclaim_accepted(struct felt_node *node, const struct felt_inbound *in,
                                        const struct felt_message *m)
{
    if (!is_answer(node, in, FELT_PROPOSAL_ACCEPTING, m->accepted.era, m->accepted.round))
        return FELT_VERDICT_STALE;
    felt_proposal_accepted(&node->reclaim.proposal, node->map, &in->envelope.sender,
                           &m->accepted.voice);
    advance(node);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_reclaim_outbid(struct felt_node *node, const struct felt_message *m)
{
    struct felt_reclaim *r = &node->reclaim;

    if (m->outbid.era != node->era || !running(r) || m->outbid.round != r->proposal.ballot.round)
        return FELT_VERDICT_STALE;
    r->round = FELT_MAX(r->round, m->outbid.promised);
    stop(node, true);
    return FELT_VERDICT_TAKEN;
}

/* The question that is open, to a member. */
static void ask(struct felt_node *node, uint32_t member)
{
    const struct felt_proposal *p = &node->reclaim.proposal;
    struct felt_message *m = &node->outgoing;
    struct felt_letter letter;

    felt_letter_open(&letter, node, member);
    letter.rumours = false;
    if (p->phase == FELT_PROPOSAL_PREPARING) {
        m->type = FELT_MESSAGE_PREPARE;
        m->prepare.era = p->era;
        m->prepare.round = p->ballot.round;
        m->prepare.n = p->n_suspects;
        memcpy(m->prepare.suspects, p->suspects, sizeof(m->prepare.suspects));
        m->prepare.ordered = p->ordered;
    } else {
        m->type = FELT_MESSAGE_ACCEPT;
        m->accept.era = p->era;
        m->accept.round = p->ballot.round;
        m->accept.value = p->value;
        if (FELT_MUTANT(TWO_VALUES))
            m->accept.value.heir = *felt_members_id(node->members, member);
    }
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
}

static bool is_to_be_asked(const struct felt_node *node, uint32_t i)
{
    const struct felt_member *m = felt_members_peek(node->members, i);

    return i != FELT_MEMBER_SELF && m->state < FELT_MEMBER_DEAD &&
           felt_slot_map_stake(node->map, &m->descriptor->id) > 0 && !node->reclaim.answered[i];
}

/* Some letters of the running round; a pause after the last. */
static void ask_some(struct felt_node *node)
{
    struct felt_reclaim *r = &node->reclaim;
    unsigned n = 0;

    for (; r->at < FELT_MIN(r->n_places, felt_members_end(node->members)) && n < BATCH; r->at++) {
        if (felt_members_next(node->members, r->at) != r->at || !is_to_be_asked(node, r->at))
            continue;
        ask(node, r->at);
        n++;
    }
    r->next_us = felt_usec_add(node->now, BATCH_PAUSE);
    if (n == BATCH)
        return;
    if (--r->rounds == 0) {
        stop(node, true);
        return;
    }
    r->at = 0;
    r->next_us = felt_usec_add(node->now, felt_prng_jitter(&node->prng, ROUND_PAUSE));
}

felt_usec felt_reclaim_deadline(const struct felt_node *node)
{
    const struct felt_reclaim *r = &node->reclaim;

    if (node->era == 0)
        return FELT_USEC_NEVER;
    if (running(r))
        return saving(node) ? FELT_USEC_NEVER : r->next_us;
    return FELT_MIN(r->due_us, r->finish_us);
}

void felt_reclaim_wake(struct felt_node *node)
{
    struct felt_reclaim *r = &node->reclaim;

    if (felt_reclaim_deadline(node) > node->now)
        return;
    if (running(r)) {
        ask_some(node);
    } else if (felt_voter_may(node)) {
        propose(node);
    } else {
        r->due_us = FELT_USEC_NEVER;
        r->finish_us = some_time(node, FELT_RECLAIM_FINISH);
        if (felt_ballot_is_none(&node->acceptor.accepted))
            r->finish_us = FELT_USEC_NEVER;
    }
}
