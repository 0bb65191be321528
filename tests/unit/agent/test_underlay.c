/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "agent/underlay.h"

/* A machine with lo, eth0 (two addresses, default route), eth1 (link-local first), wlan0 (none). */
static struct felt_interface interfaces[] = {
    {.name = "lo", .ifindex = 1, .mtu = 65536, .up = true},
    {.name = "eth0", .ifindex = 2, .mtu = 1500, .up = true},
    {.name = "eth1", .ifindex = 3, .mtu = 9000, .up = true},
    {.name = "wlan0", .ifindex = 4, .mtu = 1500, .up = true},
};
static struct felt_interface_addr addrs[5];
static struct felt_links links;

static struct felt_interface_addr addr(uint32_t ifindex, const char *text)
{
    struct felt_interface_addr a = {.ifindex = ifindex};

    assert_int_equal(felt_cidr_parse(text, &a.cidr), 0);
    return a;
}

static int setup(void **state)
{
    (void)state;
    addrs[0] = addr(1, "127.0.0.1/8");
    addrs[1] = addr(2, "172.16.0.2/24");
    addrs[2] = addr(2, "10.1.1.1/24");
    addrs[3] = addr(3, "169.254.7.7/16");
    addrs[4] = addr(3, "192.0.2.9/24");
    interfaces[1].mtu = 1500;
    links = (struct felt_links){.interfaces = interfaces,
                                .n_interfaces = 4,
                                .addrs = addrs,
                                .n_addrs = 5,
                                .has_default = true,
                                .default_ifindex = 2};
    return 0;
}

static struct felt_text_list list(const char *a, const char *b)
{
    struct felt_text_list l = {0};

    strcpy(l.items[l.n++], a);
    if (b != NULL)
        strcpy(l.items[l.n++], b);
    return l;
}

static struct felt_underlay_error error;

static struct felt_underlay chosen(const struct felt_text_list *iface,
                                   const struct felt_text_list *regex)
{
    struct felt_underlay_choice choice = {.iface = iface, .iface_regex = regex};
    struct felt_underlay underlay = {0};

    if (felt_underlay_choose(&choice, &links, &underlay, &error) < 0)
        fail_msg("%s", error.text);
    return underlay;
}

static void assert_refused(const struct felt_text_list *iface, const struct felt_text_list *regex,
                           int code, const char *text)
{
    struct felt_underlay_choice choice = {.iface = iface, .iface_regex = regex};
    struct felt_underlay underlay = {.mtu = 1};

    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), code);
    assert_string_equal(error.text, text);
    assert_int_equal(underlay.mtu, 1);
}

static void assert_is(struct felt_underlay underlay, const char *name, const char *address)
{
    assert_string_equal(underlay.name, name);
    assert_string_equal(FELT_IP(&underlay.address), address);
}

static void without_a_wish_it_is_the_default_routes_interface(void **state)
{
    struct felt_underlay underlay = chosen(NULL, NULL);

    (void)state;
    assert_is(underlay, "eth0", "172.16.0.2");
    assert_int_equal(underlay.ifindex, 2);
    assert_int_equal(underlay.mtu, 1500);
    assert_true(felt_ip_equal(&underlay.public_ip, &underlay.address));
}

static void without_a_default_route_the_error_says_what_to_do(void **state)
{
    (void)state;
    links.default_ifindex = 0;
    assert_refused(NULL, NULL, -ENOENT,
                   "Failed to find any valid interface to use: Found default route but could not "
                   "determine interface; name an interface with --iface");
    links.has_default = false;
    assert_refused(NULL, NULL, -ENOENT,
                   "Failed to find any valid interface to use: Unable to find default route; name "
                   "an interface with --iface");
}

static void a_name_takes_the_first_global_address(void **state)
{
    struct felt_text_list eth1 = list("eth1", NULL);

    (void)state;
    assert_is(chosen(&eth1, NULL), "eth1", "192.0.2.9");
    links.n_addrs = 4;
    assert_is(chosen(&eth1, NULL), "eth1", "169.254.7.7");
}

static void an_address_takes_its_interface_and_itself(void **state)
{
    struct felt_text_list ip = list("10.1.1.1", NULL);

    (void)state;
    assert_is(chosen(&ip, NULL), "eth0", "10.1.1.1");
}

static void wishes_are_tried_in_order_and_patterns_after_names(void **state)
{
    struct felt_text_list iface = list("eth9", "eth1"), regex = list("^eth0$", NULL);
    struct felt_text_list wrong = list("eth8", "192.0.2.1");

    (void)state;
    assert_is(chosen(&iface, &regex), "eth1", "192.0.2.9");
    assert_is(chosen(&wrong, &regex), "eth0", "172.16.0.2");
}

static void when_nothing_fits_every_attempt_is_told(void **state)
{
    struct felt_text_list iface = list("eth9", "192.0.2.1"), regex = list("^ppp", NULL);

    (void)state;
    assert_refused(&iface, &regex, -ENOENT,
                   "--iface eth9: no such network interface; "
                   "--iface 192.0.2.1: No interface with given IP found; "
                   "Could not match pattern ^ppp to any of the available network interfaces");
}

static void a_pattern_matches_first_addresses_before_names(void **state)
{
    struct felt_text_list by_address = list("^192\\.0\\.\\d+\\.9$", NULL);
    struct felt_text_list second = list("^10\\.1\\.", NULL), name = list("th1", NULL);

    (void)state;
    assert_is(chosen(NULL, &by_address), "eth1", "192.0.2.9");
    assert_is(chosen(NULL, &name), "eth1", "192.0.2.9");
    /* 10.1.1.1 is eth0's second address. */
    assert_refused(NULL, &second, -ENOENT,
                   "Could not match pattern ^10\\.1\\. to any of the available network interfaces");
}

static void a_pattern_that_is_none_is_an_error_of_its_own(void **state)
{
    struct felt_text_list regex = list("eth(", NULL);
    struct felt_underlay_choice choice = {.iface_regex = &regex};
    struct felt_underlay underlay;

    (void)state;
    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), -EINVAL);
    assert_non_null(strstr(error.text, "--iface-regex eth(: "));
}

static void the_longest_pattern_of_digits_fits(void **state)
{
    char pattern[FELT_OPTIONS_TEXT_MAX + 1];
    struct felt_text_list regex;

    (void)state;
    for (size_t i = 0; i + 2 < sizeof(pattern); i += 2)
        memcpy(pattern + i, "\\d", 3);
    regex = list(pattern, NULL);
    assert_int_equal(felt_underlay_choose(&(struct felt_underlay_choice){.iface_regex = &regex},
                                          &links, &(struct felt_underlay){0}, &error),
                     -ENOENT);
}

static void an_interface_without_address_or_mtu_is_refused(void **state)
{
    struct felt_text_list wlan0 = list("wlan0", NULL), eth0 = list("eth0", NULL);

    (void)state;
    assert_refused(&wlan0, NULL, -ENOENT,
                   "failed to find an IPv4 or IPv6 address for interface wlan0");
    interfaces[1].mtu = 0;
    assert_refused(&eth0, NULL, -ENOENT, "failed to determine MTU for eth0 interface");
}

static void a_public_address_does_not_change_the_choice(void **state)
{
    struct felt_underlay_choice choice = {.public_ip = felt_ip_v4(0xc6336407)};
    struct felt_underlay underlay;

    (void)state;
    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), 0);
    assert_is(underlay, "eth0", "172.16.0.2");
    assert_string_equal(FELT_IP(&underlay.public_ip), "198.51.100.7");
}

/* ---- IPv6 ---- */

/* eth0 as it is after a while in a network with router advertisements, wlan0 with IPv6 alone. */
static int setup6(void **state)
{
    static struct felt_interface_addr all[12];

    setup(state);
    memcpy(all, addrs, sizeof(addrs));
    all[5] = addr(2, "fe80::1/64");
    all[6] = addr(2, "2001:db8::dead/64");
    all[6].unfit = true;
    all[7] = addr(2, "2001:db8::aaaa/64");
    all[7].temporary = true;
    all[8] = addr(2, "2001:db8::2/64");
    all[9] = addr(2, "2001:db8::5/64");
    all[9].permanent = true;
    all[10] = addr(4, "fe80::4/64");
    all[11] = addr(4, "fd00::4/64");
    links.addrs = all;
    links.n_addrs = 12;
    return 0;
}

static void beside_ipv4_the_best_ipv6_address_is_taken_too(void **state)
{
    struct felt_underlay underlay = chosen(NULL, NULL);

    (void)state;
    assert_is(underlay, "eth0", "172.16.0.2");
    assert_string_equal(FELT_IP(&underlay.address6), "2001:db8::5");
    assert_string_equal(FELT_IP(&underlay.public_ip6), "2001:db8::5");
    links.n_addrs = 9; /* without the permanent one */
    underlay = chosen(NULL, NULL);
    assert_string_equal(FELT_IP(&underlay.address6), "2001:db8::2");
    links.n_addrs = 8; /* a privacy address is better than none */
    underlay = chosen(NULL, NULL);
    assert_string_equal(FELT_IP(&underlay.address6), "2001:db8::aaaa");
    links.n_addrs = 7; /* a deprecated and a link-local one are not */
    underlay = chosen(NULL, NULL);
    assert_int_equal(underlay.address6.family, FELT_FAMILY_NONE);
    assert_int_equal(underlay.public_ip6.family, FELT_FAMILY_NONE);
}

static void an_interface_without_ipv4_has_an_ipv6_address(void **state)
{
    struct felt_text_list wlan0 = list("wlan0", NULL);
    struct felt_underlay underlay = chosen(&wlan0, NULL);

    (void)state;
    assert_is(underlay, "wlan0", "fd00::4");
    assert_string_equal(FELT_IP(&underlay.public_ip), "fd00::4");
    assert_int_equal(underlay.address6.family, FELT_FAMILY_NONE);
    links.has_default = false;
    links.has_default6 = true;
    links.default6_ifindex = 4;
    assert_is(chosen(NULL, NULL), "wlan0", "fd00::4");
}

static void a_link_local_ipv4_address_gives_way_to_a_global_ipv6_one(void **state)
{
    struct felt_text_list eth1 = list("eth1", NULL), asked = list("169.254.7.7", NULL);

    (void)state;
    links.addrs[4] = addr(3, "2001:db8:3::3/64");
    assert_is(chosen(&eth1, NULL), "eth1", "2001:db8:3::3");
    assert_is(chosen(&asked, NULL), "eth1", "169.254.7.7");
}

static void an_ipv6_literal_takes_its_interface_and_itself(void **state)
{
    struct felt_text_list ip = list("2001:db8::2", NULL), regex = list("^fd00:", NULL);
    struct felt_underlay underlay = chosen(&ip, NULL);

    (void)state;
    assert_is(underlay, "eth0", "172.16.0.2");
    assert_string_equal(FELT_IP(&underlay.address6), "2001:db8::2");
    assert_is(chosen(NULL, &regex), "wlan0", "fd00::4");
}

static void each_family_has_a_public_address_of_its_own(void **state)
{
    struct felt_text_list wlan0 = list("wlan0", NULL), eth1 = list("eth1", NULL);
    struct felt_underlay_choice choice = {.public_ip = felt_ip_v4(0xc6336407)};
    struct felt_underlay underlay;

    (void)state;
    assert_int_equal(felt_ip_parse("2001:db8:f::f", &choice.public_ip6), 0);
    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), 0);
    assert_string_equal(FELT_IP(&underlay.public_ip), "198.51.100.7");
    assert_string_equal(FELT_IP(&underlay.address), "172.16.0.2");
    assert_string_equal(FELT_IP(&underlay.public_ip6), "2001:db8:f::f");
    assert_string_equal(FELT_IP(&underlay.address6), "2001:db8::5");
    choice.iface = &eth1;
    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), -ENOENT);
    assert_string_equal(error.text, "--public-ipv6 2001:db8:f::f: interface eth1 has no address of "
                                    "that family");
    choice.iface = &wlan0;
    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), -ENOENT);
    assert_string_equal(error.text,
                        "--public-ip 198.51.100.7: interface wlan0 has no address of that family");
    choice.public_ip = (struct felt_ip){0};
    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), 0);
    assert_string_equal(FELT_IP(&underlay.public_ip), "2001:db8:f::f");
    assert_string_equal(FELT_IP(&underlay.address), "fd00::4");
}

/* ---- again ---- */

static struct felt_underlay again(const struct felt_text_list *iface,
                                  const struct felt_underlay *had)
{
    struct felt_underlay_choice choice = {.iface = iface};
    struct felt_underlay underlay = {0};

    if (felt_underlay_again(&choice, &links, had, &underlay, &error) < 0)
        fail_msg("%s", error.text);
    return underlay;
}

static void as_long_as_nothing_changes_the_choice_stays(void **state)
{
    struct felt_underlay had = chosen(NULL, NULL), next = again(NULL, &had);

    (void)state;
    assert_true(felt_underlay_same(&had, &next));
    /* Nor where the default route points elsewhere, or a better address would come first now. */
    links.default_ifindex = 3;
    addrs[1] = addr(2, "10.1.1.1/24");
    addrs[2] = addr(2, "172.16.0.2/24");
    next = again(NULL, &had);
    assert_true(felt_underlay_same(&had, &next));
    links.has_default = false;
    next = again(NULL, &had);
    assert_true(felt_underlay_same(&had, &next));
}

static void an_address_that_is_gone_gives_way_to_the_best_one(void **state)
{
    struct felt_underlay had = chosen(NULL, NULL), next;

    (void)state;
    addrs[1] = addr(2, "172.16.0.77/24");
    next = again(NULL, &had);
    assert_is(next, "eth0", "172.16.0.77");
    assert_string_equal(FELT_IP(&next.public_ip), "172.16.0.77");
    assert_false(felt_underlay_same(&had, &next));
    assert_false(felt_underlay_lacks(&next, &had));
}

static void a_link_local_address_is_not_kept_where_a_better_one_has_come(void **state)
{
    struct felt_text_list eth1 = list("eth1", NULL);
    struct felt_interface_addr better = addrs[4];
    struct felt_underlay had, next;

    (void)state;
    addrs[4] = addr(1, "127.0.0.2/8");
    had = chosen(&eth1, NULL);
    assert_is(had, "eth1", "169.254.7.7");
    addrs[4] = better;
    next = again(&eth1, &had);
    assert_is(next, "eth1", "192.0.2.9");
}

static void an_interface_is_known_by_its_index_and_then_by_its_name(void **state)
{
    struct felt_interface before = interfaces[1];
    struct felt_underlay had = chosen(NULL, NULL), next;

    (void)state;
    strcpy(interfaces[1].name, "uplink");
    interfaces[1].mtu = 1400;
    next = again(NULL, &had);
    assert_is(next, "uplink", "172.16.0.2");
    assert_int_equal(next.mtu, 1400);
    interfaces[1] = before;
    interfaces[1].ifindex = 12; /* made anew */
    addrs[1].ifindex = 12;
    next = again(NULL, &had);
    assert_is(next, "eth0", "172.16.0.2");
    assert_int_equal(next.ifindex, 12);
    interfaces[1] = before;
}

static void what_is_gone_is_named(void **state)
{
    struct felt_underlay_choice choice = {0};
    struct felt_underlay had = chosen(NULL, NULL), next = {.mtu = 1};

    (void)state;
    addrs[1] = addrs[2] = addr(1, "127.0.0.2/8");
    assert_int_equal(felt_underlay_again(&choice, &links, &had, &next, &error), -ENOENT);
    assert_string_equal(error.text, "failed to find an IPv4 or IPv6 address for interface eth0");
    had.ifindex = 99;
    strcpy(had.name, "eth9");
    assert_int_equal(felt_underlay_again(&choice, &links, &had, &next, &error), -ENODEV);
    assert_string_equal(error.text, "interface eth9 is gone");
    assert_int_equal(next.mtu, 1);
}

static void where_an_address_was_asked_for_it_is_followed_and_not_the_interface(void **state)
{
    struct felt_text_list asked = list("10.1.1.1", NULL);
    struct felt_underlay had = chosen(&asked, NULL), next;
    struct felt_underlay_choice choice = {.iface = &asked};

    (void)state;
    assert_is(had, "eth0", "10.1.1.1");
    addrs[2] = addr(3, "10.1.1.1/24");
    next = again(&asked, &had);
    assert_is(next, "eth1", "10.1.1.1");
    addrs[2] = addr(2, "10.1.1.2/24");
    assert_int_equal(felt_underlay_again(&choice, &links, &had, &next, &error), -ENOENT);
}

static void a_family_that_is_missing_is_noticed(void **state)
{
    struct felt_underlay had = {0}, next;

    (void)state;
    assert_int_equal(felt_ip_parse("192.0.2.1", &had.address), 0);
    assert_int_equal(felt_ip_parse("2001:db8::1", &had.address6), 0);
    next = had;
    assert_false(felt_underlay_lacks(&next, &had));
    next.address6 = (struct felt_ip){0};
    assert_true(felt_underlay_lacks(&next, &had));
    assert_false(felt_underlay_lacks(&had, &next)); /* more than before */
    next.address = had.address6;
    assert_true(felt_underlay_lacks(&next, &had));
}

static struct felt_ip address(const char *text)
{
    struct felt_ip ip;

    assert_int_equal(felt_ip_parse(text, &ip), 0);
    return ip;
}

static void a_public_address_of_an_interface_chooses_it_where_nothing_else_does(void **state)
{
    struct felt_underlay_choice choice = {.public_ip = address("192.0.2.9")};
    struct felt_text_list eth0 = list("eth0", NULL);
    struct felt_underlay underlay;

    (void)state;
    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), 0);
    assert_is(underlay, "eth1", "192.0.2.9");
    choice.iface = &eth0;
    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), 0);
    assert_is(underlay, "eth0", "172.16.0.2");
    assert_string_equal(FELT_IP(&underlay.public_ip), "192.0.2.9");
}

/* As behind NAT, or of a service that routers bring to any of several machines. */
static void a_public_address_that_no_link_has_leaves_the_default_route(void **state)
{
    struct felt_underlay_choice choice = {.public_ip = address("198.51.100.1")};
    struct felt_underlay underlay;

    (void)state;
    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), 0);
    assert_is(underlay, "eth0", "172.16.0.2");
    addrs[0] = addr(1, "198.51.100.1/32");
    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), 0);
    assert_is(underlay, "eth0", "172.16.0.2");
}

static void the_way_to_an_address_is_tried_last_and_gives_its_source(void **state)
{
    struct felt_underlay_choice choice = {.can_reach = address("203.0.113.1"),
                                          .way = {3, address("169.254.7.7")}};
    struct felt_text_list iface = list("eth7", NULL);
    struct felt_underlay underlay;

    (void)state;
    choice.iface = &iface;
    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), 0);
    assert_is(underlay, "eth1", "169.254.7.7");
    choice.way.source.family = FELT_FAMILY_NONE;
    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), 0);
    assert_is(underlay, "eth1", "192.0.2.9");
    iface = list("eth0", NULL);
    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), 0);
    assert_is(underlay, "eth0", "172.16.0.2");
}

static void without_a_way_there_the_default_route_is_no_substitute(void **state)
{
    struct felt_underlay_choice choice = {.can_reach = address("203.0.113.1")};
    struct felt_underlay underlay;

    (void)state;
    assert_int_equal(felt_underlay_choose(&choice, &links, &underlay, &error), -ENOENT);
    assert_string_equal(error.text, "--iface-can-reach 203.0.113.1: no route leads there");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, setup)
    const struct CMUnitTest tests[] = {
        T(without_a_wish_it_is_the_default_routes_interface),
        T(without_a_default_route_the_error_says_what_to_do),
        T(a_name_takes_the_first_global_address),
        T(an_address_takes_its_interface_and_itself),
        T(wishes_are_tried_in_order_and_patterns_after_names),
        T(when_nothing_fits_every_attempt_is_told),
        T(a_pattern_matches_first_addresses_before_names),
        T(a_pattern_that_is_none_is_an_error_of_its_own),
        T(the_longest_pattern_of_digits_fits),
        T(an_interface_without_address_or_mtu_is_refused),
        T(a_public_address_does_not_change_the_choice),
        T(a_public_address_of_an_interface_chooses_it_where_nothing_else_does),
        T(a_public_address_that_no_link_has_leaves_the_default_route),
        T(the_way_to_an_address_is_tried_last_and_gives_its_source),
        T(without_a_way_there_the_default_route_is_no_substitute),
        cmocka_unit_test_setup(beside_ipv4_the_best_ipv6_address_is_taken_too, setup6),
        cmocka_unit_test_setup(an_interface_without_ipv4_has_an_ipv6_address, setup6),
        cmocka_unit_test_setup(a_link_local_ipv4_address_gives_way_to_a_global_ipv6_one, setup6),
        cmocka_unit_test_setup(an_ipv6_literal_takes_its_interface_and_itself, setup6),
        cmocka_unit_test_setup(each_family_has_a_public_address_of_its_own, setup6),
        cmocka_unit_test_setup(as_long_as_nothing_changes_the_choice_stays, setup),
        cmocka_unit_test_setup(an_address_that_is_gone_gives_way_to_the_best_one, setup),
        cmocka_unit_test_setup(a_link_local_address_is_not_kept_where_a_better_one_has_come, setup),
        cmocka_unit_test_setup(an_interface_is_known_by_its_index_and_then_by_its_name, setup),
        cmocka_unit_test_setup(what_is_gone_is_named, setup),
        cmocka_unit_test_setup(where_an_address_was_asked_for_it_is_followed_and_not_the_interface,
                               setup),
        cmocka_unit_test_setup(a_family_that_is_missing_is_noticed, setup),
    };
#undef T

    return RUN_TESTS(tests);
}
