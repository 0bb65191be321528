/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the kernel as the cluster's state wants it: holds the desired state, and in each pass reads
 * the observed one and applies the difference.
 *
 *   new -> backend (the device's MAC for the announcement) -> set, run -> ... set, run ...
 *
 * Until the first felt_reconciler_set() only the device is looked at. A pass is due after each
 * set, when felt_reconciler_ready() says so, after a pass that failed (with back-off), and now and
 * then for good measure. A pass that finds everything right changes nothing. Freeing leaves the
 * kernel as it is. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/sysctl_story.h"
#include "agent/underlay.h"
#include "agent/way.h"
#include "base/id.h"
#include "base/idiom.h"
#include "netconf/backend_data.h"
#include "netconf/netconf.h"
#include "plan/desired.h"
#include "plan/inspect.h"

struct felt_reconciler;

struct felt_reconciler_config {
    const struct felt_netconf *netconf; /* borrowed for the call */
    struct felt_underlay underlay;      /* of a device that of its first addresses */
    struct felt_id node;                /* the MAC of a new device comes from it */
    bool has_sibling; /* felt_reconciler_pair() follows: there is a device over each family */
    bool blackhole;   /* what is for our lease and finds no container is dropped */
};

/* What a pass came to. */
struct felt_reconcile_report {
    size_t n_peers;        /* with a way to them, or, of one device, ways that are in place */
    size_t n_ops;          /* that were needed */
    size_t n_refused;      /* of those, by the kernel */
    size_t n_peer_refused; /* of those, entries of single peers: all others are served */
    size_t
        n_repaired; /* devices and peers that had been as they should be, and were made so again */
    size_t n_troubles; /* peers without a way, not the kernel's fault; waiting does not help them */
    char text[256];    /* the first error or trouble, one line; "" */
    /* A limit of the machine that is too low for so many peers, and what to do; "". */
    char limit[FELT_SYSCTL_LIMIT_TEXT];
};

/* 0; -EINVAL or -ERANGE for a configuration that this machine cannot serve, with ret_report->text;
 * another -errno. */
int felt_reconciler_new(const struct felt_reconciler_config *config,
                        struct felt_reconciler **ret_reconciler,
                        struct felt_reconcile_report *ret_report);
/* The underlay is another one, with an address of the same family (host-gw: of the same families);
 * the rest of config is as it was. Nothing is changed in the kernel until the next pass. As
 * felt_reconciler_new(), and where that fails, all is as it was. */
int felt_reconciler_move(struct felt_reconciler *reconciler,
                         const struct felt_reconciler_config *config,
                         struct felt_reconcile_report *ret_report);
void felt_reconciler_free(struct felt_reconciler *reconciler);
FELT_DEFINE_CLEANUP(struct felt_reconciler *, felt_reconciler_free)

/* Two devices of one network: the second leaves the rules to the first, and neither takes the
 * other's changes for somebody's meddling. Both live equally long. */
void felt_reconciler_pair(struct felt_reconciler *first, struct felt_reconciler *second);

/* For the event loop: readable means that felt_reconciler_ready() should be called. */
int felt_reconciler_fd(const struct felt_reconciler *reconciler);
/* Reads the kernel's notifications. True: something of ours may have changed, run a pass soon. */
bool felt_reconciler_ready(struct felt_reconciler *reconciler);

/* Makes sure that the device exists, and says what to announce: the overlay's MTU and, for vxlan,
 * VNI and MAC (zeroes for host-gw). 0; or -errno as of felt_reconciler_run(), whose report it
 * fills: try again later. */
int felt_reconciler_backend(struct felt_reconciler *reconciler, struct felt_vxlan_data *ret_data,
                            uint32_t *ret_mtu, struct felt_reconcile_report *ret_report);

/* Replaces our lease (NULL: none; the address that is there stays) and the peers that have one.
 * While they are FELT_PLAN_SOME_PEERS, entries of others are left as they are: a restart must not
 * cut off a peer that it has only forgotten. Nothing is changed in the kernel until the next pass.
 * 0 or -ENOMEM. */
int felt_reconciler_set(struct felt_reconciler *reconciler, enum felt_plan_knowledge knowledge,
                        const struct felt_dual *lease, const struct felt_plan_peer *peers,
                        size_t n_peers);
/* Likewise, after that: the subnets that the sibling leads to. 0 or -ENOMEM. */
int felt_reconciler_set_elsewhere(struct felt_reconciler *reconciler,
                                  const struct felt_cidr *subnets, size_t n);

/* One pass. 0 when all is as it should be (but for n_troubles); else -errno, and ret_report->text
 * says what remains, for the caller to log. ret_report is filled in both cases. */
int felt_reconciler_run(struct felt_reconciler *reconciler,
                        struct felt_reconcile_report *ret_report);

/* What a look at the kernel has come to; all of it borrowed for the call. */
struct felt_reconciler_sight {
    const char *link_name; /* NULL: the backend has no device */
    const struct felt_plan_desired *desired;
    const struct felt_plan_inspection *inspection;
};
typedef void (*felt_reconciler_seen_fn)(void *userdata, const struct felt_reconciler_sight *sight);

/* Looks, and changes nothing. 0 or -errno. */
int felt_reconciler_inspect(struct felt_reconciler *reconciler, felt_reconciler_seen_fn seen,
                            void *userdata);

/* The peers to which a way that was set is not in place (yet), one id for each way; ids has room
 * for all of them. How many. */
size_t felt_reconciler_unsettled(const struct felt_reconciler *reconciler, struct felt_id *ids);
/* The way to the peer's subnet that begins there; false where none is in place here (yet). */
bool felt_reconciler_way(const struct felt_reconciler *reconciler, const struct felt_ip *subnet,
                         struct felt_way *ret_way);
/* The device was there before us, with a MAC that is not our node's: another agent made it. */
bool felt_reconciler_is_anothers(const struct felt_reconciler *reconciler);

/* The device's name, for status; NULL for a backend without one. */
const char *felt_reconciler_link_name(const struct felt_reconciler *reconciler);
