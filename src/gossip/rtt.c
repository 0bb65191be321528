/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/rtt.h"

#include "base/idiom.h"

void felt_rtt_measured(struct felt_rtt *rtt, felt_usec sample_us)
{
    uint32_t sample = (uint32_t)FELT_MAX(FELT_MIN(sample_us, 10 * FELT_USEC_SEC), 1u);
    uint32_t off;

    if (rtt->smoothed_us == 0) {
        rtt->smoothed_us = sample;
        rtt->variation_us = sample / 2;
        return;
    }
    off = sample > rtt->smoothed_us ? sample - rtt->smoothed_us : rtt->smoothed_us - sample;
    rtt->variation_us = rtt->variation_us - rtt->variation_us / 4 + off / 4;
    rtt->smoothed_us = FELT_MAX(rtt->smoothed_us - rtt->smoothed_us / 8 + sample / 8, 1u);
}

felt_usec felt_rtt_timeout(const struct felt_rtt *rtt)
{
    felt_usec timeout = rtt->smoothed_us + 4 * (felt_usec)rtt->variation_us;

    if (rtt->smoothed_us == 0)
        return FELT_RTT_TIMEOUT_MAX;
    return FELT_MIN(FELT_MAX(timeout, FELT_RTT_TIMEOUT_MIN), FELT_RTT_TIMEOUT_MAX);
}

felt_usec felt_rtt_timeout_stranger(const struct felt_rtt *all)
{
    felt_usec timeout = FELT_RTT_STRANGER_TIMES * felt_rtt_timeout(all);

    return FELT_MIN(FELT_MAX(timeout, FELT_RTT_STRANGER_MIN), FELT_RTT_TIMEOUT_MAX);
}
