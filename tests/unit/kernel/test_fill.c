/* SPDX-License-Identifier: Apache-2.0 */
/* Requests byte by byte, as flannel's and iproute2's would be. Numbers in a request are of the
 * machine's byte order; the goldens are little-endian. */
#include "tests/unit/test.h"

#include <netlink/msg.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/fill.h"

#define IFINDEX 7

static struct felt_ip v4(const char *text)
{
    struct felt_ip ip;

    assert_int_equal(felt_ip_parse(text, &ip), 0);
    return ip;
}

static struct felt_cidr cidr(const char *text)
{
    struct felt_cidr c;

    assert_int_equal(felt_cidr_parse(text, &c), 0);
    return c;
}

/* golden: hexadecimal, blanks for the eye. */
static void assert_bytes(struct felt_plan_op op, const char *golden)
{
    struct nl_msg *msg = NULL;
    char wanted[2048], got[2048];
    size_t n = 0;

    if (htonl(1) == 1)
        skip(); /* the goldens are little-endian */
    for (const char *p = golden; *p != 0; p++)
        if (*p != ' ')
            wanted[n++] = *p;
    wanted[n] = 0;
    assert_int_equal(felt_fill_op(&op, IFINDEX, &msg), 0);
    assert_in_range(nlmsg_hdr(msg)->nlmsg_len, 1, sizeof(got) / 2 - 1);
    felt_hex_encode((const uint8_t *)nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, got);
    assert_string_equal(got, wanted);
    nlmsg_free(msg);
}

static struct felt_plan_link flannel(void)
{
    return (struct felt_plan_link){.name = "flannel.1",
                                   .ifindex = IFINDEX,
                                   .is_vxlan = true,
                                   .mtu = 1450,
                                   .mac = {0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee},
                                   .vni = 1,
                                   .underlay_ifindex = 2,
                                   .local = v4("172.16.0.2")};
}

static void a_created_link_has_every_option_of_flannels_and_no_port(void **state)
{
    struct felt_plan_link link = flannel();

    (void)state;
    assert_bytes((struct felt_plan_op){.kind = FELT_OP_LINK_ADD, .link = &link},
                 "b0000000 1000 0506 00000000 00000000" /* RTM_NEWLINK, REQUEST ACK EXCL CREATE */
                 "00 00 0000 00000000 00000000 00000000"
                 "0e00 0300 666c616e6e656c2e3100 0000" /* IFNAME */
                 "0800 0d00 00000000"                  /* TXQLEN 0 */
                 "0800 0400 aa050000"                  /* MTU 1450 */
                 "0a00 0100 02aabbccddee 0000"         /* ADDRESS */
                 "6400 1280"                           /* LINKINFO, nested */
                 "0a00 0100 76786c616e00 0000"         /* KIND vxlan */
                 "5400 0280"                           /* DATA, nested */
                 "0800 0100 01000000"                  /* ID */
                 "0800 0300 02000000"                  /* LINK */
                 "0800 0400 ac100002"                  /* LOCAL */
                 "0500 0500 00 000000"                 /* TTL */
                 "0500 0600 00 000000"                 /* TOS */
                 "0500 0700 00 000000"                 /* LEARNING */
                 "0500 0b00 00 000000"                 /* PROXY */
                 "0500 0c00 00 000000"                 /* RSC */
                 "0500 0d00 00 000000"                 /* L2MISS */
                 "0500 0e00 00 000000");               /* L3MISS */
}

static void gbp_is_a_flag_and_a_port_is_in_network_order(void **state)
{
    struct felt_plan_link link = flannel();
    struct felt_plan_op op = {.kind = FELT_OP_LINK_ADD, .link = &link};
    struct nl_msg *msg;
    char hex[1024];

    (void)state;
    link.gbp = true;
    link.learning = true;
    link.port = 4789;
    assert_int_equal(felt_fill_op(&op, 0, &msg), 0);
    felt_hex_encode((const uint8_t *)nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, hex);
    assert_non_null(strstr(hex, "0500070001000000"));     /* LEARNING */
    assert_non_null(strstr(hex, "0400170006000f0012b5")); /* GBP, then PORT */
    nlmsg_free(msg);
}

static void an_ipv6_underlay_is_local6(void **state)
{
    struct felt_plan_link link = flannel();
    struct felt_plan_op op = {.kind = FELT_OP_LINK_ADD, .link = &link};
    struct nl_msg *msg;
    char hex[1024];

    (void)state;
    link.local = v4("2001:db8::1");
    assert_int_equal(felt_fill_op(&op, 0, &msg), 0);
    felt_hex_encode((const uint8_t *)nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, hex);
    assert_non_null(strstr(hex, "1400110020010db8000000000000000000000001"));
    nlmsg_free(msg);
}

static void a_link_is_changed_and_deleted_by_its_index(void **state)
{
    struct felt_plan_link link = flannel();

    (void)state;
    assert_bytes((struct felt_plan_op){.kind = FELT_OP_LINK_DEL, .link = &link},
                 "20000000 1100 0500 00000000 00000000 00 00 0000 07000000 00000000 00000000");
    assert_bytes((struct felt_plan_op){.kind = FELT_OP_LINK_UP, .link = &link},
                 "20000000 1000 0500 00000000 00000000 00 00 0000 07000000 01000000 01000000");
    assert_bytes((struct felt_plan_op){.kind = FELT_OP_LINK_MTU, .link = &link},
                 "28000000 1000 0500 00000000 00000000 00 00 0000 07000000 00000000 00000000"
                 "0800 0400 aa050000");
    assert_bytes((struct felt_plan_op){.kind = FELT_OP_LINK_MAC, .link = &link},
                 "2c000000 1000 0500 00000000 00000000 00 00 0000 07000000 00000000 00000000"
                 "0a00 0100 02aabbccddee 0000");
    assert_bytes((struct felt_plan_op){.kind = FELT_OP_LINK_RELEASE, .link = &link},
                 "28000000 1000 0500 00000000 00000000 00 00 0000 07000000 00000000 00000000"
                 "0800 0a00 00000000");
    assert_bytes((struct felt_plan_op){.kind = FELT_OP_LINK_UNDERLAY, .link = &link},
                 "44000000 1000 0500 00000000 00000000 00 00 0000 07000000 00000000 00000000"
                 "2400 1280 0a00 0100 76786c616e00 0000 1400 0280 0800 0300 02000000 0800 0400 "
                 "ac100002");
    assert_bytes((struct felt_plan_op){.kind = FELT_OP_LINK_LEARNING, .link = &link},
                 "3c000000 1000 0500 00000000 00000000 00 00 0000 07000000 00000000 00000000"
                 "1c00 1280 0a00 0100 76786c616e00 0000 0c00 0280 0500 0700 00 000000");
}

static void an_address_has_no_broadcast(void **state)
{
    struct felt_plan_op op = {.kind = FELT_OP_ADDR_ADD, .addr = cidr("172.17.7.0/32")};

    (void)state;
    assert_bytes(op, "28000000 1400 0506 00000000 00000000 02 20 00 00 07000000"
                     "0800 0200 ac110700 0800 0100 ac110700");
    op.kind = FELT_OP_ADDR_DEL;
    assert_bytes(op, "28000000 1500 0500 00000000 00000000 02 20 00 00 07000000"
                     "0800 0200 ac110700 0800 0100 ac110700");
}

static void a_neighbour_is_permanent_and_replaces(void **state)
{
    struct felt_plan_op op = {
        .kind = FELT_OP_NEIGH_SET,
        .neigh = {.ip = v4("172.17.8.0"), .mac = {0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee}}};

    (void)state;
    assert_bytes(op, "30000000 1c00 0505 00000000 00000000 02 00 0000 07000000 8000 00 01"
                     "0800 0100 ac110800 0a00 0200 02aabbccddee 0000");
    op.kind = FELT_OP_NEIGH_DEL;
    assert_bytes(op, "24000000 1d00 0500 00000000 00000000 02 00 0000 07000000 0000 00 01"
                     "0800 0100 ac110800");
}

static void an_fdb_entry_is_the_devices_own_and_goes_whole(void **state)
{
    struct felt_plan_op op = {
        .kind = FELT_OP_FDB_SET,
        .fdb = {.remote = v4("172.16.0.3"), .mac = {0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee}}};

    (void)state;
    assert_bytes(op, "30000000 1c00 0505 00000000 00000000 07 00 0000 07000000 8000 02 00"
                     "0800 0100 ac100003 0a00 0200 02aabbccddee 0000");
    op.kind = FELT_OP_FDB_DEL;
    assert_bytes(op, "28000000 1d00 0500 00000000 00000000 07 00 0000 07000000 0000 02 00"
                     "0a00 0200 02aabbccddee 0000");
}

static void a_route_is_onlink_through_our_device_and_carries_our_protocol(void **state)
{
    struct felt_plan_op op = {.kind = FELT_OP_ROUTE_SET,
                              .route = {.dst = cidr("172.17.8.0/24"),
                                        .via = v4("172.17.8.0"),
                                        .ifindex = FELT_PLAN_OUR_LINK,
                                        .onlink = true,
                                        .protocol = FELT_PLAN_RTPROT,
                                        .type = 1}};

    (void)state;
    assert_bytes(op, "34000000 1800 0505 00000000 00000000 02 18 00 00 fe 66 00 01 04000000"
                     "0800 0100 ac110800 0800 0500 ac110800 0800 0400 07000000");
    op.kind = FELT_OP_ROUTE_DEL;
    assert_bytes(op, "34000000 1900 0500 00000000 00000000 02 18 00 00 fe 66 00 01 00000000"
                     "0800 0100 ac110800 0800 0500 ac110800 0800 0400 07000000");
}

static void a_deleted_route_says_all_that_tells_it_from_others(void **state)
{
    struct felt_plan_op op = {.kind = FELT_OP_ROUTE_DEL,
                              .route = {.dst = cidr("172.17.8.0/24"),
                                        .ifindex = 3,
                                        .protocol = 3,
                                        .scope = 253,
                                        .type = 1,
                                        .tos = 4,
                                        .metric = 5}};

    (void)state;
    assert_bytes(op, "34000000 1900 0500 00000000 00000000 02 18 00 04 fe 03 fd 01 00000000"
                     "0800 0100 ac110800 0800 0400 03000000 0800 0600 05000000");
    op.route.nexthop = 7;
    assert_bytes(op, "2c000000 1900 0500 00000000 00000000 02 18 00 04 fe 03 fd 01 00000000"
                     "0800 0100 ac110800 0800 0600 05000000");
}

/* As 'ip -6 address add fc00:0:0:7::/128 dev flannel-v6.1 nodad' and the others of IPv6 would. */
static void entries_of_ipv6_have_their_family_no_dad_and_a_metric(void **state)
{
    struct felt_plan_op op = {.kind = FELT_OP_ADDR_ADD, .addr = cidr("fc00:0:0:7::/128")};

    (void)state;
    assert_bytes(op, "40000000 1400 0506 00000000 00000000 0a 80 02 00 07000000"
                     "1400 0200 fc000000000000070000000000000000"
                     "1400 0100 fc000000000000070000000000000000");
    op = (struct felt_plan_op){
        .kind = FELT_OP_NEIGH_SET,
        .neigh = {.ip = v4("fc00:0:0:8::"), .mac = {0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee}}};
    assert_bytes(op, "3c000000 1c00 0505 00000000 00000000 0a 00 0000 07000000 8000 00 01"
                     "1400 0100 fc000000000000080000000000000000 0a00 0200 02aabbccddee 0000");
    op = (struct felt_plan_op){
        .kind = FELT_OP_FDB_SET,
        .fdb = {.remote = v4("2001:db8::3"), .mac = {0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee}}};
    assert_bytes(op, "3c000000 1c00 0505 00000000 00000000 07 00 0000 07000000 8000 02 00"
                     "1400 0100 20010db8000000000000000000000003 0a00 0200 02aabbccddee 0000");
    op = (struct felt_plan_op){.kind = FELT_OP_ROUTE_SET,
                               .route = {.dst = cidr("fc00:0:0:8::/64"),
                                         .via = v4("fc00:0:0:8::"),
                                         .ifindex = FELT_PLAN_OUR_LINK,
                                         .onlink = true,
                                         .protocol = FELT_PLAN_RTPROT,
                                         .metric = FELT_PLAN_METRIC_V6,
                                         .type = 1}};
    assert_bytes(op, "54000000 1800 0505 00000000 00000000 0a 40 00 00 fe 66 00 01 04000000"
                     "1400 0100 fc000000000000080000000000000000"
                     "1400 0500 fc000000000000080000000000000000"
                     "0800 0400 07000000 0800 0600 00040000");
}

static void a_nexthop_replaces_and_is_deleted_by_its_number_alone(void **state)
{
    struct felt_plan_op op = {.kind = FELT_OP_NEXTHOP_SET,
                              .nexthop = {.id = 0x66000007,
                                          .via = v4("172.17.8.0"),
                                          .ifindex = FELT_PLAN_OUR_LINK,
                                          .onlink = true,
                                          .protocol = FELT_PLAN_RTPROT}};

    (void)state;
    assert_bytes(op, "30000000 6800 0505 00000000 00000000 02 00 66 00 04000000"
                     "0800 0100 07000066 0800 0500 07000000 0800 0600 ac110800");
    op.nexthop.onlink = false;
    op.nexthop.ifindex = 2;
    assert_bytes(op, "30000000 6800 0505 00000000 00000000 02 00 66 00 00000000"
                     "0800 0100 07000066 0800 0500 02000000 0800 0600 ac110800");
    op.kind = FELT_OP_NEXTHOP_DEL;
    assert_bytes(op, "20000000 6900 0500 00000000 00000000 00 00 00 00 00000000"
                     "0800 0100 07000066");
}

static void a_route_names_its_object_and_nothing_that_the_object_says(void **state)
{
    struct felt_plan_op op = {.kind = FELT_OP_ROUTE_SET,
                              .route = {.dst = cidr("172.17.8.0/24"),
                                        .via = v4("172.17.8.0"),
                                        .ifindex = FELT_PLAN_OUR_LINK,
                                        .onlink = true,
                                        .nexthop = 0x66000007,
                                        .protocol = FELT_PLAN_RTPROT,
                                        .type = 1}};

    (void)state;
    assert_bytes(op, "2c000000 1800 0505 00000000 00000000 02 18 00 00 fe 66 00 01 00000000"
                     "0800 0100 ac110800 0800 1e00 07000066");
}

static void the_longest_name_and_addresses_fit(void **state)
{
    struct felt_plan_link link = flannel();
    struct felt_plan_op op = {.kind = FELT_OP_LINK_ADD, .link = &link};
    struct nl_msg *msg;

    (void)state;
    memcpy(link.name, "flannel.9999999", sizeof(link.name));
    link.local = v4("2001:db8::1");
    link.gbp = true;
    link.port = 65535;
    assert_int_equal(felt_fill_op(&op, 0, &msg), 0);
    nlmsg_free(msg);
    op = (struct felt_plan_op){.kind = FELT_OP_ROUTE_SET,
                               .route = {.dst = cidr("2001:db8::/128"),
                                         .via = v4("2001:db8::1"),
                                         .ifindex = 2,
                                         .metric = UINT32_MAX}};
    assert_int_equal(felt_fill_op(&op, 0, &msg), 0);
    nlmsg_free(msg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_created_link_has_every_option_of_flannels_and_no_port),
        cmocka_unit_test(gbp_is_a_flag_and_a_port_is_in_network_order),
        cmocka_unit_test(an_ipv6_underlay_is_local6),
        cmocka_unit_test(a_link_is_changed_and_deleted_by_its_index),
        cmocka_unit_test(an_address_has_no_broadcast),
        cmocka_unit_test(a_neighbour_is_permanent_and_replaces),
        cmocka_unit_test(an_fdb_entry_is_the_devices_own_and_goes_whole),
        cmocka_unit_test(a_route_is_onlink_through_our_device_and_carries_our_protocol),
        cmocka_unit_test(a_deleted_route_says_all_that_tells_it_from_others),
        cmocka_unit_test(entries_of_ipv6_have_their_family_no_dad_and_a_metric),
        cmocka_unit_test(a_nexthop_replaces_and_is_deleted_by_its_number_alone),
        cmocka_unit_test(a_route_names_its_object_and_nothing_that_the_object_says),
        cmocka_unit_test(the_longest_name_and_addresses_fit),
    };

    return RUN_TESTS(tests);
}
