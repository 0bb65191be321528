/* SPDX-License-Identifier: Apache-2.0 */
/* What an era began with. The last one is kept, for whoever is one era behind (proto/lease.md 6.4).
 */
#pragma once

#include <stdint.h>

#include "lease/slot_map.h"
#include "wire/vote.h"

struct felt_decision {
    uint64_t era; /* that began with it; 0: not known */
    struct felt_value value;
};

/* Sets exactly the listed slots to (heir, era, 0). The map is of the era before, the value fits it.
 * False where memory is short; the map is unchanged then. */
bool felt_decision_apply(struct felt_slot_map *map, const struct felt_decision *decision);
