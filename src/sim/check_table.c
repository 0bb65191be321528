/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody is forgotten who owns a slot (proto/gossip.md 1): an owner that was in a node's table
 * stays in it for as long as the node's map gives it a slot.
 *
 * A node that slept for more than a generation starts over with one other member (proto/gossip.md
 * 6), and is to learn of the others again; that it does is for the agreement at the end. */
#include <string.h>

#include "node/core.h"
#include "sim/check.h"
#include "sim/pool.h"

#define STARTS_OVER 2  /* members that are left then */
#define EVERY       32 /* steps of a host between two looks at who is there */

struct known {
    uint32_t life;
    uint32_t steps;
    uint32_t members; /* after the last step */
    uint64_t generation;
    uint32_t n;
    uint32_t capacity;
    struct felt_id *owners; /* that were in the table the last time */
};

struct context {
    uint32_t n;
    struct known *known;
};

static void *begin(struct sim *sim)
{
    struct context *c = sim_zalloc(1, sizeof(*c));

    c->n = sim->config.hosts_max + sim->config.hosts_extra;
    c->known = sim_zalloc(c->n, sizeof(*c->known));
    return c;
}

static void end(void *context)
{
    struct context *c = context;

    for (uint32_t i = 0; i < c->n; i++)
        free(c->known[i].owners);
    free(c->known);
    free(c);
}

static void missing(struct sim *sim, uint32_t host, const struct known *known)
{
    const struct felt_node *node = sim->hosts[host].node;

    for (uint32_t i = 0; i < known->n; i++)
        if (felt_slot_map_stake(node->map, &known->owners[i]) > 0 &&
            felt_members_find(node->members, &known->owners[i]) == FELT_MEMBER_NONE)
            sim_violated(sim, "%s has forgotten %s, which owns %u slots", sim->hosts[host].name,
                         FELT_ID_SHORT(&known->owners[i]),
                         felt_slot_map_stake(node->map, &known->owners[i]));
}

static void remember(const struct felt_node *node, struct known *known)
{
    known->n = 0;
    if (known->capacity < felt_members_count(node->members)) {
        known->capacity = 2 * felt_members_count(node->members);
        known->owners = sim_realloc(known->owners, known->capacity, sizeof(known->owners[0]));
    }
    for (uint32_t i = felt_members_next(node->members, 0); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        const struct felt_id *id = felt_members_id(node->members, i);

        if (felt_slot_map_stake(node->map, id) > 0)
            known->owners[known->n++] = *id;
    }
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    struct known *known = &((struct context *)context)->known[host];
    const struct sim_host *h = &sim->hosts[host];
    uint32_t members;
    bool forgets;

    (void)input;
    /* It says so, and learns them anew. */
    for (size_t i = 0; i < effects->n_events; i++)
        if (effects->events[i].kind == FELT_EVENT_STARTED_OVER ||
            effects->events[i].kind == FELT_EVENT_IDENTITY_RENEWED) /* itself, as it was */
            known->n = 0;
    members = felt_members_count(h->node->members);
    if (known->members > STARTS_OVER && members <= STARTS_OVER)
        known->n = 0;
    forgets = members < known->members || h->node->generation.number != known->generation;
    known->members = members;
    known->generation = h->node->generation.number;
    if (!h->node->map)
        return;
    /* At once: who owned nothing when it was forgotten may turn out later to have been given
     * something. */
    if (forgets && known->life == h->life)
        missing(sim, host, known);
    if (known->steps++ % EVERY != 0)
        return;
    known->life = h->life;
    remember(h->node, known);
}

const struct sim_check sim_check_table = {
    .name = "table",
    .what = "no member that owns a slot is forgotten",
    .begin = begin,
    .stepped = stepped,
    .end = end,
};
