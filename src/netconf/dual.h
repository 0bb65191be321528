/* SPDX-License-Identifier: Apache-2.0 */
/* The IPv6 half of a network configuration: IPv6Network, IPv6SubnetLen, IPv6SubnetMin,
 * IPv6SubnetMax, with flannel's defaults and words. Slot i has the i-th subnet of the IPv4 half and
 * the i-th of this one, so one lease carries both. */
#pragma once

#include <stdint.h>

#include "base/ip.h"

struct json_t;
struct felt_netconf_error;

struct felt_netconf6 {
    struct felt_cidr network; /* masked; family NONE: the network has no IPv6 */
    uint8_t subnet_len;
    struct felt_ip subnet_min;
    struct felt_ip subnet_max;
};

/* From the whole configuration, a JSON object. 0, or -EINVAL with error filled and ret_config
 * untouched. */
int felt_netconf6_read(const struct json_t *root, struct felt_netconf6 *ret_config,
                       struct felt_netconf_error *error);

/* How many subnets there are, at least 1; UINT64_MAX stands for more. */
uint64_t felt_netconf6_subnets(const struct felt_netconf6 *config);
/* The subnet of a slot, which is below the number above; slot 0 is IPv6SubnetMin. */
struct felt_cidr felt_netconf6_subnet(const struct felt_netconf6 *config, uint32_t slot);
/* The slot whose subnet that is (host bits are ignored). -ERANGE where its length differs, or it
 * lies outside IPv6SubnetMin..IPv6SubnetMax or beyond the last slot that there may be. */
int felt_netconf6_slot(const struct felt_netconf6 *config, const struct felt_cidr *subnet,
                       uint32_t *ret_slot);
