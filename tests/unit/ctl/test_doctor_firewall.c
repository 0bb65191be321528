/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/ctl/doctor_fixture.h"

#define DROPS ":INPUT ACCEPT [0:0]\n:FORWARD DROP [7:420]\n:OUTPUT ACCEPT [0:0]\n"

static const char *forward(const char *iptables, const char *nft)
{
    struct felt_doctor_facts f = healthy();

    replace(&f.iptables[0], iptables);
    replace(&f.nft, nft);
    return found_by(felt_check_forward_policy, &f);
}

static const char *ports(const char *iptables, const char *nft)
{
    struct felt_doctor_facts f = healthy();

    replace(&f.iptables[0], iptables);
    replace(&f.nft, nft);
    return found_by(felt_check_ports, &f);
}

static void a_forward_policy_of_drop_is_a_problem_unless_somebody_accepts(void **state _unused_)
{
    EXPECT(forward(DROPS, ""), "problem the policy of iptables' FORWARD chain is DROP",
           "--iptables-forward-rules");
    assert_string_equal(forward(DROPS "-A FORWARD -j FELT-FORWARD\n", ""), "fine");
    assert_string_equal(forward(DROPS "-A FORWARD -j FLANNEL-FWD\n", ""), "fine");
    assert_string_equal(
        forward(DROPS "-A FORWARD -j DOCKER-USER\n-A DOCKER-USER -j FELT-DOCKER-USER\n", ""),
        "fine");
    assert_string_equal(forward(DROPS "-A FORWARD -s 10.1.0.0/16 -j ACCEPT\n", ""), "fine");
    EXPECT(forward(DROPS "-A OTHER -j FELT-FORWARD\n", ""), "problem ");
}

static void both_flavours_of_iptables_are_looked_at(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    f.iptables[1] = strdup(DROPS);
    EXPECT(found_by(felt_check_forward_policy, &f), "problem the policy of iptables-legacy'");
}

#define FIREWALL(hook, rule)                                    \
    "table inet fw {\n\tchain in {\n\t\ttype filter hook " hook \
    " priority filter; policy drop;\n\t\t" rule "\n\t}\n}\n"

static void a_table_of_somebody_else_cannot_be_made_good_in_ours(void **state _unused_)
{
    EXPECT(forward("", FIREWALL("forward", "")),
           "problem the chain in of the nft table inet fw drops",
           "nft insert rule inet fw in ip saddr 10.1.0.0/16 accept");
    assert_string_equal(forward("", FIREWALL("forward", "ip saddr 10.1.0.0/16 accept")), "fine");
    assert_string_equal(forward("", FIREWALL("input", "")), "fine");
    /* iptables' own table is told of by iptables. */
    assert_string_equal(forward("", "table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook "
                                    "forward priority filter; policy drop;\n\t}\n}\n"),
                        "fine");
    /* The second of two tables. */
    EXPECT(forward("", "table ip felt {\n\tchain a {\n\t}\n}\n" FIREWALL("forward", "")),
           "inet fw");
}

static void what_cannot_be_read_is_not_known(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    free(f.iptables[0]);
    free(f.nft);
    f.iptables[0] = f.nft = NULL;
    EXPECT(found_by(felt_check_forward_policy, &f), "unknown ", "as root");
}

static void an_input_that_drops_our_ports_is_a_problem_for_each(void **state _unused_)
{
    assert_string_equal(ports("", ""), "fine");
    EXPECT(ports(":INPUT DROP [0:0]\n", ""), "problem iptables on this machine drops UDP 8470",
           "problem iptables on this machine drops UDP 8472",
           "iptables -I INPUT -p udp --dport 8472 -j ACCEPT");
    assert_string_equal(ports(":INPUT DROP [0:0]\n"
                              "-A INPUT -p udp -m udp --dport 8470 -j ACCEPT\n"
                              "-A INPUT -p udp -m udp --dport 8472 -j ACCEPT\n",
                              ""),
                        "fine");
    EXPECT(
        ports(":INPUT ACCEPT [0:0]\n-A INPUT -j REJECT --reject-with icmp-host-prohibited\n", ""),
        "drops UDP 8470");
    EXPECT(ports(":INPUT ACCEPT [0:0]\n-A INPUT -p udp -m udp --dport 8472 -j DROP\n", ""),
           "drops UDP 8472");
    EXPECT(ports("", FIREWALL("input", "udp dport 8470 accept")),
           "problem the chain in of the nft table inet fw drops UDP 8472");
}

static void ports_are_those_of_the_cluster(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    set(json_object_get(f.status, "node"), "advertise", "\"192.0.2.1:9999\"");
    set(json_object_get(f.status, "network"), "config",
        "\"{\\\"Backend\\\":{\\\"Port\\\":4789}}\"");
    replace(&f.iptables[0], ":INPUT DROP [0:0]\n");
    EXPECT(found_by(felt_check_ports, &f), "UDP 9999", "UDP 4789");
    f = healthy();
    set(json_object_get(f.status, "network"), "backend", "\"host-gw\"");
    replace(&f.iptables[0], ":INPUT DROP [0:0]\n-A INPUT -p udp -m udp --dport 8470 -j ACCEPT\n");
    assert_string_equal(found_by(felt_check_ports, &f), "fine");
}

static void trials_that_fail_point_to_the_overlays_port(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    set(json_array_get(json_object_get(f.members, "members"), 1), "path", "{\"state\":\"fails\"}");
    EXPECT(found_by(felt_check_ports, &f),
           "problem packets of the overlay (UDP 8472) do not reach 1 of 1 members", "h2",
           "tcpdump");
}

static void silence_on_the_gossip_port_is_told(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    set(json_object_get(f.status, "counters"), "datagrams", "{\"taken\":0}");
    EXPECT(found_by(felt_check_ports, &f), "problem nothing has come in on UDP 8470");
    f = healthy(); /* a founder that is alone has nobody to hear */
    set(json_object_get(f.status, "counters"), "datagrams", "{\"taken\":0}");
    set(json_object_get(f.status, "members"), "total", "1");
    assert_string_equal(found_by(felt_check_ports, &f), "fine");
    f = healthy(); /* one that looks for its cluster has */
    set(json_object_get(f.status, "counters"), "datagrams", "{\"taken\":0}");
    set(json_object_get(f.status, "members"), "total", "1");
    set(f.status, "cluster", "null");
    EXPECT(found_by(felt_check_ports, &f), "problem nothing has come in");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_forward_policy_of_drop_is_a_problem_unless_somebody_accepts),
        cmocka_unit_test(both_flavours_of_iptables_are_looked_at),
        cmocka_unit_test(a_table_of_somebody_else_cannot_be_made_good_in_ours),
        cmocka_unit_test(what_cannot_be_read_is_not_known),
        cmocka_unit_test(an_input_that_drops_our_ports_is_a_problem_for_each),
        cmocka_unit_test(ports_are_those_of_the_cluster),
        cmocka_unit_test(trials_that_fail_point_to_the_overlays_port),
        cmocka_unit_test(silence_on_the_gossip_port_is_told),
    };

    return RUN_TESTS(tests);
}
