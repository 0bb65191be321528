/* SPDX-License-Identifier: Apache-2.0 */
/* The flannel network that etcd holds, read once: configuration and leases. */
#pragma once

#include "etcd/bridge.h"
#include "flannel/survey.h"

struct felt_bridge_network {
    struct felt_netconf config;
    char text[FELT_NETCONF_TEXT_MAX + 1]; /* the JSON, squeezed */
    struct felt_flannel_survey survey;
};

/* Only the configuration: survey is empty. *ret_has is false, and nothing read, where there is none
 * and ret_has is not NULL; else that is refused. */
enum felt_bridge_exit felt_bridge_read_config(struct felt_bridge *bridge,
                                              struct felt_bridge_network *network, bool *ret_has);
/* Only the leases, with a configuration that is there. */
enum felt_bridge_exit felt_bridge_read_survey(struct felt_bridge *bridge,
                                              struct felt_bridge_network *network);
/* All of it. */
enum felt_bridge_exit felt_bridge_read_network(struct felt_bridge *bridge,
                                               struct felt_bridge_network *network);
void felt_bridge_network_done(struct felt_bridge_network *network);

/* The configuration of feltd's cluster. */
enum felt_bridge_exit felt_bridge_read_cluster(struct felt_bridge *bridge,
                                               struct felt_netconf *ret_config,
                                               char text[FELT_NETCONF_TEXT_MAX + 1]);
/* Refuses where etcd's configuration and another one are not of one network. name: "the cluster".
 */
enum felt_bridge_exit felt_bridge_compare(const struct felt_bridge *bridge,
                                          const struct felt_bridge_network *network,
                                          const struct felt_netconf *other, const char *name);

/* For people: where etcd is and what its network is; the leases of the survey; what was skipped. */
void felt_bridge_print_network(const struct felt_bridge *bridge,
                               const struct felt_bridge_network *network);
int felt_bridge_print_leases(const struct felt_bridge_network *network);
void felt_bridge_print_skipped(const struct felt_bridge *bridge,
                               const struct felt_bridge_network *network);
/* The same as JSON: an object with etcd, prefix, config, leases, skipped. NULL: out of memory. */
json_t *felt_bridge_network_json(const struct felt_bridge *bridge,
                                 const struct felt_bridge_network *network);
