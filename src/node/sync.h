/* SPDX-License-Identifier: Apache-2.0 */
/* Anti-entropy: digests on probes and acks show that a member's tables differ from ours; what still
 * differs when rumours should have arrived is pulled, bucket by bucket (proto/gossip.md 4.2).
 * Private to node. */
#pragma once

#include <stdbool.h>

#include "base/usec.h"
#include "base/verdict.h"
#include "node/difference.h"
#include "wire/message.h"

struct felt_node;
struct felt_inbound;

struct felt_sync {
    struct felt_difference members;
    struct felt_difference slots;
    uint32_t ahead;       /* a member whose era is beyond ours, or FELT_MEMBER_NONE */
    felt_usec catchup_us; /* ask it again then; FELT_USEC_NEVER */
};

void felt_sync_init(struct felt_sync *sync);
felt_usec felt_sync_deadline(const struct felt_node *node);
void felt_sync_wake(struct felt_node *node);
/* Both tables have equalled another member's in this run, or there is no other member. */
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

enum felt_verdict felt_sync_members(struct felt_node *node, const struct felt_inbound *in,
                                    const struct felt_message *m);
enum felt_verdict felt_sync_summary(struct felt_node *node, const struct felt_inbound *in,
                                    const struct felt_message *m);
enum felt_verdict felt_sync_fetch(struct felt_node *node, const struct felt_inbound *in,
                                  const struct felt_message *m);
enum felt_verdict felt_sync_slots(struct felt_node *node, const struct felt_inbound *in,
                                  const struct felt_message *m);
enum felt_verdict felt_sync_sync_slots(struct felt_node *node, const struct felt_inbound *in,
                                       const struct felt_message *m);
enum felt_verdict felt_sync_pull_slots(struct felt_node *node, const struct felt_inbound *in,
                                       const struct felt_message *m);

/* Sends [first, end) of our map in at most `datagrams` letters. */
void felt_sync_send_slots(struct felt_node *node, const struct felt_endpoint *to, uint32_t member,
                          uint32_t first, uint32_t end, unsigned datagrams);
