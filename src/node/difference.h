/* SPDX-License-Identifier: Apache-2.0 */
/* When a table that differs from another member's should be pulled: not at once, since rumours may
 * be on their way, but not much later either (proto/gossip.md 4.2).
 *
 * Members may disagree in camps, each equal within itself. So only equality with the member that
 * first differed says that a difference is over; equality with anybody else says nothing of it.
 * Private to node. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/usec.h"

#define FELT_DIFFERENCE_SPREAD (2 * FELT_USEC_SEC)  /* rumours have got everywhere by then */
#define FELT_DIFFERENCE_PAUSE  (500 * FELT_USEC_MS) /* between two pulls */
#define FELT_DIFFERENCE_OVER   (10 * FELT_USEC_SEC) /* not seen for so long, it is another one */

struct felt_difference {
    uint32_t from; /* the member that first differed; FELT_MEMBER_NONE: there is no difference */
    felt_usec since_us; /* when that was */
    felt_usec last_us;  /* when anybody last differed */
    felt_usec next_us;  /* the next pull not before then */
    bool hurry;         /* do not wait for rumours: we may know little */
    bool met;           /* we have equalled another member in this run */
};

void felt_difference_init(struct felt_difference *difference);
/* We have been away, or are new: pull from whoever differs, until somebody does not. */
void felt_difference_hurry(struct felt_difference *difference, felt_usec now);
/* A pull is made without having seen a difference: the next one after a pause. */
void felt_difference_pulled(struct felt_difference *difference, felt_usec now);
/* A member's digest was held against ours. True: pull from that member now. */
bool felt_difference_seen(struct felt_difference *difference, felt_usec now, uint32_t member,
                          bool differs);
