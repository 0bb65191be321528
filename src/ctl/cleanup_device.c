/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/cleanup.h"

#include <errno.h>
#include <string.h>

#include "base/idiom.h"
#include "kernel/apply.h"
#include "kernel/links.h"
#include "kernel/observe.h"
#include "plan/nexthop.h"

/* What the names of flannel's and our devices begin with; the VNI follows. */
static const char *const name_starts[] = {"flannel.", "flannel-v6."};

static bool has_our_name(const struct felt_interface *interface)
{
    for (size_t i = 0; i < FELT_ARRAY_LEN(name_starts); i++)
        if (strncmp(interface->name, name_starts[i], strlen(name_starts[i])) == 0)
            return true;
    return false;
}

/* Whether the interface has an address as flannel's and our devices have one of each family that
 * they carry: the first of a subnet of the network, alone. */
static bool has_our_address(const struct felt_links *links, uint32_t ifindex,
                            const struct felt_dual *networks)
{
    for (size_t i = 0; i < links->n_addrs; i++) {
        const struct felt_interface_addr *addr = &links->addrs[i];

        if (addr->ifindex == ifindex &&
            addr->cidr.len == (addr->cidr.ip.family == FELT_FAMILY_V6 ? 128 : 32) &&
            felt_dual_contains(networks, &addr->cidr.ip))
            return true;
    }
    return false;
}

static int take_away(const struct felt_cleanup *cleanup, struct felt_netlink *netlink,
                     const struct felt_plan_op *op, uint32_t ifindex)
{
    struct felt_kernel_error error = {0};
    char text[FELT_PLAN_OP_TEXT];
    const char *what = strchr(felt_plan_op_format(op, text), ' ') + 1; /* behind the verb */
    int r = 0, result;

    if (!cleanup->dry_run)
        r = felt_kernel_apply(netlink, op, 1, &ifindex, &result, &error);
    if (r < 0)
        return felt_cleanup_fail(r, what, error.text);
    felt_cleanup_note(cleanup, "%s", what);
    return 0;
}

/* The devices go with their addresses, neighbours, forwarding entries and routes. */
static int delete_devices(const struct felt_cleanup *cleanup, struct felt_netlink *netlink)
{
    _cleanup_(felt_links_done) struct felt_links links = {0};
    struct felt_kernel_error error = {0};
    struct felt_plan_link link;
    int r = felt_links_read(&links, &error), result = 0;

    if (r < 0)
        return felt_cleanup_fail(r, "devices", error.text);
    for (size_t i = 0; i < links.n_interfaces; i++) {
        const struct felt_interface *interface = &links.interfaces[i];
        struct felt_plan_op op = {.kind = FELT_OP_LINK_DEL, .peer = FELT_PLAN_NO_PEER};

        if (!has_our_name(interface) ||
            !has_our_address(&links, interface->ifindex, &cleanup->networks) ||
            felt_kernel_link(netlink, interface->name, &link, NULL) < 0 || !link.is_vxlan)
            continue;
        op.link = &link;
        r = take_away(cleanup, netlink, &op, interface->ifindex);
        result = result < 0 ? result : r;
    }
    return result;
}

/* Of host-gw and DirectRouting. */
static int delete_routes(const struct felt_cleanup *cleanup, struct felt_netlink *netlink,
                         const struct felt_plan_observed *observed)
{
    int result = 0;

    for (size_t i = 0; i < observed->n_routes; i++) {
        const struct felt_plan_op op = {
            .kind = FELT_OP_ROUTE_DEL, .peer = FELT_PLAN_NO_PEER, .route = observed->routes[i]};
        int r;

        if (op.route.protocol != FELT_PLAN_RTPROT)
            continue;
        r = take_away(cleanup, netlink, &op, 0);
        result = result < 0 ? result : r;
    }
    return result;
}

/* After the routes: the kernel drops those that name an object with it, unasked. */
static int delete_nexthops(const struct felt_cleanup *cleanup, struct felt_netlink *netlink,
                           const struct felt_plan_observed *observed)
{
    int result = 0;

    for (size_t i = 0; i < observed->n_nexthops; i++) {
        const struct felt_plan_op op = {.kind = FELT_OP_NEXTHOP_DEL,
                                        .peer = FELT_PLAN_NO_PEER,
                                        .nexthop = observed->nexthops[i]};
        int r;

        if (op.nexthop.protocol != FELT_PLAN_RTPROT || !felt_plan_nexthop_in_range(op.nexthop.id))
            continue;
        r = take_away(cleanup, netlink, &op, 0);
        result = result < 0 ? result : r;
    }
    return result;
}

/* Those on a device of ours are gone with it, except in a dry run. */
static int delete_entries(const struct felt_cleanup *cleanup, struct felt_netlink *netlink)
{
    const struct felt_observe_scope scope = {.networks = cleanup->networks, .entries = true};
    _cleanup_(felt_plan_observed_done) struct felt_plan_observed observed = {0};
    struct felt_kernel_error error = {0};
    int r = felt_kernel_observe(netlink, &scope, &observed, &error), nexthops;

    if (r < 0)
        return felt_cleanup_fail(r, "routes", error.text);
    r = delete_routes(cleanup, netlink, &observed);
    nexthops = delete_nexthops(cleanup, netlink, &observed);
    return r < 0 ? r : nexthops;
}

int felt_cleanup_device(const struct felt_cleanup *cleanup)
{
    _cleanup_(felt_netlink_freep) struct felt_netlink *netlink = NULL;
    int r, entries;

    if (felt_dual_is_none(&cleanup->networks))
        return 0;
    r = felt_netlink_open(FELT_NETLINK_ROUTE, &netlink);
    if (r < 0)
        return felt_cleanup_fail(r, "devices and routes", "");
    r = delete_devices(cleanup, netlink);
    entries = delete_entries(cleanup, netlink);
    return r < 0 ? r : entries;
}
