/* SPDX-License-Identifier: Apache-2.0 */
/* What is reserved for one node and leased by another (proto/lease.md L-8.2.8), in plain words. */
#include "agent/methods_list.h"
#include "node/reserve.h"

#define CONFLICTS_SHOWN 5 /* with a line of their own */

static void add(json_t *problems, const struct felt_self_view *self,
                const struct felt_reservation_view *v)
{
    struct felt_dual subnets = felt_netconf_subnets(self->config, v->slot);
    bool is_dead = v->holder_state == FELT_MEMBER_DEAD;
    char whom[FELT_WHOM_TEXT];

    felt_methods_add_problem(
        problems,
        "%s is reserved for %s, but %s leases it and goes on using it: 'feltctl unreserve %s' ends "
        "the reservation, %s %s%s",
        FELT_DUAL(&subnets), felt_whom_format(&v->whom, whom), v->holder,
        FELT_CIDR(felt_dual_first(&subnets)), is_dead ? "'feltctl reclaim" : "'feltctl leave' on",
        v->holder, is_dead ? "' the lease, if it is gone for good" : " the lease");
}

void felt_methods_conflict_problems(json_t *problems, const struct felt_methods_context *c,
                                    const struct felt_self_view *self)
{
    struct felt_notice_place at = {0};
    struct felt_reservation_view v;
    size_t count = 0;

    while (self->config && felt_node_next_reservation(c->node, &at, &v))
        if (v.conflict && count++ < CONFLICTS_SHOWN)
            add(problems, self, &v);
    if (count > CONFLICTS_SHOWN)
        felt_methods_add_problem(problems,
                                 "and so it is with %zu more: feltctl reservations shows them",
                                 count - CONFLICTS_SHOWN);
}
