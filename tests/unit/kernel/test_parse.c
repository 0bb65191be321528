/* SPDX-License-Identifier: Apache-2.0 */
/* What src/kernel/fill.c writes is what src/kernel/parse.c reads, and nothing that is cut, foreign
 * or malformed is read at all. */
#include "tests/unit/test.h"

#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "kernel/fill.h"
#include "kernel/parse.h"

#define IFINDEX 7

static struct felt_ip ip(const char *text)
{
    struct felt_ip v;

    assert_int_equal(felt_ip_parse(text, &v), 0);
    return v;
}

static struct felt_cidr cidr(const char *text)
{
    struct felt_cidr v;

    assert_int_equal(felt_cidr_parse(text, &v), 0);
    return v;
}

static struct nl_msg *fill(struct felt_plan_op op)
{
    struct nl_msg *msg = NULL;

    assert_int_equal(felt_fill_op(&op, IFINDEX, &msg), 0);
    return msg;
}

static struct felt_plan_link flannel(void)
{
    return (struct felt_plan_link){.name = "flannel.1",
                                   .is_vxlan = true,
                                   .mtu = 1450,
                                   .mac = {0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee},
                                   .vni = 1,
                                   .underlay_ifindex = 2,
                                   .local = ip("172.16.0.2"),
                                   .port = 4789,
                                   .learning = true,
                                   .gbp = true};
}

static struct nl_msg *fill_link(const struct felt_plan_link *link)
{
    struct nl_msg *msg = fill((struct felt_plan_op){.kind = FELT_OP_LINK_ADD, .link = link});
    struct ifinfomsg *header = nlmsg_data(nlmsg_hdr(msg));

    header->ifi_index = IFINDEX;
    header->ifi_flags = 1; /* IFF_UP */
    return msg;
}

static void a_link_is_read_with_its_options(void **state)
{
    struct felt_plan_link wanted = flannel(), link;
    struct nl_msg *msg = fill_link(&wanted);

    (void)state;
    assert_true(felt_parse_link(nlmsg_hdr(msg), &link));
    assert_string_equal(link.name, "flannel.1");
    assert_int_equal(link.ifindex, IFINDEX);
    assert_true(link.is_vxlan && link.up && link.learning && link.gbp && !link.odd);
    assert_int_equal(link.mtu, 1450);
    assert_memory_equal(link.mac, wanted.mac, FELT_PLAN_MAC_LEN);
    assert_int_equal(link.vni, 1);
    assert_int_equal(link.underlay_ifindex, 2);
    assert_true(felt_ip_equal(&link.local, &wanted.local));
    assert_int_equal(link.group.family, FELT_FAMILY_NONE);
    assert_int_equal(link.port, 4789);
    nlmsg_free(msg);
}

static void an_ipv6_local_is_read(void **state)
{
    struct felt_plan_link wanted = flannel(), link;
    struct nl_msg *msg;

    (void)state;
    wanted.local = ip("2001:db8::1");
    msg = fill_link(&wanted);
    assert_true(felt_parse_link(nlmsg_hdr(msg), &link));
    assert_true(felt_ip_equal(&link.local, &wanted.local));
    nlmsg_free(msg);
}

static struct nl_msg *port_of(const char *slave_kind)
{
    struct ifinfomsg header = {.ifi_index = 3};
    struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);
    struct nlattr *info;

    assert_int_equal(nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO), 0);
    assert_int_equal(nla_put_string(msg, IFLA_IFNAME, "flannel.1"), 0);
    assert_int_equal(nla_put_u32(msg, IFLA_MASTER, 9), 0);
    info = nla_nest_start(msg, IFLA_LINKINFO);
    assert_int_equal(nla_put_string(msg, IFLA_INFO_KIND, "vxlan"), 0);
    assert_int_equal(nla_put_string(msg, IFLA_INFO_SLAVE_KIND, slave_kind), 0);
    nla_nest_end(msg, info);
    return msg;
}

static void a_bridge_that_it_is_a_port_of_is_read_and_a_vrf_is_not(void **state)
{
    static const char *const kinds[] = {"bridge", "bond", "vrf"};
    static const uint32_t wanted[] = {9, 9, 0};

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(kinds); i++) {
        struct nl_msg *msg = port_of(kinds[i]);
        struct felt_plan_link link;

        assert_true(felt_parse_link(nlmsg_hdr(msg), &link));
        assert_true(link.is_vxlan);
        assert_int_equal(link.master, wanted[i]);
        nlmsg_free(msg);
    }
}

static void a_link_without_description_is_of_another_kind(void **state)
{
    struct ifinfomsg header = {.ifi_index = 3};
    struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);
    struct felt_plan_link link;

    (void)state;
    assert_int_equal(nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO), 0);
    assert_false(felt_parse_link(nlmsg_hdr(msg), &link)); /* no name */
    assert_int_equal(nla_put_string(msg, IFLA_IFNAME, "docker0"), 0);
    assert_true(felt_parse_link(nlmsg_hdr(msg), &link));
    assert_string_equal(link.name, "docker0");
    assert_false(link.is_vxlan);
    nlmsg_free(msg);
}

static void a_name_that_is_too_long_is_refused(void **state)
{
    struct ifinfomsg header = {.ifi_index = 3};
    struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);
    struct felt_interface interface;

    (void)state;
    assert_int_equal(nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO), 0);
    assert_int_equal(nla_put_string(msg, IFLA_IFNAME, "sixteenbytesname"), 0);
    assert_false(felt_parse_interface(nlmsg_hdr(msg), &interface));
    nlmsg_free(msg);
}

static void an_address_is_read(void **state)
{
    struct nl_msg *msg =
        fill((struct felt_plan_op){.kind = FELT_OP_ADDR_ADD, .addr = cidr("172.17.7.0/32")});
    struct felt_cidr wanted = cidr("172.17.7.0/32");
    struct felt_interface_addr addr;

    (void)state;
    assert_true(felt_parse_addr(nlmsg_hdr(msg), &addr));
    assert_true(felt_cidr_equal(&addr.cidr, &wanted));
    assert_int_equal(addr.ifindex, IFINDEX);
    assert_false(addr.link_scope);
    nlmsg_free(msg);
}

static void a_neighbour_is_read_but_not_a_proxys(void **state)
{
    struct felt_plan_neigh wanted = {
        .ip = ip("172.17.8.0"), .mac = {2, 0xaa, 0xbb, 0xcc, 0xdd, 0xee}, .permanent = true};
    struct nl_msg *msg = fill((struct felt_plan_op){.kind = FELT_OP_NEIGH_SET, .neigh = wanted});
    struct ndmsg *header = nlmsg_data(nlmsg_hdr(msg));
    struct felt_plan_neigh neigh;
    struct felt_plan_fdb fdb;
    uint32_t ifindex;

    (void)state;
    assert_true(felt_parse_neigh(nlmsg_hdr(msg), &neigh, &ifindex));
    assert_true(felt_ip_equal(&neigh.ip, &wanted.ip));
    assert_memory_equal(neigh.mac, wanted.mac, FELT_PLAN_MAC_LEN);
    assert_int_equal(neigh.permanent, wanted.permanent);
    assert_int_equal(ifindex, IFINDEX);
    assert_false(felt_parse_fdb(nlmsg_hdr(msg), &fdb, &ifindex));
    header->ndm_state = NUD_REACHABLE;
    assert_true(felt_parse_neigh(nlmsg_hdr(msg), &neigh, &ifindex));
    assert_false(neigh.permanent);
    header->ndm_flags = NTF_PROXY;
    assert_false(felt_parse_neigh(nlmsg_hdr(msg), &neigh, &ifindex));
    nlmsg_free(msg);
}

static void an_fdb_entry_is_read_but_not_a_bridges(void **state)
{
    struct felt_plan_fdb wanted = {
        .remote = ip("172.16.0.3"), .mac = {2, 0xaa, 0xbb, 0xcc, 0xdd, 0xee}, .permanent = true};
    struct nl_msg *msg = fill((struct felt_plan_op){.kind = FELT_OP_FDB_SET, .fdb = wanted});
    struct ndmsg *header = nlmsg_data(nlmsg_hdr(msg));
    struct felt_plan_neigh neigh;
    struct felt_plan_fdb fdb;
    uint32_t ifindex;

    (void)state;
    assert_true(felt_parse_fdb(nlmsg_hdr(msg), &fdb, &ifindex));
    assert_true(felt_ip_equal(&fdb.remote, &wanted.remote));
    assert_memory_equal(fdb.mac, wanted.mac, FELT_PLAN_MAC_LEN);
    assert_int_equal(fdb.permanent, wanted.permanent);
    assert_int_equal(fdb.odd, wanted.odd);
    assert_false(felt_parse_neigh(nlmsg_hdr(msg), &neigh, &ifindex));
    assert_int_equal(nla_put_u16(msg, NDA_PORT, 1), 0);
    assert_true(felt_parse_fdb(nlmsg_hdr(msg), &fdb, &ifindex));
    assert_true(fdb.odd);
    header->ndm_flags = NTF_MASTER;
    assert_false(felt_parse_fdb(nlmsg_hdr(msg), &fdb, &ifindex));
    nlmsg_free(msg);
}

static struct felt_plan_route flannels_route(void)
{
    return (struct felt_plan_route){.dst = cidr("172.17.8.0/24"),
                                    .via = ip("172.17.8.0"),
                                    .ifindex = 3,
                                    .onlink = true,
                                    .protocol = 3,
                                    .type = RTN_UNICAST,
                                    .metric = 9,
                                    .tos = 4};
}

static void a_route_is_read(void **state)
{
    struct felt_plan_route wanted = flannels_route(), route;
    struct nl_msg *msg = fill((struct felt_plan_op){.kind = FELT_OP_ROUTE_SET, .route = wanted});

    (void)state;
    assert_true(felt_parse_route(nlmsg_hdr(msg), &route));
    assert_true(felt_cidr_equal(&route.dst, &wanted.dst));
    assert_true(felt_ip_equal(&route.via, &wanted.via));
    assert_int_equal(route.ifindex, wanted.ifindex);
    assert_int_equal(route.onlink, wanted.onlink);
    assert_int_equal(route.protocol, wanted.protocol);
    assert_int_equal(route.type, wanted.type);
    assert_int_equal(route.scope, wanted.scope);
    assert_int_equal(route.metric, wanted.metric);
    assert_int_equal(route.tos, wanted.tos);
    assert_int_equal(route.odd, wanted.odd);
    assert_int_equal(route.nexthop, wanted.nexthop);
    nlmsg_free(msg);
}

static void a_route_with_more_to_it_is_odd(void **state)
{
    static const int types[] = {RTA_PREFSRC, RTA_METRICS, RTA_MULTIPATH, RTA_NH_ID, RTA_VIA};

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(types); i++) {
        struct nl_msg *msg =
            fill((struct felt_plan_op){.kind = FELT_OP_ROUTE_SET, .route = flannels_route()});
        struct felt_plan_route route;

        assert_int_equal(nla_put_u32(msg, types[i], 1), 0);
        assert_true(felt_parse_route(nlmsg_hdr(msg), &route));
        assert_int_equal(route.odd, types[i] != RTA_NH_ID);
        assert_int_equal(route.elsewhere, types[i] == RTA_MULTIPATH || types[i] == RTA_VIA);
        assert_int_equal(route.nexthop, types[i] == RTA_NH_ID);
        nlmsg_free(msg);
    }
}

static struct felt_plan_nexthop our_nexthop(void)
{
    return (struct felt_plan_nexthop){.id = FELT_PLAN_NEXTHOP_FIRST + 7,
                                      .via = felt_ip_v4(0xac110800),
                                      .ifindex = 2,
                                      .onlink = true,
                                      .protocol = FELT_PLAN_RTPROT};
}

static void a_nexthop_is_read(void **state)
{
    struct felt_plan_nexthop wanted = our_nexthop(), got;
    struct nl_msg *msg =
        fill((struct felt_plan_op){.kind = FELT_OP_NEXTHOP_SET, .nexthop = wanted});

    (void)state;
    assert_true(felt_parse_nexthop(nlmsg_hdr(msg), &got));
    assert_int_equal(got.id, wanted.id);
    assert_true(felt_ip_equal(&got.via, &wanted.via));
    assert_int_equal(got.ifindex, wanted.ifindex);
    assert_true(got.onlink);
    assert_int_equal(got.protocol, wanted.protocol);
    assert_false(got.odd);
    nlmsg_free(msg);
}

static void a_nexthop_with_more_to_it_is_odd_and_one_of_others_is_not_read(void **state)
{
    static const int types[] = {NHA_GROUP, NHA_BLACKHOLE, NHA_ENCAP};
    struct felt_plan_nexthop nexthop = our_nexthop();
    struct nl_msg *msg;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(types); i++) {
        struct felt_plan_nexthop got;

        msg = fill((struct felt_plan_op){.kind = FELT_OP_NEXTHOP_SET, .nexthop = nexthop});
        assert_int_equal(nla_put_u32(msg, types[i], 1), 0);
        assert_true(felt_parse_nexthop(nlmsg_hdr(msg), &got));
        assert_true(got.odd);
        nlmsg_free(msg);
    }
    nexthop.id = FELT_PLAN_NEXTHOP_FIRST - 1;
    msg = fill((struct felt_plan_op){.kind = FELT_OP_NEXTHOP_SET, .nexthop = nexthop});
    assert_false(felt_parse_nexthop(nlmsg_hdr(msg), &(struct felt_plan_nexthop){0}));
    nlmsg_free(msg);
    msg = fill((struct felt_plan_op){.kind = FELT_OP_ROUTE_SET, .route = flannels_route()});
    assert_false(felt_parse_nexthop(nlmsg_hdr(msg), &(struct felt_plan_nexthop){0}));
    nlmsg_free(msg);
}

static void routes_of_other_tables_and_cached_ones_are_not_read(void **state)
{
    struct nl_msg *msg =
        fill((struct felt_plan_op){.kind = FELT_OP_ROUTE_SET, .route = flannels_route()});
    struct rtmsg *header = nlmsg_data(nlmsg_hdr(msg));
    struct felt_plan_route route;

    (void)state;
    header->rtm_table = RT_TABLE_LOCAL;
    assert_false(felt_parse_route(nlmsg_hdr(msg), &route));
    assert_int_equal(nla_put_u32(msg, RTA_TABLE, RT_TABLE_MAIN), 0);
    assert_true(felt_parse_route(nlmsg_hdr(msg), &route));
    header->rtm_flags |= RTM_F_CLONED;
    assert_false(felt_parse_route(nlmsg_hdr(msg), &route));
    nlmsg_free(msg);
}

static void a_default_route_is_all_addresses(void **state)
{
    struct rtmsg header = {
        .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN, .rtm_type = RTN_UNICAST};
    struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWROUTE, 0);
    struct felt_cidr all = cidr("0.0.0.0/0");
    struct felt_plan_route route;

    (void)state;
    assert_int_equal(nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO), 0);
    assert_true(felt_parse_route(nlmsg_hdr(msg), &route));
    assert_true(felt_cidr_equal(&route.dst, &all));
    nlmsg_free(msg);
}

/* ---- IPv6 ---- */

static void entries_of_ipv6_are_read(void **state)
{
    struct felt_plan_route wanted = {.dst = cidr("fc00:0:0:8::/64"),
                                     .via = ip("fc00:0:0:8::"),
                                     .ifindex = 3,
                                     .onlink = true,
                                     .type = RTN_UNICAST,
                                     .metric = 1024};
    struct felt_plan_neigh want_neigh = {.ip = ip("fc00:0:0:8::"), .mac = {2, 1, 1, 1, 1, 1}};
    struct nl_msg *msg = fill((struct felt_plan_op){.kind = FELT_OP_ROUTE_SET, .route = wanted});
    struct rtmsg *header = nlmsg_data(nlmsg_hdr(msg));
    struct felt_plan_route route;
    struct felt_plan_neigh neigh;
    uint32_t ifindex;

    (void)state;
    assert_true(felt_parse_route(nlmsg_hdr(msg), &route));
    assert_true(felt_cidr_equal(&route.dst, &wanted.dst));
    assert_true(felt_ip_equal(&route.via, &wanted.via));
    assert_int_equal(route.metric, 1024);
    assert_false(route.odd);
    header->rtm_src_len = 64; /* a source of its own: 'ip -6 route add ... from' */
    assert_true(felt_parse_route(nlmsg_hdr(msg), &route));
    assert_true(route.odd);
    header->rtm_dst_len = 129;
    assert_false(felt_parse_route(nlmsg_hdr(msg), &route));
    header->rtm_dst_len = 32;
    header->rtm_family = AF_INET; /* with an address of the other one */
    assert_false(felt_parse_route(nlmsg_hdr(msg), &route));
    nlmsg_free(msg);
    msg = fill((struct felt_plan_op){.kind = FELT_OP_NEIGH_SET, .neigh = want_neigh});
    assert_true(felt_parse_neigh(nlmsg_hdr(msg), &neigh, &ifindex));
    assert_true(felt_ip_equal(&neigh.ip, &want_neigh.ip));
    assert_true(neigh.permanent);
    nlmsg_free(msg);
}

static void what_an_ipv6_address_is_good_for_is_read(void **state)
{
    struct nl_msg *msg =
        fill((struct felt_plan_op){.kind = FELT_OP_ADDR_ADD, .addr = cidr("2001:db8::5/64")});
    struct ifaddrmsg *header = nlmsg_data(nlmsg_hdr(msg));
    struct felt_interface_addr addr;

    (void)state;
    header->ifa_flags = IFA_F_PERMANENT;
    assert_true(felt_parse_addr(nlmsg_hdr(msg), &addr));
    assert_int_equal(addr.cidr.len, 64);
    assert_true(addr.permanent && !addr.temporary && !addr.unfit);
    header->ifa_flags = IFA_F_TEMPORARY;
    assert_true(felt_parse_addr(nlmsg_hdr(msg), &addr));
    assert_true(!addr.permanent && addr.temporary && !addr.unfit);
    header->ifa_flags = IFA_F_DADFAILED;
    assert_true(felt_parse_addr(nlmsg_hdr(msg), &addr) && addr.unfit);
    assert_int_equal(nla_put_u32(msg, IFA_FLAGS, IFA_F_PERMANENT), 0); /* counts for more */
    assert_true(felt_parse_addr(nlmsg_hdr(msg), &addr) && !addr.unfit && addr.permanent);
    header->ifa_prefixlen = 129;
    assert_false(felt_parse_addr(nlmsg_hdr(msg), &addr));
    nlmsg_free(msg);
}

/* ---- hostile ---- */

/* How many of the readers took it. */
static unsigned read_all(const struct nlmsghdr *message)
{
    struct felt_interface interface;
    struct felt_interface_addr addr;
    struct felt_plan_link link;
    struct felt_plan_neigh neigh;
    struct felt_plan_fdb fdb;
    struct felt_plan_route route;
    uint32_t ifindex;

    return (unsigned)felt_parse_interface(message, &interface) + felt_parse_link(message, &link) +
           felt_parse_addr(message, &addr) + felt_parse_neigh(message, &neigh, &ifindex) +
           felt_parse_fdb(message, &fdb, &ifindex) + felt_parse_route(message, &route);
}

static struct nl_msg *sample(unsigned i)
{
    static struct felt_plan_link link;

    link = flannel();
    switch (i % 5) {
    case 0:
        return fill_link(&link);
    case 1:
        return fill((struct felt_plan_op){.kind = FELT_OP_ADDR_ADD, .addr = cidr("10.0.0.1/8")});
    case 2:
        return fill(
            (struct felt_plan_op){.kind = FELT_OP_NEIGH_SET, .neigh = {.ip = ip("10.0.0.1")}});
    case 3:
        return fill(
            (struct felt_plan_op){.kind = FELT_OP_FDB_SET, .fdb = {.remote = ip("10.0.0.1")}});
    default:
        return fill((struct felt_plan_op){.kind = FELT_OP_ROUTE_SET, .route = flannels_route()});
    }
}

/* In memory of exactly its length, so that a sanitizer sees a read beyond it. */
static struct nlmsghdr *exact_copy(const struct nlmsghdr *message, uint32_t len)
{
    struct nlmsghdr *copy = malloc(len);

    memcpy(copy, message, len);
    copy->nlmsg_len = len;
    return copy;
}

static void a_message_cut_at_any_byte_is_read_without_harm(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        struct nl_msg *msg = sample(i);
        struct nlmsghdr *whole = nlmsg_hdr(msg);

        for (uint32_t len = sizeof(*whole); len < whole->nlmsg_len; len++) {
            struct nlmsghdr *cut = exact_copy(whole, len);

            (void)read_all(cut);
            free(cut);
        }
        assert_true(read_all(whole) > 0);
        whole->nlmsg_len = NLMSG_HDRLEN;
        assert_int_equal(read_all(whole), 0);
        nlmsg_free(msg);
    }
}

static void altered_bytes_are_read_without_harm(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 1);
    for (unsigned i = 0; i < 20000; i++) {
        struct nl_msg *msg = sample(i);
        struct nlmsghdr *copy = exact_copy(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);

        for (unsigned j = 0; j < 4; j++) {
            size_t at = NLMSG_HDRLEN + felt_prng_below(&prng, copy->nlmsg_len - NLMSG_HDRLEN);

            ((uint8_t *)copy)[at] = (uint8_t)felt_prng_next(&prng);
        }
        (void)read_all(copy);
        free(copy);
        nlmsg_free(msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_is_read_with_its_options),
        cmocka_unit_test(an_ipv6_local_is_read),
        cmocka_unit_test(a_bridge_that_it_is_a_port_of_is_read_and_a_vrf_is_not),
        cmocka_unit_test(a_link_without_description_is_of_another_kind),
        cmocka_unit_test(a_name_that_is_too_long_is_refused),
        cmocka_unit_test(an_address_is_read),
        cmocka_unit_test(a_neighbour_is_read_but_not_a_proxys),
        cmocka_unit_test(an_fdb_entry_is_read_but_not_a_bridges),
        cmocka_unit_test(a_route_is_read),
        cmocka_unit_test(a_route_with_more_to_it_is_odd),
        cmocka_unit_test(a_nexthop_is_read),
        cmocka_unit_test(a_nexthop_with_more_to_it_is_odd_and_one_of_others_is_not_read),
        cmocka_unit_test(routes_of_other_tables_and_cached_ones_are_not_read),
        cmocka_unit_test(a_default_route_is_all_addresses),
        cmocka_unit_test(entries_of_ipv6_are_read),
        cmocka_unit_test(what_an_ipv6_address_is_good_for_is_read),
        cmocka_unit_test(a_message_cut_at_any_byte_is_read_without_harm),
        cmocka_unit_test(altered_bytes_are_read_without_harm),
    };

    return RUN_TESTS(tests);
}
