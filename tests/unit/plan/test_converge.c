/* SPDX-License-Identifier: Apache-2.0 */
/* The property behind the reconciler, over random worlds: whatever somebody did to the kernel, one
 * pass makes it right, the next finds nothing, and what is not ours is as it was. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "base/prng.h"
#include "plan/diff.h"
#include "tests/unit/plan/world.h"

#define WORLDS    300
#define ROUNDS    20 /* of vandalism and a pass in each world */
#define PEERS_MAX 12
#define RT_KERNEL FELT_PLAN_RTPROT_KERNEL
#define RT_BOOT   3

static struct felt_prng prng;
static uint64_t seed;
static struct felt_plan_desired desired;
static struct felt_plan_observed kernel;
static struct felt_plan_observed foreign; /* what was planted and is not ours */
static uint32_t foreign_n;                /* numbers them, so that each has a place of its own */

#define CHECK(condition)                                                      \
    do {                                                                      \
        if (!(condition))                                                     \
            fail_msg("world %llu: %s", (unsigned long long)seed, #condition); \
    } while (0)

static unsigned below(unsigned bound)
{
    return (unsigned)felt_prng_below(&prng, bound);
}

static bool chance(unsigned percent)
{
    return below(100) < percent;
}

/* ---- the cluster ---- */

/* Some of the peers, now and then with MAC, address or subnet of another. */
static void change_cluster(void)
{
    struct felt_dual lease = {.v4 = {.ip = felt_ip_v4(0xac110000 + (below(3) << 8)), .len = 24}};
    struct felt_plan_peer peers[PEERS_MAX];
    size_t n = 0;

    for (unsigned i = 1; i <= PEERS_MAX; i++) {
        if (!chance(60))
            continue;
        peers[n] = world_peer(i);
        if (chance(15))
            peers[n].mac[5] = (uint8_t)(1 + below(PEERS_MAX));
        if (chance(15))
            peers[n].public_ip =
                chance(50) ? felt_ip_v4(0x0a000000 + below(9)) : felt_ip_v4(0xac100020 + below(9));
        if (chance(10))
            peers[n].subnet.ip = felt_ip_v4(0xac110a00 + ((1 + below(PEERS_MAX)) << 8));
        if (chance(10))
            peers[n].backend = FELT_BACKEND_HOST_GW;
        if (chance(3))
            memset(peers[n].mac, 0, FELT_PLAN_MAC_LEN);
        n++;
    }
    CHECK(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, chance(90) ? &lease : NULL, peers,
                                n) == 0);
    kernel.paths[0].on_link = chance(80);
    if (chance(30))
        desired.nexthop_peers = chance(50) ? 1 + below(PEERS_MAX) : FELT_PLAN_NEXTHOP_PEERS;
    kernel.knows_nexthops = chance(95) || kernel.n_nexthops > 0;
    desired.direct_routing = desired.backend == FELT_BACKEND_VXLAN && chance(20);
}

/* ---- vandals ---- */

static struct felt_plan_route random_route(void)
{
    return (struct felt_plan_route){
        .dst = {.ip = felt_ip_v4(0xac110a00 + (below(PEERS_MAX + 3) << 8)), .len = 24},
        .via = chance(80) ? felt_ip_v4(0xac110a00 + (below(PEERS_MAX + 3) << 8))
                          : felt_ip_v4(0xac10000a + below(PEERS_MAX)),
        .ifindex = chance(60) ? FELT_PLAN_OUR_LINK : 2,
        .onlink = chance(80),
        .protocol = chance(50) ? FELT_PLAN_RTPROT : RT_BOOT,
        .type = chance(95) ? 1 : 6,
        .metric = chance(80) ? 0 : 5,
        .odd = chance(15),
    };
}

/* Somebody's route where ours may be: only in the place of a peer's, or plainly ours. */
static void vandalise_routes(void)
{
    struct felt_plan_route route = random_route();
    const struct felt_plan_peer *peer = felt_plan_desired_by_ip(&desired, &route.dst.ip);

    if (kernel.n_routes > 0 && chance(50)) {
        size_t i = below((unsigned)kernel.n_routes);

        if (kernel.routes[i].metric < 1000)
            world_drop_route(&kernel, i);
        return;
    }
    if (route.ifindex == FELT_PLAN_OUR_LINK && (!kernel.has_link || !kernel.link.up))
        return;
    if (route.ifindex != FELT_PLAN_OUR_LINK && route.protocol != FELT_PLAN_RTPROT &&
        (peer == NULL || route.metric != 0))
        return; /* that would be foreign */
    CHECK(felt_plan_observed_route(&kernel, &route) == 0);
    if (chance(50)) { /* in front of the others */
        memmove(&kernel.routes[1], &kernel.routes[0],
                (kernel.n_routes - 1) * sizeof(*kernel.routes));
        kernel.routes[0] = route;
    }
}

static void vandalise_neighs(void)
{
    struct felt_plan_op op = {.kind = FELT_OP_NEIGH_SET,
                              .neigh = {.ip = felt_ip_v4(0xac110a00 + (below(PEERS_MAX + 3) << 8)),
                                        .mac = {2, 0, 0, 0, 0, (uint8_t)below(PEERS_MAX)},
                                        .permanent = chance(80)}};

    if (kernel.n_neighs > 0 && chance(50))
        world_drop_neigh(&kernel, below((unsigned)kernel.n_neighs));
    else if (kernel.has_link)
        CHECK(world_apply(&kernel, &op) == 0);
}

static void vandalise_fdbs(void)
{
    struct felt_plan_op op = {.kind = FELT_OP_FDB_SET,
                              .fdb = {.mac = {2, 0, 0, 0, 0, (uint8_t)below(PEERS_MAX + 3)},
                                      .remote = felt_ip_v4(0xac10000a + below(PEERS_MAX)),
                                      .permanent = chance(80),
                                      .odd = chance(20)}};

    if (kernel.n_fdbs > 0 && chance(50))
        world_drop_fdb(&kernel, below((unsigned)kernel.n_fdbs));
    else if (kernel.has_link)
        CHECK(world_apply(&kernel, &op) == 0);
}

static struct felt_plan_nexthop random_nexthop(void)
{
    return (struct felt_plan_nexthop){
        .id = FELT_PLAN_NEXTHOP_FIRST + below(10 + PEERS_MAX + 3),
        .via = felt_ip_v4(chance(80) ? 0xac110a00 + (below(PEERS_MAX + 3) << 8)
                                     : 0xac10000a + below(PEERS_MAX)),
        .ifindex = chance(70) ? FELT_PLAN_OUR_LINK : 2,
        .onlink = chance(80),
        .protocol = FELT_PLAN_RTPROT,
        .odd = chance(15),
    };
}

/* Without its object a route is no more. */
static void vandalise_nexthops(void)
{
    struct felt_plan_op op = {.kind = FELT_OP_NEXTHOP_SET, .nexthop = random_nexthop()};

    if (!kernel.knows_nexthops)
        return;
    if (kernel.n_nexthops > 0 && chance(50))
        world_drop_nexthop(&kernel, below((unsigned)kernel.n_nexthops));
    else if (op.nexthop.ifindex == 2 || (kernel.has_link && kernel.link.up))
        CHECK(world_apply(&kernel, &op) == 0);
}

static void vandalise_addrs(void)
{
    struct felt_plan_op op = {
        .kind = FELT_OP_ADDR_ADD,
        .addr = {.ip = felt_ip_v4(0xac110000 + (below(4) << 8)), .len = chance(70) ? 32 : 24}};

    if (kernel.n_addrs > 0 && chance(50))
        world_drop_addr(&kernel, below((unsigned)kernel.n_addrs));
    else if (kernel.has_link)
        (void)world_apply(&kernel, &op);
}

static void vandalise_link(void)
{
    uint8_t mac[FELT_PLAN_MAC_LEN] = {2, 9, 9, 9, 9, (uint8_t)below(200)};

    if (!kernel.has_link)
        return;
    switch (below(9)) {
    case 8:
        kernel.link.master = 9;
        break;
    case 0:
        world_link_lost(&kernel);
        break;
    case 1:
        world_link_mac(&kernel, mac);
        break;
    case 2:
        kernel.link.mtu = 1280 + below(170);
        break;
    case 3:
        kernel.link.learning = !kernel.link.learning;
        break;
    case 4:
        kernel.link.vni = below(3); /* another device of our name */
        break;
    case 5:
        kernel.link.local.bytes[15] ^= 1;
        kernel.link.underlay_ifindex++;
        break;
    default:
        world_link_down(&kernel);
        kernel.link.up = chance(50);
    }
}

/* Dumps come in the kernel's order, which is that of its hash tables. */
#define SHUFFLE(items, n)                             \
    do {                                              \
        for (size_t _i = (n); _i > 1; _i--) {         \
            size_t _j = below((unsigned)_i);          \
            __typeof__(*(items)) _kept = (items)[_j]; \
                                                      \
            (items)[_j] = (items)[_i - 1];            \
            (items)[_i - 1] = _kept;                  \
        }                                             \
    } while (0)

/* Of routes the order means something: the first of several in one place is the one in use. */
static void shuffle_dumps(void)
{
    SHUFFLE(kernel.addrs, kernel.n_addrs);
    SHUFFLE(kernel.neighs, kernel.n_neighs);
    SHUFFLE(kernel.fdbs, kernel.n_fdbs);
    SHUFFLE(kernel.nexthops, kernel.n_nexthops);
}

/* ---- what is not ours ---- */

static void plant_route(void)
{
    struct felt_plan_route route = random_route();

    foreign_n++;
    switch (below(3)) {
    case 0: /* in the network, on another device */
        route.ifindex = 2;
        route.protocol = RT_BOOT;
        route.metric = 1000 + foreign_n;
        break;
    case 1: /* outside the network, on ours; our device is up in the end, so the model keeps it */
        if (!kernel.has_link || !kernel.link.up)
            return;
        route.dst = (struct felt_cidr){.ip = felt_ip_v4(0x0a000000 + (foreign_n << 8)), .len = 24};
        route.ifindex = FELT_PLAN_OUR_LINK;
        route.metric = 1000 + foreign_n;
        break;
    default: /* the kernel's own */
        route.ifindex = kernel.has_link && kernel.link.up ? FELT_PLAN_OUR_LINK : 5;
        route.protocol = RT_KERNEL;
        route.metric = 1000 + foreign_n;
    }
    CHECK(felt_plan_observed_route(&kernel, &route) == 0);
    CHECK(felt_plan_observed_route(&foreign, &route) == 0);
}

/* Of another program: with a number of ours that nobody needs, for no subnet is that far up. */
static void plant_nexthop(void)
{
    struct felt_plan_nexthop nexthop = random_nexthop();

    nexthop.id = FELT_PLAN_NEXTHOP_LAST - foreign_n++;
    nexthop.ifindex = 2;
    nexthop.protocol = RT_BOOT;
    if (!kernel.knows_nexthops)
        return;
    CHECK(felt_plan_observed_nexthop(&kernel, &nexthop) == 0);
    CHECK(felt_plan_observed_nexthop(&foreign, &nexthop) == 0);
}

static void plant_on_device(void)
{
    uint8_t n = (uint8_t)++foreign_n;
    struct felt_plan_neigh outside = {
        .ip = felt_ip_v4(0x0a000000 + foreign_n), .mac = {4, n}, .permanent = true};
    struct felt_plan_neigh learned = {.ip = felt_ip_v4(0xac11c800 + foreign_n), .mac = {4, n}};
    struct felt_plan_fdb learned_fdb = {.mac = {4, 1, 0, 0, (uint8_t)(foreign_n >> 8), n},
                                        .remote = felt_ip_v4(0xac100001)};
    struct felt_plan_fdb flood = {.mac = {1, 0, 0, 0, (uint8_t)(foreign_n >> 8), n},
                                  .remote = felt_ip_v4(0xac100001),
                                  .permanent = true};
    struct felt_cidr addr = {.ip = felt_ip_v4(0xc0a80000 + foreign_n), .len = 32};

    if (!kernel.has_link)
        return;
    CHECK(felt_plan_observed_neigh(&kernel, &outside) == 0);
    CHECK(felt_plan_observed_neigh(&foreign, &outside) == 0);
    CHECK(felt_plan_observed_neigh(&kernel, &learned) == 0);
    CHECK(felt_plan_observed_neigh(&foreign, &learned) == 0);
    CHECK(felt_plan_observed_fdb(&kernel, &learned_fdb) == 0);
    CHECK(felt_plan_observed_fdb(&foreign, &learned_fdb) == 0);
    CHECK(felt_plan_observed_fdb(&kernel, &flood) == 0);
    CHECK(felt_plan_observed_fdb(&foreign, &flood) == 0);
    CHECK(felt_plan_observed_addr(&kernel, &addr) == 0);
    CHECK(felt_plan_observed_addr(&foreign, &addr) == 0);
}

#define HOLDS(world, items, n, item)                                                    \
    ({                                                                                  \
        bool _held = false;                                                             \
        for (size_t _i = 0; _i < (world)->n; _i++)                                      \
            _held = _held || memcmp(&(world)->items[_i], (item), sizeof(*(item))) == 0; \
        _held;                                                                          \
    })

/* Vandals take foreign entries too, and what was on a lost device went with it. */
static void forget_foreign_that_is_gone(void)
{
    for (size_t i = foreign.n_routes; i-- > 0;)
        if (!HOLDS(&kernel, routes, n_routes, &foreign.routes[i]))
            world_drop_route(&foreign, i);
    for (size_t i = foreign.n_nexthops; i-- > 0;)
        if (!HOLDS(&kernel, nexthops, n_nexthops, &foreign.nexthops[i]))
            world_drop_nexthop(&foreign, i);
    for (size_t i = foreign.n_neighs; i-- > 0;)
        if (!HOLDS(&kernel, neighs, n_neighs, &foreign.neighs[i]))
            world_drop_neigh(&foreign, i);
    for (size_t i = foreign.n_fdbs; i-- > 0;)
        if (!HOLDS(&kernel, fdbs, n_fdbs, &foreign.fdbs[i]))
            world_drop_fdb(&foreign, i);
    for (size_t i = foreign.n_addrs; i-- > 0;)
        if (!HOLDS(&kernel, addrs, n_addrs, &foreign.addrs[i]))
            world_drop_addr(&foreign, i);
}

static void check_foreign(bool device_lost, bool neighs_lost)
{
    for (size_t i = 0; i < foreign.n_routes; i++)
        CHECK(HOLDS(&kernel, routes, n_routes, &foreign.routes[i]) ||
              (device_lost && foreign.routes[i].ifindex == FELT_PLAN_OUR_LINK));
    for (size_t i = 0; i < foreign.n_nexthops; i++)
        CHECK(HOLDS(&kernel, nexthops, n_nexthops, &foreign.nexthops[i]));
    for (size_t i = 0; i < foreign.n_neighs && !device_lost && !neighs_lost; i++)
        CHECK(HOLDS(&kernel, neighs, n_neighs, &foreign.neighs[i]));
    for (size_t i = 0; i < foreign.n_fdbs && !device_lost; i++)
        CHECK(HOLDS(&kernel, fdbs, n_fdbs, &foreign.fdbs[i]));
    for (size_t i = 0; i < foreign.n_addrs && !device_lost; i++)
        CHECK(HOLDS(&kernel, addrs, n_addrs, &foreign.addrs[i]));
}

/* ---- what is right, said without the plan's own functions ---- */

static bool is_direct(const struct felt_plan_peer *peer)
{
    struct felt_cidr on_link = world_cidr("172.16.0.0/24");

    return (desired.backend == FELT_BACKEND_HOST_GW || desired.direct_routing ||
            peer->backend == FELT_BACKEND_HOST_GW) &&
           kernel.paths[0].on_link && felt_cidr_contains(&on_link, &peer->public_ip);
}

static bool has_way(size_t i)
{
    static const uint8_t zero[FELT_PLAN_MAC_LEN];
    const struct felt_plan_peer *peer = &desired.peers[i];

    if (desired.problems[i] != FELT_PLAN_FINE)
        return false;
    if (is_direct(peer))
        return true;
    return desired.backend == FELT_BACKEND_VXLAN && peer->backend == FELT_BACKEND_VXLAN &&
           memcmp(peer->mac, zero, sizeof(zero)) != 0;
}

static void check_peer(const struct felt_plan_peer *peer)
{
    unsigned neighs = 0, fdbs = 0, routes = 0;
    bool encap = !is_direct(peer);

    for (size_t i = 0; i < kernel.n_neighs; i++)
        if (felt_ip_equal(&kernel.neighs[i].ip, &peer->subnet.ip) && kernel.neighs[i].permanent) {
            CHECK(memcmp(kernel.neighs[i].mac, peer->mac, FELT_PLAN_MAC_LEN) == 0);
            neighs++;
        }
    for (size_t i = 0; i < kernel.n_fdbs; i++)
        if (memcmp(kernel.fdbs[i].mac, peer->mac, FELT_PLAN_MAC_LEN) == 0 &&
            kernel.fdbs[i].permanent) {
            CHECK(felt_ip_equal(&kernel.fdbs[i].remote, &peer->public_ip) || !encap);
            CHECK(!kernel.fdbs[i].odd || !encap);
            fdbs++;
        }
    for (size_t i = 0; i < kernel.n_routes; i++) {
        const struct felt_plan_route *route = &kernel.routes[i];

        if (!felt_cidr_equal(&route->dst, &peer->subnet) || route->metric != 0)
            continue;
        CHECK(route->ifindex == (encap ? FELT_PLAN_OUR_LINK : 2));
        CHECK(felt_ip_equal(&route->via, encap ? &peer->subnet.ip : &peer->public_ip));
        CHECK(route->onlink == encap && route->type == 1 && !route->odd);
        routes++;
    }
    CHECK(neighs == encap);
    CHECK(fdbs == 1 || !encap);
    CHECK(routes == 1);
}

/* All routes name an object, or none does. Returns which. */
static void check_nexthops(bool had_some)
{
    size_t n_ways = 0, n_named = 0, n_objects = 0;
    bool wanted;

    for (size_t i = 0; i < desired.n_peers; i++)
        n_ways += has_way(i);
    for (size_t i = 0; i < kernel.n_routes; i++)
        n_named += kernel.routes[i].nexthop != 0;
    for (size_t i = 0; i < kernel.n_nexthops; i++)
        n_objects += kernel.nexthops[i].protocol == FELT_PLAN_RTPROT;
    wanted = kernel.knows_nexthops && (n_ways >= desired.nexthop_peers ||
                                       (had_some && 4 * n_ways >= 3 * desired.nexthop_peers));
    CHECK(n_named == (wanted ? n_ways : 0));
    CHECK(n_objects == n_named);
}

static bool is_a_peers(const struct felt_ip *subnet, const uint8_t *mac)
{
    for (size_t i = 0; i < desired.n_peers; i++) {
        const struct felt_plan_peer *peer = &desired.peers[i];

        if (has_way(i) && (subnet == NULL || felt_ip_equal(&peer->subnet.ip, subnet)) &&
            (mac == NULL || memcmp(peer->mac, mac, FELT_PLAN_MAC_LEN) == 0))
            return true;
    }
    return false;
}

static void check_nothing_stale(void)
{
    struct felt_cidr network = world_cidr(WORLD_NETWORK);

    for (size_t i = 0; i < kernel.n_neighs; i++)
        CHECK(!kernel.neighs[i].permanent || !felt_cidr_contains(&network, &kernel.neighs[i].ip) ||
              is_a_peers(&kernel.neighs[i].ip, NULL));
    for (size_t i = 0; i < kernel.n_fdbs; i++)
        CHECK(!kernel.fdbs[i].permanent || (kernel.fdbs[i].mac[0] & 1) != 0 ||
              is_a_peers(NULL, kernel.fdbs[i].mac));
    for (size_t i = 0; i < kernel.n_routes; i++) {
        const struct felt_plan_route *route = &kernel.routes[i];

        if (felt_cidr_contains(&network, &route->dst.ip) && route->protocol != RT_KERNEL &&
            (route->ifindex == FELT_PLAN_OUR_LINK || route->protocol == FELT_PLAN_RTPROT))
            CHECK(route->metric == 0 && is_a_peers(&route->dst.ip, NULL));
    }
}

static void check_device(void)
{
    struct felt_cidr network = world_cidr(WORLD_NETWORK);
    unsigned ours = 0;

    CHECK(kernel.has_link && kernel.link.up && kernel.link.vni == 1);
    CHECK(felt_ip_equal(&kernel.link.local, &desired.link.local));
    CHECK(kernel.link.underlay_ifindex == desired.link.underlay_ifindex);
    CHECK(kernel.link.mtu == 1450 && !kernel.link.learning && kernel.link.master == 0);
    CHECK(memcmp(kernel.link.mac, desired.link.mac, FELT_PLAN_MAC_LEN) == 0);
    for (size_t i = 0; i < kernel.n_addrs && desired.has_lease; i++)
        if (felt_cidr_contains(&network, &kernel.addrs[i].ip)) {
            CHECK(felt_ip_equal(&kernel.addrs[i].ip, &desired.lease.v4.ip));
            CHECK(kernel.addrs[i].len == 32);
            ours++;
        }
    CHECK(ours == desired.has_lease);
}

/* ---- a world ---- */

static void live(void)
{
    bool device_lost, mac_changed, had_nexthops = false;

    if (chance(30))
        change_cluster();
    for (unsigned i = below(12); i > 0; i--) {
        switch (below(7)) {
        case 0:
            vandalise_neighs();
            break;
        case 1:
            vandalise_fdbs();
            break;
        case 2:
            vandalise_addrs();
            break;
        case 6:
            vandalise_nexthops();
            break;
        case 3:
            if (chance(30))
                vandalise_link();
            break;
        default:
            vandalise_routes();
        }
    }
    if (chance(30))
        plant_route();
    if (chance(20))
        plant_on_device();
    if (chance(10))
        plant_nexthop();
    shuffle_dumps();
    forget_foreign_that_is_gone();
    device_lost = kernel.has_link && kernel.link.vni != 1;
    mac_changed = memcmp(kernel.link.mac, desired.link.mac, FELT_PLAN_MAC_LEN) != 0;

    for (size_t i = 0; i < kernel.n_nexthops; i++)
        had_nexthops = had_nexthops || kernel.nexthops[i].protocol == FELT_PLAN_RTPROT;

    world_pass(&kernel, &desired);
    for (size_t i = 0; i < desired.n_peers; i++)
        if (has_way(i))
            check_peer(&desired.peers[i]);
    check_nothing_stale();
    check_nexthops(had_nexthops);
    if (desired.backend == FELT_BACKEND_VXLAN)
        check_device();
    check_foreign(device_lost, mac_changed);
    CHECK(world_pass(&kernel, &desired) == 0);
    forget_foreign_that_is_gone();
}

static void one_pass_makes_any_vandalised_world_right(enum felt_backend backend)
{
    for (seed = 0; seed < WORLDS; seed++) {
        felt_prng_init(&prng, seed);
        world_desired(&desired, backend);
        world_init(&kernel);
        change_cluster();
        for (int i = 0; i < ROUNDS; i++)
            live();
        felt_plan_desired_done(&desired);
        felt_plan_observed_done(&kernel);
        felt_plan_observed_done(&foreign);
        foreign_n = 0;
    }
}

static void one_pass_makes_any_vandalised_vxlan_world_right(void **state)
{
    (void)state;
    one_pass_makes_any_vandalised_world_right(FELT_BACKEND_VXLAN);
}

static void one_pass_makes_any_vandalised_host_gw_world_right(void **state)
{
    (void)state;
    one_pass_makes_any_vandalised_world_right(FELT_BACKEND_HOST_GW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pass_makes_any_vandalised_vxlan_world_right),
        cmocka_unit_test(one_pass_makes_any_vandalised_host_gw_world_right),
    };

    return RUN_TESTS(tests);
}
