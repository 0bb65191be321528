/* SPDX-License-Identifier: Apache-2.0 */
/* A small deterministic generator for shuffles and jitter: xoshiro256** (Blackman and Vigna,
 * 2018), seeded through splitmix64. Never for keys or nonces. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct felt_prng {
    uint64_t s[4];
};

void felt_prng_init(struct felt_prng *prng, uint64_t seed);
uint64_t felt_prng_next(struct felt_prng *prng);
/* Uniform in [0, bound); bound > 0. */
uint64_t felt_prng_below(struct felt_prng *prng, uint64_t bound);
/* Uniform in [v - v/4, v + v/4]: the jitter of every periodic thing. */
uint64_t felt_prng_jitter(struct felt_prng *prng, uint64_t v);
/* Fisher-Yates. */
void felt_prng_shuffle_u32(struct felt_prng *prng, uint32_t *items, size_t n);
