/* SPDX-License-Identifier: Apache-2.0 */
/* What a founder keeps for whom from the beginning: the file of --reservations, a list of
 *
 *     {"PublicIP": "192.0.2.7", "Subnet": "10.5.34.0/24"}
 *
 * as flannel's leases say it, or with "Node", a node's name, instead of the address. Other keys are
 * passed over. */
#pragma once

#include <stddef.h>

#include "agent/failure.h"
#include "lease/reservation.h"
#include "netconf/netconf.h"

#define FELT_RESERVATIONS_MAX FELT_NOTICES_LIVE_MAX

/* Of that network; each subnet, each name and each address once. The array is on the heap, NULL
 * where there are none. 0, or -errno with ret_error, which names the file and the entry. */
int felt_reservations_load(const char *path, const struct felt_netconf *config,
                           struct felt_wanted **ret_wanted, size_t *ret_n,
                           struct felt_failure *ret_error);
