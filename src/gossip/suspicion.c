/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/suspicion.h"

#include "base/idiom.h"
#include "gossip/scale.h"

#define ALPHA 3 /* shortest suspicion, in periods per decade of members; proto/gossip.md 3.3 */
#define BETA  6 /* longest, in shortest ones; Lifeguard section V */

/* 1000 * log(c + 1) / log(k + 1) for c confirmations of k. */
static uint32_t shrink_milli(unsigned c, unsigned k)
{
    return felt_scale_log10_milli(c + 1) * 1000 / felt_scale_log10_milli(k + 1);
}

void felt_suspicion_begin(struct felt_suspicion *s, felt_usec now, uint32_t origin,
                          felt_usec period_us, uint32_t n)
{
    uint32_t log_milli = FELT_MAX(felt_scale_log10_milli(n), 1000u);
    /* Neither the suspect nor who began can confirm. */
    uint32_t others = n > 2 ? n - 2 : 0;

    *s = (struct felt_suspicion){
        .start_us = now,
        .min_us = ALPHA * log_milli * period_us / 1000,
        .confirmed_max = (uint8_t)FELT_MIN(others, (uint32_t)FELT_SUSPICION_CONFIRMED_MAX),
    };
    s->max_us = BETA * s->min_us;
    s->origins[0] = origin;
}

bool felt_suspicion_confirm(struct felt_suspicion *s, uint32_t origin)
{
    if (s->confirmed == s->confirmed_max)
        return false;
    for (unsigned i = 0; i <= s->confirmed; i++)
        if (s->origins[i] == origin)
            return false;
    s->origins[++s->confirmed] = origin;
    return true;
}

felt_usec felt_suspicion_deadline(const struct felt_suspicion *s)
{
    felt_usec span;

    if (s->confirmed >= s->confirmed_max)
        return felt_usec_add(s->start_us, s->min_us);
    span = s->max_us - s->min_us;
    span -= span * shrink_milli(s->confirmed, s->confirmed_max) / 1000;
    return felt_usec_add(s->start_us, s->min_us + span);
}
