/* SPDX-License-Identifier: Apache-2.0 */
/* No two running nodes of one era take one slot for their own (proto/lease.md 5), and nobody finds
 * a slot with two owners of one (term, seq).
 *
 * Two processes of one identity are one owner here: check_identity.c is about them, and excuses
 * runs in which nobody was there to know better. */
#include <string.h>

#include "node/core.h"
#include "sim/check.h"
#include "sim/pool.h"

struct belief {
    uint32_t life;
    bool counts; /* sim_check_counts() */
    struct felt_id id;
    struct felt_digest digest; /* of the map that `own` was read from */
    uint64_t own[FELT_SLOTS_MAX / 64];
};

struct context {
    struct belief *beliefs;
};

static void *begin(struct sim *sim)
{
    struct context *c = sim_zalloc(1, sizeof(*c));

    c->beliefs = sim_zalloc(sim->config.hosts_max + sim->config.hosts_extra, sizeof(*c->beliefs));
    return c;
}

static void end(void *context)
{
    struct context *c = context;

    free(c->beliefs);
    free(c);
}

/* False where nothing has changed since the last time. */
static bool read_belief(struct belief *belief, const struct sim_host *h)
{
    const struct felt_node *node = h->node;
    struct felt_digest digest = {.era = node->era, .slots = felt_slot_map_digest(node->map)};

    if (belief->life == h->life && belief->counts == sim_check_counts(h) &&
        felt_id_equal(&belief->id, felt_node_id(node)) &&
        memcmp(&digest, &belief->digest, sizeof(digest)) == 0)
        return false;
    belief->life = h->life;
    belief->counts = sim_check_counts(h);
    belief->id = *felt_node_id(node);
    belief->digest = digest;
    for (uint32_t slot = 0; slot < felt_slot_map_slots(node->map); slot++) {
        uint64_t bit = (uint64_t)1 << slot % 64;

        belief->own[slot / 64] &= ~bit;
        if (felt_slot_map_owns(node->map, felt_node_id(node), slot))
            belief->own[slot / 64] |= bit;
    }
    return true;
}

static void compare(struct context *c, struct sim *sim, uint32_t a, uint32_t b)
{
    const struct felt_node *node = sim->hosts[a].node, *other = sim->hosts[b].node;
    uint32_t words = (felt_slot_map_slots(node->map) + 63) / 64;

    if (!other || !other->map || other->era != node->era ||
        c->beliefs[b].life != sim->hosts[b].life || !c->beliefs[a].counts ||
        !c->beliefs[b].counts || felt_id_equal(felt_node_id(other), felt_node_id(node)) ||
        memcmp(other->cluster, node->cluster, sizeof(node->cluster)) != 0)
        return;
    for (uint32_t i = 0; i < words; i++) {
        uint64_t both = c->beliefs[a].own[i] & c->beliefs[b].own[i];

        if (both == 0)
            continue;
        sim_violated(sim, "slot %u of era %llu has two owners: %s and %s",
                     i * 64 + (uint32_t)__builtin_ctzll(both), (unsigned long long)node->era,
                     sim->hosts[a].name, sim->hosts[b].name);
        return;
    }
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    const struct sim_host *h = &sim->hosts[host];
    struct context *c = context;

    (void)input;
    if (sim->forks_excused)
        return;
    for (size_t i = 0; i < effects->n_events; i++)
        if (effects->events[i].kind == FELT_EVENT_FORK)
            sim_violated(sim, "%s finds two owners of slot %u at one (term, seq)", h->name,
                         effects->events[i].slot);
    if (h->node->era == 0 || !h->node->map || !read_belief(&c->beliefs[host], h))
        return;
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (i != host)
            compare(c, sim, host, i);
}

const struct sim_check sim_check_owner = {
    .name = "owner",
    .what = "no two nodes own one slot in one era",
    .begin = begin,
    .stepped = stepped,
    .end = end,
};
