/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "sim/network.h"

#define DRAWS 100000

static void by_default_nothing_is_lost_and_nothing_comes_twice(void **state)
{
    _cleanup_(sim_network_freep) struct sim_network *network = sim_network_new(1, 2);

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        assert_false(sim_network_loses(network));
        assert_int_equal(sim_network_copies(network), 1);
    }
}

/* Within five standard deviations of a tenth. */
static void rates_are_what_they_say(void **state)
{
    _cleanup_(sim_network_freep) struct sim_network *network = sim_network_new(1, 2);
    unsigned lost = 0, twice = 0;

    (void)state;
    sim_network_weather(network)->loss_ppm = SIM_MILLION / 10;
    sim_network_weather(network)->duplicate_ppm = SIM_MILLION / 10;
    for (unsigned i = 0; i < DRAWS; i++) {
        lost += sim_network_loses(network);
        twice += sim_network_copies(network) == 2;
    }
    assert_in_range(lost, DRAWS / 10 - 475, DRAWS / 10 + 475);
    assert_in_range(twice, DRAWS / 10 - 475, DRAWS / 10 + 475);
}

static void all_or_nothing_is_lost_at_the_ends(void **state)
{
    _cleanup_(sim_network_freep) struct sim_network *network = sim_network_new(1, 2);

    (void)state;
    sim_network_weather(network)->loss_ppm = SIM_MILLION;
    for (unsigned i = 0; i < 1000; i++)
        assert_true(sim_network_loses(network));
}

static void delays_lie_between_the_latency_and_ten_times_the_spread(void **state)
{
    _cleanup_(sim_network_freep) struct sim_network *network = sim_network_new(1, 2);
    unsigned tail = 0;

    (void)state;
    for (unsigned i = 0; i < DRAWS; i++) {
        felt_usec delay = sim_network_delay(network);

        assert_in_range(delay, SIM_LAN_LATENCY, SIM_LAN_LATENCY + 10 * SIM_LAN_SPREAD);
        tail += delay > SIM_LAN_LATENCY + SIM_LAN_SPREAD;
    }
    assert_in_range(tail, DRAWS / 200, DRAWS / 50);
}

static void a_late_datagram_is_passed_by_others(void **state)
{
    _cleanup_(sim_network_freep) struct sim_network *network = sim_network_new(1, 2);
    unsigned late = 0;

    (void)state;
    sim_network_weather(network)->reorder_ppm = SIM_MILLION / 2;
    sim_network_weather(network)->reorder_us = FELT_USEC_SEC;
    for (unsigned i = 0; i < DRAWS; i++)
        late += sim_network_delay(network) > FELT_USEC_SEC / 2;
    assert_in_range(late, DRAWS / 5, DRAWS * 3 / 10);
}

static void a_cut_has_a_direction(void **state)
{
    _cleanup_(sim_network_freep) struct sim_network *network = sim_network_new(1, 3);
    const uint8_t a[3] = {1, 0, 0}, b[3] = {0, 1, 0};
    uint32_t cut;

    (void)state;
    cut = sim_network_cut(network, a, b);
    assert_true(sim_network_is_cut(network, 0, 1));
    assert_false(sim_network_is_cut(network, 1, 0));
    assert_false(sim_network_is_cut(network, 0, 2));
    sim_network_mend(network, cut);
    assert_false(sim_network_is_cut(network, 0, 1));
}

static void mending_one_of_two_cuts_leaves_the_other(void **state)
{
    _cleanup_(sim_network_freep) struct sim_network *network = sim_network_new(1, 2);
    const uint8_t a[2] = {1, 0}, b[2] = {0, 1};
    uint32_t first = sim_network_cut(network, a, b);

    (void)state;
    assert_int_not_equal(sim_network_cut(network, a, b), first);
    sim_network_mend(network, first);
    assert_true(sim_network_is_cut(network, 0, 1));
    sim_network_mend_all(network);
    assert_false(sim_network_is_cut(network, 0, 1));
}

static void a_filter_has_a_direction_and_a_size_and_is_mended_with_all(void **state)
{
    _cleanup_(sim_network_freep) struct sim_network *network = sim_network_new(1, 3);
    uint32_t first;

    (void)state;
    assert_false(sim_network_filters(network, 0, 1, 1450));
    first = sim_network_filter(network, 0, 1, 1300);
    assert_true(sim_network_filters(network, 0, 1, 1301));
    assert_false(sim_network_filters(network, 0, 1, 1300));
    assert_false(sim_network_filters(network, 1, 0, 1450));
    assert_false(sim_network_is_cut(network, 0, 1));
    assert_int_not_equal(sim_network_filter(network, 2, 1, 0), first);
    sim_network_unfilter(network, first);
    assert_false(sim_network_filters(network, 0, 1, 1450));
    assert_true(sim_network_filters(network, 2, 1, 1));
    sim_network_mend_all(network);
    assert_false(sim_network_filters(network, 2, 1, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_default_nothing_is_lost_and_nothing_comes_twice),
        cmocka_unit_test(rates_are_what_they_say),
        cmocka_unit_test(all_or_nothing_is_lost_at_the_ends),
        cmocka_unit_test(delays_lie_between_the_latency_and_ten_times_the_spread),
        cmocka_unit_test(a_late_datagram_is_passed_by_others),
        cmocka_unit_test(a_cut_has_a_direction),
        cmocka_unit_test(mending_one_of_two_cuts_leaves_the_other),
        cmocka_unit_test(a_filter_has_a_direction_and_a_size_and_is_mended_with_all),
    };

    return RUN_TESTS(tests);
}
