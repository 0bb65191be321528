/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "plan/nft_rules.h"

static struct felt_cidr cidr(const char *text)
{
    struct felt_cidr cidr;

    assert_int_equal(felt_cidr_parse(text, &cidr), 0);
    return cidr;
}

/* The text for the network and lease, excludes separated by blanks; for free(). */
static char *text_of(const char *network, const char *lease, bool fully_random,
                     const char *excludes)
{
    struct felt_nft_masq masq = {.fully_random = fully_random};
    struct felt_script script = {0};
    struct felt_cidr list[8];
    char word[64];
    char *text;
    size_t len;
    int used;

    masq.network = cidr(network);
    masq.lease = cidr(lease);
    masq.excludes = list;
    for (; sscanf(excludes, "%63s%n", word, &used) == 1; excludes += used)
        list[masq.n_excludes++] = cidr(word);
    felt_nft_masq(&masq, &script);
    assert_int_equal(felt_script_take(&script, &text, &len), 0);
    assert_int_equal(len, strlen(text));
    return text;
}

static void masquerade_is_one_transaction_that_replaces_the_table(void **state)
{
    char *text = text_of("172.17.0.0/16", "172.17.7.0/24", true, "");

    (void)state;
    assert_string_equal(
        text, "add table ip felt-ipv4\n"
              "delete table ip felt-ipv4\n"
              "table ip felt-ipv4 {\n"
              "\tcomment \"rules of felt\"\n"
              "\tchain postrtg {\n"
              "\t\tcomment \"masquerades what crosses the border of the overlay\"\n"
              "\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
              "\t\tmeta mark & 0x00004000 == 0x00004000 return\n"
              "\t\tip saddr 172.17.7.0/24 ip daddr 172.17.0.0/16 return\n"
              "\t\tip saddr 172.17.0.0/16 ip daddr 172.17.7.0/24 return\n"
              "\t\tip saddr != 172.17.0.0/16 ip daddr 172.17.7.0/24 return\n"
              "\t\tip saddr 172.17.0.0/16 ip daddr != 224.0.0.0/4 masquerade fully-random\n"
              "\t\tip saddr != 172.17.0.0/16 ip daddr 172.17.0.0/16 masquerade fully-random\n"
              "\t}\n"
              "}\n");
    free(text);
}

static void ipv6_is_the_same_in_a_table_of_its_own_and_excludes_are_a_set_of_its_family(
    void **state)
{
    char *text =
        text_of("fd00:1::/48", "fd00:1:0:7::/64", false, "10.0.0.0/8 fd00:2::5/32 fd00:2::/48");

    (void)state;
    assert_string_equal(text, "add table ip6 felt-ipv6\n"
                              "delete table ip6 felt-ipv6\n"
                              "table ip6 felt-ipv6 {\n"
                              "\tcomment \"rules of felt\"\n"
                              "\tset masq-exclude {\n"
                              "\t\ttype ipv6_addr\n"
                              "\t\tflags interval\n"
                              "\t\tauto-merge\n"
                              "\t\telements = { fd00:2::/32, fd00:2::/48 }\n"
                              "\t}\n"
                              "\tchain postrtg {\n"
                              "\t\tcomment \"masquerades what crosses the border of the overlay\"\n"
                              "\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
                              "\t\tmeta mark & 0x00004000 == 0x00004000 return\n"
                              "\t\tip6 saddr fd00:1:0:7::/64 ip6 daddr fd00:1::/48 return\n"
                              "\t\tip6 saddr fd00:1::/48 ip6 daddr fd00:1:0:7::/64 return\n"
                              "\t\tip6 saddr != fd00:1::/48 ip6 daddr fd00:1:0:7::/64 return\n"
                              "\t\tip6 saddr fd00:1::/48 ip6 daddr @masq-exclude return\n"
                              "\t\tip6 saddr @masq-exclude ip6 daddr fd00:1::/48 return\n"
                              "\t\tip6 saddr fd00:1::/48 ip6 daddr != ff00::/8 masquerade\n"
                              "\t\tip6 saddr != fd00:1::/48 ip6 daddr fd00:1::/48 masquerade\n"
                              "\t}\n"
                              "}\n");
    free(text);
}

static void excludes_of_the_other_family_alone_make_no_set(void **state)
{
    char *with = text_of("172.17.0.0/16", "172.17.7.0/24", true, "fd00::/8");
    char *without = text_of("172.17.0.0/16", "172.17.7.0/24", true, "");

    (void)state;
    assert_string_equal(with, without);
    free(with);
    free(without);
}

/* What a word says of an address: a prefix, or the set of excluded networks. */
static bool word_matches(const char *word, const struct felt_ip *ip)
{
    struct felt_cidr c = cidr(word[0] == '@' ? "192.168.0.0/16" : word);

    return felt_cidr_contains(&c, ip);
}

/* What the chain decides for a packet, read from its own text: the first rule that matches. */
static const char *decide(const char *source, const char *destination)
{
    static const char masquerade[] = "masquerade", returns[] = "return", accept[] = "accept";
    char *text = text_of("172.17.0.0/16", "172.17.7.0/24", true, "192.168.0.0/16");
    const char *verdict = accept;
    struct felt_ip src, dst;
    char *line, *rest = text;

    assert_int_equal(felt_ip_parse(source, &src), 0);
    assert_int_equal(felt_ip_parse(destination, &dst), 0);
    while (verdict == accept && (line = strtok_r(rest, "\n", &rest)) != NULL) {
        char s[32], d[32], last[32];
        const char *p = strstr(line, "ip saddr ");
        bool s_not, d_not;

        if (p == NULL)
            continue;
        p += strlen("ip saddr ");
        s_not = strncmp(p, "!= ", 3) == 0;
        assert_int_equal(sscanf(p + (s_not ? 3 : 0), "%31s", s), 1);
        p = strstr(line, "ip daddr ") + strlen("ip daddr ");
        d_not = strncmp(p, "!= ", 3) == 0;
        assert_int_equal(sscanf(p + (d_not ? 3 : 0), "%31s %31s", d, last), 2);
        if (word_matches(s, &src) != s_not && word_matches(d, &dst) != d_not)
            verdict = last[0] == 'm' ? masquerade : returns;
    }
    free(text);
    return verdict;
}

static void traffic_inside_the_overlay_keeps_its_addresses(void **state)
{
    (void)state;
    assert_string_equal(decide("172.17.7.2", "172.17.8.2"), "return");
    assert_string_equal(decide("172.17.8.2", "172.17.7.2"), "return");
    assert_string_equal(decide("172.17.7.2", "172.17.7.3"), "return");
    assert_string_equal(decide("172.17.7.0", "172.17.8.2"), "return"); /* the host itself */
}

static void traffic_out_of_the_overlay_is_masqueraded_but_multicast_is_not(void **state)
{
    (void)state;
    assert_string_equal(decide("172.17.7.2", "192.0.2.1"), "masquerade");
    assert_string_equal(decide("172.17.7.2", "224.0.0.1"), "accept");
}

static void traffic_from_outside_to_our_lease_keeps_its_source(void **state)
{
    (void)state;
    assert_string_equal(decide("192.0.2.1", "172.17.7.2"), "return");
}

/* flannel's nftables flavour misses this one. */
static void traffic_from_outside_to_another_lease_is_masqueraded(void **state)
{
    (void)state;
    assert_string_equal(decide("192.0.2.1", "172.17.8.2"), "masquerade");
}

static void excluded_networks_keep_their_addresses_in_both_directions(void **state)
{
    (void)state;
    assert_string_equal(decide("172.17.7.2", "192.168.1.1"), "return");
    assert_string_equal(decide("192.168.1.1", "172.17.8.2"), "return");
    assert_string_equal(decide("192.168.1.1", "192.0.2.1"), "accept");
}

static void traffic_that_never_touches_the_overlay_is_left_alone(void **state)
{
    (void)state;
    assert_string_equal(decide("192.0.2.1", "192.0.2.2"), "accept");
}

static void host_bits_are_masked(void **state)
{
    char *text = text_of("192.168.100.100/16", "192.168.252.252/30", true, "");

    (void)state;
    assert_non_null(strstr(text, "ip saddr 192.168.252.252/30 ip daddr 192.168.0.0/16 return"));
    free(text);
}

static void no_rules_forgets_the_table_even_where_there_is_none(void **state)
{
    struct felt_script script = {0};

    (void)state;
    felt_nft_none(FELT_FAMILY_V4, &script);
    felt_nft_none(FELT_FAMILY_V6, &script);
    assert_string_equal(script.text, "add table ip felt-ipv4\ndelete table ip felt-ipv4\n"
                                     "add table ip6 felt-ipv6\ndelete table ip6 felt-ipv6\n");
    felt_script_done(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masquerade_is_one_transaction_that_replaces_the_table),
        cmocka_unit_test(
            ipv6_is_the_same_in_a_table_of_its_own_and_excludes_are_a_set_of_its_family),
        cmocka_unit_test(excludes_of_the_other_family_alone_make_no_set),
        cmocka_unit_test(traffic_inside_the_overlay_keeps_its_addresses),
        cmocka_unit_test(traffic_out_of_the_overlay_is_masqueraded_but_multicast_is_not),
        cmocka_unit_test(traffic_from_outside_to_our_lease_keeps_its_source),
        cmocka_unit_test(traffic_from_outside_to_another_lease_is_masqueraded),
        cmocka_unit_test(excluded_networks_keep_their_addresses_in_both_directions),
        cmocka_unit_test(traffic_that_never_touches_the_overlay_is_left_alone),
        cmocka_unit_test(host_bits_are_masked),
        cmocka_unit_test(no_rules_forgets_the_table_even_where_there_is_none),
    };

    return RUN_TESTS(tests);
}
