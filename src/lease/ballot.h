/* SPDX-License-Identifier: Apache-2.0 */
/* Ballots: ordered by round, then by who proposes with them, so that no two proposers share one. */
#pragma once

#include <stdbool.h>

#include "wire/vote.h"

static inline int felt_ballot_cmp(const struct felt_ballot *a, const struct felt_ballot *b)
{
    if (a->round != b->round)
        return a->round < b->round ? -1 : 1;
    return a->round == 0 ? 0 : felt_id_cmp(&a->id, &b->id);
}

static inline bool felt_ballot_is_none(const struct felt_ballot *a)
{
    return a->round == 0;
}
