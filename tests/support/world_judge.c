/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "node/core.h"
#include "tests/support/world_parts.h"

static bool owns(const struct felt_node *node, uint32_t slot)
{
    return felt_slot_map_owns(node->map, felt_node_id(node), slot);
}

void world_count_double_owners(struct world *w, int host)
{
    const struct felt_node *node = w->hosts[host].node;
    struct felt_digest digest = felt_node_digest(node);

    if (node->era == 0 || memcmp(&digest, &w->hosts[host].checked, sizeof(digest)) == 0)
        return;
    w->hosts[host].checked = digest;
    for (int i = 0; i < w->n_hosts; i++) {
        const struct felt_node *other = w->hosts[i].node;

        if (i == host || !other || other->era != node->era ||
            memcmp(other->cluster, node->cluster, sizeof(node->cluster)) != 0)
            continue;
        for (uint32_t slot = 0; slot < felt_slot_map_slots(node->map); slot++)
            w->double_owners += owns(node, slot) && owns(other, slot);
    }
}

unsigned world_double_owners(const struct world *world)
{
    return world->double_owners;
}

int world_lease(struct world *world, int host)
{
    struct felt_self_view self;

    felt_node_self(world->hosts[host].node, &self);
    return self.has_lease ? (int)self.lease_slot : -1;
}

enum felt_member_state world_sees(struct world *world, int host, int other)
{
    struct felt_member_view m;

    for (uint32_t i = 0; felt_node_next_member(world->hosts[host].node, world->now, &i, &m);)
        if (strcmp(m.name, world->hosts[other].name) == 0)
            return m.state;
    return FELT_MEMBER_DEAD;
}

bool world_knows(struct world *world, int host, int other)
{
    struct felt_member_view m;

    for (uint32_t i = 0; felt_node_next_member(world->hosts[host].node, world->now, &i, &m);)
        if (strcmp(m.name, world->hosts[other].name) == 0)
            return true;
    return false;
}

bool world_agrees(struct world *world)
{
    struct felt_digest first = {0};
    bool used[FELT_SLOTS_MAX] = {false};

    for (int i = 0; i < world->n_hosts; i++) {
        struct felt_node *node = world->hosts[i].node;
        struct felt_digest digest;
        int lease;

        if (!node)
            continue;
        digest = felt_node_digest(node);
        if (first.era == 0)
            first = digest;
        if (digest.era != first.era || digest.slots != first.slots ||
            digest.members != first.members)
            return false;
        lease = world_lease(world, i);
        if (lease >= 0 && used[lease])
            return false;
        if (lease >= 0)
            used[lease] = true;
    }
    return true;
}
