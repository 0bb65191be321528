/* SPDX-License-Identifier: Apache-2.0 */
#include "node/answer.h"

#include <string.h>

#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"

/* All answers together: 10,000 letters a second, which is what a link of 100 Mbit/s carries and
 * less than a tenth of one processor; 1,000 at once, as much as some askers' windows are. */
#define LETTER_TIME (FELT_USEC_SEC / 10000)
#define BURST_TIME  (1000 * LETTER_TIME)

/* A letter has room for 29 entries of 38 bytes (proto/messages.cddl); two are left to ANSWERED and
 * to the news that the asker is suspect. */
#define ENTRIES_PER_LETTER 27
#define NOTICES_AT_ONCE    512 /* of a bucket: 13 of the largest fit into a letter */

_Static_assert(ENTRIES_PER_LETTER <= FELT_SUMMARY_MAX, "a letter's worth is a message's worth");
_Static_assert(FELT_ANSWER_ENTRIES / ENTRIES_PER_LETTER + 2 <= FELT_OUTBOX_DATAGRAMS &&
                   FELT_ANSWER_SLOTS + 2 <= FELT_OUTBOX_DATAGRAMS &&
                   NOTICES_AT_ONCE / 13 + 2 <= FELT_ANSWER_SLOTS,
               "an answer is one step's work");

static bool may_answer(const struct felt_node *node)
{
    return node->sync.answered_us <= felt_usec_add(node->now, BURST_TIME);
}

/* An answer in the making. */
struct answer {
    struct felt_node *node;
    const struct felt_endpoint *to;
    uint32_t member;
    unsigned letters; /* begun, the open one included */
    struct felt_letter letter;
};

static void open_letter(struct answer *a)
{
    felt_letter_open_to(&a->letter, a->node, a->to, a->member);
    a->letter.rumours = false; /* the room is for the answer */
    a->letters++;
}

static void begin(struct answer *a, struct felt_node *node, const struct felt_endpoint *to,
                  uint32_t member)
{
    a->node = node;
    a->to = to;
    a->member = member;
    a->letters = 0;
    open_letter(a);
}

static void turn_page(struct answer *a)
{
    felt_letter_post(&a->letter);
    open_letter(a);
}

/* Sends the last letter, and puts the answer on the account. */
static void end(struct answer *a)
{
    struct felt_node *node = a->node;

    felt_letter_post(&a->letter);
    node->sync.answered_us = felt_usec_add(FELT_MAX(node->sync.answered_us, node->now),
                                           a->letters * (felt_usec)LETTER_TIME);
}

/* The same, and says that this was the answer: all of it, or up to `next`. */
static void end_answered(struct answer *a, enum felt_message_type question, bool more,
                         uint32_t next)
{
    struct felt_message *m = &a->node->outgoing;

    m->type = FELT_MESSAGE_ANSWERED;
    m->answered.question = question;
    m->answered.more = more;
    m->answered.next = next;
    felt_letter_write(&a->letter, m);
    end(a);
}

/* ---- members ---- */

struct summary {
    struct answer answer;
    uint32_t total;
    uint32_t n;
    struct felt_summary_entry entries[ENTRIES_PER_LETTER];
};

static void write_entries(struct summary *s)
{
    struct felt_message *m = &s->answer.node->outgoing;

    if (s->n == 0)
        return;
    m->type = FELT_MESSAGE_SUMMARY;
    m->summary.n = s->n;
    memcpy(m->summary.entries, s->entries, s->n * sizeof(s->entries[0]));
    felt_letter_write(&s->answer.letter, m);
    s->n = 0;
}

/* A full letter goes when there is more to write, so that the last one is never empty. */
static void write_entry(struct summary *s, uint32_t i)
{
    const struct felt_node *node = s->answer.node;
    const struct felt_member *m = felt_members_peek(node->members, i);

    if (s->n == ENTRIES_PER_LETTER) {
        write_entries(s);
        turn_page(&s->answer);
    }
    s->entries[s->n++] = (struct felt_summary_entry){
        .id = m->descriptor->id,
        .version = m->descriptor->version,
        .incarnation = m->incarnation,
        .state = felt_swim_liveness(node->swim, i).state,
    };
    s->total++;
}

/* Up to n members of a bucket of `size`: where that is not all of them, from a random one on, so
 * that in the end all get their turn. */
static void write_bucket(struct summary *s, uint32_t bucket, uint32_t size, uint32_t n)
{
    struct felt_node *node = s->answer.node;
    uint32_t i = felt_members_in_bucket(node->members, bucket), skip;

    skip = n < size ? (uint32_t)felt_prng_below(&node->prng, size) : 0;
    while (skip-- > 0)
        i = felt_members_after(node->members, i);
    for (; n > 0; n--) {
        if (i == FELT_MEMBER_NONE)
            i = felt_members_in_bucket(node->members, bucket);
        write_entry(s, i);
        i = felt_members_after(node->members, i);
    }
}

static uint32_t bucket_size(const struct felt_members *members, uint32_t bucket)
{
    uint32_t n = 0;

    for (uint32_t i = felt_members_in_bucket(members, bucket); i != FELT_MEMBER_NONE;
         i = felt_members_after(members, i))
        n++;
    return n;
}

enum felt_verdict felt_answer_sync_members(struct felt_node *node, const struct felt_inbound *in,
                                           const struct felt_message *m)
{
    const uint64_t *ours = felt_members_buckets(node->members);
    uint32_t bucket = m->sync_members.first;
    bool more = false;
    struct summary s;

    if (!may_answer(node))
        return FELT_VERDICT_BUSY;
    s.n = s.total = 0;
    begin(&s.answer, node, &in->from, in->member);
    for (uint32_t k = 0; k < FELT_BUCKETS && !more; k++) {
        uint32_t at = (m->sync_members.first + k) % FELT_BUCKETS, size, room;

        if (m->sync_members.hashes[at] == ours[at])
            continue;
        size = bucket_size(node->members, at);
        room = FELT_ANSWER_ENTRIES - s.total;
        more = size > room;
        bucket = at;
        /* Whole buckets; only one that is larger than any answer is shown in parts. */
        if (!more || s.total == 0)
            write_bucket(&s, at, size, FELT_MIN(size, room));
    }
    write_entries(&s);
    end_answered(&s.answer, FELT_MESSAGE_SYNC_MEMBERS, more, bucket);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_answer_fetch(struct felt_node *node, const struct felt_inbound *in,
                                    const struct felt_message *m)
{
    struct felt_id ids[FELT_FETCH_MAX];
    uint32_t n = m->fetch.n;
    struct answer a;

    if (!may_answer(node))
        return FELT_VERDICT_BUSY;
    memcpy(ids, m->fetch.ids, n * sizeof(ids[0]));
    begin(&a, node, &in->from, in->member);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = felt_members_find(node->members, &ids[k]);

        if (i == FELT_MEMBER_NONE || felt_letter_write_member(&a.letter, i))
            continue;
        turn_page(&a);
        felt_letter_write_member(&a.letter, i);
    }
    end(&a);
    return FELT_VERDICT_TAKEN;
}

/* ---- slots ---- */

/* Returns the slot after the last one written: less than `end` where the answer is at its limit. */
static uint32_t write_slots(struct answer *a, uint32_t first, uint32_t end)
{
    while (first < end) {
        uint32_t next = felt_letter_write_slots(&a->letter, first, end);

        if (next == first) {
            if (a->letters == FELT_ANSWER_SLOTS)
                break;
            turn_page(a);
        }
        first = next;
    }
    return first;
}

enum felt_verdict felt_answer_pull_slots(struct felt_node *node, const struct felt_inbound *in,
                                         const struct felt_message *m)
{
    uint32_t n_slots, next;
    struct answer a;

    if (node->era == 0 || !felt_saver_settled(&node->saver) || !may_answer(node))
        return FELT_VERDICT_BUSY;
    if (m->pull_slots.era > 0 && m->pull_slots.era + 1 == node->era &&
        felt_era_tell(node, in->member))
        return FELT_VERDICT_TAKEN;
    if (m->pull_slots.era == 0 && m->pull_slots.first == 0)
        felt_hearing_tell(node, &in->from, in->member);
    n_slots = felt_slot_map_slots(node->map);
    begin(&a, node, &in->from, in->member);
    next = write_slots(&a, m->pull_slots.first, n_slots);
    end_answered(&a, FELT_MESSAGE_PULL_SLOTS, next < n_slots, next);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_answer_sync_slots(struct felt_node *node, const struct felt_inbound *in,
                                         const struct felt_message *m)
{
    const uint64_t *ours;
    uint32_t bucket = m->sync_slots.first;
    bool more = false;
    struct answer a;

    if (node->era == 0 || m->sync_slots.era != node->era || !felt_saver_settled(&node->saver) ||
        !may_answer(node))
        return FELT_VERDICT_BUSY;
    ours = felt_slot_map_buckets(node->map);
    begin(&a, node, &in->from, in->member);
    for (uint32_t k = 0; k < FELT_BUCKETS && !more; k++) {
        uint32_t at = (m->sync_slots.first + k) % FELT_BUCKETS, first, last;

        if (m->sync_slots.hashes[at] == ours[at])
            continue;
        felt_slot_map_bucket(node->map, at, &first, &last);
        more = write_slots(&a, first, last) < last;
        bucket = at;
    }
    end_answered(&a, FELT_MESSAGE_SYNC_SLOTS, more, bucket);
    return FELT_VERDICT_TAKEN;
}

/* ---- notices ---- */

/* False where the answer is at its limit. */
static bool write_notices(struct answer *a, uint32_t bucket, uint32_t i, uint32_t end)
{
    while (i < end) {
        uint32_t next = felt_letter_write_notices(&a->letter, bucket, i, end);

        if (next < end) {
            if (a->letters == FELT_ANSWER_SLOTS)
                return false;
            turn_page(a);
        }
        i = next;
    }
    return true;
}

static uint32_t notices_in(const struct felt_node *node, uint32_t bucket)
{
    struct felt_notice notice;
    uint32_t n = 0;

    while (felt_notices_at(node->notices, bucket, n, &notice))
        n++;
    return n;
}

/* A whole bucket, but where it alone may be larger than an answer: of that a random part. */
static bool write_notice_bucket(struct answer *a, uint32_t bucket)
{
    uint32_t n = notices_in(a->node, bucket), first, end;

    if (n <= NOTICES_AT_ONCE)
        return write_notices(a, bucket, 0, n);
    first = (uint32_t)felt_prng_below(&a->node->prng, n);
    end = FELT_MIN(first + NOTICES_AT_ONCE, n);
    /* Round the end: each is as likely as the others. */
    return write_notices(a, bucket, first, end) &&
           write_notices(a, bucket, 0, NOTICES_AT_ONCE - (end - first));
}

enum felt_verdict felt_answer_sync_notices(struct felt_node *node, const struct felt_inbound *in,
                                           const struct felt_message *m)
{
    uint32_t bucket = m->sync_notices.first;
    const uint64_t *ours;
    bool more = false;
    struct answer a;

    if (!node->configured || !felt_crier_settled(node) || !may_answer(node))
        return FELT_VERDICT_BUSY;
    ours = felt_notices_buckets(node->notices);
    begin(&a, node, &in->from, in->member);
    for (uint32_t k = 0; k < FELT_BUCKETS && !more; k++) {
        uint32_t at = (m->sync_notices.first + k) % FELT_BUCKETS;

        if (m->sync_notices.hashes[at] == ours[at])
            continue;
        more = !write_notice_bucket(&a, at);
        bucket = at;
    }
    end_answered(&a, FELT_MESSAGE_SYNC_NOTICES, more, bucket);
    return FELT_VERDICT_TAKEN;
}
