/* SPDX-License-Identifier: Apache-2.0 */
/* Desired and observed to an ordered list of operations.
 *
 * The order is that of make before break: the device and its address; per peer fdb entry, neighbour
 * and route, so that nothing ever leads to what is not there; then what is stale, the other way
 * round: a peer that is reached before and after is reached all the time. Applied in order to the
 * observed kernel, the list leads to the desired one, and the next difference is empty.
 *
 * Entries are judged by what they say, not by who wrote them, so that a flannel host's are right as
 * they are. Ours to remove is what lies inside the overlay's networks and on our device, and a
 * route of our protocol number inside them on any device but our sibling's. A route to exactly a
 * peer's subnet with the metric of a route that is given none is in the place of ours and gives
 * way. The kernel's own routes (protocol kernel), entries that the kernel learned, and broadcast
 * fdb entries are nobody's business here. */
#pragma once

#include "plan/desired.h"
#include "plan/observed.h"
#include "plan/op.h"

struct felt_plan_trouble {
    enum felt_plan_problem problem;
    uint32_t peer; /* in desired->peers */
};

struct felt_plan {
    struct felt_plan_op *ops;
    size_t n_ops;
    struct felt_plan_trouble *troubles; /* peers that cannot be reached as things are, each once */
    size_t n_troubles;
    bool *plain;    /* of each peer in desired->peers: a plain route leads to it, not the device */
    bool recreates; /* an incompatible device is replaced; recreates_why says what differs */
    char recreates_why[FELT_PLAN_DIFF_TEXT];
};

/* The plan borrows from both arguments. 0 or -ENOMEM. */
int felt_plan_diff(const struct felt_plan_desired *desired,
                   const struct felt_plan_observed *observed, struct felt_plan *ret_plan);
void felt_plan_done(struct felt_plan *plan);
