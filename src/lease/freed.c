/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/freed.h"

#include <string.h>

void felt_freed_note(struct felt_freed *freed, uint32_t slot)
{
    uint32_t rank = felt_freed_rank(freed, slot), at = rank > 0 ? rank - 1 : 0;

    if (rank == 0 && freed->n < FELT_FREED_MAX) {
        freed->slots[freed->n++] = slot;
        return;
    }
    memmove(freed->slots + at, freed->slots + at + 1,
            (freed->n - at - 1) * sizeof(freed->slots[0]));
    freed->slots[freed->n - 1] = slot;
}

uint32_t felt_freed_rank(const struct felt_freed *freed, uint32_t slot)
{
    for (uint32_t i = 0; i < freed->n; i++)
        if (freed->slots[i] == slot)
            return i + 1;
    return 0;
}
