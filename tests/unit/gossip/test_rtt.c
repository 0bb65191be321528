/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/prng.h"
#include "gossip/rtt.h"

/* G-3.1.2 */
static void without_a_measurement_the_timeout_is_the_longest(void **state)
{
    struct felt_rtt rtt = {0};

    (void)state;
    assert_int_equal(felt_rtt_timeout(&rtt), FELT_RTT_TIMEOUT_MAX);
}

static void the_first_sample_counts_whole_and_varies_by_half(void **state)
{
    struct felt_rtt rtt = {0};

    (void)state;
    felt_rtt_measured(&rtt, 40 * FELT_USEC_MS);
    assert_int_equal(rtt.smoothed_us, 40000);
    assert_int_equal(rtt.variation_us, 20000);
    assert_int_equal(felt_rtt_timeout(&rtt), 120 * FELT_USEC_MS);
}

/* G-3.1.2 */
static void later_samples_count_an_eighth_and_their_distance_a_quarter(void **state)
{
    struct felt_rtt rtt = {.smoothed_us = 8000, .variation_us = 4000};

    (void)state;
    felt_rtt_measured(&rtt, 16 * FELT_USEC_MS);
    assert_int_equal(rtt.smoothed_us, 7000 + 2000);
    assert_int_equal(rtt.variation_us, 3000 + 2000);
}

static void a_steady_short_round_trip_comes_down_to_the_shortest_timeout(void **state)
{
    struct felt_rtt rtt = {0};

    (void)state;
    for (int i = 0; i < 100; i++)
        felt_rtt_measured(&rtt, 300);
    assert_int_equal(felt_rtt_timeout(&rtt), FELT_RTT_TIMEOUT_MIN);
}

static void samples_of_zero_and_of_an_hour_keep_it_within_its_limits(void **state)
{
    struct felt_rtt rtt = {0};

    (void)state;
    felt_rtt_measured(&rtt, 0);
    assert_true(rtt.smoothed_us > 0); /* zero would mean: not measured */
    for (int i = 0; i < 100; i++)
        felt_rtt_measured(&rtt, 0);
    assert_true(rtt.smoothed_us > 0);
    assert_int_equal(felt_rtt_timeout(&rtt), FELT_RTT_TIMEOUT_MIN);
    for (int i = 0; i < 100; i++)
        felt_rtt_measured(&rtt, 3600 * FELT_USEC_SEC);
    assert_int_equal(felt_rtt_timeout(&rtt), FELT_RTT_TIMEOUT_MAX);
    felt_rtt_measured(&rtt, FELT_USEC_NEVER);
    assert_int_equal(felt_rtt_timeout(&rtt), FELT_RTT_TIMEOUT_MAX);
}

/* G-3.1.2 */
static void whatever_the_samples_the_timeout_is_within_its_limits(void **state)
{
    struct felt_rtt rtt = {0};
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 1);
    for (int i = 0; i < 10000; i++) {
        felt_rtt_measured(&rtt, felt_prng_next(&prng) >> felt_prng_below(&prng, 64));
        assert_in_range(felt_rtt_timeout(&rtt), FELT_RTT_TIMEOUT_MIN, FELT_RTT_TIMEOUT_MAX);
    }
}

/* G-3.1.2 */
static void a_peer_never_measured_gets_three_times_what_the_others_need(void **state)
{
    struct felt_rtt none = {0}, middle = {.smoothed_us = 20000, .variation_us = 5000},
                    low = {.smoothed_us = 300, .variation_us = 10},
                    high = {.smoothed_us = 200000, .variation_us = 5000};

    (void)state;
    assert_int_equal(felt_rtt_timeout_stranger(&none), FELT_RTT_TIMEOUT_MAX);
    assert_int_equal(felt_rtt_timeout_stranger(&middle), 120 * FELT_USEC_MS);
    /* Three times the shortest timeout, which is beyond the least that there is. */
    assert_int_equal(felt_rtt_timeout_stranger(&low), 60 * FELT_USEC_MS);
    assert_true(felt_rtt_timeout_stranger(&low) >= FELT_RTT_STRANGER_MIN);
    assert_int_equal(felt_rtt_timeout_stranger(&high), FELT_RTT_TIMEOUT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_measurement_the_timeout_is_the_longest),
        cmocka_unit_test(the_first_sample_counts_whole_and_varies_by_half),
        cmocka_unit_test(later_samples_count_an_eighth_and_their_distance_a_quarter),
        cmocka_unit_test(a_steady_short_round_trip_comes_down_to_the_shortest_timeout),
        cmocka_unit_test(samples_of_zero_and_of_an_hour_keep_it_within_its_limits),
        cmocka_unit_test(a_peer_never_measured_gets_three_times_what_the_others_need),
        cmocka_unit_test(whatever_the_samples_the_timeout_is_within_its_limits),
    };

    return RUN_TESTS(tests);
}
