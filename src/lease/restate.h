/* SPDX-License-Identifier: Apache-2.0 */
/* Every slot stated anew at one term: what an operator forces where there is no majority any more
 * (proto/lease.md 6.9). Every slot, and not only those that move: else a decision that this node
 * never heard of lives on at its higher term. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lease/slot_map.h"

/* Sets each slot of a map that is wholly known to (its owner, term, 0), and those of the n ids in
 * gone to (heir, term, 0). term is above all terms of the map. Returns how many are the heir's now
 * that were not; 0, where these own nothing, or memory is short, leaves the map as it is. */
uint32_t felt_restate(struct felt_slot_map *map, uint64_t term, const struct felt_id *gone,
                      size_t n, const struct felt_id *heir);
