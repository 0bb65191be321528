/* SPDX-License-Identifier: Apache-2.0 */
#include "node/slot_pull.h"

#include <string.h>

#include "base/mutant.h"
#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"

#define SILENCES_MAX 8 /* in a row: half a minute */

/* The member that we ask: FELT_MEMBER_NONE where it is gone. */
static uint32_t asked(const struct felt_node *node)
{
    const struct felt_slot_pull *pull = &node->sync.slot_pull;

    return pull->running ? felt_members_find(node->members, &pull->from) : FELT_MEMBER_NONE;
}

static void end(struct felt_slot_pull *pull)
{
    pull->running = false;
}

/* The map of a later era will not come from there; what there is of it may be all that is left. */
static void give_up(struct felt_node *node)
{
    felt_catchup_done(&node->catchup);
    end(&node->sync.slot_pull);
}

static void wait_for(struct felt_node *node, uint32_t member)
{
    struct felt_slot_pull *pull = &node->sync.slot_pull;

    pull->late_us = felt_usec_add(node->now, felt_sync_patience(node, member, pull->silent));
}

/* The next part of what is missing. */
static void ask(struct felt_node *node)
{
    struct felt_slot_pull *pull = &node->sync.slot_pull;
    uint32_t member = asked(node);
    struct felt_message *m = &node->outgoing;
    struct felt_letter letter;

    if (member == FELT_MEMBER_NONE) {
        end(pull);
        return;
    }
    felt_letter_open(&letter, node, member);
    if (pull->whole) {
        m->type = FELT_MESSAGE_PULL_SLOTS;
        m->pull_slots.era = node->era;
        m->pull_slots.first = pull->first = felt_catchup_missing(&node->catchup);
    } else {
        m->type = FELT_MESSAGE_SYNC_SLOTS;
        m->sync_slots.era = node->era;
        m->sync_slots.first = pull->first;
        memcpy(m->sync_slots.hashes, felt_slot_map_buckets(node->map),
               sizeof(m->sync_slots.hashes));
    }
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
    pull->heard = false;
    wait_for(node, member);
}

void felt_slot_pull_begin(struct felt_node *node, uint32_t member)
{
    struct felt_slot_pull *pull = &node->sync.slot_pull;

    if (pull->running)
        return;
    *pull =
        (struct felt_slot_pull){.running = true, .from = *felt_members_id(node->members, member)};
    /* Anywhere, so that in the end all comes, however early answers break off. */
    pull->first = (uint32_t)felt_prng_below(&node->prng, FELT_BUCKETS);
    ask(node);
}

/* Whether the one that we ask for a later era's map may still give it. */
static bool hopeful(const struct felt_node *node)
{
    uint32_t member = asked(node);

    return node->sync.slot_pull.whole && member != FELT_MEMBER_NONE &&
           node->sync.slot_pull.silent == 0 &&
           felt_members_peek(node->members, member)->state == FELT_MEMBER_ALIVE;
}

void felt_slot_pull_ahead(struct felt_node *node, uint32_t member, bool comes)
{
    struct felt_slot_pull *pull = &node->sync.slot_pull;
    const struct felt_id *id = felt_members_id(node->members, member);

    /* Any will do, but one at a time; one that is silent is left in peace until it is late. */
    if (hopeful(node) || (pull->running && pull->whole && felt_id_equal(&pull->from, id)))
        return;
    *pull = (struct felt_slot_pull){.running = true, .whole = true, .from = *id};
    if (comes)
        wait_for(node, member);
    else
        ask(node);
}

void felt_slot_pull_not_ahead(struct felt_node *node, uint32_t member)
{
    struct felt_slot_pull *pull = &node->sync.slot_pull;

    if (pull->whole && asked(node) == member)
        give_up(node);
}

/* Takes a part of a later era's map. Where the one that we ask is of an earlier era than what was
 * collected, that may be lost with the last of those who had it: what it has itself is collected
 * instead. Who is of the lost one's era, after all, shows it in a digest. */
static enum felt_verdict collect(struct felt_node *node, const struct felt_message *m, bool pulled)
{
    if (pulled && m->slots.era < node->catchup.era)
        felt_catchup_done(&node->catchup);
    return felt_catchup_take(&node->catchup, felt_slot_map_slots(node->map), m);
}

/* For a mutant. */
static void swap_maps(struct felt_slot_map **a, struct felt_slot_map **b)
{
    struct felt_slot_map *was = *a;

    *a = *b;
    *b = was;
}

/* The map that was collected is whole: merge it, and be of its era. */
static void arrive(struct felt_node *node)
{
    enum felt_merge merge = felt_slot_map_merge_all(node->map, node->catchup.map);
    struct felt_acceptor record = node->catchup.record;

    if (merge == FELT_MERGE_FULL)
        return; /* memory is short: tried again with the next message */
    if (node->era > 0 && node->catchup.era - node->era >= FELT_ORDER_FORCE)
        felt_outbox_event(node->outbox, FELT_EVENT_FORCED);
    if (FELT_MUTANT(REPLACE))
        swap_maps(&node->map, &node->catchup.map);
    felt_era_arrived(node, node->catchup.era, &record);
}

void felt_slot_pull_caught_up(struct felt_node *node)
{
    if (node->catchup.era > node->era)
        return;
    felt_catchup_done(&node->catchup);
    if (node->sync.slot_pull.whole)
        end(&node->sync.slot_pull);
}

/* What was pulled others know already; anything else is news, and told on. */
static enum felt_verdict merge(struct felt_node *node, const struct felt_message *m, bool pulled)
{
    struct felt_exchange_news news = {0};
    enum felt_verdict verdict = felt_exchange_merge(node->map, m, &news);

    if (news.forks > 0)
        felt_outbox_event(node->outbox, FELT_EVENT_FORK)->slot = news.fork_slot;
    if (news.newer + news.forks == 0)
        return verdict;
    if (!pulled) {
        uint32_t count = 0;

        for (uint32_t i = 0; i < m->slots.n; i++)
            count += m->slots.runs[i].count;
        felt_rumours_add(node->rumours, FELT_RUMOUR_SLOTS, m->slots.first, count);
    }
    felt_saver_lazy(&node->saver, node->now);
    node->peers_changed = true;
    return verdict;
}

enum felt_verdict felt_slot_pull_slots(struct felt_node *node, const struct felt_inbound *in,
                                       const struct felt_message *m)
{
    struct felt_slot_pull *pull = &node->sync.slot_pull;
    bool pulled = asked(node) == in->member;
    enum felt_verdict verdict;

    if (!node->configured)
        return FELT_VERDICT_BUSY;
    if (pulled && (!pull->whole || m->slots.era > node->era)) {
        pull->heard = true;
        pull->silent = 0;
        wait_for(node, in->member);
    }
    /* Entries of an earlier era lose where a later one ruled, and nowhere else. */
    if (m->slots.era == node->era)
        felt_era_record(node, &m->slots.record);
    if (m->slots.era <= node->era)
        return merge(node, m, pulled);
    if (FELT_MUTANT(PART_OF_LATER))
        merge(node, m, pulled);
    verdict = collect(node, m, pulled);
    if (felt_catchup_complete(&node->catchup))
        arrive(node);
    else
        felt_slot_pull_ahead(node, in->member, false);
    return verdict;
}

static void part_answered(struct felt_node *node, const struct felt_inbound *in,
                          const struct felt_message *m)
{
    struct felt_slot_pull *pull = &node->sync.slot_pull;
    uint32_t step = (m->answered.next + FELT_BUCKETS - pull->first) % FELT_BUCKETS;

    if (!m->answered.more && pull->walked == 0 && !pull->heard)
        felt_sync_equal(node, &node->sync.slots, in->member);
    pull->walked += FELT_MAX(step, 1u);
    pull->first = m->answered.next;
    if (m->answered.more && pull->walked < FELT_BUCKETS)
        ask(node);
    else
        end(pull);
}

enum felt_verdict felt_slot_pull_answered(struct felt_node *node, const struct felt_inbound *in,
                                          const struct felt_message *m)
{
    struct felt_slot_pull *pull = &node->sync.slot_pull;

    if (asked(node) != in->member ||
        pull->whole != (m->answered.question == FELT_MESSAGE_PULL_SLOTS))
        return FELT_VERDICT_STALE;
    if (!pull->whole)
        part_answered(node, in, m);
    else if (felt_catchup_missing(&node->catchup) != pull->first)
        ask(node); /* else it did not help: tried again when it is late */
    return FELT_VERDICT_TAKEN;
}

felt_usec felt_slot_pull_deadline(const struct felt_node *node)
{
    return node->sync.slot_pull.running ? node->sync.slot_pull.late_us : FELT_USEC_NEVER;
}

void felt_slot_pull_wake(struct felt_node *node)
{
    struct felt_slot_pull *pull = &node->sync.slot_pull;

    if (felt_slot_pull_deadline(node) > node->now)
        return;
    if (!pull->whole) {
        end(pull); /* what still differs shows in the next digest */
        return;
    }
    if (!pull->heard && ++pull->silent == SILENCES_MAX) {
        give_up(node); /* who is of that era shows it in a digest */
        return;
    }
    ask(node);
}
