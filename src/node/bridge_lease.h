/* SPDX-License-Identifier: Apache-2.0 */
/* What etcd is to hold for the cluster while a bridge is on: each slot that a member leases, alive
 * or dead, or is about to lease, since it was given and nothing was heard since (proto/lease.md
 * 9.3). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "node/node.h"

struct felt_bridge_lease {
    uint32_t slot;
    struct felt_id node; /* a member */
    bool announced;      /* by it, as its lease */
};

/* By ascending slot; false after the last:
 * for (at = 0; felt_node_next_bridge_lease(n, &at, &lease);) */
bool felt_node_next_bridge_lease(const struct felt_node *node, uint32_t *at,
                                 struct felt_bridge_lease *ret_lease);
/* A number that is another one when anything of this, of the demands, of foreign leases or of
 * members has changed; below 2^63. */
uint64_t felt_node_bridge_generation(const struct felt_node *node);
