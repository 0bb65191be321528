/* SPDX-License-Identifier: Apache-2.0 */
/* Which of its own slots a node uses as its lease. */
#pragma once

#include "lease/freed.h"
#include "lease/reservation.h"
#include "lease/slot_map.h"

/* What is reserved for it, if `self` owns that; else the wish, if self owns it; else a slot that
 * was never leased (the lowest), else the one that is unused for longest; none that is reserved for
 * somebody else. FELT_SLOT_NONE where that leaves nothing. claim may be NULL. */
uint32_t felt_lease_choose(const struct felt_slot_map *map, const struct felt_id *self,
                           uint32_t wish, const struct felt_freed *freed,
                           const struct felt_claim *claim);
