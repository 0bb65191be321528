/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdbool.h>

#include "base/idiom.h"
#include "base/prng.h"

/* From the definition of the generator and splitmix64, worked out apart from this code. */
static void the_sequence_of_a_seed_is_the_published_one(void **state)
{
    static const uint64_t want[] = {0x99ec5f36cb75f2b4, 0xbf6e1f784956452a, 0x1a5f849d4933e6e0,
                                    0x6aa594f1262d2d2c};
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 0);
    assert_true(prng.s[0] == 0xe220a8397b1dcdaf); /* splitmix64's first for seed 0 */
    for (size_t i = 0; i < FELT_ARRAY_LEN(want); i++)
        assert_true(felt_prng_next(&prng) == want[i]);
}

static void one_seed_gives_one_sequence_and_two_seeds_two(void **state)
{
    struct felt_prng a, b, c;
    unsigned same = 0;

    (void)state;
    felt_prng_init(&a, 42);
    felt_prng_init(&b, 42);
    felt_prng_init(&c, 43);
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t v = felt_prng_next(&a);

        assert_true(v == felt_prng_next(&b));
        same += v == felt_prng_next(&c);
    }
    assert_int_equal(same, 0);
}

static void below_one_is_always_zero(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 1);
    for (unsigned i = 0; i < 100; i++)
        assert_true(felt_prng_below(&prng, 1) == 0);
}

static void below_stays_below_also_at_the_largest_bounds(void **state)
{
    static const uint64_t bounds[] = {2,         3, 7, 1000, (1ULL << 32) + 1, (1ULL << 63) + 1,
                                      UINT64_MAX};
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 2);
    for (size_t b = 0; b < FELT_ARRAY_LEN(bounds); b++)
        for (unsigned i = 0; i < 1000; i++)
            assert_true(felt_prng_below(&prng, bounds[b]) < bounds[b]);
}

static void below_is_even(void **state)
{
    enum { BOUND = 10, DRAWS = 100000 };
    unsigned hits[BOUND] = {0};
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 3);
    for (unsigned i = 0; i < DRAWS; i++)
        hits[felt_prng_below(&prng, BOUND)]++;
    /* The deviation of one count is 95; five of them either way. */
    for (unsigned i = 0; i < BOUND; i++)
        assert_in_range(hits[i], DRAWS / BOUND - 475, DRAWS / BOUND + 475);
}

static void jitter_reaches_a_quarter_either_way_and_no_further(void **state)
{
    struct felt_prng prng;
    uint64_t low = UINT64_MAX, high = 0;

    (void)state;
    felt_prng_init(&prng, 4);
    for (unsigned i = 0; i < 10000; i++) {
        uint64_t v = felt_prng_jitter(&prng, 1000);

        low = FELT_MIN(low, v);
        high = FELT_MAX(high, v);
    }
    assert_true(low == 750);
    assert_true(high == 1250);
}

static void jitter_of_little_is_itself(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 5);
    for (uint64_t v = 0; v < 4; v++)
        assert_true(felt_prng_jitter(&prng, v) == v);
}

static void a_shuffle_keeps_what_is_there(void **state)
{
    enum { N = 100 };
    uint32_t items[N];
    bool seen[N] = {false};
    struct felt_prng prng;
    unsigned moved = 0;

    (void)state;
    felt_prng_init(&prng, 6);
    for (uint32_t i = 0; i < N; i++)
        items[i] = i;
    felt_prng_shuffle_u32(&prng, items, N);
    for (uint32_t i = 0; i < N; i++) {
        assert_true(items[i] < N && !seen[items[i]]);
        seen[items[i]] = true;
        moved += items[i] != i;
    }
    assert_true(moved > N / 2);
}

static void a_shuffle_of_none_or_one_does_nothing(void **state)
{
    struct felt_prng prng, before;
    uint32_t one = 5;

    (void)state;
    felt_prng_init(&prng, 7);
    before = prng;
    felt_prng_shuffle_u32(&prng, NULL, 0);
    felt_prng_shuffle_u32(&prng, &one, 1);
    assert_int_equal(one, 5);
    assert_memory_equal(&prng, &before, sizeof(prng));
}

static void every_order_of_three_is_as_likely(void **state)
{
    enum { DRAWS = 60000, ORDERS = 6 };
    unsigned hits[27] = {0}, orders = 0;
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 8);
    for (unsigned i = 0; i < DRAWS; i++) {
        uint32_t items[] = {0, 1, 2};

        felt_prng_shuffle_u32(&prng, items, 3);
        hits[items[0] * 9 + items[1] * 3 + items[2]]++;
    }
    for (size_t i = 0; i < FELT_ARRAY_LEN(hits); i++)
        if (hits[i] > 0) {
            orders++;
            assert_in_range(hits[i], DRAWS / ORDERS - 460, DRAWS / ORDERS + 460);
        }
    assert_int_equal(orders, ORDERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sequence_of_a_seed_is_the_published_one),
        cmocka_unit_test(one_seed_gives_one_sequence_and_two_seeds_two),
        cmocka_unit_test(below_one_is_always_zero),
        cmocka_unit_test(below_stays_below_also_at_the_largest_bounds),
        cmocka_unit_test(below_is_even),
        cmocka_unit_test(jitter_reaches_a_quarter_either_way_and_no_further),
        cmocka_unit_test(jitter_of_little_is_itself),
        cmocka_unit_test(a_shuffle_keeps_what_is_there),
        cmocka_unit_test(a_shuffle_of_none_or_one_does_nothing),
        cmocka_unit_test(every_order_of_three_is_as_likely),
    };

    return RUN_TESTS(tests);
}
