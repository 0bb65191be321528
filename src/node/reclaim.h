/* SPDX-License-Identifier: Apache-2.0 */
/* Proposing what silent owners hold to the owners of more than half of all slots (proto/lease.md
 * 6.3): when, whom to ask, and what to do with the answers. The counting is lease/proposal.h's.
 * Private to node. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/usec.h"
#include "base/verdict.h"
#include "lease/proposal.h"
#include "wire/message.h"

#define FELT_RECLAIM_FINISH                                               \
    (10 * FELT_USEC_SEC) /* accepted and undecided for so long: finish it \
                          */

struct felt_node;
struct felt_inbound;

struct felt_reclaim {
    struct felt_proposal proposal;
    uint64_t save;       /* our own promise or acceptance is in it: nothing happens before */
    unsigned rounds;     /* of asking everybody that are left */
    uint32_t at;         /* the place that the running round has come to */
    felt_usec next_us;   /* the next letters */
    felt_usec due_us;    /* propose then, if there is something; FELT_USEC_NEVER: nothing seen */
    felt_usec finish_us; /* finish what is accepted then; FELT_USEC_NEVER: nothing is */
    unsigned failures;   /* in a row: longer pauses */
    uint64_t round;      /* the largest that we heard of */
    uint32_t n_places;
    uint8_t *answered; /* by place: it has, in this phase */
};

void felt_reclaim_init(struct felt_node *node);
void felt_reclaim_done(struct felt_reclaim *reclaim);

/* Whether there is anything to propose, once a tick. */
void felt_reclaim_look(struct felt_node *node);
/* Our record has changed: what is accepted must be finished by somebody. */
void felt_reclaim_noted(struct felt_node *node);
/* We have voted for somebody's ballot: it is given time. */
void felt_reclaim_yield(struct felt_node *node, const struct felt_ballot *ballot);
/* Another era has begun: what was under way is over. */
void felt_reclaim_begun(struct felt_node *node);
/* Our own promise or acceptance is durable. */
void felt_reclaim_saved(struct felt_node *node);

enum felt_verdict felt_reclaim_promise(struct felt_node *node, const struct felt_inbound *in,
                                       const struct felt_message *m);
enum felt_verdict felt_reclaim_accepted(struct felt_node *node, const struct felt_inbound *in,
                                        const struct felt_message *m);
enum felt_verdict felt_reclaim_outbid(struct felt_node *node, const struct felt_message *m);

felt_usec felt_reclaim_deadline(const struct felt_node *node);
void felt_reclaim_wake(struct felt_node *node);
