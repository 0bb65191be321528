/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping stake spread: who owns more than an eighth above the mean of the live members gives what
 * it has above the mean to the poorest (proto/lease.md 3.7).
 *
 * Each member plans for all of them and then gives its own part only, so that members that see the
 * same map and give at the same time do not all give to the same one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lease/heirs.h"

/* Whether one that owns `stake` of the `total` of n live members is to give: it has more than an
 * eighth of the mean, and more than one slot, above the mean. */
bool felt_balance_is_rich(uint32_t stake, uint64_t total, uint32_t n);

/* members: all live ones with their stakes, self among them. Sets their shares to what self gives
 * to each, and returns the sum of these, which leaves self the mean, rounded up. Reorders members.
 */
uint32_t felt_balance_decide(struct felt_heir *members, uint32_t n, const struct felt_id *self);
