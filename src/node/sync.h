/* SPDX-License-Identifier: Apache-2.0 */
/* Anti-entropy: digests on probes and acks show that a member's tables differ from ours; what still
 * differs when rumours should have arrived is pulled (proto/gossip.md 4.2). Here it is decided when
 * that begins; member_pull.h, slot_pull.h and crier.h do it, and answer.h is the other side.
 * Private to node. */
#pragma once

#include <stdbool.h>

#include "base/usec.h"
#include "node/difference.h"
#include "node/slot_pull.h"
#include "wire/message.h"

struct felt_node;
struct felt_member_pull;

struct felt_sync {
    struct felt_difference members;
    struct felt_difference slots;
    struct felt_difference notices;
    struct felt_member_pull *member_pull; /* NULL: none runs */
    struct felt_slot_pull slot_pull;
    felt_usec answered_us; /* all that we answered is paid for by then: answer.c */
};

void felt_sync_init(struct felt_sync *sync);
void felt_sync_free(struct felt_sync *sync);
felt_usec felt_sync_deadline(const struct felt_node *node);
void felt_sync_wake(struct felt_node *node);
/* Members and slots have equalled another member's in this run, or there is no other member. */
bool felt_sync_done(const struct felt_node *node);
/* We may know little: do not wait for rumours. */
void felt_sync_hurry(struct felt_node *node);
/* The first member that we meet: if we are in a hurry, what it knows is pulled now. */
void felt_sync_first(struct felt_node *node, uint32_t member);
/* A member has the map of a later era: what is missing is asked of it, at once, or, where it sends
 * the map unasked, if some of it does not arrive. */
void felt_sync_ahead(struct felt_node *node, uint32_t member, bool comes);
/* A member's digest. */
void felt_sync_digest(struct felt_node *node, uint32_t member, const struct felt_digest *digest);
/* A member of our era says that nothing differs of this table. */
void felt_sync_equal(struct felt_node *node, struct felt_difference *table, uint32_t member);

/* How long a member may take to answer after so many silences in a row. */
felt_usec felt_sync_patience(const struct felt_node *node, uint32_t member, unsigned silent);
