/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <string.h>

#include "node/answer.h"
#include "node/core.h"

/* G-4.2.2 */
static void buckets_that_differ_are_answered_with_a_summary_of_their_members(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_SYNC_MEMBERS}, answer;

    memcpy(m.sync_members.hashes, felt_members_buckets(s->b.node->members),
           sizeof(m.sync_members.hashes));
    peer_tell(&s->p, &s->b, &m);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SUMMARY, &answer));
    memset(m.sync_members.hashes, 0, sizeof(m.sync_members.hashes));
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SUMMARY, &answer));
    assert_int_equal(answer.summary.n, 2);
}

/* G-4.2.2, G-2.4 */
static void what_is_fetched_comes_with_how_it_stands(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_FETCH}, answer;

    m.fetch.n = 2;
    m.fetch.ids[0] = s->q.identity.id; /* we have none */
    m.fetch.ids[1] = bench_self(&s->b).id;
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_DESCRIPTOR, &answer));
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_LIVENESS, &answer));
    assert_int_equal(peer_got(&s->p, &s->b), 1);
}

/* G-4.2.2 */
static void buckets_of_slots_that_differ_come_as_slots(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_SYNC_SLOTS}, answer;

    m.sync_slots.era = 1;
    memcpy(m.sync_slots.hashes, felt_slot_map_buckets(s->b.node->map), sizeof(m.sync_slots.hashes));
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
    m.sync_slots.hashes[5]++;
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
    assert_int_equal(answer.slots.first, 20); /* ceil(5 * 255 / 64) */
    m.sync_slots.era = 2;
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_BUSY);
}

/* L-3.2.3 */
static void no_slots_leave_while_a_gift_is_not_durable(void **state)
{
    struct scene *s = *state;
    struct felt_message pull = {.type = FELT_MESSAGE_PULL_SLOTS}, answer;
    struct felt_message sync = {.type = FELT_MESSAGE_SYNC_SLOTS, .sync_slots = {.era = 1}};
    uint8_t cookie[FELT_COOKIE_LEN];
    uint64_t save;

    assert_int_equal(peer_tell(&s->p, &s->b, &pull), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
    peer_cookie(&s->q, &s->b, cookie);
    peer_write_join(&s->q, 1, cookie, NULL);
    peer_send(&s->q, &s->b);
    save = s->b.effects.state_save;
    assert_int_equal(peer_tell(&s->p, &s->b, &pull), FELT_VERDICT_BUSY);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
    assert_int_equal(peer_tell(&s->p, &s->b, &sync), FELT_VERDICT_BUSY);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    assert_int_equal(peer_tell(&s->p, &s->b, &pull), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
}

static void a_pull_from_beyond_the_network_gets_nothing(void **state)
{
    struct scene *s = *state;
    struct felt_message pull = {.type = FELT_MESSAGE_PULL_SLOTS}, answer;

    pull.pull_slots.first = UINT32_MAX;
    peer_tell(&s->p, &s->b, &pull);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
}

/* G-4.2.2 */
static void where_nothing_differs_the_answer_says_so(void **state)
{
    struct scene *s = *state;
    struct felt_message members = {.type = FELT_MESSAGE_SYNC_MEMBERS}, answer;
    struct felt_message slots = {.type = FELT_MESSAGE_SYNC_SLOTS, .sync_slots = {.era = 1}};

    memcpy(members.sync_members.hashes, felt_members_buckets(s->b.node->members),
           sizeof(members.sync_members.hashes));
    peer_tell(&s->p, &s->b, &members);
    assert_int_equal(peer_got(&s->p, &s->b), 1);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_ANSWERED, &answer));
    assert_int_equal(answer.answered.question, FELT_MESSAGE_SYNC_MEMBERS);
    assert_false(answer.answered.more);
    memcpy(slots.sync_slots.hashes, felt_slot_map_buckets(s->b.node->map),
           sizeof(slots.sync_slots.hashes));
    peer_tell(&s->p, &s->b, &slots);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_ANSWERED, &answer));
    assert_int_equal(answer.answered.question, FELT_MESSAGE_SYNC_SLOTS);
    assert_false(answer.answered.more);
}

/* G-4.2.2 */
static void the_end_of_the_map_is_said_beside_it(void **state)
{
    struct scene *s = *state;
    struct felt_message pull = {.type = FELT_MESSAGE_PULL_SLOTS}, answer;

    peer_tell(&s->p, &s->b, &pull);
    assert_int_equal(peer_got(&s->p, &s->b), 1);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_ANSWERED, &answer));
    assert_int_equal(answer.answered.question, FELT_MESSAGE_PULL_SLOTS);
    assert_false(answer.answered.more);
}

/* ---- large tables ---- */

#define MANY 6000

/* A founder with a peer, and many members that are only in its table; in one bucket or in all. */
static void crowd(struct scene *s, uint32_t n, bool one_bucket)
{
    struct felt_node_config config = bench_config();
    uint8_t signature[FELT_SIGNATURE_LEN] = {0};

    config.net_config = BENCH_CONFIG;
    config.limits.members_max = MANY + 10;
    memset(s, 0, sizeof(*s));
    bench_new(&s->b, &config);
    bench_wait(&s->b, 0);
    bench_settle(&s->b);
    peer_init(&s->p, 1);
    peer_join(&s->p, &s->b);
    for (uint32_t i = 0; i < n; i++) {
        struct felt_descriptor d = {.version = 1};
        struct felt_id id = {{0}};
        uint32_t place;

        felt_put_be32(id.b, i * 0x9e3779b1u); /* well spread, no two equal */
        felt_put_be32(id.b + 4, i + 1);
        if (one_bucket)
            id.b[0] = 0;
        assert_int_equal(felt_members_add(s->b.node->members, &id, &d, felt_bytes("body", 4),
                                          signature, 1, &place),
                         FELT_VERDICT_TAKEN);
    }
}

static void crowd_done(struct scene *s)
{
    bench_done(&s->b);
    peer_done(&s->p);
}

struct answer {
    unsigned datagrams;
    unsigned entries;
    bool ended;
    bool more;
    uint32_t next;
};

/* Reads all that the last step sent to the peer; ids that were shown are marked in seen[]. */
static struct answer read_answer(struct scene *s, bool *seen)
{
    struct answer a = {.datagrams = (unsigned)peer_got(&s->p, &s->b)};

    for (size_t i = 0; i < s->b.effects.n_datagrams; i++) {
        struct felt_envelope envelope;
        struct felt_message m;
        size_t len;

        assert_int_equal(
            felt_seal_open(&s->p.seal, s->b.effects.datagrams[i].bytes, s->p.opened, &len),
            FELT_VERDICT_TAKEN);
        assert_int_equal(felt_reader_begin(s->p.reader, felt_bytes(s->p.opened, len), &envelope),
                         0);
        while (felt_reader_next(s->p.reader, &m) > 0) {
            if (m.type == FELT_MESSAGE_ANSWERED) {
                a.ended = true;
                a.more = m.answered.more;
                a.next = m.answered.next;
            }
            for (uint32_t k = 0; m.type == FELT_MESSAGE_SUMMARY && k < m.summary.n; k++)
                seen[felt_members_find(s->b.node->members, &m.summary.entries[k].id)] = true;
            a.entries += m.type == FELT_MESSAGE_SUMMARY ? m.summary.n : 0;
        }
    }
    return a;
}

static unsigned count(const bool *seen)
{
    unsigned n = 0;

    for (unsigned i = 0; i < MANY + 10; i++)
        n += seen[i];
    return n;
}

/* G-4.2.2 */
static void who_knows_nothing_is_shown_all_in_parts_of_whole_buckets(void **state)
{
    struct felt_message m = {.type = FELT_MESSAGE_SYNC_MEMBERS, .sync_members = {.first = 40}};
    bool seen[MANY + 10] = {0};
    unsigned parts = 0, total = 0;
    struct answer a = {0};
    struct scene s;

    (void)state;
    crowd(&s, MANY, false);
    do {
        s.b.now += FELT_USEC_SEC / 10;
        peer_tell(&s.p, &s.b, &m);
        a = read_answer(&s, seen);
        assert_true(a.ended);
        assert_true(a.datagrams <= FELT_ANSWER_ENTRIES / 27 + 2);
        assert_true(a.entries <= FELT_ANSWER_ENTRIES);
        total += a.entries;
        parts++;
        /* What was shown does not differ any more. */
        for (uint32_t k = m.sync_members.first; a.more && k != a.next; k = (k + 1) % FELT_BUCKETS)
            m.sync_members.hashes[k] = felt_members_buckets(s.b.node->members)[k];
        m.sync_members.first = a.next;
    } while (a.more && parts < 100);
    assert_int_equal(total, MANY + 2);
    assert_int_equal(count(seen), MANY + 2);
    assert_true(parts <= 8);
    crowd_done(&s);
}

/* G-4.2.2 */
static void of_a_bucket_that_is_larger_than_an_answer_in_the_end_all_is_shown(void **state)
{
    struct felt_message m = {.type = FELT_MESSAGE_SYNC_MEMBERS};
    bool seen[MANY + 10] = {0};
    struct answer a;
    struct scene s;

    (void)state;
    crowd(&s, 1400, true);
    for (int k = 0; k < 40; k++) {
        s.b.now += FELT_USEC_SEC / 10;
        peer_tell(&s.p, &s.b, &m);
        a = read_answer(&s, seen);
        assert_int_equal(a.entries, FELT_ANSWER_ENTRIES);
        assert_true(a.more);
        assert_int_equal(a.next, 0);
    }
    assert_true(count(seen) >= 1400);
    crowd_done(&s);
}

/* G-4.2.7 */
static void who_asks_too_much_is_not_answered_for_a_while(void **state)
{
    struct felt_message m = {.type = FELT_MESSAGE_SYNC_MEMBERS};
    unsigned answers = 0, datagrams = 0;
    bool seen[MANY + 10];
    struct scene s;

    (void)state;
    crowd(&s, MANY, false);
    while (peer_tell(&s.p, &s.b, &m) == FELT_VERDICT_TAKEN) {
        datagrams += read_answer(&s, seen).datagrams;
        assert_true(++answers < 100);
    }
    assert_int_equal(s.b.verdict, FELT_VERDICT_BUSY);
    assert_int_equal(s.b.effects.n_datagrams, 0);
    assert_in_range(datagrams, 1000, 1040);
    s.b.now += 10 * FELT_USEC_MS; /* 100 letters */
    for (answers = 0; peer_tell(&s.p, &s.b, &m) == FELT_VERDICT_TAKEN; answers++)
        assert_true(answers < 100);
    assert_in_range(answers, 2, 3);
    s.b.now += FELT_USEC_SEC;
    assert_int_equal(peer_tell(&s.p, &s.b, &m), FELT_VERDICT_TAKEN);
    crowd_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(buckets_that_differ_are_answered_with_a_summary_of_their_members),
        SCENE(what_is_fetched_comes_with_how_it_stands),
        SCENE(buckets_of_slots_that_differ_come_as_slots),
        SCENE(no_slots_leave_while_a_gift_is_not_durable),
        SCENE(a_pull_from_beyond_the_network_gets_nothing),
        SCENE(where_nothing_differs_the_answer_says_so),
        SCENE(the_end_of_the_map_is_said_beside_it),
        cmocka_unit_test(who_knows_nothing_is_shown_all_in_parts_of_whole_buckets),
        cmocka_unit_test(of_a_bucket_that_is_larger_than_an_answer_in_the_end_all_is_shown),
        cmocka_unit_test(who_asks_too_much_is_not_answered_for_a_while),
    };

    return RUN_TESTS(tests);
}
