/* SPDX-License-Identifier: Apache-2.0 */
/* Which interface the overlay's packets travel over: flannel's choice. Without a wish the interface
 * that has --public-ip or --public-ipv6, if there is one, else that of the default route, that of
 * IPv4 where there are two. With wishes each --iface (a name, or an address that some interface
 * has) in order, then each --iface-regex, against every interface's best addresses and then against
 * the names, then the interface and the source address by which --iface-can-reach is reached.
 *
 * Of IPv4 the best is the first global one, private ones included, else a link-local one. Of IPv6
 * it is global and not deprecated, permanent rather than given for a time, no privacy address if
 * there is another; a link-local one is of no use to a peer. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/options.h"
#include "base/ip.h"
#include "kernel/links.h"
#include "kernel/way_out.h"

struct felt_underlay {
    char name[FELT_PLAN_NAME];
    uint32_t ifindex;
    uint32_t mtu;
    /* The outer source address of what we send, and where peers send to: the address, or
     * --public-ip
     * (--public-ipv6). IPv4; of an interface without IPv4 its IPv6 address. */
    struct felt_ip address;
    struct felt_ip public_ip;
    /* IPv6 beside IPv4; family NONE: there is none. */
    struct felt_ip address6;
    struct felt_ip public_ip6;
};

struct felt_underlay_choice {
    const struct felt_text_list *iface; /* borrowed; NULL: none */
    const struct felt_text_list
        *iface_regex;          /* POSIX extended, \d understood; borrowed; NULL: none */
    struct felt_ip can_reach;  /* family NONE: not given */
    struct felt_way_out way;   /* to there, as the kernel says; ifindex 0: there is none */
    struct felt_ip public_ip;  /* IPv4; family NONE: not given */
    struct felt_ip public_ip6; /* IPv6; likewise */
};

struct felt_underlay_error {
    char text[512]; /* one line: what was not found, and what to do */
};

/* From what felt_links_read() gave. 0, or -ENOENT (-EINVAL for a bad pattern) with ret_error. */
int felt_underlay_choose(const struct felt_underlay_choice *choice, const struct felt_links *links,
                         struct felt_underlay *ret_underlay, struct felt_underlay_error *ret_error);

/* The same for somebody who has chosen before: the same interface, known by its index and then by
 * its name, with the same addresses as long as it has them; a default route that points elsewhere
 * meanwhile is no reason to move. Where --iface names an address, that decides, as at first.
 * -ENODEV: the interface is gone; -ENOENT: it has no address (any more). links needs no routes. */
int felt_underlay_again(const struct felt_underlay_choice *choice, const struct felt_links *links,
                        const struct felt_underlay *had, struct felt_underlay *ret_underlay,
                        struct felt_underlay_error *ret_error);

bool felt_underlay_same(const struct felt_underlay *a, const struct felt_underlay *b);
/* Whether next has no address of a family that had has one of. */
bool felt_underlay_lacks(const struct felt_underlay *next, const struct felt_underlay *had);

/* The same for this machine, now, whose kernel is asked for the way to choice->can_reach. Another
 * -errno where its interfaces cannot be read. */
int felt_underlay_select(const struct felt_underlay_choice *wishes,
                         struct felt_underlay *ret_underlay, struct felt_underlay_error *ret_error);
