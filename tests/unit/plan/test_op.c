/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "plan/op.h"

static const struct felt_plan_link link = {
    .name = "flannel.1",
    .mtu = 1450,
    .mac = {2, 0xaa, 0xbb, 0xcc, 0xdd, 0xee},
    .local = {.family = FELT_FAMILY_V4, .bytes = {172, 16, 0, 2}}};

static void assert_text(struct felt_plan_op op, const char *wanted)
{
    char text[FELT_PLAN_OP_TEXT];

    assert_string_equal(felt_plan_op_format(&op, text), wanted);
}

static void each_operation_has_its_words(void **state)
{
    struct felt_plan_op op = {.link = &link};

    (void)state;
    op.kind = FELT_OP_LINK_DEL;
    assert_text(op, "delete link flannel.1");
    op.kind = FELT_OP_LINK_ADD;
    assert_text(op, "create link flannel.1");
    op.kind = FELT_OP_LINK_UP;
    assert_text(op, "bring up flannel.1");
    op.kind = FELT_OP_LINK_MTU;
    assert_text(op, "set MTU of flannel.1 to 1450");
    op.kind = FELT_OP_LINK_RELEASE;
    assert_text(op, "take out of its bridge flannel.1");
    op.kind = FELT_OP_LINK_UNDERLAY;
    assert_text(op, "set local address of flannel.1 to 172.16.0.2");
    op.kind = FELT_OP_LINK_LEARNING;
    assert_text(op, "set learning of flannel.1 to off");
    op.kind = FELT_OP_LINK_MAC;
    assert_text(op, "set MAC of flannel.1 to 02:aa:bb:cc:dd:ee");
    op = (struct felt_plan_op){.kind = FELT_OP_ADDR_ADD,
                               .addr = {.ip = felt_ip_v4(0xac110700), .len = 32}};
    assert_text(op, "add address 172.17.7.0/32");
    op.kind = FELT_OP_ADDR_DEL;
    assert_text(op, "delete address 172.17.7.0/32");
    op = (struct felt_plan_op){.kind = FELT_OP_NEIGH_SET,
                               .neigh = {.ip = felt_ip_v4(0xac110800), .mac = {2}}};
    assert_text(op, "set neighbour 172.17.8.0 lladdr 02:00:00:00:00:00");
    op.kind = FELT_OP_NEIGH_DEL;
    assert_text(op, "delete neighbour 172.17.8.0 lladdr 02:00:00:00:00:00");
    op = (struct felt_plan_op){.kind = FELT_OP_FDB_SET,
                               .fdb = {.remote = felt_ip_v4(0xac100003), .mac = {2}}};
    assert_text(op, "set fdb 02:00:00:00:00:00 dst 172.16.0.3");
    op.kind = FELT_OP_FDB_DEL;
    assert_text(op, "delete fdb 02:00:00:00:00:00 dst 172.16.0.3");
    op = (struct felt_plan_op){
        .kind = FELT_OP_ROUTE_SET,
        .route = {.dst = {.ip = felt_ip_v4(0xac110800), .len = 24}, .via = felt_ip_v4(0xac110800)}};
    assert_text(op, "set route 172.17.8.0/24 via 172.17.8.0");
    op.kind = FELT_OP_ROUTE_DEL;
    op.route.via = (struct felt_ip){0};
    assert_text(op, "delete route 172.17.8.0/24 via -");
    op = (struct felt_plan_op){.kind = FELT_OP_NEXTHOP_SET,
                               .nexthop = {.id = 0x66000007, .via = felt_ip_v4(0xac110800)}};
    assert_text(op, "set nexthop 0x66000007 via 172.17.8.0");
    op.kind = FELT_OP_NEXTHOP_DEL;
    assert_text(op, "delete nexthop 0x66000007 via 172.17.8.0");
}

static void the_longest_text_fits(void **state)
{
    struct felt_plan_op op = {.kind = FELT_OP_ROUTE_DEL};
    char text[FELT_PLAN_OP_TEXT];

    (void)state;
    assert_int_equal(felt_cidr_parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", &op.route.dst),
                     0);
    op.route.via = op.route.dst.ip;
    felt_plan_op_format(&op, text);
    assert_string_equal(text + strlen(text) - 5, ":ffff");
}

static void only_operations_on_the_device_travel_alone(void **state)
{
    unsigned n = 0;

    (void)state;
    for (int kind = 0; kind < FELT_OPS; kind++) {
        struct felt_plan_op op = {.kind = (enum felt_plan_op_kind)kind};

        n += felt_plan_op_is_link(&op);
    }
    assert_int_equal(n, 8);
    assert_true(felt_plan_op_is_link(&(struct felt_plan_op){.kind = FELT_OP_LINK_UP}));
    assert_false(felt_plan_op_is_link(&(struct felt_plan_op){.kind = FELT_OP_ADDR_ADD}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operation_has_its_words),
        cmocka_unit_test(the_longest_text_fits),
        cmocka_unit_test(only_operations_on_the_device_travel_alone),
    };

    return RUN_TESTS(tests);
}
