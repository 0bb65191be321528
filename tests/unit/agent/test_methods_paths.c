/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of paths through the overlay that fail. */
#include "tests/unit/test.h"

#include <string.h>

#include "agent/methods_list.h"
#include "tests/unit/agent/no_bridge.h"

#define MTU 1450

/* Not asked: the views are the test's. */
void felt_node_self(const struct felt_node *node _unused_, struct felt_self_view *ret_view _unused_)
{
    fail_msg("there is no node");
}

bool felt_node_next_member(const struct felt_node *node _unused_, felt_usec now _unused_,
                           uint32_t *i _unused_, struct felt_member_view *ret_view _unused_)
{
    fail_msg("there is no node");
    return false;
}

static enum felt_path_state state_of(char letter)
{
    return letter == 'f'   ? FELT_PATH_FAILS
           : letter == 'l' ? FELT_PATH_LARGE_FAILS
           : letter == 'p' ? FELT_PATH_PASSES
                           : FELT_PATH_UNKNOWN;
}

/* The kernel has plain routes to the subnets that begin with one of these (a space after each), and
 * takes the others into vxlan. */
static bool way(void *userdata, const struct felt_ip *subnet, struct felt_way *ret_way)
{
    char text[FELT_ENDPOINT_TEXT + 1];

    snprintf(text, sizeof(text), "%s ", FELT_IP(subnet));
    *ret_way =
        (struct felt_way){.plain = strstr(userdata, text) != NULL, .via = felt_ip_v4(0xc6336401)};
    return true;
}

/* The problems of a node that sees members a, b, c, ... so; one line each. */
static const char *said_by_ways(const char *paths, const char *paths6,
                                const struct felt_netconf *config, const char *plain_to)
{
    static char text[4096];
    struct felt_self_view self = {.config = config, .advertise.port = 8470};
    struct felt_methods_context context = {
        .mtu = MTU, .way = plain_to ? way : NULL, .userdata = (void *)(uintptr_t)plain_to};
    struct felt_member_view all[26] = {0};
    json_t *problems = json_array();
    size_t n = strlen(paths), len = 0;

    for (size_t i = 0; i < n; i++) {
        all[i].name[0] = (char)('a' + i);
        all[i].public_ip = felt_ip_v4(0xc0000201 + (uint32_t)i);
        all[i].mtu = MTU;
        all[i].has_lease = config && config->subnet_len > 0;
        all[i].lease_slot = (uint32_t)i;
        all[i].paths[0].state = state_of(paths[i]);
        if (paths6)
            all[i].paths[1].state = state_of(paths6[i]);
    }
    felt_methods_path_problems(problems, &context, &self, all, n);
    text[0] = '\0';
    for (size_t i = 0; i < json_array_size(problems); i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\n",
                                json_string_value(json_array_get(problems, i)));
    json_decref(problems);
    return text;
}

static const char *said_of_both(const char *paths, const char *paths6,
                                const struct felt_netconf *config)
{
    return said_by_ways(paths, paths6, config, NULL);
}

static const char *said(const char *paths, const struct felt_netconf *config)
{
    return said_of_both(paths, NULL, config);
}

static void what_passes_or_was_not_tried_is_no_problem(void **state)
{
    (void)state;
    assert_string_equal(said("", NULL), "");
    assert_string_equal(said("-pp-p", NULL), "");
}

static void a_filter_is_named_with_port_and_address(void **state)
{
    struct felt_netconf config = {.vxlan = {.port = 4789}};

    (void)state;
    assert_string_equal(said("-pf", NULL),
                        "c is alive, but packets through the overlay do not reach it, or do not "
                        "come back: is UDP port 8472 between this machine and 192.0.2.3 "
                        "filtered?\n");
    assert_non_null(strstr(said("-pf", &config), "is UDP port 4789 between"));
}

static void an_mtu_that_is_too_large_is_named(void **state)
{
    (void)state;
    assert_string_equal(
        said("-lp", NULL),
        "packets of the overlay's MTU (1450) do not reach b, small ones do: the way "
        "to it takes less; set MTU in the network's Backend, or raise the MTU of "
        "the underlay\n");
}

static void where_nearly_all_fail_it_is_this_machine(void **state)
{
    (void)state;
    assert_null(strstr(said("-f", NULL), "rather this machine")); /* of one nobody can tell */
    assert_null(strstr(said("-fp", NULL), "rather this machine"));
    assert_non_null(strstr(said("-ff", NULL), "do not reach 2 of 2 members"));
    assert_null(strstr(said("-ffp", NULL), "rather this machine")); /* not nearly all */
    assert_string_equal(
        said("-fffp", NULL),
        "packets through the overlay do not reach 3 of 4 members that are alive, so "
        "it is rather this machine: does its firewall let UDP port 8472 in and "
        "out, and port 8470 in on the overlay's device?\n");
    assert_non_null(strstr(said("-ll", NULL), "(1450) do not reach 2 of 2 members"));
}

static void of_many_five_are_named(void **state)
{
    const char *text;

    (void)state;
    text = said("fffffffpppppppp", NULL);
    assert_non_null(strstr(text, "e is alive"));
    assert_null(strstr(text, "f is alive"));
    assert_non_null(strstr(text, "and so it is with 2 more: feltctl members shows them\n"));
    assert_null(strstr(said("fffffpppppppp", NULL), "more"));
}

#define PLAIN_TO_B                                                                                \
    "b is alive, but packets through the overlay do not reach it, or do not come back: a plain "  \
    "route leads there by 198.51.100.1; does something on the way, or a firewall, drop what has " \
    "addresses of containers? Clouds do that check source and destination\n"
#define VXLAN_TO_C                                                                              \
    "c is alive, but packets through the overlay do not reach it, or do not come back: is UDP " \
    "port 8472 between this machine and 198.51.100.1 filtered?\n"

/* By what the kernel does, not by what the network is called. */
static void a_port_is_named_where_there_is_one_and_containers_where_a_route_is_plain(void **state)
{
    struct felt_netconf config = {.network = {.ip = felt_ip_v4(0x0a010000), .len = 16},
                                  .subnet_len = 24,
                                  .subnet_min = felt_ip_v4(0x0a010000),
                                  .subnet_max = felt_ip_v4(0x0a01ff00)};

    (void)state;
    assert_string_equal(said_by_ways("-ffpp", NULL, &config, "10.1.1.0 "), PLAIN_TO_B VXLAN_TO_C);
    config.backend = FELT_BACKEND_HOST_GW;
    assert_string_equal(said_by_ways("-ffpp", NULL, &config, "10.1.1.0 "), PLAIN_TO_B VXLAN_TO_C);
    assert_non_null(strstr(said("-f", &config), "a plain route leads there by 192.0.2.2;"));
    assert_non_null(strstr(said("-l", &config), "lower the MTU of this machine's interface"));
}

static void where_nearly_all_fail_the_ways_to_them_are_named(void **state)
{
    struct felt_netconf config = {.network = {.ip = felt_ip_v4(0x0a010000), .len = 16},
                                  .subnet_len = 24,
                                  .subnet_min = felt_ip_v4(0x0a010000),
                                  .subnet_max = felt_ip_v4(0x0a01ff00)};

    (void)state;
    assert_string_equal(
        said_by_ways("-ff", NULL, &config, "10.1.1.0 10.1.2.0 "),
        "packets through the overlay do not reach 2 of 2 members that are alive, so it is rather "
        "this machine: plain routes lead to 2 of them: do its firewall and its network let packets "
        "with addresses of containers in and out? Clouds do not that check source and "
        "destination\n");
    assert_string_equal(
        said_by_ways("-ff", NULL, &config, "10.1.1.0 "),
        "packets through the overlay do not reach 2 of 2 members that are alive, so it is rather "
        "this machine: does its firewall let UDP port 8472 in and out, and port 8470 in on the "
        "overlay's device? And plain routes lead to 1 of them: do its firewall and its network let "
        "packets with addresses of containers in and out? Clouds do not that check source and "
        "destination\n");
}

static void of_two_families_the_one_that_fails_is_named(void **state)
{
    struct felt_netconf config = {.network = {.ip = felt_ip_v4(0x0a010000), .len = 16},
                                  .v6.network = {.ip = {.family = FELT_FAMILY_V6}, .len = 48}};

    (void)state;
    assert_string_equal(said_of_both("-pp", "-p-", &config), "");
    assert_string_equal(said_of_both("-pp", "-fp", &config),
                        "b is alive, but IPv6 packets through the overlay do not reach it, or do "
                        "not come back: is UDP port 8472 between this machine and 192.0.2.2 "
                        "filtered?\n");
    assert_non_null(strstr(said_of_both("-fpp", "-ppp", &config), "but IPv4 packets through"));
    assert_non_null(strstr(said_of_both("-fpp", "-fpp", &config), "but packets through"));
    assert_null(strstr(said_of_both("-fpp", "-fpp", &config), "IPv"));
    assert_non_null(strstr(said_of_both("-ppp", "-lpp", &config), "IPv6 packets of the overlay's"));
    assert_non_null(strstr(said_of_both("pp-", "ff-", &config),
                           "IPv6 packets through the overlay do not reach 2 of 2 members"));
    assert_non_null(strstr(said_of_both("fl", "lf", &config), "IPv4 packets of the overlay's"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_passes_or_was_not_tried_is_no_problem),
        cmocka_unit_test(a_filter_is_named_with_port_and_address),
        cmocka_unit_test(an_mtu_that_is_too_large_is_named),
        cmocka_unit_test(where_nearly_all_fail_it_is_this_machine),
        cmocka_unit_test(of_many_five_are_named),
        cmocka_unit_test(a_port_is_named_where_there_is_one_and_containers_where_a_route_is_plain),
        cmocka_unit_test(where_nearly_all_fail_the_ways_to_them_are_named),
        cmocka_unit_test(of_two_families_the_one_that_fails_is_named),
    };

    return RUN_TESTS(tests);
}
