/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster's network configuration: flannel's net-conf.json, its grammar, defaults and errors.
 *
 * Keys are case-insensitive, unknown ones are ignored, the last of two wins, host bits of Network
 * are masked. Defaults and messages are flannel's (doc/net-conf.md), except that a missing Backend
 * means vxlan. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "netconf/dual.h"

/* Bytes of JSON: it travels in a datagram (proto/messages.cddl). */
#define FELT_NETCONF_TEXT_MAX  512
#define FELT_NETCONF_SLOTS_MAX 65536 /* proto/lease.md 1 */
#define FELT_BACKEND_TYPE_MAX  15    /* bytes of a backend's name */

enum felt_backend {
    FELT_BACKEND_VXLAN,
    FELT_BACKEND_HOST_GW,
};

/* Who computes checksums of what our device sends. */
enum felt_tx_checksum {
    FELT_TX_CHECKSUM_AUTO, /* as the kernel makes the device: left to the hardware, if it can */
    FELT_TX_CHECKSUM_ON,   /* as auto, and set where somebody has changed it */
    FELT_TX_CHECKSUM_OFF,  /* the kernel, before it encapsulates: slow, and always right */
};

struct felt_vxlan_config {
    uint32_t vni;
    uint16_t port; /* 0: the kernel's default, 8472 */
    bool gbp;
    bool learning;
    bool direct_routing;
    uint32_t mtu; /* of the underlay; 0: the interface's */
    enum felt_tx_checksum tx_checksum;
};

/* At least one of the two families. */
struct felt_netconf {
    struct felt_cidr network; /* IPv4, masked; family NONE: none, and the next three are nothing */
    uint8_t subnet_len;
    struct felt_ip subnet_min;
    struct felt_ip subnet_max;
    struct felt_netconf6 v6;
    enum felt_backend backend;
    struct felt_vxlan_config vxlan; /* of FELT_BACKEND_VXLAN */
};

struct felt_netconf_error {
    char text[256]; /* one line, flannel's words where flannel has some */
};

/* json need not end in NUL. 0, or -EINVAL with ret_error filled and ret_config untouched, or
 * -ENOMEM. */
int felt_netconf_parse(const char *json, size_t len, struct felt_netconf *ret_config,
                       struct felt_netconf_error *ret_error);

/* Takes the white space out of JSON text, in place, but for what is inside strings: files are
 * written for people, and this travels. Returns the new length. */
size_t felt_netconf_squeeze(char *json, size_t len);

/* "vxlan", "host-gw". */
const char *felt_backend_name(enum felt_backend backend);
/* The reverse, in any case of letters. 0 or -EINVAL. */
int felt_backend_parse(const char *name, enum felt_backend *ret_backend);

/* "auto", "on", "off". */
const char *felt_tx_checksum_name(enum felt_tx_checksum tx_checksum);

/* How many slots the network has: as many as the family with fewer subnets has; at least 1, at most
 * FELT_NETCONF_SLOTS_MAX. */
uint32_t felt_netconf_slots(const struct felt_netconf *config);
static inline struct felt_dual felt_netconf_networks(const struct felt_netconf *config)
{
    return (struct felt_dual){.v4 = config->network, .v6 = config->v6.network};
}
/* The subnets of a slot, each a network address and its SubnetLen. Slot 0 has SubnetMin and
 * IPv6SubnetMin. */
struct felt_dual felt_netconf_subnets(const struct felt_netconf *config, uint32_t slot);
/* The IPv4 subnet of a slot; in a network without IPv4 the IPv6 one. */
struct felt_cidr felt_netconf_subnet(const struct felt_netconf *config, uint32_t slot);
/* The slot that has this subnet, of either family (host bits are ignored). -ERANGE where the
 * network has no slot with it: another length, or outside SubnetMin..SubnetMax. */
int felt_netconf_slot(const struct felt_netconf *config, const struct felt_cidr *subnet,
                      uint32_t *ret_slot);
