/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/heirs.h"

#include <stdlib.h>

static int by_stake(const void *a, const void *b)
{
    const struct felt_heir *x = a, *y = b;

    if (x->stake != y->stake)
        return x->stake < y->stake ? -1 : 1;
    return felt_id_cmp(&x->id, &y->id);
}

void felt_heirs_share(struct felt_heir *heirs, uint32_t n, uint32_t total)
{
    uint64_t level, owned = 0, rest;
    uint32_t poor = 0;

    if (n == 0)
        return;
    qsort(heirs, n, sizeof(*heirs), by_stake);
    /* As many of the poorest as `total` suffices for to lift them to the next one's stake. */
    while (poor < n && (uint64_t)heirs[poor].stake * poor <= owned + total)
        owned += heirs[poor++].stake;
    level = (owned + total) / poor;
    rest = (owned + total) % poor;
    for (uint32_t i = 0; i < n; i++) {
        heirs[i].share = 0;
        if (i < poor)
            heirs[i].share = (uint32_t)(level + (i < rest) - heirs[i].stake);
    }
}
