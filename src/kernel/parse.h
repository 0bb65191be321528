/* SPDX-License-Identifier: Apache-2.0 */
/* Netlink messages to the plan's nouns. Nothing in a message is believed before it is measured; a
 * message that is cut, of another type or not for us (another table, a proxy neighbour, ...) is
 * false, with the output untouched. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "plan/observed.h"

struct nlmsghdr;

/* An interface as far as choosing one takes. */
struct felt_interface {
    char name[FELT_PLAN_NAME];
    uint32_t ifindex;
    uint32_t mtu;
    bool up;
};

struct felt_interface_addr {
    uint32_t ifindex;
    struct felt_cidr cidr; /* host bits kept */
    bool link_scope;       /* not valid beyond the link, as 169.254.0.0/16 */
    bool unfit;            /* IPv6: deprecated, or somebody else's (duplicate) */
    bool temporary;        /* IPv6: a privacy address, RFC 8981 */
    bool permanent;        /* configured, not given for a time */
};

/* RTM_NEWLINK and RTM_DELLINK. */
bool felt_parse_interface(const struct nlmsghdr *message, struct felt_interface *ret_interface);
/* RTM_NEWLINK. */
bool felt_parse_link(const struct nlmsghdr *message, struct felt_plan_link *ret_link);
/* RTM_NEWADDR and RTM_DELADDR. */
bool felt_parse_addr(const struct nlmsghdr *message, struct felt_interface_addr *ret_addr);
/* RTM_NEWNEIGH and RTM_DELNEIGH of IPv4 and IPv6. */
bool felt_parse_neigh(const struct nlmsghdr *message, struct felt_plan_neigh *ret_neigh,
                      uint32_t *ret_ifindex);
/* The same messages of AF_BRIDGE, kept by the device itself. */
bool felt_parse_fdb(const struct nlmsghdr *message, struct felt_plan_fdb *ret_fdb,
                    uint32_t *ret_ifindex);
/* RTM_NEWNEXTHOP and RTM_DELNEXTHOP, in our range of numbers; ret_nexthop->ifindex is the kernel's.
 */
bool felt_parse_nexthop(const struct nlmsghdr *message, struct felt_plan_nexthop *ret_nexthop);
/* RTM_NEWROUTE and RTM_DELROUTE of IPv4 and IPv6 in the main table; ret_route->ifindex is the
 * kernel's. */
bool felt_parse_route(const struct nlmsghdr *message, struct felt_plan_route *ret_route);
