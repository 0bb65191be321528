/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "plan/observed.h"

static void entries_come_back_in_the_order_in_which_they_went_in(void **state)
{
    struct felt_plan_observed observed = {0};

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        struct felt_plan_route route = {.metric = i};
        struct felt_plan_neigh neigh = {.ip = felt_ip_v4(i)};
        struct felt_plan_fdb fdb = {.remote = felt_ip_v4(i)};
        struct felt_cidr addr = {.ip = felt_ip_v4(i), .len = 32};

        assert_int_equal(felt_plan_observed_route(&observed, &route), 0);
        assert_int_equal(felt_plan_observed_neigh(&observed, &neigh), 0);
        assert_int_equal(felt_plan_observed_fdb(&observed, &fdb), 0);
        assert_int_equal(felt_plan_observed_addr(&observed, &addr), 0);
        assert_int_equal(felt_plan_observed_underlay(&observed, &addr), 0);
    }
    assert_int_equal(observed.n_routes, 1000);
    assert_int_equal(observed.n_neighs, 1000);
    assert_int_equal(observed.n_fdbs, 1000);
    assert_int_equal(observed.n_addrs, 1000);
    assert_int_equal(observed.n_underlay, 1000);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(observed.routes[i].metric, i);
        assert_int_equal(felt_ip_to_v4(&observed.neighs[i].ip), i);
        assert_int_equal(felt_ip_to_v4(&observed.fdbs[i].remote), i);
        assert_int_equal(felt_ip_to_v4(&observed.addrs[i].ip), i);
        assert_int_equal(felt_ip_to_v4(&observed.underlay[i].ip), i);
    }
    felt_plan_observed_done(&observed);
}

static void done_leaves_an_empty_one_and_does_not_mind_another(void **state)
{
    struct felt_plan_observed observed = {.has_link = true};
    struct felt_plan_neigh neigh = {0};

    (void)state;
    assert_int_equal(felt_plan_observed_neigh(&observed, &neigh), 0);
    felt_plan_observed_done(&observed);
    assert_false(observed.has_link);
    assert_int_equal(observed.n_neighs, 0);
    assert_null(observed.neighs);
    felt_plan_observed_done(&observed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_back_in_the_order_in_which_they_went_in),
        cmocka_unit_test(done_leaves_an_empty_one_and_does_not_mind_another),
    };

    return RUN_TESTS(tests);
}
