/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "plan/diff.h"
#include "tests/unit/plan/difference.h"

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    world_desired(&f->desired, FELT_BACKEND_VXLAN);
    world_init(&f->kernel);
    *state = f;
    return 0;
}

static void set_peers(struct fixture *f, unsigned n)
{
    struct felt_dual lease = world_dual("172.17.7.0/24", "");
    struct felt_plan_peer peers[8];

    for (unsigned i = 0; i < n; i++)
        peers[i] = world_peer(i + 1);
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, &lease, peers, n), 0);
}

static void before_the_peers_are_known_only_the_device_is_made(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(diff(f), "create link flannel.1\n"
                                 "bring up flannel.1\n");
}

static void a_new_host_gets_device_address_and_three_entries_a_peer_in_this_order(void **state)
{
    struct fixture *f = *state;

    set_peers(f, 2);
    assert_string_equal(diff(f), "create link flannel.1\n"
                                 "add address 172.17.7.0/32\n"
                                 "bring up flannel.1\n"
                                 "set fdb 02:00:00:00:00:01 dst 172.16.0.11\n"
                                 "set neighbour 172.17.11.0 lladdr 02:00:00:00:00:01\n"
                                 "set route 172.17.11.0/24 via 172.17.11.0\n"
                                 "set fdb 02:00:00:00:00:02 dst 172.16.0.12\n"
                                 "set neighbour 172.17.12.0 lladdr 02:00:00:00:00:02\n"
                                 "set route 172.17.12.0/24 via 172.17.12.0\n");
    assert_int_equal(f->plan.ops[5].peer, 0);
    assert_int_equal(f->plan.ops[8].peer, 1);
    assert_int_equal(f->plan.ops[1].peer, FELT_PLAN_NO_PEER);
}

static void the_route_is_flannels_but_for_the_protocol(void **state)
{
    struct fixture *f = *state;
    const struct felt_plan_route *route;

    set_peers(f, 1);
    diff(f);
    route = &f->plan.ops[f->plan.n_ops - 1].route;
    assert_int_equal(route->ifindex, FELT_PLAN_OUR_LINK);
    assert_true(route->onlink);
    assert_int_equal(route->protocol, FELT_PLAN_RTPROT);
    assert_int_equal(route->type, 1);
    assert_int_equal(route->scope, 0);
    assert_int_equal(route->metric, 0);
    assert_true(f->plan.ops[3].fdb.permanent);
    assert_true(f->plan.ops[4].neigh.permanent);
}

static void after_a_pass_there_is_nothing_to_do(void **state)
{
    struct fixture *f = *state;

    set_peers(f, 3);
    world_pass(&f->kernel, &f->desired);
    assert_string_equal(diff(f), "");
}

static void routes_of_flannels_protocol_are_right_as_they_are(void **state)
{
    struct fixture *f = *state;

    set_peers(f, 3);
    world_pass(&f->kernel, &f->desired);
    for (size_t i = 0; i < f->kernel.n_routes; i++)
        f->kernel.routes[i].protocol = 3; /* boot */
    assert_string_equal(diff(f), "");
}

static void without_a_lease_the_address_stays_as_it_is(void **state)
{
    struct fixture *f = *state;

    set_peers(f, 1);
    world_pass(&f->kernel, &f->desired);
    assert_int_equal(
        felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, NULL, f->desired.peers, 1), 0);
    assert_string_equal(diff(f), "");
}

static void another_lease_makes_the_new_address_before_it_breaks_the_old(void **state)
{
    struct fixture *f = *state;
    struct felt_dual lease = world_dual("172.17.9.0/24", "");

    set_peers(f, 0);
    world_pass(&f->kernel, &f->desired);
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, &lease, NULL, 0), 0);
    assert_string_equal(diff(f), "add address 172.17.9.0/32\n"
                                 "delete address 172.17.7.0/32\n");
}

static void a_peer_that_goes_takes_route_fdb_and_neighbour_in_this_order(void **state)
{
    struct fixture *f = *state;

    set_peers(f, 2);
    world_pass(&f->kernel, &f->desired);
    set_peers(f, 1);
    assert_string_equal(diff(f), "delete route 172.17.12.0/24 via 172.17.12.0\n"
                                 "delete fdb 02:00:00:00:00:02 dst 172.16.0.12\n"
                                 "delete neighbour 172.17.12.0 lladdr 02:00:00:00:00:02\n");
}

static void two_in_one_place_share_an_fdb_entry_as_long_as_one_is_there(void **state)
{
    struct felt_plan_peer peers[] = {world_peer(1), world_peer(2)};
    struct fixture *f = *state;

    memcpy(peers[1].mac, peers[0].mac, FELT_PLAN_MAC_LEN);
    peers[1].public_ip = peers[0].public_ip;
    set_peers(f, 0);
    world_pass(&f->kernel, &f->desired);
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, NULL, peers, 2), 0);
    assert_string_equal(diff(f), "set fdb 02:00:00:00:00:01 dst 172.16.0.11\n"
                                 "set neighbour 172.17.11.0 lladdr 02:00:00:00:00:01\n"
                                 "set route 172.17.11.0/24 via 172.17.11.0\n"
                                 "set neighbour 172.17.12.0 lladdr 02:00:00:00:00:01\n"
                                 "set route 172.17.12.0/24 via 172.17.12.0\n");
    world_pass(&f->kernel, &f->desired);
    assert_string_equal(diff(f), "");
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, NULL, peers + 1, 1),
                     0);
    assert_string_equal(diff(f), "delete route 172.17.11.0/24 via 172.17.11.0\n"
                                 "delete neighbour 172.17.11.0 lladdr 02:00:00:00:00:01\n");
}

static void while_only_some_peers_are_known_theirs_is_put_right_and_nothing_goes(void **state)
{
    struct felt_plan_peer peer = world_peer(1);
    struct fixture *f = *state;

    set_peers(f, 2);
    world_pass(&f->kernel, &f->desired);
    peer.mac[1] = 9;
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_SOME_PEERS, NULL, &peer, 1), 0);
    assert_string_equal(diff(f), "set fdb 02:09:00:00:00:01 dst 172.16.0.11\n"
                                 "set neighbour 172.17.11.0 lladdr 02:09:00:00:00:01\n");
}

static void a_changed_mac_is_made_before_the_old_one_is_broken(void **state)
{
    struct fixture *f = *state;
    struct felt_plan_peer peer = world_peer(1);

    set_peers(f, 1);
    world_pass(&f->kernel, &f->desired);
    peer.mac[1] = 9;
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, NULL, &peer, 1), 0);
    assert_string_equal(diff(f), "set fdb 02:09:00:00:00:01 dst 172.16.0.11\n"
                                 "set neighbour 172.17.11.0 lladdr 02:09:00:00:00:01\n"
                                 "delete fdb 02:00:00:00:00:01 dst 172.16.0.11\n");
}

static void a_changed_address_is_one_fdb_entry(void **state)
{
    struct fixture *f = *state;
    struct felt_plan_peer peer = world_peer(1);

    set_peers(f, 1);
    world_pass(&f->kernel, &f->desired);
    peer.public_ip = world_ip("172.16.0.99");
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, NULL, &peer, 1), 0);
    assert_string_equal(diff(f), "set fdb 02:00:00:00:00:01 dst 172.16.0.99\n");
}

static void an_incompatible_device_is_replaced_and_filled_in_one_pass(void **state)
{
    struct fixture *f = *state;

    set_peers(f, 1);
    world_pass(&f->kernel, &f->desired);
    f->kernel.link.vni = 2;
    assert_string_equal(diff(f), "delete link flannel.1\n"
                                 "create link flannel.1\n"
                                 "add address 172.17.7.0/32\n"
                                 "bring up flannel.1\n"
                                 "set fdb 02:00:00:00:00:01 dst 172.16.0.11\n"
                                 "set neighbour 172.17.11.0 lladdr 02:00:00:00:00:01\n"
                                 "set route 172.17.11.0/24 via 172.17.11.0\n");
    assert_true(f->plan.recreates);
    assert_string_equal(f->plan.recreates_why, "vni: 2 vs 1");
}

static void what_can_change_in_place_does(void **state)
{
    struct fixture *f = *state;

    set_peers(f, 1);
    world_pass(&f->kernel, &f->desired);
    f->kernel.link.mtu = 1400;
    f->kernel.link.learning = true;
    f->kernel.link.master = 9;
    f->kernel.link.mac[5] ^= 1;
    f->kernel.link.up = false;
    assert_string_equal(diff(f), "set MTU of flannel.1 to 1450\n"
                                 "set learning of flannel.1 to off\n"
                                 "take out of its bridge flannel.1\n"
                                 "set MAC of flannel.1 to a2:a2:a2:a2:a2:a2\n"
                                 "bring up flannel.1\n"
                                 "set neighbour 172.17.11.0 lladdr 02:00:00:00:00:01\n");
    assert_false(f->plan.recreates);
}

static void another_address_or_interface_beneath_is_taken_without_losing_an_entry(void **state)
{
    struct fixture *f = *state;

    set_peers(f, 1);
    world_pass(&f->kernel, &f->desired);
    f->kernel.link.local = world_ip("172.16.0.99");
    f->kernel.link.mtu = 1400;
    assert_string_equal(diff(f), "set local address of flannel.1 to 172.16.0.2\n"
                                 "set MTU of flannel.1 to 1450\n");
    world_pass(&f->kernel, &f->desired);
    f->kernel.link.underlay_ifindex++;
    assert_string_equal(diff(f), "set local address of flannel.1 to 172.16.0.2\n");
    assert_false(f->plan.recreates);
}

static void where_the_kernel_cannot_move_a_device_it_is_made_anew(void **state)
{
    struct fixture *f = *state;

    set_peers(f, 1);
    world_pass(&f->kernel, &f->desired);
    f->desired.cannot_move = true;
    assert_string_equal(diff(f), "");
    f->kernel.link.local = world_ip("172.16.0.99");
    assert_string_equal(diff(f), "delete link flannel.1\n"
                                 "create link flannel.1\n"
                                 "add address 172.17.7.0/32\n"
                                 "bring up flannel.1\n"
                                 "set fdb 02:00:00:00:00:01 dst 172.16.0.11\n"
                                 "set neighbour 172.17.11.0 lladdr 02:00:00:00:00:01\n"
                                 "set route 172.17.11.0/24 via 172.17.11.0\n");
    assert_string_equal(f->plan.recreates_why, "local: 172.16.0.99 vs 172.16.0.2");
}

/* ---- direct routes ---- */

static void direct_routing_takes_on_link_peers_off_the_device_and_back(void **state)
{
    struct fixture *f = *state;

    set_peers(f, 1);
    world_pass(&f->kernel, &f->desired);
    assert_string_equal(diff(f), "");
    assert_false(f->plan.plain[0]);
    f->desired.direct_routing = true;
    assert_string_equal(diff(f), "set route 172.17.11.0/24 via 172.16.0.11\n"
                                 "delete fdb 02:00:00:00:00:01 dst 172.16.0.11\n"
                                 "delete neighbour 172.17.11.0 lladdr 02:00:00:00:00:01\n");
    assert_int_equal(f->plan.ops[0].route.ifindex, 2);
    assert_false(f->plan.ops[0].route.onlink);
    world_pass(&f->kernel, &f->desired);
    assert_string_equal(diff(f), "");
    assert_true(f->plan.plain[0]);
    f->kernel.paths[0].on_link = false;
    assert_string_equal(diff(f), "set fdb 02:00:00:00:00:01 dst 172.16.0.11\n"
                                 "set neighbour 172.17.11.0 lladdr 02:00:00:00:00:01\n"
                                 "set route 172.17.11.0/24 via 172.17.11.0\n");
}

static void host_gw_routes_on_link_peers_and_names_the_others(void **state)
{
    struct fixture *f = *state;
    struct felt_plan_peer peers[] = {world_peer(1), world_peer(2)};

    felt_plan_desired_done(&f->desired);
    world_desired(&f->desired, FELT_BACKEND_HOST_GW);
    peers[0].backend = peers[1].backend = FELT_BACKEND_HOST_GW;
    peers[1].public_ip = world_ip("10.1.1.1");
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, NULL, peers, 2), 0);
    assert_string_equal(diff(f), "set route 172.17.11.0/24 via 172.16.0.11\n");
    assert_int_equal(f->plan.n_troubles, 1);
    assert_int_equal(f->plan.troubles[0].peer, 1);
    assert_int_equal(f->plan.troubles[0].problem, FELT_PLAN_NOT_ON_LINK);
}

static void a_node_of_the_other_backend_is_reached_by_a_plain_route_or_named(void **state)
{
    struct fixture *f = *state;
    struct felt_plan_peer peers[] = {world_peer(1), world_peer(2), world_peer(3)};

    peers[0].backend = FELT_BACKEND_HOST_GW;
    memset(peers[0].mac, 0, sizeof(peers[0].mac));
    peers[1].backend = FELT_BACKEND_HOST_GW;
    peers[1].public_ip = world_ip("10.1.1.1");
    set_peers(f, 0);
    world_pass(&f->kernel, &f->desired);
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, NULL, peers, 3), 0);
    assert_true(felt_plan_desired_minds_paths(&f->desired));
    assert_string_equal(diff(f), "set route 172.17.11.0/24 via 172.16.0.11\n"
                                 "set fdb 02:00:00:00:00:03 dst 172.16.0.13\n"
                                 "set neighbour 172.17.13.0 lladdr 02:00:00:00:00:03\n"
                                 "set route 172.17.13.0/24 via 172.17.13.0\n");
    assert_int_equal(f->plan.n_troubles, 1);
    assert_int_equal(f->plan.troubles[0].peer, 1);
    assert_int_equal(f->plan.troubles[0].problem, FELT_PLAN_OTHER_BACKEND);
}

static void a_host_gw_node_sends_plain_packets_to_a_vxlan_node(void **state)
{
    struct fixture *f = *state;
    struct felt_plan_peer peers[] = {world_peer(1), world_peer(2)};

    felt_plan_desired_done(&f->desired);
    world_desired(&f->desired, FELT_BACKEND_HOST_GW);
    peers[1].public_ip = world_ip("10.1.1.1");
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, NULL, peers, 2), 0);
    assert_string_equal(diff(f), "set route 172.17.11.0/24 via 172.16.0.11\n");
    assert_int_equal(f->plan.n_troubles, 1);
    assert_int_equal(f->plan.troubles[0].problem, FELT_PLAN_OTHER_BACKEND);
}

/* ---- troubles ---- */

static void a_peer_with_a_problem_gets_no_entries_and_loses_those_that_it_had(void **state)
{
    struct fixture *f = *state;
    struct felt_plan_peer peer = world_peer(1);

    set_peers(f, 1);
    world_pass(&f->kernel, &f->desired);
    memset(peer.mac, 0, sizeof(peer.mac));
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, NULL, &peer, 1), 0);
    assert_string_equal(diff(f), "delete route 172.17.11.0/24 via 172.17.11.0\n"
                                 "delete fdb 02:00:00:00:00:01 dst 172.16.0.11\n"
                                 "delete neighbour 172.17.11.0 lladdr 02:00:00:00:00:01\n");
    assert_int_equal(f->plan.n_troubles, 1);
    assert_int_equal(f->plan.troubles[0].problem, FELT_PLAN_NO_MAC);
}

static void a_connected_route_in_a_peers_place_is_told_and_left(void **state)
{
    struct fixture *f = *state;
    struct felt_plan_route connected = {.dst = world_cidr("172.17.11.0/24"),
                                        .ifindex = 5,
                                        .protocol = FELT_PLAN_RTPROT_KERNEL,
                                        .type = 1,
                                        .scope = 253,
                                        .odd = true};

    set_peers(f, 1);
    world_pass(&f->kernel, &f->desired);
    world_drop_route(&f->kernel, 0);
    assert_int_equal(felt_plan_observed_route(&f->kernel, &connected), 0);
    assert_string_equal(diff(f), "");
    assert_int_equal(f->plan.n_troubles, 1);
    assert_int_equal(f->plan.troubles[0].problem, FELT_PLAN_ROUTE_TAKEN);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(before_the_peers_are_known_only_the_device_is_made),
        T(a_new_host_gets_device_address_and_three_entries_a_peer_in_this_order),
        T(the_route_is_flannels_but_for_the_protocol),
        T(after_a_pass_there_is_nothing_to_do),
        T(routes_of_flannels_protocol_are_right_as_they_are),
        T(without_a_lease_the_address_stays_as_it_is),
        T(another_lease_makes_the_new_address_before_it_breaks_the_old),
        T(while_only_some_peers_are_known_theirs_is_put_right_and_nothing_goes),
        T(a_peer_that_goes_takes_route_fdb_and_neighbour_in_this_order),
        T(two_in_one_place_share_an_fdb_entry_as_long_as_one_is_there),
        T(a_changed_mac_is_made_before_the_old_one_is_broken),
        T(a_changed_address_is_one_fdb_entry),
        T(an_incompatible_device_is_replaced_and_filled_in_one_pass),
        T(what_can_change_in_place_does),
        T(another_address_or_interface_beneath_is_taken_without_losing_an_entry),
        T(where_the_kernel_cannot_move_a_device_it_is_made_anew),
        T(direct_routing_takes_on_link_peers_off_the_device_and_back),
        T(host_gw_routes_on_link_peers_and_names_the_others),
        T(a_node_of_the_other_backend_is_reached_by_a_plain_route_or_named),
        T(a_host_gw_node_sends_plain_packets_to_a_vxlan_node),
        T(a_peer_with_a_problem_gets_no_entries_and_loses_those_that_it_had),
        T(a_connected_route_in_a_peers_place_is_told_and_left),
    };
#undef T

    return RUN_TESTS(tests);
}
