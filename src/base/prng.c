/* SPDX-License-Identifier: Apache-2.0 */
#include "base/prng.h"

#include "base/idiom.h"

static uint64_t splitmix64(uint64_t *x)
{
    uint64_t z = (*x += 0x9e3779b97f4a7c15ULL);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

void felt_prng_init(struct felt_prng *prng, uint64_t seed)
{
    for (size_t i = 0; i < 4; i++)
        prng->s[i] = splitmix64(&seed);
}

static uint64_t rotl(uint64_t x, unsigned k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t felt_prng_next(struct felt_prng *prng)
{
    uint64_t *s = prng->s;
    uint64_t result = rotl(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

uint64_t felt_prng_below(struct felt_prng *prng, uint64_t bound)
{
    uint64_t v, reject;

    assert(bound > 0);
    reject = -bound % bound; /* 2^64 mod bound: below it the remainder would be biased */
    do
        v = felt_prng_next(prng);
    while (v < reject);
    return v % bound;
}

uint64_t felt_prng_jitter(struct felt_prng *prng, uint64_t v)
{
    return v - v / 4 + felt_prng_below(prng, v / 4 * 2 + 1);
}

void felt_prng_shuffle_u32(struct felt_prng *prng, uint32_t *items, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = felt_prng_below(prng, i);
        uint32_t t = items[i - 1];

        items[i - 1] = items[j];
        items[j] = t;
    }
}
