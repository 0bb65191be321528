/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "plan/route.h"
#include "tests/unit/plan/world.h"

static struct felt_plan_route route(const char *dst, uint32_t metric, uint8_t protocol)
{
    return (struct felt_plan_route){
        .dst = world_cidr(dst), .metric = metric, .protocol = protocol, .type = 1};
}

static void a_route_without_metric_has_0_of_ipv4_and_1024_of_ipv6(void **state)
{
    struct felt_plan_route v4 = route("10.1.0.0/24", 0, 3), v6 = route("fc00::/64", 1024, 3);

    (void)state;
    assert_int_equal(felt_plan_route_metric(&v4.dst), 0);
    assert_int_equal(felt_plan_route_metric(&v6.dst), 1024);
    assert_true(felt_plan_route_in_place(&v4));
    assert_true(felt_plan_route_in_place(&v6));
    v4.metric = 1;
    v6.metric = 1023;
    assert_false(felt_plan_route_in_place(&v4));
    assert_false(felt_plan_route_in_place(&v6));
    v4.metric = 0;
    v4.tos = 4;
    assert_false(felt_plan_route_in_place(&v4));
}

static void a_connected_ipv6_route_is_in_the_place_of_ours(void **state)
{
    struct felt_plan_route v6 = route("fc00::/64", 256, FELT_PLAN_RTPROT_KERNEL);
    struct felt_plan_route v4 = route("10.1.0.0/24", 100, FELT_PLAN_RTPROT_KERNEL);

    (void)state;
    assert_true(felt_plan_route_in_place(&v6));
    assert_false(felt_plan_route_in_place(&v4)); /* ours precedes it */
    v6.metric = 1025;
    assert_false(felt_plan_route_in_place(&v6));
}

static void who_wrote_it_does_not_matter_and_all_else_does(void **state)
{
    struct felt_plan_route a = route("10.1.0.0/24", 0, 3), b = a;

    (void)state;
    b.protocol = FELT_PLAN_RTPROT;
    assert_true(felt_plan_route_same(&a, &b));
#define DIFFERS(field, value)                       \
    do {                                            \
        b = a;                                      \
        b.field = value;                            \
        assert_false(felt_plan_route_same(&a, &b)); \
    } while (0)
    DIFFERS(dst.len, 25);
    DIFFERS(via, felt_ip_v4(1));
    DIFFERS(ifindex, 9);
    DIFFERS(onlink, true);
    DIFFERS(type, 6);
    DIFFERS(scope, 253);
    DIFFERS(metric, 5);
    DIFFERS(tos, 4);
    DIFFERS(odd, true);
    DIFFERS(nexthop, 7);
#undef DIFFERS
    a.nexthop = b.nexthop = 7;
    b.ifindex = 9; /* the object says it */
    assert_true(felt_plan_route_same(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_without_metric_has_0_of_ipv4_and_1024_of_ipv6),
        cmocka_unit_test(a_connected_ipv6_route_is_in_the_place_of_ours),
        cmocka_unit_test(who_wrote_it_does_not_matter_and_all_else_does),
    };

    return RUN_TESTS(tests);
}
