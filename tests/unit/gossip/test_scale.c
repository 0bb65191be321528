/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "gossip/scale.h"

static void the_logarithm_of_nothing_and_of_one_is_zero(void **state)
{
    (void)state;
    assert_int_equal(felt_scale_log10_milli(0), 0);
    assert_int_equal(felt_scale_log10_milli(1), 0);
}

static void known_logarithms_come_out_within_five_thousandths(void **state)
{
    static const struct {
        uint32_t n, milli;
    } cases[] = {{2, 301},      {3, 477},      {4, 602},        {7, 845},          {9, 954},
                 {10, 1000},    {50, 1699},    {100, 2000},     {999, 3000},       {1000, 3000},
                 {10000, 4000}, {65536, 4816}, {1000000, 6000}, {4294967295, 9633}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_in_range(felt_scale_log10_milli(cases[i].n), cases[i].milli - 5, cases[i].milli + 5);
}

static void the_logarithm_never_falls(void **state)
{
    uint32_t last = 0;

    (void)state;
    for (uint32_t n = 1; n < 20000; n++) {
        uint32_t now = felt_scale_log10_milli(n);

        assert_true(now >= last);
        last = now;
    }
}

/* G-4.4.1 */
static void repetitions_grow_with_the_digits_of_the_number(void **state)
{
    (void)state;
    assert_int_equal(felt_scale_repeats(0), FELT_SCALE_LAMBDA);
    assert_int_equal(felt_scale_repeats(1), FELT_SCALE_LAMBDA);
    assert_int_equal(felt_scale_repeats(9), FELT_SCALE_LAMBDA);
    assert_int_equal(felt_scale_repeats(10), 2 * FELT_SCALE_LAMBDA);
    assert_int_equal(felt_scale_repeats(99), 2 * FELT_SCALE_LAMBDA);
    assert_int_equal(felt_scale_repeats(100), 3 * FELT_SCALE_LAMBDA);
    assert_int_equal(felt_scale_repeats(10000), 5 * FELT_SCALE_LAMBDA);
    assert_int_equal(felt_scale_repeats(UINT32_MAX), 10 * FELT_SCALE_LAMBDA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_logarithm_of_nothing_and_of_one_is_zero),
        cmocka_unit_test(known_logarithms_come_out_within_five_thousandths),
        cmocka_unit_test(the_logarithm_never_falls),
        cmocka_unit_test(repetitions_grow_with_the_digits_of_the_number),
    };

    return RUN_TESTS(tests);
}
