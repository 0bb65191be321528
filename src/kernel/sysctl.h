/* SPDX-License-Identifier: Apache-2.0 */
/* The few kernel parameters that the overlay needs, of our own network namespace. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Forwarding between containers and the overlay. 1: it was off and is on now; 0: it was on; or
 * -errno. */
int felt_sysctl_ip_forward(void);

/* Forwarding of IPv6, which we only look at: it changes what the machine takes from routers. 1: it
 * is on; 0: it is off; or -errno. */
int felt_sysctl_ip6_forwarding(void);

/* Our device takes no IPv6 router's advertisement: a container could send one. 0 or -errno (-ENOENT
 * where there is no IPv6). */
int felt_sysctl_no_router_adverts(const char *link_name);

#define FELT_SYSCTL_NEIGH "/proc/sys/net/ipv4/neigh/default"

struct felt_sysctl_neigh {
    long have;   /* gc_thresh3: entries that the table can hold */
    long wanted; /* what it should be; gc_thresh2 and 1 a half and an eighth, as the kernel has them
                  */
};

/* Room for n_members in the machine's neighbour table, one for all of its namespaces: each that is
 * on the link takes an entry when it is spoken to, and kernels before 5.0 count the overlay's
 * permanent entries too. A table that is full loses members at random. Limits are only ever raised.
 * 0: there is room; 1: there is now; -ENOENT where the limits cannot be seen, as in a network
 * namespace of its own; another -errno where they could not be raised; ret_neigh is filled but for
 * -ENOENT. dir is FELT_SYSCTL_NEIGH but in tests. */
int felt_sysctl_neigh_room(const char *dir, size_t n_members, struct felt_sysctl_neigh *ret_neigh);

/* The UDP port of a vxlan device that is created without one: the module's parameter, 0 where it
 * cannot be read. */
uint16_t felt_sysctl_vxlan_port(void);
