/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "sim/statistics.h"

static void no_samples_are_zero(void **state)
{
    struct sim_sample sample = {0};

    (void)state;
    assert_float_equal(sim_sample_percentile(&sample, 50), 0, 0);
    assert_float_equal(sim_sample_sum(&sample), 0, 0);
}

static void one_sample_is_every_percentile(void **state)
{
    struct sim_sample sample = {0};

    (void)state;
    sim_sample_add(&sample, 7);
    assert_float_equal(sim_sample_percentile(&sample, 0), 7, 0);
    assert_float_equal(sim_sample_percentile(&sample, 50), 7, 0);
    assert_float_equal(sim_sample_percentile(&sample, 100), 7, 0);
    sim_sample_done(&sample);
}

static void the_median_of_an_even_number_lies_between_two(void **state)
{
    struct sim_sample sample = {0};

    (void)state;
    for (int i = 40; i > 0; i--)
        sim_sample_add(&sample, i);
    assert_float_equal(sim_sample_percentile(&sample, 0), 1, 0);
    assert_float_equal(sim_sample_percentile(&sample, 50), 20.5, 1e-9);
    assert_float_equal(sim_sample_percentile(&sample, 100), 40, 0);
    assert_float_equal(sim_sample_sum(&sample), 820, 0);
    sim_sample_done(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_samples_are_zero),
        cmocka_unit_test(one_sample_is_every_percentile),
        cmocka_unit_test(the_median_of_an_even_number_lies_between_two),
    };

    return RUN_TESTS(tests);
}
