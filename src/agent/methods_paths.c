/* SPDX-License-Identifier: Apache-2.0 */
/* Whom packets through the overlay do not reach, in plain words (proto/path.md). */
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

static void add_member(json_t *problems, const struct felt_self_view *self, uint32_t mtu,
                       const struct felt_member_view *m, enum felt_path_state state,
                       enum scope scope)
{
    if (state == FELT_PATH_FAILS)
        felt_methods_add_problem(
            problems,
            "%s is alive, but %s through the overlay do not reach it, or do not come back: is UDP "
            "port %u between this machine and %s filtered?",
            m->name, packets_of[scope], port_of(self), FELT_IP(&m->public_ip));
    else
        felt_methods_add_problem(
            problems,
            "%s of the overlay's MTU (%u) do not reach %s, small ones do: the way to it takes "
            "less; set MTU in the network's Backend, or raise the MTU of the underlay",
            packets_of[scope], m->mtu ? FELT_MIN(m->mtu, mtu) : mtu, m->name);
}

static void add_this_machine(json_t *problems, const struct felt_self_view *self, uint32_t mtu,
                             size_t count, size_t judged, enum felt_path_state state,
                             enum scope scope)
{
    if (state == FELT_PATH_FAILS)
        felt_methods_add_problem(
            problems,
            "%s through the overlay do not reach %zu of %zu members that are alive, so it is "
            "rather this machine: does its firewall let UDP port %u in and out, and port %u in on "
            "the overlay's device?",
            packets_of[scope], count, judged, port_of(self), self->advertise.port);
    else
        felt_methods_add_problem(
            problems,
            "%s of the overlay's MTU (%u) do not reach %zu of %zu members, small ones do: the "
            "underlay of this machine carries less than its interface says; set MTU in the "
            "network's Backend, or raise the MTU of the underlay",
            packets_of[scope], mtu, count, judged);
}

static void add_those(json_t *problems, const struct felt_self_view *self, uint32_t mtu,
                      const struct felt_member_view *all, size_t n, enum felt_path_state state,
                      enum scope scope)
{
    size_t count = count_so(self, all, n, state, scope), judged = count_judged(all, n, scope);
    size_t named = 0;

    if (nearly_all(count, judged)) {
        add_this_machine(problems, self, mtu, count, judged, state, scope);
        return;
    }
    for (size_t i = 0; i < n && named < NAMED; i++) {
        if (!is_so(self, &all[i], state, scope))
            continue;
        add_member(problems, self, mtu, &all[i], state, scope);
        named++;
    }
    if (count > NAMED)
        felt_methods_add_problem(problems, "and so it is with %zu more: feltctl members shows them",
                                 count - NAMED);
}

void felt_methods_path_problems(json_t *problems, const struct felt_self_view *self, uint32_t mtu,
                                const struct felt_member_view *all, size_t n)
{
    static const enum felt_path_state states[] = {FELT_PATH_FAILS, FELT_PATH_LARGE_FAILS};

    for (size_t i = 0; i < FELT_ARRAY_LEN(states); i++)
        for (unsigned scope = 0; scope < SCOPES; scope++)
            add_those(problems, self, mtu, all, n, states[i], (enum scope)scope);
}
