/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "plan/diff.h"
#include "plan/nexthop.h"
#include "tests/unit/plan/world.h"

static uint32_t id(const char *first, const char *subnet)
{
    struct felt_ip ip = world_ip(first);
    struct felt_cidr cidr = world_cidr(subnet);

    return felt_plan_nexthop_id(&ip, &cidr);
}

static void a_subnets_number_is_its_place_in_the_network(void **state)
{
    (void)state;
    assert_int_equal(id("172.17.1.0", "172.17.1.0/24"), 0x66000000);
    assert_int_equal(id("172.17.1.0", "172.17.9.0/24"), 0x66000008);
    assert_int_equal(id("10.0.0.0", "10.1.0.0/28"), 0x66001000);
    assert_int_equal(id("10.0.0.0", "10.255.255.0/24"), FELT_PLAN_NEXTHOP_LAST);
}

static void what_has_no_place_has_no_number(void **state)
{
    (void)state;
    assert_int_equal(id("172.17.1.0", "172.17.0.0/24"), 0);
    assert_int_equal(id("10.0.0.0", "11.0.0.0/24"), 0);
    assert_int_equal(id("10.0.0.0", "0.0.0.0/0"), 0);
    assert_int_equal(id("fd00::", "fd00:0:0:1::/64"), 0);
    assert_int_equal(id("10.0.0.0", "fd00:0:0:1::/64"), 0);
}

static void the_number_leads_back_to_the_subnet(void **state)
{
    static const uint32_t places[] = {0, 1, 255, 65535};
    struct felt_ip first = world_ip("10.0.0.0");

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(places); i++) {
        struct felt_cidr subnet = {.len = 26};

        subnet.ip = felt_plan_nexthop_subnet(&first, 26, FELT_PLAN_NEXTHOP_FIRST + places[i]);
        assert_int_equal(felt_plan_nexthop_id(&first, &subnet),
                         FELT_PLAN_NEXTHOP_FIRST + places[i]);
    }
}

static void the_range_has_its_edges(void **state)
{
    (void)state;
    assert_false(felt_plan_nexthop_in_range(FELT_PLAN_NEXTHOP_FIRST - 1));
    assert_true(felt_plan_nexthop_in_range(FELT_PLAN_NEXTHOP_FIRST));
    assert_true(felt_plan_nexthop_in_range(FELT_PLAN_NEXTHOP_LAST));
    assert_false(felt_plan_nexthop_in_range(FELT_PLAN_NEXTHOP_LAST + 1));
}

static void the_limit_is_lower_once_there_are_objects(void **state)
{
    (void)state;
    assert_false(felt_plan_nexthop_wanted(100, 99, false));
    assert_true(felt_plan_nexthop_wanted(100, 100, false));
    assert_true(felt_plan_nexthop_wanted(100, 75, true));
    assert_false(felt_plan_nexthop_wanted(100, 74, true));
    assert_false(felt_plan_nexthop_wanted(1, 0, true));
}

/* Operations of a pass that leads n peers to where their number says. */
static size_t pass(struct felt_plan_observed *kernel, struct felt_plan_desired *desired, unsigned n,
                   unsigned n_named)
{
    struct felt_plan_peer peers[8];
    size_t n_ops, named = 0;

    for (unsigned i = 0; i < n; i++)
        peers[i] = world_peer(i + 1);
    assert_int_equal(felt_plan_desired_set(desired, FELT_PLAN_ALL_PEERS, NULL, peers, n), 0);
    n_ops = world_pass(kernel, desired);
    assert_int_equal(kernel->n_routes, n);
    for (size_t i = 0; i < kernel->n_routes; i++)
        named += kernel->routes[i].nexthop != 0;
    assert_int_equal(named, n_named);
    assert_int_equal(kernel->n_nexthops, n_named);
    return n_ops;
}

static void members_that_come_and_go_around_the_limit_change_the_routes_once(void **state)
{
    struct felt_plan_desired desired;
    struct felt_plan_observed kernel;

    (void)state;
    world_desired(&desired, FELT_BACKEND_VXLAN);
    world_init(&kernel);
    desired.nexthop_peers = 8;
    pass(&kernel, &desired, 7, 0);
    assert_int_equal(pass(&kernel, &desired, 8, 8), 2 + 8 + 8); /* fdb, neighbour; all the rest */
    assert_int_equal(pass(&kernel, &desired, 7, 7), 4);
    assert_int_equal(pass(&kernel, &desired, 8, 8), 4);
    assert_int_equal(pass(&kernel, &desired, 6, 6), 8);
    /* five routes, all six objects, and the sixth's three entries */
    assert_int_equal(pass(&kernel, &desired, 5, 0), 5 + 6 + 3);
    assert_int_equal(pass(&kernel, &desired, 7, 0), 6);
    felt_plan_observed_done(&kernel);
    felt_plan_desired_done(&desired);
}

static void a_kernel_without_objects_gets_plain_routes(void **state)
{
    struct felt_plan_desired desired;
    struct felt_plan_observed kernel;

    (void)state;
    world_desired(&desired, FELT_BACKEND_VXLAN);
    world_init(&kernel);
    kernel.knows_nexthops = false;
    desired.nexthop_peers = 1;
    pass(&kernel, &desired, 3, 0);
    felt_plan_observed_done(&kernel);
    felt_plan_desired_done(&desired);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_subnets_number_is_its_place_in_the_network),
        cmocka_unit_test(what_has_no_place_has_no_number),
        cmocka_unit_test(the_number_leads_back_to_the_subnet),
        cmocka_unit_test(the_range_has_its_edges),
        cmocka_unit_test(the_limit_is_lower_once_there_are_objects),
        cmocka_unit_test(members_that_come_and_go_around_the_limit_change_the_routes_once),
        cmocka_unit_test(a_kernel_without_objects_gets_plain_routes),
    };

    return RUN_TESTS(tests);
}
