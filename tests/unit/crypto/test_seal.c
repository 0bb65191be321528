/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "base/prng.h"
#include "crypto/seal.h"

#define PLAIN_MAX (1232 - FELT_SEAL_OVERHEAD) /* proto/packet.md 2.1 */

static const uint8_t cluster[FELT_SEAL_CLUSTER] = {1, 2, 3, 4, 5, 6, 7, 8};

static struct felt_seal_key seal_key(uint8_t secret)
{
    struct felt_cluster_key key = {{secret}};
    struct felt_seal_key seal;

    felt_seal_key_init(&seal, &key);
    return seal;
}

/* Peeks and opens memory of exactly that length, as a receiver does. */
static enum felt_verdict open(const struct felt_seal_key *key, const uint8_t *sealed, size_t len,
                              uint8_t *plain, size_t *ret_len)
{
    _cleanup_(felt_freep) uint8_t *exact = malloc(len + !len);
    struct felt_seal_header header;
    enum felt_verdict v;

    assert_non_null(exact);
    memcpy(exact, sealed, len);
    v = felt_seal_peek(felt_bytes(exact, len), &header);
    return v == FELT_VERDICT_TAKEN ? felt_seal_open(key, felt_bytes(exact, len), plain, ret_len)
                                   : v;
}

static void a_datagram_opens_to_what_was_sealed_at_any_length(void **state)
{
    uint8_t plain[PLAIN_MAX], sealed[1232], back[PLAIN_MAX];
    struct felt_seal_key key = seal_key(1);
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 1);
    for (size_t len = 0; len <= PLAIN_MAX; len++) {
        size_t got = 12345;

        for (size_t i = 0; i < len; i++)
            plain[i] = (uint8_t)felt_prng_next(&prng);
        assert_int_equal(felt_seal(&key, cluster, felt_bytes(plain, len), sealed),
                         len + FELT_SEAL_OVERHEAD);
        assert_int_equal(open(&key, sealed, len + FELT_SEAL_OVERHEAD, back, &got),
                         FELT_VERDICT_TAKEN);
        assert_int_equal(got, len);
        assert_memory_equal(plain, back, len);
    }
}

/* P-2.2 */
static void the_header_is_laid_out_as_written(void **state)
{
    struct felt_seal_key key = seal_key(1);
    struct felt_seal_header header;
    uint8_t sealed[64];
    size_t len = felt_seal(&key, cluster, felt_bytes("text", 4), sealed);

    (void)state;
    assert_int_equal(len, 60);
    assert_memory_equal(sealed, "\xf7\x01\x00\x00", 4);
    assert_memory_equal(sealed + 4, key.id, 4);
    assert_memory_equal(sealed + 8, cluster, 8);
    assert_int_equal(felt_seal_peek(felt_bytes(sealed, len), &header), FELT_VERDICT_TAKEN);
    assert_memory_equal(header.key_id, key.id, 4);
    assert_memory_equal(header.cluster, cluster, 8);
}

/* P-2.3.2 */
static void the_same_twice_is_the_same_and_anything_else_has_another_nonce(void **state)
{
    uint8_t a[64], b[64], other[FELT_SEAL_CLUSTER] = {9};
    struct felt_seal_key key = seal_key(1), key_2 = seal_key(2);
    const uint8_t *nonce_a = a + FELT_SEAL_HEADER, *nonce_b = b + FELT_SEAL_HEADER;
    size_t len = felt_seal(&key, cluster, felt_bytes("text", 4), a);

    (void)state;
    assert_int_equal(felt_seal(&key, cluster, felt_bytes("text", 4), b), len);
    assert_memory_equal(a, b, len);
    felt_seal(&key, cluster, felt_bytes("texu", 4), b);
    assert_memory_not_equal(nonce_a, nonce_b, FELT_SEAL_NONCE);
    felt_seal(&key, other, felt_bytes("text", 4), b);
    assert_memory_not_equal(nonce_a, nonce_b, FELT_SEAL_NONCE);
    felt_seal(&key_2, cluster, felt_bytes("text", 4), b);
    assert_memory_not_equal(nonce_a, nonce_b, FELT_SEAL_NONCE);
}

static void the_text_is_not_in_the_datagram(void **state)
{
    static const char text[] = "a text that would be seen";
    struct felt_seal_key key = seal_key(1);
    uint8_t sealed[128];
    size_t len = felt_seal(&key, cluster, felt_bytes(text, sizeof(text)), sealed);

    (void)state;
    assert_null(memmem(sealed, len, text, 4));
}

static void another_key_is_said_to_be_unknown_before_anything_is_opened(void **state)
{
    struct felt_seal_key one = seal_key(1), two = seal_key(2);
    uint8_t sealed[64], back[8] = {7};
    size_t len = felt_seal(&one, cluster, felt_bytes("text", 4), sealed), got = 12345;

    (void)state;
    assert_int_equal(open(&two, sealed, len, back, &got), FELT_VERDICT_UNKNOWN_KEY);
    assert_int_equal(got, 12345);
    assert_int_equal(back[0], 7);
    /* With our id on it, it still does not open. */
    memcpy(sealed + 4, two.id, 4);
    assert_int_equal(open(&two, sealed, len, back, &got), FELT_VERDICT_FORGED);
    assert_int_equal(got, 12345);
}

/* P-2.2.1 */
static void anything_shorter_than_the_overhead_is_malformed(void **state)
{
    struct felt_seal_key key = seal_key(1);
    uint8_t sealed[FELT_SEAL_OVERHEAD], back[1];
    size_t got;

    (void)state;
    assert_int_equal(felt_seal(&key, cluster, felt_bytes("", 0), sealed), sizeof(sealed));
    for (size_t len = 0; len < sizeof(sealed); len++)
        assert_int_equal(open(&key, sealed, len, back, &got), FELT_VERDICT_MALFORMED);
    assert_int_equal(open(&key, sealed, sizeof(sealed), back, &got), FELT_VERDICT_TAKEN);
    assert_int_equal(got, 0);
}

static void any_cut_datagram_is_refused(void **state)
{
    struct felt_seal_key key = seal_key(1);
    uint8_t plain[200] = {1}, sealed[200 + FELT_SEAL_OVERHEAD], back[200];
    size_t got, whole = felt_seal(&key, cluster, felt_bytes(plain, sizeof(plain)), sealed);

    (void)state;
    for (size_t len = 0; len < whole; len++)
        assert_int_equal(open(&key, sealed, len, back, &got),
                         len < FELT_SEAL_OVERHEAD ? FELT_VERDICT_MALFORMED : FELT_VERDICT_FORGED);
}

/* P-2.2.2 */
static void no_datagram_opens_with_a_single_bit_flipped(void **state)
{
    struct felt_seal_key key = seal_key(1);
    uint8_t plain[PLAIN_MAX] = {1}, sealed[1232], back[PLAIN_MAX];
    static const size_t lengths[] = {0, 1, 64, PLAIN_MAX};

    (void)state;
    for (size_t n = 0; n < FELT_ARRAY_LEN(lengths); n++) {
        size_t len = felt_seal(&key, cluster, felt_bytes(plain, lengths[n]), sealed), got = 12345;

        for (size_t bit = 0; bit < len * 8; bit++) {
            size_t byte = bit / 8;
            enum felt_verdict want = byte < 4   ? FELT_VERDICT_MALFORMED
                                     : byte < 8 ? FELT_VERDICT_UNKNOWN_KEY
                                                : FELT_VERDICT_FORGED;

            sealed[byte] ^= (uint8_t)(1 << bit % 8);
            assert_int_equal(open(&key, sealed, len, back, &got), want);
            assert_int_equal(got, 12345);
            sealed[byte] ^= (uint8_t)(1 << bit % 8);
        }
        assert_int_equal(open(&key, sealed, len, back, &got), FELT_VERDICT_TAKEN);
    }
}

static void a_byte_behind_a_datagram_is_forged(void **state)
{
    struct felt_seal_key key = seal_key(1);
    uint8_t sealed[64] = {0}, back[16];
    size_t got, len = felt_seal(&key, cluster, felt_bytes("text", 4), sealed);

    (void)state;
    assert_int_equal(open(&key, sealed, len + 1, back, &got), FELT_VERDICT_FORGED);
}

static void random_bytes_are_malformed_or_unknown(void **state)
{
    struct felt_seal_key key = seal_key(1);
    unsigned unknown = 0;
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 2);
    for (unsigned n = 0; n < 20000; n++) {
        uint8_t b[80], back[80];
        size_t len = felt_prng_below(&prng, sizeof(b) + 1), got;
        enum felt_verdict v;

        for (size_t i = 0; i < len; i++)
            b[i] = (uint8_t)felt_prng_next(&prng);
        if (len > 4 && n % 2)
            memcpy(b, "\xf7\x01\x00\x00", 4);
        v = open(&key, b, len, back, &got);
        assert_true(v == FELT_VERDICT_MALFORMED || v == FELT_VERDICT_UNKNOWN_KEY);
        unknown += v == FELT_VERDICT_UNKNOWN_KEY;
    }
    assert_true(unknown > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_datagram_opens_to_what_was_sealed_at_any_length),
        cmocka_unit_test(the_header_is_laid_out_as_written),
        cmocka_unit_test(the_same_twice_is_the_same_and_anything_else_has_another_nonce),
        cmocka_unit_test(the_text_is_not_in_the_datagram),
        cmocka_unit_test(another_key_is_said_to_be_unknown_before_anything_is_opened),
        cmocka_unit_test(anything_shorter_than_the_overhead_is_malformed),
        cmocka_unit_test(any_cut_datagram_is_refused),
        cmocka_unit_test(no_datagram_opens_with_a_single_bit_flipped),
        cmocka_unit_test(a_byte_behind_a_datagram_is_forged),
        cmocka_unit_test(random_bytes_are_malformed_or_unknown),
    };

    return RUN_TESTS(tests);
}
