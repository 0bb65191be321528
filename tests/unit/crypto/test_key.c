/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/idiom.h"
#include "base/prng.h"
#include "crypto/key.h"
#include "crypto/subkey.h"

/* The bytes 00 01 02 ... 1f. */
#define COUNTING "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static struct felt_cluster_key counting(void)
{
    struct felt_cluster_key key;

    for (size_t i = 0; i < FELT_KEY_LEN; i++)
        key.secret[i] = (uint8_t)i;
    return key;
}

/* From memory of exactly that length, without a NUL. */
static int parse(const char *text, size_t len, struct felt_cluster_key *ret)
{
    _cleanup_(felt_freep) char *exact = malloc(len + !len);

    assert_non_null(exact);
    memcpy(exact, text, len);
    return felt_key_parse(exact, len, ret);
}
#define PARSE(text, ret) parse(text, sizeof(text) - 1, ret)

/* T-1 */
static void a_key_is_44_characters_of_base64(void **state)
{
    struct felt_cluster_key key = counting();
    char text[FELT_KEY_TEXT];

    (void)state;
    felt_key_format(&key, text);
    assert_string_equal(text, COUNTING);
}

static void random_keys_and_all_zeros_and_all_ones_survive(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 1);
    for (unsigned n = 0; n < 1000; n++) {
        struct felt_cluster_key key, back;
        char text[FELT_KEY_TEXT];

        for (size_t i = 0; i < FELT_KEY_LEN; i++)
            key.secret[i] = (uint8_t)(n == 0 ? 0 : n == 1 ? 0xff : felt_prng_next(&prng));
        felt_key_format(&key, text);
        assert_int_equal(parse(text, strlen(text), &back), 0);
        assert_memory_equal(&key, &back, sizeof(key));
    }
}

static void blanks_and_line_ends_around_are_accepted(void **state)
{
    static const char *const good[] = {COUNTING, COUNTING "\n", COUNTING "\r\n",
                                       " \t" COUNTING " \n\n", ("\n" COUNTING)};
    struct felt_cluster_key want = counting(), key;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(good); i++) {
        memset(&key, 0, sizeof(key));
        assert_int_equal(parse(good[i], strlen(good[i]), &key), 0);
        assert_memory_equal(&key, &want, sizeof(key));
    }
}

static void everything_else_is_refused_and_touches_nothing(void **state)
{
    static const struct {
        const char *text;
        size_t len;
    } bad[] = {
#define BAD(text) {text, sizeof(text) - 1}
        BAD(""),
        BAD("\n"),
        BAD("   "),
        BAD("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),    /* no padding */
        BAD("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=="),  /* too much of it */
        BAD("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9="),   /* bits left over */
        BAD("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg=="),   /* 31 bytes */
        BAD("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"),   /* 33 bytes */
        BAD("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh-="),   /* of base64url */
        BAD("AAECAwQFBgcICQoL\nDA0ODxAREhMUFRYXGBkaGxwdHh8="), /* two lines */
        BAD("AAECAwQFBgcICQoL DA0ODxAREhMUFRYXGBkaGxwdHh8="),  /* two words */
        BAD("AAECAwQFBgcICQoL\0DA0ODxAREhMUFRYXGBkaGxwdHh8="), /* a NUL inside */
        BAD(COUNTING "\0"),
        BAD(COUNTING "x"),
        BAD(COUNTING "\n" COUNTING),
        BAD("# a comment\n" COUNTING),
        BAD("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"), /* hex */
    };
    struct felt_cluster_key key = {{7}}, before = key;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        assert_int_equal(parse(bad[i].text, bad[i].len, &key), -EINVAL);
        assert_memory_equal(&key, &before, sizeof(key));
    }
}

static void a_digit_that_is_none_is_refused_wherever_it_stands(void **state)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct felt_cluster_key key;

    (void)state;
    for (size_t i = 0; i < sizeof(COUNTING) - 1; i++)
        for (unsigned c = 0; c < 256; c++) {
            char text[] = COUNTING;

            if (c != 0 && strchr(digits, (int)c))
                continue;
            text[i] = (char)c;
            if (text[i] == COUNTING[i])
                continue;
            assert_int_equal(parse(text, sizeof(text) - 1, &key), -EINVAL);
        }
}

static void every_part_of_a_key_is_refused(void **state)
{
    struct felt_cluster_key key;

    (void)state;
    for (size_t len = 0; len < sizeof(COUNTING) - 1; len++)
        assert_int_equal(parse(COUNTING, len, &key), -EINVAL);
    assert_int_equal(PARSE(COUNTING, &key), 0);
}

/* P-2.3.1: BLAKE2b with salt and personalization, worked out with another library. */
static void the_subkeys_of_a_key_never_change(void **state)
{
    struct felt_cluster_key key = counting();
    char text[2 * 32 + 1];
    uint8_t sub[32];

    (void)state;
    felt_subkey(&key, FELT_SUBKEY_SEAL, sub, 32);
    felt_hex_encode(sub, 32, text);
    assert_string_equal(text, "6628c43c5b674124716ee629522eb78b5d1fd4302d3571d265142fc365324523");
    felt_subkey(&key, FELT_SUBKEY_NONCE, sub, 32);
    felt_hex_encode(sub, 32, text);
    assert_string_equal(text, "e25eef95ffa625b98f42abde4e5cfe6a828c5946c8dff1be8e5455f2ea86b648");
    felt_subkey(&key, FELT_SUBKEY_COOKIE, sub, 32);
    felt_hex_encode(sub, 32, text);
    assert_string_equal(text, "82f990381860a71b69657b0b03a71a1c937fa4067dcc3c838501d26d24850f1e");
    felt_key_id(&key, sub);
    felt_hex_encode(sub, FELT_KEY_ID_LEN, text);
    assert_string_equal(text, "15365f69");
}

static void another_key_has_another_id(void **state)
{
    struct felt_cluster_key key = counting();
    uint8_t a[FELT_KEY_ID_LEN], b[FELT_KEY_ID_LEN];

    (void)state;
    felt_key_id(&key, a);
    for (size_t bit = 0; bit < FELT_KEY_LEN * 8; bit++) {
        key.secret[bit / 8] ^= (uint8_t)(1 << bit % 8);
        felt_key_id(&key, b);
        assert_memory_not_equal(a, b, FELT_KEY_ID_LEN);
        key.secret[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void a_wiped_key_is_zero(void **state)
{
    struct felt_cluster_key key = counting();
    static const struct felt_cluster_key zero;

    (void)state;
    felt_key_wipe(&key);
    assert_memory_equal(&key, &zero, sizeof(key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_44_characters_of_base64),
        cmocka_unit_test(random_keys_and_all_zeros_and_all_ones_survive),
        cmocka_unit_test(blanks_and_line_ends_around_are_accepted),
        cmocka_unit_test(everything_else_is_refused_and_touches_nothing),
        cmocka_unit_test(a_digit_that_is_none_is_refused_wherever_it_stands),
        cmocka_unit_test(every_part_of_a_key_is_refused),
        cmocka_unit_test(the_subkeys_of_a_key_never_change),
        cmocka_unit_test(another_key_has_another_id),
        cmocka_unit_test(a_wiped_key_is_zero),
    };

    return RUN_TESTS(tests);
}
