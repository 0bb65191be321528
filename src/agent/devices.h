/* SPDX-License-Identifier: Apache-2.0 */
/* The overlay's devices on this machine, each with its reconciler: one over IPv4 and one over IPv6
 * where network and underlay have both (flannel.1 and flannel-v6.1), else one; none for host-gw,
 * whose routes are one reconciler's, too. Decides which of them leads to which subnet of a peer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/reconciler.h"
#include "agent/underlay.h"
#include "base/idiom.h"
#include "netconf/backend_data.h"

#define FELT_DEVICES_MAX 2 /* a device over each family */

struct felt_devices;

struct felt_devices_config {
    const struct felt_netconf *netconf; /* borrowed for the call */
    struct felt_underlay underlay;
    struct felt_id node;
    bool blackhole; /* what is for our lease and finds no container is dropped */
};

/* Where overlay traffic finds a machine: over one family, or over two, IPv4 first. */
struct felt_devices_way {
    struct felt_ip public_ip;    /* family NONE: there is no such way */
    struct felt_vxlan_data data; /* zeroes for host-gw */
};

struct felt_devices_backend {
    struct felt_devices_way ways[FELT_DEVICES_MAX];
    uint32_t mtu; /* of the overlay: the smallest of the devices' */
};

/* A member with a lease. */
struct felt_devices_peer {
    struct felt_id id;
    enum felt_backend backend;
    struct felt_dual subnets;
    struct felt_devices_way ways[FELT_DEVICES_MAX];
};

/* As felt_reconciler_new(). */
int felt_devices_new(const struct felt_devices_config *config, struct felt_devices **ret_devices,
                     struct felt_reconcile_report *ret_report);
/* The underlay is another one. As felt_reconciler_move(); -EAGAIN where it has other families, so
 * that other devices are needed: make them anew. */
int felt_devices_move(struct felt_devices *devices, const struct felt_underlay *underlay,
                      struct felt_reconcile_report *ret_report);
void felt_devices_free(struct felt_devices *devices);
FELT_DEFINE_CLEANUP(struct felt_devices *, felt_devices_free)

/* For the event loop: one descriptor for each; -1 where there is no i-th. */
int felt_devices_fd(const struct felt_devices *devices, size_t i);
/* As felt_reconciler_ready(), of all. */
bool felt_devices_ready(struct felt_devices *devices);

/* As felt_reconciler_backend(), of all: what to announce. */
int felt_devices_backend(struct felt_devices *devices, struct felt_devices_backend *ret_backend,
                         struct felt_reconcile_report *ret_report);
/* As felt_reconciler_set(). */
int felt_devices_set(struct felt_devices *devices, enum felt_plan_knowledge knowledge,
                     const struct felt_dual *lease, const struct felt_devices_peer *peers,
                     size_t n);
/* As felt_reconciler_run(), of all; n_peers counts the peers all of whose subnets we have a way to.
 */
int felt_devices_run(struct felt_devices *devices, struct felt_reconcile_report *ret_report);

/* As felt_reconciler_inspect(), one call of seen for each. */
int felt_devices_inspect(struct felt_devices *devices, felt_reconciler_seen_fn seen,
                         void *userdata);

/* As felt_reconciler_way(), of that which leads there. */
bool felt_devices_way(const struct felt_devices *devices, const struct felt_ip *subnet,
                      struct felt_way *ret_way);
/* As felt_reconciler_is_anothers(), of any. */
bool felt_devices_are_anothers(const struct felt_devices *devices);

/* NULL where there is no i-th device. */
const char *felt_devices_name(const struct felt_devices *devices, size_t i);
