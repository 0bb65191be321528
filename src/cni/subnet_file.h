/* SPDX-License-Identifier: Apache-2.0 */
/* What a CNI plugin needs of subnet.env, read as flannel's plugin does: KEY=VALUE lines, networks
 * and subnets perhaps several with commas between them, other keys ignored. Beyond that, values may
 * stand between quotes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "cni/failure.h"

#define FELT_CNI_NETWORKS_MAX 8 /* of both families together */

struct felt_cni_subnet_file {
    struct felt_cidr networks[FELT_CNI_NETWORKS_MAX]; /* masked, IPv4 first */
    size_t n_networks;
    struct felt_dual subnets; /* masked */
    uint32_t mtu;
    bool ip_masq; /* feltd masquerades, so the bridge need not */
};

/* text is the file's, with a NUL; path only for messages. 0, or -EINVAL with ret_failure. */
int felt_cni_subnet_file_parse(const char *path, const char *text,
                               struct felt_cni_subnet_file *ret_file,
                               struct felt_cni_failure *ret_failure);

/* The same from the disk. A missing file is FELT_CNI_TRY_LATER: feltd has no subnet yet. */
int felt_cni_subnet_file_read(const char *path, struct felt_cni_subnet_file *ret_file,
                              struct felt_cni_failure *ret_failure);
