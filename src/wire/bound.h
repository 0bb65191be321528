/* SPDX-License-Identifier: Apache-2.0 */
/* A pass over MessagePack bytes that allocates nothing and trusts nothing. msgpack-c reserves
 * memory for as many items as an array declares: five bytes can ask it for a gibibyte. So every
 * declared count and length is held against the bytes left before msgpack-c sees them. */
#pragma once

#include <stddef.h>

#include "base/bytes.h"

#define FELT_BOUND_DEPTH_MAX 8 /* nested arrays; our deepest message has 3, the state file 4 */

/* Whether bytes begin with one whole object of nil, bool, unsigned, bin, str and arrays of these;
 * *ret_len is its length. -EINVAL for anything else, also for a well-formed map, float, negative
 * or extension: we use none. */
int felt_bound_check(struct felt_bytes bytes, size_t *ret_len);
