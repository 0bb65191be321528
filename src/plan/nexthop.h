/* SPDX-License-Identifier: Apache-2.0 */
/* Nexthop objects: where a route leads to, as a thing of its own that the route names by number.
 *
 * The kernel looks for an equal one in all that there are when a route brings its next hop along,
 * and finds those with gateways in one place of its table: n routes with gateways of their own cost
 * n squared. From some number of peers on our IPv4 routes therefore name objects, one for each
 * peer. Below they stay flannel's to the byte. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"

/* Numbers of our objects: the letter f, then the subnet's place in the network. One that is in this
 * range and carries another protocol than ours (FELT_PLAN_RTPROT) is replaced where a peer needs
 * the number, and else left alone. */
#define FELT_PLAN_NEXTHOP_FIRST 0x66000000u
#define FELT_PLAN_NEXTHOP_LAST  0x6600ffffu /* as many as FELT_NETCONF_SLOTS_MAX */

/* From so many peers on; until there are only three quarters of it, once there are objects, so that
 * a member that comes and goes does not change all routes each time. Measured on Linux 6.18, CPU
 * time of a pass that programs all three entries of each (make bench): at 500 peers plain routes
 * cost as much as objects with their routes, at 750 a third more, at 1,000 twice, at 10,000 seven
 * times as much. */
#define FELT_PLAN_NEXTHOP_PEERS 768

struct felt_plan_nexthop {
    uint32_t id;
    struct felt_ip via; /* family NONE: none */
    uint32_t ifindex;   /* FELT_PLAN_OUR_LINK: our device */
    bool onlink;
    uint8_t protocol;
    bool odd; /* a group, a blackhole, an encapsulation, ...: never ours */
};

/* The number of a subnet's object; first is the network's first subnet. 0: it has none, for it is
 * not IPv4 or out of range. */
uint32_t felt_plan_nexthop_id(const struct felt_ip *first, const struct felt_cidr *subnet);
/* Where the subnet of this length begins whose object has the number id, which is in our range. */
struct felt_ip felt_plan_nexthop_subnet(const struct felt_ip *first, uint8_t subnet_len,
                                        uint32_t id);
bool felt_plan_nexthop_in_range(uint32_t id);

/* Whether n_peers routes are to name objects; limit is FELT_PLAN_NEXTHOP_PEERS but in tests,
 * has_some whether there are objects of ours. */
bool felt_plan_nexthop_wanted(uint32_t limit, size_t n_peers, bool has_some);
