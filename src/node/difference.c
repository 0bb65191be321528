/* SPDX-License-Identifier: Apache-2.0 */
#include "node/difference.h"

#include "gossip/member.h"

void felt_difference_init(struct felt_difference *difference)
{
    *difference = (struct felt_difference){.from = FELT_MEMBER_NONE};
}

void felt_difference_hurry(struct felt_difference *difference, felt_usec now)
{
    difference->hurry = true;
    difference->next_us = now;
}

void felt_difference_pulled(struct felt_difference *difference, felt_usec now)
{
    difference->next_us = felt_usec_add(now, FELT_DIFFERENCE_PAUSE);
}

bool felt_difference_seen(struct felt_difference *difference, felt_usec now, uint32_t member,
                          bool differs)
{
    struct felt_difference *d = difference;

    if (!differs) {
        d->met = true;
        d->hurry = false;
        if (d->from == member)
            d->from = FELT_MEMBER_NONE;
        return false;
    }
    /* The member may never be heard again; then time ends the difference. */
    if (d->from == FELT_MEMBER_NONE || now >= felt_usec_add(d->last_us, FELT_DIFFERENCE_OVER)) {
        d->from = member;
        d->since_us = now;
    }
    d->last_us = now;
    if (now < d->next_us || (!d->hurry && now < felt_usec_add(d->since_us, FELT_DIFFERENCE_SPREAD)))
        return false;
    felt_difference_pulled(d, now);
    return true;
}
