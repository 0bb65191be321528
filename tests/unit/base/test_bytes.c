/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/id.h"
#include "base/idiom.h"
#include "base/prng.h"
#include "base/usec.h"

static void ranges_are_equal_by_length_and_content(void **state)
{
    (void)state;
    assert_true(felt_bytes_equal(felt_bytes("abc", 3), felt_bytes("abc", 3)));
    assert_false(felt_bytes_equal(felt_bytes("abc", 3), felt_bytes("abd", 3)));
    assert_false(felt_bytes_equal(felt_bytes("abc", 3), felt_bytes("abc", 2)));
    assert_false(felt_bytes_equal(felt_bytes("abc", 0), felt_bytes("abc", 1)));
}

static void empty_ranges_are_equal_wherever_they_point(void **state)
{
    (void)state;
    assert_true(felt_bytes_equal(felt_bytes("a", 0), felt_bytes("b", 0)));
    assert_true(felt_bytes_equal(felt_bytes(NULL, 0), felt_bytes("b", 0)));
    assert_true(felt_bytes_equal(felt_bytes(NULL, 0), felt_bytes(NULL, 0)));
}

static void hex_of_nothing_is_the_empty_string(void **state)
{
    char text[1] = {'x'};
    uint8_t untouched = 7;

    (void)state;
    felt_hex_encode(NULL, 0, text);
    assert_string_equal(text, "");
    assert_int_equal(felt_hex_decode("", &untouched, 0), 0);
    assert_int_equal(untouched, 7);
}

static void every_byte_value_survives_hex(void **state)
{
    char text[2 * 256 + 1];
    uint8_t all[256], back[256];

    (void)state;
    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (uint8_t)i;
    felt_hex_encode(all, sizeof(all), text);
    assert_int_equal(strlen(text), 512);
    assert_memory_equal(text, "000102030405060708090a0b", 24);
    assert_string_equal(text + 512 - 8, "fcfdfeff");
    assert_int_equal(felt_hex_decode(text, back, sizeof(back)), 0);
    assert_memory_equal(all, back, sizeof(all));
}

static void capital_digits_are_read(void **state)
{
    uint8_t b[2];

    (void)state;
    assert_int_equal(felt_hex_decode("aBCd", b, 2), 0);
    assert_int_equal(b[0], 0xab);
    assert_int_equal(b[1], 0xcd);
}

static void other_lengths_and_letters_are_refused_and_touch_nothing(void **state)
{
    static const char *const bad[] = {"",     "0",    "00",   "000",  "00000", "000000",
                                      "00 0", " 000", "000g", "g000", "0x00",  "00/0",
                                      "00:0", "00@0", "00`0", "00G0", "-000",  "00\3770"};
    uint8_t b[2] = {1, 2};

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        assert_int_equal(felt_hex_decode(bad[i], b, 2), -EINVAL);
        assert_int_equal(b[0], 1);
        assert_int_equal(b[1], 2);
    }
}

static void integers_are_big_endian(void **state)
{
    static const uint8_t want[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
    uint8_t b[8];

    (void)state;
    felt_put_be64(b, 0x0123456789abcdef);
    assert_memory_equal(b, want, 8);
    felt_put_be32(b, 0x01234567);
    assert_memory_equal(b, want, 4);
    felt_put_be16(b, 0x0123);
    assert_memory_equal(b, want, 2);
    assert_int_equal(felt_get_be16(want), 0x0123);
    assert_int_equal(felt_get_be32(want), 0x01234567);
    assert_true(felt_get_be64(want) == 0x0123456789abcdef);
}

static void integers_come_back_at_their_limits_and_in_between(void **state)
{
    struct felt_prng prng;
    uint8_t b[8];

    (void)state;
    felt_prng_init(&prng, 0x5eed);
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t v = i == 0 ? 0 : i == 1 ? UINT64_MAX : felt_prng_next(&prng);

        felt_put_be64(b, v);
        assert_true(felt_get_be64(b) == v);
        felt_put_be32(b, (uint32_t)v);
        assert_true(felt_get_be32(b) == (uint32_t)v);
        felt_put_be16(b, (uint16_t)v);
        assert_true(felt_get_be16(b) == (uint16_t)v);
    }
}

static void ids_compare_as_big_endian_numbers(void **state)
{
    const struct felt_id nobody = {{0}}, one = {{[15] = 1}}, large = {{1}};

    (void)state;
    assert_true(felt_id_is_nobody(&nobody));
    assert_false(felt_id_is_nobody(&one));
    assert_false(felt_id_is_nobody(&large));
    assert_true(felt_id_cmp(&one, &large) < 0);
    assert_true(felt_id_cmp(&large, &one) > 0);
    assert_true(felt_id_equal(&one, &one));
    assert_false(felt_id_equal(&one, &large));
}

static void an_id_is_shown_whole_or_by_its_first_eight_digits(void **state)
{
    const struct felt_id id = {{0xfe, 0x17, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}};
    char text[FELT_ID_TEXT];

    (void)state;
    assert_string_equal(felt_id_format(&id, text), "fe17000102030405060708090a0b0c0d");
    assert_string_equal(felt_id_format_short(&id, text), "fe170001");
    assert_string_equal(FELT_ID_SHORT(&id), "fe170001");
}

static void sums_of_time_stop_at_never_and_differences_at_zero(void **state)
{
    (void)state;
    assert_true(felt_usec_add(1, 2) == 3);
    assert_true(felt_usec_add(FELT_USEC_NEVER, 0) == FELT_USEC_NEVER);
    assert_true(felt_usec_add(FELT_USEC_NEVER, 1) == FELT_USEC_NEVER);
    assert_true(felt_usec_add(FELT_USEC_NEVER - 1, 5) == FELT_USEC_NEVER);
    assert_true(felt_usec_sub(5, 3) == 2);
    assert_true(felt_usec_sub(3, 3) == 0);
    assert_true(felt_usec_sub(3, 5) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_equal_by_length_and_content),
        cmocka_unit_test(empty_ranges_are_equal_wherever_they_point),
        cmocka_unit_test(hex_of_nothing_is_the_empty_string),
        cmocka_unit_test(every_byte_value_survives_hex),
        cmocka_unit_test(capital_digits_are_read),
        cmocka_unit_test(other_lengths_and_letters_are_refused_and_touch_nothing),
        cmocka_unit_test(integers_are_big_endian),
        cmocka_unit_test(integers_come_back_at_their_limits_and_in_between),
        cmocka_unit_test(ids_compare_as_big_endian_numbers),
        cmocka_unit_test(an_id_is_shown_whole_or_by_its_first_eight_digits),
        cmocka_unit_test(sums_of_time_stop_at_never_and_differences_at_zero),
    };

    return RUN_TESTS(tests);
}
