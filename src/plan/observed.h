/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel holds, as far as it can concern us: one dump, taken by src/kernel/observe.h.
 *
 * Addresses, neighbours and fdb entries are those of our device alone. Routes are those of the main
 * table whose destination lies inside the overlay's networks, on whatever device; paths are the
 * others, as far as they decide whether an address is on the underlay's link. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idiom.h"
#include "base/ip.h"
#include "plan/link.h"
#include "plan/nexthop.h"

/* Routes carry this protocol number so that 'ip route show proto felt' lists them, and so that a
 * stale one on a device that is not ours is known as ours. 102 is the letter f; neither
 * linux/rtnetlink.h nor iproute2 gives it to anybody (contrib/rt_protos.d/felt.conf). */
#define FELT_PLAN_RTPROT 102
/* linux/rtnetlink.h RTPROT_KERNEL: routes that come and go with an address; never touched. */
#define FELT_PLAN_RTPROT_KERNEL 2
/* Stands for our device in a route: its index may not exist yet. */
#define FELT_PLAN_OUR_LINK UINT32_MAX
/* linux/ipv6_route.h IP6_RT_PRIO_USER: the metric of an IPv6 route that was given none. Of IPv4 it
 * is 0. */
#define FELT_PLAN_METRIC_V6 1024
/* Of a route that is there for when no other one is. */
#define FELT_PLAN_METRIC_BLACKHOLE 0xfe170000

struct felt_plan_neigh {
    struct felt_ip ip;
    uint8_t mac[FELT_PLAN_MAC_LEN];
    bool permanent; /* written by somebody, not learned by the kernel */
};

struct felt_plan_fdb {
    uint8_t mac[FELT_PLAN_MAC_LEN];
    struct felt_ip remote; /* family NONE: the entry names no host */
    bool permanent;
    bool odd; /* has a port, VNI or interface of its own */
};

struct felt_plan_route {
    struct felt_cidr dst;
    struct felt_ip via; /* family NONE: a device route */
    uint32_t ifindex;   /* FELT_PLAN_OUR_LINK: our device; 0: none (a blackhole) */
    bool onlink;
    uint8_t protocol;
    uint8_t type;    /* linux/rtnetlink.h RTN_*; 1 is unicast */
    uint8_t scope;   /* RT_SCOPE_*; 0 is the universe */
    uint32_t metric; /* RTA_PRIORITY */
    uint8_t tos;
    bool odd;         /* several next hops, a preferred source, metrics, ...: never ours */
    bool elsewhere;   /* odd too: its next hops are several, or of another family than via */
    uint32_t nexthop; /* number of the object that it names, which via, ifindex and onlink may echo;
                       * 0: none. The kernel compares such a route by its object alone */
};

/* What a route of the main table outside of the overlay says about the underlay. */
struct felt_plan_path {
    struct felt_cidr dst;
    bool on_link; /* over the underlay interface and no gateway; else by another way, or none */
};

struct felt_plan_observed {
    bool has_link;
    struct felt_plan_link link;   /* the one of our name */
    uint32_t sibling_ifindex;     /* of the other device of ours; 0: there is none */
    struct felt_plan_path *paths; /* in the kernel's order: of several alike the first decides */
    size_t n_paths;
    struct felt_cidr *addrs;
    size_t n_addrs;
    struct felt_plan_neigh *neighs;
    size_t n_neighs;
    struct felt_plan_fdb *fdbs;
    size_t n_fdbs;
    bool knows_nexthops;                /* the kernel has objects; 5.3 and later */
    struct felt_plan_nexthop *nexthops; /* whose numbers are in our range */
    size_t n_nexthops;
    struct felt_plan_route *routes; /* in the kernel's order: of several alike the first decides */
    size_t n_routes;
};

/* Whether the longest path that contains ip is on the link. Rules of policy routing are not looked
 * at. */
bool felt_plan_observed_on_link(const struct felt_plan_observed *observed,
                                const struct felt_ip *ip);

/* Frees the arrays and zeroes the struct. */
void felt_plan_observed_done(struct felt_plan_observed *observed);

/* A unicast address that leads to a host, written by somebody: ours to judge. */
bool felt_plan_fdb_leads(const struct felt_plan_fdb *fdb);

/* Each appends a copy. 0 or -ENOMEM, observed unchanged then. */
int felt_plan_observed_path(struct felt_plan_observed *observed, const struct felt_plan_path *path);
int felt_plan_observed_addr(struct felt_plan_observed *observed, const struct felt_cidr *addr);
int felt_plan_observed_neigh(struct felt_plan_observed *observed,
                             const struct felt_plan_neigh *neigh);
int felt_plan_observed_fdb(struct felt_plan_observed *observed, const struct felt_plan_fdb *fdb);
int felt_plan_observed_nexthop(struct felt_plan_observed *observed,
                               const struct felt_plan_nexthop *nexthop);
int felt_plan_observed_route(struct felt_plan_observed *observed,
                             const struct felt_plan_route *route);
