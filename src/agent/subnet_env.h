/* SPDX-License-Identifier: Apache-2.0 */
/* /run/flannel/subnet.env: how Docker, CNI plugins and scripts learn the subnets and the MTU. Its
 * lines are flannel's to the byte; those of a family that the network has not are not there:
 *
 *     FLANNEL_NETWORK=10.5.0.0/16
 *     FLANNEL_SUBNET=10.5.72.1/24
 *     FLANNEL_IPV6_NETWORK=2001:db8:42::/56
 *     FLANNEL_IPV6_SUBNET=2001:db8:42:48::1/64
 *     FLANNEL_MTU=1450
 *     FLANNEL_IPMASQ=false
 *
 * The classic set-up lets mk-docker-opts.sh overwrite it with Docker's options after the start. So
 * write it when what it says has changed, not whenever it reads differently. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

#define FELT_SUBNET_ENV_TEXT 512 /* bytes that the six lines and a NUL need at most */

struct felt_subnet_env {
    struct felt_dual networks;
    struct felt_dual subnets; /* the lease; the file shows their first host addresses */
    uint32_t mtu;             /* of the overlay */
    bool ip_masq;
};

/* text has FELT_SUBNET_ENV_TEXT bytes. Returns the length. */
size_t felt_subnet_env_render(const struct felt_subnet_env *env, char *text);

/* Replaces the file as one step that survives a crash; makes its directory (0755) where there is
 * none. A file that says the same already is not touched. 0 or -errno: *ret_written untouched. */
int felt_subnet_env_write(const char *path, const struct felt_subnet_env *env, bool *ret_written);

/* The subnets, masked, that an earlier run wrote: a wish for the next lease. 0; -ENOENT: no file;
 * -ENODATA: it has no usable FLANNEL_SUBNET or FLANNEL_IPV6_SUBNET, as after mk-docker-opts.sh;
 * another -errno. */
int felt_subnet_env_read_subnets(const char *path, struct felt_dual *ret_subnets);
