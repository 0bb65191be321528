/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "sim/stream.h"

static void streams_differ_by_seed_purpose_and_number(void **state)
{
    (void)state;
    assert_true(sim_stream_seed(1, "a", 0) == sim_stream_seed(1, "a", 0));
    assert_true(sim_stream_seed(1, "a", 0) != sim_stream_seed(2, "a", 0));
    assert_true(sim_stream_seed(1, "a", 0) != sim_stream_seed(1, "b", 0));
    assert_true(sim_stream_seed(1, "a", 0) != sim_stream_seed(1, "a", 1));
}

static void a_range_includes_both_ends(void **state)
{
    struct felt_prng prng = sim_stream(1, "test", 0);
    unsigned low = 0, high = 0;

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t v = sim_between(&prng, 3, 5);

        assert_in_range(v, 3, 5);
        low += v == 3;
        high += v == 5;
    }
    assert_true(low > 0 && high > 0);
    assert_int_equal(sim_between(&prng, 7, 7), 7);
}

static void a_scale_has_as_many_small_ones_as_large_ones(void **state)
{
    struct felt_prng prng = sim_stream(1, "test", 0);
    unsigned small = 0;

    (void)state;
    for (unsigned i = 0; i < 10000; i++) {
        uint64_t v = sim_scale(&prng, 1, 1 << 20);

        assert_in_range(v, 1, 1 << 20);
        small += v < 1 << 10;
    }
    assert_in_range(small, 4000, 6000);
    assert_int_equal(sim_scale(&prng, 9, 9), 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_differ_by_seed_purpose_and_number),
        cmocka_unit_test(a_range_includes_both_ends),
        cmocka_unit_test(a_scale_has_as_many_small_ones_as_large_ones),
    };

    return RUN_TESTS(tests);
}
