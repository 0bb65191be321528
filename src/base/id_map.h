/* SPDX-License-Identifier: Apache-2.0 */
/* From node id to a small number (an index into somebody's array). The ids themselves stay with
 * that somebody: a cell is four bytes. Open addressing; it grows with its entries up to a limit.
 * Ids are hashes already, so their first bytes serve as the hash. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/idiom.h"

#define FELT_ID_MAP_NONE UINT32_MAX

struct felt_id_map;

/* The id that a value in the map stands for. */
typedef const struct felt_id *felt_id_of(const void *owner, uint32_t value);

/* owner is borrowed for the map's life. 0 or -ENOMEM. */
int felt_id_map_new(uint32_t entries_max, felt_id_of *id_of, const void *owner,
                    struct felt_id_map **ret_map);
void felt_id_map_free(struct felt_id_map *map);
FELT_DEFINE_CLEANUP(struct felt_id_map *, felt_id_map_free)

/* FELT_ID_MAP_NONE where id is not in the map. */
uint32_t felt_id_map_get(const struct felt_id_map *map, const struct felt_id *id);
/* Adds or overwrites. False where the map is full or memory is short. value is not
 * FELT_ID_MAP_NONE; its id must be in place before the next call. */
bool felt_id_map_put(struct felt_id_map *map, const struct felt_id *id, uint32_t value);
/* False where it was not there. The id is still in place. */
bool felt_id_map_remove(struct felt_id_map *map, const struct felt_id *id);
uint32_t felt_id_map_count(const struct felt_id_map *map);
