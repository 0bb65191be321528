/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "plan/desired.h"
#include "tests/unit/plan/world.h"

static struct felt_plan_setting setting(const struct felt_netconf *netconf)
{
    return (struct felt_plan_setting){.netconf = netconf,
                                      .underlay_ifindex = 2,
                                      .underlay_mtu = 1500,
                                      .underlay_address = world_ip("172.16.0.2"),
                                      .node = {{0xfd, 2, 3, 4, 5, 6}}};
}

static void the_device_follows_the_configuration(void **state)
{
    struct felt_netconf netconf = {
        .network = world_cidr(WORLD_NETWORK),
        .vxlan = {.vni = 42, .port = 4789, .gbp = true, .learning = true, .mtu = 1400}};
    struct felt_plan_setting s = setting(&netconf);
    struct felt_plan_desired desired;

    (void)state;
    assert_int_equal(felt_plan_desired_init(&desired, &s), 0);
    assert_string_equal(desired.link.name, "flannel.42");
    assert_int_equal(desired.link.vni, 42);
    assert_int_equal(desired.link.port, 4789);
    assert_int_equal(desired.link.mtu, 1350);
    assert_int_equal(desired.mtu, 1350);
    assert_int_equal(desired.link.underlay_ifindex, 2);
    assert_true(desired.link.gbp);
    assert_true(desired.link.learning);
    assert_int_equal(desired.link.mac[0], 0xfe);
    assert_int_equal(desired.default_port, FELT_PLAN_VXLAN_PORT);
    assert_int_equal(desired.knowledge, FELT_PLAN_NO_PEERS);
    felt_plan_desired_done(&desired);
}

static void host_gw_wants_no_device_and_the_underlays_mtu(void **state)
{
    struct felt_netconf netconf = {.network = world_cidr(WORLD_NETWORK),
                                   .backend = FELT_BACKEND_HOST_GW};
    struct felt_plan_setting s = setting(&netconf);
    struct felt_plan_desired desired;

    (void)state;
    assert_int_equal(felt_plan_desired_init(&desired, &s), 0);
    assert_int_equal(desired.mtu, 1500);
    assert_string_equal(desired.link.name, "");
    felt_plan_desired_done(&desired);
}

static void a_name_that_no_interface_can_have_and_an_mtu_too_small_are_refused(void **state)
{
    struct felt_netconf netconf = {.network = world_cidr(WORLD_NETWORK), .vxlan = {.vni = 9999999}};
    struct felt_plan_setting s = setting(&netconf);
    struct felt_plan_desired desired;

    (void)state;
    assert_int_equal(felt_plan_desired_init(&desired, &s), 0);
    assert_string_equal(desired.link.name, "flannel.9999999");
    netconf.vxlan.vni++;
    assert_int_equal(felt_plan_desired_init(&desired, &s), -ENAMETOOLONG);
    netconf.vxlan.vni = 1;
    s.underlay_mtu = 100;
    assert_int_equal(felt_plan_desired_init(&desired, &s), -ERANGE);
}

static void no_peers_are_known_peers_too(void **state)
{
    struct felt_plan_desired desired;
    struct felt_ip ip = world_ip("172.17.11.0");
    static const uint8_t mac[FELT_PLAN_MAC_LEN] = {2, 0, 0, 0, 0, 1};

    (void)state;
    world_desired(&desired, FELT_BACKEND_VXLAN);
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, NULL, NULL, 0), 0);
    assert_int_equal(desired.knowledge, FELT_PLAN_ALL_PEERS);
    assert_false(desired.has_lease);
    assert_null(felt_plan_desired_by_ip(&desired, &ip));
    assert_null(felt_plan_desired_by_mac(&desired, mac));
    felt_plan_desired_done(&desired);
}

static void peers_are_sorted_and_found_by_address_and_mac(void **state)
{
    struct felt_plan_peer peers[] = {world_peer(3), world_peer(1), world_peer(2)};
    struct felt_cidr lease = world_cidr("172.17.7.0/24");
    struct felt_plan_desired desired;
    struct felt_ip none = world_ip("172.17.11.1");

    (void)state;
    world_desired(&desired, FELT_BACKEND_VXLAN);
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, &lease, peers, 3), 0);
    for (unsigned i = 0; i < 3; i++) {
        struct felt_plan_peer wanted = world_peer(i + 1);
        const struct felt_plan_peer *found = &desired.peers[i];

        assert_int_equal(desired.problems[i], FELT_PLAN_FINE);
        assert_true(felt_id_equal(&found->id, &wanted.id));
        assert_ptr_equal(felt_plan_desired_by_ip(&desired, &wanted.subnet.ip), found);
        assert_ptr_equal(felt_plan_desired_by_mac(&desired, wanted.mac), found);
        assert_int_equal(felt_plan_desired_index(&desired, found), i);
    }
    assert_null(felt_plan_desired_by_ip(&desired, &none));
    felt_plan_desired_done(&desired);
}

static void setting_again_replaces_all(void **state)
{
    struct felt_plan_peer peers[] = {world_peer(1), world_peer(2)};
    struct felt_cidr lease = world_cidr("172.17.7.0/24");
    struct felt_plan_desired desired;

    (void)state;
    world_desired(&desired, FELT_BACKEND_VXLAN);
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, &lease, peers, 2), 0);
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, NULL, peers + 1, 1), 0);
    assert_int_equal(desired.n_peers, 1);
    assert_int_equal(desired.n_by_mac, 1);
    assert_false(desired.has_lease);
    assert_null(felt_plan_desired_by_mac(&desired, peers[0].mac));
    felt_plan_desired_done(&desired);
}

static void host_bits_of_a_peers_subnet_are_masked(void **state)
{
    struct felt_plan_peer peer = world_peer(1);
    struct felt_ip ip = peer.subnet.ip;
    struct felt_plan_desired desired;

    (void)state;
    peer.subnet.ip.bytes[3] = 9;
    world_desired(&desired, FELT_BACKEND_VXLAN);
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, NULL, &peer, 1), 0);
    assert_non_null(felt_plan_desired_by_ip(&desired, &ip));
    felt_plan_desired_done(&desired);
}

static enum felt_plan_problem problem_of(const struct felt_plan_desired *desired, uint8_t id)
{
    for (size_t i = 0; i < desired->n_peers; i++)
        if (desired->peers[i].id.b[0] == id)
            return desired->problems[i];
    fail_msg("no peer %u", id);
    return FELT_PLAN_FINE;
}

static void of_two_with_one_subnet_the_lower_id_has_it(void **state)
{
    struct felt_plan_peer peers[] = {world_peer(2), world_peer(1)};
    struct felt_plan_desired desired;

    (void)state;
    peers[0].subnet = peers[1].subnet;
    world_desired(&desired, FELT_BACKEND_VXLAN);
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, NULL, peers, 2), 0);
    assert_int_equal(problem_of(&desired, 1), FELT_PLAN_FINE);
    assert_int_equal(problem_of(&desired, 2), FELT_PLAN_SUBNET_TWICE);
    assert_null(felt_plan_desired_by_mac(&desired, peers[0].mac));
    assert_int_equal(felt_plan_desired_by_ip(&desired, &peers[0].subnet.ip)->id.b[0], 1);
    felt_plan_desired_done(&desired);
}

static void of_two_with_one_mac_one_has_it(void **state)
{
    struct felt_plan_peer peers[] = {world_peer(1), world_peer(2), world_peer(3)};
    struct felt_plan_desired desired;

    (void)state;
    memcpy(peers[1].mac, peers[0].mac, FELT_PLAN_MAC_LEN);
    world_desired(&desired, FELT_BACKEND_VXLAN);
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, NULL, peers, 3), 0);
    assert_int_equal(problem_of(&desired, 1), FELT_PLAN_FINE);
    assert_int_equal(problem_of(&desired, 2), FELT_PLAN_MAC_TWICE);
    assert_int_equal(problem_of(&desired, 3), FELT_PLAN_FINE);
    assert_int_equal(felt_plan_desired_by_mac(&desired, peers[0].mac)->id.b[0], 1);
    assert_null(felt_plan_desired_by_ip(&desired, &peers[1].subnet.ip));
    felt_plan_desired_done(&desired);
}

static void two_with_one_mac_in_one_place_are_one_machine_that_lost_its_disk(void **state)
{
    struct felt_plan_peer peers[] = {world_peer(1), world_peer(2), world_peer(3)};
    struct felt_plan_desired desired;

    (void)state;
    memcpy(peers[1].mac, peers[0].mac, FELT_PLAN_MAC_LEN);
    memcpy(peers[2].mac, peers[0].mac, FELT_PLAN_MAC_LEN);
    peers[1].public_ip = peers[0].public_ip;
    world_desired(&desired, FELT_BACKEND_VXLAN);
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, NULL, peers, 3), 0);
    assert_int_equal(problem_of(&desired, 1), FELT_PLAN_FINE);
    assert_int_equal(problem_of(&desired, 2), FELT_PLAN_FINE);
    assert_int_equal(problem_of(&desired, 3), FELT_PLAN_MAC_TWICE); /* it is elsewhere */
    assert_int_equal(desired.n_by_mac, 1);
    felt_plan_desired_done(&desired);
}

static void a_peer_with_our_mac_or_our_subnet_has_a_problem(void **state)
{
    struct felt_plan_peer peers[] = {world_peer(1), world_peer(2)};
    struct felt_cidr lease = world_cidr("172.17.7.0/24");
    struct felt_plan_desired desired;

    (void)state;
    world_desired(&desired, FELT_BACKEND_VXLAN);
    memcpy(peers[0].mac, desired.link.mac, FELT_PLAN_MAC_LEN);
    peers[1].subnet = lease;
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, &lease, peers, 2), 0);
    assert_int_equal(problem_of(&desired, 1), FELT_PLAN_MAC_TWICE);
    assert_int_equal(problem_of(&desired, 2), FELT_PLAN_OWN_SUBNET);
    felt_plan_desired_done(&desired);
}

static void host_gw_does_not_look_at_macs(void **state)
{
    struct felt_plan_peer peers[] = {world_peer(1), world_peer(2)};
    struct felt_plan_desired desired;

    (void)state;
    memset(peers[0].mac, 0, FELT_PLAN_MAC_LEN);
    memset(peers[1].mac, 0, FELT_PLAN_MAC_LEN);
    world_desired(&desired, FELT_BACKEND_HOST_GW);
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, NULL, peers, 2), 0);
    assert_int_equal(problem_of(&desired, 1), FELT_PLAN_FINE);
    assert_int_equal(problem_of(&desired, 2), FELT_PLAN_FINE);
    felt_plan_desired_done(&desired);
}

static void every_problem_has_words_of_its_own(void **state)
{
    (void)state;
    for (int a = FELT_PLAN_FINE; a <= FELT_PLAN_ROUTE_TAKEN; a++)
        for (int b = FELT_PLAN_FINE; b < a; b++)
            assert_string_not_equal(felt_plan_problem_text((enum felt_plan_problem)a),
                                    felt_plan_problem_text((enum felt_plan_problem)b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_device_follows_the_configuration),
        cmocka_unit_test(host_gw_wants_no_device_and_the_underlays_mtu),
        cmocka_unit_test(a_name_that_no_interface_can_have_and_an_mtu_too_small_are_refused),
        cmocka_unit_test(no_peers_are_known_peers_too),
        cmocka_unit_test(peers_are_sorted_and_found_by_address_and_mac),
        cmocka_unit_test(setting_again_replaces_all),
        cmocka_unit_test(host_bits_of_a_peers_subnet_are_masked),
        cmocka_unit_test(of_two_with_one_subnet_the_lower_id_has_it),
        cmocka_unit_test(of_two_with_one_mac_one_has_it),
        cmocka_unit_test(two_with_one_mac_in_one_place_are_one_machine_that_lost_its_disk),
        cmocka_unit_test(a_peer_with_our_mac_or_our_subnet_has_a_problem),
        cmocka_unit_test(host_gw_does_not_look_at_macs),
        cmocka_unit_test(every_problem_has_words_of_its_own),
    };

    return RUN_TESTS(tests);
}
