/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/plan/world.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/test.h"

#define IFINDEX 7 /* of flannel.1 */

struct felt_cidr world_cidr(const char *text)
{
    struct felt_cidr cidr;

    assert_int_equal(felt_cidr_parse(text, &cidr), 0);
    return cidr;
}

struct felt_dual world_dual(const char *v4, const char *v6)
{
    struct felt_dual dual = {0};

    if (*v4)
        dual.v4 = world_cidr(v4);
    if (*v6)
        dual.v6 = world_cidr(v6);
    return dual;
}

struct felt_ip world_ip(const char *text)
{
    struct felt_ip ip;

    assert_int_equal(felt_ip_parse(text, &ip), 0);
    return ip;
}

void world_desired(struct felt_plan_desired *ret_desired, enum felt_backend backend)
{
    struct felt_netconf netconf = {.network = world_cidr(WORLD_NETWORK),
                                   .subnet_len = 24,
                                   .backend = backend,
                                   .vxlan = {.vni = 1}};
    struct felt_plan_setting setting = {
        .netconf = &netconf,
        .underlay_ifindex = 2,
        .underlay_mtu = 1500,
        .underlay_address = world_ip("172.16.0.2"),
        .node = {{0xa2, 0xa2, 0xa2, 0xa2, 0xa2, 0xa2}},
    };

    assert_int_equal(felt_plan_desired_init(ret_desired, &setting), 0);
}

void world_desired_dual(struct felt_plan_desired *ret_desired, enum felt_backend backend,
                        uint8_t underlay, bool has_sibling)
{
    struct felt_netconf netconf = {.network = world_cidr(WORLD_NETWORK),
                                   .v6.network = world_cidr(WORLD_NETWORK6),
                                   .backend = backend,
                                   .vxlan = {.vni = 1}};
    struct felt_plan_setting setting = {
        .netconf = &netconf,
        .underlay_ifindex = 2,
        .underlay_mtu = 1500,
        .underlay_address = world_ip(underlay == FELT_FAMILY_V4 ? "172.16.0.2" : "2001:db8::2"),
        .has_sibling = has_sibling,
        .node = {{0xa2, 0xa2, 0xa2, 0xa2, 0xa2, 0xa2, 0xb2, 0xb2, 0xb2, 0xb2, 0xb2, 0xb2}},
    };

    assert_int_equal(felt_plan_desired_init(ret_desired, &setting), 0);
}

struct felt_plan_peer world_peer6(unsigned i, uint8_t underlay)
{
    struct felt_plan_peer peer = world_peer(i);

    peer.subnet = world_cidr("fc00::/64");
    peer.subnet.ip.bytes[7] = (uint8_t)(10 + i);
    if (underlay == FELT_FAMILY_V6) {
        peer.public_ip = world_ip("2001:db8::");
        peer.public_ip.bytes[15] = (uint8_t)(10 + i);
    }
    return peer;
}

struct felt_plan_peer world_peer(unsigned i)
{
    struct felt_plan_peer peer = {
        .subnet = {.ip = felt_ip_v4(0xac110a00 + (i << 8)), .len = 24},
        .public_ip = felt_ip_v4(0xac10000a + i),
        .mac = {2, 0, 0, 0, 0, (uint8_t)i},
        .id = {{(uint8_t)i}},
    };

    return peer;
}

void world_init(struct felt_plan_observed *ret_kernel)
{
    struct felt_plan_path connected = {.dst = world_cidr("172.16.0.0/24"), .on_link = true};
    struct felt_plan_path otherwise = {.dst = world_cidr("0.0.0.0/0")};
    struct felt_plan_path connected6 = {.dst = world_cidr("2001:db8::/64"), .on_link = true};

    *ret_kernel = (struct felt_plan_observed){.knows_nexthops = true};
    assert_int_equal(felt_plan_observed_path(ret_kernel, &connected), 0);
    assert_int_equal(felt_plan_observed_path(ret_kernel, &otherwise), 0);
    assert_int_equal(felt_plan_observed_path(ret_kernel, &connected6), 0);
}

/* The arrays of a felt_plan_observed only grow, so an entry is dropped by copying the others. */
#define DROP_IF(kernel, items, n, append, condition)                      \
    do {                                                                  \
        struct felt_plan_observed _left = {0};                            \
        for (size_t i = 0; i < (kernel)->n; i++)                          \
            if (!(condition))                                             \
                assert_int_equal(append(&_left, &(kernel)->items[i]), 0); \
        free((kernel)->items);                                            \
        (kernel)->items = _left.items;                                    \
        (kernel)->n = _left.n;                                            \
    } while (0)

void world_drop_route(struct felt_plan_observed *kernel, size_t drop)
{
    DROP_IF(kernel, routes, n_routes, felt_plan_observed_route, i == drop);
}

void world_drop_neigh(struct felt_plan_observed *kernel, size_t drop)
{
    DROP_IF(kernel, neighs, n_neighs, felt_plan_observed_neigh, i == drop);
}

void world_drop_fdb(struct felt_plan_observed *kernel, size_t drop)
{
    DROP_IF(kernel, fdbs, n_fdbs, felt_plan_observed_fdb, i == drop);
}

void world_drop_addr(struct felt_plan_observed *kernel, size_t drop)
{
    DROP_IF(kernel, addrs, n_addrs, felt_plan_observed_addr, i == drop);
}

void world_link_down(struct felt_plan_observed *kernel)
{
    kernel->link.up = false;
    DROP_IF(kernel, neighs, n_neighs, felt_plan_observed_neigh, true);
    DROP_IF(kernel, nexthops, n_nexthops, felt_plan_observed_nexthop,
            kernel->nexthops[i].ifindex == FELT_PLAN_OUR_LINK);
    DROP_IF(kernel, routes, n_routes, felt_plan_observed_route,
            kernel->routes[i].ifindex == FELT_PLAN_OUR_LINK);
}

void world_link_lost(struct felt_plan_observed *kernel)
{
    world_link_down(kernel);
    DROP_IF(kernel, fdbs, n_fdbs, felt_plan_observed_fdb, true);
    DROP_IF(kernel, addrs, n_addrs, felt_plan_observed_addr, true);
    kernel->has_link = false;
    kernel->link = (struct felt_plan_link){0};
}

void world_link_mac(struct felt_plan_observed *kernel, const uint8_t *mac)
{
    memcpy(kernel->link.mac, mac, FELT_PLAN_MAC_LEN);
    DROP_IF(kernel, neighs, n_neighs, felt_plan_observed_neigh, true);
}

static int apply_link(struct felt_plan_observed *kernel, const struct felt_plan_op *op)
{
    if (op->kind == FELT_OP_LINK_ADD) {
        if (kernel->has_link)
            return -EEXIST;
        kernel->has_link = true;
        kernel->link = *op->link;
        kernel->link.ifindex = IFINDEX;
        kernel->link.up = false;
        if (kernel->link.port == 0)
            kernel->link.port = 8472;
        return 0;
    }
    if (!kernel->has_link)
        return -ENODEV;
    if (op->kind == FELT_OP_LINK_DEL)
        world_link_lost(kernel);
    else if (op->kind == FELT_OP_LINK_MTU)
        kernel->link.mtu = op->link->mtu;
    else if (op->kind == FELT_OP_LINK_RELEASE)
        kernel->link.master = 0;
    else if (op->kind == FELT_OP_LINK_UNDERLAY) {
        kernel->link.local = op->link->local;
        kernel->link.underlay_ifindex = op->link->underlay_ifindex;
    } else if (op->kind == FELT_OP_LINK_LEARNING)
        kernel->link.learning = op->link->learning;
    else if (op->kind == FELT_OP_LINK_MAC)
        world_link_mac(kernel, op->link->mac);
    else
        kernel->link.up = true;
    return 0;
}

static int apply_addr(struct felt_plan_observed *kernel, const struct felt_plan_op *op)
{
    for (size_t i = 0; i < kernel->n_addrs; i++) {
        if (!felt_cidr_equal(&kernel->addrs[i], &op->addr))
            continue;
        if (op->kind == FELT_OP_ADDR_ADD)
            return -EEXIST;
        world_drop_addr(kernel, i);
        return 0;
    }
    return op->kind == FELT_OP_ADDR_ADD ? felt_plan_observed_addr(kernel, &op->addr)
                                        : -EADDRNOTAVAIL;
}

static int apply_neigh(struct felt_plan_observed *kernel, const struct felt_plan_op *op)
{
    for (size_t i = 0; i < kernel->n_neighs; i++) {
        if (!felt_ip_equal(&kernel->neighs[i].ip, &op->neigh.ip))
            continue;
        if (op->kind == FELT_OP_NEIGH_SET)
            kernel->neighs[i] = op->neigh;
        else
            world_drop_neigh(kernel, i);
        return 0;
    }
    return op->kind == FELT_OP_NEIGH_SET ? felt_plan_observed_neigh(kernel, &op->neigh) : -ENOENT;
}

static int apply_fdb(struct felt_plan_observed *kernel, const struct felt_plan_op *op)
{
    for (size_t i = 0; i < kernel->n_fdbs; i++) {
        if (memcmp(kernel->fdbs[i].mac, op->fdb.mac, FELT_PLAN_MAC_LEN) != 0)
            continue;
        if (op->kind == FELT_OP_FDB_SET)
            kernel->fdbs[i] = op->fdb;
        else
            world_drop_fdb(kernel, i);
        return 0;
    }
    return op->kind == FELT_OP_FDB_SET ? felt_plan_observed_fdb(kernel, &op->fdb) : -ENOENT;
}

/* ---- routes: fib_table_insert() and fib_table_delete() ---- */

static bool same_place(const struct felt_plan_route *a, const struct felt_plan_route *b)
{
    return felt_cidr_equal(&a->dst, &b->dst) && a->metric == b->metric && a->tos == b->tos;
}

static bool same_next_hop(const struct felt_plan_route *a, const struct felt_plan_route *b)
{
    return felt_ip_equal(&a->via, &b->via) && a->ifindex == b->ifindex && a->type == b->type &&
           a->nexthop == b->nexthop && a->scope == b->scope && a->protocol == b->protocol;
}

/* What makes a route odd is not in the request, so the kernel does not compare it. */
static bool means(const struct felt_plan_route *request, const struct felt_plan_route *have)
{
    if (!same_place(request, have) || request->type != have->type ||
        request->scope != have->scope || request->protocol != have->protocol)
        return false;
    if (request->nexthop != 0)
        return true;
    if (have->nexthop != 0 && (request->ifindex != 0 || request->via.family != 0))
        return false;
    return (request->via.family == 0 || felt_ip_equal(&request->via, &have->via)) &&
           (request->ifindex == 0 || request->ifindex == have->ifindex);
}

/* ip6_route_check_nh_onlink(): the gateway must not be reached over another device. */
static bool is_mismatch(const struct felt_plan_observed *kernel,
                        const struct felt_plan_route *route)
{
    for (size_t i = 0; i < kernel->n_routes; i++)
        if (route->onlink && route->via.family == FELT_FAMILY_V6 &&
            felt_cidr_contains(&kernel->routes[i].dst, &route->via) &&
            kernel->routes[i].ifindex != route->ifindex)
            return true;
    return false;
}

/* ---- nexthop objects ---- */

void world_drop_nexthop(struct felt_plan_observed *kernel, size_t drop)
{
    uint32_t id = kernel->nexthops[drop].id;

    DROP_IF(kernel, nexthops, n_nexthops, felt_plan_observed_nexthop, i == drop);
    DROP_IF(kernel, routes, n_routes, felt_plan_observed_route, kernel->routes[i].nexthop == id);
}

static struct felt_plan_nexthop *nexthop_of(struct felt_plan_observed *kernel, uint32_t id)
{
    for (size_t i = 0; i < kernel->n_nexthops; i++)
        if (kernel->nexthops[i].id == id)
            return &kernel->nexthops[i];
    return NULL;
}

static bool is_link_down(const struct felt_plan_observed *kernel, uint32_t ifindex)
{
    return ifindex == FELT_PLAN_OUR_LINK && (!kernel->has_link || !kernel->link.up);
}

/* Routes show what their object says, from the moment on at which it says it. */
static void echo(struct felt_plan_observed *kernel, const struct felt_plan_nexthop *nexthop)
{
    for (size_t i = 0; i < kernel->n_routes; i++) {
        struct felt_plan_route *route = &kernel->routes[i];

        if (route->nexthop != nexthop->id)
            continue;
        route->via = nexthop->via;
        route->ifindex = nexthop->ifindex;
        route->onlink = nexthop->onlink;
    }
}

static int apply_nexthop(struct felt_plan_observed *kernel, const struct felt_plan_op *op)
{
    struct felt_plan_nexthop *have = nexthop_of(kernel, op->nexthop.id);
    int r = 0;

    if (op->kind == FELT_OP_NEXTHOP_DEL) {
        if (have == NULL)
            return -ENOENT;
        world_drop_nexthop(kernel, (size_t)(have - kernel->nexthops));
        return 0;
    }
    if (is_link_down(kernel, op->nexthop.ifindex))
        return -ENETDOWN;
    if (have != NULL)
        *have = op->nexthop;
    else
        r = felt_plan_observed_nexthop(kernel, &op->nexthop);
    echo(kernel, &op->nexthop);
    return r;
}

static int replace_route(struct felt_plan_observed *kernel, const struct felt_plan_route *asked)
{
    const struct felt_plan_nexthop *nexthop = nexthop_of(kernel, asked->nexthop);
    struct felt_plan_route copy = *asked, *route = &copy;
    size_t first = kernel->n_routes;

    if (is_mismatch(kernel, route))
        return -EINVAL;
    if (asked->nexthop != 0 && nexthop == NULL)
        return -EINVAL;
    if (nexthop != NULL) {
        copy.via = nexthop->via;
        copy.ifindex = nexthop->ifindex;
        copy.onlink = nexthop->onlink;
    }
    if (is_link_down(kernel, route->ifindex))
        return -ENETDOWN;
    for (size_t i = kernel->n_routes; i-- > 0;)
        if (same_place(&kernel->routes[i], route))
            first = i;
    if (first == kernel->n_routes)
        return felt_plan_observed_route(kernel, route);
    for (size_t i = first; i < kernel->n_routes; i++)
        if (same_place(&kernel->routes[i], route) && same_next_hop(&kernel->routes[i], route) &&
            kernel->routes[i].onlink == route->onlink && !kernel->routes[i].odd)
            return i == first ? 0 : -EEXIST;
    kernel->routes[first] = *route;
    return 0;
}

static int delete_route(struct felt_plan_observed *kernel, const struct felt_plan_route *route)
{
    for (size_t i = 0; i < kernel->n_routes; i++) {
        if (means(route, &kernel->routes[i])) {
            world_drop_route(kernel, i);
            return 0;
        }
    }
    return -ESRCH;
}

int world_apply(struct felt_plan_observed *kernel, const struct felt_plan_op *op)
{
    switch (op->kind) {
    case FELT_OP_LINK_DEL:
    case FELT_OP_LINK_ADD:
    case FELT_OP_LINK_MTU:
    case FELT_OP_LINK_UNDERLAY:
    case FELT_OP_LINK_LEARNING:
    case FELT_OP_LINK_RELEASE:
    case FELT_OP_LINK_MAC:
    case FELT_OP_LINK_UP:
        return apply_link(kernel, op);
    case FELT_OP_ADDR_ADD:
    case FELT_OP_ADDR_DEL:
        return apply_addr(kernel, op);
    case FELT_OP_NEIGH_SET:
    case FELT_OP_NEIGH_DEL:
        return apply_neigh(kernel, op);
    case FELT_OP_FDB_SET:
    case FELT_OP_FDB_DEL:
        return apply_fdb(kernel, op);
    case FELT_OP_NEXTHOP_SET:
    case FELT_OP_NEXTHOP_DEL:
        return apply_nexthop(kernel, op);
    case FELT_OP_ROUTE_SET:
        return replace_route(kernel, &op->route);
    case FELT_OP_ROUTE_DEL:
        return delete_route(kernel, &op->route);
    }
    assert(0 && "unknown operation");
}

size_t world_pass(struct felt_plan_observed *kernel, const struct felt_plan_desired *desired)
{
    struct felt_plan plan;
    size_t n;

    assert_int_equal(felt_plan_diff(desired, kernel, &plan), 0);
    for (size_t i = 0; i < plan.n_ops; i++) {
        char text[FELT_PLAN_OP_TEXT];
        int r = world_apply(kernel, &plan.ops[i]);

        if (r < 0)
            fail_msg("%s: %s", felt_plan_op_format(&plan.ops[i], text), strerror(-r));
    }
    n = plan.n_ops;
    felt_plan_done(&plan);
    return n;
}
