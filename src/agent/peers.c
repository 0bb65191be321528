/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/foreign_peers.h"

/* Of vxlan a way needs the MAC at its end. */
static void read_way(enum felt_backend backend, const struct felt_ip *public_ip, const char *data,
                     struct felt_devices_way *ret_way)
{
    struct felt_devices_way way = {.public_ip = *public_ip};

    if (backend == FELT_BACKEND_VXLAN && felt_vxlan_data_parse(data, strlen(data), &way.data) < 0)
        return;
    *ret_way = way;
}

/* Without lease and device it cannot be reached: its next announcement says where. */
static bool has_told(const struct felt_member_view *m)
{
    return m->has_lease && m->has_backend;
}

/* False: there is no way from here to there. */
static bool read_peer(const struct felt_node *node, const struct felt_self_view *self,
                      const struct felt_member_view *m, const struct felt_ip *own,
                      struct felt_devices_peer *ret_peer)
{
    struct felt_devices_peer peer = {.id = m->id, .backend = m->backend};

    read_way(m->backend, &m->public_ip, m->backend_data, &peer.ways[0]);
    if (m->public_ip6.family != FELT_FAMILY_NONE)
        read_way(m->backend, &m->public_ip6, m->backend_data6, &peer.ways[1]);
    if (peer.ways[0].public_ip.family == FELT_FAMILY_NONE &&
        peer.ways[1].public_ip.family == FELT_FAMILY_NONE)
        return false;
    /* This machine before it lost its disk: there is no way from here to here. */
    if (felt_ip_equal(&m->public_ip, own) ||
        felt_foreign_peers_hide(node, m->lease_slot, &m->public_ip))
        return false;
    peer.subnets = felt_netconf_subnets(self->config, m->lease_slot);
    *ret_peer = peer;
    return true;
}

static void add(struct felt_peers *peers, const struct felt_devices_peer *peer, uint32_t slot,
                felt_usec told_us)
{
    peers->all[peers->n] = *peer;
    peers->told[peers->n++] = (struct felt_peers_told){slot, told_us};
}

static void collect_told(struct felt_peers *peers, const struct felt_node *node,
                         const struct felt_self_view *self, felt_usec now, struct felt_ip *ret_own,
                         size_t *ret_n_silent)
{
    struct felt_devices_peer peer;
    struct felt_member_view m;

    peers->all_told = true;
    *ret_own = (struct felt_ip){.family = FELT_FAMILY_NONE};
    *ret_n_silent = 0;
    for (uint32_t i = 0; felt_node_next_member(node, 0, &i, &m);) {
        if (m.self)
            *ret_own = m.public_ip; /* we are the first of all */
        else if (has_told(&m) && read_peer(node, self, &m, ret_own, &peer))
            add(peers, &peer, m.lease_slot, now);
        if (m.self || has_told(&m))
            continue;
        peers->all_told &= m.state != FELT_MEMBER_ALIVE;
        *ret_n_silent += !m.has_backend;
    }
}

static int by_slot(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static int by_id(const void *a, const void *b)
{
    const struct felt_devices_peer *const *x = a, *const *y = b;

    return felt_id_cmp(&(*x)->id, &(*y)->id);
}

/* The members that have not said what their device is, as they were before, unless somebody else
 * leases the subnet now, here or outside. 0 or -ENOMEM. */
static int keep_silent(struct felt_peers *peers, const struct felt_peers *before,
                       const struct felt_node *node, felt_usec now)
{
    _cleanup_(felt_freep) const struct felt_devices_peer **ids = NULL;
    _cleanup_(felt_freep) uint32_t *slots = NULL;
    size_t n_told = peers->n;
    struct felt_member_view m;

    if (before->n == 0)
        return 0;
    ids = calloc(before->n, sizeof(*ids));
    slots = calloc(n_told + 1, sizeof(*slots)); /* calloc(0) may be NULL */
    if (!ids || !slots)
        return -ENOMEM;
    for (size_t i = 0; i < before->n; i++)
        ids[i] = &before->all[i];
    for (size_t i = 0; i < n_told; i++)
        slots[i] = peers->told[i].slot;
    qsort(ids, before->n, sizeof(*ids), by_id);
    qsort(slots, n_told, sizeof(*slots), by_slot);
    for (uint32_t i = 0; felt_node_next_member(node, 0, &i, &m);) {
        const struct felt_devices_peer key = {.id = m.id}, *wanted = &key, **found;
        const struct felt_peers_told *told;
        felt_usec until;

        if (m.self || m.has_backend)
            continue;
        found = bsearch(&wanted, ids, before->n, sizeof(*ids), by_id);
        if (!found)
            continue;
        told = &before->told[*found - before->all];
        until = felt_usec_add(told->us, FELT_PEERS_PATIENCE);
        if (until <= now || felt_foreign_peers_hide(node, told->slot, &m.public_ip) ||
            bsearch(&told->slot, slots, n_told, sizeof(*slots), by_slot))
            continue;
        add(peers, *found, told->slot, told->us);
        peers->wait_us = peers->wait_us > 0 ? FELT_MIN(peers->wait_us, until - now) : until - now;
    }
    return 0;
}

int felt_peers_collect(struct felt_peers *peers, const struct felt_node *node,
                       const struct felt_self_view *self, felt_usec now)
{
    _cleanup_(felt_peers_done) struct felt_peers next = {0};
    struct felt_peers before;
    struct felt_ip own;
    size_t n_silent;
    int r = 0;

    next.all = calloc(self->n_members + felt_foreign_peers_max(node) + 1, sizeof(*next.all));
    next.told = calloc(self->n_members + 1, sizeof(*next.told));
    if (!next.all || !next.told)
        return -ENOMEM;
    collect_told(&next, node, self, now, &own, &n_silent);
    if (n_silent > 0)
        r = keep_silent(&next, peers, node, now);
    if (r < 0)
        return r;
    next.n_all = next.n + felt_foreign_peers_collect(node, self->config, &own, next.all + next.n);
    before = *peers;
    *peers = next;
    next = before;
    return 0;
}

void felt_peers_done(struct felt_peers *peers)
{
    free(peers->all);
    free(peers->told);
    *peers = (struct felt_peers){0};
}
