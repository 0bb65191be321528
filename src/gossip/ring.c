/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/ring.h"

#include <errno.h>

struct felt_ring {
    uint32_t members_max;
    uint32_t n;
    uint32_t at; /* the next one's place */
    uint32_t items[];
};

int felt_ring_new(uint32_t members_max, struct felt_ring **ret_ring)
{
    struct felt_ring *ring = calloc(1, sizeof(*ring) + members_max * sizeof(*ring->items));

    if (!ring)
        return -ENOMEM;
    ring->members_max = members_max;
    *ret_ring = ring;
    return 0;
}

void felt_ring_free(struct felt_ring *ring)
{
    free(ring);
}

void felt_ring_add(struct felt_ring *ring, struct felt_prng *prng, uint32_t i)
{
    uint32_t place;

    assert(ring->n < ring->members_max);
    /* The one that gives way goes to the end, which is still ahead of us. */
    place = ring->at + (uint32_t)felt_prng_below(prng, ring->n - ring->at + 1);
    ring->items[ring->n++] = ring->items[place];
    ring->items[place] = i;
}

void felt_ring_remove(struct felt_ring *ring, uint32_t i)
{
    uint32_t place = 0;

    while (place < ring->n && ring->items[place] != i)
        place++;
    if (place == ring->n)
        return;
    /* The gap goes to where the rest of the round begins, and from there to the end. */
    if (place < ring->at) {
        ring->items[place] = ring->items[--ring->at];
        place = ring->at;
    }
    ring->items[place] = ring->items[--ring->n];
}

uint32_t felt_ring_count(const struct felt_ring *ring)
{
    return ring->n;
}

uint32_t felt_ring_next(struct felt_ring *ring, struct felt_prng *prng)
{
    assert(ring->n > 0);
    if (ring->at == ring->n) {
        felt_prng_shuffle_u32(prng, ring->items, ring->n);
        ring->at = 0;
    }
    return ring->items[ring->at++];
}
