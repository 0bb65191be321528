/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/idiom.h"

#define MAC_GROUP_BIT 0x01 /* IEEE 802: set in multicast addresses */
#define MAC_LOCAL_BIT 0x02 /* IEEE 802: not from a vendor's range */

static bool is_of_another_family(const struct felt_ip *a, const struct felt_ip *b)
{
    return a->family != FELT_FAMILY_NONE && b->family != FELT_FAMILY_NONE && a->family != b->family;
}

bool felt_plan_link_moved(const struct felt_plan_link *have, const struct felt_plan_link *want)
{
    return (have->underlay_ifindex != 0 && have->underlay_ifindex != want->underlay_ifindex) ||
           (have->local.family == want->local.family && !felt_ip_equal(&have->local, &want->local));
}

static bool port_differs(const struct felt_plan_link *have, const struct felt_plan_link *want,
                         uint16_t default_port)
{
    return have->port != 0 && have->port != (want->port != 0 ? want->port : default_port);
}

bool felt_plan_link_incompatible(const struct felt_plan_link *have,
                                 const struct felt_plan_link *want, uint16_t default_port,
                                 char *text)
{
    const size_t size = FELT_PLAN_DIFF_TEXT;

    if (!have->is_vxlan)
        snprintf(text, size, "it is not a vxlan device");
    else if (have->vni != want->vni)
        snprintf(text, size, "vni: %u vs %u", have->vni, want->vni);
    else if (is_of_another_family(&have->local, &want->local))
        snprintf(text, size, "local: %s vs %s", FELT_IP(&have->local), FELT_IP(&want->local));
    else if (have->group.family != FELT_FAMILY_NONE)
        snprintf(text, size, "group: %s vs none", FELT_IP(&have->group));
    else if (port_differs(have, want, default_port))
        snprintf(text, size, "port: %u vs %u", have->port,
                 want->port != 0 ? want->port : default_port);
    else if (have->gbp != want->gbp)
        snprintf(text, size, "gbp: %d vs %d", have->gbp, want->gbp);
    else if (have->odd)
        snprintf(text, size, "it has options that flannel never sets");
    else
        return false;
    return true;
}

int felt_plan_link_name(uint32_t vni, uint8_t underlay, char *text)
{
    const char *prefix = underlay == FELT_FAMILY_V6 ? "flannel-v6" : "flannel";

    return snprintf(text, FELT_PLAN_NAME, "%s.%u", prefix, vni) < FELT_PLAN_NAME ? 0
                                                                                 : -ENAMETOOLONG;
}

void felt_plan_link_mac(const struct felt_id *node, uint8_t underlay, uint8_t *ret_mac)
{
    memcpy(ret_mac, node->b + (underlay == FELT_FAMILY_V6 ? FELT_PLAN_MAC_LEN : 0),
           FELT_PLAN_MAC_LEN);
    ret_mac[0] = (uint8_t)((ret_mac[0] & ~MAC_GROUP_BIT) | MAC_LOCAL_BIT);
}

int felt_plan_link_mtu(uint32_t underlay_mtu, uint32_t backend_mtu, enum felt_family underlay,
                       uint32_t *ret_mtu)
{
    uint32_t outer = backend_mtu != 0 ? FELT_MIN(backend_mtu, underlay_mtu) : underlay_mtu;
    uint32_t overhead = underlay == FELT_FAMILY_V6 ? FELT_PLAN_OVERHEAD_V6 : FELT_PLAN_OVERHEAD_V4;

    if (outer < overhead + FELT_PLAN_MTU_MIN)
        return -ERANGE;
    *ret_mtu = outer - overhead;
    return 0;
}

const char *felt_plan_mac_format(const uint8_t *mac, char *text)
{
    snprintf(text, FELT_PLAN_MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
             mac[3], mac[4], mac[5]);
    return text;
}
