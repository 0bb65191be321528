/* SPDX-License-Identifier: Apache-2.0 */
/* What the reconciler tells the log: a peer's first programming is news (info), a later one a
 * repair (notice), a peer that cannot be reached a warning, once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "plan/diff.h"

/* Per peer of a felt_plan_desired, in its order. */
struct felt_peer_story {
    bool settled;                /* its entries have once been right since it was set */
    bool plain;                  /* a plain route leads to it, by the last pass */
    enum felt_plan_problem told; /* the trouble that the log knows of */
};

/* The stories of next's peers: what is known about those that are the same in both (subnet,
 * address, MAC and id) stays. NULL: no memory. The caller frees it. */
struct felt_peer_story *felt_peer_story_carry(const struct felt_plan_desired *last,
                                              const struct felt_peer_story *stories,
                                              const struct felt_plan_desired *next);

/* Tells of the entries of a pass. results is of felt_kernel_apply(); link_is_new: the device was
 * created in this pass, so that its entries are no repair to speak of, one by one. How many peers'
 * entries had been right before and were put right again. */
size_t felt_peer_story_tell(const struct felt_plan_desired *desired, const struct felt_plan *plan,
                            const int *results, bool link_is_new, struct felt_peer_story *stories);
