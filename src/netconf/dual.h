/* SPDX-License-Identifier: Apache-2.0 */
/* The IPv6 half of a dual-stack network: IPv6Network, IPv6SubnetLen, IPv6SubnetMin, IPv6SubnetMax,
 * with flannel's defaults and words. Slot i has the i-th IPv4 subnet and the i-th IPv6 one, so one
 * lease carries both; the IPv4 network says how many slots there are.
 *
 * The mapping only: felt_netconf_parse() still refuses EnableIPv6, since nothing programs it. */
#pragma once

#include "netconf/netconf.h"

struct felt_netconf6 {
    struct felt_cidr network; /* masked */
    uint8_t subnet_len;
    struct felt_ip subnet_min;
    struct felt_ip subnet_max;
};

/* n_slots: of the IPv4 network; there must be at least as many IPv6 subnets. 0, or -EINVAL with
 * ret_error filled and ret_config untouched, or -ENOMEM. */
int felt_netconf6_parse(const char *json, size_t len, uint32_t n_slots,
                        struct felt_netconf6 *ret_config, struct felt_netconf_error *ret_error);

/* The subnet of a slot, which is below the n_slots above; slot 0 is IPv6SubnetMin. */
struct felt_cidr felt_netconf6_subnet(const struct felt_netconf6 *config, uint32_t slot);
/* The slot whose subnet that is (host bits are ignored). -ERANGE where its length differs, or it
 * lies outside IPv6SubnetMin..IPv6SubnetMax or beyond the last slot that there may be. */
int felt_netconf6_slot(const struct felt_netconf6 *config, const struct felt_cidr *subnet,
                       uint32_t *ret_slot);
