/* SPDX-License-Identifier: Apache-2.0 */
#include "node/bridge_lease.h"

#include "crypto/hash.h"
#include "node/core.h"
#include "node/letter.h"

#define UNUSED_MAX 8 /* slots of a member without a lease: more are a reserve, and come to us */

/* Whether a slot of that owner counts. */
static bool is_held(const struct felt_node *node, uint32_t slot, const struct felt_id *owner,
                    bool *ret_announced)
{
    uint32_t i = felt_members_find(node->members, owner);
    struct felt_descriptor d;

    if (i == FELT_MEMBER_SELF) {
        *ret_announced = node->lease_used;
        return node->has_lease && node->lease == slot;
    }
    if (i == FELT_MEMBER_NONE || felt_members_peek(node->members, i)->descriptor->left)
        return false;
    felt_signed_descriptor_read(felt_members_peek(node->members, i)->descriptor, &d);
    *ret_announced = d.has_lease;
    return d.has_lease ? d.lease == slot : felt_slot_map_stake(node->map, owner) <= UNUSED_MAX;
}

bool felt_node_next_bridge_lease(const struct felt_node *node, uint32_t *at,
                                 struct felt_bridge_lease *ret_lease)
{
    if (!node->configured || node->era == 0)
        return false;
    while (*at < felt_slot_map_slots(node->map)) {
        uint32_t slot = (*at)++;
        struct felt_slot entry = felt_slot_map_get(node->map, slot);
        bool announced;

        if (entry.term == 0 || !is_held(node, slot, &entry.owner, &announced))
            continue;
        *ret_lease = (struct felt_bridge_lease){slot, entry.owner, announced};
        return true;
    }
    return false;
}

uint64_t felt_node_bridge_generation(const struct felt_node *node)
{
    struct felt_digest digest = felt_node_digest(node);
    uint64_t numbers[] = {
        digest.era,
        node->configured ? felt_slot_map_digest(node->map) : 0,
        digest.members,
        node->configured ? felt_notices_digest(node->notices) : 0,
        node->has_lease ? node->lease + 1 : 0,
        node->lease_used,
        node->demands.n,
    };
    uint64_t sum = felt_hash64(numbers, sizeof(numbers));

    for (uint32_t i = 0; i < node->demands.n; i++) {
        const struct felt_demand *demand = &node->demands.list[i];
        uint8_t text[FELT_ID_LEN + 5];

        memcpy(text, demand->node.b, FELT_ID_LEN);
        felt_put_be32(text + FELT_ID_LEN, demand->slot);
        text[FELT_ID_LEN + 4] = demand->cleared;
        sum += felt_hash64(text, sizeof(text));
    }
    return sum >> 1;
}
