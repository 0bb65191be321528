/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/bytes.h"
#include "crypto/hash.h"

static void a_checksum_is_blake2b_256(void **state)
{
    char text[2 * FELT_CHECKSUM_LEN + 1];
    uint8_t sum[FELT_CHECKSUM_LEN];

    (void)state;
    felt_checksum("abc", 3, sum);
    felt_hex_encode(sum, sizeof(sum), text);
    assert_string_equal(text, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

static void the_checksum_of_nothing_is_one_as_well(void **state)
{
    char text[2 * FELT_CHECKSUM_LEN + 1];
    uint8_t sum[FELT_CHECKSUM_LEN];

    (void)state;
    felt_checksum("", 0, sum);
    felt_hex_encode(sum, sizeof(sum), text);
    assert_string_equal(text, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

/* Members of different versions compare digests: the hash is a part of the protocol. SipHash-2-4,
 * worked out apart from this code. */
static void the_digest_hash_never_changes(void **state)
{
    (void)state;
    assert_true(felt_hash64("", 0) == 0xb10b4f0e79f9af3d);
    assert_true(felt_hash64("abc", 3) == 0x67ae54fd08a77b0b);
    assert_true(felt_hash64("abcdefgh", 8) == 0xb4e3ce058085f7bb);
}

static void every_bit_counts_in_the_digest_hash(void **state)
{
    uint8_t text[40] = {0};
    uint64_t zero = felt_hash64(text, sizeof(text));

    (void)state;
    for (unsigned bit = 0; bit < sizeof(text) * 8; bit++) {
        text[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_true(felt_hash64(text, sizeof(text)) != zero);
        text[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(felt_hash64(text, sizeof(text) - 1) != zero);
}

static void expanding_gives_other_bytes_for_each_label_seed_and_length(void **state)
{
    uint8_t seed[32] = {1}, a[64], b[64];

    (void)state;
    felt_expand(seed, "one", a, 64);
    felt_expand(seed, "one", b, 64);
    assert_memory_equal(a, b, 64);
    felt_expand(seed, "two", b, 64);
    assert_memory_not_equal(a, b, 16);
    felt_expand(seed, "one", b, 16);
    assert_memory_not_equal(a, b, 16); /* not a part of the longer one */
    seed[31] = 1;
    felt_expand(seed, "one", b, 64);
    assert_memory_not_equal(a, b, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checksum_is_blake2b_256),
        cmocka_unit_test(the_checksum_of_nothing_is_one_as_well),
        cmocka_unit_test(the_digest_hash_never_changes),
        cmocka_unit_test(every_bit_counts_in_the_digest_hash),
        cmocka_unit_test(expanding_gives_other_bytes_for_each_label_seed_and_length),
    };

    return RUN_TESTS(tests);
}
