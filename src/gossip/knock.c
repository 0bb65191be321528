/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/knock.h"

#include "gossip/swim_core.h"

void felt_knock_init(struct felt_knock *knock)
{
    *knock = (struct felt_knock){.target = FELT_MEMBER_NONE};
}

void felt_knock_arm(struct felt_swim *swim)
{
    if (felt_deadlines_get(swim->deadlines, FELT_SWIM_KEY_KNOCK) != FELT_USEC_NEVER)
        return;
    felt_deadlines_set(swim->deadlines, FELT_SWIM_KEY_KNOCK,
                       felt_usec_add(swim->now, felt_prng_jitter(&swim->prng, FELT_SWIM_KNOCK)));
}

/* The first dead member from a place on, or before it. */
static uint32_t find_dead(const struct felt_swim *swim, uint32_t start)
{
    uint32_t end = felt_members_end(swim->members);

    for (uint32_t k = 0; k < end; k++) {
        uint32_t i = (start + k) % end;

        if (felt_members_next(swim->members, i) == i &&
            felt_members_peek(swim->members, i)->state == FELT_MEMBER_DEAD)
            return i;
    }
    return FELT_MEMBER_NONE;
}

void felt_knock_due(struct felt_swim *swim)
{
    uint32_t i;

    felt_deadlines_set(swim->deadlines, FELT_SWIM_KEY_KNOCK, FELT_USEC_NEVER);
    felt_knock_init(&swim->knock);
    if (felt_members_count_state(swim->members, FELT_MEMBER_DEAD) == 0)
        return;
    felt_knock_arm(swim);
    i = find_dead(swim, (uint32_t)felt_prng_below(&swim->prng, felt_members_end(swim->members)));
    if (i == FELT_MEMBER_NONE)
        return;
    swim->knock = (struct felt_knock){.target = i, .seq = felt_swim_next_seq(swim)};
    felt_swim_emit(swim, FELT_SWIM_PROBE, i, i, swim->knock.seq);
}

bool felt_knock_ack(struct felt_swim *swim, uint32_t i, uint32_t seq)
{
    if (swim->knock.target != i || swim->knock.seq != seq)
        return false;
    felt_knock_init(&swim->knock);
    return true;
}

void felt_knock_forget(struct felt_swim *swim, uint32_t i)
{
    if (swim->knock.target == i)
        felt_knock_init(&swim->knock);
}
