/* SPDX-License-Identifier: Apache-2.0 */
/* The few kernel parameters that the overlay needs, of our own network namespace. */
#pragma once

#include <stdint.h>

/* Forwarding between containers and the overlay. 1: it was off and is on now; 0: it was on; or
 * -errno. */
int felt_sysctl_ip_forward(void);

/* Our device takes no IPv6 router's advertisement: a container could send one. 0 or -errno (-ENOENT
 * where there is no IPv6). */
int felt_sysctl_no_router_adverts(const char *link_name);

/* The UDP port of a vxlan device that is created without one: the module's parameter, 0 where it
 * cannot be read. */
uint16_t felt_sysctl_vxlan_port(void);
