/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/value.h"

#include <string.h>

static bool is_one_of(const struct felt_id *id, const struct felt_id *owners, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (felt_id_equal(id, &owners[i]))
            return true;
    return false;
}

uint32_t felt_value_of_owners(const struct felt_slot_map *map, const struct felt_id *owners,
                              uint32_t n, const struct felt_id *heir, struct felt_value *ret_value)
{
    uint32_t n_slots = felt_slot_map_slots(map), total = 0;
    struct felt_value value = {.heir = *heir};

    for (uint32_t at = 0; at < n_slots;) {
        struct felt_run run = felt_slot_map_run(map, at, n_slots);
        struct felt_slot_range *last = value.n > 0 ? &value.ranges[value.n - 1] : NULL;

        if (run.term > 0 && is_one_of(&run.owner, owners, n)) {
            if (last && last->first + last->count == at)
                last->count += run.count;
            else if (value.n < FELT_VALUE_RANGES_MAX)
                value.ranges[value.n++] = (struct felt_slot_range){.first = at, .count = run.count};
            else
                break;
            total += run.count;
        }
        at += run.count;
    }
    if (total > 0)
        *ret_value = value;
    return total;
}

bool felt_value_equal(const struct felt_value *a, const struct felt_value *b)
{
    return felt_id_equal(&a->heir, &b->heir) && a->n == b->n &&
           memcmp(a->ranges, b->ranges, a->n * sizeof(a->ranges[0])) == 0;
}

bool felt_value_lists(const struct felt_value *value, uint32_t slot)
{
    for (uint32_t i = 0; i < value->n; i++)
        if (slot >= value->ranges[i].first &&
            slot - value->ranges[i].first < value->ranges[i].count)
            return true;
    return false;
}

bool felt_value_fits(const struct felt_value *value, uint32_t n_slots)
{
    const struct felt_slot_range *last;

    if (value->n == 0)
        return false;
    last = &value->ranges[value->n - 1]; /* ascending */
    return last->first + last->count <= n_slots;
}
