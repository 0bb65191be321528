/* SPDX-License-Identifier: Apache-2.0 */
/* Where a node's end of the overlay is that trials go from and to (proto/path.md O-1.1): the
 * address of its vxlan device; under host-gw, where there is none, that of the bridge that its
 * containers are behind, the first of the subnet, as subnet.env has it. */
#pragma once

#include "netconf/netconf.h"

/* Of a node with that lease and backend, for packets of a family. Family NONE: the network has none
 * of that. */
struct felt_ip felt_path_end(const struct felt_netconf *config, enum felt_backend backend,
                             uint32_t slot, uint8_t family);
