/* SPDX-License-Identifier: Apache-2.0 */
#include "node/era.h"

#include "base/mutant.h"
#include "lease/acceptor.h"
#include "lease/value.h"
#include "node/core.h"
#include "node/letter.h"
#include "node/own.h"

void felt_era_record(struct felt_node *node, const struct felt_acceptor *record)
{
    if (!felt_acceptor_merge(&node->acceptor, record))
        return;
    felt_saver_lazy(&node->saver, node->now);
    felt_reclaim_noted(node);
}

/* What was under way about this era is over. */
static void begin(struct felt_node *node, uint64_t era)
{
    node->era = era;
    felt_voter_drop(node);
    felt_reclaim_begun(node);
    felt_slot_pull_caught_up(node);
    felt_saver_must(&node->saver);
    node->peers_changed = true;
}

/* Each learner tells a few, at once: an epidemic that needs no memory. */
static void spread(struct felt_node *node)
{
    for (unsigned k = 0; k < FELT_ERA_FANOUT; k++) {
        uint32_t i = felt_members_draw(node->members, &node->prng);

        if (i != FELT_MEMBER_NONE && felt_members_peek(node->members, i)->state < FELT_MEMBER_DEAD)
            felt_era_tell(node, i);
    }
}

static void report(struct felt_node *node)
{
    const struct felt_value *v = &node->decision.value;
    struct felt_event *event = felt_outbox_event(node->outbox, FELT_EVENT_RECLAIMED);

    event->id = v->heir;
    for (uint32_t i = 0; i < v->n; i++)
        event->n_slots += v->ranges[i].count;
}

/* Subnets that were somebody's lease until now. */
static void note_freed(struct felt_node *node, const struct felt_value *v)
{
    for (uint32_t i = felt_members_next(node->members, FELT_MEMBER_SELF + 1); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        struct felt_descriptor d;

        felt_signed_descriptor_read(felt_members_peek(node->members, i)->descriptor, &d);
        if (d.has_lease && felt_value_lists(v, d.lease))
            felt_own_note_freed(node, i, NULL);
    }
}

enum felt_verdict felt_era_learn(struct felt_node *node, const struct felt_decision *decision)
{
    const struct felt_value *v = &decision->value;

    if (FELT_MUTANT(TWICE) && decision->era == node->era)
        felt_acceptor_clear(&node->acceptor);
    if (node->era == 0 || decision->era != node->era + 1)
        return FELT_VERDICT_STALE;
    if (!felt_value_fits(v, felt_slot_map_slots(node->map)))
        return FELT_VERDICT_MALFORMED;
    if (!felt_decision_apply(node->map, decision))
        return FELT_VERDICT_BUSY;
    felt_order_decided(node, &v->heir);
    note_freed(node, v);
    node->decision = *decision;
    felt_acceptor_clear(&node->acceptor);
    begin(node, decision->era);
    report(node);
    spread(node);
    return FELT_VERDICT_TAKEN;
}

void felt_era_arrived(struct felt_node *node, uint64_t era, const struct felt_acceptor *record)
{
    node->acceptor = *record;
    node->decision.era = 0;
    begin(node, era);
    felt_reclaim_noted(node);
}

bool felt_era_tell(struct felt_node *node, uint32_t member)
{
    struct felt_message *m = &node->outgoing;
    struct felt_letter letter;

    if (node->decision.era == 0 || node->decision.era != node->era)
        return false;
    felt_letter_open(&letter, node, member);
    letter.rumours = false;
    m->type = FELT_MESSAGE_DECISION;
    m->decision.era = node->decision.era;
    m->decision.value = node->decision.value;
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
    return true;
}

enum felt_verdict felt_era_decision(struct felt_node *node, const struct felt_message *m)
{
    struct felt_decision decision = {.era = m->decision.era, .value = m->decision.value};

    return node->configured ? felt_era_learn(node, &decision) : FELT_VERDICT_BUSY;
}
