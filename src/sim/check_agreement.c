/* SPDX-License-Identifier: Apache-2.0 */
/* One view everywhere, and a true one.
 *
 * Where a machine was cloned or its disk rolled back, two descriptors of one version may be told of
 * the identity that is no more, and neither is newer: the digest of the members is excused then. */
#include <stdio.h>

#include "node/core.h"
#include "node/letter.h"
#include "sim/check.h"

static bool say(char *text, size_t len, const char *who, const char *what, const char *whom)
{
    snprintf(text, len, "%s %s%s%s", who, what, *whom ? " " : "", whom);
    return false;
}

static bool has_true_view(const struct sim *sim, uint32_t host, uint32_t n_running, char *text,
                          size_t len)
{
    const struct sim_host *h = &sim->hosts[host];
    const struct felt_members *members = h->node->members;

    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        uint32_t place;

        if (!sim_host_runs(sim, i))
            continue;
        place = felt_members_find(members, felt_node_id(sim->hosts[i].node));
        if (place == FELT_MEMBER_NONE)
            return say(text, len, h->name, "does not know", sim->hosts[i].name);
        if (felt_members_peek(members, place)->state != FELT_MEMBER_ALIVE)
            return say(text, len, h->name, "does not hold for alive:", sim->hosts[i].name);
    }
    if (felt_members_count_state(members, FELT_MEMBER_SUSPECT) > 0)
        return say(text, len, h->name, "suspects somebody", "");
    if (felt_members_count_state(members, FELT_MEMBER_ALIVE) != n_running)
        return say(text, len, h->name, "holds for alive somebody who does not run", "");
    return true;
}

static bool has_view_of(const struct sim *sim, uint32_t host, uint32_t first, char *text,
                        size_t len)
{
    const struct sim_host *h = &sim->hosts[host], *f = &sim->hosts[first];
    struct felt_digest digest, expected = felt_node_digest(f->node);

    if (!h->node->in_cluster)
        return say(text, len, h->name, "is in no cluster", "");
    digest = felt_node_digest(h->node);
    if (digest.era != expected.era)
        return say(text, len, h->name, "is in another era than", f->name);
    if (digest.members != expected.members && !sim->forks_excused)
        return say(text, len, h->name, "has other members than", f->name);
    if (digest.slots != expected.slots)
        return say(text, len, h->name, "has another slot map than", f->name);
    if (digest.notices != expected.notices)
        return say(text, len, h->name, "has other notices than", f->name);
    return true;
}

/* Whether `giver` owns something that it does not need itself and that is not kept from `asker`. */
static bool could_give(const struct sim *sim, uint32_t giver, uint32_t asker)
{
    const struct sim_host *g = &sim->hosts[giver], *a = &sim->hosts[asker];
    struct felt_ip giver_ip = sim_endpoint(g->address).ip, asker_ip = sim_endpoint(a->address).ip;
    const struct felt_node *node = g->node;
    uint32_t could = 0;
    bool needs = false; /* one of these becomes its own lease */

    for (uint32_t slot = 0; node->era > 0 && slot < felt_slot_map_slots(node->map); slot++) {
        if (!felt_slot_map_owns(node->map, felt_node_id(node), slot) ||
            (node->has_lease && node->lease == slot))
            continue;
        could += !sim_check_kept(g, slot, a->name, &asker_ip);
        needs |= !node->has_lease && !sim_check_kept(g, slot, g->name, &giver_ip);
    }
    return could > needs;
}

/* Whoever has no lease has none because nobody who runs could give it one. */
static bool has_lease(const struct sim *sim, uint32_t host, char *text, size_t len)
{
    const struct sim_host *h = &sim->hosts[host];

    for (uint32_t i = 0; !h->node->lease_used && i < sim->n_hosts; i++)
        if (i != host && sim_host_runs(sim, i) && could_give(sim, i, host))
            return say(text, len, h->name, "has no lease, though there is a reserve at",
                       sim->hosts[i].name);
    return true;
}

bool sim_agrees(const struct sim *sim, char *text, size_t len)
{
    uint32_t first = SIM_HOST_NONE, n_running = 0;

    for (uint32_t i = sim->n_hosts; i-- > 0;)
        if (sim_host_runs(sim, i)) {
            first = i;
            n_running++;
        }
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i) &&
            (!has_view_of(sim, i, first, text, len) ||
             !has_true_view(sim, i, n_running, text, len) || !has_lease(sim, i, text, len)))
            return false;
    return true;
}
