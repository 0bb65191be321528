/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "base/prng.h"
#include "wire/bound.h"

/* The bytes in memory of exactly their length, so that a sanitizer sees any read behind them. */
static int check(const void *data, size_t len, size_t *ret_len)
{
    _cleanup_(felt_freep) uint8_t *exact = malloc(len + !len);

    assert_non_null(exact);
    memcpy(exact, data, len);
    return felt_bound_check(felt_bytes(exact, len), ret_len);
}

#define CHECK(text, ret_len) check(text, sizeof(text) - 1, ret_len)

static void every_form_that_we_use_is_measured(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } cases[] = {
        {"\x00", 1},
        {"\x7f", 1},
        {"\xc0", 1},
        {"\xc2", 1},
        {"\xc3", 1},
        {"\xcc\xff", 2},
        {"\xcd\xff\xff", 3},
        {"\xce\xff\xff\xff\xff", 5},
        {"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 9},
        {"\xc4\x00", 2},
        {"\xc4\x02xy", 4},
        {"\xc5\x00\x02xy", 5},
        {"\xc6\x00\x00\x00\x02xy", 7},
        {"\xa0", 1},
        {"\xa2xy", 3},
        {"\xd9\x02xy", 4},
        {"\xda\x00\x02xy", 5},
        {"\xdb\x00\x00\x00\x02xy", 7},
        {"\x90", 1},
        {"\x92\x01\xc0", 3},
        {"\xdc\x00\x02\x01\x02", 5},
        {"\xdd\x00\x00\x00\x02\x01\x02", 7},
        {"\x92\x91\xa1x\x90", 5},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        size_t len = 0;

        assert_int_equal(check(cases[i].bytes, cases[i].len, &len), 0);
        assert_int_equal(len, cases[i].len);
        /* Any part of it is too short, and says so without touching the length. */
        for (size_t cut = 0; cut < cases[i].len; cut++) {
            len = 12345;
            assert_int_equal(check(cases[i].bytes, cut, &len), -EINVAL);
            assert_int_equal(len, 12345);
        }
    }
}

static void nothing_at_all_is_no_object(void **state)
{
    size_t len;

    (void)state;
    assert_int_equal(CHECK("", &len), -EINVAL);
    assert_int_equal(felt_bound_check((struct felt_bytes){0}, &len), -EINVAL);
}

static void what_follows_the_first_object_is_left_alone(void **state)
{
    size_t len;

    (void)state;
    assert_int_equal(CHECK("\x91\x05\xc1\xc1", &len), 0);
    assert_int_equal(len, 2);
    assert_int_equal(CHECK("\xa1x\xdd\xff\xff\xff\xff", &len), 0);
    assert_int_equal(len, 2);
}

/* P-3.0 */
static void forms_that_we_do_not_use_are_refused_wherever_they_stand(void **state)
{
    static const uint8_t other[] = {
        0x80, 0x81, 0x8f,                               /* fixmap */
        0xc1,                                           /* never used */
        0xc7, 0xc8, 0xc9, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, /* extensions */
        0xca, 0xcb,                                     /* floats */
        0xd0, 0xd1, 0xd2, 0xd3, 0xe0, 0xff,             /* negative, or signed at least */
        0xde, 0xdf,                                     /* maps */
    };
    uint8_t b[32] = {0};
    size_t len;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(other); i++) {
        b[0] = other[i];
        b[1] = 0;
        assert_int_equal(check(b, sizeof(b), &len), -EINVAL);
        b[0] = 0x91;
        b[1] = other[i];
        assert_int_equal(check(b, sizeof(b), &len), -EINVAL);
    }
}

static void every_first_byte_is_decided(void **state)
{
    unsigned accepted = 0;

    (void)state;
    for (unsigned t = 0; t < 256; t++) {
        uint8_t b[64] = {(uint8_t)t};
        size_t len;

        accepted += check(b, sizeof(b), &len) == 0;
    }
    /* fixint, nil, bools, fixarray, fixstr, bin, uint, str, array */
    assert_int_equal(accepted, 128 + 3 + 16 + 32 + 3 + 4 + 3 + 2);
}

static void an_array_that_declares_more_than_is_there_is_refused(void **state)
{
    size_t len;

    (void)state;
    /* Five bytes that would have a gibibyte reserved. */
    assert_int_equal(CHECK("\xdd\x03\xff\xff\xff", &len), -EINVAL);
    assert_int_equal(CHECK("\xdd\xff\xff\xff\xff", &len), -EINVAL);
    assert_int_equal(CHECK("\x91\xdd\xff\xff\xff\xff", &len), -EINVAL);
    assert_int_equal(CHECK("\xdc\xff\xff", &len), -EINVAL);
    assert_int_equal(CHECK("\x92\x01", &len), -EINVAL);
    assert_int_equal(CHECK("\xdd\x00\x00\x00\x03\x01\x02", &len), -EINVAL);
}

static void counts_of_siblings_do_not_borrow_each_others_bytes(void **state)
{
    size_t len;

    (void)state;
    /* Each of the two could have its items if the other had none. */
    assert_int_equal(CHECK("\x92\x93\x01\x92\x01\x02", &len), -EINVAL);
    assert_int_equal(CHECK("\x92\x92\x01\x02\x92\x01", &len), -EINVAL);
}

static void a_text_that_declares_more_than_is_there_is_refused(void **state)
{
    size_t len;

    (void)state;
    assert_int_equal(CHECK("\xc4\xffx", &len), -EINVAL);
    assert_int_equal(CHECK("\xc5\xff\xffx", &len), -EINVAL);
    assert_int_equal(CHECK("\xc6\xff\xff\xff\xffx", &len), -EINVAL);
    assert_int_equal(CHECK("\xdb\xff\xff\xff\xffx", &len), -EINVAL);
    assert_int_equal(CHECK("\xbfx", &len), -EINVAL);
}

static void arrays_nest_to_the_limit_and_no_deeper(void **state)
{
    uint8_t b[FELT_BOUND_DEPTH_MAX + 2];
    size_t len;

    (void)state;
    memset(b, 0x91, sizeof(b));
    b[FELT_BOUND_DEPTH_MAX] = 0x01;
    assert_int_equal(check(b, FELT_BOUND_DEPTH_MAX + 1, &len), 0);
    assert_int_equal(len, FELT_BOUND_DEPTH_MAX + 1);
    b[FELT_BOUND_DEPTH_MAX] = 0x91;
    b[FELT_BOUND_DEPTH_MAX + 1] = 0x01;
    assert_int_equal(check(b, FELT_BOUND_DEPTH_MAX + 2, &len), -EINVAL);
    /* An empty array is an array, too. */
    b[FELT_BOUND_DEPTH_MAX] = 0x90;
    assert_int_equal(check(b, FELT_BOUND_DEPTH_MAX + 1, &len), -EINVAL);
}

static void depth_is_given_back_when_an_array_ends(void **state)
{
    uint8_t b[1 + 15 * 2] = {0x9f};
    size_t len;

    (void)state;
    for (size_t i = 0; i < 15; i++) {
        b[1 + 2 * i] = 0x91;
        b[2 + 2 * i] = 0x07;
    }
    assert_int_equal(check(b, sizeof(b), &len), 0);
    assert_int_equal(len, sizeof(b));
}

/* A second reading of the format, written the other way round: by recursion. Where the object at
 * data ends, or 0. */
static size_t measure(const uint8_t *data, size_t len, unsigned depth)
{
    uint64_t n = 0, items = 0, body = 0;
    size_t head = 1, at;
    uint8_t t;

    if (len == 0)
        return 0;
    t = data[0];
    for (size_t i = 1; i <= 8 && i < len; i++)
        n = n << 8 | data[i]; /* as many bytes as there are; shifted back below */
    n <<= 8 * (8 - (len - 1 < 8 ? len - 1 : 8)) % 64;
    if (t < 0x80 || t == 0xc0 || t == 0xc2 || t == 0xc3)
        return 1;
    if ((t & 0xe0) == 0xa0)
        body = t & 31;
    else if ((t & 0xf0) == 0x90)
        items = t & 15;
    else if (t == 0xc4 || t == 0xd9)
        head = 2, body = n >> 56;
    else if (t == 0xc5 || t == 0xda)
        head = 3, body = n >> 48;
    else if (t == 0xc6 || t == 0xdb)
        head = 5, body = n >> 32;
    else if (t >= 0xcc && t <= 0xcf)
        body = 1u << (t - 0xcc);
    else if (t == 0xdc)
        head = 3, items = n >> 48;
    else if (t == 0xdd)
        head = 5, items = n >> 32;
    else
        return 0;
    if (len < head || body > len - head)
        return 0;
    at = head + body;
    if (((t & 0xf0) == 0x90 || t == 0xdc || t == 0xdd) && depth == FELT_BOUND_DEPTH_MAX)
        return 0;
    for (uint64_t i = 0; i < items; i++) {
        size_t item = measure(data + at, len - at, depth + 1);

        if (item == 0)
            return 0;
        at += item;
    }
    return at;
}

static void on_random_bytes_it_agrees_with_a_reading_by_recursion(void **state)
{
    static const uint8_t likely[] = {0x90, 0x91, 0x92, 0x93, 0xdc, 0xdd, 0xa1, 0xa3, 0xc4, 0xc5,
                                     0xc6, 0xd9, 0xda, 0xdb, 0xcc, 0xcd, 0xce, 0xcf, 0xc0, 0xc3};
    unsigned whole = 0, refused = 0;
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 0xb0);
    for (unsigned n = 0; n < 200000; n++) {
        uint8_t b[24];
        size_t len = felt_prng_below(&prng, sizeof(b) + 1), got = 0, want;

        for (size_t i = 0; i < len; i++)
            b[i] = felt_prng_below(&prng, 2) ? likely[felt_prng_below(&prng, sizeof(likely))]
                                             : (uint8_t)felt_prng_below(&prng, 4);
        if (felt_prng_below(&prng, 8) == 0 && len > 0)
            b[felt_prng_below(&prng, len)] = (uint8_t)felt_prng_next(&prng);
        want = measure(b, len, 0);
        assert_int_equal(check(b, len, &got), want ? 0 : -EINVAL);
        assert_int_equal(got, want);
        whole += want > 3;
        refused += want == 0;
    }
    assert_true(whole > 1000 && refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_that_we_use_is_measured),
        cmocka_unit_test(nothing_at_all_is_no_object),
        cmocka_unit_test(what_follows_the_first_object_is_left_alone),
        cmocka_unit_test(forms_that_we_do_not_use_are_refused_wherever_they_stand),
        cmocka_unit_test(every_first_byte_is_decided),
        cmocka_unit_test(an_array_that_declares_more_than_is_there_is_refused),
        cmocka_unit_test(counts_of_siblings_do_not_borrow_each_others_bytes),
        cmocka_unit_test(a_text_that_declares_more_than_is_there_is_refused),
        cmocka_unit_test(arrays_nest_to_the_limit_and_no_deeper),
        cmocka_unit_test(depth_is_given_back_when_an_array_ends),
        cmocka_unit_test(on_random_bytes_it_agrees_with_a_reading_by_recursion),
    };

    return RUN_TESTS(tests);
}
