/* SPDX-License-Identifier: Apache-2.0 */
/* Our own lease and descriptor. Private to node. */
#pragma once

#include "wire/message.h"

struct felt_node;
struct felt_node_ways;

/* Makes our descriptor (place 0 of the table) from the configuration of this run. 0 or -ENOMEM. */
int felt_own_describe_first(struct felt_node *node, const struct felt_descriptor *d);
/* Announces a changed device; nothing where it is the same. ways NULL: the address stays, and there
 * is no second way. */
void felt_own_backend(struct felt_node *node, const char *type, const char *data, uint32_t mtu,
                      const struct felt_node_ways *ways);

/* Announces another address: gossip's, and that of overlay traffic, unless the device that has been
 * announced goes over the other family. Nothing where it is the same. */
void felt_own_address(struct felt_node *node, const struct felt_endpoint *advertise,
                      const struct felt_ip *public_ip);

/* Somebody has an older descriptor of ours, or a farewell that is not true any more. */
void felt_own_remind(struct felt_node *node);
/* Our last word: no lease, and gone for good. */
void felt_own_farewell(struct felt_node *node);

/* A member's lease is another from now on, or none (next may be NULL): where it had one, that
 * subnet is the last to be used again. */
void felt_own_note_freed(struct felt_node *node, uint32_t member,
                         const struct felt_descriptor *next);

/* At the end of a step: takes a lease where we have none and own a slot, gives it up where
 * we no longer own it. */
void felt_own_check_lease(struct felt_node *node);
/* Whether we own a slot that we may lease. */
bool felt_own_may_lease(const struct felt_node *node);
/* The choice is durable: use it. */
void felt_own_use_lease(struct felt_node *node);
/* The slot of our wish; FELT_SLOT_NONE where there is none or the network does not have it. */
uint32_t felt_own_wish(const struct felt_node *node);
