/* SPDX-License-Identifier: Apache-2.0 */
/* What members ask of our tables: which entries of buckets differ, descriptors, slots,
 * notices (proto/gossip.md 4.2). Nothing is remembered of who asked: an answer is bounded, says
 * where it stopped, and the asker asks on. All answers together are bounded, too, so that whoever
 * pulls much does not slow us for the others: what is beyond is not answered, and the asker turns
 * to somebody else. Private to node. */
#pragma once

#include <stdint.h>

#include "base/verdict.h"
#include "wire/message.h"

#define FELT_ANSWER_ENTRIES 1024 /* of summaries: at most 37 letters */
#define FELT_ANSWER_SLOTS   48   /* letters of slots: any one bucket fits; or of notices */

struct felt_node;
struct felt_inbound;

/* Each TAKEN, or BUSY where we have answered too much lately, or cannot show slots now. */
enum felt_verdict felt_answer_sync_members(struct felt_node *node, const struct felt_inbound *in,
                                           const struct felt_message *m);
enum felt_verdict felt_answer_fetch(struct felt_node *node, const struct felt_inbound *in,
                                    const struct felt_message *m);
enum felt_verdict felt_answer_sync_slots(struct felt_node *node, const struct felt_inbound *in,
                                         const struct felt_message *m);
enum felt_verdict felt_answer_sync_notices(struct felt_node *node, const struct felt_inbound *in,
                                           const struct felt_message *m);
enum felt_verdict felt_answer_pull_slots(struct felt_node *node, const struct felt_inbound *in,
                                         const struct felt_message *m);
