/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/refusal.h"

static const struct felt_plan_link device = {.name = "flannel.1", .vni = 1};

static void expect(const struct felt_plan_op *op, const struct felt_kernel_error *error,
                   const char *rival, const char *want)
{
    struct felt_refusal refusal = {.op = op, .error = error, .link = &device, .port = 8472};
    char text[FELT_REFUSAL_TEXT];

    strcpy(refusal.rival, rival);
    assert_string_equal(felt_refusal_format(&refusal, text), want);
}

static struct felt_cidr subnet(const char *text)
{
    struct felt_cidr cidr;

    assert_int_equal(felt_cidr_parse(text, &cidr), 0);
    return cidr;
}

static void a_rival_is_named_with_what_to_do(void **state)
{
    struct felt_plan_op op = {.kind = FELT_OP_LINK_ADD, .link = &device};
    struct felt_kernel_error error = {.code = -EEXIST};

    (void)state;
    expect(&op, &error, "vxlan7",
           "cannot create link flannel.1: the device vxlan7 has VNI 1 and UDP port 8472 already; "
           "delete it ('ip link del vxlan7') or choose another VNI");
    expect(&op, &error, "", "cannot create link flannel.1: File exists");
    error.code = -EBUSY;
    expect(&op, &error, "vxlan7", "cannot create link flannel.1: Device or resource busy");
}

static void a_port_in_use_is_named(void **state)
{
    struct felt_plan_op op = {.kind = FELT_OP_LINK_UP, .link = &device};
    struct felt_kernel_error error = {.code = -EADDRINUSE};

    (void)state;
    expect(&op, &error, "",
           "cannot bring up flannel.1: UDP port 8472 is in use by a vxlan device with other "
           "options, or by a program");
}

static void an_address_where_ipv6_is_off_says_which_switch(void **state)
{
    struct felt_plan_op op = {.kind = FELT_OP_ADDR_ADD};
    struct felt_kernel_error error = {.code = -EACCES};
    char what[FELT_PLAN_OP_TEXT], want[FELT_REFUSAL_TEXT];

    (void)state;
    op.addr = subnet("fc00:0:0:7::/128");
    snprintf(want, sizeof(want),
             "cannot %s: IPv6 is switched off on flannel.1 (net.ipv6.conf.*.disable_ipv6); switch "
             "it on, or do without EnableIPv6",
             felt_plan_op_format(&op, what));
    expect(&op, &error, "", want);
}

static void only_a_gateway_on_the_link_over_ipv6_has_a_wider_route(void **state)
{
    struct felt_plan_op op = {.kind = FELT_OP_ROUTE_SET, .peer = FELT_PLAN_NO_PEER};
    struct felt_kernel_error error = {.code = -EINVAL};
    struct felt_refusal refusal = {.op = &op, .error = &error, .link = &device, .port = 8472};
    char text[FELT_REFUSAL_TEXT];

    (void)state;
    op.route.dst = subnet("fc00:0:0:8::/64");
    op.route.via = subnet("fc00:0:0:8::/64").ip;
    op.route.onlink = true;
    assert_non_null(strstr(felt_refusal_format(&refusal, text),
                           "('ip -6 route get fc00:0:0:8::' shows it), and Linux takes no such"));
    op.route.onlink = false;
    assert_null(strstr(felt_refusal_format(&refusal, text), "wider route"));
    op.route.onlink = true;
    op.route.dst = subnet("172.17.8.0/24");
    op.route.via = subnet("172.17.8.0/24").ip;
    assert_null(strstr(felt_refusal_format(&refusal, text), "wider route"));
}

static void without_the_capability_it_is_named_whatever_was_tried(void **state)
{
    struct felt_plan_op op = {.kind = FELT_OP_LINK_UP, .link = &device};
    struct felt_kernel_error error = {.code = -EPERM, .text = "of no use to anybody"};

    (void)state;
    expect(&op, &error, "", "cannot bring up flannel.1: not permitted; feltd needs CAP_NET_ADMIN");
}

static void the_kernels_own_words_come_before_the_codes(void **state)
{
    struct felt_plan_op op = {.kind = FELT_OP_LINK_MTU, .link = &device};
    struct felt_kernel_error error = {.code = -EINVAL, .text = "mtu greater than device maximum"};
    char what[FELT_PLAN_OP_TEXT], want[FELT_REFUSAL_TEXT];

    (void)state;
    snprintf(want, sizeof(want), "cannot %s: mtu greater than device maximum",
             felt_plan_op_format(&op, what));
    expect(&op, &error, "", want);
    error.text[0] = 0;
    snprintf(want, sizeof(want), "cannot %s: Invalid argument", felt_plan_op_format(&op, what));
    expect(&op, &error, "", want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rival_is_named_with_what_to_do),
        cmocka_unit_test(a_port_in_use_is_named),
        cmocka_unit_test(an_address_where_ipv6_is_off_says_which_switch),
        cmocka_unit_test(only_a_gateway_on_the_link_over_ipv6_has_a_wider_route),
        cmocka_unit_test(without_the_capability_it_is_named_whatever_was_tried),
        cmocka_unit_test(the_kernels_own_words_come_before_the_codes),
    };

    return RUN_TESTS(tests);
}
