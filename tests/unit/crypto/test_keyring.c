/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "crypto/keyring.h"

static const uint8_t salt[FELT_KEYRING_SALT] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static struct felt_keyring ring_of(uint8_t secret)
{
    struct felt_cluster_key key = {{secret}};
    struct felt_keyring ring;

    felt_keyring_init(&ring, &key);
    return ring;
}

static bool same(const struct felt_cluster_key *a, const struct felt_cluster_key *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* What is written reads as the same ring. */
static struct felt_keyring carry(const struct felt_keyring *ring)
{
    uint8_t bytes[FELT_KEYRING_BYTES];
    size_t len = felt_keyring_encode(ring, bytes);
    struct felt_keyring got;

    assert_true(len <= sizeof(bytes));
    assert_int_equal(felt_keyring_decode(felt_bytes(bytes, len), &got), 0);
    assert_true(felt_keyring_equal(ring, &got));
    assert_true(same(felt_keyring_sealing(ring), felt_keyring_sealing(&got)));
    assert_int_equal(felt_keyring_mark(ring), felt_keyring_mark(&got));
    return got;
}

/* P-2.4.1, P-2.4.3 */
static void a_rotation_goes_from_one_key_to_the_next(void **state)
{
    struct felt_keyring ring = ring_of(7);
    struct felt_cluster_key old = ring.key, new;
    uint8_t id[FELT_KEY_ID_LEN];

    (void)state;
    assert_null(felt_keyring_accepted(&ring));
    assert_int_equal(felt_keyring_mark(&ring), 0);
    felt_keyring_install(&ring, salt, 3600);
    new = ring.key;
    assert_false(same(&new, &old));
    assert_true(same(felt_keyring_sealing(&ring), &old));
    assert_true(same(felt_keyring_accepted(&ring), &new));
    ring = carry(&ring);
    assert_int_equal(ring.grace_s, 3600);
    felt_keyring_use(&ring);
    assert_true(same(felt_keyring_sealing(&ring), &new));
    assert_true(same(felt_keyring_accepted(&ring), &old));
    ring = carry(&ring);
    felt_keyring_remove(&ring);
    assert_true(felt_keyring_is(&ring, &new));
    assert_null(felt_keyring_accepted(&ring));
    ring = carry(&ring);
    felt_key_id(&old, id);
    assert_true(felt_keyring_has_replaced(&ring, id));
    felt_key_id(&new, id);
    assert_false(felt_keyring_has_replaced(&ring, id));
}

/* P-2.4.2 */
static void the_new_secret_comes_from_the_old_one_and_the_salt(void **state)
{
    struct felt_keyring a = ring_of(7), b = ring_of(7), c = ring_of(7), d = ring_of(8);
    static const uint8_t other[FELT_KEYRING_SALT] = {2};

    (void)state;
    felt_keyring_install(&a, salt, 1);
    felt_keyring_install(&b, salt, 2);
    felt_keyring_install(&c, other, 1);
    felt_keyring_install(&d, salt, 1);
    assert_true(same(&a.key, &b.key));
    assert_false(same(&a.key, &c.key));
    assert_false(same(&a.key, &d.key));
}

/* G-7.1.2 */
static void a_mark_says_whose_key_one_has_and_whether_it_seals(void **state)
{
    struct felt_keyring installed = ring_of(7), used, other = ring_of(8);

    (void)state;
    felt_keyring_install(&installed, salt, 1);
    felt_keyring_install(&other, salt, 1);
    used = installed;
    felt_keyring_use(&used);
    assert_int_not_equal(felt_keyring_mark(&installed), felt_keyring_mark(&used));
    assert_true(felt_keyring_mark_has(&used, felt_keyring_mark(&installed)));
    assert_false(felt_keyring_mark_uses(&used, felt_keyring_mark(&installed)));
    assert_true(felt_keyring_mark_uses(&installed, felt_keyring_mark(&used)));
    assert_false(felt_keyring_mark_has(&used, felt_keyring_mark(&other)));
    assert_false(felt_keyring_mark_has(&used, 0));
}

/* P-2.4.3 */
static void the_last_replaced_ids_are_remembered_and_no_more(void **state)
{
    struct felt_keyring ring = ring_of(1);
    uint8_t ids[4][FELT_KEY_ID_LEN];

    (void)state;
    for (int i = 0; i < 4; i++) {
        felt_key_id(&ring.key, ids[i]);
        felt_keyring_install(&ring, salt, 1);
        felt_keyring_use(&ring);
        ring = carry(&ring);
        felt_keyring_remove(&ring);
        ring = carry(&ring);
    }
    assert_true(felt_keyring_has_replaced(&ring, ids[3]));
    assert_true(felt_keyring_has_replaced(&ring, ids[2]));
    assert_false(felt_keyring_has_replaced(&ring, ids[1]));
}

/* G-7.3.1 */
static void a_change_by_hand_leaves_one_key_whatever_there_was(void **state)
{
    struct felt_keyring ring = ring_of(1), fresh = ring_of(9);
    uint8_t id[FELT_KEY_ID_LEN];

    (void)state;
    felt_keyring_install(&ring, salt, 1);
    felt_key_id(felt_keyring_sealing(&ring), id);
    felt_keyring_replace(&ring, &fresh.key);
    assert_true(felt_keyring_is(&ring, &fresh.key));
    assert_true(felt_keyring_has_replaced(&ring, id));
    carry(&ring);
}

/* P-2.4.3 */
static void what_is_no_ring_is_refused(void **state)
{
    struct felt_keyring ring = ring_of(1), got;
    uint8_t bytes[FELT_KEYRING_BYTES + 4] = {0};
    size_t len = felt_keyring_encode(&ring, bytes);

    (void)state;
    assert_int_equal(felt_keyring_decode(felt_bytes(bytes, 0), &got), -EINVAL);
    assert_int_equal(felt_keyring_decode(felt_bytes(bytes, len - 1), &got), -EINVAL);
    assert_int_equal(felt_keyring_decode(felt_bytes(bytes, len + 1), &got), -EINVAL);
    assert_int_equal(felt_keyring_decode(felt_bytes(bytes, len + 12), &got), -EINVAL);
    assert_int_equal(felt_keyring_decode(felt_bytes(bytes, len), &got), 0);
    bytes[0]++; /* a later version's */
    assert_int_equal(felt_keyring_decode(felt_bytes(bytes, len), &got), -EINVAL);
    bytes[0] = 1;
    assert_int_equal(felt_keyring_decode(felt_bytes(bytes, len), &got), -EINVAL);
    felt_keyring_install(&ring, salt, 1);
    len = felt_keyring_encode(&ring, bytes);
    assert_int_equal(felt_keyring_decode(felt_bytes(bytes, len - 4), &got), -EINVAL);
}

/* P-2.4.2, P-2.4.3: the bytes are for ever. */
static void the_bytes_are_those_of_the_specification(void **state)
{
    static const uint8_t id[FELT_KEY_ID_LEN] = {0xe1, 0xe0, 0xe6, 0x63};
    struct felt_keyring ring = ring_of(7);
    uint8_t bytes[FELT_KEYRING_BYTES], got[FELT_KEY_ID_LEN];

    (void)state;
    felt_keyring_install(&ring, salt, 0x01020304);
    assert_int_equal(felt_keyring_encode(&ring, bytes), 53);
    assert_int_equal(bytes[0], 32);
    assert_int_equal(bytes[1], 7);
    assert_memory_equal(bytes + 33, salt, sizeof(salt));
    assert_memory_equal(bytes + 49, "\x01\x02\x03\x04", 4);
    felt_key_id(&ring.key, got);
    assert_memory_equal(got, id, sizeof(id));
    felt_keyring_use(&ring);
    assert_int_equal(felt_keyring_encode(&ring, bytes), 53);
    assert_int_equal(bytes[0], 33);
    felt_keyring_remove(&ring);
    assert_int_equal(felt_keyring_encode(&ring, bytes), 37);
    assert_int_equal(bytes[0], 34);
}

static void what_is_wiped_is_zero(void **state)
{
    static const struct felt_keyring zero;
    struct felt_keyring ring = ring_of(1);

    (void)state;
    felt_keyring_install(&ring, salt, 1);
    felt_keyring_wipe(&ring);
    assert_memory_equal(&ring, &zero, sizeof(ring));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rotation_goes_from_one_key_to_the_next),
        cmocka_unit_test(the_new_secret_comes_from_the_old_one_and_the_salt),
        cmocka_unit_test(a_mark_says_whose_key_one_has_and_whether_it_seals),
        cmocka_unit_test(the_last_replaced_ids_are_remembered_and_no_more),
        cmocka_unit_test(a_change_by_hand_leaves_one_key_whatever_there_was),
        cmocka_unit_test(what_is_no_ring_is_refused),
        cmocka_unit_test(the_bytes_are_those_of_the_specification),
        cmocka_unit_test(what_is_wiped_is_zero),
    };

    return RUN_TESTS(tests);
}
