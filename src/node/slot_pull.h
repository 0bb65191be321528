/* SPDX-License-Identifier: Apache-2.0 */
/* Pulling slots: of a member of our era those buckets that differ, of one whose era is beyond ours
 * the whole map (proto/gossip.md 4.2, proto/lease.md 2.4). One member is asked at a time, the next
 * part when the last one has arrived.
 * Private to node. */
#pragma once

#include <stdbool.h>

#include "base/id.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "wire/message.h"

struct felt_node;
struct felt_inbound;

struct felt_slot_pull {
    bool running;
    bool whole;          /* the map of a later era, to its end; else the buckets that differ */
    struct felt_id from; /* whom we ask */
    uint32_t first;      /* the bucket, or slot, that the running question begins at */
    uint32_t walked;     /* buckets that were answered */
    bool heard;          /* slots have come since the last question */
    unsigned silent;     /* time limits that passed without */
    felt_usec late_us;   /* the answer is late then */
};

/* Pulls what differs; nothing where a pull runs already. */
void felt_slot_pull_begin(struct felt_node *node, uint32_t member);
/* A member has the map of a later era: it is pulled, at once, or, where it comes unasked, what is
 * missing of it then. */
void felt_slot_pull_ahead(struct felt_node *node, uint32_t member, bool comes);

/* A member has no map of a later era, whatever it had: an era that was forced may be lost with the
 * disk of who forced it. */
void felt_slot_pull_not_ahead(struct felt_node *node, uint32_t member);

enum felt_verdict felt_slot_pull_slots(struct felt_node *node, const struct felt_inbound *in,
                                       const struct felt_message *m);
enum felt_verdict felt_slot_pull_answered(struct felt_node *node, const struct felt_inbound *in,
                                          const struct felt_message *m);

/* An era has begun for us: what was being collected of it, or of an earlier one, is not needed. */
void felt_slot_pull_caught_up(struct felt_node *node);

felt_usec felt_slot_pull_deadline(const struct felt_node *node);
void felt_slot_pull_wake(struct felt_node *node);
