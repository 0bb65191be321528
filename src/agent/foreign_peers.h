/* SPDX-License-Identifier: Apache-2.0 */
/* Peers outside of the cluster: what foreign leases (node/foreign.h) add to those that the kernel
 * is to have a way to. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/devices.h"
#include "node/node.h"

/* How many there may be. */
size_t felt_foreign_peers_max(const struct felt_node *node);
/* Whether a member's lease is somebody else's outside of the cluster, who does not move: the member
 * will, and until then packets go where etcd says. */
bool felt_foreign_peers_hide(const struct felt_node *node, uint32_t slot,
                             const struct felt_ip *public_ip);
/* Fills peers and returns how many, at most felt_foreign_peers_max(). own: this machine's address,
 * to which there is no way from here. */
size_t felt_foreign_peers_collect(const struct felt_node *node, const struct felt_netconf *config,
                                  const struct felt_ip *own, struct felt_devices_peer *peers);
