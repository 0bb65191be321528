/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's interfaces, their addresses and the default routes: for choosing the underlay. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/idiom.h"
#include "kernel/error.h"
#include "kernel/parse.h"

struct felt_links {
    struct felt_interface *interfaces; /* by index */
    size_t n_interfaces;
    struct felt_interface_addr *addrs; /* in the kernel's order */
    size_t n_addrs;
    bool has_default; /* of IPv4 */
    bool has_default6;
    uint32_t default_ifindex; /* of the first default route of IPv4; 0: it names no interface */
    uint32_t default6_ifindex;
};

/* With a socket of its own. 0 or -errno with words in error (may be NULL). */
int felt_links_read(struct felt_links *ret_links, struct felt_kernel_error *error);
/* The same without the default routes: a machine may have very many routes. */
int felt_links_read_addrs(struct felt_links *ret_links, struct felt_kernel_error *error);
/* Frees the arrays and zeroes the struct. */
void felt_links_done(struct felt_links *links);
