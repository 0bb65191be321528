/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/fill.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include "base/idiom.h"

#define ENTRY_BYTES 128 /* of an address, neighbour, fdb or route request: at most 84 are used */
#define LINK_BYTES  512 /* of a link request: at most 240 are used */
#define LINK_UP     0x1 /* linux/if.h IFF_UP; that header does not go with net/if.h */

static int family_of(const struct felt_ip *ip)
{
    return ip->family == FELT_FAMILY_V6 ? AF_INET6 : AF_INET;
}

static int put_ip(struct nl_msg *msg, int type, const struct felt_ip *ip)
{
    return nla_put(msg, type, (int)felt_ip_len(ip), ip->bytes);
}

static struct nl_msg *begin(size_t size, int type, int flags, void *header, size_t header_len)
{
    struct nl_msg *msg = nlmsg_alloc_size(size);

    if (msg == NULL)
        return NULL;
    if (nlmsg_put(msg, 0, 0, type, 0, NLM_F_REQUEST | NLM_F_ACK | flags) == NULL ||
        nlmsg_append(msg, header, header_len, NLMSG_ALIGNTO) < 0) {
        nlmsg_free(msg);
        return NULL;
    }
    return msg;
}

static struct nl_msg *begin_link(int type, int flags, uint32_t ifindex, unsigned set)
{
    struct ifinfomsg header = {
        .ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex, .ifi_flags = set, .ifi_change = set};

    return begin(LINK_BYTES, type, flags, &header, sizeof(header));
}

/* Everything that flannel sets, zeroes included, so that the kernel's defaults do not matter. */
static int put_vxlan(struct nl_msg *msg, const struct felt_plan_link *link)
{
    bool v6 = link->local.family == FELT_FAMILY_V6;
    struct nlattr *data = nla_nest_start(msg, IFLA_INFO_DATA);
    int r = 0;

    if (data == NULL)
        return -1;
    r |= nla_put_u32(msg, IFLA_VXLAN_ID, link->vni);
    r |= nla_put_u32(msg, IFLA_VXLAN_LINK, link->underlay_ifindex);
    r |= put_ip(msg, v6 ? IFLA_VXLAN_LOCAL6 : IFLA_VXLAN_LOCAL, &link->local);
    r |= nla_put_u8(msg, IFLA_VXLAN_TTL, 0);
    r |= nla_put_u8(msg, IFLA_VXLAN_TOS, 0);
    r |= nla_put_u8(msg, IFLA_VXLAN_LEARNING, link->learning);
    r |= nla_put_u8(msg, IFLA_VXLAN_PROXY, 0);
    r |= nla_put_u8(msg, IFLA_VXLAN_RSC, 0);
    r |= nla_put_u8(msg, IFLA_VXLAN_L2MISS, 0);
    r |= nla_put_u8(msg, IFLA_VXLAN_L3MISS, 0);
    if (link->gbp)
        r |= nla_put_flag(msg, IFLA_VXLAN_GBP);
    if (link->port != 0)
        r |= nla_put_u16(msg, IFLA_VXLAN_PORT, htons(link->port));
    nla_nest_end(msg, data);
    return r;
}

static int put_learning(struct nl_msg *msg, const struct felt_plan_link *link)
{
    struct nlattr *data = nla_nest_start(msg, IFLA_INFO_DATA);

    if (data == NULL || nla_put_u8(msg, IFLA_VXLAN_LEARNING, link->learning) < 0)
        return -1;
    nla_nest_end(msg, data);
    return 0;
}

static int put_underlay(struct nl_msg *msg, const struct felt_plan_link *link)
{
    bool v6 = link->local.family == FELT_FAMILY_V6;
    struct nlattr *data = nla_nest_start(msg, IFLA_INFO_DATA);

    if (data == NULL || nla_put_u32(msg, IFLA_VXLAN_LINK, link->underlay_ifindex) < 0 ||
        put_ip(msg, v6 ? IFLA_VXLAN_LOCAL6 : IFLA_VXLAN_LOCAL, &link->local) < 0)
        return -1;
    nla_nest_end(msg, data);
    return 0;
}

static int put_linkinfo(struct nl_msg *msg, const struct felt_plan_link *link,
                        int (*put_data)(struct nl_msg *, const struct felt_plan_link *))
{
    struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO);

    if (info == NULL || nla_put_string(msg, IFLA_INFO_KIND, "vxlan") < 0 || put_data(msg, link) < 0)
        return -1;
    nla_nest_end(msg, info);
    return 0;
}

static struct nl_msg *fill_link_add(const struct felt_plan_link *link)
{
    struct nl_msg *msg = begin_link(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0);
    int r = 0;

    if (msg == NULL)
        return NULL;
    r |= nla_put_string(msg, IFLA_IFNAME, link->name);
    r |= nla_put_u32(msg, IFLA_TXQLEN, 0);
    r |= nla_put_u32(msg, IFLA_MTU, link->mtu);
    r |= nla_put(msg, IFLA_ADDRESS, FELT_PLAN_MAC_LEN, link->mac);
    r |= put_linkinfo(msg, link, put_vxlan);
    assert(r == 0); /* LINK_BYTES is too small */
    return msg;
}

static struct nl_msg *fill_link_set(const struct felt_plan_op *op, uint32_t ifindex)
{
    struct nl_msg *msg =
        begin_link(RTM_NEWLINK, 0, ifindex, op->kind == FELT_OP_LINK_UP ? LINK_UP : 0);
    int r = 0;

    if (msg == NULL)
        return NULL;
    if (op->kind == FELT_OP_LINK_MTU)
        r = nla_put_u32(msg, IFLA_MTU, op->link->mtu);
    else if (op->kind == FELT_OP_LINK_MAC)
        r = nla_put(msg, IFLA_ADDRESS, FELT_PLAN_MAC_LEN, op->link->mac);
    else if (op->kind == FELT_OP_LINK_RELEASE)
        r = nla_put_u32(msg, IFLA_MASTER, 0);
    else if (op->kind == FELT_OP_LINK_UNDERLAY)
        r = put_linkinfo(msg, op->link, put_underlay);
    else if (op->kind == FELT_OP_LINK_LEARNING)
        r = put_linkinfo(msg, op->link, put_learning);
    assert(r == 0);
    return msg;
}

static struct nl_msg *fill_addr(const struct felt_plan_op *op, uint32_t ifindex)
{
    bool add = op->kind == FELT_OP_ADDR_ADD;
    struct ifaddrmsg header = {.ifa_family = (uint8_t)family_of(&op->addr.ip),
                               .ifa_prefixlen = op->addr.len,
                               .ifa_flags = add && op->addr.ip.family == FELT_FAMILY_V6
                                                ? IFA_F_NODAD /* nobody else can have it */
                                                : 0,
                               .ifa_scope = RT_SCOPE_UNIVERSE,
                               .ifa_index = ifindex};
    struct nl_msg *msg = begin(ENTRY_BYTES, add ? RTM_NEWADDR : RTM_DELADDR,
                               add ? NLM_F_CREATE | NLM_F_EXCL : 0, &header, sizeof(header));
    int r = 0;

    if (msg == NULL)
        return NULL;
    r |= put_ip(msg, IFA_LOCAL, &op->addr.ip);
    r |= put_ip(msg, IFA_ADDRESS, &op->addr.ip);
    assert(r == 0);
    return msg;
}

static struct nl_msg *fill_neigh(const struct felt_plan_op *op, uint32_t ifindex)
{
    bool set = op->kind == FELT_OP_NEIGH_SET;
    struct ndmsg header = {.ndm_family = (uint8_t)family_of(&op->neigh.ip),
                           .ndm_ifindex = (int)ifindex,
                           .ndm_state = set ? NUD_PERMANENT : 0,
                           .ndm_type = RTN_UNICAST};
    struct nl_msg *msg = begin(ENTRY_BYTES, set ? RTM_NEWNEIGH : RTM_DELNEIGH,
                               set ? NLM_F_CREATE | NLM_F_REPLACE : 0, &header, sizeof(header));
    int r = 0;

    if (msg == NULL)
        return NULL;
    r |= put_ip(msg, NDA_DST, &op->neigh.ip);
    if (set)
        r |= nla_put(msg, NDA_LLADDR, FELT_PLAN_MAC_LEN, op->neigh.mac);
    assert(r == 0);
    return msg;
}

/* Deleting without NDA_DST: whatever host the MAC leads to, all of it. */
static struct nl_msg *fill_fdb(const struct felt_plan_op *op, uint32_t ifindex)
{
    bool set = op->kind == FELT_OP_FDB_SET;
    struct ndmsg header = {.ndm_family = AF_BRIDGE,
                           .ndm_ifindex = (int)ifindex,
                           .ndm_state = set ? NUD_PERMANENT : 0,
                           .ndm_flags = NTF_SELF};
    struct nl_msg *msg = begin(ENTRY_BYTES, set ? RTM_NEWNEIGH : RTM_DELNEIGH,
                               set ? NLM_F_CREATE | NLM_F_REPLACE : 0, &header, sizeof(header));
    int r = 0;

    if (msg == NULL)
        return NULL;
    if (set)
        r |= put_ip(msg, NDA_DST, &op->fdb.remote);
    r |= nla_put(msg, NDA_LLADDR, FELT_PLAN_MAC_LEN, op->fdb.mac);
    assert(r == 0);
    return msg;
}

static struct nl_msg *fill_nexthop(const struct felt_plan_op *op, uint32_t ifindex)
{
    const struct felt_plan_nexthop *nexthop = &op->nexthop;
    bool set = op->kind == FELT_OP_NEXTHOP_SET;
    struct nhmsg header = {
        .nh_family = set ? (uint8_t)family_of(&nexthop->via) : AF_UNSPEC,
        .nh_protocol = set ? nexthop->protocol : 0,
        .nh_flags = set && nexthop->onlink ? RTNH_F_ONLINK : 0,
    };
    struct nl_msg *msg = begin(ENTRY_BYTES, set ? RTM_NEWNEXTHOP : RTM_DELNEXTHOP,
                               set ? NLM_F_CREATE | NLM_F_REPLACE : 0, &header, sizeof(header));
    int r = 0;

    if (msg == NULL)
        return NULL;
    r |= nla_put_u32(msg, NHA_ID, nexthop->id);
    if (set)
        r |= nla_put_u32(msg, NHA_OIF,
                         nexthop->ifindex == FELT_PLAN_OUR_LINK ? ifindex : nexthop->ifindex);
    if (set)
        r |= put_ip(msg, NHA_GATEWAY, &nexthop->via);
    assert(r == 0);
    return msg;
}

/* To delete a route that names an object, its place and protocol alone: the kernel would not match
 * more. */
static struct nl_msg *fill_route(const struct felt_plan_op *op, uint32_t ifindex)
{
    const struct felt_plan_route *route = &op->route;
    bool set = op->kind == FELT_OP_ROUTE_SET;
    struct rtmsg header = {.rtm_family = (uint8_t)family_of(&route->dst.ip),
                           .rtm_dst_len = route->dst.len,
                           .rtm_tos = route->tos,
                           .rtm_table = RT_TABLE_MAIN,
                           .rtm_protocol = route->protocol,
                           .rtm_scope = route->scope,
                           .rtm_type = route->type,
                           .rtm_flags =
                               set && route->onlink && route->nexthop == 0 ? RTNH_F_ONLINK : 0};
    struct nl_msg *msg = begin(ENTRY_BYTES, set ? RTM_NEWROUTE : RTM_DELROUTE,
                               set ? NLM_F_CREATE | NLM_F_REPLACE : 0, &header, sizeof(header));
    uint32_t oif = route->ifindex == FELT_PLAN_OUR_LINK ? ifindex : route->ifindex;
    int r = 0;

    if (msg == NULL)
        return NULL;
    r |= put_ip(msg, RTA_DST, &route->dst.ip);
    if (route->nexthop == 0 && route->via.family != FELT_FAMILY_NONE)
        r |= put_ip(msg, RTA_GATEWAY, &route->via);
    if (route->nexthop == 0 && oif != 0)
        r |= nla_put_u32(msg, RTA_OIF, oif);
    if (set && route->nexthop != 0)
        r |= nla_put_u32(msg, RTA_NH_ID, route->nexthop);
    if (route->metric != 0)
        r |= nla_put_u32(msg, RTA_PRIORITY, route->metric);
    assert(r == 0);
    return msg;
}

static struct nl_msg *fill(const struct felt_plan_op *op, uint32_t ifindex)
{
    switch (op->kind) {
    case FELT_OP_LINK_DEL:
        return begin_link(RTM_DELLINK, 0, op->link->ifindex, 0);
    case FELT_OP_LINK_ADD:
        return fill_link_add(op->link);
    case FELT_OP_LINK_MTU:
    case FELT_OP_LINK_UNDERLAY:
    case FELT_OP_LINK_LEARNING:
    case FELT_OP_LINK_RELEASE:
    case FELT_OP_LINK_MAC:
    case FELT_OP_LINK_UP:
        return fill_link_set(op, ifindex);
    case FELT_OP_ADDR_ADD:
    case FELT_OP_ADDR_DEL:
        return fill_addr(op, ifindex);
    case FELT_OP_NEIGH_SET:
    case FELT_OP_NEIGH_DEL:
        return fill_neigh(op, ifindex);
    case FELT_OP_FDB_SET:
    case FELT_OP_FDB_DEL:
        return fill_fdb(op, ifindex);
    case FELT_OP_NEXTHOP_SET:
    case FELT_OP_NEXTHOP_DEL:
        return fill_nexthop(op, ifindex);
    case FELT_OP_ROUTE_SET:
    case FELT_OP_ROUTE_DEL:
        return fill_route(op, ifindex);
    }
    assert(0 && "unknown operation");
}

int felt_fill_op(const struct felt_plan_op *op, uint32_t link_ifindex, struct nl_msg **ret_msg)
{
    struct nl_msg *msg = fill(op, link_ifindex);

    if (msg == NULL)
        return -ENOMEM;
    *ret_msg = msg;
    return 0;
}
