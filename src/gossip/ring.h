/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which members are probed: round-robin over a shuffled list, shuffled anew after each
 * round, so that each is probed within two rounds at the latest (SWIM section 4.3). */
#pragma once

#include <stdint.h>

#include "base/idiom.h"
#include "base/prng.h"

struct felt_ring;

/* 0 or -ENOMEM. */
int felt_ring_new(uint32_t members_max, struct felt_ring **ret_ring);
void felt_ring_free(struct felt_ring *ring);
FELT_DEFINE_CLEANUP(struct felt_ring *, felt_ring_free)

/* At a random place of what is left of the round, or of the round after it. At most members_max. */
void felt_ring_add(struct felt_ring *ring, struct felt_prng *prng, uint32_t i);
/* Takes it out, if it is there; the order of the others stays as random as it was. */
void felt_ring_remove(struct felt_ring *ring, uint32_t i);
uint32_t felt_ring_count(const struct felt_ring *ring);
/* The next of a ring that is not empty. */
uint32_t felt_ring_next(struct felt_ring *ring, struct felt_prng *prng);
