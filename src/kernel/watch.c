/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/watch.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/parse.h"
#include "kernel/socket.h"

struct felt_watch {
    struct felt_netlink *netlink;
};

static int watch_groups(const int *groups, size_t n, struct felt_watch **ret_watch)
{
    _cleanup_(felt_watch_freep) struct felt_watch *watch = calloc(1, sizeof(*watch));
    int r;

    if (watch == NULL)
        return -ENOMEM;
    r = felt_netlink_open(FELT_NETLINK_ROUTE, &watch->netlink);
    for (size_t i = 0; i < n && r == 0; i++)
        r = felt_netlink_join(watch->netlink, groups[i]);
    if (r < 0)
        return r;
    *ret_watch = FELT_TAKE(watch);
    return 0;
}

int felt_watch_new(struct felt_watch **ret_watch)
{
    static const int groups[] = {RTNLGRP_LINK,        RTNLGRP_NEIGH,      RTNLGRP_IPV4_IFADDR,
                                 RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE};
    struct felt_watch *watch;
    int r = watch_groups(groups, FELT_ARRAY_LEN(groups), &watch);

    if (r < 0)
        return r;
    (void)felt_netlink_join(watch->netlink, RTNLGRP_NEXTHOP); /* not before 5.3 */
    *ret_watch = watch;
    return 0;
}

int felt_watch_new_links(struct felt_watch **ret_watch)
{
    static const int groups[] = {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR};

    return watch_groups(groups, FELT_ARRAY_LEN(groups), ret_watch);
}

void felt_watch_free(struct felt_watch *watch)
{
    if (watch == NULL)
        return;
    felt_netlink_free(watch->netlink);
    free(watch);
}

int felt_watch_fd(const struct felt_watch *watch)
{
    return felt_netlink_fd(watch->netlink);
}

static bool is_our_device(const struct felt_watch_scope *scope, uint32_t ifindex)
{
    return ifindex != 0 && ifindex == scope->link_ifindex;
}

/* A route outside of the overlay over which a peer's packets may go. */
static bool leads_to_a_peer(const struct felt_watch_scope *scope,
                            const struct felt_plan_route *route)
{
    for (size_t i = 0; i < scope->n_peers; i++)
        if (felt_cidr_contains(&route->dst, &scope->peers[i].public_ip))
            return true;
    return false;
}

static bool concerns_us(const struct felt_watch_scope *scope, const struct nlmsghdr *message)
{
    struct felt_interface interface;
    struct felt_interface_addr addr;
    struct felt_plan_neigh neigh;
    struct felt_plan_fdb fdb;
    struct felt_plan_nexthop nexthop;
    struct felt_plan_route route;
    uint32_t ifindex;

    if (scope->any_link)
        return felt_parse_interface(message, &interface) || felt_parse_addr(message, &addr);
    if (felt_parse_interface(message, &interface))
        return is_our_device(scope, interface.ifindex) ||
               interface.ifindex == scope->underlay_ifindex ||
               strcmp(interface.name, scope->link_name) == 0 ||
               strcmp(interface.name, scope->underlay_name) == 0;
    if (felt_parse_addr(message, &addr))
        return is_our_device(scope, addr.ifindex) || addr.ifindex == scope->underlay_ifindex;
    if (felt_parse_neigh(message, &neigh, &ifindex))
        return is_our_device(scope, ifindex) && felt_dual_contains(&scope->networks, &neigh.ip);
    if (felt_parse_fdb(message, &fdb, &ifindex))
        return is_our_device(scope, ifindex);
    if (felt_parse_nexthop(message, &nexthop))
        return true;
    if (felt_parse_route(message, &route))
        return felt_dual_covers(&scope->networks, &route.dst) || leads_to_a_peer(scope, &route);
    return false;
}

/* The kernel's own doings come from port 0. */
static bool is_our_doing(const struct felt_watch_scope *scope, const struct nlmsghdr *message)
{
    return message->nlmsg_pid != 0 &&
           (message->nlmsg_pid == scope->own_port || message->nlmsg_pid == scope->sibling_port);
}

static bool is_news(const struct nlmsghdr *message, const void *userdata)
{
    const struct felt_watch_scope *scope = userdata;

    return !is_our_doing(scope, message) && concerns_us(scope, message);
}

bool felt_watch_drain(struct felt_watch *watch, const struct felt_watch_scope *scope)
{
    return felt_netlink_drain(watch->netlink, is_news, scope);
}
