/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/nexthop.h"

uint32_t felt_plan_nexthop_id(const struct felt_ip *first, const struct felt_cidr *subnet)
{
    uint32_t begin, place;

    if (first->family != FELT_FAMILY_V4 || subnet->ip.family != FELT_FAMILY_V4 ||
        subnet->len == 0 || felt_ip_cmp(&subnet->ip, first) < 0)
        return 0;
    begin = felt_ip_to_v4(&subnet->ip) - felt_ip_to_v4(first);
    place = begin >> (32 - subnet->len);
    if (place > FELT_PLAN_NEXTHOP_LAST - FELT_PLAN_NEXTHOP_FIRST)
        return 0;
    return FELT_PLAN_NEXTHOP_FIRST + place;
}

struct felt_ip felt_plan_nexthop_subnet(const struct felt_ip *first, uint8_t subnet_len,
                                        uint32_t id)
{
    return felt_ip_v4(felt_ip_to_v4(first) + ((id - FELT_PLAN_NEXTHOP_FIRST) << (32 - subnet_len)));
}

bool felt_plan_nexthop_in_range(uint32_t id)
{
    return id >= FELT_PLAN_NEXTHOP_FIRST && id <= FELT_PLAN_NEXTHOP_LAST;
}

bool felt_plan_nexthop_wanted(uint32_t limit, size_t n_peers, bool has_some)
{
    return n_peers >= (has_some ? limit - limit / 4 : limit);
}
