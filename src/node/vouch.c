/* SPDX-License-Identifier: Apache-2.0 */
#include "node/vouch.h"

#include "node/challenge.h"
#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"

/* Unasked objections, all together: enough for the few that are meant; old datagrams that somebody
 * sends again must not make us a source of noise. */
#define OBJECTION_PAUSE (10 * FELT_USEC_MS)

void felt_vouch_tell(struct felt_node *node, const struct felt_endpoint *to, uint64_t session,
                     enum felt_identity_verdict verdict)
{
    struct felt_letter letter;

    felt_letter_open_to(&letter, node, to, FELT_MEMBER_NONE);
    node->outgoing.type = FELT_MESSAGE_CONFIRMED;
    node->outgoing.confirmed.session = session;
    node->outgoing.confirmed.verdict = verdict;
    felt_letter_write(&letter, &node->outgoing);
    felt_letter_post(&letter);
}

/* Something newer was seen of it: a later session, directly or by a descriptor that it signed, or a
 * later save than the one that this session began with. */
static bool is_behind(const struct felt_node *node, const struct felt_inbound *in)
{
    const struct felt_member *m = felt_members_peek(node->members, in->member);
    const struct felt_contact *contact = m->contact;

    if (m->descriptor->version >> FELT_SESSION_SHIFT > in->envelope.session)
        return true;
    if (!contact || contact->replay.session == in->envelope.session)
        return false;
    return in->envelope.session < contact->replay.session || in->envelope.start < contact->save;
}

bool felt_vouch_refuses(struct felt_node *node, const struct felt_inbound *in)
{
    if (!is_behind(node, in))
        return false;
    /* Where it came from through the overlay is no address of gossip. */
    if (!in->overlay && node->confirm.object_us <= node->now) {
        node->confirm.object_us = felt_usec_add(node->now, OBJECTION_PAUSE);
        felt_vouch_tell(node, &in->from, in->envelope.session, FELT_IDENTITY_BEHIND);
    }
    return true;
}

enum felt_verdict felt_vouch_asked(struct felt_node *node, const struct felt_inbound *in)
{
    enum felt_identity_verdict verdict = FELT_IDENTITY_CURRENT;
    const struct felt_member *m;

    if (!node->in_cluster) {
        /* Whom it took in just before it ended, and who has not heard of that, knows nothing. */
        if (!node->started)
            return FELT_VERDICT_BUSY;
        felt_vouch_tell(node, &in->from, in->envelope.session, FELT_IDENTITY_UNKNOWN);
        return FELT_VERDICT_TAKEN;
    }
    if (in->member == FELT_MEMBER_SELF) {
        /* A copy of us comes up while we are here. Of two that are not confirmed yet, the others
         * choose. */
        if (!node->started || in->envelope.session == node->session)
            return FELT_VERDICT_MISDIRECTED;
        felt_vouch_tell(node, &in->from, in->envelope.session, FELT_IDENTITY_TWIN);
        return FELT_VERDICT_TAKEN;
    }
    if (in->member == FELT_MEMBER_NONE) {
        felt_vouch_tell(node, &in->from, in->envelope.session, FELT_IDENTITY_UNKNOWN);
        return FELT_VERDICT_TAKEN;
    }
    m = felt_members_peek(node->members, in->member);
    if (is_behind(node, in)) {
        verdict = FELT_IDENTITY_BEHIND;
    } else if (!felt_endpoint_equal(&m->descriptor->advertise, &in->from)) {
        felt_challenge_begin(node, &(struct felt_challenge){.purpose = FELT_CHALLENGE_TWIN,
                                                            .target = in->envelope.sender,
                                                            .at = m->descriptor->advertise,
                                                            .session = in->envelope.session,
                                                            .to = in->from});
        return FELT_VERDICT_TAKEN;
    }
    felt_vouch_tell(node, &in->from, in->envelope.session, verdict);
    return FELT_VERDICT_TAKEN;
}
