/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/route.h"

uint32_t felt_plan_route_metric(const struct felt_cidr *dst)
{
    return dst->ip.family == FELT_FAMILY_V6 ? FELT_PLAN_METRIC_V6 : 0;
}

bool felt_plan_route_in_place(const struct felt_plan_route *route)
{
    uint32_t metric = felt_plan_route_metric(&route->dst);

    return route->tos == 0 &&
           (route->metric == metric ||
            (route->protocol == FELT_PLAN_RTPROT_KERNEL && route->metric < metric));
}

bool felt_plan_route_same(const struct felt_plan_route *a, const struct felt_plan_route *b)
{
    if (!felt_cidr_equal(&a->dst, &b->dst) || a->type != b->type || a->scope != b->scope ||
        a->metric != b->metric || a->tos != b->tos || a->odd != b->odd || a->nexthop != b->nexthop)
        return false;
    return a->nexthop != 0 ||
           (felt_ip_equal(&a->via, &b->via) && a->ifindex == b->ifindex && a->onlink == b->onlink);
}
