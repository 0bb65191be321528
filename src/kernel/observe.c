/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/observe.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/parse.h"

#define TRIES           5 /* of a dump under which the state changes; after that the next pass sees to it */
#define SKIP_STATISTICS (1 << 3) /* linux/rtnetlink.h RTEXT_FILTER_SKIP_STATS */

static void msg_freep(struct nl_msg **msg)
{
    nlmsg_free(*msg);
}

static struct nl_msg *request(int type, int flags, void *header, size_t header_len)
{
    struct nl_msg *msg = nlmsg_alloc();

    if (msg == NULL)
        return NULL;
    if (nlmsg_put(msg, 0, 0, type, 0, flags) == NULL ||
        nlmsg_append(msg, header, header_len, NLMSG_ALIGNTO) < 0) {
        nlmsg_free(msg);
        return NULL;
    }
    return msg;
}

/* ---- links ---- */

static int take_link(const struct nlmsghdr *message, void *userdata)
{
    (void)felt_parse_link(message, userdata);
    return 0;
}

int felt_kernel_link(struct felt_netlink *netlink, const char *name,
                     struct felt_plan_link *ret_link, struct felt_kernel_error *error)
{
    struct ifinfomsg header = {0};
    _cleanup_(msg_freep) struct nl_msg *msg = request(RTM_GETLINK, 0, &header, sizeof(header));
    struct felt_plan_link link = {0};
    int r;

    if (msg == NULL || nla_put_string(msg, IFLA_IFNAME, name) < 0 ||
        nla_put_u32(msg, IFLA_EXT_MASK, SKIP_STATISTICS) < 0)
        return felt_kernel_error_set(error, -ENOMEM, "out of memory");
    r = felt_netlink_query(netlink, msg, take_link, &link, error);
    if (r < 0)
        return r;
    if (link.ifindex == 0)
        return felt_kernel_error_set(error, -EBADMSG, "malformed description of %s", name);
    *ret_link = link;
    return 0;
}

struct rival {
    const struct felt_plan_link *ours;
    uint16_t port;
    char found[FELT_PLAN_NAME];
};

static int take_rival(const struct nlmsghdr *message, void *userdata)
{
    struct rival *rival = userdata;
    const struct felt_plan_link *ours = rival->ours;
    struct felt_plan_link link;

    if (felt_parse_link(message, &link) && link.is_vxlan && link.vni == ours->vni &&
        link.port == rival->port && strcmp(link.name, ours->name) != 0 &&
        (link.local.family == FELT_FAMILY_NONE || link.local.family == ours->local.family))
        memcpy(rival->found, link.name, FELT_PLAN_NAME);
    return 0;
}

int felt_kernel_rival(struct felt_netlink *netlink, const struct felt_plan_link *ours,
                      uint16_t port, char *ret_name)
{
    struct ifinfomsg header = {0};
    _cleanup_(msg_freep) struct nl_msg *msg =
        request(RTM_GETLINK, NLM_F_DUMP, &header, sizeof(header));
    struct rival rival = {.ours = ours, .port = port};
    int r;

    if (msg == NULL)
        return -ENOMEM;
    r = felt_netlink_query(netlink, msg, take_rival, &rival, NULL);
    if (r < 0)
        return r;
    if (rival.found[0] == 0)
        return -ENODEV;
    memcpy(ret_name, rival.found, FELT_PLAN_NAME);
    return 0;
}

/* ---- entries ---- */

struct view {
    const struct felt_observe_scope *scope;
    struct felt_plan_observed *observed;
};

static int take_addr(const struct nlmsghdr *message, void *userdata)
{
    struct view *view = userdata;
    struct felt_interface_addr addr;

    if (!felt_parse_addr(message, &addr) || addr.ifindex != view->observed->link.ifindex)
        return 0;
    return felt_plan_observed_addr(view->observed, &addr.cidr);
}

static int take_neigh(const struct nlmsghdr *message, void *userdata)
{
    struct view *view = userdata;
    struct felt_plan_neigh neigh;
    uint32_t ifindex;

    if (!felt_parse_neigh(message, &neigh, &ifindex) || ifindex != view->observed->link.ifindex)
        return 0;
    return felt_plan_observed_neigh(view->observed, &neigh);
}

static int take_fdb(const struct nlmsghdr *message, void *userdata)
{
    struct view *view = userdata;
    struct felt_plan_fdb fdb;
    uint32_t ifindex;

    if (!felt_parse_fdb(message, &fdb, &ifindex) || ifindex != view->observed->link.ifindex)
        return 0;
    return felt_plan_observed_fdb(view->observed, &fdb);
}

/* The kernel takes a gateway only where a route of link scope leads to it. IPv6 has no scopes. */
static int take_path(struct view *view, const struct felt_plan_route *route)
{
    struct felt_plan_path path = {.dst = route->dst};

    if (route->tos != 0)
        return 0; /* of other packets than ours */
    path.on_link = route->type == RTN_UNICAST && !route->elsewhere &&
                   route->via.family == FELT_FAMILY_NONE &&
                   route->ifindex == view->scope->underlay_ifindex &&
                   (route->dst.ip.family == FELT_FAMILY_V6 || route->scope >= RT_SCOPE_LINK);
    return felt_plan_observed_path(view->observed, &path);
}

static int take_route(const struct nlmsghdr *message, void *userdata)
{
    struct view *view = userdata;
    struct felt_plan_route route;

    if (!felt_parse_route(message, &route))
        return 0;
    if (!felt_dual_covers(&view->scope->networks, &route.dst))
        return view->scope->paths ? take_path(view, &route) : 0;
    if (view->observed->has_link && route.ifindex == view->observed->link.ifindex)
        route.ifindex = FELT_PLAN_OUR_LINK;
    return felt_plan_observed_route(view->observed, &route);
}

static int dump_addrs(struct felt_netlink *netlink, int family, struct view *view,
                      struct felt_kernel_error *error)
{
    struct ifaddrmsg header = {.ifa_family = (uint8_t)family,
                               .ifa_index = view->observed->link.ifindex};
    _cleanup_(msg_freep) struct nl_msg *msg =
        request(RTM_GETADDR, NLM_F_DUMP, &header, sizeof(header));

    return msg == NULL ? -ENOMEM : felt_netlink_query(netlink, msg, take_addr, view, error);
}

static int dump_neighs(struct felt_netlink *netlink, int family, felt_netlink_each *each,
                       struct view *view, struct felt_kernel_error *error)
{
    struct ndmsg header = {.ndm_family = (uint8_t)family};
    _cleanup_(msg_freep) struct nl_msg *msg =
        request(RTM_GETNEIGH, NLM_F_DUMP, &header, sizeof(header));

    if (msg == NULL || nla_put_u32(msg, NDA_IFINDEX, view->observed->link.ifindex) < 0)
        return -ENOMEM;
    return felt_netlink_query(netlink, msg, each, view, error);
}

static int take_nexthop(const struct nlmsghdr *message, void *userdata)
{
    struct view *view = userdata;
    struct felt_plan_nexthop nexthop;

    if (!felt_parse_nexthop(message, &nexthop))
        return 0;
    if (view->observed->has_link && nexthop.ifindex == view->observed->link.ifindex)
        nexthop.ifindex = FELT_PLAN_OUR_LINK;
    return felt_plan_observed_nexthop(view->observed, &nexthop);
}

static int dump_nexthops(struct felt_netlink *netlink, struct view *view,
                         struct felt_kernel_error *error)
{
    struct nhmsg header = {0};
    _cleanup_(msg_freep) struct nl_msg *msg =
        request(RTM_GETNEXTHOP, NLM_F_DUMP, &header, sizeof(header));
    int r;

    if (msg == NULL)
        return -ENOMEM;
    r = felt_netlink_query(netlink, msg, take_nexthop, view, error);
    view->observed->knows_nexthops = r == 0;
    /* A kernel older than 5.3 knows no objects. */
    return r == -EOPNOTSUPP || r == -EINVAL ? 0 : r;
}

static int dump_routes(struct felt_netlink *netlink, int family, struct view *view,
                       struct felt_kernel_error *error)
{
    struct rtmsg header = {.rtm_family = (uint8_t)family, .rtm_table = RT_TABLE_MAIN};
    _cleanup_(msg_freep) struct nl_msg *msg =
        request(RTM_GETROUTE, NLM_F_DUMP, &header, sizeof(header));
    int r = msg == NULL ? -ENOMEM : felt_netlink_query(netlink, msg, take_route, view, error);

    /* The kernel says ENOENT for a table that never had a route. */
    return r == -ENOENT ? 0 : r;
}

/* ---- all of it ---- */

/* What an inner family has on the device and in the table. */
static int observe_family(struct felt_netlink *netlink, int family, struct view *view,
                          struct felt_kernel_error *error)
{
    int r;

    if (view->observed->has_link) {
        r = dump_addrs(netlink, family, view, error);
        if (r == 0)
            r = dump_neighs(netlink, family, take_neigh, view, error);
        if (r < 0)
            return r;
    }
    return dump_routes(netlink, family, view, error);
}

static int observe_entries(struct felt_netlink *netlink, struct view *view,
                           struct felt_kernel_error *error)
{
    static const struct {
        uint8_t family;
        int af;
    } families[] = {{FELT_FAMILY_V4, AF_INET}, {FELT_FAMILY_V6, AF_INET6}};
    int r = dump_nexthops(netlink, view, error);

    for (size_t i = 0; i < FELT_ARRAY_LEN(families) && r == 0; i++)
        if (felt_dual_of(&view->scope->networks, families[i].family) != NULL)
            r = observe_family(netlink, families[i].af, view, error);
    if (r == 0 && view->observed->has_link)
        r = dump_neighs(netlink, AF_BRIDGE, take_fdb, view, error);
    return r;
}

static int observe_once(struct felt_netlink *netlink, struct view *view,
                        struct felt_kernel_error *error)
{
    struct felt_plan_observed *observed = view->observed;
    int r = 0;

    if (view->scope->link_name != NULL) {
        r = felt_kernel_link(netlink, view->scope->link_name, &observed->link, error);
        observed->has_link = r == 0;
        if (r < 0 && r != -ENODEV)
            return r;
    }
    if (view->scope->sibling_name != NULL && view->scope->entries) {
        struct felt_plan_link sibling;

        r = felt_kernel_link(netlink, view->scope->sibling_name, &sibling, error);
        if (r < 0 && r != -ENODEV)
            return r;
        observed->sibling_ifindex = r == 0 ? sibling.ifindex : 0;
    }
    return view->scope->entries ? observe_entries(netlink, view, error) : 0;
}

int felt_kernel_observe(struct felt_netlink *netlink, const struct felt_observe_scope *scope,
                        struct felt_plan_observed *ret_observed, struct felt_kernel_error *error)
{
    int r = -EINTR;

    for (int i = 0; i < TRIES; i++) {
        struct felt_plan_observed observed = {0};
        struct view view = {.scope = scope, .observed = &observed};

        r = observe_once(netlink, &view, error);
        if (r == 0) {
            *ret_observed = observed;
            return 0;
        }
        felt_plan_observed_done(&observed);
        /* ENODEV: our device vanished between two dumps. */
        if (r != -EINTR && r != -ENODEV && r != -ENOBUFS)
            break;
    }
    return r;
}
