/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets what a leaver owns: the poorest, until they are equal (proto/lease.md 3.5). */
#pragma once

#include <stdint.h>

#include "base/id.h"

struct felt_heir {
    struct felt_id id;
    uint32_t stake; /* what it owns already */
    uint32_t share; /* what it gets */
};

/* Sets the shares, which add up to total where there is an heir at all. Sorts the heirs by stake,
 * then id. */
void felt_heirs_share(struct felt_heir *heirs, uint32_t n, uint32_t total);
