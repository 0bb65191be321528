/* SPDX-License-Identifier: Apache-2.0 */
#include "netconf/path_end.h"

struct felt_ip felt_path_end(const struct felt_netconf *config, enum felt_backend backend,
                             uint32_t slot, uint8_t family)
{
    struct felt_dual subnets = felt_netconf_subnets(config, slot);
    const struct felt_cidr *subnet = felt_dual_of(&subnets, family);
    struct felt_ip ip = {.family = FELT_FAMILY_NONE};

    if (!subnet)
        return ip;
    ip = subnet->ip;
    if (backend == FELT_BACKEND_HOST_GW)
        ip.bytes[felt_ip_len(&ip) - 1] |= 1;
    return ip;
}
