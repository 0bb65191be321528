/* SPDX-License-Identifier: Apache-2.0 */
/* Where a founder's network configuration comes from: the short cuts --network and --backend, the
 * file of --net-config-path, or built-in defaults. */
#pragma once

#include "agent/options.h"
#include "netconf/netconf.h"

#define FELT_NETWORK_DEFAULT "10.244.0.0/16" /* as flannel's manifests have it */

enum felt_net_config_source {
    FELT_NET_CONFIG_OPTIONS,
    FELT_NET_CONFIG_FILE,
    FELT_NET_CONFIG_DEFAULT, /* nobody said anything: say so */
};

struct felt_net_config {
    enum felt_net_config_source source;
    char text[FELT_NETCONF_TEXT_MAX + 1]; /* JSON that felt_netconf_parse() accepts */
    struct felt_netconf config;           /* what it says */
};

/* 0, or -errno with ret_error filled; it names the option or the file. */
int felt_net_config_load(const struct felt_options *options, struct felt_net_config *ret_net_config,
                         struct felt_options_error *ret_error);
