/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "base/prng.h"
#include "tests/unit/lease/keep.h"

#define KEYS 20

static struct felt_notices *empty(uint32_t keys)
{
    struct felt_notices *notices = NULL;

    assert_int_equal(felt_notices_new(keys, &notices), 0);
    return notices;
}

static const uint8_t letters[FELT_NOTICE_VALUE_MAX] = "abcdefgh";

/* Few keys, versions and values, so that they meet. */
static struct felt_notice some_notice(struct felt_prng *prng)
{
    return (struct felt_notice){
        .key = (uint32_t)felt_prng_below(prng, KEYS),
        .version = 1 + felt_prng_below(prng, 4),
        .value = felt_bytes(letters + felt_prng_below(prng, 3), felt_prng_below(prng, 3)),
    };
}

static struct felt_notices *some_table(struct felt_prng *prng)
{
    struct felt_notices *notices = empty(KEYS);

    for (uint64_t n = felt_prng_below(prng, 2 * (uint64_t)KEYS); n > 0; n--) {
        struct felt_notice notice = some_notice(prng);

        felt_notices_merge(notices, &notice);
    }
    return notices;
}

static void merge_all(struct felt_notices *to, const struct felt_notices *from)
{
    struct felt_notice_place at = {0};
    struct felt_notice notice;

    while (felt_notices_next(from, &at, &notice))
        felt_notices_merge(to, &notice);
}

static struct felt_notices *merged(const struct felt_notices *a, const struct felt_notices *b)
{
    struct felt_notices *notices = empty(KEYS);

    merge_all(notices, a);
    merge_all(notices, b);
    return notices;
}

/* By what is in them, not by their digests. */
static bool equal(const struct felt_notices *a, const struct felt_notices *b)
{
    for (uint32_t key = 0; key < KEYS; key++) {
        struct felt_notice x, y;

        if (felt_notices_get(a, key, &x) != felt_notices_get(b, key, &y) ||
            x.version != y.version || !felt_bytes_equal(x.value, y.value))
            return false;
    }
    return true;
}

/* L-8.1.1 */
static void merging_is_commutative_associative_and_idempotent(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 81);
    for (unsigned i = 0; i < 2000; i++) {
        _cleanup_(felt_notices_freep) struct felt_notices *a = some_table(&prng);
        _cleanup_(felt_notices_freep) struct felt_notices *b = some_table(&prng);
        _cleanup_(felt_notices_freep) struct felt_notices *c = some_table(&prng);
        _cleanup_(felt_notices_freep) struct felt_notices *ab = merged(a, b);
        _cleanup_(felt_notices_freep) struct felt_notices *ba = merged(b, a);
        _cleanup_(felt_notices_freep) struct felt_notices *bc = merged(b, c);
        _cleanup_(felt_notices_freep) struct felt_notices *ab_c = merged(ab, c);
        _cleanup_(felt_notices_freep) struct felt_notices *a_bc = merged(a, bc);
        _cleanup_(felt_notices_freep) struct felt_notices *aa = merged(a, a);

        assert_true(equal(ab, ba));
        assert_true(equal(ab_c, a_bc));
        assert_true(equal(aa, a));
        assert_int_equal(felt_notices_digest(ab), felt_notices_digest(ba));
        assert_int_equal(felt_notices_digest(ab_c), felt_notices_digest(a_bc));
        assert_int_equal(felt_notices_live(ab_c), felt_notices_live(a_bc));
        assert_int_equal(felt_notices_digest(ab) == felt_notices_digest(a), equal(ab, a));
    }
}

/* L-8.1.1 */
static void a_key_only_moves_up(void **state)
{
    _cleanup_(felt_notices_freep) struct felt_notices *notices = empty(KEYS);
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 82);
    for (unsigned i = 0; i < 5000; i++) {
        struct felt_notice n = some_notice(&prng), before, after;
        uint8_t old[FELT_NOTICE_VALUE_MAX];
        enum felt_merge merge;
        size_t old_len;

        felt_notices_get(notices, n.key, &before);
        old_len = before.value.len;
        memcpy(old, letters, sizeof(old));
        if (old_len > 0)
            memcpy(old, before.value.data, old_len);
        merge = felt_notices_merge(notices, &n);
        felt_notices_get(notices, n.key, &after);
        assert_true(after.version >= before.version);
        assert_true(after.version >= n.version);
        if (merge != FELT_MERGE_NEWER) {
            assert_int_equal(after.version, before.version);
            assert_true(felt_bytes_equal(after.value, felt_bytes(old, old_len)));
        } else {
            assert_int_equal(after.version, n.version);
            assert_true(felt_bytes_equal(after.value, n.value));
        }
    }
}

/* L-8.1.1 */
static void of_one_version_the_larger_value_wins_and_any_beats_a_withdrawal(void **state)
{
    _cleanup_(felt_notices_freep) struct felt_notices *notices = empty(4);
    struct felt_notice n = {.key = 3, .version = 7};

    (void)state;
    assert_int_equal(felt_notices_merge(notices, &n), FELT_MERGE_NEWER);
    assert_int_equal(felt_notices_live(notices), 0);
    n.value = felt_bytes(letters, 2);
    assert_int_equal(felt_notices_merge(notices, &n), FELT_MERGE_NEWER);
    n.value = felt_bytes(letters, 1); /* a beginning of it */
    assert_int_equal(felt_notices_merge(notices, &n), FELT_MERGE_OLDER);
    n.value = felt_bytes(letters + 1, 1);
    assert_int_equal(felt_notices_merge(notices, &n), FELT_MERGE_NEWER);
    assert_int_equal(felt_notices_merge(notices, &n), FELT_MERGE_SAME);
    assert_int_equal(felt_notices_live(notices), 1);
    n = (struct felt_notice){.key = 3, .version = 8};
    assert_int_equal(felt_notices_merge(notices, &n), FELT_MERGE_NEWER);
    assert_int_equal(felt_notices_live(notices), 0);
    assert_int_equal(felt_notices_count(notices), 1); /* not forgotten: L-8.1.3 */
}

/* L-8.1.3 */
static void who_was_away_does_not_bring_back_what_was_withdrawn(void **state)
{
    const struct keep early[] = {{2, "n2"}};
    _cleanup_(felt_notices_freep) struct felt_notices *away = keep(KEYS, early, 1);
    _cleanup_(felt_notices_freep) struct felt_notices *here = keep(KEYS, early, 1);

    (void)state;
    assert_int_equal(put_notice(here, 2, 2, NULL), FELT_MERGE_NEWER);
    merge_all(here, away);
    assert_int_equal(felt_notices_live(here), 0);
    merge_all(away, here);
    assert_int_equal(felt_notices_live(away), 0);
}

static void a_new_table_has_nothing_and_a_digest_of_zero(void **state)
{
    _cleanup_(felt_notices_freep) struct felt_notices *notices = empty(1);
    struct felt_notice_place at = {0};
    struct felt_notice n;

    (void)state;
    assert_false(felt_notices_next(notices, &at, &n));
    assert_false(felt_notices_get(notices, 0, &n));
    assert_int_equal(n.version, 0);
    assert_int_equal(felt_notices_digest(notices), 0);
}

/* Buckets are keys modulo FELT_BUCKETS, ascending, and their hashes add up. L-8.1.6 */
static void all_of_65536_keys_are_found_again_bucket_by_bucket(void **state)
{
    _cleanup_(felt_notices_freep) struct felt_notices *notices = empty(FELT_SLOTS_MAX);
    struct felt_notice_place at = {0};
    struct felt_notice n;
    uint64_t sum = 0;
    uint32_t seen = 0;

    (void)state;
    for (uint32_t i = 0; i < FELT_SLOTS_MAX; i++) {
        uint32_t key =
            (uint32_t)((uint64_t)i * 40503 % FELT_SLOTS_MAX); /* each once, in disorder */

        assert_int_equal(put_notice(notices, key, 1 + i, i % 2 ? "n" : NULL), FELT_MERGE_NEWER);
    }
    for (uint32_t b = 0; b < FELT_BUCKETS; b++) {
        for (uint32_t i = 0; felt_notices_at(notices, b, i, &n); i++)
            assert_int_equal(n.key, i * FELT_BUCKETS + b);
        sum += felt_notices_buckets(notices)[b];
    }
    while (felt_notices_next(notices, &at, &n))
        seen++;
    assert_int_equal(seen, FELT_SLOTS_MAX);
    assert_int_equal(felt_notices_live(notices), FELT_SLOTS_MAX / 2);
    assert_true(sum == felt_notices_digest(notices));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merging_is_commutative_associative_and_idempotent),
        cmocka_unit_test(a_key_only_moves_up),
        cmocka_unit_test(of_one_version_the_larger_value_wins_and_any_beats_a_withdrawal),
        cmocka_unit_test(who_was_away_does_not_bring_back_what_was_withdrawn),
        cmocka_unit_test(a_new_table_has_nothing_and_a_digest_of_zero),
        cmocka_unit_test(all_of_65536_keys_are_found_again_bucket_by_bucket),
    };

    return RUN_TESTS(tests);
}
