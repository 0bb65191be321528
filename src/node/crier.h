/* SPDX-License-Identifier: Apache-2.0 */
/* Notices (lease/notice.h): those that an operator gives us are told on once they are durable,
 * those that arrive are merged, and what digests show to differ is pulled, one member at a time
 * (proto/lease.md 8.1). Private to node. */
#pragma once

#include <stdbool.h>

#include "base/id.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "wire/message.h"

struct felt_node;
struct felt_inbound;

struct felt_crier {
    uint64_t save;       /* that makes our own last notice durable */
    bool running;        /* a pull: */
    struct felt_id from; /* whom we ask */
    uint32_t first;      /* the bucket that the running question begins at */
    uint32_t walked;     /* buckets that were answered */
    bool heard;          /* notices have come since the pull began */
    felt_usec late_us;   /* the answer is late then */
};

/* Enters a notice of our own, the next version of its key; withdrawn where value is empty. False
 * where memory is short or versions are at their end. */
bool felt_crier_enter(struct felt_node *node, uint32_t key, struct felt_bytes value);
/* Whether all that we would tell is durable where it began. */
bool felt_crier_settled(const struct felt_node *node);

/* Pulls what differs; nothing where a pull runs already. */
void felt_crier_pull(struct felt_node *node, uint32_t member);
enum felt_verdict felt_crier_heard(struct felt_node *node, const struct felt_inbound *in,
                                   const struct felt_message *m);
enum felt_verdict felt_crier_answered(struct felt_node *node, const struct felt_inbound *in,
                                      const struct felt_message *m);
felt_usec felt_crier_deadline(const struct felt_node *node);
void felt_crier_wake(struct felt_node *node);
