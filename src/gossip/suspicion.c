/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/suspicion.h"

#include "base/idiom.h"
#include "gossip/scale.h"

/* Decades of members, in thousandths, that a limit has at least. */
#define DECADES_MIN       2000 /* so that small clusters have time for checks and confirmations */
#define DECADES_MIN_PLAIN 1000 /* SWIM as published */

/* 1000 * log(c + 1) / log(k + 1) for c confirmations of k. */
static uint32_t shrink_milli(unsigned c, unsigned k)
{
    return felt_scale_log10_milli(c + 1) * 1000 / felt_scale_log10_milli(k + 1);
}

struct felt_suspicion_limits felt_suspicion_limits(const struct felt_swim_tuning *tuning,
                                                   felt_usec unit_us, uint32_t n)
{
    uint32_t least = tuning->plain ? DECADES_MIN_PLAIN : DECADES_MIN;
    uint32_t decades = FELT_MAX(felt_scale_log10_milli(n), least);
    felt_usec min_us = (felt_usec)tuning->alpha * decades * unit_us / 1000;

    return (struct felt_suspicion_limits){.min_us = min_us,
                                          .max_us = tuning->plain ? min_us : tuning->beta * min_us};
}

void felt_suspicion_begin(struct felt_suspicion *s, felt_usec now, uint32_t origin,
                          const struct felt_suspicion_limits *limits)
{
    *s = (struct felt_suspicion){
        .start_us = now,
        .min_us = limits->min_us,
        .max_us = limits->max_us,
        .own_us = now,
        .n_origins = 1,
        .origins[0] = origin,
    };
    felt_check_init(&s->check);
}

static bool is_origin(const struct felt_suspicion *s, uint32_t origin)
{
    for (unsigned i = 0; i < s->n_origins; i++)
        if (s->origins[i] == origin)
            return true;
    return false;
}

bool felt_suspicion_confirm(struct felt_suspicion *s, uint32_t origin)
{
    if (s->confirmed == FELT_SUSPICION_CONFIRMED_MAX || is_origin(s, origin))
        return false;
    s->confirmed++;
    s->origins[s->n_origins++] = origin;
    return true;
}

bool felt_suspicion_confirm_own(struct felt_suspicion *s, felt_usec now, uint32_t self, bool few)
{
    if (s->confirmed == FELT_SUSPICION_CONFIRMED_MAX)
        return false;
    if (!is_origin(s, self))
        s->origins[s->n_origins++] = self;
    else if (!few || felt_usec_sub(now, s->own_us) < FELT_SUSPICION_OWN_PAUSE)
        return false;
    s->confirmed++;
    s->own_us = now;
    return true;
}

void felt_suspicion_confirm_all(struct felt_suspicion *s)
{
    s->confirmed = FELT_SUSPICION_CONFIRMED_MAX;
}

void felt_suspicion_put_off(struct felt_suspicion *s, felt_usec by)
{
    s->start_us = felt_usec_add(s->start_us, by);
    felt_check_put_off(&s->check, by);
}

felt_usec felt_suspicion_deadline(const struct felt_suspicion *s, bool confirmations_count)
{
    unsigned confirmed = confirmations_count ? s->confirmed : 0;
    felt_usec span = s->max_us - s->min_us;

    span -= span * shrink_milli(confirmed, FELT_SUSPICION_CONFIRMED_MAX) / 1000;
    return felt_usec_add(s->start_us, felt_usec_add(s->min_us, span));
}
