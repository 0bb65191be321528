/* SPDX-License-Identifier: Apache-2.0 */
/* Bridge mode (proto/lease.md 9): while an etcd bridge is on, the node beside it owns all that is
 * free, and nobody else gives anything. Who else has a reserve gives it to that node. foreign.h has
 * what is leased outside of the cluster, demand.h what the bridge node gives. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/usec.h"
#include "lease/bridge_mode.h"
#include "node/node.h"

enum felt_bridge_order {
    FELT_BRIDGE_BEGIN, /* this node is the bridge node */
    FELT_BRIDGE_END,   /* cut over: whoever has a reserve gives again */
    FELT_BRIDGE_UNDO,  /* of that */
};

/* Why an order is not taken. */
enum felt_bridge_refusal {
    FELT_BRIDGE_OK,
    FELT_BRIDGE_NOT_READY,   /* we may know too little yet, are not confirmed, or are leaving */
    FELT_BRIDGE_OTHER,       /* another node is the bridge node, and not dead */
    FELT_BRIDGE_NOT_ON,      /* there is nothing to end, or to undo */
    FELT_BRIDGE_LEASED,      /* of END: there are foreign leases, and it was not forced */
    FELT_BRIDGE_GIVEN,       /* of UNDO: slots have moved without etcd since */
    FELT_BRIDGE_LAST_NOTICE, /* memory is short */
};

struct felt_bridge_view {
    enum felt_bridge_phase phase;
    bool self; /* this node is the bridge node, or was the last one */
    struct felt_id node;
    char name[FELT_NAME_MAX + 1]; /* "" where it is not known here */
    bool alive;                   /* by our own lights; suspect ones are */
    bool given;                   /* of ENDED: slots have moved since, so it cannot be undone */
    uint32_t n_foreign;           /* leases outside of the cluster that are in use */
};

void felt_node_bridge(const struct felt_node *node, struct felt_bridge_view *ret_view);
/* What FELT_INPUT_BRIDGE would come to; nothing happens. */
enum felt_bridge_refusal felt_node_may_bridge(const struct felt_node *node,
                                              enum felt_bridge_order order, bool force);

/* ---- private to node ---- */

#define FELT_BRIDGE_GATHER (1 * FELT_USEC_SEC) /* jittered: how soon a reserve is given */
#define FELT_BRIDGE_QUIET \
    (10 * 60 * FELT_USEC_SEC) /* after a cut over, so that undo has a meaning */

struct felt_bridge {
    felt_usec gather_us; /* the next look whether we have a reserve */
    felt_usec quiet_us;  /* nothing is balanced before */
};

/* The input: TAKEN, or BUSY where it may not. */
enum felt_verdict felt_bridge_take(struct felt_node *node, enum felt_bridge_order order,
                                   bool force);
/* It is on: nobody but the bridge node gives. */
bool felt_bridge_on(const struct felt_node *node);
/* It is on, and we are the bridge node. */
bool felt_bridge_is_self(const struct felt_node *node);
/* The bridge node, if it is on, somebody else, and not dead; else FELT_MEMBER_NONE. */
uint32_t felt_bridge_member(const struct felt_node *node);
/* Why a node without a lease waits, in words. */
void felt_bridge_explain(const struct felt_node *node, char *text, size_t size);
/* A cut over is too young for balancing. */
bool felt_bridge_quiet(const struct felt_node *node);

/* A notice of that key is new here. */
void felt_bridge_noticed(struct felt_node *node, uint32_t key);
/* The state has been read. */
void felt_bridge_restored(struct felt_node *node);
felt_usec felt_bridge_deadline(const struct felt_node *node);
void felt_bridge_wake(struct felt_node *node);
