/* SPDX-License-Identifier: Apache-2.0 */
#include "node/confirm.h"

#include <string.h>

#include "base/mutant.h"
#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"

bool felt_confirmed(const struct felt_node *node)
{
    return node->confirm.phase == FELT_CONFIRM_DONE &&
           (!node->confirm.asked || (node->sync.slots.met && node->sync.notices.met));
}

static void ask(struct felt_node *node, const struct felt_endpoint *to)
{
    struct felt_letter letter;

    felt_letter_open_to(&letter, node, to, FELT_MEMBER_NONE);
    node->outgoing.type = FELT_MESSAGE_CONFIRM;
    node->outgoing.confirm.padding = FELT_CONFIRM_PADDING;
    felt_letter_write(&letter, &node->outgoing);
    felt_letter_post(&letter);
}

/* Asks all members where these are few, else some, drawn anew in each round, so that each knows the
 * same as the others after a while. */
static void ask_members(struct felt_node *node)
{
    struct felt_confirm *c = &node->confirm;
    uint32_t left = felt_members_count(node->members) - 1, want = FELT_CONFIRM_ASKED_MAX;

    for (uint32_t i = felt_members_next(node->members, FELT_MEMBER_SELF + 1);
         i != FELT_MEMBER_NONE && want > 0; i = felt_members_next(node->members, i + 1), left--) {
        const struct felt_member *m = felt_members_peek(node->members, i);

        /* Each with the same chance: Knuth, volume 2, algorithm S. */
        if (felt_prng_below(&node->prng, left) >= want)
            continue;
        want--;
        if (m->state == FELT_MEMBER_LEFT)
            continue;
        ask(node, &m->descriptor->advertise);
        c->awaited[c->n_awaited++] = m->descriptor->id; /* who was dead may be back by now */
    }
}

static void begin_round(struct felt_node *node)
{
    struct felt_confirm *c = &node->confirm;

    c->current = c->unknown = false;
    c->n_awaited = 0;
    c->round_us = felt_usec_add(node->now, c->length_us);
    c->length_us = FELT_MIN(c->length_us * 2, FELT_CONFIRM_ROUND_MAX);
    ask_members(node);
    /* All may have moved. */
    for (uint32_t i = 0; i < node->asker.n_seeds; i++)
        ask(node, &node->asker.seeds[i]);
    if (node->asker.n_seeds == 0)
        felt_outbox_event(node->outbox, FELT_EVENT_SEEDS_WANTED);
}

static bool has_peers(const struct felt_node *node)
{
    return felt_members_count(node->members) - 1 >
           felt_members_count_state(node->members, FELT_MEMBER_LEFT);
}

bool felt_confirm_begin(struct felt_node *node)
{
    if (node->confirm.start == 0 || !node->in_cluster || !has_peers(node) ||
        node->confirm.trusted || FELT_MUTANT(UNCONFIRMED))
        node->confirm.phase = FELT_CONFIRM_DONE;
    if (node->confirm.phase == FELT_CONFIRM_DONE)
        return true;
    node->confirm.phase = FELT_CONFIRM_ASKING;
    node->confirm.asked = true;
    node->confirm.length_us = FELT_CONFIRM_ROUND;
    begin_round(node);
    return false;
}

felt_usec felt_confirm_deadline(const struct felt_node *node)
{
    return node->confirm.phase == FELT_CONFIRM_ASKING ? node->confirm.round_us : FELT_USEC_NEVER;
}

void felt_confirm_wake(struct felt_node *node)
{
    struct felt_confirm *c = &node->confirm;

    if (felt_confirm_deadline(node) > node->now)
        return;
    c->strangers = c->unknown ? c->strangers + 1 : 0;
    if (c->current || c->strangers == FELT_CONFIRM_STRANGERS)
        c->phase = FELT_CONFIRM_DONE;
    else
        begin_round(node);
}

void felt_confirm_met(struct felt_node *node, const struct felt_inbound *in)
{
    const struct felt_confirm *c = &node->confirm;

    if (c->phase != FELT_CONFIRM_ASKING)
        return;
    for (uint32_t i = 0; i < c->n_awaited; i++)
        if (felt_id_equal(&c->awaited[i], &in->envelope.sender))
            ask(node, &in->from);
}

static void answered_by(struct felt_confirm *c, const struct felt_id *id)
{
    for (uint32_t i = 0; i < c->n_awaited; i++)
        if (felt_id_equal(&c->awaited[i], id)) {
            c->awaited[i] = c->awaited[--c->n_awaited];
            return;
        }
}

enum felt_verdict felt_confirm_answer(struct felt_node *node, const struct felt_inbound *in,
                                      const struct felt_message *m)
{
    struct felt_confirm *c = &node->confirm;

    if (m->confirmed.session != node->session)
        return FELT_VERDICT_STALE; /* of an earlier life */
    switch (m->confirmed.verdict) {
    case FELT_IDENTITY_BEHIND:
        if (FELT_MUTANT(OLD_STAYS))
            break;
        felt_renewal_want(node, FELT_RENEWAL_BEHIND, &in->from);
        return FELT_VERDICT_TAKEN;
    case FELT_IDENTITY_TWIN:
        if (FELT_MUTANT(TWIN_STAYS))
            break;
        felt_renewal_want(node, FELT_RENEWAL_TWIN, &in->from);
        return FELT_VERDICT_TAKEN;
    case FELT_IDENTITY_CURRENT:
    case FELT_IDENTITY_UNKNOWN:
        break;
    }
    if (c->phase != FELT_CONFIRM_ASKING)
        return FELT_VERDICT_STALE;
    /* Who is in no cluster can only speak for itself, as one of those whom we took in. */
    if (in->member == FELT_MEMBER_NONE &&
        memcmp(in->cluster, (uint8_t[FELT_CLUSTER_ID_LEN]){0}, FELT_CLUSTER_ID_LEN) == 0)
        return FELT_VERDICT_STRANGER;
    c->current |= m->confirmed.verdict == FELT_IDENTITY_CURRENT || FELT_MUTANT(OLD_STAYS) ||
                  FELT_MUTANT(TWIN_STAYS);
    if (m->confirmed.verdict == FELT_IDENTITY_UNKNOWN) {
        c->unknown = true;
        c->unknown_at = in->from;
    }
    answered_by(c, &in->envelope.sender);
    /* Whoever else may know better is given its chance. */
    if (c->current && c->n_awaited == 0)
        c->phase = FELT_CONFIRM_DONE;
    return FELT_VERDICT_TAKEN;
}

void felt_confirm_trust(struct felt_node *node)
{
    node->confirm.trusted = true;
    if (node->confirm.phase != FELT_CONFIRM_SILENT)
        node->confirm.phase = FELT_CONFIRM_DONE;
    node->confirm.asked = false;
}
