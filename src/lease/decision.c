/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/decision.h"

#include "base/idiom.h"

bool felt_decision_apply(struct felt_slot_map *map, const struct felt_decision *decision)
{
    const struct felt_value *v = &decision->value;
    struct felt_slot entry = {.owner = v->heir, .term = decision->era};

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
