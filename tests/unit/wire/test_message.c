/* SPDX-License-Identifier: Apache-2.0 */
/* Encoding; that what is encoded is read back the same is shown here, what the reader refuses in
 * test_reader.c. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "base/idiom.h"
#include "crypto/seal.h"
#include "tests/support/messages.h"
#include "wire/reader.h"

static const struct felt_envelope largest = {
    .sender = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                0xff, 0xff}},
    .session = UINT64_MAX,
    .counter = UINT64_MAX,
    .generation = UINT64_MAX,
    .start = UINT64_MAX,
    .save = UINT64_MAX,
};

/* What messages have after the envelope and what sealing adds. */
#define ENVELOPE_MAX 64
#define MESSAGE_ROOM (FELT_DATAGRAM_MAX - FELT_SEAL_OVERHEAD - ENVELOPE_MAX)

static void an_envelope_of_largest_numbers_takes_64_bytes(void **state)
{
    uint8_t buf[ENVELOPE_MAX];
    size_t len;

    (void)state;
    assert_int_equal(felt_envelope_encode(&largest, buf, sizeof(buf), &len), 0);
    assert_int_equal(len, ENVELOPE_MAX);
}

static void an_envelope_fits_exactly_or_not_at_all(void **state)
{
    uint8_t buf[ENVELOPE_MAX];
    size_t len = 12345;

    (void)state;
    assert_int_equal(felt_envelope_encode(&largest, buf, ENVELOPE_MAX - 1, &len), -ENOBUFS);
    assert_int_equal(felt_envelope_encode(&largest, buf, 0, &len), -ENOBUFS);
    assert_int_equal(len, 12345);
    assert_int_equal(felt_envelope_encode(&largest, buf, ENVELOPE_MAX, &len), 0);
}

/* P-3.1.5, P-3.1.6 */
static void an_envelope_survives_whatever_its_numbers(void **state)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 5);
    assert_int_equal(felt_reader_new(&reader), 0);
    for (unsigned i = 0; i < 500; i++) {
        struct felt_envelope back,
            e = {
                .sender = {{1}},
                .session = 1 + (felt_prng_next(&prng) >> felt_prng_below(&prng, 64)) / 2,
                .counter = felt_prng_next(&prng) >> felt_prng_below(&prng, 64),
                .generation = felt_prng_next(&prng) >> felt_prng_below(&prng, 64),
                .start = felt_prng_next(&prng) >> felt_prng_below(&prng, 64),
                .save = felt_prng_next(&prng) >> felt_prng_below(&prng, 64),
            };
        uint8_t buf[ENVELOPE_MAX];
        size_t len;

        assert_int_equal(felt_envelope_encode(&e, buf, sizeof(buf), &len), 0);
        assert_int_equal(felt_reader_begin(reader, felt_bytes(buf, len), &back), 0);
        assert_true(felt_id_equal(&back.sender, &e.sender));
        assert_true(back.session == e.session && back.counter == e.counter &&
                    back.generation == e.generation && back.start == e.start &&
                    back.save == e.save);
        assert_int_equal(felt_reader_next(reader, &(struct felt_message){0}), 0);
    }
}

/* Encodes behind an envelope, reads back, compares. Returns the message's length. */
static size_t assert_survives(struct felt_reader *reader, const struct felt_message *m)
{
    uint8_t buf[FELT_DATAGRAM_MAX];
    struct felt_envelope envelope;
    struct felt_message back;
    size_t at, len;

    assert_int_equal(felt_envelope_encode(&largest, buf, sizeof(buf), &at), 0);
    assert_int_equal(felt_message_encode(m, buf + at, sizeof(buf) - at, &len), 0);
    assert_int_equal(felt_reader_begin(reader, felt_bytes(buf, at + len), &envelope), 0);
    assert_int_equal(felt_reader_next(reader, &back), 1);
    assert_true(message_equal(m, &back));
    assert_int_equal(felt_reader_next(reader, &back), 0);
    return len;
}

static void a_nack_says_whether_a_port_refused(void **state)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_message m = {.type = FELT_MESSAGE_NACK, .nack = {.seq = 5, .refused = true}};
    struct felt_message silent = m;

    (void)state;
    assert_int_equal(felt_reader_new(&reader), 0);
    silent.nack.refused = false;
    assert_false(message_equal(&m, &silent));
    assert_survives(reader, &m);
    assert_survives(reader, &silent);
}

static void who_left_is_told_without_an_origin(void **state)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_message m = {.type = FELT_MESSAGE_LIVENESS, .liveness.n = 1};
    struct felt_liveness *e = &m.liveness.entries[0];
    size_t alive;

    (void)state;
    assert_int_equal(felt_reader_new(&reader), 0);
    *e = (struct felt_liveness){.id = {{2}}, .incarnation = 9};
    alive = assert_survives(reader, &m);
    e->state = FELT_LIVENESS_LEFT;
    assert_int_equal(assert_survives(reader, &m), alive);
    m = (struct felt_message){.type = FELT_MESSAGE_SUMMARY, .summary.n = 1};
    m.summary.entries[0] = (struct felt_summary_entry){
        .id = {{2}}, .version = 1, .incarnation = 9, .state = FELT_LIVENESS_LEFT};
    assert_survives(reader, &m);
}

/* P-3.2.3 */
static void a_verdict_of_largest_numbers_is_not_longer_than_its_question_of_smallest(void **state)
{
    const struct felt_message confirm = {.type = FELT_MESSAGE_CONFIRM,
                                         .confirm = {.padding = FELT_CONFIRM_PADDING}};
    const struct felt_message confirmed = {
        .type = FELT_MESSAGE_CONFIRMED,
        .confirmed = {.session = UINT64_MAX, .verdict = FELT_IDENTITY_TWIN}};
    const struct felt_envelope smallest = {.sender = {{1}}, .session = 1};
    size_t question, confirm_len, answer, confirmed_len;
    uint8_t buf[128];

    (void)state;
    assert_int_equal(felt_envelope_encode(&smallest, buf, sizeof(buf), &question), 0);
    assert_int_equal(felt_message_encode(&confirm, buf, sizeof(buf), &confirm_len), 0);
    assert_int_equal(felt_envelope_encode(&largest, buf, sizeof(buf), &answer), 0);
    assert_int_equal(felt_message_encode(&confirmed, buf, sizeof(buf), &confirmed_len), 0);
    assert_true(answer + confirmed_len <= question + confirm_len);
}

/* P-3.2.3 */
static void a_cookie_of_largest_numbers_is_not_longer_than_a_hello_of_smallest(void **state)
{
    const struct felt_message hello = {.type = FELT_MESSAGE_HELLO,
                                       .hello = {.padding = FELT_HELLO_PADDING}};
    const struct felt_message cookie = {.type = FELT_MESSAGE_COOKIE};
    const struct felt_envelope smallest = {.sender = {{1}}, .session = 1};
    size_t question, hello_len, answer, cookie_len;
    uint8_t buf[128];

    (void)state;
    assert_int_equal(felt_envelope_encode(&smallest, buf, sizeof(buf), &question), 0);
    assert_int_equal(felt_message_encode(&hello, buf, sizeof(buf), &hello_len), 0);
    assert_int_equal(felt_envelope_encode(&largest, buf, sizeof(buf), &answer), 0);
    assert_int_equal(felt_message_encode(&cookie, buf, sizeof(buf), &cookie_len), 0);
    assert_int_equal(answer + cookie_len, question + hello_len);
}

static void the_smallest_of_every_type_survives(void **state)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_prng prng;
    struct sample s;

    (void)state;
    felt_prng_init(&prng, 1);
    assert_int_equal(felt_reader_new(&reader), 0);
    for (unsigned t = MESSAGE_TYPE_FIRST; t <= MESSAGE_TYPE_LAST; t = message_type_after(t)) {
        sample_message(&prng, (enum felt_message_type)t, MESSAGE_SMALLEST, &s);
        assert_survives(reader, &s.message);
    }
}

static void the_largest_of_every_type_survives_and_fits_a_datagram(void **state)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_prng prng;
    struct sample s;

    (void)state;
    felt_prng_init(&prng, 2);
    assert_int_equal(felt_reader_new(&reader), 0);
    for (unsigned t = MESSAGE_TYPE_FIRST; t <= MESSAGE_TYPE_LAST; t = message_type_after(t)) {
        sample_message(&prng, (enum felt_message_type)t, MESSAGE_LARGEST, &s);
        assert_in_range(assert_survives(reader, &s.message), 1, MESSAGE_ROOM);
    }
}

static void random_messages_of_every_type_survive(void **state)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_prng prng;
    struct sample s;

    (void)state;
    felt_prng_init(&prng, 3);
    assert_int_equal(felt_reader_new(&reader), 0);
    for (unsigned i = 0; i < 500; i++)
        for (unsigned t = MESSAGE_TYPE_FIRST; t <= MESSAGE_TYPE_LAST; t = message_type_after(t)) {
            sample_message(&prng, (enum felt_message_type)t, MESSAGE_RANDOM, &s);
            assert_survives(reader, &s.message);
        }
}

static void every_type_fits_an_exactly_full_buffer_and_none_shorter(void **state)
{
    uint8_t whole[FELT_DATAGRAM_MAX], buf[FELT_DATAGRAM_MAX];
    struct felt_prng prng;
    struct sample s;

    (void)state;
    felt_prng_init(&prng, 4);
    for (unsigned t = MESSAGE_TYPE_FIRST; t <= MESSAGE_TYPE_LAST; t = message_type_after(t)) {
        size_t len, got = 12345;

        sample_message(&prng, (enum felt_message_type)t, MESSAGE_RANDOM, &s);
        assert_int_equal(felt_message_encode(&s.message, whole, sizeof(whole), &len), 0);
        for (size_t room = 0; room < len; room++) {
            memset(buf, 0xee, sizeof(buf));
            assert_int_equal(felt_message_encode(&s.message, buf, room, &got), -ENOBUFS);
            assert_int_equal(got, 12345);
            assert_int_equal(buf[room], 0xee);
        }
        memset(buf, 0xee, sizeof(buf));
        assert_int_equal(felt_message_encode(&s.message, buf, len, &got), 0);
        assert_int_equal(got, len);
        assert_memory_equal(buf, whole, len);
        assert_int_equal(buf[len], 0xee);
    }
}

static void lists_survive_at_their_limits(void **state)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_message m = {.type = FELT_MESSAGE_LIVENESS, .liveness.n = FELT_LIVENESS_MAX};

    (void)state;
    assert_int_equal(felt_reader_new(&reader), 0);
    for (uint32_t i = 0; i < FELT_LIVENESS_MAX; i++)
        m.liveness.entries[i].id.b[15] = (uint8_t)i;
    assert_in_range(assert_survives(reader, &m), 1, MESSAGE_ROOM);
    m = (struct felt_message){.type = FELT_MESSAGE_SUMMARY, .summary.n = FELT_SUMMARY_MAX - 2};
    assert_in_range(assert_survives(reader, &m), 1, MESSAGE_ROOM);
    m = (struct felt_message){.type = FELT_MESSAGE_SUMMARY, .summary.n = FELT_SUMMARY_MAX};
    assert_survives(reader, &m);
    m = (struct felt_message){.type = FELT_MESSAGE_FETCH, .fetch.n = FELT_FETCH_MAX};
    assert_in_range(assert_survives(reader, &m), 1, MESSAGE_ROOM);
}

/* Slots of n runs by n_owners in turn, of the smallest numbers. */
static void make_slots(struct felt_message *m, uint32_t n, uint32_t n_owners)
{
    *m = (struct felt_message){.type = FELT_MESSAGE_SLOTS};
    m->slots.era = 1;
    m->slots.total = n;
    m->slots.n = n;
    for (uint32_t i = 0; i < n; i++)
        m->slots.runs[i] = (struct felt_run){
            .count = 1, .owner = {{1, [15] = (uint8_t)(i % n_owners)}}, .term = 1};
}

static void slots_survive_at_the_limit_of_runs(void **state)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_message m;

    (void)state;
    assert_int_equal(felt_reader_new(&reader), 0);
    make_slots(&m, FELT_RUNS_MAX, 2);
    assert_in_range(assert_survives(reader, &m), 1, MESSAGE_ROOM);
}

static void slots_survive_at_the_limit_of_owners_and_do_not_fit_above(void **state)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    uint8_t buf[FELT_DATAGRAM_MAX * 2];
    struct felt_message m;
    size_t len;

    (void)state;
    assert_int_equal(felt_reader_new(&reader), 0);
    make_slots(&m, FELT_OWNERS_MAX - 10, FELT_OWNERS_MAX - 10);
    assert_in_range(assert_survives(reader, &m), 1, MESSAGE_ROOM);
    make_slots(&m, FELT_OWNERS_MAX, FELT_OWNERS_MAX);
    assert_int_equal(felt_message_encode(&m, buf, sizeof(buf), &len), 0);
    make_slots(&m, FELT_OWNERS_MAX + 1, FELT_OWNERS_MAX + 1);
    assert_int_equal(felt_message_encode(&m, buf, sizeof(buf), &len), -ENOBUFS);
}

static void an_owner_of_many_runs_is_named_once(void **state)
{
    uint8_t buf[FELT_DATAGRAM_MAX];
    struct felt_message one, many;
    size_t len_one, len_many;

    (void)state;
    make_slots(&one, 1, 1);
    make_slots(&many, 50, 1);
    assert_int_equal(felt_message_encode(&one, buf, sizeof(buf), &len_one), 0);
    assert_int_equal(felt_message_encode(&many, buf, sizeof(buf), &len_many), 0);
    /* Four bytes a run, and two more for the length of the list. */
    assert_int_equal(len_many, len_one + 49 * 4 + 2);
}

static void every_type_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (unsigned a = MESSAGE_TYPE_FIRST; a <= MESSAGE_TYPE_LAST; a = message_type_after(a)) {
        const char *name = felt_message_name((enum felt_message_type)a);

        assert_true(strlen(name) > 0);
        for (unsigned b = MESSAGE_TYPE_FIRST; b < a; b = message_type_after(b))
            assert_string_not_equal(name, felt_message_name((enum felt_message_type)b));
    }
    assert_string_equal(felt_message_name(FELT_MESSAGE_PROBE), "probe");
    assert_string_equal(felt_message_name(FELT_MESSAGE_PULL_SLOTS), "pull-slots");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_envelope_of_largest_numbers_takes_64_bytes),
        cmocka_unit_test(an_envelope_fits_exactly_or_not_at_all),
        cmocka_unit_test(an_envelope_survives_whatever_its_numbers),
        cmocka_unit_test(a_nack_says_whether_a_port_refused),
        cmocka_unit_test(who_left_is_told_without_an_origin),
        cmocka_unit_test(a_verdict_of_largest_numbers_is_not_longer_than_its_question_of_smallest),
        cmocka_unit_test(a_cookie_of_largest_numbers_is_not_longer_than_a_hello_of_smallest),
        cmocka_unit_test(the_smallest_of_every_type_survives),
        cmocka_unit_test(the_largest_of_every_type_survives_and_fits_a_datagram),
        cmocka_unit_test(random_messages_of_every_type_survive),
        cmocka_unit_test(every_type_fits_an_exactly_full_buffer_and_none_shorter),
        cmocka_unit_test(lists_survive_at_their_limits),
        cmocka_unit_test(slots_survive_at_the_limit_of_runs),
        cmocka_unit_test(slots_survive_at_the_limit_of_owners_and_do_not_fit_above),
        cmocka_unit_test(an_owner_of_many_runs_is_named_once),
        cmocka_unit_test(every_type_has_a_name_of_its_own),
    };

    return RUN_TESTS(tests);
}
