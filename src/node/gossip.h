/* SPDX-License-Identifier: Apache-2.0 */
/* Members as the node sees them: descriptors that arrive, probes that go out, the gossip tick.
 * Private to node. */
#pragma once

#include "base/usec.h"
#include "base/verdict.h"
#include "wire/message.h"

struct felt_node;
struct felt_inbound;

#define FELT_GOSSIP_TICK   (200 * FELT_USEC_MS) /* while there is news; proto/gossip.md 4.3 */
#define FELT_GOSSIP_FANOUT 3

/* A signed descriptor, ours excluded. TAKEN, STALE (also a farewell of somebody we do not know),
 * MALFORMED (does not decode), FORGED (the signature), FULL, BUSY. */
enum felt_verdict felt_gossip_descriptor(struct felt_node *node, struct felt_inbound *in,
                                         const struct felt_message *m);

enum felt_verdict felt_gossip_probe(struct felt_node *node, const struct felt_inbound *in,
                                    const struct felt_message *m);
enum felt_verdict felt_gossip_ack(struct felt_node *node, const struct felt_inbound *in,
                                  const struct felt_message *m);
enum felt_verdict felt_gossip_probe_request(struct felt_node *node, const struct felt_inbound *in,
                                            const struct felt_message *m);
enum felt_verdict felt_gossip_liveness(struct felt_node *node, const struct felt_inbound *in,
                                       const struct felt_message *m);

felt_usec felt_gossip_deadline(const struct felt_node *node);
/* Probes and ticks that are due. */
void felt_gossip_wake(struct felt_node *node);
/* Sends what the failure detector wants sent, and reports what changed. */
void felt_gossip_flush(struct felt_node *node);
