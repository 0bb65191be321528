/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/bench.h"

#include <string.h>

static const struct felt_message hello = {.type = FELT_MESSAGE_HELLO,
                                          .hello = {.padding = FELT_HELLO_PADDING}};
static const struct felt_message nack = {.type = FELT_MESSAGE_NACK, .nack = {.seq = 1}};

struct scene {
    struct bench b;
    struct peer p;
};

/* A founder, and a peer that is no member yet. */
static int setup(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));

    assert_non_null(s);
    bench_found(&s->b, BENCH_CONFIG);
    peer_init(&s->p, 1);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;

    bench_done(&s->b);
    peer_done(&s->p);
    free(s);
    return 0;
}

static enum felt_verdict inject(struct scene *s, struct felt_bytes bytes)
{
    struct felt_input in = {.kind = FELT_INPUT_DATAGRAM};

    in.datagram.from = s->p.at;
    in.datagram.bytes = bytes;
    bench_step(&s->b, in);
    return s->b.verdict;
}

/* S-3.2 */
static void before_the_session_is_durable_it_is_too_busy(void **state)
{
    struct scene *s = *state;
    struct felt_node_config config = bench_config();

    bench_done(&s->b);
    config.net_config = BENCH_CONFIG;
    bench_new(&s->b, &config);
    bench_wait(&s->b, 0);
    assert_int_equal(peer_tell(&s->p, &s->b, &hello), FELT_VERDICT_BUSY);
    assert_int_equal(s->b.effects.n_datagrams, 0);
}

/* P-2.1, P-2.2.1 */
static void what_is_no_datagram_of_ours_is_malformed(void **state)
{
    struct scene *s = *state;
    static const uint8_t zeros[FELT_DATAGRAM_MAX + 1];
    struct felt_bytes good;
    uint8_t copy[FELT_DATAGRAM_MAX];

    peer_begin(&s->p);
    peer_write(&s->p, &hello);
    good = peer_seal(&s->p);
    assert_int_equal(inject(s, felt_bytes("", 0)), FELT_VERDICT_MALFORMED);
    assert_int_equal(inject(s, felt_bytes(zeros, 1)), FELT_VERDICT_MALFORMED);
    assert_int_equal(inject(s, felt_bytes(zeros, 100)), FELT_VERDICT_MALFORMED);
    assert_int_equal(inject(s, felt_bytes(zeros, FELT_DATAGRAM_MAX)), FELT_VERDICT_MALFORMED);
    assert_int_equal(inject(s, felt_bytes(zeros, FELT_DATAGRAM_MAX + 1)), FELT_VERDICT_MALFORMED);
    memcpy(copy, good.data, good.len);
    copy[1] = 9; /* another version */
    assert_int_equal(inject(s, felt_bytes(copy, good.len)), FELT_VERDICT_MALFORMED);
    assert_int_equal(s->b.effects.n_datagrams, 0);
    assert_int_equal(inject(s, good), FELT_VERDICT_TAKEN);
}

/* P-2.2.2 */
static void no_altered_or_shortened_datagram_is_taken(void **state)
{
    struct scene *s = *state;
    uint8_t copy[FELT_DATAGRAM_MAX];
    struct felt_bytes good;

    peer_begin(&s->p);
    peer_write(&s->p, &hello);
    good = peer_seal(&s->p);
    for (size_t i = 0; i < good.len; i++) {
        memcpy(copy, good.data, good.len);
        copy[i] ^= 1;
        assert_int_not_equal(inject(s, felt_bytes(copy, good.len)), FELT_VERDICT_TAKEN);
        assert_int_equal(s->b.effects.n_datagrams, 0);
        assert_int_not_equal(inject(s, felt_bytes(good.data, i)), FELT_VERDICT_TAKEN);
        assert_int_equal(s->b.effects.n_datagrams, 0);
    }
    memcpy(copy, good.data, good.len);
    copy[good.len - 1] ^= 1;
    assert_int_equal(inject(s, felt_bytes(copy, good.len)), FELT_VERDICT_FORGED);
    assert_int_equal(bench_self(&s->b).n_members, 1);
}

/* P-2.2.4 */
static void another_clusters_datagram_is_refused_and_reported_now_and_then(void **state)
{
    struct scene *s = *state;
    const struct felt_event *event;

    memset(s->p.cluster, 0xee, sizeof(s->p.cluster));
    assert_int_equal(peer_tell(&s->p, &s->b, &hello), FELT_VERDICT_FOREIGN);
    assert_int_equal(s->b.effects.n_datagrams, 0);
    event = bench_event(&s->b, FELT_EVENT_FOREIGN_CLUSTER);
    assert_non_null(event);
    assert_memory_equal(event->other, s->p.cluster, sizeof(event->other));
    assert_true(felt_endpoint_equal(&event->endpoint, &s->p.at));
    for (int i = 0; i < 9; i++) {
        s->b.now += FELT_USEC_SEC;
        assert_int_equal(peer_tell(&s->p, &s->b, &hello), FELT_VERDICT_FOREIGN);
        assert_null(bench_event(&s->b, FELT_EVENT_FOREIGN_CLUSTER));
    }
    s->b.now += FELT_USEC_SEC;
    peer_tell(&s->p, &s->b, &hello);
    assert_non_null(bench_event(&s->b, FELT_EVENT_FOREIGN_CLUSTER));
    assert_int_equal(bench_self(&s->b).verdicts[FELT_VERDICT_FOREIGN], 11);
}

/* P-2.2.3 */
static void another_keys_datagram_is_refused_and_reported_now_and_then(void **state)
{
    struct scene *s = *state;
    struct felt_cluster_key other = {{8}};

    felt_seal_key_init(&s->p.seal, &other);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(peer_tell(&s->p, &s->b, &hello), FELT_VERDICT_UNKNOWN_KEY);
        assert_int_equal(s->b.effects.n_datagrams, 0);
        assert_int_equal(bench_event(&s->b, FELT_EVENT_WRONG_KEY) != NULL, i == 0);
    }
    s->b.now += 10 * FELT_USEC_SEC;
    peer_tell(&s->p, &s->b, &hello);
    assert_non_null(bench_event(&s->b, FELT_EVENT_WRONG_KEY));
    assert_int_equal(bench_self(&s->b).n_members, 1);
}

/* P-3.1.3 */
static void a_members_datagram_is_taken_once(void **state)
{
    struct scene *s = *state;
    struct felt_bytes bytes;

    peer_join(&s->p, &s->b);
    peer_begin(&s->p);
    peer_write(&s->p, &hello);
    bytes = peer_seal(&s->p);
    assert_int_equal(inject(s, bytes), FELT_VERDICT_TAKEN);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(inject(s, bytes), FELT_VERDICT_REPLAYED);
        assert_int_equal(s->b.effects.n_datagrams, 0);
    }
    assert_int_equal(bench_self(&s->b).verdicts[FELT_VERDICT_REPLAYED], 3);
}

/* P-3.1.3 */
static void the_join_itself_cannot_be_replayed(void **state)
{
    struct scene *s = *state;
    uint8_t cookie[FELT_COOKIE_LEN];
    struct felt_bytes bytes;

    peer_cookie(&s->p, &s->b, cookie);
    peer_write_join(&s->p, 1, cookie, NULL);
    bytes = peer_seal(&s->p);
    assert_int_equal(inject(s, bytes), FELT_VERDICT_TAKEN);
    bench_settle(&s->b);
    assert_int_equal(inject(s, bytes), FELT_VERDICT_REPLAYED);
}

/* P-3.1.3 */
static void a_later_session_begins_anew_and_the_earlier_one_is_stale(void **state)
{
    struct scene *s = *state;

    peer_join(&s->p, &s->b);
    s->p.session = 2;
    s->p.counter = 0;
    assert_int_equal(peer_tell(&s->p, &s->b, &hello), FELT_VERDICT_TAKEN);
    s->p.session = 1;
    s->p.counter = 1000;
    assert_int_equal(peer_tell(&s->p, &s->b, &hello), FELT_VERDICT_STALE);
}

/* P-3.1.4 */
static void its_own_datagrams_that_come_back_are_refused(void **state)
{
    struct scene *s = *state;
    uint8_t copy[FELT_DATAGRAM_MAX];
    size_t len;

    peer_tell(&s->p, &s->b, &hello);
    assert_int_equal(s->b.effects.n_datagrams, 1);
    len = s->b.effects.datagrams[0].bytes.len;
    memcpy(copy, s->b.effects.datagrams[0].bytes.data, len);
    assert_int_equal(inject(s, felt_bytes(copy, len)), FELT_VERDICT_MISDIRECTED);
}

/* P-3.2.2 */
static void from_a_stranger_no_members_message_is_looked_at(void **state)
{
    static const enum felt_message_type types[] = {
        FELT_MESSAGE_ACK,     FELT_MESSAGE_PROBE_REQUEST, FELT_MESSAGE_NACK,
        FELT_MESSAGE_GIFT,    FELT_MESSAGE_LIVENESS,      FELT_MESSAGE_SYNC_MEMBERS,
        FELT_MESSAGE_SUMMARY, FELT_MESSAGE_FETCH,         FELT_MESSAGE_SYNC_SLOTS,
        FELT_MESSAGE_SLOTS,   FELT_MESSAGE_PULL_SLOTS,    FELT_MESSAGE_ANSWERED,
    };
    struct scene *s = *state;

    for (size_t i = 0; i < FELT_ARRAY_LEN(types); i++) {
        struct felt_message m = {.type = types[i]};

        /* Lists have at least one entry. */
        if (m.type == FELT_MESSAGE_LIVENESS) {
            m.liveness.n = 1;
            m.liveness.entries[0].id = s->p.identity.id;
        } else if (m.type == FELT_MESSAGE_SUMMARY) {
            m.summary.n = 1;
            m.summary.entries[0].id = s->p.identity.id;
        } else if (m.type == FELT_MESSAGE_ANSWERED) {
            m.answered.question = FELT_MESSAGE_SYNC_MEMBERS;
        } else if (m.type == FELT_MESSAGE_FETCH) {
            m.fetch.n = 1;
            m.fetch.ids[0] = s->p.identity.id;
        } else if (m.type == FELT_MESSAGE_SLOTS) {
            m.slots.era = 9;
            m.slots.total = 255;
            m.slots.n = 1;
            m.slots.runs[0] = (struct felt_run){.count = 255, .owner = s->p.identity.id, .term = 9};
        }
        assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_STRANGER);
        assert_int_equal(s->b.effects.n_datagrams, 0);
        assert_int_equal(s->b.effects.n_events, 0);
    }
    assert_int_equal(bench_self(&s->b).n_members, 1);
    assert_int_equal(bench_self(&s->b).era, 1);
}

/* P-3.2.2 */
static void a_strangers_descriptor_without_a_cookie_makes_it_no_member(void **state)
{
    struct scene *s = *state;

    peer_begin(&s->p);
    peer_write_self(&s->p);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_STRANGER);
    peer_write_join(&s->p, 1, NULL, NULL);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_STRANGER);
    assert_int_equal(bench_self(&s->b).n_members, 1);
    assert_int_equal(s->b.effects.state.len, 0);
}

/* P-3.2.3, G-5.2 */
static void a_stranger_gets_a_cookie_and_nothing_larger_than_its_question(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    size_t asked;

    peer_begin(&s->p);
    peer_write(&s->p, &hello);
    asked = peer_seal(&s->p).len;
    peer_send(&s->p, &s->b);
    assert_int_equal(s->b.effects.n_datagrams, 1);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_COOKIE, &m));
    assert_in_range(s->b.effects.datagrams[0].bytes.len, 1, asked);
    peer_write_join(&s->p, 1, (const uint8_t[FELT_COOKIE_LEN]){1}, NULL);
    asked = peer_seal(&s->p).len;
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_STRANGER);
    assert_int_equal(s->b.effects.n_datagrams, 1);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_COOKIE, &m));
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_WELCOME, &m));
    assert_in_range(s->b.effects.datagrams[0].bytes.len, 1, asked);
}

/* P-3.2.3 */
static void a_hello_that_is_too_short_gets_no_larger_answer(void **state)
{
    const struct felt_message bare = {.type = FELT_MESSAGE_HELLO};
    struct scene *s = *state;
    size_t asked;

    peer_begin(&s->p);
    peer_write(&s->p, &bare);
    asked = peer_seal(&s->p).len;
    peer_send(&s->p, &s->b);
    for (size_t i = 0; i < s->b.effects.n_datagrams; i++)
        assert_in_range(s->b.effects.datagrams[i].bytes.len, 1, asked);
}

/* P-3.2.3 */
static void many_hellos_in_one_datagram_get_no_more_bytes_than_they_had(void **state)
{
    const struct felt_message bare = {.type = FELT_MESSAGE_HELLO};
    struct scene *s = *state;
    size_t asked, answered = 0;

    peer_begin(&s->p);
    for (int i = 0; i < 100; i++)
        peer_write(&s->p, &bare);
    asked = peer_seal(&s->p).len;
    peer_send(&s->p, &s->b);
    for (size_t i = 0; i < s->b.effects.n_datagrams; i++)
        answered += s->b.effects.datagrams[i].bytes.len;
    assert_in_range(answered, 0, asked);
}

/* G-5.1 */
static void a_cookie_serves_its_address_and_its_session_only(void **state)
{
    struct scene *s = *state;
    uint8_t cookie[FELT_COOKIE_LEN];

    peer_cookie(&s->p, &s->b, cookie);
    s->p.at.port++;
    peer_write_join(&s->p, 1, cookie, NULL);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_STRANGER);
    s->p.at.port--;
    s->p.session++;
    peer_write_join(&s->p, 1, cookie, NULL);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_STRANGER);
    s->p.session--;
    peer_write_join(&s->p, 1, cookie, NULL);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_TAKEN);
    assert_int_equal(bench_self(&s->b).n_members, 2);
}

/* P-3.2.1 */
static void what_breaks_the_schema_ends_the_reading_and_what_came_before_it_counts(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    peer_join(&s->p, &s->b);
    peer_begin(&s->p);
    peer_write(&s->p, &hello);
    s->p.plain[s->p.len++] = 0x91; /* an array of one that is not there */
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_MALFORMED);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_COOKIE, &m));
}

/* P-3.2.1 */
static void a_message_of_an_unknown_type_is_passed_over(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    peer_begin(&s->p);
    s->p.plain[s->p.len++] = 0x92; /* [ 99, 5 ] */
    s->p.plain[s->p.len++] = 99;
    s->p.plain[s->p.len++] = 5;
    peer_write(&s->p, &hello);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_COOKIE, &m));
}

static void the_verdict_of_a_datagram_is_that_of_the_message_that_was_refused(void **state)
{
    struct scene *s = *state;

    peer_join(&s->p, &s->b);
    peer_begin(&s->p);
    peer_write(&s->p, &nack); /* nobody waits for it */
    peer_write(&s->p, &hello);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(peer_got(&s->p, &s->b), 1);
}

static void a_node_without_a_cluster_answers_no_hello_and_no_join(void **state)
{
    struct scene *s = *state;

    bench_done(&s->b);
    bench_join(&s->b, &s->p.at);
    assert_int_equal(peer_tell(&s->p, &s->b, &hello), FELT_VERDICT_BUSY);
    assert_int_equal(s->b.effects.n_datagrams, 0);
    peer_write_join(&s->p, 1, NULL, NULL);
    assert_int_not_equal(peer_send(&s->p, &s->b), FELT_VERDICT_TAKEN);
    assert_int_equal(s->b.effects.n_datagrams, 0);
}

/* G-1.3 */
static void one_member_too_many_is_refused_and_changes_nothing(void **state)
{
    struct scene *s = *state;

    for (uint8_t n = 2; n <= 20; n++) { /* with ourselves, the limit of bench_config() */
        struct peer p;

        peer_init(&p, n);
        peer_join(&p, &s->b);
        peer_done(&p);
    }
    assert_int_equal(bench_self(&s->b).n_members, 20);
    {
        uint8_t cookie[FELT_COOKIE_LEN];

        peer_cookie(&s->p, &s->b, cookie);
        peer_write_join(&s->p, 1, cookie, NULL);
        assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_FULL);
    }
    assert_int_equal(bench_self(&s->b).n_members, 20);
    assert_int_equal(peer_got(&s->p, &s->b), 0);
}

/* P-3.2.3 */
static void many_probes_of_a_stranger_in_one_datagram_get_one_ack(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_PROBE};
    size_t asked;

    m.probe.target = bench_self(&s->b).id;
    peer_begin(&s->p);
    for (int i = 0; i < 10; i++)
        peer_write(&s->p, &m);
    asked = peer_seal(&s->p).len;
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_STRANGER);
    assert_int_equal(s->b.effects.n_datagrams, 1);
    assert_in_range(s->b.effects.datagrams[0].bytes.len, 1, asked);
}

#define SCENE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(before_the_session_is_durable_it_is_too_busy),
        SCENE(what_is_no_datagram_of_ours_is_malformed),
        SCENE(no_altered_or_shortened_datagram_is_taken),
        SCENE(another_clusters_datagram_is_refused_and_reported_now_and_then),
        SCENE(another_keys_datagram_is_refused_and_reported_now_and_then),
        SCENE(a_members_datagram_is_taken_once),
        SCENE(the_join_itself_cannot_be_replayed),
        SCENE(a_later_session_begins_anew_and_the_earlier_one_is_stale),
        SCENE(its_own_datagrams_that_come_back_are_refused),
        SCENE(from_a_stranger_no_members_message_is_looked_at),
        SCENE(a_strangers_descriptor_without_a_cookie_makes_it_no_member),
        SCENE(a_stranger_gets_a_cookie_and_nothing_larger_than_its_question),
        SCENE(a_hello_that_is_too_short_gets_no_larger_answer),
        SCENE(many_hellos_in_one_datagram_get_no_more_bytes_than_they_had),
        SCENE(many_probes_of_a_stranger_in_one_datagram_get_one_ack),
        SCENE(a_cookie_serves_its_address_and_its_session_only),
        SCENE(what_breaks_the_schema_ends_the_reading_and_what_came_before_it_counts),
        SCENE(a_message_of_an_unknown_type_is_passed_over),
        SCENE(the_verdict_of_a_datagram_is_that_of_the_message_that_was_refused),
        SCENE(a_node_without_a_cluster_answers_no_hello_and_no_join),
        SCENE(one_member_too_many_is_refused_and_changes_nothing),
    };

    return RUN_TESTS(tests);
}
