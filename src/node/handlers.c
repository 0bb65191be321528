/* SPDX-License-Identifier: Apache-2.0 */
#include "node/handlers.h"

#include <assert.h>
#include <string.h>

#include "base/idiom.h"
#include "node/answer.h"
#include "node/asker.h"
#include "node/bootstrap.h"
#include "node/challenge.h"
#include "node/confirm.h"
#include "node/core.h"
#include "node/crier.h"
#include "node/era.h"
#include "node/gossip.h"
#include "node/hearing.h"
#include "node/introduction.h"
#include "node/letter.h"
#include "node/member_pull.h"
#include "node/reclaim.h"
#include "node/slot_pull.h"
#include "node/voter.h"
#include "node/vouch.h"

/* ---- what strangers may send ---- */

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
static enum felt_verdict hello(struct felt_node *node, struct felt_inbound *in,
                               const struct felt_message *m)
{
    struct felt_letter letter;

    (void)m;
    if (!node->in_cluster && !felt_bootstrap_open(node))
        return FELT_VERDICT_BUSY;
    felt_bootstrap_hello(node, in);
    felt_letter_open_to(&letter, node, &in->from, FELT_MEMBER_NONE);
    node->outgoing.type = FELT_MESSAGE_COOKIE;
    felt_cookie_make(felt_keys_cookie(node), &in->from, &in->envelope.sender, in->envelope.session,
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
        if (!felt_cookie_check(felt_keys_cookie(node), &in->from, &in->envelope.sender,
                               in->envelope.session, m->join.cookie)) {
            /* It may have moved, or restarted: a new cookie costs it one round trip. */
            hello(node, in, m);
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

static enum felt_verdict probe(struct felt_node *node, struct felt_inbound *in,
                               const struct felt_message *m)
{
    /* An ack is smaller than its probe. */
    return may_answer(in, 0) ? felt_gossip_probe(node, in, m) : FELT_VERDICT_STRANGER;
}

static enum felt_verdict cookie(struct felt_node *node, const struct felt_inbound *in,
                                const struct felt_message *m)
{
    enum felt_verdict verdict;

    if (felt_inbound_is_from_nowhere(in)) /* another candidate's: members do not answer so */
        return felt_bootstrap_cookie(node, in, m);
    verdict = felt_introduction_cookie(node, in, m);
    return verdict == FELT_VERDICT_MISDIRECTED ? felt_asker_cookie(node, in, m) : verdict;
}

static enum felt_verdict welcome(struct felt_node *node, struct felt_inbound *in,
                                 const struct felt_message *m)
{
    enum felt_verdict verdict = felt_introduction_welcome(node, m);

    if (verdict == FELT_VERDICT_MISDIRECTED)
        verdict = felt_asker_welcome(node, in, m);
    if (verdict == FELT_VERDICT_TAKEN)
        in->vouched = true;
    return verdict;
}

static enum felt_verdict descriptor(struct felt_node *node, struct felt_inbound *in,
                                    const struct felt_message *m)
{
    enum felt_verdict verdict;

    if (in->member == FELT_MEMBER_NONE && !in->vouched)
        return FELT_VERDICT_STRANGER;
    verdict = felt_gossip_descriptor(node, in, m);
    in->member = felt_members_find(node->members, &in->envelope.sender);
    return verdict;
}

static enum felt_verdict confirm(struct felt_node *node, const struct felt_inbound *in,
                                 const struct felt_message *m)
{
    (void)m;
    return felt_vouch_asked(node, in);
}

/* ---- what only members may ---- */

static enum felt_verdict nack(struct felt_node *node, const struct felt_inbound *in,
                              const struct felt_message *m)
{
    return felt_swim_nack(node->swim, node->now, in->member, m->nack.seq, m->nack.refused);
}

static enum felt_verdict gift(struct felt_node *node, const struct felt_inbound *in,
                              const struct felt_message *m)
{
    enum felt_verdict verdict = felt_introduction_gift(node, in, m);

    return verdict == FELT_VERDICT_MISDIRECTED ? felt_asker_gift(node, in, m) : verdict;
}

static enum felt_verdict answered(struct felt_node *node, const struct felt_inbound *in,
                                  const struct felt_message *m)
{
    if (m->answered.question == FELT_MESSAGE_SYNC_NOTICES)
        return felt_crier_answered(node, in, m);
    return m->answered.question == FELT_MESSAGE_SYNC_MEMBERS
               ? felt_member_pull_answered(node, in, m)
               : felt_slot_pull_answered(node, in, m);
}

static enum felt_verdict outbid(struct felt_node *node, const struct felt_inbound *in,
                                const struct felt_message *m)
{
    (void)in;
    return felt_reclaim_outbid(node, m);
}

static enum felt_verdict decision(struct felt_node *node, const struct felt_inbound *in,
                                  const struct felt_message *m)
{
    (void)in;
    return felt_era_decision(node, m);
}

static enum felt_verdict silences(struct felt_node *node, const struct felt_inbound *in,
                                  const struct felt_message *m)
{
    (void)in;
    return felt_hearing_told(node, m);
}

/* ---- all of them ---- */

#define MEMBERS FELT_TAKEN_FROM_MEMBERS
#define ALL     FELT_TAKEN_FROM_ALL
#define ALONE   FELT_TAKEN_ALONE

static const struct felt_handler handlers[] = {
    [FELT_MESSAGE_PROBE] = {.taken = ALL, .take = probe},
    [FELT_MESSAGE_ACK] = {.taken = MEMBERS, .handle = felt_gossip_ack},
    [FELT_MESSAGE_PROBE_REQUEST] = {.taken = MEMBERS, .handle = felt_gossip_probe_request},
    [FELT_MESSAGE_NACK] = {.taken = MEMBERS, .handle = nack},
    [FELT_MESSAGE_HELLO] = {.taken = ALL, .take = hello},
    [FELT_MESSAGE_COOKIE] = {.taken = ALL, .handle = cookie},
    [FELT_MESSAGE_JOIN] = {.taken = ALL, .take = join},
    [FELT_MESSAGE_WELCOME] = {.taken = ALL, .take = welcome},
    [FELT_MESSAGE_GIFT] = {.taken = MEMBERS, .handle = gift},
    [FELT_MESSAGE_LIVENESS] = {.taken = MEMBERS, .handle = felt_gossip_liveness},
    [FELT_MESSAGE_DESCRIPTOR] = {.taken = ALL, .take = descriptor},
    [FELT_MESSAGE_SYNC_MEMBERS] = {.taken = MEMBERS, .handle = felt_answer_sync_members},
    [FELT_MESSAGE_SUMMARY] = {.taken = MEMBERS, .handle = felt_member_pull_summary},
    [FELT_MESSAGE_FETCH] = {.taken = MEMBERS, .handle = felt_answer_fetch},
    [FELT_MESSAGE_SLOTS] = {.taken = MEMBERS, .handle = felt_slot_pull_slots},
    [FELT_MESSAGE_SYNC_SLOTS] = {.taken = MEMBERS, .handle = felt_answer_sync_slots},
    [FELT_MESSAGE_PULL_SLOTS] = {.taken = MEMBERS, .handle = felt_answer_pull_slots},
    [FELT_MESSAGE_ANSWERED] = {.taken = MEMBERS, .handle = answered},
    [FELT_MESSAGE_CANDIDATE] = {.taken = ALL, .handle = felt_bootstrap_candidate},
    [FELT_MESSAGE_PREPARE] = {.taken = MEMBERS, .handle = felt_voter_prepare},
    [FELT_MESSAGE_PROMISE] = {.taken = MEMBERS, .handle = felt_reclaim_promise},
    [FELT_MESSAGE_ACCEPT] = {.taken = MEMBERS, .handle = felt_voter_accept},
    [FELT_MESSAGE_ACCEPTED] = {.taken = MEMBERS, .handle = felt_reclaim_accepted},
    [FELT_MESSAGE_OUTBID] = {.taken = MEMBERS, .handle = outbid},
    [FELT_MESSAGE_DECISION] = {.taken = MEMBERS, .handle = decision},
    [FELT_MESSAGE_SILENCES] = {.taken = MEMBERS, .handle = silences},
    [FELT_MESSAGE_CONFIRM] = {.taken = ALONE, .handle = confirm},
    [FELT_MESSAGE_CONFIRMED] = {.taken = ALONE, .handle = felt_confirm_answer},
    [FELT_MESSAGE_CHALLENGE] = {.taken = ALONE, .handle = felt_challenge_asked},
    [FELT_MESSAGE_PRESENT] = {.taken = ALONE, .handle = felt_challenge_present},
    [FELT_MESSAGE_NOTICES] = {.taken = MEMBERS, .handle = felt_crier_heard},
    [FELT_MESSAGE_SYNC_NOTICES] = {.taken = MEMBERS, .handle = felt_answer_sync_notices},
    [FELT_MESSAGE_PATH_PROBE] = {.taken = MEMBERS, .handle = felt_trial_asked},
    [FELT_MESSAGE_PATH_ANSWER] = {.taken = MEMBERS, .handle = felt_trial_answered},
};
static_assert(FELT_ARRAY_LEN(handlers) == FELT_MESSAGE_TYPES, "each type has a handler");

const struct felt_handler *felt_handler_of(enum felt_message_type type)
{
    return &handlers[(size_t)type < FELT_ARRAY_LEN(handlers) ? (size_t)type : 0];
}

bool felt_handler_is_alone(const struct felt_message *m)
{
    return felt_handler_of(m->type)->taken == FELT_TAKEN_ALONE;
}

enum felt_verdict felt_handle(struct felt_node *node, struct felt_inbound *in,
                              const struct felt_message *m)
{
    const struct felt_handler *handler = felt_handler_of(m->type);

    if (handler->taken == FELT_TAKEN_NEVER)
        return FELT_VERDICT_MALFORMED;
    if (handler->taken == FELT_TAKEN_FROM_MEMBERS && in->member == FELT_MEMBER_NONE)
        return FELT_VERDICT_STRANGER;
    return handler->take ? handler->take(node, in, m) : handler->handle(node, in, m);
}
