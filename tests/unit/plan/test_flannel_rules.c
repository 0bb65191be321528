/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "plan/flannel_rules.h"

#define RULES_MAX 32

static struct felt_cidr network;

/* Which of the lines, one a row, are flannel's: "1" or "0" for each, and "+" for its chain. */
static const char *judge(const char *lines, bool is_masq)
{
    static char verdict[RULES_MAX + 2];
    struct felt_iptables_rule rules[RULES_MAX];
    bool is_flannel[RULES_MAX] = {0}, has_chain;
    size_t n = 0;

    felt_cidr_parse("172.17.0.0/16", &network);
    for (const char *stop; *lines != '\0'; lines = stop + 1) {
        stop = strchr(lines, '\n');
        assert_true(felt_iptables_rule_parse(lines, (size_t)(stop - lines), &rules[n++]));
    }
    has_chain = (is_masq ? felt_flannel_masq_rules : felt_flannel_forward_rules)(rules, n, &network,
                                                                                 is_flannel);
    for (size_t i = 0; i < n; i++)
        verdict[i] = is_flannel[i] ? '1' : '0';
    verdict[n] = has_chain ? '+' : '\0';
    verdict[n + 1] = '\0';
    return verdict;
}

#define V010                                                           \
    "-A POSTROUTING -s 172.17.0.0/16 -d 172.17.0.0/16 -j RETURN\n"     \
    "-A POSTROUTING -s 172.17.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE\n" \
    "-A POSTROUTING ! -s 172.17.0.0/16 -d 172.17.7.0/24 -j RETURN\n"   \
    "-A POSTROUTING ! -s 172.17.0.0/16 -d 172.17.0.0/16 -j MASQUERADE\n"

static void four_rules_of_v0_10_are_flannels_and_dockers_is_not(void **state)
{
    (void)state;
    assert_string_equal(
        judge("-A POSTROUTING -s 172.17.7.0/24 ! -o docker0 -j MASQUERADE\n" V010, true), "01111");
    assert_string_equal(judge(V010 V010, true), "11111111");
}

static void of_v0_11_with_random_ports_as_well(void **state)
{
    (void)state;
    assert_string_equal(
        judge("-A POSTROUTING -s 172.17.0.0/16 -d 172.17.0.0/16 -j RETURN\n"
              "-A POSTROUTING -s 172.17.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE --random-fully\n",
              true),
        "11");
}

static void a_rule_without_comment_counts_in_its_company_only(void **state)
{
    (void)state;
    assert_string_equal(judge("-A POSTROUTING -s 172.17.0.0/16 -d 172.17.0.0/16 -j RETURN\n", true),
                        "0");
    assert_string_equal(judge("-A FORWARD -s 172.17.0.0/16 -j ACCEPT\n", false), "0");
    assert_string_equal(judge("-A FORWARD -s 172.17.0.0/16 -j ACCEPT\n"
                              "-A FORWARD -d 172.17.0.0/16 -j ACCEPT\n",
                              false),
                        "11");
}

static void with_flannels_comment_one_is_enough(void **state)
{
    (void)state;
    assert_string_equal(
        judge("-A POSTROUTING -s 172.17.0.0/16 -d 172.17.0.0/16 -m comment --comment "
              "\"flanneld masq\" -j RETURN\n"
              "-A POSTROUTING ! -s 172.17.0.0/16 -d 172.17.3.0/24 -m comment --comment "
              "\"flanneld masq\" -j RETURN\n"
              "-A POSTROUTING -s 172.17.0.0/16 -d 172.17.0.0/16 -m comment --comment "
              "\"somebody's\" -j RETURN\n",
              true),
        "110");
    assert_string_equal(judge("-A FORWARD -d 172.17.0.0/16 -m comment --comment "
                              "\"flanneld forward\" -j ACCEPT\n",
                              false),
                        "1");
}

static void another_networks_rules_are_not_ours_to_replace(void **state)
{
    (void)state;
    assert_string_equal(
        judge("-A POSTROUTING -s 10.244.0.0/16 ! -d 224.0.0.0/4 -m comment --comment "
              "\"flanneld masq\" -j MASQUERADE\n"
              "-A POSTROUTING -m comment --comment \"flanneld masq\" -j FLANNEL-POSTRTG\n"
              "-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -j RETURN\n"
              "-A FLANNEL-POSTRTG -s 10.244.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE\n",
              true),
        "0000");
    assert_string_equal(judge("-A FORWARD -j FLANNEL-FWD\n"
                              "-A FLANNEL-FWD -s 172.17.0.0/16 -j ACCEPT\n"
                              "-A FLANNEL-FWD -s 10.244.0.0/16 -j ACCEPT\n",
                              false),
                        "000");
}

static void the_chains_of_v0_20_go_with_the_jumps_to_them(void **state)
{
    (void)state;
    assert_string_equal(
        judge("-A POSTROUTING -m comment --comment \"flanneld masq\" -j FLANNEL-POSTRTG\n"
              "-A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE\n"
              "-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -m comment --comment "
              "\"flanneld masq\" -j RETURN\n"
              "-A FLANNEL-POSTRTG -s 172.17.7.0/24 -d 172.17.0.0/16 -m comment --comment "
              "\"flanneld masq\" -j RETURN\n"
              "-A FLANNEL-POSTRTG -s 172.17.0.0/16 ! -d 224.0.0.0/4 -m comment --comment "
              "\"flanneld masq\" -j MASQUERADE --random-fully\n",
              true),
        "10111+");
    assert_string_equal(
        judge("-A FORWARD -m comment --comment \"flanneld forward\" -j FLANNEL-FWD\n"
              "-A FLANNEL-FWD -s 172.17.0.0/16 -m comment --comment \"flanneld "
              "forward\" -j ACCEPT\n",
              false),
        "11+");
}

static void an_empty_chain_says_nothing_of_a_network_and_stays(void **state)
{
    (void)state;
    assert_string_equal(judge("-A FORWARD -j FLANNEL-FWD\n", false), "0");
    assert_string_equal(judge("", false), "");
    assert_string_equal(judge("-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -j RETURN\n", true),
                        "0");
}

static void tables_of_nftables_are_judged_by_the_network_in_them(void **state)
{
    static const char ours[] = "table ip flannel-ipv4 {\n\tchain postrtg {\n"
                               "\t\tip saddr 172.17.7.0/24 ip daddr 172.17.0.0/16 return\n"
                               "\t\tip saddr != 172.17.0.0/16 ip daddr 172.17.0.0/16 masquerade\n"
                               "\t}\n}\n";
    static const char other[] = "\t\tip saddr 10.244.0.0/16 accept\n";
    static const char part[] = "\t\tip saddr 172.17.7.0/24 accept\n";
    static const char none[] = "table ip6 flannel-ipv6 {\n\tchain postrtg {\n\t}\n}\n";

    (void)state;
    felt_cidr_parse("172.17.0.0/16", &network);
    assert_true(felt_flannel_nft_table(ours, &network));
    assert_false(felt_flannel_nft_table(other, &network));
    assert_false(felt_flannel_nft_table(part, &network));
    assert_false(felt_flannel_nft_table(none, &network));
    assert_true(felt_flannel_nft_table_is_empty(none));
    assert_false(felt_flannel_nft_table_is_empty(ours));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_rules_of_v0_10_are_flannels_and_dockers_is_not),
        cmocka_unit_test(of_v0_11_with_random_ports_as_well),
        cmocka_unit_test(a_rule_without_comment_counts_in_its_company_only),
        cmocka_unit_test(with_flannels_comment_one_is_enough),
        cmocka_unit_test(another_networks_rules_are_not_ours_to_replace),
        cmocka_unit_test(the_chains_of_v0_20_go_with_the_jumps_to_them),
        cmocka_unit_test(an_empty_chain_says_nothing_of_a_network_and_stays),
        cmocka_unit_test(tables_of_nftables_are_judged_by_the_network_in_them),
    };

    return RUN_TESTS(tests);
}
