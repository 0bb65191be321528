/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "plan/rules.h"

static struct felt_cidr cidr(const char *text)
{
    struct felt_cidr cidr;

    assert_int_equal(felt_cidr_parse(text, &cidr), 0);
    return cidr;
}

static void masquerade_is_one_transaction_that_replaces_the_table(void **state)
{
    struct felt_cidr network = cidr("172.17.0.0/16"), lease = cidr("172.17.7.0/24");
    char text[FELT_PLAN_RULES_MAX];
    size_t len = felt_plan_rules_masq(&network, &lease, text);

    (void)state;
    assert_int_equal(len, strlen(text));
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
}

/* What the chain decides for a packet, read from its own text: the first rule that matches. */
static const char *decide(const char *source, const char *destination)
{
    struct felt_cidr network = cidr("172.17.0.0/16"), lease = cidr("172.17.7.0/24");
    char text[FELT_PLAN_RULES_MAX], *line, *rest = text;
    struct felt_ip src, dst;

    assert_int_equal(felt_ip_parse(source, &src), 0);
    assert_int_equal(felt_ip_parse(destination, &dst), 0);
    felt_plan_rules_masq(&network, &lease, text);
    while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
        char s[32], d[32], verdict[32];
        bool s_not, d_not;
        struct felt_cidr a, b;
        const char *p = strstr(line, "ip saddr ");

        if (p == NULL)
            continue;
        p += strlen("ip saddr ");
        s_not = strncmp(p, "!= ", 3) == 0;
        assert_int_equal(sscanf(p + (s_not ? 3 : 0), "%31s", s), 1);
        p = strstr(line, "ip daddr ") + strlen("ip daddr ");
        d_not = strncmp(p, "!= ", 3) == 0;
        assert_int_equal(sscanf(p + (d_not ? 3 : 0), "%31s %31s", d, verdict), 2);
        a = cidr(s);
        b = cidr(d);
        if (felt_cidr_contains(&a, &src) != s_not && felt_cidr_contains(&b, &dst) != d_not)
            return verdict[0] == 'm' ? "masquerade" : "return";
    }
    return "accept";
}

static void traffic_inside_the_overlay_keeps_its_addresses(void **state)
{
    (void)state;
    assert_string_equal(decide("172.17.7.2", "172.17.8.2"), "return");
    assert_string_equal(decide("172.17.8.2", "172.17.7.2"), "return");
    assert_string_equal(decide("172.17.7.2", "172.17.7.3"), "return");
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

static void traffic_that_never_touches_the_overlay_is_left_alone(void **state)
{
    (void)state;
    assert_string_equal(decide("192.0.2.1", "192.0.2.2"), "accept");
}

static void host_bits_are_masked_and_the_longest_text_fits(void **state)
{
    struct felt_cidr network = cidr("192.168.100.100/16"), lease = cidr("192.168.252.252/30");
    char text[FELT_PLAN_RULES_MAX];

    (void)state;
    assert_true(felt_plan_rules_masq(&network, &lease, text) < FELT_PLAN_RULES_MAX);
    assert_non_null(strstr(text, "ip saddr 192.168.252.252/30 ip daddr 192.168.0.0/16 return"));
}

static void the_number_of_rules_is_as_the_header_says(void **state)
{
    struct felt_cidr network = cidr("172.17.0.0/16"), lease = cidr("172.17.7.0/24");
    char text[FELT_PLAN_RULES_MAX];
    unsigned n = 0;

    (void)state;
    felt_plan_rules_masq(&network, &lease, text);
    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        n += strncmp(p, "\n\t\tmeta", 7) == 0 || strncmp(p, "\n\t\tip ", 6) == 0;
    assert_int_equal(n, FELT_PLAN_RULES_MASQ);
}

static void no_rules_forgets_the_table_even_where_there_is_none(void **state)
{
    char text[FELT_PLAN_RULES_MAX];
    size_t len = felt_plan_rules_none(text);

    (void)state;
    assert_int_equal(len, strlen(text));
    assert_string_equal(text, "add table ip felt-ipv4\ndelete table ip felt-ipv4\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masquerade_is_one_transaction_that_replaces_the_table),
        cmocka_unit_test(traffic_inside_the_overlay_keeps_its_addresses),
        cmocka_unit_test(traffic_out_of_the_overlay_is_masqueraded_but_multicast_is_not),
        cmocka_unit_test(traffic_from_outside_to_our_lease_keeps_its_source),
        cmocka_unit_test(traffic_from_outside_to_another_lease_is_masqueraded),
        cmocka_unit_test(traffic_that_never_touches_the_overlay_is_left_alone),
        cmocka_unit_test(host_bits_are_masked_and_the_longest_text_fits),
        cmocka_unit_test(the_number_of_rules_is_as_the_header_says),
        cmocka_unit_test(no_rules_forgets_the_table_even_where_there_is_none),
    };

    return RUN_TESTS(tests);
}
