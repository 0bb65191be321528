/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/parse.h"

#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"

#define LINK_UP   0x1 /* linux/if.h IFF_UP; that header does not go with net/if.h */
#define ATTRS_MAX 64  /* attribute types that we look at; higher ones are ignored */

static bool parse(const struct nlmsghdr *message, size_t header_len, struct nlattr **tb, int max)
{
    memset(tb, 0, sizeof(*tb) * (size_t)(max + 1));
    if (!nlmsg_valid_hdr(message, (int)header_len))
        return false;
    return nlmsg_parse((struct nlmsghdr *)message, (int)header_len, tb, max, NULL) == 0;
}

static bool has_type(const struct nlmsghdr *message, int new_type, int del_type)
{
    return message->nlmsg_type == new_type || message->nlmsg_type == del_type;
}

static bool get_u32(struct nlattr *attr, uint32_t *ret)
{
    if (attr == NULL || nla_len(attr) < (int)sizeof(*ret))
        return false;
    *ret = nla_get_u32(attr);
    return true;
}

static bool get_u8(struct nlattr *attr)
{
    return attr != NULL && nla_len(attr) >= 1 && nla_get_u8(attr) != 0;
}

/* An address of either family, by its length. */
static bool get_ip(struct nlattr *attr, struct felt_ip *ret)
{
    struct felt_ip ip = {0};

    if (attr == NULL)
        return false;
    if (nla_len(attr) == 4)
        ip.family = FELT_FAMILY_V4;
    else if (nla_len(attr) == 16)
        ip.family = FELT_FAMILY_V6;
    else
        return false;
    memcpy(ip.bytes, nla_data(attr), felt_ip_len(&ip));
    *ret = ip;
    return true;
}

/* The kernel's number of a family to ours; FELT_FAMILY_NONE: neither. */
static uint8_t family_of(int af)
{
    return af == AF_INET ? FELT_FAMILY_V4 : af == AF_INET6 ? FELT_FAMILY_V6 : FELT_FAMILY_NONE;
}

static uint8_t bits_of(uint8_t family)
{
    return family == FELT_FAMILY_V6 ? 128 : 32;
}

static bool get_mac(struct nlattr *attr, uint8_t *ret_mac)
{
    if (attr == NULL || nla_len(attr) != FELT_PLAN_MAC_LEN)
        return false;
    memcpy(ret_mac, nla_data(attr), FELT_PLAN_MAC_LEN);
    return true;
}

static bool get_name(struct nlattr *attr, char *ret_name)
{
    size_t len;

    if (attr == NULL)
        return false;
    len = strnlen(nla_data(attr), (size_t)nla_len(attr));
    if (len == 0 || len >= FELT_PLAN_NAME)
        return false;
    memset(ret_name, 0, FELT_PLAN_NAME);
    memcpy(ret_name, nla_data(attr), len);
    return true;
}

static bool parse_interface(const struct nlmsghdr *message, struct nlattr **tb,
                            struct felt_interface *ret_interface)
{
    const struct ifinfomsg *header = NLMSG_DATA(message);
    struct felt_interface found = {0};

    if (!has_type(message, RTM_NEWLINK, RTM_DELLINK) ||
        !parse(message, sizeof(*header), tb, ATTRS_MAX) || header->ifi_family != AF_UNSPEC ||
        header->ifi_index <= 0 || !get_name(tb[IFLA_IFNAME], found.name))
        return false;
    found.ifindex = (uint32_t)header->ifi_index;
    found.up = (header->ifi_flags & LINK_UP) != 0;
    (void)get_u32(tb[IFLA_MTU], &found.mtu);
    *ret_interface = found;
    return true;
}

bool felt_parse_interface(const struct nlmsghdr *message, struct felt_interface *ret_interface)
{
    struct nlattr *tb[ATTRS_MAX + 1];

    return parse_interface(message, tb, ret_interface);
}

static bool parse_nested(struct nlattr *attr, struct nlattr **tb)
{
    return attr != NULL && nla_parse_nested(tb, ATTRS_MAX, attr, NULL) == 0;
}

static void read_vxlan(struct nlattr **tb, struct felt_plan_link *link)
{
    struct nlattr *port = tb[IFLA_VXLAN_PORT];

    (void)get_u32(tb[IFLA_VXLAN_ID], &link->vni);
    (void)get_u32(tb[IFLA_VXLAN_LINK], &link->underlay_ifindex);
    if (!get_ip(tb[IFLA_VXLAN_LOCAL], &link->local))
        (void)get_ip(tb[IFLA_VXLAN_LOCAL6], &link->local);
    if (!get_ip(tb[IFLA_VXLAN_GROUP], &link->group))
        (void)get_ip(tb[IFLA_VXLAN_GROUP6], &link->group);
    if (port != NULL && nla_len(port) >= 2)
        link->port = felt_get_be16(nla_data(port));
    link->learning = get_u8(tb[IFLA_VXLAN_LEARNING]);
    link->gbp = tb[IFLA_VXLAN_GBP] != NULL;
    link->odd = get_u8(tb[IFLA_VXLAN_PROXY]) || get_u8(tb[IFLA_VXLAN_RSC]) ||
                get_u8(tb[IFLA_VXLAN_L2MISS]) || get_u8(tb[IFLA_VXLAN_L3MISS]) ||
                get_u8(tb[IFLA_VXLAN_COLLECT_METADATA]) || get_u8(tb[IFLA_VXLAN_TTL]) ||
                get_u8(tb[IFLA_VXLAN_REMCSUM_TX]) ||
                (link->local.family == FELT_FAMILY_V6 && get_u8(tb[IFLA_VXLAN_UDP_ZERO_CSUM6_TX]));
}

static bool says(struct nlattr *attr, const char *word)
{
    size_t size = strlen(word) + 1;

    return attr != NULL && nla_len(attr) >= (int)size && memcmp(nla_data(attr), word, size) == 0;
}

bool felt_parse_link(const struct nlmsghdr *message, struct felt_plan_link *ret_link)
{
    struct nlattr *tb[ATTRS_MAX + 1], *info[ATTRS_MAX + 1], *data[ATTRS_MAX + 1];
    struct felt_plan_link link = {0};
    struct felt_interface interface;

    if (message->nlmsg_type != RTM_NEWLINK || !parse_interface(message, tb, &interface))
        return false;
    memcpy(link.name, interface.name, FELT_PLAN_NAME);
    link.ifindex = interface.ifindex;
    link.mtu = interface.mtu;
    link.up = interface.up;
    (void)get_mac(tb[IFLA_ADDRESS], link.mac);
    if (parse_nested(tb[IFLA_LINKINFO], info)) {
        link.is_vxlan = says(info[IFLA_INFO_KIND], "vxlan");
        if (!says(info[IFLA_INFO_SLAVE_KIND], "vrf"))
            (void)get_u32(tb[IFLA_MASTER], &link.master);
        if (link.is_vxlan && parse_nested(info[IFLA_INFO_DATA], data))
            read_vxlan(data, &link);
    }
    *ret_link = link;
    return true;
}

bool felt_parse_addr(const struct nlmsghdr *message, struct felt_interface_addr *ret_addr)
{
    const struct ifaddrmsg *header = NLMSG_DATA(message);
    struct nlattr *tb[ATTRS_MAX + 1];
    struct felt_interface_addr addr = {0};
    uint32_t flags = 0;
    uint8_t family;

    if (!has_type(message, RTM_NEWADDR, RTM_DELADDR) ||
        !parse(message, sizeof(*header), tb, ATTRS_MAX))
        return false;
    family = family_of(header->ifa_family);
    if (family == FELT_FAMILY_NONE || header->ifa_prefixlen > bits_of(family))
        return false;
    /* On a point-to-point link IFA_ADDRESS is the other end. */
    if (!get_ip(tb[IFA_LOCAL] != NULL ? tb[IFA_LOCAL] : tb[IFA_ADDRESS], &addr.cidr.ip) ||
        addr.cidr.ip.family != family)
        return false;
    if (!get_u32(tb[IFA_FLAGS], &flags))
        flags = header->ifa_flags;
    addr.cidr.len = header->ifa_prefixlen;
    addr.ifindex = header->ifa_index;
    addr.link_scope = header->ifa_scope >= RT_SCOPE_LINK;
    addr.permanent = (flags & IFA_F_PERMANENT) != 0;
    /* Of IPv4 the first of these means another thing: a second address of the same prefix. */
    addr.temporary = family == FELT_FAMILY_V6 && (flags & IFA_F_TEMPORARY) != 0;
    addr.unfit = family == FELT_FAMILY_V6 && (flags & (IFA_F_DEPRECATED | IFA_F_DADFAILED)) != 0;
    *ret_addr = addr;
    return true;
}

static bool parse_ndmsg(const struct nlmsghdr *message, struct nlattr **tb)
{
    const struct ndmsg *header = NLMSG_DATA(message);

    return has_type(message, RTM_NEWNEIGH, RTM_DELNEIGH) &&
           parse(message, sizeof(*header), tb, ATTRS_MAX);
}

bool felt_parse_neigh(const struct nlmsghdr *message, struct felt_plan_neigh *ret_neigh,
                      uint32_t *ret_ifindex)
{
    const struct ndmsg *header = NLMSG_DATA(message);
    struct nlattr *tb[ATTRS_MAX + 1];
    struct felt_plan_neigh neigh = {0};

    if (!parse_ndmsg(message, tb) || (header->ndm_flags & NTF_PROXY) != 0 ||
        !get_ip(tb[NDA_DST], &neigh.ip) || neigh.ip.family != family_of(header->ndm_family))
        return false;
    (void)get_mac(tb[NDA_LLADDR], neigh.mac);
    neigh.permanent = (header->ndm_state & NUD_PERMANENT) != 0;
    *ret_neigh = neigh;
    *ret_ifindex = (uint32_t)header->ndm_ifindex;
    return true;
}

bool felt_parse_fdb(const struct nlmsghdr *message, struct felt_plan_fdb *ret_fdb,
                    uint32_t *ret_ifindex)
{
    const struct ndmsg *header = NLMSG_DATA(message);
    struct nlattr *tb[ATTRS_MAX + 1];
    struct felt_plan_fdb fdb = {0};

    /* NTF_MASTER: the entry of a bridge that the device is a port of. */
    if (!parse_ndmsg(message, tb) || header->ndm_family != AF_BRIDGE ||
        (header->ndm_flags & NTF_SELF) == 0 || !get_mac(tb[NDA_LLADDR], fdb.mac))
        return false;
    (void)get_ip(tb[NDA_DST], &fdb.remote);
    fdb.permanent = (header->ndm_state & NUD_PERMANENT) != 0;
    fdb.odd = tb[NDA_PORT] != NULL || tb[NDA_VNI] != NULL || tb[NDA_IFINDEX] != NULL ||
              tb[NDA_NH_ID] != NULL;
    *ret_fdb = fdb;
    *ret_ifindex = (uint32_t)header->ndm_ifindex;
    return true;
}

bool felt_parse_route(const struct nlmsghdr *message, struct felt_plan_route *ret_route)
{
    const struct rtmsg *header = NLMSG_DATA(message);
    struct nlattr *tb[RTA_NH_ID + 1];
    struct felt_plan_route route = {0};
    uint32_t table;
    uint8_t family;

    if (!has_type(message, RTM_NEWROUTE, RTM_DELROUTE) ||
        !parse(message, sizeof(*header), tb, RTA_NH_ID) || (header->rtm_flags & RTM_F_CLONED) != 0)
        return false;
    family = family_of(header->rtm_family);
    if (family == FELT_FAMILY_NONE || header->rtm_dst_len > bits_of(family))
        return false;
    if (!get_u32(tb[RTA_TABLE], &table))
        table = header->rtm_table;
    if (table != RT_TABLE_MAIN)
        return false;
    route.dst.ip.family = family;
    if (tb[RTA_DST] != NULL &&
        (!get_ip(tb[RTA_DST], &route.dst.ip) || route.dst.ip.family != family))
        return false;
    route.dst.len = header->rtm_dst_len;
    (void)get_ip(tb[RTA_GATEWAY], &route.via);
    (void)get_u32(tb[RTA_OIF], &route.ifindex);
    (void)get_u32(tb[RTA_PRIORITY], &route.metric);
    route.onlink = (header->rtm_flags & RTNH_F_ONLINK) != 0;
    route.protocol = header->rtm_protocol;
    route.type = header->rtm_type;
    route.scope = header->rtm_scope;
    route.tos = header->rtm_tos;
    route.elsewhere = tb[RTA_MULTIPATH] != NULL || tb[RTA_VIA] != NULL;
    (void)get_u32(tb[RTA_NH_ID], &route.nexthop);
    route.odd = tb[RTA_MULTIPATH] != NULL || tb[RTA_PREFSRC] != NULL || tb[RTA_METRICS] != NULL ||
                tb[RTA_ENCAP_TYPE] != NULL || tb[RTA_VIA] != NULL || tb[RTA_FLOW] != NULL ||
                header->rtm_src_len != 0;
    *ret_route = route;
    return true;
}

bool felt_parse_nexthop(const struct nlmsghdr *message, struct felt_plan_nexthop *ret_nexthop)
{
    const struct nhmsg *header = NLMSG_DATA(message);
    struct nlattr *tb[NHA_ENCAP + 1];
    struct felt_plan_nexthop nexthop = {0};

    if (!has_type(message, RTM_NEWNEXTHOP, RTM_DELNEXTHOP) ||
        !parse(message, sizeof(*header), tb, NHA_ENCAP) || !get_u32(tb[NHA_ID], &nexthop.id) ||
        !felt_plan_nexthop_in_range(nexthop.id))
        return false;
    (void)get_ip(tb[NHA_GATEWAY], &nexthop.via);
    (void)get_u32(tb[NHA_OIF], &nexthop.ifindex);
    nexthop.onlink = (header->nh_flags & RTNH_F_ONLINK) != 0;
    nexthop.protocol = header->nh_protocol;
    nexthop.odd = tb[NHA_GROUP] != NULL || tb[NHA_BLACKHOLE] != NULL || tb[NHA_ENCAP] != NULL;
    *ret_nexthop = nexthop;
    return true;
}
