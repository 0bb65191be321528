/* SPDX-License-Identifier: Apache-2.0 */
/* How long who left is remembered, and who has slept through it (proto/gossip.md 6).
 *
 * Generations are numbered, and every datagram carries its sender's. A member that left is kept, as
 * left, for two whole generations, so that no news of its life can bring it back. A node that is
 * two generations behind may hold members that everybody else has forgotten: it is not believed
 * about strangers, and starts over when it sees where the others are.
 * Private to node. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/ip.h"
#include "base/usec.h"
#include "wire/message.h"

#define FELT_GENERATION_TIME   (12 * 3600 * FELT_USEC_SEC) /* the least that one lasts */
#define FELT_GENERATION_KEEP   2 /* who left is kept for so many whole ones */
#define FELT_GENERATION_BEHIND 2 /* who is so many behind may have missed a departure */

struct felt_node;
struct felt_inbound;

/* A member that left, noted when the next generation began. */
struct felt_departed {
    uint32_t place;
    uint64_t version; /* what is told of it; if that has changed, it was back in between */
    uint64_t incarnation;
    uint64_t noted;
};

struct felt_generation {
    uint64_t number;
    felt_usec next_us;     /* raised then at the earliest, if somebody left */
    bool begun;            /* in this step: who left long ago is forgotten at its end */
    bool behind;           /* start over at the end of the step */
    struct felt_id leader; /* with this member's table */
    struct felt_endpoint leader_at;
    uint64_t leader_number;
    uint32_t n_departed; /* by place */
    struct felt_departed *departed;
};

void felt_generation_init(struct felt_node *node);
void felt_generation_done(struct felt_generation *generation);

/* What was saved of a member that left; members come by place. 0 or -ENOMEM. */
int felt_generation_restore(struct felt_node *node, uint32_t place, uint64_t noted);
/* When a member that left was noted; 0: not yet, or it did not leave. */
uint64_t felt_generation_noted(const struct felt_node *node, uint32_t place);

/* Whether what a sender says of a member that we do not know makes us ask for it. */
bool felt_generation_asks(const struct felt_node *node, const struct felt_inbound *in,
                          enum felt_liveness_state state);
/* Whether a descriptor of somebody we do not know is believed of a sender. */
bool felt_generation_believes(const struct felt_node *node, const struct felt_inbound *in,
                              const struct felt_id *stranger);
/* We joined through the sender: its generation is ours. */
void felt_generation_joined(struct felt_node *node, const struct felt_inbound *in);
/* A member's digest came: who knows the same members is of the same generation, the larger one. */
void felt_generation_compare(struct felt_node *node, const struct felt_inbound *in,
                             const struct felt_digest *digest);
/* A datagram has been read: was its sender's generation far beyond ours? */
void felt_generation_met(struct felt_node *node, const struct felt_inbound *in);

/* More than half of those who have not left are alive by our own lights: we are not cut off. */
bool felt_generation_majority(const struct felt_node *node);

felt_usec felt_generation_deadline(const struct felt_node *node);
void felt_generation_wake(struct felt_node *node);
/* At the end of a step, when no place of a member is in use: forgets, or starts over. */
void felt_generation_settle(struct felt_node *node);
