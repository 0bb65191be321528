/* SPDX-License-Identifier: Apache-2.0 */
/* Which interface the overlay's packets travel over: flannel's choice (v0.10.0). Without a wish the
 * interface of the default route; else each --iface (a name, or an address that some interface has)
 * in order, then each --iface-regex, against every interface's first address and then against the
 * names. */
#pragma once

#include <stdint.h>

#include "agent/options.h"
#include "base/ip.h"
#include "kernel/links.h"

struct felt_underlay {
    char name[FELT_PLAN_NAME];
    uint32_t ifindex;
    uint32_t mtu;
    struct felt_ip address;   /* the outer source address of what we send */
    struct felt_ip public_ip; /* where peers send to: the address, or --public-ip */
};

struct felt_underlay_choice {
    const struct felt_text_list *iface; /* borrowed; NULL: none */
    const struct felt_text_list
        *iface_regex;         /* POSIX extended, \d understood; borrowed; NULL: none */
    struct felt_ip public_ip; /* family NONE: not given */
};

struct felt_underlay_error {
    char text[512]; /* one line: what was not found, and what to do */
};

/* From what felt_links_read() gave. 0, or -ENOENT (-EINVAL for a bad pattern) with ret_error. */
int felt_underlay_choose(const struct felt_underlay_choice *choice, const struct felt_links *links,
                         struct felt_underlay *ret_underlay, struct felt_underlay_error *ret_error);

/* The same for this machine, now. Another -errno where its interfaces cannot be read. */
int felt_underlay_select(const struct felt_underlay_choice *choice,
                         struct felt_underlay *ret_underlay, struct felt_underlay_error *ret_error);
