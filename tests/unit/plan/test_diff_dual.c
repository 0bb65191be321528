/* SPDX-License-Identifier: Apache-2.0 */
/* The difference where a network has both families: one device for both, or two siblings. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "plan/diff.h"
#include "plan/nexthop.h"
#include "tests/unit/plan/difference.h"

#define V4      FELT_FAMILY_V4
#define V6      FELT_FAMILY_V6
#define SIBLING 9 /* the other device's index */
#define ROUNDS  2000

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    world_init(&f->kernel);
    *state = f;
    return 0;
}

static void set(struct fixture *f, const struct felt_plan_peer *peers, size_t n)
{
    struct felt_dual lease = world_dual("172.17.7.0/24", "fc00:0:0:7::/64");

    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, &lease, peers, n), 0);
}

/* An underlay of one family carries both. */
static void one_device_carries_both_families_with_one_fdb_entry_a_peer(void **state)
{
    struct felt_plan_peer peers[] = {world_peer(1), world_peer6(1, V4)};
    struct fixture *f = *state;

    world_desired_dual(&f->desired, FELT_BACKEND_VXLAN, V4, false);
    set(f, peers, 2);
    assert_string_equal(diff(f), "create link flannel.1\n"
                                 "add address 172.17.7.0/32\n"
                                 "add address fc00:0:0:7::/128\n"
                                 "bring up flannel.1\n"
                                 "set fdb 02:00:00:00:00:01 dst 172.16.0.11\n"
                                 "set neighbour 172.17.11.0 lladdr 02:00:00:00:00:01\n"
                                 "set route 172.17.11.0/24 via 172.17.11.0\n"
                                 "set neighbour fc00:0:0:b:: lladdr 02:00:00:00:00:01\n"
                                 "set route fc00:0:0:b::/64 via fc00:0:0:b::\n");
    world_pass(&f->kernel, &f->desired);
    assert_string_equal(diff(f), "");
    world_drop_fdb(&f->kernel, 0);
    assert_string_equal(diff(f), "set fdb 02:00:00:00:00:01 dst 172.16.0.11\n");
    world_pass(&f->kernel, &f->desired);
    set(f, peers + 1, 1); /* the IPv6 way still needs it */
    assert_string_equal(diff(f), "delete route 172.17.11.0/24 via 172.17.11.0\n"
                                 "delete neighbour 172.17.11.0 lladdr 02:00:00:00:00:01\n");
    set(f, NULL, 0);
    world_pass(&f->kernel, &f->desired);
    assert_int_equal(f->kernel.n_routes + f->kernel.n_fdbs + f->kernel.n_neighs, 0);
    assert_int_equal(f->kernel.n_addrs, 2);
}

static void of_two_devices_each_has_the_address_of_its_family(void **state)
{
    struct felt_plan_peer peer = world_peer6(1, V6);
    struct felt_cidr moved = world_cidr("172.17.7.0/32");
    struct fixture *f = *state;

    world_desired_dual(&f->desired, FELT_BACKEND_VXLAN, V6, true);
    set(f, &peer, 1);
    assert_string_equal(diff(f), "create link flannel-v6.1\n"
                                 "add address fc00:0:0:7::/128\n"
                                 "bring up flannel-v6.1\n"
                                 "set fdb 02:00:00:00:00:01 dst 2001:db8::b\n"
                                 "set neighbour fc00:0:0:b:: lladdr 02:00:00:00:00:01\n"
                                 "set route fc00:0:0:b::/64 via fc00:0:0:b::\n");
    world_pass(&f->kernel, &f->desired);
    /* As when there was no underlay of IPv4 before. */
    assert_int_equal(felt_plan_observed_addr(&f->kernel, &moved), 0);
    assert_string_equal(diff(f), "delete address 172.17.7.0/32\n");
}

static void an_ipv6_route_has_the_metric_that_linux_gives_it(void **state)
{
    struct felt_plan_peer peer = world_peer6(1, V6);
    struct fixture *f = *state;

    world_desired_dual(&f->desired, FELT_BACKEND_VXLAN, V6, true);
    set(f, &peer, 1);
    diff(f);
    assert_int_equal(f->plan.ops[f->plan.n_ops - 1].route.metric, 1024);
    assert_true(f->plan.ops[f->plan.n_ops - 1].route.onlink);
}

/* Linux takes no gateway that leads over another device as yet. */
static void an_ipv6_route_over_another_device_goes_before_ours_comes(void **state)
{
    struct felt_plan_peer peer = world_peer6(1, V6);
    struct felt_plan_route direct = {.dst = peer.subnet,
                                     .via = peer.public_ip,
                                     .ifindex = 2,
                                     .protocol = FELT_PLAN_RTPROT,
                                     .type = 1,
                                     .metric = 1024};
    struct fixture *f = *state;

    world_desired_dual(&f->desired, FELT_BACKEND_VXLAN, V6, true);
    set(f, &peer, 1);
    world_pass(&f->kernel, &f->desired);
    f->kernel.routes[0] = direct;
    assert_string_equal(diff(f), "delete route fc00:0:0:b::/64 via 2001:db8::b\n"
                                 "set route fc00:0:0:b::/64 via fc00:0:0:b::\n");
    f->kernel.routes[0].ifindex = f->kernel.sibling_ifindex = SIBLING;
    world_pass(&f->kernel, &f->desired);
    assert_string_equal(diff(f), "");
    assert_int_equal(f->kernel.n_routes, 1);
    assert_int_equal(f->kernel.routes[0].ifindex, FELT_PLAN_OUR_LINK);
}

static void what_the_sibling_leads_to_is_left_to_it(void **state)
{
    struct felt_plan_peer peer = world_peer6(1, V4);
    struct fixture *f = *state;

    world_desired_dual(&f->desired, FELT_BACKEND_VXLAN, V4, true);
    set(f, &peer, 1);
    world_pass(&f->kernel, &f->desired);
    set(f, NULL, 0);
    assert_int_equal(felt_plan_desired_set_elsewhere(&f->desired, &peer.subnet, 1), 0);
    assert_string_equal(diff(f), "delete fdb 02:00:00:00:00:01 dst 172.16.0.11\n"
                                 "delete neighbour fc00:0:0:b:: lladdr 02:00:00:00:00:01\n");
    /* And what is on its device is its own to judge. */
    f->kernel.routes[0].ifindex = f->kernel.sibling_ifindex = SIBLING;
    assert_int_equal(felt_plan_desired_set_elsewhere(&f->desired, NULL, 0), 0);
    world_pass(&f->kernel, &f->desired);
    assert_int_equal(f->kernel.n_routes, 1);
    f->kernel.sibling_ifindex = 0;
    world_pass(&f->kernel, &f->desired);
    assert_int_equal(f->kernel.n_routes, 0);
}

static void objects_that_the_siblings_routes_name_are_left_to_it(void **state)
{
    struct felt_cidr subnet = world_cidr("172.17.11.0/24");
    struct felt_ip first = world_ip("172.17.0.0");
    struct felt_plan_nexthop nexthop = {.id = felt_plan_nexthop_id(&first, &subnet),
                                        .via = world_ip("172.17.11.0"),
                                        .ifindex = SIBLING,
                                        .onlink = true,
                                        .protocol = FELT_PLAN_RTPROT};
    struct fixture *f = *state;

    world_desired_dual(&f->desired, FELT_BACKEND_VXLAN, V6, true);
    f->desired.subnet_len = 24;
    set(f, NULL, 0);
    world_pass(&f->kernel, &f->desired);
    assert_int_equal(felt_plan_observed_nexthop(&f->kernel, &nexthop), 0);
    f->kernel.sibling_ifindex = SIBLING;
    assert_string_equal(diff(f), "");
    f->kernel.sibling_ifindex = 0; /* it is about to be taken over from our device */
    assert_int_equal(felt_plan_desired_set_elsewhere(&f->desired, &subnet, 1), 0);
    assert_string_equal(diff(f), "");
    assert_int_equal(felt_plan_desired_set_elsewhere(&f->desired, NULL, 0), 0);
    diff(f);
    assert_int_equal(f->plan.n_ops, 1);
    assert_int_equal(f->plan.ops[0].kind, FELT_OP_NEXTHOP_DEL);
}

/* A bridge with an address in the peer's subnet: of metric 256, before ours. */
static void a_connected_ipv6_route_in_a_peers_place_is_told_and_left(void **state)
{
    struct felt_plan_peer peer = world_peer6(1, V6);
    struct felt_plan_route connected = {.dst = peer.subnet,
                                        .ifindex = 5,
                                        .protocol = FELT_PLAN_RTPROT_KERNEL,
                                        .type = 1,
                                        .metric = 256};
    struct fixture *f = *state;

    world_desired_dual(&f->desired, FELT_BACKEND_VXLAN, V6, true);
    set(f, &peer, 1);
    world_pass(&f->kernel, &f->desired);
    world_drop_route(&f->kernel, 0);
    assert_int_equal(felt_plan_observed_route(&f->kernel, &connected), 0);
    assert_string_equal(diff(f), "");
    assert_int_equal(f->plan.n_troubles, 1);
    assert_int_equal(f->plan.troubles[0].problem, FELT_PLAN_ROUTE_TAKEN);
}

static void host_gw_routes_each_family_by_its_own_gateway(void **state)
{
    struct felt_plan_peer peers[] = {world_peer(1), world_peer6(1, V6), world_peer6(2, V6),
                                     world_peer6(3, V6)};
    struct fixture *f = *state;

    for (size_t i = 0; i < 4; i++)
        peers[i].backend = FELT_BACKEND_HOST_GW;
    peers[2].public_ip = (struct felt_ip){0};
    peers[3].public_ip = world_ip("2001:db8:1::1");
    world_desired_dual(&f->desired, FELT_BACKEND_HOST_GW, V4, false);
    set(f, peers, 4);
    assert_string_equal(diff(f), "set route 172.17.11.0/24 via 172.16.0.11\n"
                                 "set route fc00:0:0:b::/64 via 2001:db8::b\n");
    assert_int_equal(f->plan.n_troubles, 2);
    assert_int_equal(f->plan.troubles[0].problem, FELT_PLAN_NO_ADDRESS);
    assert_int_equal(f->plan.troubles[1].problem, FELT_PLAN_NOT_ON_LINK);
    world_pass(&f->kernel, &f->desired);
    assert_string_equal(diff(f), "");
}

static void direct_routing_is_for_a_way_over_its_own_family(void **state)
{
    struct felt_plan_peer peers[] = {world_peer(1), world_peer6(1, V4)};
    struct fixture *f = *state;

    world_desired_dual(&f->desired, FELT_BACKEND_VXLAN, V4, false);
    f->desired.direct_routing = true;
    set(f, peers, 2);
    world_pass(&f->kernel, &f->desired);
    assert_int_equal(f->kernel.n_routes, 2);
    assert_int_equal(f->kernel.routes[0].ifindex, 2);
    assert_int_equal(f->kernel.routes[1].ifindex, FELT_PLAN_OUR_LINK);
    assert_int_equal(f->kernel.n_fdbs, 1);
    assert_string_equal(diff(f), "");
}

/* Whatever of both families is changed: one pass, and the next one finds nothing. */
static void any_vandalism_converges_in_one_pass(void **state)
{
    struct felt_plan_peer peers[12];
    struct fixture *f = *state;
    struct felt_prng prng;

    felt_prng_init(&prng, 0xd0a1);
    world_desired_dual(&f->desired, FELT_BACKEND_VXLAN, V4, false);
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t n = 0;

        for (unsigned i = 1; i <= 6; i++) {
            if (felt_prng_below(&prng, 3) > 0)
                peers[n++] = world_peer(i);
            if (felt_prng_below(&prng, 3) > 0)
                peers[n++] = world_peer6(i, V4);
        }
        f->desired.direct_routing = felt_prng_below(&prng, 4) == 0;
        set(f, peers, n);
        for (size_t i = 0; i < f->kernel.n_routes; i++)
            if (felt_prng_below(&prng, 4) == 0)
                f->kernel.routes[i].ifindex = felt_prng_below(&prng, 2) ? 2 : FELT_PLAN_OUR_LINK;
        if (f->kernel.n_routes > 0 && felt_prng_below(&prng, 2))
            world_drop_route(&f->kernel, felt_prng_below(&prng, f->kernel.n_routes));
        if (f->kernel.n_neighs > 0 && felt_prng_below(&prng, 2))
            world_drop_neigh(&f->kernel, felt_prng_below(&prng, f->kernel.n_neighs));
        if (f->kernel.n_fdbs > 0 && felt_prng_below(&prng, 2))
            world_drop_fdb(&f->kernel, felt_prng_below(&prng, f->kernel.n_fdbs));
        if (felt_prng_below(&prng, 20) == 0)
            world_link_lost(&f->kernel);
        world_pass(&f->kernel, &f->desired);
        if (world_pass(&f->kernel, &f->desired) != 0)
            fail_msg("round %u: the second pass finds something", round);
        assert_int_equal(f->kernel.n_routes, n);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(one_device_carries_both_families_with_one_fdb_entry_a_peer),
        T(of_two_devices_each_has_the_address_of_its_family),
        T(an_ipv6_route_has_the_metric_that_linux_gives_it),
        T(an_ipv6_route_over_another_device_goes_before_ours_comes),
        T(what_the_sibling_leads_to_is_left_to_it),
        T(objects_that_the_siblings_routes_name_are_left_to_it),
        T(a_connected_ipv6_route_in_a_peers_place_is_told_and_left),
        T(host_gw_routes_each_family_by_its_own_gateway),
        T(direct_routing_is_for_a_way_over_its_own_family),
        T(any_vandalism_converges_in_one_pass),
    };
#undef T

    return RUN_TESTS(tests);
}
