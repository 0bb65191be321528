/* SPDX-License-Identifier: Apache-2.0 */
/* What is decided about an era: an heir, and a list of the slots that it gets. A list, and not
 * whose they were: a learner may think otherwise about that (proto/lease.md 6.1). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lease/slot_map.h"
#include "wire/vote.h"

/* Lists what those owners hold in the map, in as many ranges as a value has; the rest waits for the
 * next era. Returns how many slots that is; 0 leaves *ret_value as it is. */
uint32_t felt_value_of_owners(const struct felt_slot_map *map, const struct felt_id *owners,
                              uint32_t n, const struct felt_id *heir, struct felt_value *ret_value);
bool felt_value_equal(const struct felt_value *a, const struct felt_value *b);
bool felt_value_lists(const struct felt_value *value, uint32_t slot);
/* Whether all of the list is in a network of so many slots. */
bool felt_value_fits(const struct felt_value *value, uint32_t n_slots);
