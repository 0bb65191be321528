/* SPDX-License-Identifier: Apache-2.0 */
/* Once a minute: a node that owns far more than the mean gives what it has too much to the poorest
 * live members (proto/lease.md 3.7). Who gets what is lease/balance.h's; the gifts are durable
 * before they are told.
 * Private to node. */
#pragma once

#include "base/usec.h"

#define FELT_BALANCE_EVERY (60 * FELT_USEC_SEC) /* jittered; proto/lease.md 3.7 */

struct felt_node;

struct felt_balancer {
    felt_usec next_us; /* the next look */
};

void felt_balancer_init(struct felt_node *node);
/* FELT_USEC_NEVER while there is no reserve to give of. */
felt_usec felt_balancer_deadline(const struct felt_node *node);
void felt_balancer_wake(struct felt_node *node);
