/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/crowd.h"

bool felt_crowd_update(struct felt_crowd *crowd, uint32_t n)
{
    bool silent = crowd->silent;

    if (!silent)
        crowd->silent = crowd->n_suspect >= FELT_CROWD_LEAST &&
                        (uint64_t)crowd->n_suspect * FELT_CROWD_BEGINS > n;
    else
        crowd->silent = (uint64_t)crowd->n_suspect * FELT_CROWD_ENDS > n;
    return crowd->silent != silent;
}
