/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/ctl/doctor_fixture.h"

static void forwarding_that_is_off_is_a_problem(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    assert_string_equal(found_by(felt_check_ip_forward, &f), "fine");
    f = healthy();
    f.ip_forward = 0;
    EXPECT(found_by(felt_check_ip_forward, &f), "problem net.ipv4.ip_forward is off",
           "| sysctl -w net.ipv4.ip_forward=1");
    f = healthy();
    f.ip_forward = FELT_DOCTOR_NOT_KNOWN;
    EXPECT(found_by(felt_check_ip_forward, &f), "unknown ");
}

static void ipv6_forwarding_matters_where_the_network_has_it(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    set(json_object_get(f.status, "network"), "ipv6", "{\"network\":\"fc00::/48\"}");
    EXPECT(found_by(felt_check_ip_forward, &f), "problem net.ipv6.conf.all.forwarding is off");
    f = healthy();
    set(json_object_get(f.status, "network"), "network", "\"fc00::/48\"");
    EXPECT(found_by(felt_check_ip_forward, &f), "problem net.ipv6");
    f = healthy();
    set(json_object_get(f.status, "network"), "ipv6", "{\"network\":\"fc00::/48\"}");
    f.ip6_forwarding = 1;
    assert_string_equal(found_by(felt_check_ip_forward, &f), "fine");
}

static void a_strict_path_filter_is_told_where_some_path_fails(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    f.links[0].rp_filter = 1;
    assert_string_equal(found_by(felt_check_rp_filter, &f), "fine");
    for (int all = 0; all <= 2; all++) {
        f = healthy();
        f.rp_filter_all = all;
        f.links[0].rp_filter = 1;
        set(json_array_get(json_object_get(f.members, "members"), 1), "path",
            "{\"state\":\"fails\"}");
        if (all == 2) /* the greater counts, and that is loose */
            assert_string_equal(found_by(felt_check_rp_filter, &f), "fine");
        else
            EXPECT(found_by(felt_check_rp_filter, &f), "warning the reverse path filter of eth0",
                   "net.ipv4.conf.eth0.rp_filter=2");
    }
}

static void a_strict_path_filter_is_told_where_the_way_back_is_another_though_paths_pass(
    void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    f.rp_filter_all = 1;
    f.detours = (struct felt_doctor_detours){2, "h2", "192.0.2.2", "eth1"};
    EXPECT(found_by(felt_check_rp_filter, &f),
           "warning the reverse path filter of eth0 is strict, but the way to 2 of the members, "
           "such as h2 (192.0.2.2), is by eth1: ",
           "| sysctl -w net.ipv4.conf.eth0.rp_filter=2");
    f = healthy(); /* what comes out of the overlay's device has another source */
    f.detours = (struct felt_doctor_detours){1, "h2", "192.0.2.2", "eth1"};
    f.links[1].rp_filter = 1;
    assert_string_equal(found_by(felt_check_rp_filter, &f), "fine");
}

static void an_overlay_that_does_not_fit_the_underlay_is_a_problem(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    assert_string_equal(found_by(felt_check_mtu, &f), "fine");
    f = healthy();
    f.links[0].mtu = 1499;
    EXPECT(
        found_by(felt_check_mtu, &f),
        "problem packets of flannel.1 (MTU 1450) have up to 1500 bytes on eth0, whose MTU is 1499",
        "ip link set eth0 mtu 1500");
    f = healthy();
    set(f.status, "kernel", "{\"device\":\"flannel-v6.1\",\"interface\":\"eth0\",\"mtu\":1450}");
    add_link(&f, "flannel-v6.1", 1450, NULL);
    EXPECT(found_by(felt_check_mtu, &f), "have up to 1520 bytes");
    f = healthy();
    set(json_object_get(f.status, "kernel"), "mtu", "null");
    EXPECT(found_by(felt_check_mtu, &f), "unknown ");
}

static void a_bridge_of_containers_with_a_larger_mtu_is_told(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    f.links[2].mtu = 1500;
    EXPECT(found_by(felt_check_mtu, &f), "warning docker0 has MTU 1500, the overlay 1450",
           "mk-docker-opts.sh");
    f = healthy();
    add_link(&f, "cni0", 1500, NULL)->is_bridge = true;
    EXPECT(found_by(felt_check_mtu, &f), "warning cni0", "ip link del cni0");
    f = healthy();
    add_link(&f, "virbr0", 1500, NULL)->is_bridge = true;
    assert_string_equal(found_by(felt_check_mtu, &f), "fine");
}

static void who_manages_our_device_is_named(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    f.links[0].manager = FELT_MANAGER_NETWORKD; /* the underlay is theirs */
    assert_string_equal(found_by(felt_check_managers, &f), "fine");
    f = healthy();
    f.links[1].manager = FELT_MANAGER_NETWORKD;
    EXPECT(found_by(felt_check_managers, &f), "problem systemd-networkd manages flannel.1",
           "Unmanaged=yes");
    f = healthy();
    f.links[1].manager = FELT_MANAGER_NETWORK_MANAGER;
    EXPECT(found_by(felt_check_managers, &f), "problem NetworkManager manages flannel.1",
           "unmanaged-devices");
}

static void many_wrong_checksums_are_a_symptom_and_a_few_are_not(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    f.checksum_errors = 99;
    assert_string_equal(found_by(felt_check_checksums, &f), "fine");
    f = healthy();
    f.checksum_errors = 100;
    EXPECT(found_by(felt_check_checksums, &f), "warning 100 packets with wrong checksums",
           "ethtool -K flannel.1", "Backend.TxChecksum off");
    f = healthy();
    f.checksum_errors = FELT_DOCTOR_NOT_KNOWN;
    EXPECT(found_by(felt_check_checksums, &f), "unknown ");
}

static void a_clock_that_nobody_keeps_is_a_warning_and_one_of_long_ago_a_problem(
    void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    assert_string_equal(found_by(felt_check_clock, &f), "fine");
    f = healthy();
    f.clock_synchronised = false;
    EXPECT(found_by(felt_check_clock, &f), "warning ", "timedatectl set-ntp true");
    f = healthy();
    f.clock_known = false;
    EXPECT(found_by(felt_check_clock, &f), "unknown ");
    f = healthy();
    f.year = 1970;
    EXPECT(found_by(felt_check_clock, &f), "problem it is the year 1970");
}

static void the_neighbour_table_has_two_entries_a_member(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    set(json_object_get(f.status, "members"), "total", "512");
    assert_string_equal(found_by(felt_check_neighbours, &f), "fine");
    f = healthy();
    set(json_object_get(f.status, "members"), "total", "513");
    EXPECT(found_by(felt_check_neighbours, &f), "problem the neighbour table has room for 1024",
           "gc_thresh3=2052");
    f = healthy();
    f.neigh_max = FELT_DOCTOR_NOT_KNOWN;
    EXPECT(found_by(felt_check_neighbours, &f), "unknown ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forwarding_that_is_off_is_a_problem),
        cmocka_unit_test(ipv6_forwarding_matters_where_the_network_has_it),
        cmocka_unit_test(a_strict_path_filter_is_told_where_some_path_fails),
        cmocka_unit_test(
            a_strict_path_filter_is_told_where_the_way_back_is_another_though_paths_pass),
        cmocka_unit_test(an_overlay_that_does_not_fit_the_underlay_is_a_problem),
        cmocka_unit_test(a_bridge_of_containers_with_a_larger_mtu_is_told),
        cmocka_unit_test(who_manages_our_device_is_named),
        cmocka_unit_test(many_wrong_checksums_are_a_symptom_and_a_few_are_not),
        cmocka_unit_test(a_clock_that_nobody_keeps_is_a_warning_and_one_of_long_ago_a_problem),
        cmocka_unit_test(the_neighbour_table_has_two_entries_a_member),
    };

    return RUN_TESTS(tests);
}
