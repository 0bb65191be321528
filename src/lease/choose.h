/* SPDX-License-Identifier: Apache-2.0 */
/* Which of its own slots a node uses as its lease. */
#pragma once

#include "lease/freed.h"
#include "lease/slot_map.h"

/* The wish if `self` owns it, else a slot that was never leased (the lowest), else the one that is
 * unused for longest. FELT_SLOT_NONE where self owns nothing. */
uint32_t felt_lease_choose(const struct felt_slot_map *map, const struct felt_id *self,
                           uint32_t wish, const struct felt_freed *freed);
