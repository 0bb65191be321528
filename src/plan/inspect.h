/* SPDX-License-Identifier: Apache-2.0 */
/* Desired beside observed, for people: each thing that the kernel should hold with whether it does,
 * and what it holds that it should not. The difference that a pass would apply, told from the other
 * end. */
#pragma once

#include <stddef.h>

#include "plan/desired.h"
#include "plan/diff.h"
#include "plan/observed.h"
#include "plan/op.h"

enum felt_plan_standing {
    FELT_PLAN_PRESENT,
    FELT_PLAN_MISSING, /* not there, or not as it should be */
    FELT_PLAN_STALE,   /* there, and should not be */
};

struct felt_plan_item {
    enum felt_plan_standing standing;
    struct felt_plan_op op; /* that makes it so; borrows from desired and observed */
};

struct felt_plan_inspection {
    struct felt_plan_item *items; /* in the order of the operations */
    size_t n_items;
    struct felt_plan_trouble *troubles; /* as of felt_plan_diff() */
    size_t n_troubles;
};

/* Borrows from both. Nexthop objects are told where they are missing or stale; the route that names
 * one that is there says so. 0 or -ENOMEM. */
int felt_plan_inspect(const struct felt_plan_desired *desired,
                      const struct felt_plan_observed *observed,
                      struct felt_plan_inspection *ret_inspection);
void felt_plan_inspection_done(struct felt_plan_inspection *inspection);

/* "link", "address", "neighbour", "fdb", "nexthop", "route". */
const char *felt_plan_item_noun(const struct felt_plan_item *item);
/* "172.17.8.0/24 via 172.17.8.0"; of a link that is not as it should be the operation. text has
 * FELT_PLAN_OP_TEXT bytes. Returns text. */
const char *felt_plan_item_format(const struct felt_plan_item *item, char *text);
