/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of one felt_plan_diff() share, and nobody else includes: each looks after one kind
 * of thing in the kernel. Neighbours and forwarding entries are diff.c's own. Operations come out
 * in the order in which the parts are called, which is diff.c's to choose. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/desired.h"
#include "plan/diff.h"
#include "plan/observed.h"
#include "plan/op.h"

/* What is known about a peer while its entries are looked at. */
enum {
    FELT_MARK_NEIGH = 1 << 0, /* this one, and the next two: it is there, and right */
    FELT_MARK_FDB = 1 << 1,
    FELT_MARK_ROUTE = 1 << 2,
    FELT_MARK_REPLACES = 1 << 3,  /* the next ROUTE_SET takes the place of a wrong one */
    FELT_MARK_DIRECT = 1 << 4,    /* a plain route over the underlay */
    FELT_MARK_ENCAP = 1 << 5,     /* through our device; neither: it has a problem */
    FELT_MARK_TAKEN = 1 << 6,     /* the kernel's own route is in the place of ours */
    FELT_MARK_CONTESTED = 1 << 7, /* others in the place of ours are deleted */
    FELT_MARK_NEXTHOP = 1 << 8,   /* its object is there, and right */
};

struct felt_diff {
    const struct felt_plan_desired *desired;
    const struct felt_plan_observed *observed;
    struct felt_plan *plan; /* with room for all operations that there can be */
    uint16_t *marks;        /* of each peer */
    bool link_gone;         /* the device is created in this pass: what was on it is gone */
    bool uses_nexthops;
    bool neighs_gone; /* its MAC changes: the kernel drops its neighbours */
};

/* ---- diff.c ---- */

/* One more operation, to be filled in. */
struct felt_plan_op *felt_diff_op(struct felt_diff *diff, enum felt_plan_op_kind kind,
                                  uint32_t peer);
void felt_diff_trouble(struct felt_diff *diff, size_t peer, enum felt_plan_problem problem);
/* The mark of the peer, or NULL where it is NULL or not reached this way. */
uint16_t *felt_diff_mark(struct felt_diff *diff, const struct felt_plan_peer *peer, uint16_t ways);

/* ---- diff_link.c ---- */

/* The device with its addresses, which it gets once the lease is known. */
void felt_diff_device(struct felt_diff *diff);

/* ---- diff_nexthops.c ---- */

/* Whether routes name objects; needs to know how each peer is reached. */
void felt_diff_choose_nexthops(struct felt_diff *diff);
/* The number of the object that the peer's route names; 0: none. */
uint32_t felt_diff_nexthop_of(const struct felt_diff *diff, const struct felt_plan_peer *peer);
void felt_diff_mark_nexthops(struct felt_diff *diff);
void felt_diff_set_nexthop(struct felt_diff *diff, uint32_t peer);
/* After the stale routes: those that named them are gone or name none by now. */
void felt_diff_stale_nexthops(struct felt_diff *diff);

/* ---- diff_routes.c ---- */

void felt_diff_mark_routes(struct felt_diff *diff);
/* Before any is set: takes away what Linux would not let a ROUTE_SET replace. */
void felt_diff_clear_places(struct felt_diff *diff);
void felt_diff_set_route(struct felt_diff *diff, uint32_t peer);
void felt_diff_stale_routes(struct felt_diff *diff);

/* ---- diff_blackhole.c ---- */

/* Sets what is missing of those of our lease, at most one of each family. */
void felt_diff_set_blackholes(struct felt_diff *diff);
/* Whether this is one of them, and wanted. */
bool felt_diff_is_blackhole(const struct felt_diff *diff, const struct felt_plan_route *route);
