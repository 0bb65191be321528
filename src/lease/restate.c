/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/restate.h"

#include "base/idiom.h"

static bool is_one_of(const struct felt_id *ids, size_t n, const struct felt_id *id)
{
    for (size_t i = 0; i < n; i++)
        if (felt_id_equal(&ids[i], id))
            return true;
    return false;
}

static enum felt_merge state(struct felt_slot_map *map, uint32_t slot, uint64_t term,
                             const struct felt_id *owner)
{
    struct felt_slot entry = {.owner = *owner, .term = term};

    return felt_slot_map_merge(map, slot, &entry);
}

uint32_t felt_restate(struct felt_slot_map *map, uint64_t term, const struct felt_id *gone,
                      size_t n, const struct felt_id *heir)
{
    uint32_t n_slots = felt_slot_map_slots(map), moved = 0;

    assert(felt_slot_map_known(map) == n_slots);
    /* Memory is taken when the heir becomes an owner, so only the first may fail. */
    for (uint32_t slot = 0; slot < n_slots; slot++) {
        struct felt_slot entry = felt_slot_map_get(map, slot);
        enum felt_merge merge;

        if (!is_one_of(gone, n, &entry.owner))
            continue;
        merge = state(map, slot, term, heir);
        assert(merge == FELT_MERGE_NEWER || (merge == FELT_MERGE_FULL && moved == 0));
        if (merge == FELT_MERGE_FULL)
            return 0;
        moved++;
    }
    for (uint32_t slot = 0; moved > 0 && slot < n_slots; slot++) {
        struct felt_slot entry = felt_slot_map_get(map, slot);

        if (entry.term != term)
            (void)state(map, slot, term, &entry.owner); /* an owner has its place already */
    }
    return moved;
}
