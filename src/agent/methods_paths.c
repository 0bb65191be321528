/* SPDX-License-Identifier: Apache-2.0 */
/* Whom packets through the overlay do not reach, in plain words (proto/path.md). */
#include "agent/methods_list.h"
#include "base/idiom.h"

#define NAMED        5    /* members with a line of their own */
#define VXLAN_PORT   8472 /* where the configuration names none */
#define NEARLY_PARTS 4    /* three of four are nearly all */

struct tally {
    size_t judged;
    size_t fails;
    size_t large_fails;
};

static struct tally tally(const struct felt_member_view *all, size_t n)
{
    struct tally t = {0};

    for (size_t i = 0; i < n; i++) {
        t.judged += all[i].path != FELT_PATH_UNKNOWN;
        t.fails += all[i].path == FELT_PATH_FAILS;
        t.large_fails += all[i].path == FELT_PATH_LARGE_FAILS;
    }
    return t;
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
                       const struct felt_member_view *m)
{
    if (m->path == FELT_PATH_FAILS)
        felt_methods_add_problem(
            problems,
            "%s is alive, but packets through the overlay do not reach it, or do not come back: is "
            "UDP port %u between this machine and %s filtered?",
            m->name, port_of(self), FELT_IP(&m->public_ip));
    else
        felt_methods_add_problem(
            problems,
            "packets of the overlay's MTU (%u) do not reach %s, small ones do: the way to it takes "
            "less; set MTU in the network's Backend, or raise the MTU of the underlay",
            m->mtu ? FELT_MIN(m->mtu, mtu) : mtu, m->name);
}

static void add_members(json_t *problems, const struct felt_self_view *self, uint32_t mtu,
                        const struct felt_member_view *all, size_t n, enum felt_path_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        if (all[i].path == state && count++ < NAMED)
            add_member(problems, self, mtu, &all[i]);
    }
    if (count > NAMED)
        felt_methods_add_problem(problems, "and so it is with %zu more: feltctl members shows them",
                                 count - NAMED);
}

void felt_methods_path_problems(json_t *problems, const struct felt_self_view *self, uint32_t mtu,
                                const struct felt_member_view *all, size_t n)
{
    struct tally t = tally(all, n);

    if (nearly_all(t.fails, t.judged))
        felt_methods_add_problem(
            problems,
            "packets through the overlay do not reach %zu of %zu members that are alive, so it is "
            "rather this machine: does its firewall let UDP port %u in and out, and port %u in on "
            "the overlay's device?",
            t.fails, t.judged, port_of(self), self->advertise.port);
    else
        add_members(problems, self, mtu, all, n, FELT_PATH_FAILS);
    if (nearly_all(t.large_fails, t.judged))
        felt_methods_add_problem(
            problems,
            "packets of the overlay's MTU (%u) do not reach %zu of %zu members, small ones do: the "
            "underlay of this machine carries less than its interface says; set MTU in the "
            "network's Backend, or raise the MTU of the underlay",
            mtu, t.large_fails, t.judged);
    else
        add_members(problems, self, mtu, all, n, FELT_PATH_LARGE_FAILS);
}
