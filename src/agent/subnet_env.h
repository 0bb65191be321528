/* SPDX-License-Identifier: Apache-2.0 */
/* /run/flannel/subnet.env: how Docker, CNI plugins and scripts learn the subnet and the MTU. Four
 * lines, to the byte flannel's:
 *
 *     FLANNEL_NETWORK=10.5.0.0/16
 *     FLANNEL_SUBNET=10.5.72.1/24
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

#define FELT_SUBNET_ENV_TEXT 256 /* bytes that the four lines and a NUL need at most */

struct felt_subnet_env {
    struct felt_cidr network;
    struct felt_cidr subnet; /* the lease; the file shows its first host address */
    uint32_t mtu;            /* of the overlay */
    bool ip_masq;
};

/* text has FELT_SUBNET_ENV_TEXT bytes. Returns the length. */
size_t felt_subnet_env_render(const struct felt_subnet_env *env, char *text);

/* Replaces the file as one step that survives a crash; makes its directory (0755) where there is
 * none. A file that says the same already is not touched. 0 or -errno: *ret_written untouched. */
int felt_subnet_env_write(const char *path, const struct felt_subnet_env *env, bool *ret_written);

/* The subnet, masked, that an earlier run wrote: a wish for the next lease. 0; -ENOENT: no file;
 * -ENODATA: it has no usable FLANNEL_SUBNET, as after mk-docker-opts.sh; another -errno. */
int felt_subnet_env_read_subnet(const char *path, struct felt_cidr *ret_subnet);
