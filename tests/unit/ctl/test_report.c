/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/report.h"

static void expect_report(int (*report)(const json_t *, FILE *), const char *reply,
                          const char *want)
{
    json_t *root = json_loads(reply, 0, NULL);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(root);
    assert_int_equal(report(root, out), 0);
    fclose(out);
    assert_string_equal(text, want);
    free(text);
    json_decref(root);
}

static void the_status_of_a_node_at_work_is_a_screen(void **state)
{
    (void)state;
    expect_report(
        felt_report_status,
        "{\"node\":{\"id\":\"0123456789abcdef0123456789abcdef\",\"name\":\"h1\",\"advertise\":"
        "\"192.0.2.1:8470\",\"public_ip\":\"192.0.2.1\"},\"cluster\":{\"id\":\"abcd000000000000\","
        "\"lease_time_s\":86400},"
        "\"network\":{\"network\":\"172.17.0.0/16\",\"subnet_len\":24,\"subnet_min\":\"172.17.1.0\","
        "\"subnet_max\":\"172.17.255.0\",\"backend\":\"vxlan\"},\"lease\":{\"subnet\":"
        "\"172.17.8.0/24\"},\"waiting\":null,\"members\":{\"total\":3,\"alive\":2,\"suspect\":0,"
        "\"dead\":1},\"slots\":{\"total\":255,\"own\":1},\"ready\":true,\"kernel\":{\"device\":"
        "\"flannel.1\",\"mtu\":1450,\"interface\":\"eth0\",\"peers\":1},\"subnet_file\":"
        "\"/run/flannel/subnet.env\",\"problems\":[\"1 member is dead: h2\",\"another\"]}",
        "node      h1 (01234567), gossip at 192.0.2.1:8470, overlay traffic to 192.0.2.1\n"
        "cluster   abcd000000000000, members: 3 (2 alive, 0 suspect, 1 dead)\n"
        "reclaim   of what is silent for the lease time, 24h\n"
        "network   172.17.0.0/16, vxlan, 255 subnets of /24 from 172.17.1.0 to 172.17.255.0\n"
        "lease     172.17.8.0/24, in /run/flannel/subnet.env\n"
        "kernel    flannel.1 over eth0, mtu 1450, 1 peer programmed\n"
        "ready     yes\n"
        "problems  1 member is dead: h2\n"
        "          another\n");
}

static void of_two_families_both_are_shown_with_a_comma_between_them(void **state)
{
    (void)state;
    expect_report(
        felt_report_status,
        "{\"node\":{\"id\":\"01\",\"name\":\"h1\",\"advertise\":\"[2001:db8::1]:8470\",\"public_ip\":"
        "\"192.0.2.1\",\"public_ip6\":\"2001:db8::1\"},\"cluster\":null,\"network\":{\"network\":"
        "\"10.3.0.0/16\",\"subnet_len\":24,\"subnet_min\":\"10.3.1.0\",\"subnet_max\":"
        "\"10.3.255.0\",\"ipv6\":{\"network\":\"fc00::/48\",\"subnet_len\":64,\"subnet_min\":"
        "\"fc00:0:0:1::\",\"subnet_max\":\"fc00:0:0:ffff::\"},\"backend\":\"vxlan\"},\"slots\":"
        "{\"total\":255},\"lease\":{\"subnet\":\"10.3.5.0/24\",\"subnet6\":\"fc00:0:0:5::/64\"},"
        "\"subnet_file\":\"/e\",\"kernel\":{\"device\":\"flannel.1\",\"device6\":\"flannel-v6.1\","
        "\"mtu\":1430,\"interface\":\"eth0\",\"peers\":2},\"ready\":true,\"problems\":[]}",
        "node      h1 (01), gossip at [2001:db8::1]:8470, overlay traffic to 192.0.2.1,2001:db8::1\n"
        "cluster   none yet\n"
        "network   10.3.0.0/16, vxlan, 255 subnets of /24 from 10.3.1.0 to 10.3.255.0\n"
        "          fc00::/48, each with a /64 from fc00:0:0:1:: to fc00:0:0:ffff::\n"
        "lease     10.3.5.0/24,fc00:0:0:5::/64, in /e\n"
        "kernel    flannel.1,flannel-v6.1 over eth0, mtu 1430, 2 peers programmed\n"
        "ready     yes\n"
        "problems  none\n");
    expect_report(
        felt_report_leases,
        "{\"leases\":[{\"subnet\":\"10.3.5.0/24\",\"subnet6\":\"fc00:0:0:5::/64\",\"node\":"
        "\"01\",\"name\":\"h1\",\"state\":\"alive\",\"public_ip\":\"192.0.2.1\","
        "\"public_ip6\":\"2001:db8::1\",\"backend\":\"vxlan\"}]}",
        "SUBNET                       NODE  ID  STATE  PUBLIC IP              BACKEND\n"
        "10.3.5.0/24,fc00:0:0:5::/64  h1    01  alive  192.0.2.1,2001:db8::1  vxlan\n");
}

static void members_that_left_are_mentioned_where_there_are_any(void **state)
{
    (void)state;
    expect_report(
        felt_report_status,
        "{\"node\":{\"id\":\"01\",\"name\":\"h1\",\"advertise\":\"192.0.2.1:8470\",\"public_ip\":"
        "null},\"cluster\":{\"id\":\"ab\",\"lease_time_s\":0},\"members\":{\"total\":2,\"alive\":2,\"suspect\":0,"
        "\"dead\":0,\"left\":1},\"network\":null,\"ready\":false,\"problems\":[]}",
        "node      h1 (01), gossip at 192.0.2.1:8470, overlay traffic to -\n"
        "cluster   ab, members: 2 (2 alive, 0 suspect, 0 dead), and 1 that left\n"
        "reclaim   never by itself (lease time 0)\n"
        "network   not known yet\n"
        "lease     none yet\n"
        "kernel    no device yet\n"
        "ready     no\n"
        "problems  none\n");
}

static void the_status_of_a_node_that_waits_says_for_what(void **state)
{
    (void)state;
    expect_report(
        felt_report_status,
        "{\"node\":{\"id\":\"01\",\"name\":\"h1\",\"advertise\":\"192.0.2.1:8470\","
        "\"public_ip\":null},\"cluster\":null,\"network\":null,\"lease\":null,\"waiting\":"
        "\"no seed has answered\",\"ready\":false,\"kernel\":{\"device\":null},"
        "\"problems\":[]}",
        "node      h1 (01), gossip at 192.0.2.1:8470, overlay traffic to -\n"
        "cluster   none yet\n"
        "network   not known yet\n"
        "lease     none yet: no seed has answered\n"
        "kernel    no device yet\n"
        "ready     no\n"
        "problems  none\n");
}

static void a_backend_without_a_device_of_its_own_shows_its_routes(void **state)
{
    (void)state;
    expect_report(felt_report_status,
                  "{\"node\":{\"id\":\"01\",\"name\":\"h1\",\"advertise\":\"192.0.2.1:8470\","
                  "\"public_ip\":null},\"cluster\":null,\"network\":null,\"lease\":null,"
                  "\"waiting\":\"w\",\"ready\":false,\"kernel\":{\"device\":null,\"mtu\":1500,"
                  "\"interface\":\"eth0\",\"peers\":2},\"problems\":[]}",
                  "node      h1 (01), gossip at 192.0.2.1:8470, overlay traffic to -\n"
                  "cluster   none yet\n"
                  "network   not known yet\n"
                  "lease     none yet: w\n"
                  "kernel    routes over eth0, mtu 1500, 2 peers programmed\n"
                  "ready     no\n"
                  "problems  none\n");
}

static void a_lease_at_risk_is_shown_as_such(void **state)
{
    (void)state;
    expect_report(felt_report_status,
                  "{\"node\":{\"id\":\"01\",\"name\":\"h1\",\"advertise\":\"192.0.2.1:8470\","
                  "\"public_ip\":null},\"cluster\":null,\"network\":null,\"lease\":{\"subnet\":"
                  "\"172.17.8.0/24\",\"at_risk\":true},\"subnet_file\":\"/run/f\","
                  "\"ready\":true,\"kernel\":{\"device\":null},\"problems\":[\"why\"]}",
                  "node      h1 (01), gossip at 192.0.2.1:8470, overlay traffic to -\n"
                  "cluster   none yet\n"
                  "network   not known yet\n"
                  "lease     172.17.8.0/24 (AT RISK, see below), in /run/f\n"
                  "kernel    no device yet\n"
                  "ready     yes\n"
                  "problems  why\n");
}

static void members_are_a_table(void **state)
{
    (void)state;
    expect_report(
        felt_report_members,
        "{\"members\":["
        "{\"id\":\"0123456789abcdef0123456789abcdef\",\"name\":\"h1\",\"self\":true,\"state\":\"alive\","
        "\"advertise\":\"192.0.2.1:8470\",\"public_ip\":\"192.0.2.1\",\"backend\":\"vxlan\","
        "\"lease\":\"172.17.8.0/24\",\"rtt_us\":null,\"path\":null,\"silent_us\":0,"
        "\"slots\":4},"
        "{\"id\":\"ff\",\"name\":\"h2\",\"self\":false,\"state\":\"dead\",\"advertise\":"
        "\"192.0.2.2:8470\",\"public_ip\":\"192.0.2.2\",\"backend\":null,\"lease\":null,"
        "\"rtt_us\":450,\"silent_us\":65000000,\"slots\":3,\"reclaimable_us\":79200000000},"
        "{\"name\":\"h3\",\"silent_us\":null}]}",
        "NAME            ID        STATE  SUBNET         GOSSIP          PUBLIC IP  BACKEND  RTT    "
        "PATH  LAST HEARD  RECLAIM\n"
        "h1 (this node)  01234567  alive  172.17.8.0/24  192.0.2.1:8470  192.0.2.1  vxlan    -      "
        "-     -           -\n"
        "h2              ff        dead   -              192.0.2.2:8470  192.0.2.2  -        450us  "
        "-     65s ago     in 22h\n"
        "h3              -         -      -              -               -          -        -      "
        "-     never       -\n");
}

static void what_the_dead_own_is_reclaimed_now_or_never(void **state)
{
    (void)state;
    expect_report(
        felt_report_members,
        "{\"members\":["
        "{\"name\":\"a\",\"state\":\"dead\",\"slots\":1,\"reclaimable_us\":0},"
        "{\"name\":\"b\",\"state\":\"dead\",\"slots\":1,\"reclaimable_us\":null},"
        "{\"name\":\"c\",\"state\":\"dead\",\"slots\":0,\"reclaimable_us\":null}]}",
        "NAME  ID  STATE  SUBNET  GOSSIP  PUBLIC IP  BACKEND  RTT  PATH  LAST HEARD  "
        "RECLAIM\n"
        "a     -   dead   -       -       -          -        -    -     never       now\n"
        "b     -   dead   -       -       -          -        -    -     never       "
        "never\n"
        "c     -   dead   -       -       -          -        -    -     never       -\n");
}

static void a_path_is_well_or_fails_for_so_long(void **state)
{
    (void)state;
    expect_report(
        felt_report_members,
        "{\"members\":["
        "{\"name\":\"a\",\"path\":{\"state\":\"passes\",\"rtt_us\":450,\"failing_us\":null}},"
        "{\"name\":\"b\",\"path\":{\"state\":\"passes\",\"rtt_us\":null,\"failing_us\":null}},"
        "{\"name\":\"c\",\"path\":{\"state\":\"fails\",\"rtt_us\":450,"
        "\"failing_us\":180000000}},"
        "{\"name\":\"d\",\"path\":{\"state\":\"large_fails\",\"rtt_us\":450,"
        "\"failing_us\":65000000}}]}",
        "NAME  ID  STATE  SUBNET  GOSSIP  PUBLIC IP  BACKEND  RTT  PATH            LAST HEARD  "
        "RECLAIM\n"
        "a     -   -      -       -       -          -        -    ok 450us        never       -\n"
        "b     -   -      -       -       -          -        -    ok              never       -\n"
        "c     -   -      -       -       -          -        -    fails 3m        never       -\n"
        "d     -   -      -       -       -          -        -    large fail 65s  never       -\n");
}

#define PASSES                   "{\"state\":\"passes\",\"rtt_us\":450,\"failing_us\":null}"
#define FAILS                    "{\"state\":\"fails\",\"rtt_us\":450,\"failing_us\":65000000}"
#define LARGE                    "{\"state\":\"large_fails\",\"rtt_us\":450,\"failing_us\":180000000}"
#define ENTRY(name, path, path6) "{\"name\":\"" name "\",\"path\":" path ",\"path6\":" path6 "}"

static void of_two_paths_the_worse_is_shown_and_named(void **state)
{
    (void)state;
    expect_report(
        felt_report_members,
        "{\"members\":[" ENTRY("a", PASSES, PASSES) "," ENTRY("b", PASSES, FAILS) "," ENTRY(
            "c", FAILS,
            PASSES) "," ENTRY("d", FAILS,
                              FAILS) "," ENTRY("e", LARGE,
                                               FAILS) "," ENTRY("f", "null",
                                                                LARGE) "," ENTRY("g", "null",
                                                                                 PASSES) "," ENTRY("h",
                                                                                                   LARGE,
                                                                                                   "null") "]}",
        "NAME  ID  STATE  SUBNET  GOSSIP  PUBLIC IP  BACKEND  RTT  PATH                LAST HEARD  "
        "RECLAIM\n"
        "a     -   -      -       -       -          -        -    ok 450us            never       -\n"
        "b     -   -      -       -       -          -        -    IPv6 fails 65s      never       -\n"
        "c     -   -      -       -       -          -        -    IPv4 fails 65s      never       -\n"
        "d     -   -      -       -       -          -        -    fails 65s           never       -\n"
        "e     -   -      -       -       -          -        -    IPv6 fails 65s      never       -\n"
        "f     -   -      -       -       -          -        -    IPv6 large fail 3m  never       -\n"
        "g     -   -      -       -       -          -        -    ok 450us            never       -\n"
        "h     -   -      -       -       -          -        -    large fail 3m       never       -\n");
}

static void leases_are_a_table(void **state)
{
    (void)state;
    expect_report(felt_report_leases,
                  "{\"leases\":[{\"subnet\":\"172.17.8.0/24\",\"node\":\"0123456789abcdef\","
                  "\"name\":\"h1\",\"self\":true,\"state\":\"alive\",\"public_ip\":\"192.0.2.1\","
                  "\"backend\":\"vxlan\"}]}",
                  "SUBNET         NODE            ID        STATE  PUBLIC IP  BACKEND\n"
                  "172.17.8.0/24  h1 (this node)  01234567  alive  192.0.2.1  vxlan\n");
}

static void an_etcd_bridge_has_a_line_and_foreign_leases_are_below_those_of_members(void **state)
{
    (void)state;
    expect_report(felt_report_leases,
                  "{\"leases\":[{\"subnet\":\"172.17.8.0/24\",\"node\":\"01\",\"name\":\"h1\","
                  "\"state\":\"alive\",\"public_ip\":\"192.0.2.1\",\"backend\":\"vxlan\"}],"
                  "\"foreign\":[{\"subnet\":\"172.17.9.0/24\",\"public_ip\":\"192.0.2.9\","
                  "\"backend\":\"vxlan\"},{\"subnet\":\"172.17.10.0/24\",\"public_ip\":"
                  "\"192.0.2.10\",\"backend\":null},{\"subnet\":\"172.17.8.0/24\","
                  "\"public_ip\":\"192.0.2.1\",\"backend\":\"vxlan\",\"changed_over\":true}]}",
                  "SUBNET          NODE  ID  STATE    PUBLIC IP   BACKEND\n"
                  "172.17.8.0/24   h1    01  alive    192.0.2.1   vxlan\n"
                  "172.17.9.0/24   -     -   foreign  192.0.2.9   vxlan\n"
                  "172.17.10.0/24  -     -   kept     192.0.2.10  -\n");
    expect_report(
        felt_report_status,
        "{\"node\":{\"id\":\"01\",\"name\":\"h1\",\"advertise\":\"192.0.2.1:8470\",\"public_ip\":"
        "null},\"cluster\":null,\"network\":null,\"ready\":false,\"bridge\":{\"on\":true,"
        "\"name\":\"h1\",\"foreign\":1,\"health\":\"down\"},\"problems\":[]}",
        "node      h1 (01), gossip at 192.0.2.1:8470, overlay traffic to -\n"
        "cluster   none yet\n"
        "network   not known yet\n"
        "lease     none yet\n"
        "kernel    no device yet\n"
        "bridge    etcd, on beside h1: down, 1 foreign lease\n"
        "ready     no\n"
        "problems  none\n");
}

static void a_reply_of_another_shape_is_shown_without_harm(void **state)
{
    static const char *const odd[] = {
        "{}",
        "[]",
        "{\"members\":7,\"leases\":7,\"node\":[],\"cluster\":7,\"problems\":\"x\"}",
        ("{\"members\":[7,null,{}],\"leases\":[7,null,{}],\"problems\":[7],\"node\":{\"name\":7},"
         "\"cluster\":{},\"network\":{},\"lease\":{},\"kernel\":{\"device\":\"\"}}"),
        "{\"members\":[{\"silent_us\":-1,\"rtt_us\":-1,\"self\":\"x\",\"name\":\"\\u001b\"}]}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        json_t *root = json_loads(odd[i], 0, NULL);
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        assert_non_null(root);
        assert_int_equal(felt_report_status(root, out), 0);
        assert_int_equal(felt_report_members(root, out), 0);
        assert_int_equal(felt_report_leases(root, out), 0);
        fclose(out);
        assert_null(strchr(text, '\x1b'));
        free(text);
        json_decref(root);
    }
}

static void reservations_say_for_whom_and_who_leases_them(void **state)
{
    (void)state;
    expect_report(felt_report_reservations,
                  "{\"reservations\":[{\"subnet\":\"10.1.5.0/24\",\"slot\":4,\"whom\":\"node-7\","
                  "\"state\":\"free\",\"holder\":null},{\"subnet\":\"10.1.6.0/24\",\"slot\":5,"
                  "\"whom\":\"192.0.2.7\",\"state\":\"conflict\",\"holder\":\"h2\"}]}",
                  "SUBNET       FOR        STATE     LEASED BY\n"
                  "10.1.5.0/24  node-7     free      -\n"
                  "10.1.6.0/24  192.0.2.7  conflict  h2\n");
    expect_report(felt_report_reservations,
                  "{\"reservations\":[{\"subnet\":\"10.1.5.0/24\",\"subnet6\":\"fc00:0:42:5::/64\","
                  "\"slot\":4,\"whom\":\"node-7\",\"state\":\"free\",\"holder\":null}]}",
                  "SUBNET                        FOR     STATE  LEASED BY\n"
                  "10.1.5.0/24,fc00:0:42:5::/64  node-7  free   -\n");
    expect_report(felt_report_reservations, "{\"reservations\":[]}",
                  "SUBNET  FOR  STATE  LEASED BY\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reservations_say_for_whom_and_who_leases_them),
        cmocka_unit_test(the_status_of_a_node_at_work_is_a_screen),
        cmocka_unit_test(of_two_families_both_are_shown_with_a_comma_between_them),
        cmocka_unit_test(members_that_left_are_mentioned_where_there_are_any),
        cmocka_unit_test(the_status_of_a_node_that_waits_says_for_what),
        cmocka_unit_test(a_backend_without_a_device_of_its_own_shows_its_routes),
        cmocka_unit_test(a_lease_at_risk_is_shown_as_such),
        cmocka_unit_test(members_are_a_table),
        cmocka_unit_test(what_the_dead_own_is_reclaimed_now_or_never),
        cmocka_unit_test(a_path_is_well_or_fails_for_so_long),
        cmocka_unit_test(of_two_paths_the_worse_is_shown_and_named),
        cmocka_unit_test(leases_are_a_table),
        cmocka_unit_test(an_etcd_bridge_has_a_line_and_foreign_leases_are_below_those_of_members),
        cmocka_unit_test(a_reply_of_another_shape_is_shown_without_harm),
    };

    return RUN_TESTS(tests);
}
