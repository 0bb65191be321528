/* SPDX-License-Identifier: Apache-2.0 */
/* What the bridge node is to give (proto/lease.md 9.3): who asks it for a slot becomes a demand for
 * one certain slot; the bridge makes that slot's key in etcd and says so ("cleared"), and only then
 * it is given. Nothing of this is saved: etcd has what was done, and who waits asks again. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "node/node.h"
#include "node/saver.h"

#define FELT_DEMANDS_MAX   256
#define FELT_DEMAND_FORGOT (30 * FELT_USEC_SEC) /* who has not asked for so long waits no more */

struct felt_demand {
    struct felt_id node;
    uint32_t slot; /* that it is to get */
    bool cleared;  /* its key is in etcd, for that node */
    /* Private to node. */
    felt_usec asked_us;
    struct felt_held ask; /* to be answered; of ourselves: void */
};

struct felt_demands {
    uint32_t n;
    struct felt_demand *list; /* oldest first; NULL before the first */
};

/* The i-th, borrowed until the next step; NULL after the last. */
const struct felt_demand *felt_node_demand(const struct felt_node *node, uint32_t i);

/* ---- private to node ---- */

void felt_demand_done(struct felt_demands *demands);
/* None of it holds any more. */
void felt_demand_clear_all(struct felt_node *node);
/* A member asks, and would like that slot, or any (FELT_SLOT_NONE). The slot that it is to be given
 * now; FELT_SLOT_NONE: not yet, or never: *ret_hope says which. */
uint32_t felt_demand_asked(struct felt_node *node, const struct felt_held *ask, uint32_t wish,
                           bool *ret_hope);
/* Who does not ask any more is forgotten. */
void felt_demand_forget(struct felt_node *node);
/* It has been given what it asked for. */
void felt_demand_given(struct felt_node *node, const struct felt_id *id);
/* The lease that we, the bridge node, may take: slot, or another one that was cleared; or none yet.
 */
uint32_t felt_demand_own(struct felt_node *node, uint32_t slot);
/* The input. TAKEN; BUSY where we are not the bridge node, or that node does not ask for a slot, or
 * it may not have that one. */
enum felt_verdict felt_demand_cleared(struct felt_node *node, const struct felt_id *id,
                                      uint32_t slot);
