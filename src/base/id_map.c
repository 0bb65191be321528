/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id_map.h"

#include <errno.h>

struct felt_id_map {
    uint32_t count;
    uint32_t entries_max;
    uint32_t mask;
    felt_id_of *id_of;
    const void *owner;
    uint32_t *cells; /* values; FELT_ID_MAP_NONE: free */
};

#define FIRST_SIZE 16 /* cells; a power of two, as every size is */

static uint32_t *cells_new(uint32_t size)
{
    uint32_t *cells = malloc(size * sizeof(*cells));

    if (cells)
        for (uint32_t i = 0; i < size; i++)
            cells[i] = FELT_ID_MAP_NONE;
    return cells;
}

int felt_id_map_new(uint32_t entries_max, felt_id_of *id_of, const void *owner,
                    struct felt_id_map **ret_map)
{
    struct felt_id_map *map;

    assert(entries_max < UINT32_MAX / 4);
    map = calloc(1, sizeof(*map));
    if (!map)
        return -ENOMEM;
    map->cells = cells_new(FIRST_SIZE);
    if (!map->cells) {
        free(map);
        return -ENOMEM;
    }
    map->entries_max = entries_max;
    map->id_of = id_of;
    map->owner = owner;
    map->mask = FIRST_SIZE - 1;
    *ret_map = map;
    return 0;
}

void felt_id_map_free(struct felt_id_map *map)
{
    if (!map)
        return;
    free(map->cells);
    free(map);
}

static uint32_t home(const struct felt_id_map *map, const struct felt_id *id)
{
    return felt_get_be32(id->b) & map->mask;
}

/* The cell of id, or the free cell where it would go. The table is never full. */
static uint32_t find(const struct felt_id_map *map, const struct felt_id *id)
{
    uint32_t i = home(map, id);

    while (map->cells[i] != FELT_ID_MAP_NONE &&
           !felt_id_equal(map->id_of(map->owner, map->cells[i]), id))
        i = (i + 1) & map->mask;
    return i;
}

uint32_t felt_id_map_get(const struct felt_id_map *map, const struct felt_id *id)
{
    return map->cells[find(map, id)];
}

/* Keeps at least a quarter of the cells free. */
static bool grow(struct felt_id_map *map)
{
    uint32_t old_size = map->mask + 1;
    uint32_t *old = map->cells, *cells;

    if (map->count < old_size / 4 * 3)
        return true;
    cells = cells_new(old_size * 2);
    if (!cells)
        return false;
    map->cells = cells;
    map->mask = old_size * 2 - 1;
    for (uint32_t i = 0; i < old_size; i++)
        if (old[i] != FELT_ID_MAP_NONE)
            map->cells[find(map, map->id_of(map->owner, old[i]))] = old[i];
    free(old);
    return true;
}

bool felt_id_map_put(struct felt_id_map *map, const struct felt_id *id, uint32_t value)
{
    uint32_t i = find(map, id);

    assert(value != FELT_ID_MAP_NONE);
    if (map->cells[i] == FELT_ID_MAP_NONE) {
        if (map->count == map->entries_max || !grow(map))
            return false;
        i = find(map, id);
        map->count++;
    }
    map->cells[i] = value;
    return true;
}

bool felt_id_map_remove(struct felt_id_map *map, const struct felt_id *id)
{
    uint32_t hole = find(map, id);

    if (map->cells[hole] == FELT_ID_MAP_NONE)
        return false;
    /* Move back what the hole would cut off from its home. */
    for (uint32_t i = (hole + 1) & map->mask; map->cells[i] != FELT_ID_MAP_NONE;
         i = (i + 1) & map->mask) {
        uint32_t h = home(map, map->id_of(map->owner, map->cells[i]));

        if (((i - h) & map->mask) >= ((i - hole) & map->mask)) {
            map->cells[hole] = map->cells[i];
            hole = i;
        }
    }
    map->cells[hole] = FELT_ID_MAP_NONE;
    map->count--;
    return true;
}

uint32_t felt_id_map_count(const struct felt_id_map *map)
{
    return map->count;
}
