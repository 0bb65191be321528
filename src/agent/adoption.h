/* SPDX-License-Identifier: Apache-2.0 */
/* When what an earlier agent left in the kernel may be cleared away. A node that has just founded
 * or joined its cluster believes to know everybody, while the others are about to come: on the
 * hosts of a flannel network that is being taken over, their entries carry traffic. So nothing is
 * stale yet for a while after the first lease of a run, where the device is another agent's or a
 * member has not told its lease and device. */
#pragma once

#include <stdbool.h>

#include "base/usec.h"
#include "plan/desired.h"

struct felt_adoption {
    felt_usec grace_us; /* --adopt-grace. The default is longer than starting the agent on all hosts
                         * with one command takes, and than a member needs from joining to its
                         * announcement; short enough that an operator sees stale routes go */
    felt_usec leased_us; /* when this run first had a lease; 0: not yet */
};

/* What a pass with a lease may take for granted; synced is of felt_self_view, is_anothers says that
 * the device was made by another agent, all_told that every living member has told its lease and
 * device. *ret_wait_us: after which time the answer changes by itself; 0: it does not. */
enum felt_plan_knowledge felt_adoption_knowledge(struct felt_adoption *adoption, felt_usec now,
                                                 bool synced, bool is_anothers, bool all_told,
                                                 felt_usec *ret_wait_us);
