/* SPDX-License-Identifier: Apache-2.0 */
/* Randomness by purpose: each purpose has a generator of its own, so that a new fault or a new
 * draw does not shift all the others. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/prng.h"

/* A seed for one purpose out of the seed of the run; n tells many of one purpose apart. */
uint64_t sim_stream_seed(uint64_t seed, const char *purpose, uint64_t n);
struct felt_prng sim_stream(uint64_t seed, const char *purpose, uint64_t n);

/* Uniform in [low, high]. */
uint64_t sim_between(struct felt_prng *prng, uint64_t low, uint64_t high);
/* In [low, high], each doubling as likely as any other: short and long times alike. low > 0. */
uint64_t sim_scale(struct felt_prng *prng, uint64_t low, uint64_t high);
/* True once in n. */
static inline bool sim_one_in(struct felt_prng *prng, uint64_t n)
{
    return felt_prng_below(prng, n) == 0;
}
