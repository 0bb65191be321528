/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/route.h"

#define LINK_OPS_MAX \
    9 /* of one pass: delete, create, MTU, learning, bridge, MAC, up, two addresses */
#define OPS_A_PEER     5 /* fdb entry, neighbour, nexthop, route, and sometimes the route again */
#define RTN_UNICAST    1 /* linux/rtnetlink.h */
#define SCOPE_UNIVERSE 0 /* linux/rtnetlink.h */

/* What is known about a peer while its entries are looked at. */
enum {
    HAS_NEIGH = 1 << 0,
    HAS_FDB = 1 << 1,
    HAS_ROUTE = 1 << 2,
    REPLACES_ROUTE = 1 << 3, /* the next ROUTE_SET takes the place of a wrong one */
    IS_DIRECT = 1 << 4,      /* a plain route over the underlay */
    IS_ENCAP = 1 << 5,       /* through our device; neither: it has a problem */
    IS_TAKEN = 1 << 6,       /* the kernel's own route is in the place of ours */
    IS_CONTESTED = 1 << 7,   /* others in the place of ours are deleted */
    HAS_NEXTHOP = 1 << 8,
};

struct diff {
    const struct felt_plan_desired *desired;
    const struct felt_plan_observed *observed;
    struct felt_plan *plan;
    uint16_t *marks; /* of each peer */
    bool link_gone;  /* the device is created in this pass: what was on it is gone */
    bool uses_nexthops;
    bool neighs_gone; /* its MAC changes: the kernel drops its neighbours */
};

static struct felt_plan_op *add_op(struct diff *diff, enum felt_plan_op_kind kind, uint32_t peer)
{
    struct felt_plan_op *op = &diff->plan->ops[diff->plan->n_ops++];

    *op = (struct felt_plan_op){.kind = kind, .peer = peer};
    return op;
}

static void add_link_op(struct diff *diff, enum felt_plan_op_kind kind,
                        const struct felt_plan_link *link)
{
    add_op(diff, kind, FELT_PLAN_NO_PEER)->link = link;
}

/* ---- the device and its address ---- */

static void diff_link(struct diff *diff)
{
    const struct felt_plan_link *want = &diff->desired->link;
    const struct felt_plan_link *have = &diff->observed->link;
    struct felt_plan *plan = diff->plan;

    if (diff->observed->has_link &&
        felt_plan_link_incompatible(have, want, diff->desired->default_port, plan->recreates_why)) {
        plan->recreates = true;
        add_link_op(diff, FELT_OP_LINK_DEL, have);
    }
    if (!diff->observed->has_link || plan->recreates) {
        diff->link_gone = true;
        add_link_op(diff, FELT_OP_LINK_ADD, want);
        return;
    }
    if (have->mtu != want->mtu)
        add_link_op(diff, FELT_OP_LINK_MTU, want);
    if (have->learning != want->learning)
        add_link_op(diff, FELT_OP_LINK_LEARNING, want);
    if (have->master != 0)
        add_link_op(diff, FELT_OP_LINK_RELEASE, want);
    if (memcmp(have->mac, want->mac, FELT_PLAN_MAC_LEN) != 0) {
        diff->neighs_gone = true;
        add_link_op(diff, FELT_OP_LINK_MAC, want);
    }
}

/* The lease's address that belongs on this device; family NONE where none does. */
static struct felt_cidr own_addr(const struct felt_plan_desired *desired, uint8_t family)
{
    const struct felt_cidr *lease = felt_dual_of(&desired->lease, family);
    struct felt_cidr want = {0};

    if (lease == NULL || (desired->has_sibling && family != desired->link.local.family))
        return want;
    want.ip = lease->ip;
    want.len = (uint8_t)(8 * felt_ip_len(&want.ip));
    return want;
}

static void diff_addrs(struct diff *diff, uint8_t family)
{
    const struct felt_plan_desired *desired = diff->desired;
    struct felt_cidr want = own_addr(desired, family);
    size_t n = diff->link_gone ? 0 : diff->observed->n_addrs;
    bool found = want.ip.family == FELT_FAMILY_NONE;

    if (!desired->has_lease)
        return;
    for (size_t i = 0; i < n; i++)
        found = found || felt_cidr_equal(&diff->observed->addrs[i], &want);
    if (!found)
        add_op(diff, FELT_OP_ADDR_ADD, FELT_PLAN_NO_PEER)->addr = want;
    for (size_t i = 0; i < n; i++) {
        const struct felt_cidr *have = &diff->observed->addrs[i];

        if (have->ip.family == family && !felt_cidr_equal(have, &want) &&
            felt_dual_contains(&desired->networks, &have->ip))
            add_op(diff, FELT_OP_ADDR_DEL, FELT_PLAN_NO_PEER)->addr = *have;
    }
}

/* ---- how each peer is reached ---- */

static void add_trouble(struct diff *diff, size_t peer, enum felt_plan_problem problem)
{
    diff->plan->troubles[diff->plan->n_troubles++] =
        (struct felt_plan_trouble){.problem = problem, .peer = (uint32_t)peer};
}

/* A host-gw node takes plain packets alone, and sends no others; a vxlan node takes both. */
static void choose_paths(struct diff *diff)
{
    static const uint8_t no_mac[FELT_PLAN_MAC_LEN];
    const struct felt_plan_desired *desired = diff->desired;

    for (size_t i = 0; i < desired->n_peers; i++) {
        const struct felt_plan_peer *peer = &desired->peers[i];
        bool plain_only =
            desired->backend == FELT_BACKEND_HOST_GW || peer->backend == FELT_BACKEND_HOST_GW;

        if (desired->problems[i] != FELT_PLAN_FINE)
            add_trouble(diff, i, desired->problems[i]);
        else if ((plain_only || desired->direct_routing) &&
                 peer->public_ip.family == peer->subnet.ip.family &&
                 felt_plan_observed_on_link(diff->observed, &peer->public_ip))
            diff->marks[i] |= IS_DIRECT;
        else if (plain_only)
            add_trouble(diff, i,
                        peer->backend == desired->backend ? FELT_PLAN_NOT_ON_LINK
                                                          : FELT_PLAN_OTHER_BACKEND);
        else if (memcmp(peer->mac, no_mac, FELT_PLAN_MAC_LEN) == 0)
            add_trouble(diff, i, FELT_PLAN_NO_MAC);
        else
            diff->marks[i] |= IS_ENCAP;
    }
}

/* The mark of the peer, or NULL where it is NULL or not reached this way. */
static uint16_t *mark_of(struct diff *diff, const struct felt_plan_peer *peer, uint16_t ways)
{
    uint16_t *mark;

    if (peer == NULL)
        return NULL;
    mark = &diff->marks[felt_plan_desired_index(diff->desired, peer)];
    return (*mark & ways) != 0 ? mark : NULL;
}

static bool is_our_nexthop(const struct felt_plan_nexthop *nexthop)
{
    return nexthop->protocol == FELT_PLAN_RTPROT && felt_plan_nexthop_in_range(nexthop->id);
}

/* Objects of ours that are there are the memory of having been over the limit. */
static void choose_nexthops(struct diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;
    size_t n_ways = 0;
    bool has_some = false;

    if (!observed->knows_nexthops)
        return;
    for (size_t i = 0; i < diff->desired->n_peers; i++)
        n_ways += (diff->marks[i] & (IS_DIRECT | IS_ENCAP)) != 0;
    for (size_t i = 0; i < observed->n_nexthops && !has_some; i++)
        has_some = is_our_nexthop(&observed->nexthops[i]);
    diff->uses_nexthops = felt_plan_nexthop_wanted(diff->desired->nexthop_peers, n_ways, has_some);
}

/* The number of the object that the peer's route names; 0: none. */
static uint32_t nexthop_of(const struct diff *diff, const struct felt_plan_peer *peer)
{
    return diff->uses_nexthops ? felt_plan_nexthop_id(&diff->desired->first_subnet, &peer->subnet)
                               : 0;
}

static struct felt_plan_nexthop wanted_nexthop(const struct diff *diff,
                                               const struct felt_plan_peer *peer, uint16_t mark)
{
    bool encap = (mark & IS_ENCAP) != 0;

    return (struct felt_plan_nexthop){
        .id = nexthop_of(diff, peer),
        .via = encap ? peer->subnet.ip : peer->public_ip,
        .ifindex = encap ? FELT_PLAN_OUR_LINK : diff->desired->underlay_ifindex,
        .onlink = encap,
        .protocol = FELT_PLAN_RTPROT,
    };
}

static struct felt_plan_route wanted_route(const struct diff *diff,
                                           const struct felt_plan_peer *peer, uint16_t mark)
{
    bool encap = (mark & IS_ENCAP) != 0;

    return (struct felt_plan_route){
        .dst = peer->subnet,
        .via = encap ? peer->subnet.ip : peer->public_ip,
        .ifindex = encap ? FELT_PLAN_OUR_LINK : diff->desired->underlay_ifindex,
        .onlink = encap,
        .nexthop = nexthop_of(diff, peer),
        .protocol = FELT_PLAN_RTPROT,
        .type = RTN_UNICAST,
        .scope = SCOPE_UNIVERSE,
        .metric = felt_plan_route_metric(&peer->subnet),
    };
}

/* ---- marking what is right ---- */

/* The peer in whose place this route stands, for the kernel holds one route (more by append) of
 * each destination, metric and TOS. */
static const struct felt_plan_peer *place_of(const struct diff *diff,
                                             const struct felt_plan_route *route)
{
    const struct felt_plan_peer *peer;

    if (!felt_plan_route_in_place(route))
        return NULL;
    peer = felt_plan_desired_by_ip(diff->desired, &route->dst.ip);
    return peer != NULL && felt_cidr_equal(&peer->subnet, &route->dst) ? peer : NULL;
}

/* What was on a device that is being replaced is no more. */
static bool is_gone(const struct diff *diff, const struct felt_plan_route *route)
{
    return diff->link_gone && route->ifindex == FELT_PLAN_OUR_LINK;
}

static void mark_routes(struct diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    for (size_t i = 0; i < observed->n_routes; i++) {
        const struct felt_plan_route *have = &observed->routes[i];
        const struct felt_plan_peer *peer = place_of(diff, have);
        uint16_t *mark = mark_of(diff, peer, IS_DIRECT | IS_ENCAP);
        struct felt_plan_route want;

        if (mark == NULL || is_gone(diff, have))
            continue;
        want = wanted_route(diff, peer, *mark);
        if (felt_plan_route_same(have, &want))
            *mark |= HAS_ROUTE;
        else if (have->protocol == FELT_PLAN_RTPROT_KERNEL && (*mark & IS_TAKEN) == 0) {
            *mark |= IS_TAKEN;
            add_trouble(diff, felt_plan_desired_index(diff->desired, peer), FELT_PLAN_ROUTE_TAKEN);
        }
    }
}

static void mark_neighs(struct diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    if (diff->link_gone || diff->neighs_gone)
        return;
    for (size_t i = 0; i < observed->n_neighs; i++) {
        const struct felt_plan_neigh *have = &observed->neighs[i];
        const struct felt_plan_peer *peer = felt_plan_desired_by_ip(diff->desired, &have->ip);
        uint16_t *mark = mark_of(diff, peer, IS_ENCAP);

        if (mark != NULL && have->permanent && memcmp(have->mac, peer->mac, FELT_PLAN_MAC_LEN) == 0)
            *mark |= HAS_NEIGH;
    }
}

/* Of the ways to one peer, those that need its fdb entry. They share it. */
static void mark_fdb_set(struct diff *diff, const uint8_t *mac)
{
    size_t n;
    const struct felt_plan_mac_entry *entries = felt_plan_desired_by_mac(diff->desired, mac, &n);

    for (size_t i = 0; i < n; i++)
        diff->marks[entries[i].peer] |= HAS_FDB;
}

/* The way that this MAC is needed for; NULL where it is needed for none. */
static const struct felt_plan_peer *needs_fdb(struct diff *diff, const uint8_t *mac)
{
    size_t n;
    const struct felt_plan_mac_entry *entries = felt_plan_desired_by_mac(diff->desired, mac, &n);

    for (size_t i = 0; i < n; i++)
        if ((diff->marks[entries[i].peer] & IS_ENCAP) != 0)
            return &diff->desired->peers[entries[i].peer];
    return NULL;
}

static void mark_fdbs(struct diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    if (diff->link_gone)
        return;
    for (size_t i = 0; i < observed->n_fdbs; i++) {
        const struct felt_plan_fdb *have = &observed->fdbs[i];
        const struct felt_plan_peer *peer = needs_fdb(diff, have->mac);

        if (peer != NULL && have->permanent && !have->odd &&
            felt_ip_equal(&have->remote, &peer->public_ip))
            mark_fdb_set(diff, have->mac);
    }
}

/* The peer whose object has this number; NULL: nobody's. */
static const struct felt_plan_peer *peer_of_nexthop(const struct diff *diff,
                                                    const struct felt_plan_nexthop *nexthop)
{
    const struct felt_plan_desired *desired = diff->desired;
    const struct felt_plan_peer *peer;
    struct felt_ip begin;

    if (!diff->uses_nexthops || desired->first_subnet.family != FELT_FAMILY_V4 ||
        desired->subnet_len == 0)
        return NULL;
    begin = felt_plan_nexthop_subnet(&desired->first_subnet, desired->subnet_len, nexthop->id);
    peer = felt_plan_desired_by_ip(desired, &begin);
    return peer != NULL && nexthop_of(diff, peer) == nexthop->id ? peer : NULL;
}

static void mark_nexthops(struct diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    for (size_t i = 0; i < observed->n_nexthops; i++) {
        const struct felt_plan_nexthop *have = &observed->nexthops[i];
        const struct felt_plan_peer *peer = peer_of_nexthop(diff, have);
        uint16_t *mark = mark_of(diff, peer, IS_DIRECT | IS_ENCAP);
        struct felt_plan_nexthop want;

        if (mark == NULL || (diff->link_gone && have->ifindex == FELT_PLAN_OUR_LINK))
            continue;
        want = wanted_nexthop(diff, peer, *mark);
        if (!have->odd && have->protocol == want.protocol && have->ifindex == want.ifindex &&
            have->onlink == want.onlink && felt_ip_equal(&have->via, &want.via))
            *mark |= HAS_NEXTHOP;
    }
}

/* ---- what is missing ---- */

/* Linux refuses an IPv6 gateway to which another device leads as yet (EINVAL, "device mismatch"),
 * and ours lies in the very subnet: there the old route goes first, in the same batch. */
static bool is_in_the_way(struct diff *diff, const struct felt_plan_route *have)
{
    uint16_t *mark = mark_of(diff, place_of(diff, have), IS_ENCAP);

    return mark != NULL && (*mark & (HAS_ROUTE | IS_TAKEN)) == 0 && !is_gone(diff, have) &&
           have->dst.ip.family == FELT_FAMILY_V6 &&
           (have->ifindex != FELT_PLAN_OUR_LINK || have->type != RTN_UNICAST);
}

static void clear_places(struct diff *diff)
{
    for (size_t i = 0; i < diff->observed->n_routes; i++)
        if (is_in_the_way(diff, &diff->observed->routes[i]))
            add_op(diff, FELT_OP_ROUTE_DEL, FELT_PLAN_NO_PEER)->route = diff->observed->routes[i];
}

static void add_missing(struct diff *diff)
{
    const struct felt_plan_desired *desired = diff->desired;

    for (uint32_t i = 0; i < desired->n_peers; i++) {
        const struct felt_plan_peer *peer = &desired->peers[i];
        uint16_t mark = diff->marks[i];

        if ((mark & IS_ENCAP) != 0 && (mark & HAS_FDB) == 0) {
            struct felt_plan_fdb *fdb = &add_op(diff, FELT_OP_FDB_SET, i)->fdb;

            *fdb = (struct felt_plan_fdb){.remote = peer->public_ip, .permanent = true};
            memcpy(fdb->mac, peer->mac, FELT_PLAN_MAC_LEN);
            mark_fdb_set(diff, peer->mac);
        }
        if ((mark & IS_ENCAP) != 0 && (mark & HAS_NEIGH) == 0) {
            struct felt_plan_neigh *neigh = &add_op(diff, FELT_OP_NEIGH_SET, i)->neigh;

            *neigh = (struct felt_plan_neigh){.ip = peer->subnet.ip, .permanent = true};
            memcpy(neigh->mac, peer->mac, FELT_PLAN_MAC_LEN);
        }
        if ((mark & (IS_ENCAP | IS_DIRECT)) != 0 && (mark & HAS_NEXTHOP) == 0 &&
            nexthop_of(diff, peer) != 0)
            add_op(diff, FELT_OP_NEXTHOP_SET, i)->nexthop = wanted_nexthop(diff, peer, mark);
        if ((mark & (IS_ENCAP | IS_DIRECT)) != 0 && (mark & (HAS_ROUTE | IS_TAKEN)) == 0)
            add_op(diff, FELT_OP_ROUTE_SET, i)->route = wanted_route(diff, peer, mark);
    }
}

/* ---- what is stale ---- */

/* A wrong route in a peer's place: the first one is replaced by ROUTE_SET in one stroke, later ones
 * (somebody appended them) must go by themselves. So must the second of two right ones. */
static bool place_is_contested(const struct diff *diff, const struct felt_plan_route *have,
                               const struct felt_plan_peer *peer, uint16_t *mark)
{
    struct felt_plan_route want = wanted_route(diff, peer, *mark);

    if (have->protocol == FELT_PLAN_RTPROT_KERNEL)
        return false;
    if ((*mark & (HAS_ROUTE | IS_TAKEN)) != 0) {
        if (!felt_plan_route_same(have, &want))
            return true;
        if ((*mark & REPLACES_ROUTE) != 0)
            return true; /* the first right one was seen */
        *mark |= REPLACES_ROUTE;
        return false;
    }
    if ((*mark & REPLACES_ROUTE) != 0)
        return true;
    *mark |= REPLACES_ROUTE;
    return false;
}

/* The kernel tells routes in one place apart by less than we do (not by onlink or metrics), so that
 * a deletion beside ours may have hit ours. Setting it once more is right either way. */
static void set_contested_again(struct diff *diff)
{
    for (uint32_t i = 0; i < diff->desired->n_peers; i++)
        if ((diff->marks[i] & (IS_CONTESTED | IS_TAKEN)) == IS_CONTESTED)
            add_op(diff, FELT_OP_ROUTE_SET, i)->route =
                wanted_route(diff, &diff->desired->peers[i], diff->marks[i]);
}

/* The other device's to judge: it is on it, or takes the place of this one there. */
static bool is_siblings(const struct diff *diff, const struct felt_plan_route *have)
{
    uint32_t sibling = diff->observed->sibling_ifindex;

    return (sibling != 0 && have->ifindex == sibling) ||
           (felt_plan_route_in_place(have) &&
            felt_plan_desired_is_elsewhere(diff->desired, &have->dst));
}

static void delete_stale_routes(struct diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    for (size_t i = 0; i < observed->n_routes; i++) {
        const struct felt_plan_route *have = &observed->routes[i];
        const struct felt_plan_peer *peer = place_of(diff, have);
        uint16_t *mark = mark_of(diff, peer, IS_DIRECT | IS_ENCAP);
        bool stale;

        if (is_gone(diff, have) || have->protocol == FELT_PLAN_RTPROT_KERNEL ||
            !felt_dual_covers(&diff->desired->networks, &have->dst) || is_in_the_way(diff, have))
            continue;
        if (mark != NULL)
            stale = place_is_contested(diff, have, peer, mark);
        else if (is_siblings(diff, have))
            continue;
        else
            stale = have->ifindex == FELT_PLAN_OUR_LINK || have->protocol == FELT_PLAN_RTPROT;
        if (stale)
            add_op(diff, FELT_OP_ROUTE_DEL, FELT_PLAN_NO_PEER)->route = *have;
        if (stale && mark != NULL)
            *mark |= IS_CONTESTED;
    }
}

/* As with its routes. */
static bool is_siblings_nexthop(const struct diff *diff, const struct felt_plan_nexthop *have)
{
    const struct felt_plan_desired *desired = diff->desired;
    uint32_t sibling = diff->observed->sibling_ifindex;
    struct felt_cidr subnet = {.len = desired->subnet_len};

    if (sibling != 0 && have->ifindex == sibling)
        return true;
    if (desired->first_subnet.family != FELT_FAMILY_V4)
        return false;
    subnet.ip = felt_plan_nexthop_subnet(&desired->first_subnet, desired->subnet_len, have->id);
    return felt_plan_desired_is_elsewhere(desired, &subnet);
}

/* Routes that named them are gone or name none by now. */
static void delete_stale_nexthops(struct diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    for (size_t i = 0; i < observed->n_nexthops; i++) {
        const struct felt_plan_nexthop *have = &observed->nexthops[i];

        if (!is_our_nexthop(have) || (diff->link_gone && have->ifindex == FELT_PLAN_OUR_LINK) ||
            is_siblings_nexthop(diff, have))
            continue;
        if (mark_of(diff, peer_of_nexthop(diff, have), IS_DIRECT | IS_ENCAP) == NULL)
            add_op(diff, FELT_OP_NEXTHOP_DEL, FELT_PLAN_NO_PEER)->nexthop = *have;
    }
}

static void delete_stale_fdbs(struct diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    if (diff->link_gone)
        return;
    for (size_t i = 0; i < observed->n_fdbs; i++) {
        const struct felt_plan_fdb *have = &observed->fdbs[i];

        if (needs_fdb(diff, have->mac) == NULL && felt_plan_fdb_leads(have))
            add_op(diff, FELT_OP_FDB_DEL, FELT_PLAN_NO_PEER)->fdb = *have;
    }
}

static void delete_stale_neighs(struct diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    if (diff->link_gone || diff->neighs_gone)
        return;
    for (size_t i = 0; i < observed->n_neighs; i++) {
        const struct felt_plan_neigh *have = &observed->neighs[i];
        const struct felt_plan_peer *peer = felt_plan_desired_by_ip(diff->desired, &have->ip);

        if (mark_of(diff, peer, IS_ENCAP) == NULL && have->permanent &&
            felt_dual_contains(&diff->desired->networks, &have->ip))
            add_op(diff, FELT_OP_NEIGH_DEL, FELT_PLAN_NO_PEER)->neigh = *have;
    }
}

/* ---- all of it ---- */

static int allocate(struct diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;
    size_t n_peers = diff->desired->n_peers;
    size_t n_ops = LINK_OPS_MAX + OPS_A_PEER * n_peers + observed->n_addrs + observed->n_neighs +
                   observed->n_fdbs + observed->n_nexthops + observed->n_routes;

    diff->plan->ops = calloc(n_ops, sizeof(*diff->plan->ops));
    diff->plan->troubles = calloc(n_peers + 1, sizeof(*diff->plan->troubles));
    diff->marks = calloc(n_peers + 1, sizeof(*diff->marks));
    if (diff->plan->ops == NULL || diff->plan->troubles == NULL || diff->marks == NULL)
        return -ENOMEM;
    return 0;
}

int felt_plan_diff(const struct felt_plan_desired *desired,
                   const struct felt_plan_observed *observed, struct felt_plan *ret_plan)
{
    struct felt_plan plan = {0};
    struct diff diff = {.desired = desired, .observed = observed, .plan = &plan};
    int r = allocate(&diff);

    if (r < 0) {
        felt_plan_done(&plan);
        free(diff.marks);
        return r;
    }
    if (desired->backend == FELT_BACKEND_VXLAN)
        diff_link(&diff);
    if (desired->backend == FELT_BACKEND_VXLAN && desired->knowledge != FELT_PLAN_NO_PEERS) {
        diff_addrs(&diff, FELT_FAMILY_V4);
        diff_addrs(&diff, FELT_FAMILY_V6);
    }
    if (desired->backend == FELT_BACKEND_VXLAN && (diff.link_gone || !observed->link.up))
        add_link_op(&diff, FELT_OP_LINK_UP, &desired->link);
    if (desired->knowledge != FELT_PLAN_NO_PEERS) {
        choose_paths(&diff);
        choose_nexthops(&diff);
        mark_nexthops(&diff);
        mark_routes(&diff);
        mark_neighs(&diff);
        mark_fdbs(&diff);
        clear_places(&diff);
        add_missing(&diff);
    }
    if (desired->knowledge == FELT_PLAN_ALL_PEERS) {
        delete_stale_routes(&diff);
        set_contested_again(&diff);
        delete_stale_nexthops(&diff);
        delete_stale_fdbs(&diff);
        delete_stale_neighs(&diff);
    }
    free(diff.marks);
    *ret_plan = plan;
    return 0;
}

void felt_plan_done(struct felt_plan *plan)
{
    free(plan->ops);
    free(plan->troubles);
    *plan = (struct felt_plan){0};
}
