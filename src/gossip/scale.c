/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/scale.h"

#define FRACTION_BITS 16

/* log2(n) in 16.16, by repeated squaring (Knuth, TAOCP 1.2.2, exercise 25). n >= 1. */
static uint32_t log2_fixed(uint32_t n)
{
    uint32_t whole = 31 - (uint32_t)__builtin_clz(n);
    uint64_t x = ((uint64_t)n << 31) >> whole; /* in [1, 2) as 1.31 */
    uint32_t fraction = 0;

    for (unsigned i = 0; i < FRACTION_BITS; i++) {
        x = (x * x) >> 31;
        fraction <<= 1;
        if (x >> 32) {
            fraction |= 1;
            x >>= 1;
        }
    }
    return whole << FRACTION_BITS | fraction;
}

uint32_t felt_scale_log10_milli(uint32_t n)
{
    /* 1000 * log10(2), in 16.16 once more */
    const uint64_t log10_2 = 301030 * (1ULL << FRACTION_BITS) / 1000;

    if (n <= 1)
        return 0;
    return (uint32_t)((log2_fixed(n) * log10_2) >> (2 * FRACTION_BITS));
}

uint32_t felt_scale_repeats(uint32_t n)
{
    uint32_t digits = 0; /* ceil(log10(n + 1)): how many decimal digits n has */

    do
        digits++;
    while (n /= 10);
    return FELT_SCALE_LAMBDA * digits;
}
