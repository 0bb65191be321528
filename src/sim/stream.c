/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/stream.h"

#include <string.h>

#include "base/bytes.h"
#include "base/idiom.h"
#include "crypto/hash.h"

#define PURPOSE_MAX 32

uint64_t sim_stream_seed(uint64_t seed, const char *purpose, uint64_t n)
{
    uint8_t text[8 + 8 + PURPOSE_MAX];
    size_t len = strlen(purpose);

    assert(len <= PURPOSE_MAX);
    felt_put_be64(text, seed);
    felt_put_be64(text + 8, n);
    memcpy(text + 16, purpose, len);
    return felt_hash64(text, 16 + len);
}

struct felt_prng sim_stream(uint64_t seed, const char *purpose, uint64_t n)
{
    struct felt_prng prng;

    felt_prng_init(&prng, sim_stream_seed(seed, purpose, n));
    return prng;
}

uint64_t sim_between(struct felt_prng *prng, uint64_t low, uint64_t high)
{
    assert(low <= high && high - low < UINT64_MAX);
    return low + felt_prng_below(prng, high - low + 1);
}

uint64_t sim_scale(struct felt_prng *prng, uint64_t low, uint64_t high)
{
    unsigned doublings = 0;
    uint64_t floor;

    assert(low > 0 && low <= high);
    while (doublings < 63 && low << (doublings + 1) <= high)
        doublings++;
    floor = low << felt_prng_below(prng, doublings + 1);
    return sim_between(prng, floor, FELT_MIN(high, 2 * floor));
}
