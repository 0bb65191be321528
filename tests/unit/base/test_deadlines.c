/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/deadlines.h"
#include "base/prng.h"

static void without_a_deadline_the_first_is_never_and_the_key_untouched(void **state)
{
    _cleanup_(felt_deadlines_freep) struct felt_deadlines *d = NULL;
    uint32_t key = 77;

    (void)state;
    assert_int_equal(felt_deadlines_new(4, &d), 0);
    assert_true(felt_deadlines_first(d, &key) == FELT_USEC_NEVER);
    assert_int_equal(key, 77);
    for (uint32_t k = 0; k < 4; k++)
        assert_true(felt_deadlines_get(d, k) == FELT_USEC_NEVER);
}

static void a_table_for_no_key_at_all_is_empty_and_can_be_freed(void **state)
{
    _cleanup_(felt_deadlines_freep) struct felt_deadlines *d = NULL;

    (void)state;
    assert_int_equal(felt_deadlines_new(0, &d), 0);
    assert_true(felt_deadlines_first(d, NULL) == FELT_USEC_NEVER);
    felt_deadlines_free(NULL);
}

static void one_key_comes_moves_and_goes(void **state)
{
    _cleanup_(felt_deadlines_freep) struct felt_deadlines *d = NULL;
    uint32_t key = 77;

    (void)state;
    assert_int_equal(felt_deadlines_new(1, &d), 0);
    felt_deadlines_set(d, 0, 0); /* zero is an instant as any other */
    assert_true(felt_deadlines_first(d, &key) == 0);
    assert_int_equal(key, 0);
    felt_deadlines_set(d, 0, FELT_USEC_NEVER - 1);
    assert_true(felt_deadlines_get(d, 0) == FELT_USEC_NEVER - 1);
    assert_true(felt_deadlines_first(d, NULL) == FELT_USEC_NEVER - 1);
    felt_deadlines_set(d, 0, FELT_USEC_NEVER);
    felt_deadlines_set(d, 0, FELT_USEC_NEVER); /* removing nothing is nothing */
    assert_true(felt_deadlines_get(d, 0) == FELT_USEC_NEVER);
    assert_true(felt_deadlines_first(d, NULL) == FELT_USEC_NEVER);
}

static void of_equal_deadlines_the_lowest_key_is_first(void **state)
{
    _cleanup_(felt_deadlines_freep) struct felt_deadlines *d = NULL;
    uint32_t key;

    (void)state;
    assert_int_equal(felt_deadlines_new(8, &d), 0);
    for (uint32_t k = 8; k-- > 0;)
        felt_deadlines_set(d, k, 5);
    for (uint32_t k = 0; k < 8; k++) {
        assert_true(felt_deadlines_first(d, &key) == 5);
        assert_int_equal(key, k);
        felt_deadlines_set(d, k, FELT_USEC_NEVER);
    }
}

static void taking_the_first_again_and_again_sorts(void **state)
{
    enum { KEYS = 500 };
    _cleanup_(felt_deadlines_freep) struct felt_deadlines *d = NULL;
    felt_usec last = 0;
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 1);
    assert_int_equal(felt_deadlines_new(KEYS, &d), 0);
    for (uint32_t k = 0; k < KEYS; k++)
        felt_deadlines_set(d, k, felt_prng_below(&prng, 10000));
    for (uint32_t n = 0; n < KEYS; n++) {
        uint32_t key;
        felt_usec when = felt_deadlines_first(d, &key);

        assert_true(when >= last && when != FELT_USEC_NEVER);
        last = when;
        felt_deadlines_set(d, key, FELT_USEC_NEVER);
    }
    assert_true(felt_deadlines_first(d, NULL) == FELT_USEC_NEVER);
}

/* The earliest of all keys, the lowest of several. */
static felt_usec naive_first(const felt_usec *when, uint32_t keys, uint32_t *ret_key)
{
    felt_usec first = FELT_USEC_NEVER;

    for (uint32_t k = 0; k < keys; k++)
        if (when[k] < first) {
            first = when[k];
            *ret_key = k;
        }
    return first;
}

static void any_order_of_sets_and_removals_agrees_with_a_plain_table(void **state)
{
    enum { KEYS_MAX = 70, OPERATIONS = 20000 };
    felt_usec when[KEYS_MAX];
    struct felt_prng prng;

    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        _cleanup_(felt_deadlines_freep) struct felt_deadlines *d = NULL;
        uint32_t keys = (uint32_t)(seed == 1 ? 1 : seed * 14 - 14);

        felt_prng_init(&prng, seed);
        assert_int_equal(felt_deadlines_new(keys, &d), 0);
        for (uint32_t k = 0; k < keys; k++)
            when[k] = FELT_USEC_NEVER;
        for (unsigned n = 0; n < OPERATIONS; n++) {
            uint32_t key = (uint32_t)felt_prng_below(&prng, keys), first = 0, want_key = 0;
            felt_usec want;

            /* Few instants, so that many are alike. */
            when[key] = felt_prng_below(&prng, 3) ? felt_prng_below(&prng, 40) : FELT_USEC_NEVER;
            felt_deadlines_set(d, key, when[key]);
            want = naive_first(when, keys, &want_key);
            assert_true(felt_deadlines_first(d, &first) == want);
            assert_int_equal(first, want_key);
            key = (uint32_t)felt_prng_below(&prng, keys);
            assert_true(felt_deadlines_get(d, key) == when[key]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_deadline_the_first_is_never_and_the_key_untouched),
        cmocka_unit_test(a_table_for_no_key_at_all_is_empty_and_can_be_freed),
        cmocka_unit_test(one_key_comes_moves_and_goes),
        cmocka_unit_test(of_equal_deadlines_the_lowest_key_is_first),
        cmocka_unit_test(taking_the_first_again_and_again_sorts),
        cmocka_unit_test(any_order_of_sets_and_removals_agrees_with_a_plain_table),
    };

    return RUN_TESTS(tests);
}
