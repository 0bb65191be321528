/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/foreign_peers.h"

#include <string.h>

#include "base/bytes.h"
#include "node/foreign.h"

size_t felt_foreign_peers_max(const struct felt_node *node)
{
    struct felt_notice_place at = {0};
    struct felt_foreign_view v;
    size_t n = 0;

    while (felt_node_next_foreign(node, &at, &v))
        n++;
    return n;
}

bool felt_foreign_peers_hide(const struct felt_node *node, uint32_t slot,
                             const struct felt_ip *public_ip)
{
    struct felt_foreign foreign;

    return felt_node_foreign(node, slot, &foreign) && foreign.backend != FELT_FOREIGN_NONE &&
           !felt_ip_equal(felt_foreign_address(&foreign), public_ip);
}

/* Nobody's hash of a key begins so often with this byte that it matters. */
static struct felt_id id_of(uint32_t slot)
{
    struct felt_id id;

    memset(id.b, 0xff, sizeof(id.b));
    felt_put_be32(id.b, slot | 0xff000000);
    return id;
}

static struct felt_devices_way way_of(const struct felt_ip *ip,
                                      const struct felt_foreign_device *device)
{
    struct felt_devices_way way = {.public_ip = *ip, .data = {.vni = device->vni}};

    memcpy(way.data.mac, device->mac, sizeof(way.data.mac));
    return way;
}

/* False where there is no way to it. */
static bool fill(const struct felt_foreign_view *v, struct felt_devices_peer *peer)
{
    const struct felt_foreign *f = &v->foreign;
    bool vxlan = f->backend == FELT_FOREIGN_VXLAN;

    peer->backend = vxlan ? FELT_BACKEND_VXLAN : FELT_BACKEND_HOST_GW;
    if (!vxlan || !felt_foreign_device_is_none(&f->device))
        peer->ways[0] = way_of(&f->ip, &f->device);
    if (!vxlan || !felt_foreign_device_is_none(&f->device6))
        peer->ways[1] = way_of(&f->ip6, &f->device6);
    if (peer->ways[0].public_ip.family == FELT_FAMILY_NONE) { /* over IPv6 alone it is the first */
        peer->ways[0] = peer->ways[1];
        peer->ways[1] = (struct felt_devices_way){0};
    }
    return peer->ways[0].public_ip.family != FELT_FAMILY_NONE;
}

size_t felt_foreign_peers_collect(const struct felt_node *node, const struct felt_netconf *config,
                                  const struct felt_ip *own, struct felt_devices_peer *peers)
{
    struct felt_notice_place at = {0};
    struct felt_foreign_view v;
    size_t n = 0;

    while (felt_node_next_foreign(node, &at, &v)) {
        struct felt_devices_peer peer = {.id = id_of(v.slot)};

        if (v.changed_over || v.foreign.backend == FELT_FOREIGN_NONE ||
            felt_ip_equal(felt_foreign_address(&v.foreign), own) || !fill(&v, &peer))
            continue;
        peer.subnets = felt_netconf_subnets(config, v.slot);
        peers[n++] = peer;
    }
    return n;
}
