/* SPDX-License-Identifier: Apache-2.0 */
/* What is for our lease and finds no container there must not leave by the default route, and come
 * back, and leave again. The route that drops it is the last to be asked: flannel's has no metric,
 * and stands in the place of the bridge's own where that comes later. */
#include "plan/diff_parts.h"
#include "plan/route.h"

#define RTN_BLACKHOLE 6 /* linux/rtnetlink.h */

static struct felt_plan_route blackhole(const struct felt_cidr *subnet)
{
    return (struct felt_plan_route){.dst = *subnet,
                                    .protocol = FELT_PLAN_RTPROT,
                                    .type = RTN_BLACKHOLE,
                                    .metric = FELT_PLAN_METRIC_BLACKHOLE};
}

/* The kernel gives one of IPv6 the index of the loopback. */
static bool same(const struct felt_plan_route *have, const struct felt_cidr *subnet)
{
    return felt_cidr_equal(&have->dst, subnet) && have->type == RTN_BLACKHOLE &&
           have->protocol == FELT_PLAN_RTPROT && have->metric == FELT_PLAN_METRIC_BLACKHOLE &&
           have->tos == 0;
}

bool felt_diff_is_blackhole(const struct felt_diff *diff, const struct felt_plan_route *route)
{
    const struct felt_plan_desired *desired = diff->desired;
    const struct felt_cidr *subnet = felt_dual_of(&desired->lease, route->dst.ip.family);

    return desired->blackhole && desired->has_lease && subnet != NULL && same(route, subnet);
}

static void set_one(struct felt_diff *diff, const struct felt_cidr *subnet)
{
    if (subnet == NULL)
        return;
    for (size_t i = 0; i < diff->observed->n_routes; i++)
        if (same(&diff->observed->routes[i], subnet))
            return;
    felt_diff_op(diff, FELT_OP_ROUTE_SET, FELT_PLAN_NO_PEER)->route = blackhole(subnet);
}

void felt_diff_set_blackholes(struct felt_diff *diff)
{
    const struct felt_plan_desired *desired = diff->desired;

    if (!desired->blackhole || !desired->has_lease)
        return;
    set_one(diff, felt_dual_first(&desired->lease));
    set_one(diff, felt_dual_second(&desired->lease));
}
