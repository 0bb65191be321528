/* SPDX-License-Identifier: Apache-2.0 */
/* The data plane of this machine: what the node knows becomes device, routes and subnet.env. Runs
 * passes of the reconciler when something changed on either side, again with back-off where one
 * failed, and once a minute for good measure. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "agent/devices.h"
#include "agent/options.h"
#include "agent/underlay.h"
#include "agent/work.h"
#include "base/idiom.h"
#include "node/node.h"

struct felt_overlay;

struct felt_overlay_config {
    sd_event *event;
    const struct felt_options *options; /* borrowed for its life */
    const struct felt_node *node;       /* likewise */
    struct felt_underlay underlay;
    /* The device exists: announce it. */
    void (*backend)(void *userdata, const struct felt_devices_backend *backend);
    /* A pass is over: felt_overlay_view() has its result. */
    void (*passed)(void *userdata);
    void *userdata;
};

/* What the last pass came to, for status. */
struct felt_overlay_view {
    const char *device;    /* NULL: none yet */
    const char *device6;   /* a second one, over IPv6; NULL: none */
    uint32_t mtu;          /* 0: not known yet */
    struct felt_work work; /* of all passes */
    size_t n_programmed;
    size_t n_unreachable;            /* peers without a way, not for want of trying */
    const char *kernel_error;        /* NULL: none */
    const char *kernel_limit;        /* of this machine, too low; NULL: none */
    const char *subnet_file_error;   /* NULL: none */
    const struct felt_dual *subnets; /* that subnet.env was given in this run; NULL: none yet */
    bool ready; /* the lease, subnet.env and a way to every known peer (but for one whose entries
                 * the kernel refuses) have been in place, and the packet filter has been seen to */
};

/* 0 or -ENOMEM. */
int felt_overlay_new(const struct felt_overlay_config *config, struct felt_overlay **ret_overlay);
/* Leaves the kernel and subnet.env as they are. */
void felt_overlay_free(struct felt_overlay *overlay);
FELT_DEFINE_CLEANUP(struct felt_overlay *, felt_overlay_free)

/* Configuration, lease or peers changed: a pass soon, one for all changes until then. */
void felt_overlay_changed(struct felt_overlay *overlay);
/* The options about the packet filter changed, the rules of before stay until others are there. */
void felt_overlay_reload(struct felt_overlay *overlay);
/* The underlay is another one, or another address of it: as felt_overlay_changed(). */
void felt_overlay_move(struct felt_overlay *overlay, const struct felt_underlay *underlay);
void felt_overlay_view(const struct felt_overlay *overlay, struct felt_overlay_view *ret_view);
/* As felt_devices_inspect(); -ENODEV while the network configuration is not known. */
int felt_overlay_inspect(struct felt_overlay *overlay, felt_reconciler_seen_fn seen,
                         void *userdata);
/* How packets travel to the peer's subnet that begins there; false where they do not (yet). */
bool felt_overlay_way(const struct felt_overlay *overlay, const struct felt_ip *subnet,
                      struct felt_way *ret_way);
