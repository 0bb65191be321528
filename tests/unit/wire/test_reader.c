/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "tests/support/messages.h"
#include "wire/pack.h"
#include "wire/reader.h"

/* [sender 01 00.., session 1, counter 0, generation 0] */
#define ENVELOPE "\x96\xc4\x10\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x00\x00\x00\x00"
/* An id of its own. */
#define ID "\xc4\x10\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

/* Reads a whole plaintext from memory of exactly its length. How many messages, or -EINVAL. */
static int read_all(struct felt_reader *reader, const void *plain, size_t len)
{
    _cleanup_(felt_freep) uint8_t *exact = malloc(len + !len);
    struct felt_envelope envelope;
    struct felt_message m;
    int n = 0, r;

    assert_non_null(exact);
    memcpy(exact, plain, len);
    r = felt_reader_begin(reader, felt_bytes(exact, len), &envelope);
    if (r < 0)
        return r;
    while ((r = felt_reader_next(reader, &m)) == 1)
        n++;
    return r < 0 ? r : n;
}

/* The same with a reader of its own. */
static int read_new(const void *plain, size_t len)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;

    assert_int_equal(felt_reader_new(&reader), 0);
    return read_all(reader, plain, len);
}
#define READ(text) read_new(text, sizeof(text) - 1)

static void an_envelope_alone_is_a_datagram_without_messages(void **state)
{
    (void)state;
    assert_int_equal(READ(ENVELOPE), 0);
}

static void an_envelope_is_read_to_its_limits(void **state)
{
    static const char plain[] = "\x96" ID "\xcf\xff\xff\xff\xff\xff\xff\xff\xff"
                                "\xcf\xff\xff\xff\xff\xff\xff\xff\xff"
                                "\xcf\xff\xff\xff\xff\xff\xff\xff\xff"
                                "\xcf\xff\xff\xff\xff\xff\xff\xff\xff"
                                "\xcf\xff\xff\xff\xff\xff\xff\xff\xff";
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_envelope e;

    (void)state;
    assert_int_equal(felt_reader_new(&reader), 0);
    assert_int_equal(felt_reader_begin(reader, felt_bytes(plain, sizeof(plain) - 1), &e), 0);
    assert_int_equal(e.sender.b[0], 2);
    assert_true(e.session == UINT64_MAX && e.counter == UINT64_MAX && e.generation == UINT64_MAX);
    assert_true(e.start == UINT64_MAX && e.save == UINT64_MAX);
}

static void other_beginnings_are_refused_and_touch_nothing(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } bad[] = {
#define BAD(text) {text, sizeof(text) - 1}
        BAD(""),
        BAD("\x96"),
        BAD("\x96\xc4\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0"), /* nobody */
        BAD("\x96" ID "\0\0\0\0\0"),                                     /* session 0 */
        BAD("\x92" ID "\x01"),                                           /* no counter */
        BAD("\x93" ID "\x01\0"),                                         /* no generation */
        BAD("\x94" ID "\x01\0\0"),                                       /* no start */
        BAD("\x95" ID "\x01\0\0\0"),                                     /* no save */
        BAD("\x96" ID "\x01\0\0\xff\0"),                                 /* start -1 */
        BAD("\x96" ID "\x01\0\0\0\xff"),                                 /* save -1 */
        BAD("\x96" ID "\x01\0\xff\0\0"),                                 /* generation -1 */
        BAD("\x96" ID "\x01\0\xc2\0\0"),
        BAD("\x96\xc4\x0f\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0"),     /* 15 bytes */
        BAD("\x96\xc4\x11\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0"), /* 17 bytes */
        BAD("\x96\xb0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0"),       /* a string */
        BAD("\x96" ID "\xff\0\0\0\0"),                                       /* session -1 */
        BAD("\x96" ID "\xc0\0\0\0\0"),
        BAD("\x01"),
        BAD("\xc0"),
        BAD("\x86" ID "\x01\0\0\0\0"), /* a map */
        BAD("\xdd\x03\xff\xff\xff"),
    };
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_envelope e = {.session = 77}, before = e;

    (void)state;
    assert_int_equal(felt_reader_new(&reader), 0);
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        assert_int_equal(felt_reader_begin(reader, felt_bytes(bad[i].bytes, bad[i].len), &e),
                         -EINVAL);
        assert_memory_equal(&e, &before, sizeof(e));
    }
}

/* P-3.2.1 */
static void messages_of_an_unknown_type_are_passed_over(void **state)
{
    (void)state;
    assert_int_equal(READ(ENVELOPE "\x92\x7f\x01"), 0);
    assert_int_equal(READ(ENVELOPE "\x91\x00"), 0);
    assert_int_equal(READ(ENVELOPE "\x91\xcc\xff"), 0);
    assert_int_equal(READ(ENVELOPE "\x91\xcd\x01\x00"), 0);
    assert_int_equal(READ(ENVELOPE "\x91\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), 0);
    assert_int_equal(READ(ENVELOPE "\x93\x7f\x91\x90\xa1x\x93\x04\x01\xc2"), 1);
}

static void a_message_without_a_type_is_refused(void **state)
{
    (void)state;
    assert_int_equal(READ(ENVELOPE "\x90"), -EINVAL);
    assert_int_equal(READ(ENVELOPE "\x01"), -EINVAL);
    assert_int_equal(READ(ENVELOPE "\xc0"), -EINVAL);
    assert_int_equal(READ(ENVELOPE "\x91\xa1x"), -EINVAL);
}

/* P-3.2.1 */
static void items_behind_the_known_fields_are_ignored(void **state)
{
    (void)state;
    assert_int_equal(READ(ENVELOPE "\x93\x04\x01\xc2"), 1);
    assert_int_equal(READ(ENVELOPE "\x95\x04\x01\xc2\xa5later\x90"), 1);
}

static void what_came_before_a_broken_message_is_given(void **state)
{
    static const char plain[] = ENVELOPE "\x93\x04\x01\xc2\x93\x04\xa1x\xc2\x93\x04\x02\xc2";
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_envelope e;
    struct felt_message m;

    (void)state;
    assert_int_equal(felt_reader_new(&reader), 0);
    assert_int_equal(felt_reader_begin(reader, felt_bytes(plain, sizeof(plain) - 1), &e), 0);
    assert_int_equal(felt_reader_next(reader, &m), 1);
    assert_int_equal(m.nack.seq, 1);
    assert_int_equal(felt_reader_next(reader, &m), -EINVAL);
}

static void lists_without_an_entry_are_refused(void **state)
{
    (void)state;
    assert_int_equal(READ(ENVELOPE "\x91\x0a"), -EINVAL);
    assert_int_equal(READ(ENVELOPE "\x91\x0d"), -EINVAL);
    assert_int_equal(READ(ENVELOPE "\x91\x0e"), -EINVAL);
    assert_int_equal(READ(ENVELOPE "\x97\x0f\x01\x00\x00\x00\x90\x90"), -EINVAL);
    assert_int_equal(READ(ENVELOPE "\x97\x0f\x01\x00\x01\x00\x91" ID "\x90"), -EINVAL);
    assert_int_equal(READ(ENVELOPE "\x97\x0f\x01\x00\x01\x00\x90\x94\x01\x00\x01\x00"), -EINVAL);
}

/* A plaintext with one list of n equal entries. */
static int read_list(enum felt_message_type type, size_t n, const char *entry, size_t entry_len)
{
    uint8_t plain[4096];
    struct felt_pack p;
    size_t at = sizeof(ENVELOPE) - 1, len;

    memcpy(plain, ENVELOPE, at);
    felt_pack_init(&p, plain + at, sizeof(plain) - at);
    felt_pack_array(&p, n + 1);
    felt_pack_uint(&p, type);
    assert_int_equal(felt_pack_done(&p, &len), 0);
    at += len;
    for (size_t i = 0; i < n; i++, at += entry_len)
        memcpy(plain + at, entry, entry_len);
    assert_true(at <= FELT_DATAGRAM_MAX);
    return read_new(plain, at);
}

static void lists_have_a_limit(void **state)
{
    static const char alive[] = "\x93" ID "\x00\x00", known[] = "\x94" ID "\x00\x00\x00";

    (void)state;
    assert_int_equal(read_list(FELT_MESSAGE_LIVENESS, FELT_LIVENESS_MAX, alive, sizeof(alive) - 1),
                     1);
    assert_int_equal(
        read_list(FELT_MESSAGE_LIVENESS, FELT_LIVENESS_MAX + 1, alive, sizeof(alive) - 1), -EINVAL);
    assert_int_equal(read_list(FELT_MESSAGE_SUMMARY, FELT_SUMMARY_MAX, known, sizeof(known) - 1),
                     1);
    assert_int_equal(
        read_list(FELT_MESSAGE_SUMMARY, FELT_SUMMARY_MAX + 1, known, sizeof(known) - 1), -EINVAL);
    assert_int_equal(read_list(FELT_MESSAGE_FETCH, FELT_FETCH_MAX, ID, sizeof(ID) - 1), 1);
    assert_int_equal(read_list(FELT_MESSAGE_FETCH, FELT_FETCH_MAX + 1, ID, sizeof(ID) - 1),
                     -EINVAL);
}

static void a_state_is_alive_suspect_dead_or_left(void **state)
{
    (void)state;
    assert_int_equal(READ(ENVELOPE "\x92\x0a\x93" ID "\x00\x02"), 1);
    assert_int_equal(READ(ENVELOPE "\x92\x0a\x93" ID "\x00\x03"), 1);
    assert_int_equal(READ(ENVELOPE "\x92\x0a\x93" ID "\x00\x04"), -EINVAL);
    assert_int_equal(READ(ENVELOPE "\x92\x0d\x94" ID "\x00\x00\x03"), 1);
    assert_int_equal(READ(ENVELOPE "\x92\x0d\x94" ID "\x00\x00\x04"), -EINVAL);
}

static void a_nack_says_whether_the_port_refused(void **state)
{
    (void)state;
    assert_int_equal(READ(ENVELOPE "\x93\x04\x01\xc3"), 1);
    assert_int_equal(READ(ENVELOPE "\x92\x04\x01"), -EINVAL);
    assert_int_equal(READ(ENVELOPE "\x93\x04\x01\x01"), -EINVAL);
    assert_int_equal(READ(ENVELOPE "\x93\x04\x01\xc0"), -EINVAL);
}

static void a_suspicion_says_where_it_comes_from(void **state)
{
    (void)state;
    assert_int_equal(READ(ENVELOPE "\x92\x0a\x93" ID "\x00\x01"), -EINVAL);
    assert_int_equal(READ(ENVELOPE "\x92\x0a\x94" ID "\x00\x01\x05"), 1);
    assert_int_equal(READ(ENVELOPE "\x92\x0a\x94" ID "\x00\x01\xcf\0\0\0\x01\0\0\0\0"), -EINVAL);
}

#define SLOTS(era, total, first, owners, runs) \
    READ(ENVELOPE "\x97\x0f" era "\xc0" total first owners runs)

static void runs_are_within_the_network_and_belong_to_somebody(void **state)
{
    (void)state;
    assert_int_equal(SLOTS("\x05", "\x0a", "\x02", "\x91" ID, "\x94\x08\x00\x05\x00"), 1);
    /* One slot more than there are. */
    assert_int_equal(SLOTS("\x05", "\x0a", "\x02", "\x91" ID, "\x94\x09\x00\x05\x00"), -EINVAL);
    assert_int_equal(SLOTS("\x05", "\x0a", "\x0a", "\x91" ID, "\x94\x01\x00\x05\x00"), -EINVAL);
    assert_int_equal(SLOTS("\x05", "\x0a", "\x0b", "\x91" ID, "\x94\x01\x00\x05\x00"), -EINVAL);
    /* A sum that would not fit 32 bits. */
    assert_int_equal(SLOTS("\x05", "\x0a", "\x02", "\x91" ID,
                           "\x98\xce\xff\xff\xff\xff\x00\x05\x00\x01\x00\x05\x00"),
                     -EINVAL);
    /* Nothing; an owner beyond the list; term 0; a term above the era (L-2.1.4). */
    assert_int_equal(SLOTS("\x05", "\x0a", "\x02", "\x91" ID, "\x94\x00\x00\x05\x00"), -EINVAL);
    assert_int_equal(SLOTS("\x05", "\x0a", "\x02", "\x91" ID, "\x94\x08\x01\x05\x00"), -EINVAL);
    assert_int_equal(SLOTS("\x05", "\x0a", "\x02", "\x91" ID, "\x94\x08\x00\x00\x00"), -EINVAL);
    assert_int_equal(SLOTS("\x05", "\x0a", "\x02", "\x91" ID, "\x94\x08\x00\x06\x00"), -EINVAL);
    /* Nobody. */
    assert_int_equal(SLOTS("\x05", "\x0a", "\x02", "\x91\xc4\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
                           "\x94\x08\x00\x05\x00"),
                     -EINVAL);
    /* A part of a run. */
    assert_int_equal(SLOTS("\x05", "\x0a", "\x02", "\x91" ID, "\x95\x08\x00\x05\x00\x01"), -EINVAL);
    assert_int_equal(SLOTS("\x05", "\x0a", "\x02", "\x91" ID, "\x93\x08\x00\x05"), -EINVAL);
}

static void owners_that_are_not_ids_are_refused(void **state)
{
    (void)state;
    assert_int_equal(SLOTS("\x05", "\x0a", "\x02", "\x92" ID "\x01", "\x94\x08\x00\x05\x00"),
                     -EINVAL);
    assert_int_equal(SLOTS("\x05", "\x0a", "\x02", "\x01", "\x94\x08\x00\x05\x00"), -EINVAL);
    assert_int_equal(SLOTS("\x05", "\x0a", "\x02", "\x91" ID, "\x01"), -EINVAL);
}

static void a_wish_is_no_longer_than_its_family(void **state)
{
    static const char cookie[] = "\x96\x07\xc4\x10zzzzzzzzzzzzzzzz\xc4\x08rrrrrrrr\x00";
    static const struct {
        const char *wish;
        size_t len;
        int want;
    } cases[] = {
        {"\xc4\x00\x00", 3, 1},
        {"\xc4\x00\x01", 3, -EINVAL},
        {"\xc4\x04\x0a\0\0\0\x20", 7, 1},
        {"\xc4\x04\x0a\0\0\0\x21", 7, -EINVAL},
        {"\xc4\x05\x0a\0\0\0\0\x20", 8, -EINVAL},
        {"\xc4\x10\x20\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xcc\x80", 20, 1},
        {"\xc4\x10\x20\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xcc\x81", 20, -EINVAL},
    };
    uint8_t plain[128];

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        size_t at = sizeof(ENVELOPE) - 1;

        memcpy(plain, ENVELOPE, at);
        memcpy(plain + at, cookie, sizeof(cookie) - 1);
        at += sizeof(cookie) - 1;
        memcpy(plain + at, cases[i].wish, cases[i].len);
        assert_int_equal(read_new(plain, at + cases[i].len), cases[i].want);
    }
}

static void a_plaintext_longer_than_a_datagram_is_refused(void **state)
{
    uint8_t plain[FELT_DATAGRAM_MAX + 1];
    size_t at = sizeof(ENVELOPE) - 1;

    (void)state;
    memset(plain, 0, sizeof(plain));
    memcpy(plain, ENVELOPE, at);
    memcpy(plain + at, "\x92\x00\xc5", 3); /* unknown type 0 with bytes up to the end */
    felt_put_be16(plain + at + 3, (uint16_t)(FELT_DATAGRAM_MAX - at - 5));
    assert_int_equal(read_new(plain, FELT_DATAGRAM_MAX), 0);
    felt_put_be16(plain + at + 3, (uint16_t)(FELT_DATAGRAM_MAX - at - 4));
    assert_int_equal(read_new(plain, FELT_DATAGRAM_MAX + 1), -EINVAL);
}

/* A message of that type and, where it fits, a nack behind one envelope. */
static size_t make_plain(struct felt_prng *prng, unsigned type, uint8_t *plain, size_t *ret_first)
{
    size_t at = sizeof(ENVELOPE) - 1, len;
    struct sample s;

    memcpy(plain, ENVELOPE, at);
    sample_message(prng, (enum felt_message_type)type, MESSAGE_RANDOM, &s);
    assert_int_equal(felt_message_encode(&s.message, plain + at, FELT_DATAGRAM_MAX - at, &len), 0);
    at += len;
    *ret_first = at;
    sample_message(prng, FELT_MESSAGE_NACK, MESSAGE_RANDOM, &s);
    if (felt_message_encode(&s.message, plain + at, FELT_DATAGRAM_MAX - at, &len) == 0)
        at += len;
    return at;
}

static void any_cut_inside_a_message_is_refused(void **state)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    uint8_t plain[FELT_DATAGRAM_MAX];
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 0xc0);
    assert_int_equal(felt_reader_new(&reader), 0);
    for (unsigned t = MESSAGE_TYPE_FIRST; t <= MESSAGE_TYPE_LAST; t = message_type_after(t))
        for (unsigned round = 0; round < 5; round++) {
            size_t first, len = make_plain(&prng, t, plain, &first);

            for (size_t cut = 0; cut <= len; cut++) {
                int want = cut == sizeof(ENVELOPE) - 1 ? 0
                           : cut == len                ? 1 + (len > first)
                           : cut == first              ? 1
                                                       : -EINVAL;

                assert_int_equal(read_all(reader, plain, cut), want);
            }
        }
}

/* What is read can be written again, in no more room, and then reads the same. */
static void assert_stable(struct felt_reader *reader, struct felt_reader *second,
                          const uint8_t *plain, size_t len)
{
    _cleanup_(felt_freep) uint8_t *exact = malloc(len);
    struct felt_envelope envelope;
    struct felt_message m, back;

    assert_non_null(exact);
    memcpy(exact, plain, len);
    if (felt_reader_begin(reader, felt_bytes(exact, len), &envelope) < 0)
        return;
    while (felt_reader_next(reader, &m) == 1) {
        uint8_t again[FELT_DATAGRAM_MAX];
        size_t at = sizeof(ENVELOPE) - 1, n;

        memcpy(again, ENVELOPE, at);
        assert_int_equal(felt_message_encode(&m, again + at, sizeof(again) - at, &n), 0);
        assert_int_equal(felt_reader_begin(second, felt_bytes(again, at + n), &envelope), 0);
        assert_int_equal(felt_reader_next(second, &back), 1);
        assert_true(message_equal(&m, &back));
    }
}

static void no_altered_byte_breaks_the_reader(void **state)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL, *second = NULL;
    uint8_t plain[FELT_DATAGRAM_MAX];
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 0xf1);
    assert_int_equal(felt_reader_new(&reader), 0);
    assert_int_equal(felt_reader_new(&second), 0);
    for (unsigned t = MESSAGE_TYPE_FIRST; t <= MESSAGE_TYPE_LAST; t = message_type_after(t)) {
        size_t first, len = make_plain(&prng, t, plain, &first);

        for (size_t i = 0; i < len; i++) {
            uint8_t was = plain[i];

            for (unsigned k = 0; k < 10; k++) {
                plain[i] = (uint8_t)(k < 8 ? was ^ 1u << k : (unsigned)felt_prng_next(&prng));
                assert_stable(reader, second, plain, len);
            }
            plain[i] = was;
        }
    }
}

static void a_reader_that_refused_reads_the_next_datagram(void **state)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;

    (void)state;
    assert_int_equal(felt_reader_new(&reader), 0);
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(read_all(reader, ENVELOPE "\x93\x04\xc1\xc2", sizeof(ENVELOPE) + 3),
                         -EINVAL);
        assert_int_equal(read_all(reader, ENVELOPE "\x93\x04\x01\xc2", sizeof(ENVELOPE) + 3), 1);
    }
    felt_reader_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_envelope_alone_is_a_datagram_without_messages),
        cmocka_unit_test(an_envelope_is_read_to_its_limits),
        cmocka_unit_test(other_beginnings_are_refused_and_touch_nothing),
        cmocka_unit_test(messages_of_an_unknown_type_are_passed_over),
        cmocka_unit_test(a_message_without_a_type_is_refused),
        cmocka_unit_test(items_behind_the_known_fields_are_ignored),
        cmocka_unit_test(what_came_before_a_broken_message_is_given),
        cmocka_unit_test(lists_without_an_entry_are_refused),
        cmocka_unit_test(lists_have_a_limit),
        cmocka_unit_test(a_state_is_alive_suspect_dead_or_left),
        cmocka_unit_test(a_nack_says_whether_the_port_refused),
        cmocka_unit_test(a_suspicion_says_where_it_comes_from),
        cmocka_unit_test(runs_are_within_the_network_and_belong_to_somebody),
        cmocka_unit_test(owners_that_are_not_ids_are_refused),
        cmocka_unit_test(a_wish_is_no_longer_than_its_family),
        cmocka_unit_test(a_plaintext_longer_than_a_datagram_is_refused),
        cmocka_unit_test(any_cut_inside_a_message_is_refused),
        cmocka_unit_test(no_altered_byte_breaks_the_reader),
        cmocka_unit_test(a_reader_that_refused_reads_the_next_datagram),
    };

    return RUN_TESTS(tests);
}
