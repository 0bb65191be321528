/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of the way to a member through the overlay itself (proto/path.md), of packets of
 * one family. */
#pragma once

#include <stdint.h>

#include "base/usec.h"

/* Of the network's first family, and of IPv6 where that is IPv4 and the network has both. */
#define FELT_PATHS 2

enum felt_path_state {
    FELT_PATH_UNKNOWN,     /* not tried, or not since it has changed */
    FELT_PATH_PASSES,      /* large packets, too, where those were tried */
    FELT_PATH_LARGE_FAILS, /* small packets pass, those of the overlay's MTU do not */
    FELT_PATH_FAILS,       /* nothing passes, though the member is alive */
};

struct felt_path {
    uint64_t way;       /* a hash of its lease, address and device: others make another path */
    felt_usec since_us; /* since when it is as it was told */
    uint32_t rtt_us;    /* of the last answer; 0: none yet */
    uint8_t state;      /* enum felt_path_state */
    uint8_t told;       /* what the last event said of it: UNKNOWN and PASSES need none */
};
