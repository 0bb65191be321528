/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "plan/diff_parts.h"

static void add_link_op(struct felt_diff *diff, enum felt_plan_op_kind kind,
                        const struct felt_plan_link *link)
{
    felt_diff_op(diff, kind, FELT_PLAN_NO_PEER)->link = link;
}

static bool must_be_made_anew(struct felt_diff *diff, const struct felt_plan_link *have)
{
    const struct felt_plan_desired *desired = diff->desired;
    char *why = diff->plan->recreates_why;

    if (felt_plan_link_incompatible(have, &desired->link, desired->default_port, why))
        return true;
    if (!desired->cannot_move || !felt_plan_link_moved(have, &desired->link))
        return false;
    snprintf(why, FELT_PLAN_DIFF_TEXT, "local: %s vs %s", FELT_IP(&have->local),
             FELT_IP(&desired->link.local));
    return true;
}

static void diff_link(struct felt_diff *diff)
{
    const struct felt_plan_link *want = &diff->desired->link;
    const struct felt_plan_link *have = &diff->observed->link;
    struct felt_plan *plan = diff->plan;

    if (diff->observed->has_link && must_be_made_anew(diff, have)) {
        plan->recreates = true;
        add_link_op(diff, FELT_OP_LINK_DEL, have);
    }
    if (!diff->observed->has_link || plan->recreates) {
        diff->link_gone = true;
        add_link_op(diff, FELT_OP_LINK_ADD, want);
        return;
    }
    /* Before the MTU, which may not be larger than that of the interface beneath. */
    if (felt_plan_link_moved(have, want))
        add_link_op(diff, FELT_OP_LINK_UNDERLAY, want);
    if (have->mtu != want->mtu)
        add_link_op(diff, FELT_OP_LINK_MTU, want);
    if (have->learning != want->learning)
        add_link_op(diff, FELT_OP_LINK_LEARNING, want);
    if (have->master != 0)
        add_link_op(diff, FELT_OP_LINK_RELEASE, want);
    if (memcmp(have->mac, want->mac, FELT_PLAN_MAC_LEN) != 0) {
        diff->neighs_gone = true;
        add_link_op(diff, FELT_OP_LINK_MAC, want);
    }
}

/* The lease's address that belongs on this device; family NONE where none does. */
static struct felt_cidr own_addr(const struct felt_plan_desired *desired, uint8_t family)
{
    const struct felt_cidr *lease = felt_dual_of(&desired->lease, family);
    struct felt_cidr want = {0};

    if (lease == NULL || (desired->has_sibling && family != desired->link.local.family))
        return want;
    want.ip = lease->ip;
    want.len = (uint8_t)(8 * felt_ip_len(&want.ip));
    return want;
}

static void diff_addrs(struct felt_diff *diff, uint8_t family)
{
    const struct felt_plan_desired *desired = diff->desired;
    struct felt_cidr want = own_addr(desired, family);
    size_t n = diff->link_gone ? 0 : diff->observed->n_addrs;
    bool found = want.ip.family == FELT_FAMILY_NONE;

    if (!desired->has_lease)
        return;
    for (size_t i = 0; i < n; i++)
        found = found || felt_cidr_equal(&diff->observed->addrs[i], &want);
    if (!found)
        felt_diff_op(diff, FELT_OP_ADDR_ADD, FELT_PLAN_NO_PEER)->addr = want;
    for (size_t i = 0; i < n; i++) {
        const struct felt_cidr *have = &diff->observed->addrs[i];

        if (have->ip.family == family && !felt_cidr_equal(have, &want) &&
            felt_dual_contains(&desired->networks, &have->ip))
            felt_diff_op(diff, FELT_OP_ADDR_DEL, FELT_PLAN_NO_PEER)->addr = *have;
    }
}

void felt_diff_device(struct felt_diff *diff)
{
    diff_link(diff);
    if (diff->desired->knowledge != FELT_PLAN_NO_PEERS) {
        diff_addrs(diff, FELT_FAMILY_V4);
        diff_addrs(diff, FELT_FAMILY_V6);
    }
    if (diff->link_gone || !diff->observed->link.up)
        add_link_op(diff, FELT_OP_LINK_UP, &diff->desired->link);
}
