/* SPDX-License-Identifier: Apache-2.0 */
/* Our era: what is decided about the next one, learned and told on; the record that travels with
 * the map (proto/lease.md 6.2, 6.4). Who votes is voter.h, who proposes is reclaim.h.
 * Private to node. */
#pragma once

#include <stdint.h>

#include "base/verdict.h"
#include "lease/decision.h"
#include "wire/message.h"

#define FELT_ERA_FANOUT                                                       \
    4 /* live members that each learner tells at once; probes find the others \
       */

struct felt_node;
struct felt_inbound;

/* The record of a member of our era, before its entries are merged. */
void felt_era_record(struct felt_node *node, const struct felt_acceptor *record);
/* It is decided: TAKEN, STALE (we are there already, or too far behind), MALFORMED (it lists slots
 * that there are not), BUSY (memory is short). */
enum felt_verdict felt_era_learn(struct felt_node *node, const struct felt_decision *decision);
/* The whole map of a later era is merged: we are of that era, with the record that came with it. */
void felt_era_arrived(struct felt_node *node, uint64_t era, const struct felt_acceptor *record);
/* Tells a member what our era began with. False where we do not know: it asks for the map then. */
bool felt_era_tell(struct felt_node *node, uint32_t member);

enum felt_verdict felt_era_decision(struct felt_node *node, const struct felt_message *m);
