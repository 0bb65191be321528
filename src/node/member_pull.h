/* SPDX-License-Identifier: Apache-2.0 */
/* Pulling what others know of members and we do not: their buckets that differ, then the
 * descriptors that we lack (proto/gossip.md 4.2).
 *
 * A pull asks one member; where much differs, up to three, each from another bucket on. What is
 * under way is bounded by a window of ids, and what arrives makes room for what is asked for next,
 * so a pull is as fast as answers come and no faster. Who is silent is replaced by another; what
 * was asked of it still differs, and so is found again.
 * Private to node. */
#pragma once

#include <stdbool.h>

#include "base/id.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "wire/message.h"

#define FELT_MEMBER_PULL_LANES 3 /* members asked at one time */

struct felt_node;
struct felt_inbound;
struct felt_member_pull; /* only while one runs */

/* That member's table differs. A pull begins with it; one that runs may take it in. */
void felt_member_pull_begin(struct felt_node *node, uint32_t member);
void felt_member_pull_free(struct felt_member_pull *pull);

enum felt_verdict felt_member_pull_summary(struct felt_node *node, const struct felt_inbound *in,
                                           const struct felt_message *m);
enum felt_verdict felt_member_pull_answered(struct felt_node *node, const struct felt_inbound *in,
                                            const struct felt_message *m);
/* The descriptor of id arrived. Whether it was pulled: then it is old news to everybody else, and
 * not told on. */
bool felt_member_pull_arrived(struct felt_node *node, const struct felt_inbound *in,
                              const struct felt_id *id);

felt_usec felt_member_pull_deadline(const struct felt_node *node);
/* Asks what may be asked now. Called in each step, once everything in it has been read. */
void felt_member_pull_wake(struct felt_node *node);
