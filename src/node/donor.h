/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody wants slots: the decision is lease/gift.h's, the answer waits for the disk
 * (proto/lease.md 3.2). Private to node. */
#pragma once

#include "lease/gift.h"
#include "node/inbound.h"
#include "node/saver.h"

/* A member sent a JOIN; everything else of its datagram has been read. Decided at once, or when
 * earlier gifts are durable; where too many wait already, it is told to come back. */
enum felt_verdict felt_donor_asked(struct felt_node *node, const struct felt_inbound *in);
/* The same for one that has waited for something else (demand.h). */
void felt_donor_resume(struct felt_node *node, const struct felt_held *ask);
/* Now, if there is somebody to answer whom nothing stands in the way of. */
felt_usec felt_donor_deadline(const struct felt_node *node);
/* Answers what is durable, then decides on all that waited: one save for all of these. What does
 * not fit into one step is for the next. */
void felt_donor_wake(struct felt_node *node);

/* The live members but `but` (may be FELT_MEMBER_NONE) with what they could give to that one, in a
 * new array that the caller frees. NULL where memory is short. */
struct felt_donor *felt_donor_list(const struct felt_node *node, uint32_t but, uint32_t *ret_n);
