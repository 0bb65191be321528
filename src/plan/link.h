/* SPDX-License-Identifier: Apache-2.0 */
/* A vxlan device: what we want it to be, or what the kernel says it is. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/ip.h"

#define FELT_PLAN_NAME      16 /* bytes of an interface name with its NUL, IFNAMSIZ */
#define FELT_PLAN_MAC_LEN   6
#define FELT_PLAN_MAC_TEXT  18  /* "02:aa:bb:cc:dd:ee" and NUL */
#define FELT_PLAN_DIFF_TEXT 144 /* of felt_plan_link_incompatible() */
/* The kernel's own default where its module parameter udp_port cannot be read. */
#define FELT_PLAN_VXLAN_PORT 8472
/* Outer header of a vxlan packet: Ethernet 14, IPv4 20 or IPv6 40, UDP 8, vxlan 8. */
#define FELT_PLAN_OVERHEAD_V4 50
#define FELT_PLAN_OVERHEAD_V6 70
#define FELT_PLAN_MTU_MIN     68   /* RFC 791: what every IPv4 link must carry */
#define FELT_PLAN_MTU_MIN_V6  1280 /* RFC 8200: with less, Linux has no IPv6 on a device at all */

struct felt_plan_link {
    char name[FELT_PLAN_NAME]; /* flannel.<VNI>, flannel-v6.<VNI> */
    uint32_t ifindex;          /* observed; 0 in a wish */
    bool is_vxlan;             /* of another kind: only name, ifindex, mtu, mac and up are valid */
    bool up;
    uint32_t mtu; /* of the device: the overlay's */
    uint8_t mac[FELT_PLAN_MAC_LEN];
    uint32_t vni;
    uint32_t underlay_ifindex; /* 0: none */
    struct felt_ip local;      /* family NONE: none */
    struct felt_ip group;      /* a default remote or multicast group; we never want one */
    uint32_t master; /* bridge or the like that it is a port of, which takes all of its packets;
                      * a VRF does not count; 0: none, as we want it */
    uint16_t port;   /* in a wish 0: the kernel's default */
    bool learning;
    bool gbp;
    bool odd; /* proxy, rsc, l2miss, l3miss, external, a fixed TTL, or checksums that peers refuse:
               * never ours, always rebuilt */
};

/* Why the device cannot become the wanted one in place, as "vni: 1 vs 2" in text of
 * FELT_PLAN_DIFF_TEXT bytes; false where it can (MTU, learning, MAC and what felt_plan_link_moved()
 * compares change in place). default_port is what the kernel takes for port 0. */
bool felt_plan_link_incompatible(const struct felt_plan_link *have,
                                 const struct felt_plan_link *want, uint16_t default_port,
                                 char *text);

/* The device sends over another interface than the wanted one, or from another address of the same
 * family. One that has none of either is compatible as it is: flannel takes it, too. */
bool felt_plan_link_moved(const struct felt_plan_link *have, const struct felt_plan_link *want);

/* flannel's name of a device with this VNI over an underlay of this family. text has FELT_PLAN_NAME
 * bytes. 0 or -ENAMETOOLONG. */
int felt_plan_link_name(uint32_t vni, uint8_t underlay, char *text);

/* The MAC of a node's device: six bytes of its id, others over each family, made locally
 * administered and unicast. It survives a reboot, so that peers keep a right entry. */
void felt_plan_link_mac(const struct felt_id *node, uint8_t underlay, uint8_t *ret_mac);

/* What the overlay can carry: backend_mtu (0: the underlay's own, and never more than that) less
 * the outer header. -ERANGE where nothing useful is left. */
int felt_plan_link_mtu(uint32_t underlay_mtu, uint32_t backend_mtu, enum felt_family underlay,
                       uint32_t *ret_mtu);

/* text has FELT_PLAN_MAC_TEXT bytes. Returns text. */
const char *felt_plan_mac_format(const uint8_t *mac, char *text);
