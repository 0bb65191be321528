/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "plan/diff.h"
#include "tests/unit/plan/difference.h"

#define RTN_UNICAST   1
#define RTN_BLACKHOLE 6
#define LOOPBACK      1 /* the index that the kernel gives a blackhole of IPv6 */

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    world_desired(&f->desired, FELT_BACKEND_HOST_GW);
    f->desired.blackhole = true;
    world_init(&f->kernel);
    *state = f;
    return 0;
}

static void set_lease(struct fixture *f, const char *v4, const char *v6)
{
    struct felt_dual lease = world_dual(v4, v6);

    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, &lease, NULL, 0), 0);
}

/* What has been planned is there. */
static void hold(struct fixture *f)
{
    for (size_t i = 0; i < f->plan.n_ops; i++) {
        struct felt_plan_route route = f->plan.ops[i].route;

        assert_int_equal(f->plan.ops[i].kind, FELT_OP_ROUTE_SET);
        if (route.dst.ip.family == FELT_FAMILY_V6)
            route.ifindex = LOOPBACK;
        assert_int_equal(felt_plan_observed_route(&f->kernel, &route), 0);
    }
}

static void the_lease_gets_one_after_all_other_routes_and_then_nothing_is_left_to_do(void **state)
{
    struct fixture *f = *state;

    set_lease(f, "172.17.7.0/24", "");
    assert_string_equal(diff(f), "set route 172.17.7.0/24, a blackhole\n");
    assert_int_equal(f->plan.ops[0].route.type, RTN_BLACKHOLE);
    assert_int_equal(f->plan.ops[0].route.metric, FELT_PLAN_METRIC_BLACKHOLE);
    assert_int_equal(f->plan.ops[0].route.ifindex, 0);
    hold(f);
    assert_string_equal(diff(f), "");
}

static void the_bridges_own_route_is_another_one(void **state)
{
    struct felt_plan_route bridge = {.dst = world_cidr("172.17.7.0/24"),
                                     .ifindex = 5,
                                     .protocol = FELT_PLAN_RTPROT_KERNEL,
                                     .type = RTN_UNICAST,
                                     .scope = 253};
    struct fixture *f = *state;

    set_lease(f, "172.17.7.0/24", "");
    assert_int_equal(felt_plan_observed_route(&f->kernel, &bridge), 0);
    assert_string_equal(diff(f), "set route 172.17.7.0/24, a blackhole\n");
}

static void another_lease_moves_it_and_none_takes_it_away(void **state)
{
    struct fixture *f = *state;

    set_lease(f, "172.17.7.0/24", "");
    diff(f);
    hold(f);
    set_lease(f, "172.17.8.0/24", "");
    assert_string_equal(diff(f), "set route 172.17.8.0/24, a blackhole\n"
                                 "delete route 172.17.7.0/24, a blackhole\n");
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, NULL, NULL, 0), 0);
    assert_string_equal(diff(f), "delete route 172.17.7.0/24, a blackhole\n");
}

static void without_the_option_it_goes(void **state)
{
    struct fixture *f = *state;

    set_lease(f, "172.17.7.0/24", "");
    diff(f);
    hold(f);
    f->desired.blackhole = false;
    assert_string_equal(diff(f), "delete route 172.17.7.0/24, a blackhole\n");
}

static void somebody_elses_is_let_be(void **state)
{
    struct felt_plan_route flannels = {
        .dst = world_cidr("172.17.7.0/24"), .protocol = 3, .type = RTN_BLACKHOLE};
    struct fixture *f = *state;

    set_lease(f, "172.17.7.0/24", "");
    assert_int_equal(felt_plan_observed_route(&f->kernel, &flannels), 0);
    assert_string_equal(diff(f), "set route 172.17.7.0/24, a blackhole\n");
}

static void a_lease_of_both_families_gets_two(void **state)
{
    struct fixture *f = *state;

    felt_plan_desired_done(&f->desired);
    world_desired_dual(&f->desired, FELT_BACKEND_HOST_GW, FELT_FAMILY_V4, false);
    f->desired.blackhole = true;
    set_lease(f, "172.17.7.0/24", "fc00:0:0:7::/64");
    assert_string_equal(diff(f), "set route 172.17.7.0/24, a blackhole\n"
                                 "set route fc00:0:0:7::/64, a blackhole\n");
    hold(f);
    assert_string_equal(diff(f), "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_lease_gets_one_after_all_other_routes_and_then_nothing_is_left_to_do),
        TEST(the_bridges_own_route_is_another_one),
        TEST(another_lease_moves_it_and_none_takes_it_away),
        TEST(without_the_option_it_goes),
        TEST(somebody_elses_is_let_be),
        TEST(a_lease_of_both_families_gets_two),
    };

    return RUN_TESTS(tests);
}
