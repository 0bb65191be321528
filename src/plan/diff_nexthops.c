/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/diff_parts.h"

static bool is_our_nexthop(const struct felt_plan_nexthop *nexthop)
{
    return nexthop->protocol == FELT_PLAN_RTPROT && felt_plan_nexthop_in_range(nexthop->id);
}

/* Objects of ours that are there are the memory of having been over the limit. */
void felt_diff_choose_nexthops(struct felt_diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;
    size_t n_ways = 0;
    bool has_some = false;

    if (!observed->knows_nexthops)
        return;
    for (size_t i = 0; i < diff->desired->n_peers; i++)
        n_ways += (diff->marks[i] & (FELT_MARK_DIRECT | FELT_MARK_ENCAP)) != 0;
    for (size_t i = 0; i < observed->n_nexthops && !has_some; i++)
        has_some = is_our_nexthop(&observed->nexthops[i]);
    diff->uses_nexthops = felt_plan_nexthop_wanted(diff->desired->nexthop_peers, n_ways, has_some);
}

/* The number of the object that the peer's route names; 0: none. */
uint32_t felt_diff_nexthop_of(const struct felt_diff *diff, const struct felt_plan_peer *peer)
{
    return diff->uses_nexthops ? felt_plan_nexthop_id(&diff->desired->first_subnet, &peer->subnet)
                               : 0;
}

static struct felt_plan_nexthop wanted_nexthop(const struct felt_diff *diff,
                                               const struct felt_plan_peer *peer, uint16_t mark)
{
    bool encap = (mark & FELT_MARK_ENCAP) != 0;

    return (struct felt_plan_nexthop){
        .id = felt_diff_nexthop_of(diff, peer),
        .via = encap ? peer->subnet.ip : peer->public_ip,
        .ifindex = encap ? FELT_PLAN_OUR_LINK : diff->desired->underlay_ifindex,
        .onlink = encap,
        .protocol = FELT_PLAN_RTPROT,
    };
}

/* The peer whose object has this number; NULL: nobody's. */
static const struct felt_plan_peer *peer_of_nexthop(const struct felt_diff *diff,
                                                    const struct felt_plan_nexthop *nexthop)
{
    const struct felt_plan_desired *desired = diff->desired;
    const struct felt_plan_peer *peer;
    struct felt_ip begin;

    if (!diff->uses_nexthops || desired->first_subnet.family != FELT_FAMILY_V4 ||
        desired->subnet_len == 0)
        return NULL;
    begin = felt_plan_nexthop_subnet(&desired->first_subnet, desired->subnet_len, nexthop->id);
    peer = felt_plan_desired_by_ip(desired, &begin);
    return peer != NULL && felt_diff_nexthop_of(diff, peer) == nexthop->id ? peer : NULL;
}

void felt_diff_mark_nexthops(struct felt_diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    for (size_t i = 0; i < observed->n_nexthops; i++) {
        const struct felt_plan_nexthop *have = &observed->nexthops[i];
        const struct felt_plan_peer *peer = peer_of_nexthop(diff, have);
        uint16_t *mark = felt_diff_mark(diff, peer, FELT_MARK_DIRECT | FELT_MARK_ENCAP);
        struct felt_plan_nexthop want;

        if (mark == NULL || (diff->link_gone && have->ifindex == FELT_PLAN_OUR_LINK))
            continue;
        want = wanted_nexthop(diff, peer, *mark);
        if (!have->odd && have->protocol == want.protocol && have->ifindex == want.ifindex &&
            have->onlink == want.onlink && felt_ip_equal(&have->via, &want.via))
            *mark |= FELT_MARK_NEXTHOP;
    }
}

void felt_diff_set_nexthop(struct felt_diff *diff, uint32_t peer)
{
    felt_diff_op(diff, FELT_OP_NEXTHOP_SET, peer)->nexthop =
        wanted_nexthop(diff, &diff->desired->peers[peer], diff->marks[peer]);
}

/* As with its routes. */
static bool is_siblings_nexthop(const struct felt_diff *diff, const struct felt_plan_nexthop *have)
{
    const struct felt_plan_desired *desired = diff->desired;
    uint32_t sibling = diff->observed->sibling_ifindex;
    struct felt_cidr subnet = {.len = desired->subnet_len};

    if (sibling != 0 && have->ifindex == sibling)
        return true;
    if (desired->first_subnet.family != FELT_FAMILY_V4)
        return false;
    subnet.ip = felt_plan_nexthop_subnet(&desired->first_subnet, desired->subnet_len, have->id);
    return felt_plan_desired_is_elsewhere(desired, &subnet);
}

/* Routes that named them are gone or name none by now. */
void felt_diff_stale_nexthops(struct felt_diff *diff)
{
    const struct felt_plan_observed *observed = diff->observed;

    for (size_t i = 0; i < observed->n_nexthops; i++) {
        const struct felt_plan_nexthop *have = &observed->nexthops[i];

        if (!is_our_nexthop(have) || (diff->link_gone && have->ifindex == FELT_PLAN_OUR_LINK) ||
            is_siblings_nexthop(diff, have))
            continue;
        if (felt_diff_mark(diff, peer_of_nexthop(diff, have), FELT_MARK_DIRECT | FELT_MARK_ENCAP) ==
            NULL)
            felt_diff_op(diff, FELT_OP_NEXTHOP_DEL, FELT_PLAN_NO_PEER)->nexthop = *have;
    }
}
