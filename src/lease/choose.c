/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/choose.h"

uint32_t felt_lease_choose(const struct felt_slot_map *map, const struct felt_id *self,
                           uint32_t wish, const struct felt_freed *freed)
{
    uint32_t n = felt_slot_map_slots(map), best = FELT_SLOT_NONE, best_rank = UINT32_MAX;

    if (wish < n && felt_slot_map_owns(map, self, wish))
        return wish;
    if (felt_slot_map_stake(map, self) == 0)
        return FELT_SLOT_NONE;
    for (uint32_t slot = 0; slot < n && best_rank > 0; slot++) {
        uint32_t rank;

        if (!felt_slot_map_owns(map, self, slot))
            continue;
        rank = felt_freed_rank(freed, slot);
        if (rank < best_rank) {
            best = slot;
            best_rank = rank;
        }
    }
    return best;
}
