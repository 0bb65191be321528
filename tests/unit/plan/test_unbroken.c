/* SPDX-License-Identifier: Apache-2.0 */
/* Make before break, over random clusters: a peer that is reached before a pass and will be after
 * it is reached after each single operation of it, whatever else the pass does. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "base/prng.h"
#include "plan/diff.h"
#include "tests/unit/plan/world.h"

#define WORLDS    200
#define ROUNDS    20 /* of a change to the cluster and a pass in each world */
#define PEERS_MAX 12

static struct felt_prng prng;
static uint64_t seed;
static struct felt_plan_desired desired;
static struct felt_plan_observed kernel;

/* One peer, before and after the change. */
struct change {
    struct felt_plan_peer before, after;
};

static unsigned below(unsigned bound)
{
    return (unsigned)felt_prng_below(&prng, bound);
}

static bool chance(unsigned percent)
{
    return below(100) < percent;
}

/* ---- where a packet goes: the kernel's look-ups, without the plan's functions ---- */

static bool is_either(const struct felt_ip *ip, const struct felt_ip *a, const struct felt_ip *b)
{
    return felt_ip_equal(ip, a) || felt_ip_equal(ip, b);
}

static const struct felt_plan_route *route_to(const struct felt_cidr *subnet)
{
    const struct felt_plan_route *best = NULL;

    for (size_t i = 0; i < kernel.n_routes; i++) {
        const struct felt_plan_route *route = &kernel.routes[i];

        if (felt_cidr_equal(&route->dst, subnet) && (best == NULL || route->metric < best->metric))
            best = route;
    }
    return best;
}

static const struct felt_plan_neigh *neigh_of(const struct felt_ip *ip)
{
    for (size_t i = 0; i < kernel.n_neighs; i++)
        if (felt_ip_equal(&kernel.neighs[i].ip, ip))
            return &kernel.neighs[i];
    return NULL;
}

static const struct felt_plan_fdb *fdb_of(const uint8_t *mac)
{
    for (size_t i = 0; i < kernel.n_fdbs; i++)
        if (memcmp(kernel.fdbs[i].mac, mac, FELT_PLAN_MAC_LEN) == 0)
            return &kernel.fdbs[i];
    return NULL;
}

/* Does a packet for the peer's containers get to where the peer was or is, for its device's old or
 * new MAC? */
static bool delivers(const struct change *change)
{
    const struct felt_plan_peer *before = &change->before, *after = &change->after;
    const struct felt_plan_route *route = route_to(&after->subnet);
    const struct felt_plan_neigh *neigh;
    const struct felt_plan_fdb *fdb;

    if (route == NULL || route->type != 1)
        return false;
    if (route->ifindex != FELT_PLAN_OUR_LINK)
        return is_either(&route->via, &before->public_ip, &after->public_ip);
    if (!kernel.has_link || !kernel.link.up)
        return false;
    neigh = neigh_of(&route->via);
    if (neigh == NULL || (memcmp(neigh->mac, before->mac, FELT_PLAN_MAC_LEN) != 0 &&
                          memcmp(neigh->mac, after->mac, FELT_PLAN_MAC_LEN) != 0))
        return false;
    fdb = fdb_of(neigh->mac);
    return fdb != NULL && is_either(&fdb->remote, &before->public_ip, &after->public_ip);
}

/* ---- the cluster ---- */

/* Numbers that no other peer ever has, so that an entry is one peer's alone. */
static void set_mac(struct felt_plan_peer *peer, unsigned i, unsigned version)
{
    peer->mac[4] = (uint8_t)version;
    peer->mac[5] = (uint8_t)i;
}

static void set_address(struct felt_plan_peer *peer, unsigned i)
{
    uint32_t on_link = 0xac100000 + 20 * i + below(10), beyond = 0x0a000000 + 20 * i + below(10);

    peer->public_ip = felt_ip_v4(chance(50) ? on_link : beyond);
}

static void set_cluster(const struct felt_plan_peer *peers, const bool *present)
{
    struct felt_dual lease = world_dual("172.17.7.0/24", "");
    struct felt_plan_peer list[PEERS_MAX];
    size_t n = 0;

    for (unsigned i = 0; i < PEERS_MAX; i++)
        if (present[i])
            list[n++] = peers[i];
    assert_int_equal(felt_plan_desired_set(&desired, FELT_PLAN_ALL_PEERS, &lease, list, n), 0);
}

/* What is not a peer's but whose clearing must not hurt one. */
static void plant_stale_entries(void)
{
    struct felt_plan_neigh neigh = {
        .ip = felt_ip_v4(0xac11fa00), .mac = {2, 7, 7, 7, 7, 7}, .permanent = true};
    struct felt_plan_fdb fdb = {.mac = {2, 7, 7, 7, 7, (uint8_t)below(9)},
                                .remote = felt_ip_v4(0xac100001 + below(250)),
                                .permanent = true};
    struct felt_plan_route route = {.dst = world_cidr("172.17.250.0/24"),
                                    .via = felt_ip_v4(0xac11fa00),
                                    .ifindex = FELT_PLAN_OUR_LINK,
                                    .onlink = true,
                                    .protocol = 3,
                                    .type = 1,
                                    .metric = below(3)};
    struct felt_cidr address = world_cidr("172.17.3.0/32");

    struct felt_plan_nexthop nexthop = {.id = FELT_PLAN_NEXTHOP_FIRST + 250,
                                        .via = felt_ip_v4(0xac11fa00),
                                        .ifindex = FELT_PLAN_OUR_LINK,
                                        .onlink = true,
                                        .protocol = FELT_PLAN_RTPROT};

    (void)world_apply(&kernel,
                      &(struct felt_plan_op){.kind = FELT_OP_NEXTHOP_SET, .nexthop = nexthop});
    (void)world_apply(&kernel, &(struct felt_plan_op){.kind = FELT_OP_NEIGH_SET, .neigh = neigh});
    (void)world_apply(&kernel, &(struct felt_plan_op){.kind = FELT_OP_FDB_SET, .fdb = fdb});
    (void)world_apply(&kernel, &(struct felt_plan_op){.kind = FELT_OP_ROUTE_SET, .route = route});
    (void)world_apply(&kernel, &(struct felt_plan_op){.kind = FELT_OP_ADDR_ADD, .addr = address});
}

/* ---- a pass, one operation at a time ---- */

static void pass(const struct change *changes, const bool *reached)
{
    char text[FELT_PLAN_OP_TEXT];
    struct felt_plan plan;

    assert_int_equal(felt_plan_diff(&desired, &kernel, &plan), 0);
    for (size_t i = 0; i < plan.n_ops; i++) {
        assert_int_equal(world_apply(&kernel, &plan.ops[i]), 0);
        for (unsigned p = 0; p < PEERS_MAX; p++)
            if (reached[p] && !delivers(&changes[p]))
                fail_msg("world %llu: '%s' cuts off %s", (unsigned long long)seed,
                         felt_plan_op_format(&plan.ops[i], text),
                         FELT_CIDR(&changes[p].after.subnet));
    }
    felt_plan_done(&plan);
}

static unsigned live(struct felt_plan_peer *peers, bool *present)
{
    struct change changes[PEERS_MAX];
    bool reached[PEERS_MAX];
    unsigned n_reached = 0;

    for (unsigned i = 0; i < PEERS_MAX; i++) {
        bool was_present = present[i];

        changes[i].before = peers[i];
        if (chance(20))
            set_mac(&peers[i], i, below(9));
        if (chance(20))
            set_address(&peers[i], i);
        if (chance(15))
            present[i] = !present[i];
        changes[i].after = peers[i];
        reached[i] = was_present && present[i] && delivers(&changes[i]);
        n_reached += reached[i];
    }
    set_cluster(peers, present);
    desired.direct_routing = chance(50);
    kernel.paths[0].on_link = chance(80);
    if (chance(40))
        desired.nexthop_peers = 1 + below(PEERS_MAX);
    if (chance(30))
        plant_stale_entries();
    pass(changes, reached);
    for (unsigned i = 0; i < PEERS_MAX; i++)
        if (present[i] && !delivers(&changes[i]))
            fail_msg("world %llu: %s is not reached in the end", (unsigned long long)seed,
                     FELT_CIDR(&peers[i].subnet));
    return n_reached;
}

static void a_peer_that_stays_is_reached_after_each_operation(void **state)
{
    unsigned n_reached = 0;

    (void)state;
    for (seed = 0; seed < WORLDS; seed++) {
        struct felt_plan_peer peers[PEERS_MAX];
        bool present[PEERS_MAX];

        felt_prng_init(&prng, seed);
        world_desired(&desired, FELT_BACKEND_VXLAN);
        world_init(&kernel);
        for (unsigned i = 0; i < PEERS_MAX; i++) {
            peers[i] = world_peer(i + 1);
            set_mac(&peers[i], i, 0);
            set_address(&peers[i], i);
            present[i] = chance(50);
        }
        set_cluster(peers, present);
        world_pass(&kernel, &desired);
        for (int i = 0; i < ROUNDS; i++)
            n_reached += live(peers, present);
        felt_plan_desired_done(&desired);
        felt_plan_observed_done(&kernel);
    }
    assert_true(n_reached > WORLDS * ROUNDS); /* else nothing was looked at */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_that_stays_is_reached_after_each_operation),
    };

    return RUN_TESTS(tests);
}
