/* SPDX-License-Identifier: Apache-2.0 */
/* Where a member's end of the overlay is, for trials (proto/path.md 1). In a network of both
 * families it has two: half 0 is the first family, half 1 IPv6 beside IPv4. Private to node. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "gossip/path.h"

struct felt_node;

struct felt_target {
    struct felt_endpoint to;
    uint64_t way; /* gossip/path.h */
    uint32_t mtu; /* that both ends have */
};

/* FELT_FAMILY_NONE: the network has no such half, or is not known. */
uint8_t felt_target_family(const struct felt_node *node, unsigned half);
/* FELT_PATHS where the network has none of that family. */
unsigned felt_target_half(const struct felt_node *node, uint8_t family);

/* That of the member at place i. False where it has told of no lease and device, where the slot map
 * does not confirm the lease, where the network has no such half, or where that would take a plain
 * route, and either has no address of the family. */
bool felt_target_find(const struct felt_node *node, uint32_t i, unsigned half,
                      struct felt_target *ret_target);
