/* SPDX-License-Identifier: Apache-2.0 */
/* Many members fall silent at once: rather it is we who hear nothing (proto/gossip.md 3.3). While
 * that lasts nobody's confirmation counts, so that all have the longest time to be heard of again.
 * Private to gossip. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* It begins with more than one in three of the other live members, and at least two, suspect; it
 * is over with no more than one in six, so that it does not come and go. */
#define FELT_CROWD_BEGINS 3
#define FELT_CROWD_LEAST  2
#define FELT_CROWD_ENDS   6

struct felt_crowd {
    uint32_t n_suspect; /* through silence, not through news of a death */
    bool silent;
};

/* n is the number of the other live members. True where `silent` has changed. */
bool felt_crowd_update(struct felt_crowd *crowd, uint32_t n);
