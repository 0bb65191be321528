/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "base/idiom.h"
#include "plan/iptables_rule.h"

static struct felt_iptables_rule rule(const char *line)
{
    struct felt_iptables_rule rule;

    assert_true(felt_iptables_rule_parse(line, strlen(line), &rule));
    return rule;
}

static struct felt_cidr cidr(const char *text)
{
    struct felt_cidr cidr;

    assert_int_equal(felt_cidr_parse(text, &cidr), 0);
    return cidr;
}

static void a_rule_of_flannels_is_understood_to_the_last_word(void **state)
{
    struct felt_iptables_rule r =
        rule("-A FLANNEL-POSTRTG ! -s 10.244.0.0/16 -d 10.244.7.0/24 -m comment --comment "
             "\"flanneld masq\" -j MASQUERADE --random-fully");
    struct felt_cidr src = cidr("10.244.0.0/16"), dst = cidr("10.244.7.0/24");

    (void)state;
    assert_string_equal(r.chain, "FLANNEL-POSTRTG");
    assert_true(r.not_src);
    assert_false(r.not_dst);
    assert_true(felt_cidr_equal(&r.src, &src));
    assert_true(felt_cidr_equal(&r.dst, &dst));
    assert_string_equal(r.comment, "flanneld masq");
    assert_string_equal(r.target, "MASQUERADE");
    assert_true(r.random_fully);
    assert_false(r.has_other);
    assert_memory_equal(r.text, "! -s 10.244", 11);
    assert_int_equal(r.len, strlen(r.text));
}

static void the_mark_is_kube_proxys_or_something_else(void **state)
{
    struct felt_iptables_rule r = rule("-A X -m mark --mark 0x4000/0x4000 -j RETURN");

    (void)state;
    assert_true(r.kube_mark);
    assert_false(r.has_other);
    r = rule("-A X -m mark --mark 0x8000/0x8000 -j RETURN");
    assert_true(r.has_other);
    r = rule("-A X -m mark ! --mark 0x4000/0x4000 -j RETURN");
    assert_true(r.has_other);
}

static void what_is_not_understood_is_noted(void **state)
{
    static const char *const lines[] = {
        "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
        "-A FORWARD -i docker0 -j ACCEPT",
        "-A FORWARD -p tcp -m tcp --dport 80 -j ACCEPT",
        "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A FORWARD -g SOMEWHERE",
        "-A FORWARD -j LOG --log-prefix \"-j ACCEPT\"",
        "-A FORWARD -s nonsense -j ACCEPT",
        "-A FORWARD -s",
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(lines); i++) {
        struct felt_iptables_rule r = rule(lines[i]);

        assert_true(r.has_other);
        assert_false(felt_iptables_rule_is_bare(&r));
        assert_false(felt_iptables_rule_ends_chain(&r));
    }
}

static void quotes_and_escapes_belong_to_the_comment(void **state)
{
    struct felt_iptables_rule r =
        rule("-A X -m comment --comment \"say \\\"-j DROP\\\"\" -j ACCEPT");

    (void)state;
    assert_string_equal(r.comment, "say \"-j DROP\"");
    assert_string_equal(r.target, "ACCEPT");
    r = rule("-A X -m comment --comment plain -j ACCEPT");
    assert_string_equal(r.comment, "plain");
}

static void a_host_may_come_without_a_length(void **state)
{
    struct felt_iptables_rule r = rule("-A X -s 192.0.2.1 -d 2001:db8::1 -j ACCEPT");

    (void)state;
    assert_int_equal(r.src.len, 32);
    assert_int_equal(r.dst.len, 128);
}

static void a_rule_ends_a_chain_where_it_decides_for_every_packet(void **state)
{
    static const struct {
        const char *line;
        bool ends;
    } cases[] = {
        {"-A X -j DROP", true},
        {"-A X -j RETURN", true},
        {"-A X -m comment --comment last -j ACCEPT", true},
        {"-A X -j REJECT --reject-with icmp-host-prohibited", true},
        {"-A X -j DOCKER-USER", false},
        {"-A X -s 10.0.0.0/8 -j DROP", false},
        {"-A X -m mark --mark 0x4000/0x4000 -j RETURN", false},
        {"-A X -j LOG", false},
        {"-A X", false},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        struct felt_iptables_rule r = rule(cases[i].line);

        assert_int_equal(felt_iptables_rule_ends_chain(&r), cases[i].ends);
    }
}

static void other_lines_are_no_rules(void **state)
{
    static const char *const lines[] = {"",
                                        "-",
                                        "-A",
                                        ":FORWARD DROP [0:0]",
                                        "*filter",
                                        "COMMIT",
                                        "# -A X -j DROP",
                                        "-I X -j DROP"};
    struct felt_iptables_rule r;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(lines); i++)
        assert_false(felt_iptables_rule_parse(lines[i], strlen(lines[i]), &r));
}

/* Names and words of any length are cut, not copied beyond their end. */
static void long_words_are_cut(void **state)
{
    char line[4096] = "-A ";
    struct felt_iptables_rule r;

    (void)state;
    memset(line + 3, 'x', 1000);
    strcpy(line + 1003, " -m comment --comment \"");
    memset(line + 1026, 'y', 2000);
    strcpy(line + 3026, "\" -j ZZZ");
    r = rule(line);
    assert_int_equal(strlen(r.chain), FELT_IPTABLES_NAME - 1);
    assert_int_equal(strlen(r.comment), FELT_IPTABLES_COMMENT - 1);
    assert_string_equal(r.target, "ZZZ");
}

static void the_same_rule_in_another_chain_and_spelling_is_the_same(void **state)
{
    struct felt_iptables_rule a = rule("-A X -s 10.0.0.0/8 -m comment --comment \"a\" -j ACCEPT");
    struct felt_iptables_rule b = rule("-A Y -s 10.0.0.0/8 -m comment --comment a -j ACCEPT");
    struct felt_iptables_rule c = rule("-A Y -d 10.0.0.0/8 -m comment --comment a -j ACCEPT");
    struct felt_iptables_rule d = rule("-A Y ! -s 10.0.0.0/8 -m comment --comment a -j ACCEPT");

    (void)state;
    assert_true(felt_iptables_rule_same(&a, &b));
    assert_false(felt_iptables_rule_same(&a, &c));
    assert_false(felt_iptables_rule_same(&a, &d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_of_flannels_is_understood_to_the_last_word),
        cmocka_unit_test(the_mark_is_kube_proxys_or_something_else),
        cmocka_unit_test(what_is_not_understood_is_noted),
        cmocka_unit_test(quotes_and_escapes_belong_to_the_comment),
        cmocka_unit_test(a_host_may_come_without_a_length),
        cmocka_unit_test(a_rule_ends_a_chain_where_it_decides_for_every_packet),
        cmocka_unit_test(other_lines_are_no_rules),
        cmocka_unit_test(long_words_are_cut),
        cmocka_unit_test(the_same_rule_in_another_chain_and_spelling_is_the_same),
    };

    return RUN_TESTS(tests);
}
