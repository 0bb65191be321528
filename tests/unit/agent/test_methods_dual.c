/* SPDX-License-Identifier: Apache-2.0 */
/* What the control socket says where a network has IPv6. Everything else: test_methods.c. */
#include "tests/unit/test.h"

#include <string.h>

#include "agent/methods.h"
#include "node/reserve.h"
#include "node/order.h"
#include "node/view.h"
#include "tests/unit/agent/no_bridge.h"

/* ---- a node that says what the test wants: itself, and another where there is one ---- */

struct felt_node {
    struct felt_self_view self;
    struct felt_member_view member;
    struct felt_member_view other;
};

void felt_node_self(const struct felt_node *node, struct felt_self_view *ret_view)
{
    *ret_view = node->self;
}

bool felt_node_next_member(const struct felt_node *node, felt_usec now _unused_, uint32_t *i,
                           struct felt_member_view *ret_view)
{
    if (*i >= node->self.n_members)
        return false;
    *ret_view = *i == 0 ? node->member : node->other;
    ++*i;
    return true;
}

const char *felt_member_state_name(enum felt_member_state state _unused_)
{
    return "alive";
}

/* What methods_reserve.c asks of it is shown in test_methods_reserve.c. */
void felt_node_may_reserve(const struct felt_node *node_ _unused_, uint32_t slot _unused_,
                           const struct felt_whom *whom _unused_,
                           struct felt_reserve_answer *ret_answer _unused_)
{
    fail();
}

uint64_t felt_node_reserved_by(const struct felt_node *node_ _unused_)
{
    return 0;
}

bool felt_node_next_reservation(const struct felt_node *node_ _unused_,
                                struct felt_notice_place *place _unused_,
                                struct felt_reservation_view *ret_view _unused_)
{
    return false;
}

const struct felt_order *felt_node_order(const struct felt_node *node_ _unused_,
                                         const struct felt_id *id _unused_)
{
    return NULL;
}

bool felt_node_next_owner(const struct felt_node *node_ _unused_, uint32_t *at _unused_,
                          struct felt_id *ret_id _unused_, uint32_t *ret_slots _unused_)
{
    return false;
}

/* Slots are test_methods_slots.c's. */
bool felt_node_next_run(const struct felt_node *node_ _unused_, uint32_t *at _unused_,
                        struct felt_id *ret_owner _unused_, uint32_t *ret_count _unused_)
{
    return false;
}

enum felt_order_refusal felt_node_may_reclaim(const struct felt_node *node_ _unused_,
                                              const struct felt_id *ids _unused_, size_t n _unused_,
                                              bool force _unused_)
{
    return FELT_ORDER_NOT_YET;
}

static felt_usec now_us(void)
{
    return 1;
}

static struct felt_netconf netconf;
static struct felt_node node;
static struct felt_methods_context context;

static void set_up_with(const char *json)
{
    struct felt_netconf_error error;

    assert_int_equal(felt_netconf_parse(json, strlen(json), &netconf, &error), 0);
    node = (struct felt_node){
        .self = {.in_cluster = true,
                 .config = &netconf,
                 .config_text = json,
                 .has_lease = true,
                 .lease_slot = 4,
                 .n_members = 1},
        .member = {.self = true,
                   .name = "h1",
                   .has_backend = true,
                   .backend = FELT_BACKEND_VXLAN,
                   .backend_data = "{\"VNI\":1}",
                   .backend_data6 = "{\"VNI\":6}",
                   .public_ip = felt_ip_v4(0xc0000201),
                   .has_lease = true,
                   .lease_slot = 4},
    };
    assert_int_equal(felt_ip_parse("2001:db8::1", &node.member.public_ip6), 0);
    context = (struct felt_methods_context){
        .node = &node,
        .now_us = now_us,
        .version = "0",
        .device = "flannel.1",
        .device6 = "flannel-v6.1",
    };
}

/* The text at a path like "network.ipv6.network"; "null" for null. Frees root. */
static const char *at(json_t *root, const char *path)
{
    static char text[128];
    char copy[128], *rest = copy, *key;
    json_t *value = root;

    snprintf(copy, sizeof(copy), "%s", path);
    while ((key = strsep(&rest, ".")))
        value = json_is_array(value) ? json_array_get(value, 0) : json_object_get(value, key);
    assert_non_null(value);
    snprintf(text, sizeof(text), "%s", json_is_null(value) ? "null" : json_string_value(value));
    json_decref(root);
    return text;
}

#define STATUS(path)  at(felt_methods_status(&context), path)
#define MEMBERS(path) at(felt_methods_members(&context), "members.0." path)
#define LEASES(path)  at(felt_methods_leases(&context), "leases.0." path)

static void of_both_families_everything_that_shows_a_subnet_shows_two(void **state)
{
    (void)state;
    set_up_with("{\"Network\":\"10.3.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fc00::/48\"}");
    assert_string_equal(STATUS("network.network"), "10.3.0.0/16");
    assert_string_equal(STATUS("network.ipv6.network"), "fc00::/48");
    assert_string_equal(STATUS("network.ipv6.subnet_min"), "fc00:0:0:1::");
    assert_string_equal(STATUS("network.ipv6.subnet_max"), "fc00:0:0:ffff::");
    assert_string_equal(STATUS("lease.subnet"), "10.3.5.0/24");
    assert_string_equal(STATUS("lease.subnet6"), "fc00:0:0:5::/64");
    assert_string_equal(STATUS("node.public_ip6"), "2001:db8::1");
    assert_string_equal(STATUS("kernel.device"), "flannel.1");
    assert_string_equal(STATUS("kernel.device6"), "flannel-v6.1");
    assert_string_equal(MEMBERS("lease"), "10.3.5.0/24");
    assert_string_equal(MEMBERS("lease6"), "fc00:0:0:5::/64");
    assert_string_equal(MEMBERS("public_ip6"), "2001:db8::1");
    assert_string_equal(MEMBERS("backend_data6"), "{\"VNI\":6}");
    assert_string_equal(LEASES("subnet"), "10.3.5.0/24");
    assert_string_equal(LEASES("subnet6"), "fc00:0:0:5::/64");
    assert_string_equal(LEASES("public_ip6"), "2001:db8::1");
    assert_string_equal(LEASES("backend_data6"), "{\"VNI\":6}");
}

static void of_ipv6_alone_it_is_the_subnet(void **state)
{
    (void)state;
    set_up_with("{\"EnableIPv4\":false,\"EnableIPv6\":true,\"IPv6Network\":\"fc00::/48\"}");
    node.member.public_ip = node.member.public_ip6;
    node.member.public_ip6 = (struct felt_ip){0};
    assert_string_equal(STATUS("network.network"), "fc00::/48");
    assert_string_equal(STATUS("network.subnet_min"), "fc00:0:0:1::");
    assert_string_equal(STATUS("network.ipv6"), "null");
    assert_string_equal(STATUS("lease.subnet"), "fc00:0:0:5::/64");
    assert_string_equal(STATUS("lease.subnet6"), "null");
    assert_string_equal(MEMBERS("lease"), "fc00:0:0:5::/64");
    assert_string_equal(MEMBERS("lease6"), "null");
    assert_string_equal(MEMBERS("public_ip"), "2001:db8::1");
    assert_string_equal(MEMBERS("public_ip6"), "null");
    assert_string_equal(MEMBERS("backend_data6"), "null");
    assert_string_equal(LEASES("subnet"), "fc00:0:0:5::/64");
    assert_string_equal(LEASES("subnet6"), "null");
}

static void two_machines_at_one_ipv6_address_are_a_problem(void **state)
{
    (void)state;
    set_up_with("{\"Network\":\"10.3.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fc00::/48\"}");
    node.self.n_members = 2;
    node.other = node.member;
    node.other.self = false;
    node.other.public_ip = felt_ip_v4(0xc0000202);
    strcpy(node.other.name, "h2");
    node.self.n_alive = 2;
    context.ready = true;
    assert_string_equal(
        at(json_pack("{s:o}", "problems", felt_methods_problems(&context)), "problems.0"),
        "h1 and h2 both take overlay traffic at 2001:db8::1, and only one can get "
        "it: see --public-ipv6 and --iface");
    node.other.public_ip6 = (struct felt_ip){0};
    node.member.public_ip6 = (struct felt_ip){0};
    json_t *none = felt_methods_problems(&context);
    assert_int_equal(json_array_size(none), 0);
    json_decref(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_both_families_everything_that_shows_a_subnet_shows_two),
        cmocka_unit_test(of_ipv6_alone_it_is_the_subnet),
        cmocka_unit_test(two_machines_at_one_ipv6_address_are_a_problem),
    };

    return RUN_TESTS(tests);
}
