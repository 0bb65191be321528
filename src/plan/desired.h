/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel should hold: our device, our lease's addresses, and a way to every peer's
 * subnets.
 *
 * A device has an outer family, that of the underlay that it sends over, and carries inner packets
 * of both. Where a machine has an underlay of both families it has two devices, as flannel has
 * them, and a felt_plan_desired of each: siblings. The way to a subnet leads over one of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/idiom.h"
#include "base/ip.h"
#include "netconf/netconf.h"
#include "plan/link.h"
#include "plan/nexthop.h"

/* A way to a peer's subnet; a peer with a lease of both families has one to each of its two. */
struct felt_plan_peer {
    struct felt_cidr subnet;  /* of its lease */
    struct felt_ip public_ip; /* where its device is; host-gw: its address of the subnet's family;
                               * family NONE: it has none that we could reach */
    uint8_t mac[FELT_PLAN_MAC_LEN]; /* of its vxlan device; all zero: it has announced none */
    struct felt_id id;
    enum felt_backend
        backend; /* its own; where it is not ours, only a plain route can lead to it */
};

/* Why there is no way to a peer. Each is logged once and makes the pass incomplete. */
enum felt_plan_problem {
    FELT_PLAN_FINE,
    FELT_PLAN_OWN_SUBNET,    /* it claims the subnet that is our own lease */
    FELT_PLAN_SUBNET_TWICE,  /* another peer, of a lower id, has the same subnet */
    FELT_PLAN_NO_ADDRESS,    /* it has no address of a family that we have one of */
    FELT_PLAN_MAC_TWICE,     /* another peer, or we, have the same MAC: a cloned node */
    FELT_PLAN_NO_MAC,        /* it has announced no vxlan device */
    FELT_PLAN_NOT_ON_LINK,   /* host-gw, and a gateway lies between its address and us */
    FELT_PLAN_OTHER_BACKEND, /* its backend is not ours, and a gateway lies between */
    FELT_PLAN_ROUTE_TAKEN,   /* a local interface has an address in its subnet */
};

/* In words that finish "peer=... subnet=...: ". */
const char *felt_plan_problem_text(enum felt_plan_problem problem);

/* What a MAC leads to. */
struct felt_plan_mac_entry {
    uint8_t mac[FELT_PLAN_MAC_LEN];
    uint32_t peer;
};

/* How much of the cluster the peers are. */
enum felt_plan_knowledge {
    FELT_PLAN_NO_PEERS,   /* nothing is known: only the device is looked at */
    FELT_PLAN_SOME_PEERS, /* as of an earlier run: theirs is put right, nothing is stale */
    FELT_PLAN_ALL_PEERS,  /* what is not theirs is stale */
};

/* All of it is settled here, before any kernel is looked at; felt_plan_diff() only compares. */
struct felt_plan_desired {
    enum felt_backend backend;
    bool direct_routing;         /* vxlan: on-link peers get a plain route */
    uint16_t default_port;       /* what the kernel takes for a port of 0 */
    uint32_t nexthop_peers;      /* FELT_PLAN_NEXTHOP_PEERS */
    struct felt_ip first_subnet; /* of the network's, IPv4 */
    uint8_t subnet_len;
    struct felt_dual networks;
    uint32_t underlay_ifindex;
    uint32_t mtu;               /* of the overlay */
    struct felt_plan_link link; /* of FELT_BACKEND_VXLAN */
    bool cannot_move;           /* the kernel has refused FELT_OP_LINK_UNDERLAY: make it anew */
    bool has_sibling;           /* the lease's address of the other family is on its device */
    bool blackhole;             /* what is for our lease and finds no container is dropped */
    bool has_lease;
    struct felt_dual lease; /* all of it */
    enum felt_plan_knowledge knowledge;
    struct felt_cidr *elsewhere; /* subnets that the sibling leads to, sorted: not ours to delete */
    size_t n_elsewhere;
    struct felt_plan_peer *peers;     /* by subnet, then id */
    enum felt_plan_problem *problems; /* of each peer */
    size_t n_peers;
    struct felt_plan_mac_entry *by_mac; /* peers without problem and with a MAC, by MAC */
    size_t n_by_mac;
};

struct felt_plan_setting {
    const struct felt_netconf *netconf; /* borrowed for the call */
    uint32_t underlay_ifindex;
    uint32_t underlay_mtu;
    struct felt_ip underlay_address; /* its family is the device's outer one */
    bool has_sibling;
    bool blackhole;
    struct felt_id node;   /* the MAC of a new device comes from it */
    uint16_t default_port; /* 0: FELT_PLAN_VXLAN_PORT */
};

/* Without peers and lease yet. 0; -ERANGE where the MTU leaves too little for the overlay;
 * -ENAMETOOLONG where the VNI has more digits than an interface name has room for. */
int felt_plan_desired_init(struct felt_plan_desired *desired,
                           const struct felt_plan_setting *setting);
/* The underlay is another one; lease and peers stay. The family of its address is the same. As
 * felt_plan_desired_init(), and where that fails, desired is as it was. */
int felt_plan_desired_move(struct felt_plan_desired *desired,
                           const struct felt_plan_setting *setting);
void felt_plan_desired_done(struct felt_plan_desired *desired);

/* Replaces lease (NULL: none) and peers; nothing is elsewhere then. knowledge is not
 * FELT_PLAN_NO_PEERS. 0 or -ENOMEM, and then desired is as it was. */
int felt_plan_desired_set(struct felt_plan_desired *desired, enum felt_plan_knowledge knowledge,
                          const struct felt_dual *lease, const struct felt_plan_peer *peers,
                          size_t n_peers);
/* Replaces what is elsewhere, in any order. 0 or -ENOMEM, likewise. */
int felt_plan_desired_set_elsewhere(struct felt_plan_desired *desired,
                                    const struct felt_cidr *subnets, size_t n);

/* Whether the routes of the underlay decide how some peer is reached. */
bool felt_plan_desired_minds_paths(const struct felt_plan_desired *desired);

/* The peer without problem whose subnet begins at ip; NULL where there is none. */
const struct felt_plan_peer *felt_plan_desired_by_ip(const struct felt_plan_desired *desired,
                                                     const struct felt_ip *ip);
/* The ways to the peer without problem that has this MAC, *ret_n of them; NULL where there are
 * none. */
const struct felt_plan_mac_entry *felt_plan_desired_by_mac(const struct felt_plan_desired *desired,
                                                           const uint8_t *mac, size_t *ret_n);
/* Whether the sibling leads to exactly this subnet. */
bool felt_plan_desired_is_elsewhere(const struct felt_plan_desired *desired,
                                    const struct felt_cidr *subnet);
/* A peer's place in desired->peers. */
static inline uint32_t felt_plan_desired_index(const struct felt_plan_desired *desired,
                                               const struct felt_plan_peer *peer)
{
    return (uint32_t)(peer - desired->peers);
}
