/* SPDX-License-Identifier: Apache-2.0 */
/* Whom packets through the overlay do not reach, in plain words (proto/path.md). */
#include <stdio.h>

#include "agent/methods_list.h"
#include "base/idiom.h"

#define NAMED        5    /* members with a line of their own */
#define VXLAN_PORT   8472 /* where the configuration names none */
#define NEARLY_PARTS 4    /* three of four are nearly all */

/* Of which packets something is said. In a network of one family there is but the first. */
enum scope {
    SCOPE_ALL, /* of whichever families there are */
    SCOPE_V4,  /* of one, and not of the other */
    SCOPE_V6,
    SCOPES,
};

static const char *const packets_of[SCOPES] = {"packets", "IPv4 packets", "IPv6 packets"};

static bool is_dual(const struct felt_self_view *self)
{
    struct felt_dual networks;

    if (!self->config)
        return false;
    networks = felt_netconf_networks(self->config);
    return felt_dual_second(&networks) != NULL;
}

/* Whether exactly the packets of that scope are in that state. */
static bool is_so(const struct felt_self_view *self, const struct felt_member_view *m,
                  enum felt_path_state state, enum scope scope)
{
    bool first = m->paths[0].state == state, second = m->paths[1].state == state;

    if (!is_dual(self))
        return scope == SCOPE_ALL && first;
    return first == (scope != SCOPE_V6) && second == (scope != SCOPE_V4);
}

static size_t count_so(const struct felt_self_view *self, const struct felt_member_view *all,
                       size_t n, enum felt_path_state state, enum scope scope)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += is_so(self, &all[i], state, scope);
    return count;
}

static size_t count_judged(const struct felt_member_view *all, size_t n, enum scope scope)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += (scope != SCOPE_V6 && all[i].paths[0].state != FELT_PATH_UNKNOWN) ||
                 (scope != SCOPE_V4 && all[i].paths[1].state != FELT_PATH_UNKNOWN);
    return count;
}

/* Then it is rather this machine. Of one other nobody can tell. */
static bool nearly_all(size_t count, size_t judged)
{
    return judged >= 2 && count * NEARLY_PARTS >= judged * (NEARLY_PARTS - 1);
}

static unsigned port_of(const struct felt_self_view *self)
{
    return self->config && self->config->vxlan.port ? self->config->vxlan.port : VXLAN_PORT;
}

/* What there is to be said of. */
struct sight {
    json_t *problems;
    const struct felt_methods_context *context;
    const struct felt_self_view *self;
    const struct felt_member_view *all;
    size_t n;
};

/* How the kernel sends packets of one family to a member. Where it is not known, it is as the
 * network is configured. */
static struct felt_way way_to(const struct sight *s, const struct felt_member_view *m, bool second)
{
    struct felt_way way = {.via = m->public_ip};
    struct felt_dual subnets;
    const struct felt_cidr *subnet;

    if (!s->self->config)
        return way;
    way.plain = s->self->config->backend == FELT_BACKEND_HOST_GW;
    if (!m->has_lease)
        return way;
    subnets = felt_netconf_subnets(s->self->config, m->lease_slot);
    subnet = second ? felt_dual_second(&subnets) : felt_dual_first(&subnets);
    if (s->context->way && subnet)
        (void)s->context->way(s->context->userdata, &subnet->ip, &way);
    return way;
}

/* Gossip passes, so it is what differs from it: the port of vxlan, or the addresses of containers.
 */
static void add_filtered(const struct sight *s, const struct felt_member_view *m, enum scope scope)
{
    struct felt_way way = way_to(s, m, scope == SCOPE_V6);

    /* The two may differ in it. */
    if (scope == SCOPE_ALL && is_dual(s->self) && way_to(s, m, true).plain != way.plain) {
        add_filtered(s, m, SCOPE_V4);
        add_filtered(s, m, SCOPE_V6);
    } else if (way.plain) {
        felt_methods_add_problem(
            s->problems,
            "%s is alive, but %s through the overlay do not reach it, or do not come back: a plain "
            "route leads there by %s; does something on the way, or a firewall, drop what has "
            "addresses of containers? Clouds do that check source and destination",
            m->name, packets_of[scope], FELT_IP(&way.via));
    } else {
        felt_methods_add_problem(
            s->problems,
            "%s is alive, but %s through the overlay do not reach it, or do not come back: is UDP "
            "port %u between this machine and %s filtered?",
            m->name, packets_of[scope], port_of(s->self), FELT_IP(&way.via));
    }
}

static void add_too_large(const struct sight *s, const struct felt_member_view *m, enum scope scope)
{
    uint32_t mtu = m->mtu ? FELT_MIN(m->mtu, s->context->mtu) : s->context->mtu;

    felt_methods_add_problem(
        s->problems,
        "%s of the overlay's MTU (%u) do not reach %s, small ones do: the way to it takes less; "
        "%s the MTU of the underlay",
        packets_of[scope], mtu, m->name,
        s->self->config && s->self->config->backend == FELT_BACKEND_HOST_GW
            ? "lower the MTU of this machine's interface to that, or raise"
            : "set MTU in the network's Backend, or raise");
}

/* Of those that it is so with. */
static size_t count_plain(const struct sight *s, enum felt_path_state state, enum scope scope)
{
    size_t count = 0;

    for (size_t i = 0; i < s->n; i++)
        count += is_so(s->self, &s->all[i], state, scope) &&
                 way_to(s, &s->all[i], scope == SCOPE_V6).plain;
    return count;
}

static void add_own_firewall(const struct sight *s, size_t count, size_t judged, enum scope scope)
{
    size_t plain = count_plain(s, FELT_PATH_FAILS, scope);
    char device[128] = "", routes[256] = "";

    if (plain < count)
        snprintf(device, sizeof(device),
                 "does its firewall let UDP port %u in and out, and port %u in on the overlay's "
                 "device?",
                 port_of(s->self), s->self->advertise.port);
    if (plain > 0)
        snprintf(routes, sizeof(routes),
                 "%splain routes lead to %zu of them: do its firewall and its network let packets "
                 "with addresses of containers in and out? Clouds do not that check source and "
                 "destination",
                 device[0] ? " And " : "", plain);
    felt_methods_add_problem(
        s->problems,
        "%s through the overlay do not reach %zu of %zu members that are alive, so it is rather "
        "this machine: %s%s",
        packets_of[scope], count, judged, device, routes);
}

static void add_own_mtu(const struct sight *s, size_t count, size_t judged, enum scope scope)
{
    felt_methods_add_problem(
        s->problems,
        "%s of the overlay's MTU (%u) do not reach %zu of %zu members, small ones do: the underlay "
        "of this machine carries less than its interface says; %s the MTU of the underlay",
        packets_of[scope], s->context->mtu, count, judged,
        s->self->config && s->self->config->backend == FELT_BACKEND_HOST_GW
            ? "lower the MTU of that interface, or raise"
            : "set MTU in the network's Backend, or raise");
}

static void add_those(const struct sight *s, enum felt_path_state state, enum scope scope)
{
    size_t count = count_so(s->self, s->all, s->n, state, scope);
    size_t judged = count_judged(s->all, s->n, scope), named = 0;
    bool large = state == FELT_PATH_LARGE_FAILS;

    if (nearly_all(count, judged)) {
        (large ? add_own_mtu : add_own_firewall)(s, count, judged, scope);
        return;
    }
    for (size_t i = 0; i < s->n && named < NAMED; i++) {
        if (!is_so(s->self, &s->all[i], state, scope))
            continue;
        (large ? add_too_large : add_filtered)(s, &s->all[i], scope);
        named++;
    }
    if (count > NAMED)
        felt_methods_add_problem(
            s->problems, "and so it is with %zu more: feltctl members shows them", count - NAMED);
}

void felt_methods_path_problems(json_t *problems, const struct felt_methods_context *context,
                                const struct felt_self_view *self,
                                const struct felt_member_view *all, size_t n)
{
    static const enum felt_path_state states[] = {FELT_PATH_FAILS, FELT_PATH_LARGE_FAILS};
    struct sight s = {.problems = problems, .context = context, .self = self, .all = all, .n = n};

    for (size_t i = 0; i < FELT_ARRAY_LEN(states); i++)
        for (unsigned scope = 0; scope < SCOPES; scope++)
            add_those(&s, states[i], (enum scope)scope);
}
