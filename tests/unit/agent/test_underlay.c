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
    assert_refused(&wlan0, NULL, -ENOENT, "failed to find IPv4 address for interface wlan0");
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
    };
#undef T

    return RUN_TESTS(tests);
}
