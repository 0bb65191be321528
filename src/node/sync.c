/* SPDX-License-Identifier: Apache-2.0 */
#include "node/sync.h"

#include <string.h>

#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"

#define CATCHUP_PAUSE  (100 * FELT_USEC_MS)
#define ANSWER_LETTERS 8 /* of one answer: bounded work per step */

void felt_sync_init(struct felt_sync *sync)
{
    *sync = (struct felt_sync){.ahead = FELT_MEMBER_NONE, .catchup_us = FELT_USEC_NEVER};
    felt_difference_init(&sync->members);
    felt_difference_init(&sync->slots);
}

felt_usec felt_sync_deadline(const struct felt_node *node)
{
    return node->started ? node->sync.catchup_us : FELT_USEC_NEVER;
}

void felt_sync_hurry(struct felt_node *node)
{
    felt_difference_hurry(&node->sync.members, node->now);
    felt_difference_hurry(&node->sync.slots, node->now);
}

static void pull_map(struct felt_node *node)
{
    struct felt_message *m = &node->outgoing;
    struct felt_letter letter;

    felt_letter_open(&letter, node, node->sync.ahead);
    m->type = FELT_MESSAGE_PULL_SLOTS;
    m->pull_slots.first = felt_catchup_missing(&node->catchup);
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
    node->sync.catchup_us = felt_usec_add(node->now, CATCHUP_PAUSE);
}

/* A member whose era is beyond ours; any will do, but one at a time. */
static void catch_up(struct felt_node *node, uint32_t member)
{
    if (node->sync.ahead == FELT_MEMBER_NONE ||
        felt_members_peek(node->members, node->sync.ahead)->state != FELT_MEMBER_ALIVE)
        node->sync.ahead = member;
    if (node->sync.catchup_us == FELT_USEC_NEVER)
        pull_map(node);
}

void felt_sync_ahead(struct felt_node *node, uint32_t member, bool comes)
{
    node->sync.ahead = member;
    if (node->sync.catchup_us == FELT_USEC_NEVER)
        node->sync.catchup_us = felt_usec_add(node->now, comes ? CATCHUP_PAUSE : 0);
}

void felt_sync_wake(struct felt_node *node)
{
    if (felt_sync_deadline(node) > node->now)
        return;
    if (node->sync.ahead == FELT_MEMBER_NONE)
        node->sync.catchup_us = FELT_USEC_NEVER;
    else
        pull_map(node);
}

bool felt_sync_done(const struct felt_node *node)
{
    return node->in_cluster && (felt_members_count(node->members) -
                                        felt_members_count_state(node->members, FELT_MEMBER_LEFT) ==
                                    1 ||
                                (node->sync.members.met && node->sync.slots.met));
}

static void ask_members(struct felt_node *node, uint32_t member)
{
    struct felt_message *m = &node->outgoing;
    struct felt_letter letter;

    felt_letter_open(&letter, node, member);
    m->type = FELT_MESSAGE_SYNC_MEMBERS;
    /* An answer is bounded: begin anywhere, so that in the end all comes. */
    m->sync_members.first = (uint32_t)felt_prng_below(&node->prng, FELT_BUCKETS);
    memcpy(m->sync_members.hashes, felt_members_buckets(node->members),
           sizeof(m->sync_members.hashes));
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
}

static void ask_slots(struct felt_node *node, uint32_t member)
{
    struct felt_message *m = &node->outgoing;
    struct felt_letter letter;

    felt_letter_open(&letter, node, member);
    m->type = FELT_MESSAGE_SYNC_SLOTS;
    m->sync_slots.era = node->era;
    m->sync_slots.first = (uint32_t)felt_prng_below(&node->prng, FELT_BUCKETS);
    memcpy(m->sync_slots.hashes, felt_slot_map_buckets(node->map), sizeof(m->sync_slots.hashes));
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
}

void felt_sync_first(struct felt_node *node, uint32_t member)
{
    struct felt_sync *sync = &node->sync;

    if (!sync->members.hurry || node->now < sync->members.next_us)
        return;
    felt_difference_pulled(&sync->members, node->now);
    ask_members(node, member);
    if (node->era == 0)
        return; /* the whole map is on its way */
    felt_difference_pulled(&sync->slots, node->now);
    ask_slots(node, member);
}

static void compare_slots(struct felt_node *node, uint32_t member, const struct felt_digest *digest)
{
    bool differs;

    if (!node->configured || digest->era < node->era || digest->era == 0)
        return;
    if (digest->era > node->era) {
        catch_up(node, member);
        return;
    }
    differs = digest->slots != felt_slot_map_digest(node->map);
    if (felt_difference_seen(&node->sync.slots, node->now, member, differs))
        ask_slots(node, member);
}

void felt_sync_digest(struct felt_node *node, uint32_t member, const struct felt_digest *digest)
{
    bool done = felt_sync_done(node);

    if (felt_difference_seen(&node->sync.members, node->now, member,
                             digest->members != felt_members_digest(node->members)))
        ask_members(node, member);
    compare_slots(node, member, digest);
    /* Now what is nobody's may be cleared away. */
    if (!done && felt_sync_done(node))
        node->peers_changed = true;
}

/* Collects summary entries and posts a letter whenever one is full. */
struct summary {
    struct felt_node *node;
    const struct felt_inbound *in;
    unsigned letters;
    uint32_t n;
    struct felt_summary_entry entries[FELT_SUMMARY_MAX];
};

#define SUMMARY_PER_LETTER 30 /* of 39 bytes each at the most; proto/messages.cddl */

_Static_assert(SUMMARY_PER_LETTER <= FELT_SUMMARY_MAX, "a letter's worth is a message's worth");

static void summary_post(struct summary *s)
{
    struct felt_message *m = &s->node->outgoing;
    struct felt_letter letter;

    if (s->n == 0)
        return;
    felt_letter_open_to(&letter, s->node, &s->in->from, s->in->member);
    letter.rumours = false;
    m->type = FELT_MESSAGE_SUMMARY;
    m->summary.n = s->n;
    memcpy(m->summary.entries, s->entries, s->n * sizeof(s->entries[0]));
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
    s->n = 0;
    s->letters++;
}

static void summary_bucket(struct summary *s, uint32_t bucket)
{
    const struct felt_members *members = s->node->members;

    for (uint32_t i = felt_members_next(members, 0);
         i != FELT_MEMBER_NONE && s->letters < ANSWER_LETTERS;
         i = felt_members_next(members, i + 1)) {
        const struct felt_member *m = felt_members_peek(members, i);

        if (felt_members_bucket_of(&m->descriptor->id) != bucket)
            continue;
        s->entries[s->n++] = (struct felt_summary_entry){
            .id = m->descriptor->id,
            .version = m->descriptor->version,
            .incarnation = m->incarnation,
            .state = felt_swim_liveness(s->node->swim, i).state,
        };
        if (s->n == SUMMARY_PER_LETTER)
            summary_post(s);
    }
}

enum felt_verdict felt_sync_members(struct felt_node *node, const struct felt_inbound *in,
                                    const struct felt_message *m)
{
    const uint64_t *ours = felt_members_buckets(node->members);
    struct summary s = {.node = node, .in = in};

    for (uint32_t k = 0; k < FELT_BUCKETS && s.letters < ANSWER_LETTERS; k++) {
        uint32_t bucket = (m->sync_members.first + k) % FELT_BUCKETS;

        if (m->sync_members.hashes[bucket] != ours[bucket])
            summary_bucket(&s, bucket);
    }
    summary_post(&s);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_sync_summary(struct felt_node *node, const struct felt_inbound *in,
                                    const struct felt_message *m)
{
    struct felt_id ids[FELT_FETCH_MAX];
    struct felt_letter letter;
    uint32_t n = 0;

    for (uint32_t i = 0; i < m->summary.n; i++) {
        const struct felt_summary_entry *e = &m->summary.entries[i];
        uint32_t member = felt_members_find(node->members, &e->id);
        struct felt_liveness news = {
            .id = e->id,
            .incarnation = e->incarnation,
            .state = e->state,
            .origin = felt_get_be32(in->envelope.sender.b),
        };

        if (member != FELT_MEMBER_NONE)
            felt_swim_rumour(node->swim, node->now, &news);
        if (member != FELT_MEMBER_SELF && n < FELT_FETCH_MAX &&
            (member == FELT_MEMBER_NONE ||
             felt_members_peek(node->members, member)->descriptor->version < e->version))
            ids[n++] = e->id;
    }
    if (n == 0)
        return FELT_VERDICT_TAKEN;
    felt_letter_open_to(&letter, node, &in->from, in->member);
    letter.rumours = false;
    node->outgoing.type = FELT_MESSAGE_FETCH;
    node->outgoing.fetch.n = n;
    memcpy(node->outgoing.fetch.ids, ids, n * sizeof(ids[0]));
    felt_letter_write(&letter, &node->outgoing);
    felt_letter_post(&letter);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_sync_fetch(struct felt_node *node, const struct felt_inbound *in,
                                  const struct felt_message *m)
{
    struct felt_id ids[FELT_FETCH_MAX];
    uint32_t n = m->fetch.n;
    struct felt_letter letter;

    memcpy(ids, m->fetch.ids, n * sizeof(ids[0]));
    felt_letter_open_to(&letter, node, &in->from, in->member);
    letter.rumours = false;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = felt_members_find(node->members, &ids[k]);

        if (i == FELT_MEMBER_NONE || felt_letter_write_member(&letter, i))
            continue;
        felt_letter_post(&letter);
        felt_letter_open_to(&letter, node, &in->from, in->member);
        letter.rumours = false;
        felt_letter_write_member(&letter, i);
    }
    felt_letter_post(&letter);
    return FELT_VERDICT_TAKEN;
}

void felt_sync_send_slots(struct felt_node *node, const struct felt_endpoint *to, uint32_t member,
                          uint32_t first, uint32_t end, unsigned datagrams)
{
    for (unsigned k = 0; k < datagrams && first < end; k++) {
        struct felt_letter letter;

        felt_letter_open_to(&letter, node, to, member);
        letter.rumours = false;
        first = felt_letter_write_slots(&letter, first, end);
        felt_letter_post(&letter);
    }
}

enum felt_verdict felt_sync_pull_slots(struct felt_node *node, const struct felt_inbound *in,
                                       const struct felt_message *m)
{
    if (node->era == 0 || !felt_saver_settled(&node->saver))
        return FELT_VERDICT_BUSY;
    felt_sync_send_slots(node, &in->from, in->member, m->pull_slots.first,
                         felt_slot_map_slots(node->map), ANSWER_LETTERS);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_sync_sync_slots(struct felt_node *node, const struct felt_inbound *in,
                                       const struct felt_message *m)
{
    unsigned letters = 0;

    if (node->era == 0 || m->sync_slots.era != node->era || !felt_saver_settled(&node->saver))
        return FELT_VERDICT_BUSY;
    for (uint32_t k = 0; k < FELT_BUCKETS && letters < ANSWER_LETTERS; k++) {
        uint32_t bucket = (m->sync_slots.first + k) % FELT_BUCKETS, first, end;

        if (m->sync_slots.hashes[bucket] == felt_slot_map_buckets(node->map)[bucket])
            continue;
        felt_slot_map_bucket(node->map, bucket, &first, &end);
        felt_sync_send_slots(node, &in->from, in->member, first, end, ANSWER_LETTERS - letters);
        letters++;
    }
    return FELT_VERDICT_TAKEN;
}

/* The map that was collected is whole: merge it, and be of its era. */
static void arrive(struct felt_node *node)
{
    enum felt_merge merge = felt_slot_map_merge_all(node->map, node->catchup.map);

    if (merge == FELT_MERGE_FULL)
        return; /* memory is short: tried again with the next message */
    node->era = node->catchup.era;
    felt_catchup_done(&node->catchup);
    node->sync.ahead = FELT_MEMBER_NONE;
    node->sync.catchup_us = FELT_USEC_NEVER;
    felt_saver_must(&node->saver);
    node->peers_changed = true;
}

static enum felt_verdict merge(struct felt_node *node, const struct felt_message *m)
{
    struct felt_exchange_news news = {0};
    enum felt_verdict verdict = felt_exchange_merge(node->map, m, &news);

    if (news.forks > 0)
        felt_outbox_event(node->outbox, FELT_EVENT_FORK)->slot = news.fork_slot;
    if (news.newer + news.forks > 0) {
        uint32_t count = 0;

        for (uint32_t i = 0; i < m->slots.n; i++)
            count += m->slots.runs[i].count;
        felt_rumours_add(node->rumours, FELT_RUMOUR_SLOTS, m->slots.first, count);
        felt_saver_lazy(&node->saver, node->now);
        node->peers_changed = true;
    }
    return verdict;
}

enum felt_verdict felt_sync_slots(struct felt_node *node, const struct felt_inbound *in,
                                  const struct felt_message *m)
{
    struct felt_contact *sender = felt_members_contact(node->members, in->member);
    enum felt_verdict verdict;

    if (!node->configured)
        return FELT_VERDICT_BUSY;
    if (sender)
        sender->save = FELT_MAX(sender->save, m->slots.save);
    if (m->slots.era <= node->era) {
        /* Entries of an earlier era lose where a later one ruled, and nowhere else. */
        verdict = merge(node, m);
    } else {
        verdict = felt_catchup_take(&node->catchup, felt_slot_map_slots(node->map), m);
        if (felt_catchup_complete(&node->catchup))
            arrive(node);
        else
            catch_up(node, in->member);
    }
    return verdict;
}
