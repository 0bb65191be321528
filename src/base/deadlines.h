/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines by key: a binary heap that knows where each key is, so that a deadline can move.
 * Keys are small numbers below keys_max; each has at most one deadline. */
#pragma once

#include <stdint.h>

#include "base/idiom.h"
#include "base/usec.h"

struct felt_deadlines;

/* 0 or -ENOMEM. */
int felt_deadlines_new(uint32_t keys_max, struct felt_deadlines **ret_deadlines);
void felt_deadlines_free(struct felt_deadlines *deadlines);
FELT_DEFINE_CLEANUP(struct felt_deadlines *, felt_deadlines_free)

/* Sets, moves or (FELT_USEC_NEVER) removes key's deadline. */
void felt_deadlines_set(struct felt_deadlines *deadlines, uint32_t key, felt_usec when);
/* FELT_USEC_NEVER where key has none. */
felt_usec felt_deadlines_get(const struct felt_deadlines *deadlines, uint32_t key);
/* The earliest deadline, FELT_USEC_NEVER where there is none; *ret_key (may be NULL) is its key. */
felt_usec felt_deadlines_first(const struct felt_deadlines *deadlines, uint32_t *ret_key);
