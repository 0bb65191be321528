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

/* The one way to a peer with this MAC. */
static const struct felt_plan_peer *by_mac(const struct felt_plan_desired *desired,
                                           const uint8_t *mac)
{
    size_t n;
    const struct felt_plan_mac_entry *entry = felt_plan_desired_by_mac(desired, mac, &n);

    assert_int_equal(n, entry != NULL);
    return entry != NULL ? &desired->peers[entry->peer] : NULL;
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

static void a_move_changes_what_is_beneath_and_nothing_else(void **state)
{
    struct felt_netconf netconf = {.network = world_cidr(WORLD_NETWORK), .vxlan = {.vni = 1}};
    struct felt_plan_setting s = setting(&netconf), small;
    struct felt_plan_desired desired, before;

    (void)state;
    assert_int_equal(felt_plan_desired_init(&desired, &s), 0);
    desired.link.mac[0] = 0x82; /* adopted */
    before = desired;
    s.underlay_ifindex = 9;
    s.underlay_mtu = 9000;
    s.underlay_address = world_ip("172.16.0.77");
    assert_int_equal(felt_plan_desired_move(&desired, &s), 0);
    assert_int_equal(desired.mtu, 8950);
    assert_int_equal(desired.link.mtu, 8950);
    assert_int_equal(desired.underlay_ifindex, 9);
    assert_int_equal(desired.link.underlay_ifindex, 9);
    assert_true(felt_ip_equal(&desired.link.local, &s.underlay_address));
    assert_memory_equal(desired.link.mac, before.link.mac, FELT_PLAN_MAC_LEN);
    small = s;
    small.underlay_mtu = 100;
    assert_int_equal(felt_plan_desired_move(&desired, &small), -ERANGE);
    assert_int_equal(desired.mtu, 8950);
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
    assert_null(by_mac(&desired, mac));
    felt_plan_desired_done(&desired);
}

static void peers_are_sorted_and_found_by_address_and_mac(void **state)
{
    struct felt_plan_peer peers[] = {world_peer(3), world_peer(1), world_peer(2)};
    struct felt_dual lease = world_dual("172.17.7.0/24", "");
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
        assert_ptr_equal(by_mac(&desired, wanted.mac), found);
        assert_int_equal(felt_plan_desired_index(&desired, found), i);
    }
    assert_null(felt_plan_desired_by_ip(&desired, &none));
    felt_plan_desired_done(&desired);
}

static void setting_again_replaces_all(void **state)
{
    struct felt_plan_peer peers[] = {world_peer(1), world_peer(2)};
    struct felt_dual lease = world_dual("172.17.7.0/24", "");
    struct felt_plan_desired desired;

    (void)state;
    world_desired(&desired, FELT_BACKEND_VXLAN);
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, &lease, peers, 2), 0);
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, NULL, peers + 1, 1), 0);
    assert_int_equal(desired.n_peers, 1);
    assert_int_equal(desired.n_by_mac, 1);
    assert_false(desired.has_lease);
    assert_null(by_mac(&desired, peers[0].mac));
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
    assert_null(by_mac(&desired, peers[0].mac));
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
    assert_int_equal(by_mac(&desired, peers[0].mac)->id.b[0], 1);
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
    assert_int_equal(desired.n_by_mac, 2); /* one place, and a way to each of their subnets */
    felt_plan_desired_done(&desired);
}

static void a_peer_with_our_mac_or_our_subnet_has_a_problem(void **state)
{
    struct felt_plan_peer peers[] = {world_peer(1), world_peer(2)};
    struct felt_dual lease = world_dual("172.17.7.0/24", "");
    struct felt_plan_desired desired;

    (void)state;
    world_desired(&desired, FELT_BACKEND_VXLAN);
    memcpy(peers[0].mac, desired.link.mac, FELT_PLAN_MAC_LEN);
    peers[1].subnet = lease.v4;
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

/* ---- both families ---- */

static void a_device_over_ipv6_has_its_own_name_mac_and_mtu(void **state)
{
    struct felt_plan_desired v4, v6;

    (void)state;
    world_desired_dual(&v4, FELT_BACKEND_VXLAN, FELT_FAMILY_V4, true);
    world_desired_dual(&v6, FELT_BACKEND_VXLAN, FELT_FAMILY_V6, true);
    assert_string_equal(v4.link.name, "flannel.1");
    assert_string_equal(v6.link.name, "flannel-v6.1");
    assert_int_equal(v4.mtu, 1450);
    assert_int_equal(v6.mtu, 1430);
    assert_memory_not_equal(v4.link.mac, v6.link.mac, FELT_PLAN_MAC_LEN);
    assert_int_equal(v6.link.local.family, FELT_FAMILY_V6);
    felt_plan_desired_done(&v4);
    felt_plan_desired_done(&v6);
}

static void ipv6_inside_needs_1280_bytes(void **state)
{
    struct felt_netconf netconf = {.v6.network = world_cidr(WORLD_NETWORK6), .vxlan = {.vni = 1}};
    struct felt_plan_setting s = setting(&netconf);
    struct felt_plan_desired desired;

    (void)state;
    s.underlay_mtu = 1330;
    assert_int_equal(felt_plan_desired_init(&desired, &s), 0);
    assert_int_equal(desired.mtu, 1280);
    felt_plan_desired_done(&desired);
    s.underlay_mtu = 1329;
    assert_int_equal(felt_plan_desired_init(&desired, &s), -ERANGE);
    netconf.backend = FELT_BACKEND_HOST_GW;
    s.underlay_mtu = 1279;
    assert_int_equal(felt_plan_desired_init(&desired, &s), -ERANGE);
    netconf = (struct felt_netconf){.network = world_cidr(WORLD_NETWORK), .vxlan = {.vni = 1}};
    assert_int_equal(felt_plan_desired_init(&desired, &s), 0);
    felt_plan_desired_done(&desired);
}

static void the_two_ways_to_one_peer_share_a_mac_and_to_two_peers_do_not(void **state)
{
    struct felt_plan_peer peers[] = {world_peer6(1, FELT_FAMILY_V4), world_peer(1), world_peer(2),
                                     world_peer6(2, FELT_FAMILY_V4)};
    struct felt_plan_desired desired;
    size_t n;

    (void)state;
    world_desired_dual(&desired, FELT_BACKEND_VXLAN, FELT_FAMILY_V4, false);
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, NULL, peers, 4), 0);
    assert_non_null(felt_plan_desired_by_mac(&desired, peers[0].mac, &n));
    assert_int_equal(n, 2);
    for (size_t i = 0; i < 4; i++)
        assert_non_null(felt_plan_desired_by_ip(&desired, &peers[i].subnet.ip));
    memcpy(peers[2].mac, peers[0].mac, FELT_PLAN_MAC_LEN); /* a clone */
    memcpy(peers[3].mac, peers[0].mac, FELT_PLAN_MAC_LEN);
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, NULL, peers, 4), 0);
    assert_non_null(felt_plan_desired_by_mac(&desired, peers[0].mac, &n));
    assert_int_equal(n, 2);
    assert_non_null(felt_plan_desired_by_ip(&desired, &peers[0].subnet.ip));
    assert_null(felt_plan_desired_by_ip(&desired, &peers[2].subnet.ip));
    assert_null(felt_plan_desired_by_ip(&desired, &peers[3].subnet.ip));
    felt_plan_desired_done(&desired);
}

static void a_peer_without_an_address_and_one_in_our_ipv6_subnet_are_problems(void **state)
{
    struct felt_plan_peer peers[] = {world_peer6(1, FELT_FAMILY_V6),
                                     world_peer6(2, FELT_FAMILY_V6)};
    struct felt_dual lease = world_dual("172.17.7.0/24", "fc00:0:0:b::/64");
    struct felt_plan_desired desired;

    (void)state;
    peers[1].public_ip = (struct felt_ip){0};
    world_desired_dual(&desired, FELT_BACKEND_VXLAN, FELT_FAMILY_V6, false);
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, &lease, peers, 2), 0);
    assert_int_equal(problem_of(&desired, 1), FELT_PLAN_OWN_SUBNET);
    assert_int_equal(problem_of(&desired, 2), FELT_PLAN_NO_ADDRESS);
    felt_plan_desired_done(&desired);
}

static void what_is_elsewhere_is_found_by_address_and_length(void **state)
{
    struct felt_cidr subnets[] = {world_cidr("fc00:0:0:b::/64"), world_cidr("172.17.11.0/24")};
    struct felt_cidr other = world_cidr("172.17.11.0/25");
    struct felt_plan_desired desired;

    (void)state;
    world_desired_dual(&desired, FELT_BACKEND_VXLAN, FELT_FAMILY_V6, true);
    assert_false(felt_plan_desired_is_elsewhere(&desired, &subnets[0]));
    assert_int_equal(felt_plan_desired_set_elsewhere(&desired, subnets, 2), 0);
    assert_true(felt_plan_desired_is_elsewhere(&desired, &subnets[0]));
    assert_true(felt_plan_desired_is_elsewhere(&desired, &subnets[1]));
    assert_false(felt_plan_desired_is_elsewhere(&desired, &other));
    assert_int_equal(felt_plan_desired_set_elsewhere(&desired, NULL, 0), 0);
    assert_false(felt_plan_desired_is_elsewhere(&desired, &subnets[0]));
    felt_plan_desired_done(&desired);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_device_follows_the_configuration),
        cmocka_unit_test(a_move_changes_what_is_beneath_and_nothing_else),
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
        cmocka_unit_test(a_device_over_ipv6_has_its_own_name_mac_and_mtu),
        cmocka_unit_test(ipv6_inside_needs_1280_bytes),
        cmocka_unit_test(the_two_ways_to_one_peer_share_a_mac_and_to_two_peers_do_not),
        cmocka_unit_test(a_peer_without_an_address_and_one_in_our_ipv6_subnet_are_problems),
        cmocka_unit_test(what_is_elsewhere_is_found_by_address_and_length),
    };

    return RUN_TESTS(tests);
}
