/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/decision.h"

#include "base/idiom.h"
#include "base/mutant.h"

/* For a mutant. */
static bool take_all_of(struct felt_slot_map *map, struct felt_id owner,
                        const struct felt_slot *entry)
{
    for (uint32_t slot = 0; slot < felt_slot_map_slots(map); slot++)
        if (felt_slot_map_owns(map, &owner, slot))
            felt_slot_map_merge(map, slot, entry);
    return true;
}

bool felt_decision_apply(struct felt_slot_map *map, const struct felt_decision *decision)
{
    const struct felt_value *v = &decision->value;
    struct felt_slot entry = {.owner = v->heir, .term = decision->era};

    if (FELT_MUTANT(DEAD_NOT_LIST))
        return take_all_of(map, felt_slot_map_get(map, v->ranges[0].first).owner, &entry);
    for (uint32_t i = 0; i < v->n; i++) {
        for (uint32_t k = 0; k < v->ranges[i].count; k++) {
            /* Memory is taken when the heir becomes an owner, so only the first may fail. */
            if (felt_slot_map_merge(map, v->ranges[i].first + k, &entry) == FELT_MERGE_FULL) {
                assert(i == 0 && k == 0);
                return false;
            }
        }
    }
    return true;
}
