/* SPDX-License-Identifier: Apache-2.0 */
#include "node/challenge.h"

#include <string.h>

#include "node/confirm.h"
#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"
#include "node/supersede.h"
#include "node/vouch.h"

static bool same(const struct felt_challenge *a, const struct felt_challenge *b)
{
    return a->purpose == b->purpose && felt_id_equal(&a->target, &b->target) &&
           felt_endpoint_equal(&a->at, &b->at) && a->session == b->session &&
           felt_id_equal(&a->heir, &b->heir);
}

static void send(struct felt_node *node, struct felt_challenge *c)
{
    struct felt_message *m = &node->outgoing;
    struct felt_letter letter;

    felt_letter_open_to(&letter, node, &c->at, FELT_MEMBER_NONE);
    m->type = FELT_MESSAGE_CHALLENGE;
    m->challenge.nonce = c->nonce;
    m->challenge.target = c->target;
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
    c->tries++;
    c->next_us = felt_usec_add(node->now, FELT_CHALLENGE_PAUSE);
}

void felt_challenge_begin(struct felt_node *node, const struct felt_challenge *challenge)
{
    struct felt_challenges *challenges = &node->challenges;
    struct felt_challenge *c;

    for (uint32_t i = 0; i < challenges->n; i++)
        if (same(&challenges->open[i], challenge))
            return;
    if (challenges->n == FELT_CHALLENGES_MAX)
        return;
    c = &challenges->open[challenges->n++];
    *c = *challenge;
    c->nonce = felt_prng_next(&node->prng);
    c->tries = 0;
    send(node, c);
}

felt_usec felt_challenge_deadline(const struct felt_node *node)
{
    felt_usec t = FELT_USEC_NEVER;

    for (uint32_t i = 0; i < node->challenges.n; i++)
        t = FELT_MIN(t, node->challenges.open[i].next_us);
    return t;
}

static struct felt_challenge take(struct felt_challenges *challenges, uint32_t i)
{
    struct felt_challenge c = challenges->open[i];

    challenges->open[i] = challenges->open[--challenges->n];
    return c;
}

/* It said meanwhile that it is elsewhere: that silence meant nothing. */
static bool has_moved(const struct felt_node *node, const struct felt_challenge *c)
{
    uint32_t i = felt_members_find(node->members, &c->target);

    return i != FELT_MEMBER_NONE &&
           !felt_endpoint_equal(&felt_members_peek(node->members, i)->descriptor->advertise,
                                &c->at);
}

/* Nobody of that identity is there. Who is not told now asks again. */
static void unanswered(struct felt_node *node, const struct felt_challenge *c)
{
    if (c->purpose == FELT_CHALLENGE_HEIR)
        felt_supersede_silent(node, c);
    else if (!has_moved(node, c))
        felt_vouch_tell(node, &c->to, c->session, FELT_IDENTITY_CURRENT);
}

void felt_challenge_wake(struct felt_node *node)
{
    struct felt_challenges *challenges = &node->challenges;

    for (uint32_t i = 0; i < challenges->n;) {
        struct felt_challenge *c = &challenges->open[i];

        if (c->next_us > node->now) {
            i++;
        } else if (c->tries < FELT_CHALLENGE_TRIES) {
            send(node, c);
            i++;
        } else {
            struct felt_challenge ended = take(challenges, i);

            unanswered(node, &ended);
        }
    }
}

enum felt_verdict felt_challenge_asked(struct felt_node *node, const struct felt_inbound *in,
                                       const struct felt_message *m)
{
    uint64_t nonce = m->challenge.nonce;
    struct felt_letter letter;

    if (!felt_id_equal(&m->challenge.target, felt_node_id(node)))
        return FELT_VERDICT_MISDIRECTED;
    felt_letter_open_to(&letter, node, &in->from, FELT_MEMBER_NONE);
    node->outgoing.type = FELT_MESSAGE_PRESENT;
    node->outgoing.present.nonce = nonce;
    felt_letter_write(&letter, &node->outgoing);
    felt_letter_post(&letter);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_challenge_present(struct felt_node *node, const struct felt_inbound *in,
                                         const struct felt_message *m)
{
    struct felt_challenges *challenges = &node->challenges;
    struct felt_challenge c;
    uint32_t i = 0;

    while (i < challenges->n && (challenges->open[i].nonce != m->present.nonce ||
                                 !felt_id_equal(&challenges->open[i].target, &in->envelope.sender)))
        i++;
    if (i == challenges->n)
        return FELT_VERDICT_MISDIRECTED;
    c = take(challenges, i);
    if (c.purpose == FELT_CHALLENGE_HEIR)
        return FELT_VERDICT_TAKEN; /* the old one is still there: no heir */
    /* One process may have two addresses. */
    felt_vouch_tell(node, &c.to, c.session,
                    in->envelope.session == c.session ? FELT_IDENTITY_CURRENT : FELT_IDENTITY_TWIN);
    return FELT_VERDICT_TAKEN;
}
