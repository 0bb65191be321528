/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/choose.h"

uint32_t felt_lease_choose(const struct felt_slot_map *map, const struct felt_id *self,
                           uint32_t wish, const struct felt_freed *freed,
                           const struct felt_claim *claim)
{
    uint32_t n = felt_slot_map_slots(map), best = FELT_SLOT_NONE, best_rank = UINT32_MAX, kept;

    if (felt_slot_map_stake(map, self) == 0)
        return FELT_SLOT_NONE;
    kept = felt_claim_slot(claim);
    if (kept < n && felt_slot_map_owns(map, self, kept))
        return kept;
    if (wish < n && felt_slot_map_owns(map, self, wish) && !felt_claim_denied(claim, wish))
        return wish;
    for (uint32_t slot = 0; slot < n && best_rank > 0; slot++) {
        uint32_t rank;

        if (!felt_slot_map_owns(map, self, slot) || felt_claim_denied(claim, slot))
            continue;
        rank = felt_freed_rank(freed, slot);
        if (rank < best_rank) {
            best = slot;
            best_rank = rank;
        }
    }
    return best;
}
