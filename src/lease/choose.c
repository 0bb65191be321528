/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/choose.h"

uint32_t felt_lease_choose(const struct felt_slot_map *map, const struct felt_id *self,
                           uint32_t wish)
{
    uint32_t n = felt_slot_map_slots(map);

    if (wish < n && felt_slot_map_owns(map, self, wish))
        return wish;
    if (felt_slot_map_stake(map, self) == 0)
        return FELT_SLOT_NONE;
    for (uint32_t slot = 0; slot < n; slot++)
        if (felt_slot_map_owns(map, self, slot))
            return slot;
    return FELT_SLOT_NONE;
}
