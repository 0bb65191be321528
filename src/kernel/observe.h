/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the part of the kernel's state that can concern us. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/error.h"
#include "kernel/socket.h"
#include "plan/observed.h"

struct felt_observe_scope {
    const char *link_name; /* our device's; NULL: the backend has none */
    uint32_t underlay_ifindex;
    const char *sibling_name;  /* of the other device of ours; NULL: there is none */
    struct felt_dual networks; /* of the overlay */
    bool paths;                /* the routes outside of it too */
    bool entries;              /* false: the device alone */
};

/* A consistent dump: one that changed while it was read is taken again. 0 or -errno with words in
 * error; the caller frees ret_observed with felt_plan_observed_done(). */
int felt_kernel_observe(struct felt_netlink *netlink, const struct felt_observe_scope *scope,
                        struct felt_plan_observed *ret_observed, struct felt_kernel_error *error);

/* The device of that name. 0; -ENODEV; another -errno. */
int felt_kernel_link(struct felt_netlink *netlink, const char *name,
                     struct felt_plan_link *ret_link, struct felt_kernel_error *error);

/* A vxlan device with the VNI and outer family of ours, with this port and another name: what makes
 * the kernel refuse ours. ret_name has FELT_PLAN_NAME bytes. 0; -ENODEV where there is none;
 * another -errno. */
int felt_kernel_rival(struct felt_netlink *netlink, const struct felt_plan_link *ours,
                      uint16_t port, char *ret_name);
