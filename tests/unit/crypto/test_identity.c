/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "crypto/identity.h"

/* RFC 8032, section 7.1, tests 1 and 2. */
static const char seed_1[] = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
static const char public_1[] = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
static const char signature_1[] =
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
    "d25bf5f0595bbe24655141438e7a100b";
static const char seed_2[] = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
static const char signature_2[] =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
    "387b2eaeb4302aeeb00d291612bb0c00";

static struct felt_identity identity(const char *seed_text)
{
    uint8_t seed[FELT_IDENTITY_SEED_LEN];
    struct felt_identity id;

    assert_int_equal(felt_hex_decode(seed_text, seed, sizeof(seed)), 0);
    felt_identity_from_seed(seed, &id);
    assert_memory_equal(id.seed, seed, sizeof(seed));
    return id;
}

static void keys_and_signatures_are_those_of_rfc_8032(void **state)
{
    struct felt_identity one, two;
    uint8_t want[64], sign[64];

    (void)state;
    one = identity(seed_1);
    assert_int_equal(felt_hex_decode(public_1, want, 32), 0);
    assert_memory_equal(one.public_key, want, 32);
    felt_identity_sign(&one, felt_bytes("", 0), sign);
    assert_int_equal(felt_hex_decode(signature_1, want, 64), 0);
    assert_memory_equal(sign, want, 64);
    two = identity(seed_2);
    felt_identity_sign(&two, felt_bytes("\x72", 1), sign);
    assert_int_equal(felt_hex_decode(signature_2, want, 64), 0);
    assert_memory_equal(sign, want, 64);
}

/* P-1.1 */
static void an_id_is_blake2b_128_of_the_public_key(void **state)
{
    struct felt_identity one = identity(seed_1);
    char text[FELT_ID_TEXT];
    struct felt_id id;

    (void)state;
    assert_string_equal(felt_id_format(&one.id, text), "d7108b422f25cc5edb865cc4ae184f55");
    felt_identity_id(one.public_key, &id);
    assert_true(felt_id_equal(&id, &one.id));
}

static void a_signature_is_good_for_its_key_and_text_alone(void **state)
{
    struct felt_identity one = identity(seed_1), two = identity(seed_2);
    uint8_t text[50] = {1, 2, 3}, sign[64];
    struct felt_bytes whole = felt_bytes(text, sizeof(text));

    (void)state;
    felt_identity_sign(&one, whole, sign);
    assert_true(felt_identity_verify(one.public_key, whole, sign));
    assert_false(felt_identity_verify(two.public_key, whole, sign));
    assert_false(felt_identity_verify(one.public_key, felt_bytes(text, 49), sign));
    assert_false(felt_identity_verify(one.public_key, felt_bytes(text, 0), sign));
    for (unsigned bit = 0; bit < sizeof(text) * 8; bit++) {
        text[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(felt_identity_verify(one.public_key, whole, sign));
        text[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (unsigned bit = 0; bit < sizeof(sign) * 8; bit++) {
        sign[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(felt_identity_verify(one.public_key, whole, sign));
        sign[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(felt_identity_verify(one.public_key, whole, sign));
}

static void a_key_that_is_no_point_or_of_small_order_verifies_nothing(void **state)
{
    uint8_t public_key[32] = {0}, sign[64] = {0};

    (void)state;
    assert_false(felt_identity_verify(public_key, felt_bytes("x", 1), sign));
    public_key[0] =
        1; /* the neutral element: with a zero signature naive verifiers take anything */
    sign[0] = 1;
    assert_false(felt_identity_verify(public_key, felt_bytes("x", 1), sign));
    memset(public_key, 0xff, sizeof(public_key));
    assert_false(felt_identity_verify(public_key, felt_bytes("x", 1), sign));
}

static void a_wiped_identity_is_zero(void **state)
{
    static const struct felt_identity zero;
    struct felt_identity one = identity(seed_1);

    (void)state;
    felt_identity_wipe(&one);
    assert_memory_equal(&one, &zero, sizeof(one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_and_signatures_are_those_of_rfc_8032),
        cmocka_unit_test(an_id_is_blake2b_128_of_the_public_key),
        cmocka_unit_test(a_signature_is_good_for_its_key_and_text_alone),
        cmocka_unit_test(a_key_that_is_no_point_or_of_small_order_verifies_nothing),
        cmocka_unit_test(a_wiped_identity_is_zero),
    };

    return RUN_TESTS(tests);
}
