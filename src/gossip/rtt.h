/* SPDX-License-Identifier: Apache-2.0 */
/* A peer's round trip, smoothed as TCP does (RFC 6298), and the probe timeout that follows. */
#pragma once

#include <stdint.h>

#include "base/usec.h"

#define FELT_RTT_TIMEOUT_MIN (20 * FELT_USEC_MS)
#define FELT_RTT_TIMEOUT_MAX (500 * FELT_USEC_MS)
/* For a peer that was never measured: so many times the others' timeout, and at least that. */
#define FELT_RTT_STRANGER_TIMES 3
#define FELT_RTT_STRANGER_MIN   (50 * FELT_USEC_MS)

struct felt_rtt {
    uint32_t smoothed_us; /* 0: not measured */
    uint32_t variation_us;
};

void felt_rtt_measured(struct felt_rtt *rtt, felt_usec sample_us);
/* Between the two limits; the larger one until there is a measurement. */
felt_usec felt_rtt_timeout(const struct felt_rtt *rtt);
/* The timeout for a peer that was never measured, from what `all` the others' measurements came to:
 * more generous than theirs. */
felt_usec felt_rtt_timeout_stranger(const struct felt_rtt *all);
