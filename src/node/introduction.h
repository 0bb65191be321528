/* SPDX-License-Identifier: Apache-2.0 */
/* A member that makes itself known: to seeds that no live member answers for, so that a cluster
 * finds together again whoever has moved meanwhile, and to those who may have forgotten it
 * (proto/gossip.md 5). It is a join whose gift does not matter.
 * Private to node. */
#pragma once

#include <stdbool.h>

#include "base/ip.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "wire/message.h"

#define FELT_INTRODUCTION_ROUND (30 * FELT_USEC_SEC) /* between two looks at the seeds */

struct felt_node;
struct felt_inbound;

struct felt_introduction {
    felt_usec round_us;       /* the next look at the seeds */
    felt_usec seeds_until_us; /* until then their cookies answer our hellos */
    bool wanted;              /* the seeds were asked for in this run */
    bool open;                /* to somebody who is to know us: hellos go there until it answers */
    struct felt_endpoint to;
    struct felt_endpoint other; /* who wanted that since; family NONE: nobody */
    felt_usec next_us;          /* the next hello there */
    felt_usec backoff_us;
    uint8_t request[FELT_REQUEST_ID_LEN]; /* of our joins: proof that an answer is one */
};

void felt_introduction_init(struct felt_node *node);
/* Seeds that are about to take the place of earlier ones: new ones are looked at now. */
void felt_introduction_seeds(struct felt_node *node, const struct felt_endpoint *endpoints,
                             size_t n);
/* Our address is another one: the seeds are looked at soon, for the others may have moved, too. */
void felt_introduction_moved(struct felt_node *node);
/* Whoever is there is to know us. Where we are at that elsewhere, and are not answered by the next
 * hello, that goes there. */
void felt_introduction_begin(struct felt_node *node, const struct felt_endpoint *to);

felt_usec felt_introduction_deadline(const struct felt_node *node);
void felt_introduction_wake(struct felt_node *node);

/* The answers. MISDIRECTED where we have not introduced ourselves there. */
enum felt_verdict felt_introduction_cookie(struct felt_node *node, const struct felt_inbound *in,
                                           const struct felt_message *m);
enum felt_verdict felt_introduction_welcome(struct felt_node *node, const struct felt_message *m);
enum felt_verdict felt_introduction_gift(struct felt_node *node, const struct felt_inbound *in,
                                         const struct felt_message *m);
