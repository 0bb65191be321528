/* SPDX-License-Identifier: Apache-2.0 */
/* Everybody takes an owner for a machine that was rebuilt, each under another identity. No fork may
 * depend on who is silent, or on what is believed about that (proto/lease.md 6.5), so faults may
 * have nodes believe what they like. */
#pragma once

#include "sim/sim.h"

/* All who run believe so for a while, and only as long as they hold the owner for dead. Heirs are
 * drawn; where prng is NULL everybody is its own. */
void sim_mistake_begin(struct sim *sim, struct felt_prng *prng, const struct felt_id *owner,
                       felt_usec time);
/* The host proposes as soon as it may, if it still lives then. */
void sim_mistake_propose(struct sim *sim, uint32_t host, felt_usec after);

/* The two numbers of a script are an id. */
static inline struct felt_id sim_mistake_id(uint64_t high, uint64_t low)
{
    struct felt_id id;

    felt_put_be64(id.b, high);
    felt_put_be64(id.b + 8, low);
    return id;
}
