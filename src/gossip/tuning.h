/* SPDX-License-Identifier: Apache-2.0 */
/* What of the failure detector may be tuned. feltd leaves it alone; the simulator measures with it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* How long a suspicion lasts at least; proto/gossip.md G-3.3.1. */
#define FELT_SWIM_ALPHA 4
/* How many times longer it may last; Lifeguard (Dadgar et al., 2017), section V. */
#define FELT_SWIM_BETA 6

struct felt_swim_tuning {
    uint32_t alpha; /* 0: FELT_SWIM_ALPHA */
    uint32_t beta;  /* 0: FELT_SWIM_BETA */
    /* SWIM as it was published, without anything of Lifeguard's and ours: fixed time limits, no
     * health, no checks, no confirmations. It is there to be compared with. */
    bool plain;
};
