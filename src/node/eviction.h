/* SPDX-License-Identifier: Apache-2.0 */
/* Who is dead for long and owns nothing has no way to say farewell, and nobody needs it: it counts
 * as left (proto/gossip.md 6.2). Owners are never evicted.
 * Private to node. */
#pragma once

#include <stdint.h>

#include "base/usec.h"

#define FELT_EVICTION_TIME (3600 * FELT_USEC_SEC) /* dead for so long, at the least */

struct felt_node;

/* Who was dead and owned nothing when we last looked. */
struct felt_eviction_candidate {
    uint32_t place;
    uint64_t incarnation;
};

struct felt_eviction {
    felt_usec next_us; /* the next look, if anybody is dead then */
    uint32_t n;        /* by place */
    struct felt_eviction_candidate *candidates;
};

void felt_eviction_init(struct felt_node *node);
void felt_eviction_done(struct felt_eviction *eviction);
/* Places will mean other members from now on. */
void felt_eviction_forget(struct felt_eviction *eviction);
/* We did not listen for so long: that time does not count as theirs. */
void felt_eviction_put_off(struct felt_eviction *eviction, felt_usec by);
felt_usec felt_eviction_deadline(const struct felt_node *node);
void felt_eviction_wake(struct felt_node *node);
