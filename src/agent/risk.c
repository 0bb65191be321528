/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/risk.h"

#include <stdio.h>

#include "base/idiom.h"
#include "lease/waiting.h"

struct felt_risk felt_risk_of_lease(const struct felt_self_view *self,
                                    const struct felt_member_view *all, size_t n, felt_usec now)
{
    struct felt_risk risk = {.left_us = FELT_USEC_NEVER};

    for (size_t i = 0; i < n; i++)
        risk.n_silent += all[i].state == FELT_MEMBER_DEAD ? all[i].n_slots : 0;
    risk.at_risk = self->has_lease && risk.n_silent > self->n_slots / 2;
    if (!risk.at_risk)
        return risk;
    /* The others do not count before they hold us for dead, so we have at least so long. */
    risk.for_us = self->cut_us > 0 ? felt_usec_sub(now, self->cut_us) : 0;
    if (self->lease_time_us > 0)
        risk.left_us = felt_usec_sub(self->lease_time_us, risk.for_us);
    return risk;
}

static bool is_dead_owner(const struct felt_member_view *m)
{
    return m->state == FELT_MEMBER_DEAD && m->n_slots > 0;
}

felt_usec felt_risk_until_reclaim(const struct felt_self_view *self,
                                  const struct felt_member_view *m)
{
    if (!is_dead_owner(m) || self->lease_time_us == 0)
        return FELT_USEC_NEVER;
    return felt_usec_sub(self->lease_time_us, m->lapse_us);
}

const char *felt_risk_format(const struct felt_self_view *self, const struct felt_member_view *m,
                             char *text)
{
    char silent[FELT_WAITING_TIME], left[FELT_WAITING_TIME];
    felt_usec until = felt_risk_until_reclaim(self, m);

    text[0] = '\0';
    if (!is_dead_owner(m))
        return text;
    felt_waiting_time(m->lapse_us, silent);
    if (until == FELT_USEC_NEVER)
        snprintf(text, FELT_RISK_TEXT, "silent for %s, reclaimable by 'feltctl reclaim' only",
                 silent);
    else if (self->cut_us > 0)
        snprintf(text, FELT_RISK_TEXT, "silent for %s, not reclaimable without a majority", silent);
    else if (until == 0)
        snprintf(text, FELT_RISK_TEXT, "silent for %s, reclaimable now", silent);
    else
        snprintf(text, FELT_RISK_TEXT, "silent for %s, reclaimable in %s", silent,
                 felt_waiting_time(until, left));
    return text;
}
