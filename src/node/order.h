/* SPDX-License-Identifier: Apache-2.0 */
/* An operator's word that members are gone for good (proto/lease.md 6.8, 6.9; feltctl reclaim):
 * what they own is proposed for reclaim at once, or taken by force where no majority is left. An
 * order lives in memory: after a restart the operator says it again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/usec.h"
#include "wire/vote.h"

#define FELT_ORDERS_MAX       FELT_SUSPECTS_MAX
#define FELT_ORDER_LIMIT      (60 * FELT_USEC_SEC) /* as much as L-6.7.2 allows; then it is over */
#define FELT_ORDER_LOOK       (1 * FELT_USEC_SEC)  /* whether it can go on now */
#define FELT_ORDER_QUIET      (3 * FELT_USEC_SEC)  /* who was heard since then is not gone */
#define FELT_ORDER_OBJECTIONS 3                    /* of as many ballots: then it is over */
/* A forced era is beyond the present one by this and a random number below it. */
#define FELT_ORDER_FORCE (UINT64_C(1) << 20)

struct felt_node;

/* Why an order is not taken. */
enum felt_order_refusal {
    FELT_ORDER_OK,
    FELT_ORDER_SELF,         /* it is this node */
    FELT_ORDER_ALIVE,        /* alive or suspect by our own lights */
    FELT_ORDER_OWNS_NOTHING, /* there is nothing to reclaim */
    FELT_ORDER_NOT_YET,      /* we know no map, are not confirmed, or are leaving */
    FELT_ORDER_NO_VOICE,     /* who proposes must own a slot, and we own none */
    FELT_ORDER_NO_MAJORITY,  /* we do not hear the owners of more than half of the space */
    FELT_ORDER_MAJORITY,     /* of force: we do, or might, so it is not needed */
    FELT_ORDER_LAST_ERA,     /* of force: there is no era left to go to */
    FELT_ORDER_SAVING_FAILS, /* of force: it must be durable before it is told */
    FELT_ORDER_TOO_MANY,     /* FELT_ORDERS_MAX are under way */
};

enum felt_order_outcome {
    FELT_ORDER_ASKING,    /* under way */
    FELT_ORDER_DONE,      /* it owns nothing any more */
    FELT_ORDER_HEARD,     /* objector does not hold it for dead */
    FELT_ORDER_BACK,      /* it is alive again */
    FELT_ORDER_UNDECIDED, /* no majority has answered within the limit */
};

/* Of one member that an operator has given up. */
struct felt_order {
    struct felt_id id;
    bool forced;
    enum felt_order_outcome outcome;
    uint32_t n_slots;        /* that were its own and have another owner by now */
    struct felt_id heir;     /* that got them; nobody: not known to us */
    bool several;            /* heirs; `heir` is the first of them */
    struct felt_id objector; /* of HEARD; while it is ASKING, the last one; nobody: none */
    /* Private to node. */
    uint32_t stake;      /* when it was given up */
    unsigned objections; /* ballots that somebody objected to, */
    uint64_t round;      /* and the last of these */
    uint64_t save;       /* of a forced one: it is done when this is durable */
    felt_usec until_us;
};

struct felt_orders {
    uint32_t n;
    struct felt_order
        list[FELT_ORDERS_MAX]; /* oldest first; those that are over stay for a while */
    felt_usec look_us;
    uint64_t
        force_save;     /* what was forced is durable with this save: until then others are shown */
    uint64_t shown_era; /* this era, */
    uint64_t shown_slots; /* and the digest of its map */
};

/* Whether members are given up now; nothing happens. */
enum felt_order_refusal felt_node_may_reclaim(const struct felt_node *node,
                                              const struct felt_id *ids, size_t n, bool force);
/* What has become of the last order about a member; NULL: there was none. Borrowed until the next
 * step. */
const struct felt_order *felt_node_order(const struct felt_node *node, const struct felt_id *id);

/* ---- private to node ---- */

/* Gives them up. OK: done or under way, for felt_node_order() to show; else nothing happens. */
enum felt_order_refusal felt_order_take(struct felt_node *node, const struct felt_id *ids, size_t n,
                                        bool force);
/* An order about an owner that is to be proposed now. */
bool felt_order_stands(const struct felt_node *node, const struct felt_id *owner);
/* Any that can be proposed now. */
bool felt_order_waits(const struct felt_node *node);
/* A voter has answered our ballot of that round, and does not agree about an owner. */
void felt_order_objected(struct felt_node *node, const struct felt_id *owner, uint64_t round,
                         const struct felt_id *voter);
/* A decision in favour of that heir was applied to the map. */
void felt_order_decided(struct felt_node *node, const struct felt_id *heir);

felt_usec felt_order_deadline(const struct felt_node *node);
void felt_order_wake(struct felt_node *node);
