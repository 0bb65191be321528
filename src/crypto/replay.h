/* SPDX-License-Identifier: Apache-2.0 */
/* The sliding window of one sender: each (session, counter) is taken once. A sender counts all its
 * datagrams with one counter, so gaps are usual and the window is wide (proto/packet.md 3.1; RFC
 * 6479). */
#pragma once

#include <stdint.h>

#include "base/verdict.h"

#define FELT_REPLAY_WINDOW 256 /* counters */

struct felt_replay {
    uint64_t session; /* 0: nothing taken yet */
    uint64_t last;    /* largest counter taken in it */
    uint64_t seen[FELT_REPLAY_WINDOW / 64];
};

/* TAKEN, REPLAYED, or STALE (an earlier session than one we know). Asks only. */
enum felt_verdict felt_replay_check(const struct felt_replay *replay, uint64_t session,
                                    uint64_t counter);
/* Remembers what felt_replay_check() took. */
void felt_replay_take(struct felt_replay *replay, uint64_t session, uint64_t counter);
