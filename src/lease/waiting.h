/* SPDX-License-Identifier: Apache-2.0 */
/* Why there is no slot for a joiner, in words. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/usec.h"

struct felt_waiting {
    uint32_t n_slots;    /* of the network, all of them owned */
    uint32_t n_silent;   /* of these belong to members that are dead */
    felt_usec silent_us; /* the longest silence among these members; FELT_USEC_NEVER: not known */
    felt_usec
        lease_us; /* after such a silence they are reclaimed; FELT_USEC_NEVER: not by itself */
    uint32_t n_reserved; /* that live members could give, and all of them are kept for others */
    bool stopped;        /* too many are silent: nothing can be decided, and no silence counts */
};

#define FELT_WAITING_TIME 32

/* In the largest unit of which there are two, rounded down: "119 s", "2 min", "47 h", "2 d". text
 * has FELT_WAITING_TIME bytes. Returns text. */
const char *felt_waiting_time(felt_usec time, char *text);

/* "all 3 free subnets are reserved for others", "all 255 subnets are owned; 3 belong to nodes
 * silent for 2 h, reclaimable in 22 h". Returns text, which is cut off where len does not suffice.
 */
const char *felt_waiting_format(const struct felt_waiting *waiting, char *text, size_t len);
