/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/links.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/socket.h"

#define TRIES    5 /* of a dump under which the state changes */
#define HAS_IPV6 "/proc/net/if_inet6"

static void msg_freep(struct nl_msg **msg)
{
    nlmsg_free(*msg);
}

static int dump(struct felt_netlink *netlink, int type, void *header, size_t header_len,
                felt_netlink_each *each, struct felt_links *links, struct felt_kernel_error *error)
{
    _cleanup_(msg_freep) struct nl_msg *msg = nlmsg_alloc();

    if (msg == NULL || nlmsg_put(msg, 0, 0, type, 0, NLM_F_DUMP) == NULL ||
        nlmsg_append(msg, header, header_len, NLMSG_ALIGNTO) < 0)
        return -ENOMEM;
    return felt_netlink_query(netlink, msg, each, links, error);
}

static int take_interface(const struct nlmsghdr *message, void *userdata)
{
    struct felt_links *links = userdata;
    struct felt_interface interface, *grown;

    if (!felt_parse_interface(message, &interface))
        return 0;
    grown = reallocarray(links->interfaces, links->n_interfaces + 1, sizeof(*grown));
    if (grown == NULL)
        return -ENOMEM;
    links->interfaces = grown;
    links->interfaces[links->n_interfaces++] = interface;
    return 0;
}

static int take_addr(const struct nlmsghdr *message, void *userdata)
{
    struct felt_links *links = userdata;
    struct felt_interface_addr addr, *grown;

    if (!felt_parse_addr(message, &addr))
        return 0;
    grown = reallocarray(links->addrs, links->n_addrs + 1, sizeof(*grown));
    if (grown == NULL)
        return -ENOMEM;
    links->addrs = grown;
    links->addrs[links->n_addrs++] = addr;
    return 0;
}

static int take_route(const struct nlmsghdr *message, void *userdata)
{
    struct felt_links *links = userdata;
    struct felt_plan_route route;

    if (!felt_parse_route(message, &route) || route.dst.len != 0 || route.type != RTN_UNICAST)
        return 0;
    if (route.dst.ip.family == FELT_FAMILY_V4 && !links->has_default) {
        links->has_default = true;
        links->default_ifindex = route.ifindex;
    } else if (route.dst.ip.family == FELT_FAMILY_V6 && !links->has_default6) {
        links->has_default6 = true;
        links->default6_ifindex = route.ifindex;
    }
    return 0;
}

static int read_family(struct felt_netlink *netlink, uint8_t family, bool routes,
                       struct felt_links *links, struct felt_kernel_error *error)
{
    struct ifaddrmsg addr = {.ifa_family = family};
    struct rtmsg route = {.rtm_family = family, .rtm_table = RT_TABLE_MAIN};
    int r = dump(netlink, RTM_GETADDR, &addr, sizeof(addr), take_addr, links, error);

    if (r == 0 && routes)
        r = dump(netlink, RTM_GETROUTE, &route, sizeof(route), take_route, links, error);
    /* The kernel says ENOENT for a table that never had a route. */
    return r == -ENOENT ? 0 : r;
}

static int read_once(struct felt_netlink *netlink, bool routes, struct felt_links *links,
                     struct felt_kernel_error *error)
{
    struct ifinfomsg link = {0};
    int r = dump(netlink, RTM_GETLINK, &link, sizeof(link), take_interface, links, error);

    if (r == 0)
        r = read_family(netlink, AF_INET, routes, links, error);
    /* A kernel without IPv6 answers for all families that it has, or not at all. */
    if (r == 0 && access(HAS_IPV6, F_OK) == 0)
        r = read_family(netlink, AF_INET6, routes, links, error);
    return r;
}

static int read_links(bool routes, struct felt_links *ret_links, struct felt_kernel_error *error)
{
    _cleanup_(felt_netlink_freep) struct felt_netlink *netlink = NULL;
    int r = felt_netlink_open(FELT_NETLINK_ROUTE, &netlink);

    if (r < 0)
        return felt_kernel_error_set(error, r, "cannot open a netlink socket");
    for (int i = 0; i < TRIES; i++) {
        struct felt_links links = {0};

        r = read_once(netlink, routes, &links, error);
        if (r == 0) {
            *ret_links = links;
            return 0;
        }
        felt_links_done(&links);
        if (r != -EINTR && r != -ENOBUFS)
            break;
    }
    return r;
}

int felt_links_read(struct felt_links *ret_links, struct felt_kernel_error *error)
{
    return read_links(true, ret_links, error);
}

int felt_links_read_addrs(struct felt_links *ret_links, struct felt_kernel_error *error)
{
    return read_links(false, ret_links, error);
}

void felt_links_done(struct felt_links *links)
{
    free(links->interfaces);
    free(links->addrs);
    *links = (struct felt_links){0};
}
