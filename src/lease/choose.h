/* SPDX-License-Identifier: Apache-2.0 */
/* Which of its own slots a node uses as its lease. */
#pragma once

#include "lease/slot_map.h"

/* The wish if we own it, else the lowest slot that we own: it was the first of its gift and so the
 * least likely one to have been used by somebody before. FELT_SLOT_NONE where we own nothing. */
uint32_t felt_lease_choose(const struct felt_slot_map *map, const struct felt_id *self,
                           uint32_t wish);
