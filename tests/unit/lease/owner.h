/* SPDX-License-Identifier: Apache-2.0 */
/* Made-up owners, and maps of them. */
#pragma once

#include "tests/unit/test.h"

#include "lease/slot_map.h"

/* Ids in the order of n, from 1 on. */
static inline struct felt_id owner(uint32_t n)
{
    struct felt_id id = {{0}};

    felt_put_be32(id.b, n);
    return id;
}

/* Every slot is owner n's at (1, 0). n of 0: every slot is unknown. */
static inline struct felt_slot_map *map_of(uint32_t n_slots, uint32_t n)
{
    struct felt_slot entry = {.owner = owner(n), .term = 1};
    struct felt_slot_map *map = NULL;

    assert_int_equal(felt_slot_map_new(n_slots, &map), 0);
    for (uint32_t i = 0; n > 0 && i < n_slots; i++)
        assert_int_equal(felt_slot_map_merge(map, i, &entry), FELT_MERGE_NEWER);
    return map;
}

static inline void set_slots(struct felt_slot_map *map, uint32_t first, uint32_t count, uint32_t n)
{
    struct felt_id id = owner(n);

    for (uint32_t i = first; i < first + count; i++)
        assert_true(felt_slot_map_give(map, i, &id));
}

static inline void assert_owner(const struct felt_slot_map *map, uint32_t slot, uint32_t n)
{
    struct felt_id id = owner(n);

    if (!felt_slot_map_owns(map, &id, slot))
        fail_msg("slot %u is not owner %u's", slot, n);
}
