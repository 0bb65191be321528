/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "base/idiom.h"
#include "base/prng.h"
#include "crypto/base64.h"

#define STANDARD sodium_base64_VARIANT_ORIGINAL
#define URL      sodium_base64_VARIANT_URLSAFE_NO_PADDING

static int decode(const char *text, int variant, size_t room, size_t *ret_len)
{
    uint8_t out[64];

    return felt_base64_decode(text, strlen(text), variant, room, out, ret_len);
}

/* RFC 4648, section 10. */
static void the_examples_of_rfc_4648_are_read(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {{"", ""},
                 {"Zg==", "f"},
                 {"Zm8=", "fo"},
                 {"Zm9v", "foo"},
                 {"Zm9vYg==", "foob"},
                 {"Zm9vYmE=", "fooba"},
                 {"Zm9vYmFy", "foobar"}};
    uint8_t out[8];
    size_t len;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        assert_int_equal(felt_base64_decode(cases[i].text, strlen(cases[i].text), STANDARD,
                                            sizeof(out), out, &len),
                         0);
        assert_int_equal(len, strlen(cases[i].want));
        assert_memory_equal(out, cases[i].want, len);
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    size_t len = 12345;

    (void)state;
    assert_int_equal(decode("Zm9v", STANDARD, 2, &len), -EINVAL);
    assert_int_equal(decode("Zg==", STANDARD, 0, &len), -EINVAL);
    assert_int_equal(len, 12345);
    assert_int_equal(decode("Zm9v", STANDARD, 3, &len), 0);
}

static void padding_is_there_or_not_as_the_variant_says(void **state)
{
    size_t len;

    (void)state;
    assert_int_equal(decode("Zg", STANDARD, 8, &len), -EINVAL);
    assert_int_equal(decode("Zg=", STANDARD, 8, &len), -EINVAL);
    assert_int_equal(decode("Zg===", STANDARD, 8, &len), -EINVAL);
    assert_int_equal(decode("Zg", URL, 8, &len), 0);
    assert_int_equal(decode("Zg==", URL, 8, &len), -EINVAL);
}

static void bits_behind_the_last_byte_are_zero(void **state)
{
    size_t len;

    (void)state;
    assert_int_equal(decode("Zh==", STANDARD, 8, &len), -EINVAL);
    assert_int_equal(decode("Zm9=", STANDARD, 8, &len), -EINVAL);
    assert_int_equal(decode("Zh", URL, 8, &len), -EINVAL);
    assert_int_equal(decode("Z", URL, 8, &len), -EINVAL);
}

static void exactly_64_bytes_are_digits(void **state)
{
    unsigned standard = 0, url = 0;

    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        char text[4] = {'A', (char)c, 'A', 'A'};
        uint8_t out[3];
        size_t len;

        standard += felt_base64_decode(text, 4, STANDARD, 3, out, &len) == 0;
        url += felt_base64_decode(text, 4, URL, 3, out, &len) == 0;
    }
    assert_int_equal(standard, 64);
    assert_int_equal(url, 64);
}

static void each_value_has_one_text(void **state)
{
    struct felt_prng prng;
    unsigned taken = 0;

    (void)state;
    felt_prng_init(&prng, 64);
    for (unsigned n = 0; n < 100000; n++) {
        char text[9] = {0}, again[16];
        uint8_t out[8];
        size_t len;

        for (size_t i = 0; i < 8; i++)
            text[i] = "Aa0+/-_Qg=\xff\n"[felt_prng_below(&prng, 12)];
        if (felt_base64_decode(text, 8, STANDARD, sizeof(out), out, &len) < 0)
            continue;
        sodium_bin2base64(again, sizeof(again), out, len, STANDARD);
        assert_string_equal(text, again);
        taken++;
    }
    assert_true(taken > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_rfc_4648_are_read),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(padding_is_there_or_not_as_the_variant_says),
        cmocka_unit_test(bits_behind_the_last_byte_are_zero),
        cmocka_unit_test(exactly_64_bytes_are_digits),
        cmocka_unit_test(each_value_has_one_text),
    };

    return RUN_TESTS(tests);
}
