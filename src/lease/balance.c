/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/balance.h"

#include "base/idiom.h"

#define TOLERANCE                                                                   \
    8 /* an eighth: few gifts for a spread that a dead member's slots do not decide \
       */

bool felt_balance_is_rich(uint32_t stake, uint64_t total, uint32_t n)
{
    uint64_t over = FELT_MAX(total, (uint64_t)n * TOLERANCE); /* times n * TOLERANCE */

    return (uint64_t)stake * n * TOLERANCE > total * TOLERANCE + over;
}

static uint64_t total_of(const struct felt_heir *members, uint32_t n)
{
    uint64_t total = 0;

    for (uint32_t i = 0; i < n; i++)
        total += members[i].stake;
    return total;
}

/* The rich behind the others, whose number is returned. */
static uint32_t part(struct felt_heir *members, uint32_t n, uint64_t total)
{
    uint32_t poor = 0;

    for (uint32_t i = 0; i < n; i++) {
        struct felt_heir member = members[i];

        member.share = 0;
        members[i] = member;
        if (felt_balance_is_rich(member.stake, total, n))
            continue;
        members[i] = members[poor];
        members[poor++] = member;
    }
    return poor;
}

uint32_t felt_balance_decide(struct felt_heir *members, uint32_t n, const struct felt_id *self)
{
    uint64_t total = total_of(members, n);
    uint32_t poor = part(members, n, total), keep = (uint32_t)((total + n - 1) / FELT_MAX(n, 1u));
    uint32_t all = 0, before = 0, own = 0, at = 0;

    /* The rich in the order of their ids: what those before us give, what we do, what all do. */
    for (uint32_t i = poor; i < n; i++) {
        uint32_t surplus = members[i].stake - keep;

        all += surplus;
        if (felt_id_equal(&members[i].id, self))
            own = surplus;
        else if (felt_id_cmp(&members[i].id, self) < 0)
            before += surplus;
    }
    felt_heirs_share(members, poor, all);
    /* All shares one after the other; ours is the part [before, before + own). */
    for (uint32_t i = 0; i < poor; i++) {
        uint32_t first = FELT_MAX(at, before);
        uint32_t end = FELT_MIN(at + members[i].share, before + own);

        at += members[i].share;
        members[i].share = end > first ? end - first : 0;
    }
    return own;
}
