/* SPDX-License-Identifier: Apache-2.0 */
/* The owner of slots as their voice: it promises, accepts, and answers once that is durable
 * (proto/lease.md 6.3). An answer is written down when it is decided, so that it says what the save
 * contains, whatever happens meanwhile.
 * Private to node. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/verdict.h"
#include "node/saver.h"
#include "wire/message.h"

#define FELT_VOTER_HELD_MAX 8 /* proposers at once; others ask again */

struct felt_node;
struct felt_inbound;

struct felt_vote {
    struct felt_id to;
    uint64_t serial; /* of the held; 0: the place is free */
    size_t len;
    uint8_t *bytes; /* the encoded message */
};

struct felt_voter {
    uint64_t serial;
    struct felt_vote held[FELT_VOTER_HELD_MAX];
};

/* We speak for slots, and may. */
bool felt_voter_may(const struct felt_node *node);

enum felt_verdict felt_voter_prepare(struct felt_node *node, const struct felt_inbound *in,
                                     const struct felt_message *m);
enum felt_verdict felt_voter_accept(struct felt_node *node, const struct felt_inbound *in,
                                    const struct felt_message *m);
/* It is durable: answer. */
void felt_voter_answer(struct felt_node *node, const struct felt_held *held);
/* The era is over: what was not answered is not. Also frees. */
void felt_voter_drop(struct felt_node *node);
