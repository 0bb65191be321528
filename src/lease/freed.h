/* SPDX-License-Identifier: Apache-2.0 */
/* Which slots were somebody's lease not long ago, so that a subnet that has just become free is the
 * last one to be used again: its former addresses are still in caches, rules and minds
 * (proto/lease.md 3.3).
 *
 * A short memory: what it has forgotten counts as never leased. */
#pragma once

#include <stdint.h>

#include "wire/record.h"

#define FELT_FREED_MAX FELT_RECORD_FREED_MAX /* the subnets of a /16 of /24s, flannel's usual */

/* All zero: nothing was ever leased. */
struct felt_freed {
    uint32_t n;
    uint32_t slots[FELT_FREED_MAX]; /* each once, the longest unused first */
};

/* The slot is a lease until now. The longest unused one makes room. */
void felt_freed_note(struct felt_freed *freed, uint32_t slot);
/* 0: never leased; else the larger, the later it became free. */
uint32_t felt_freed_rank(const struct felt_freed *freed, uint32_t slot);
