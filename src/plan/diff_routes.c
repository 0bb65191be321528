/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/diff_parts.h"
#include "plan/route.h"

#define RTN_UNICAST    1 /* linux/rtnetlink.h */
#define SCOPE_UNIVERSE 0 /* linux/rtnetlink.h */

static struct felt_plan_route wanted_route(const struct felt_diff *diff,
                                           const struct felt_plan_peer *peer, uint16_t mark)
{
    bool encap = (mark & FELT_MARK_ENCAP) != 0;

    return (struct felt_plan_route){
        .dst = peer->subnet,
        .via = encap ? peer->subnet.ip : peer->public_ip,
        .ifindex = encap ? FELT_PLAN_OUR_LINK : diff->desired->underlay_ifindex,
        .onlink = encap,
        .nexthop = felt_diff_nexthop_of(diff, peer),
        .protocol = FELT_PLAN_RTPROT,
        .type = RTN_UNICAST,
        .scope = SCOPE_UNIVERSE,
        .metric = felt_plan_route_metric(&peer->subnet),
    };
}

/* The peer in whose place this route stands, for the kernel holds one route (more by append) of
 * each destination, metric and TOS. */
static const struct felt_plan_peer *place_of(const struct felt_diff *diff,
                                             const struct felt_plan_route *route)
{
    const struct felt_plan_peer *peer;

    if (!felt_plan_route_in_place(route))
        return NULL;
    peer = felt_plan_desired_by_ip(diff->desired, &route->dst.ip);
    return peer != NULL && felt_cidr_equal(&peer->subnet, &route->dst) ? peer : NULL;
}

/* What was on a device that is being replaced is no more. */
static bool is_gone(const struct felt_diff *diff, const struct felt_plan_route *route)
{
    return diff->link_gone && route->ifindex == FELT_PLAN_OUR_LINK;
}

void felt_diff_mark_routes(struct felt_diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    for (size_t i = 0; i < observed->n_routes; i++) {
        const struct felt_plan_route *have = &observed->routes[i];
        const struct felt_plan_peer *peer = place_of(diff, have);
        uint16_t *mark = felt_diff_mark(diff, peer, FELT_MARK_DIRECT | FELT_MARK_ENCAP);
        struct felt_plan_route want;

        if (mark == NULL || is_gone(diff, have))
            continue;
        want = wanted_route(diff, peer, *mark);
        if (felt_plan_route_same(have, &want))
            *mark |= FELT_MARK_ROUTE;
        else if (have->protocol == FELT_PLAN_RTPROT_KERNEL && (*mark & FELT_MARK_TAKEN) == 0) {
            *mark |= FELT_MARK_TAKEN;
            felt_diff_trouble(diff, felt_plan_desired_index(diff->desired, peer),
                              FELT_PLAN_ROUTE_TAKEN);
        }
    }
}

/* Linux refuses an IPv6 gateway to which another device leads as yet (EINVAL, "device mismatch"),
 * and ours lies in the very subnet: there the old route goes first, in the same batch. */
static bool is_in_the_way(struct felt_diff *diff, const struct felt_plan_route *have)
{
    uint16_t *mark = felt_diff_mark(diff, place_of(diff, have), FELT_MARK_ENCAP);

    return mark != NULL && (*mark & (FELT_MARK_ROUTE | FELT_MARK_TAKEN)) == 0 &&
           !is_gone(diff, have) && have->dst.ip.family == FELT_FAMILY_V6 &&
           (have->ifindex != FELT_PLAN_OUR_LINK || have->type != RTN_UNICAST);
}

void felt_diff_clear_places(struct felt_diff *diff)
{
    for (size_t i = 0; i < diff->observed->n_routes; i++)
        if (is_in_the_way(diff, &diff->observed->routes[i]))
            felt_diff_op(diff, FELT_OP_ROUTE_DEL, FELT_PLAN_NO_PEER)->route =
                diff->observed->routes[i];
}

void felt_diff_set_route(struct felt_diff *diff, uint32_t peer)
{
    felt_diff_op(diff, FELT_OP_ROUTE_SET, peer)->route =
        wanted_route(diff, &diff->desired->peers[peer], diff->marks[peer]);
}

/* A wrong route in a peer's place: the first one is replaced by ROUTE_SET in one stroke, later ones
 * (somebody appended them) must go by themselves. So must the second of two right ones. */
static bool place_is_contested(const struct felt_diff *diff, const struct felt_plan_route *have,
                               const struct felt_plan_peer *peer, uint16_t *mark)
{
    struct felt_plan_route want = wanted_route(diff, peer, *mark);

    if (have->protocol == FELT_PLAN_RTPROT_KERNEL)
        return false;
    if ((*mark & (FELT_MARK_ROUTE | FELT_MARK_TAKEN)) != 0) {
        if (!felt_plan_route_same(have, &want))
            return true;
        if ((*mark & FELT_MARK_REPLACES) != 0)
            return true; /* the first right one was seen */
        *mark |= FELT_MARK_REPLACES;
        return false;
    }
    if ((*mark & FELT_MARK_REPLACES) != 0)
        return true;
    *mark |= FELT_MARK_REPLACES;
    return false;
}

/* The kernel tells routes in one place apart by less than we do (not by onlink or metrics), so that
 * a deletion beside ours may have hit ours. Setting it once more is right either way. */
static void set_contested_again(struct felt_diff *diff)
{
    for (uint32_t i = 0; i < diff->desired->n_peers; i++)
        if ((diff->marks[i] & (FELT_MARK_CONTESTED | FELT_MARK_TAKEN)) == FELT_MARK_CONTESTED)
            felt_diff_set_route(diff, i);
}

/* The other device's to judge: it is on it, or takes the place of this one there. */
static bool is_siblings(const struct felt_diff *diff, const struct felt_plan_route *have)
{
    uint32_t sibling = diff->observed->sibling_ifindex;

    return (sibling != 0 && have->ifindex == sibling) ||
           (felt_plan_route_in_place(have) &&
            felt_plan_desired_is_elsewhere(diff->desired, &have->dst));
}

static void delete_stale_routes(struct felt_diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    for (size_t i = 0; i < observed->n_routes; i++) {
        const struct felt_plan_route *have = &observed->routes[i];
        const struct felt_plan_peer *peer = place_of(diff, have);
        uint16_t *mark = felt_diff_mark(diff, peer, FELT_MARK_DIRECT | FELT_MARK_ENCAP);
        bool stale;

        if (is_gone(diff, have) || have->protocol == FELT_PLAN_RTPROT_KERNEL ||
            !felt_dual_covers(&diff->desired->networks, &have->dst) || is_in_the_way(diff, have) ||
            felt_diff_is_blackhole(diff, have))
            continue;
        if (mark != NULL)
            stale = place_is_contested(diff, have, peer, mark);
        else if (is_siblings(diff, have))
            continue;
        else
            stale = have->ifindex == FELT_PLAN_OUR_LINK || have->protocol == FELT_PLAN_RTPROT;
        if (stale)
            felt_diff_op(diff, FELT_OP_ROUTE_DEL, FELT_PLAN_NO_PEER)->route = *have;
        if (stale && mark != NULL)
            *mark |= FELT_MARK_CONTESTED;
    }
}

void felt_diff_stale_routes(struct felt_diff *diff)
{
    delete_stale_routes(diff);
    set_contested_again(diff);
}
