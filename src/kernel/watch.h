/* SPDX-License-Identifier: Apache-2.0 */
/* Notices when somebody else changes what is ours: notifications of links, addresses, routes,
 * neighbours and fdb entries, reduced to one bit. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/idiom.h"
#include "base/ip.h"
#include "plan/desired.h"

struct felt_watch;

/* What is ours. */
struct felt_watch_scope {
    char link_name[FELT_PLAN_NAME];     /* of our device; "" where the backend has none */
    uint32_t link_ifindex;              /* 0: it does not exist */
    char underlay_name[FELT_PLAN_NAME]; /* its index changes when it is made anew */
    uint32_t underlay_ifindex;
    bool any_link; /* every link and address concerns us, and nothing else does */
    struct felt_dual networks;
    const struct felt_plan_peer *peers; /* whose way depends on the underlay's routes; borrowed for
                                         * the call */
    size_t n_peers;
    uint32_t own_port;     /* of the socket that we apply with: its changes are no news */
    uint32_t sibling_port; /* nor are those of our other device's; 0: there is none */
};

/* 0 or -errno. From here on nothing is missed. */
int felt_watch_new(struct felt_watch **ret_watch);
void felt_watch_free(struct felt_watch *watch);
FELT_DEFINE_CLEANUP(struct felt_watch *, felt_watch_free)

/* The same for links and addresses alone, of which there are few notifications. */
int felt_watch_new_links(struct felt_watch **ret_watch);

/* Readable when felt_watch_drain() has something to read. */
int felt_watch_fd(const struct felt_watch *watch);

/* Reads all there is (a bounded number of datagrams; the descriptor stays readable where more are
 * left). True where something of ours may have changed, also when notifications were lost. */
bool felt_watch_drain(struct felt_watch *watch, const struct felt_watch_scope *scope);
