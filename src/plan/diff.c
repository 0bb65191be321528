/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/diff_parts.h"

#define LINK_OPS_MAX \
    10 /* of one pass: delete, create, underlay, MTU, learning, bridge, MAC, up, two addresses */
#define BLACKHOLES 2 /* one of each family */
#define OPS_A_PEER 5 /* fdb entry, neighbour, nexthop, route, and sometimes the route again */

struct felt_plan_op *felt_diff_op(struct felt_diff *diff, enum felt_plan_op_kind kind,
                                  uint32_t peer)
{
    struct felt_plan_op *op = &diff->plan->ops[diff->plan->n_ops++];

    *op = (struct felt_plan_op){.kind = kind, .peer = peer};
    return op;
}

/* ---- how each peer is reached ---- */

void felt_diff_trouble(struct felt_diff *diff, size_t peer, enum felt_plan_problem problem)
{
    diff->plan->troubles[diff->plan->n_troubles++] =
        (struct felt_plan_trouble){.problem = problem, .peer = (uint32_t)peer};
}

static void mark_plain(struct felt_diff *diff, size_t peer)
{
    diff->marks[peer] |= FELT_MARK_DIRECT;
    diff->plan->plain[peer] = true;
}

/* A host-gw node takes plain packets alone, and sends no others; a vxlan node takes both. */
static void choose_paths(struct felt_diff *diff)
{
    static const uint8_t no_mac[FELT_PLAN_MAC_LEN];
    const struct felt_plan_desired *desired = diff->desired;

    for (size_t i = 0; i < desired->n_peers; i++) {
        const struct felt_plan_peer *peer = &desired->peers[i];
        bool plain_only =
            desired->backend == FELT_BACKEND_HOST_GW || peer->backend == FELT_BACKEND_HOST_GW;

        if (desired->problems[i] != FELT_PLAN_FINE)
            felt_diff_trouble(diff, i, desired->problems[i]);
        else if ((plain_only || desired->direct_routing) &&
                 peer->public_ip.family == peer->subnet.ip.family &&
                 felt_plan_observed_on_link(diff->observed, &peer->public_ip))
            mark_plain(diff, i);
        else if (plain_only)
            felt_diff_trouble(diff, i,
                              peer->backend == desired->backend ? FELT_PLAN_NOT_ON_LINK
                                                                : FELT_PLAN_OTHER_BACKEND);
        else if (memcmp(peer->mac, no_mac, FELT_PLAN_MAC_LEN) == 0)
            felt_diff_trouble(diff, i, FELT_PLAN_NO_MAC);
        else
            diff->marks[i] |= FELT_MARK_ENCAP;
    }
}

/* The mark of the peer, or NULL where it is NULL or not reached this way. */
uint16_t *felt_diff_mark(struct felt_diff *diff, const struct felt_plan_peer *peer, uint16_t ways)
{
    uint16_t *mark;

    if (peer == NULL)
        return NULL;
    mark = &diff->marks[felt_plan_desired_index(diff->desired, peer)];
    return (*mark & ways) != 0 ? mark : NULL;
}

/* ---- marking what is right ---- */

static void mark_neighs(struct felt_diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    if (diff->link_gone || diff->neighs_gone)
        return;
    for (size_t i = 0; i < observed->n_neighs; i++) {
        const struct felt_plan_neigh *have = &observed->neighs[i];
        const struct felt_plan_peer *peer = felt_plan_desired_by_ip(diff->desired, &have->ip);
        uint16_t *mark = felt_diff_mark(diff, peer, FELT_MARK_ENCAP);

        if (mark != NULL && have->permanent && memcmp(have->mac, peer->mac, FELT_PLAN_MAC_LEN) == 0)
            *mark |= FELT_MARK_NEIGH;
    }
}

/* Of the ways to one peer, those that need its fdb entry. They share it. */
static void mark_fdb_set(struct felt_diff *diff, const uint8_t *mac)
{
    size_t n;
    const struct felt_plan_mac_entry *entries = felt_plan_desired_by_mac(diff->desired, mac, &n);

    for (size_t i = 0; i < n; i++)
        diff->marks[entries[i].peer] |= FELT_MARK_FDB;
}

/* The way that this MAC is needed for; NULL where it is needed for none. */
static const struct felt_plan_peer *needs_fdb(struct felt_diff *diff, const uint8_t *mac)
{
    size_t n;
    const struct felt_plan_mac_entry *entries = felt_plan_desired_by_mac(diff->desired, mac, &n);

    for (size_t i = 0; i < n; i++)
        if ((diff->marks[entries[i].peer] & FELT_MARK_ENCAP) != 0)
            return &diff->desired->peers[entries[i].peer];
    return NULL;
}

static void mark_fdbs(struct felt_diff *diff)
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

/* ---- what is missing ---- */

static void add_missing(struct felt_diff *diff)
{
    const struct felt_plan_desired *desired = diff->desired;

    for (uint32_t i = 0; i < desired->n_peers; i++) {
        const struct felt_plan_peer *peer = &desired->peers[i];
        uint16_t mark = diff->marks[i];

        if ((mark & FELT_MARK_ENCAP) != 0 && (mark & FELT_MARK_FDB) == 0) {
            struct felt_plan_fdb *fdb = &felt_diff_op(diff, FELT_OP_FDB_SET, i)->fdb;

            *fdb = (struct felt_plan_fdb){.remote = peer->public_ip, .permanent = true};
            memcpy(fdb->mac, peer->mac, FELT_PLAN_MAC_LEN);
            mark_fdb_set(diff, peer->mac);
        }
        if ((mark & FELT_MARK_ENCAP) != 0 && (mark & FELT_MARK_NEIGH) == 0) {
            struct felt_plan_neigh *neigh = &felt_diff_op(diff, FELT_OP_NEIGH_SET, i)->neigh;

            *neigh = (struct felt_plan_neigh){.ip = peer->subnet.ip, .permanent = true};
            memcpy(neigh->mac, peer->mac, FELT_PLAN_MAC_LEN);
        }
        if ((mark & (FELT_MARK_ENCAP | FELT_MARK_DIRECT)) != 0 && (mark & FELT_MARK_NEXTHOP) == 0 &&
            felt_diff_nexthop_of(diff, peer) != 0)
            felt_diff_set_nexthop(diff, i);
        if ((mark & (FELT_MARK_ENCAP | FELT_MARK_DIRECT)) != 0 &&
            (mark & (FELT_MARK_ROUTE | FELT_MARK_TAKEN)) == 0)
            felt_diff_set_route(diff, i);
    }
}

/* ---- what is stale ---- */

static void delete_stale_fdbs(struct felt_diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    if (diff->link_gone)
        return;
    for (size_t i = 0; i < observed->n_fdbs; i++) {
        const struct felt_plan_fdb *have = &observed->fdbs[i];

        if (needs_fdb(diff, have->mac) == NULL && felt_plan_fdb_leads(have))
            felt_diff_op(diff, FELT_OP_FDB_DEL, FELT_PLAN_NO_PEER)->fdb = *have;
    }
}

static void delete_stale_neighs(struct felt_diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    if (diff->link_gone || diff->neighs_gone)
        return;
    for (size_t i = 0; i < observed->n_neighs; i++) {
        const struct felt_plan_neigh *have = &observed->neighs[i];
        const struct felt_plan_peer *peer = felt_plan_desired_by_ip(diff->desired, &have->ip);

        if (felt_diff_mark(diff, peer, FELT_MARK_ENCAP) == NULL && have->permanent &&
            felt_dual_contains(&diff->desired->networks, &have->ip))
            felt_diff_op(diff, FELT_OP_NEIGH_DEL, FELT_PLAN_NO_PEER)->neigh = *have;
    }
}

/* ---- all of it ---- */

static int allocate(struct felt_diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;
    size_t n_peers = diff->desired->n_peers;
    size_t n_ops = LINK_OPS_MAX + BLACKHOLES + OPS_A_PEER * n_peers + observed->n_addrs +
                   observed->n_neighs + observed->n_fdbs + observed->n_nexthops +
                   observed->n_routes;

    diff->plan->ops = calloc(n_ops, sizeof(*diff->plan->ops));
    diff->plan->troubles = calloc(n_peers + 1, sizeof(*diff->plan->troubles));
    diff->plan->plain = calloc(n_peers + 1, sizeof(*diff->plan->plain));
    diff->marks = calloc(n_peers + 1, sizeof(*diff->marks));
    if (diff->plan->ops == NULL || diff->plan->troubles == NULL || diff->plan->plain == NULL ||
        diff->marks == NULL)
        return -ENOMEM;
    return 0;
}

int felt_plan_diff(const struct felt_plan_desired *desired,
                   const struct felt_plan_observed *observed, struct felt_plan *ret_plan)
{
    struct felt_plan plan = {0};
    struct felt_diff diff = {.desired = desired, .observed = observed, .plan = &plan};
    int r = allocate(&diff);

    if (r < 0) {
        felt_plan_done(&plan);
        free(diff.marks);
        return r;
    }
    if (desired->backend == FELT_BACKEND_VXLAN)
        felt_diff_device(&diff);
    if (desired->knowledge != FELT_PLAN_NO_PEERS) {
        choose_paths(&diff);
        felt_diff_choose_nexthops(&diff);
        felt_diff_mark_nexthops(&diff);
        felt_diff_mark_routes(&diff);
        mark_neighs(&diff);
        mark_fdbs(&diff);
        felt_diff_clear_places(&diff);
        add_missing(&diff);
        felt_diff_set_blackholes(&diff);
    }
    if (desired->knowledge == FELT_PLAN_ALL_PEERS) {
        felt_diff_stale_routes(&diff);
        felt_diff_stale_nexthops(&diff);
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
    free(plan->plain);
    *plan = (struct felt_plan){0};
}
