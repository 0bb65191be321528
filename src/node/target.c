/* SPDX-License-Identifier: Apache-2.0 */
#include "node/target.h"

#include <string.h>

#include "crypto/hash.h"
#include "netconf/path_end.h"
#include "node/core.h"

uint8_t felt_target_family(const struct felt_node *node, unsigned half)
{
    struct felt_dual networks = felt_netconf_networks(&node->config);
    const struct felt_cidr *network =
        half ? felt_dual_second(&networks) : felt_dual_first(&networks);

    return network ? network->ip.family : (uint8_t)FELT_FAMILY_NONE;
}

unsigned felt_target_half(const struct felt_node *node, uint8_t family)
{
    unsigned half = 0;

    if (family == FELT_FAMILY_NONE)
        return FELT_PATHS;
    while (half < FELT_PATHS && felt_target_family(node, half) != family)
        half++;
    return half;
}

/* Lease, addresses and devices: what the kernels on both sides are programmed with. */
static uint64_t way_of(const struct felt_descriptor *d)
{
    struct {
        uint8_t lease[4];
        struct felt_ip ips[2];
        char data[2][FELT_DESC_DATA_MAX];
    } b = {.ips = {d->public_ip, d->public_ip6}};

    _Static_assert(sizeof(b) == 4 + 2 * sizeof(struct felt_ip) + 2 * FELT_DESC_DATA_MAX,
                   "nothing lies between them that could differ");
    felt_put_be32(b.lease, d->lease);
    memcpy(b.data[0], d->backend_data, strlen(d->backend_data));
    memcpy(b.data[1], d->backend_data6, strlen(d->backend_data6));
    return felt_hash64(&b, sizeof(b));
}

static bool has_address(const struct felt_descriptor *d, uint8_t family)
{
    return d->public_ip.family == family || d->public_ip6.family == family;
}

/* A device carries packets of both families over whichever underlay there is; a plain route is by a
 * gateway of its own. */
static bool has_way(const struct felt_node *node, const struct felt_descriptor *d,
                    enum felt_backend backend, uint8_t family)
{
    struct felt_descriptor own;

    if (backend == FELT_BACKEND_VXLAN && node->config.backend == FELT_BACKEND_VXLAN)
        return true;
    felt_signed_descriptor_read(felt_members_peek(node->members, FELT_MEMBER_SELF)->descriptor,
                                &own);
    return has_address(d, family) && has_address(&own, family);
}

bool felt_target_find(const struct felt_node *node, uint32_t i, unsigned half,
                      struct felt_target *ret_target)
{
    uint8_t family = felt_target_family(node, half);
    enum felt_backend backend;
    struct felt_descriptor d;

    felt_signed_descriptor_read(felt_members_peek(node->members, i)->descriptor, &d);
    if (!d.has_lease || felt_backend_parse(d.backend, &backend) < 0 ||
        d.lease >= felt_slot_map_slots(node->map) ||
        !felt_slot_map_owns(node->map, felt_members_id(node->members, i), d.lease))
        return false;
    if (family == FELT_FAMILY_NONE || !has_way(node, &d, backend, family))
        return false;
    ret_target->to.ip = felt_path_end(&node->config, backend, d.lease, family);
    ret_target->to.port = d.advertise.port;
    ret_target->way = way_of(&d);
    ret_target->mtu = d.mtu > 0 ? FELT_MIN(d.mtu, node->trials.mtu) : node->trials.mtu;
    return true;
}
