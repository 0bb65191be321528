/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/relay.h"

#include "gossip/swim_core.h"

static void update_deadline(struct felt_swim *swim)
{
    felt_usec first = FELT_USEC_NEVER;

    for (unsigned k = 0; k < FELT_RELAYS_MAX; k++)
        if (swim->relays.items[k].seq != 0)
            first = FELT_MIN(first, swim->relays.items[k].late_us);
    felt_deadlines_set(swim->deadlines, FELT_SWIM_KEY_RELAYS, first);
}

/* Answers who asked; the relay is free then. */
static void answer(struct felt_swim *swim, struct felt_relay *relay, enum felt_swim_send_kind kind)
{
    felt_swim_emit(swim, kind, relay->asker, relay->target, relay->asker_seq);
    relay->seq = 0;
}

enum felt_verdict felt_relay_begin(struct felt_swim *swim, uint32_t asker, uint32_t target,
                                   uint32_t asker_seq)
{
    felt_usec timeout = FELT_MIN(felt_swim_timeout(swim, target), FELT_RELAY_PATIENCE);

    if (target == FELT_MEMBER_SELF || target == asker)
        return FELT_VERDICT_MISDIRECTED;
    if (felt_members_peek(swim->members, target)->state == FELT_MEMBER_LEFT)
        return FELT_VERDICT_STALE;
    for (unsigned k = 0; k < FELT_RELAYS_MAX; k++) {
        struct felt_relay *relay = &swim->relays.items[k];

        if (relay->seq != 0)
            continue;
        *relay = (struct felt_relay){
            .seq = felt_swim_next_seq(swim),
            .asker = asker,
            .asker_seq = asker_seq,
            .target = target,
            .late_us = felt_usec_add(swim->now, timeout),
        };
        felt_swim_emit(swim, FELT_SWIM_PROBE, target, target, relay->seq);
        update_deadline(swim);
        return FELT_VERDICT_TAKEN;
    }
    return FELT_VERDICT_BUSY;
}

void felt_relay_due(struct felt_swim *swim)
{
    for (unsigned k = 0; k < FELT_RELAYS_MAX && swim->n_sends < FELT_SWIM_SENDS_MAX; k++) {
        struct felt_relay *relay = &swim->relays.items[k];

        if (relay->seq != 0 && relay->late_us <= swim->now)
            answer(swim, relay, FELT_SWIM_NACK);
    }
    update_deadline(swim); /* now, where some are left over */
}

bool felt_relay_ack(struct felt_swim *swim, uint32_t i, uint32_t seq)
{
    for (unsigned k = 0; k < FELT_RELAYS_MAX; k++) {
        struct felt_relay *relay = &swim->relays.items[k];

        if (relay->seq == 0 || relay->seq != seq || relay->target != i)
            continue;
        answer(swim, relay, FELT_SWIM_ACK);
        update_deadline(swim);
        return true;
    }
    return false;
}

void felt_relay_refused(struct felt_swim *swim, const struct felt_endpoint *endpoint)
{
    for (unsigned k = 0; k < FELT_RELAYS_MAX; k++) {
        struct felt_relay *relay = &swim->relays.items[k];

        if (relay->seq != 0 && felt_swim_is_at(swim, relay->target, endpoint))
            answer(swim, relay, FELT_SWIM_NACK_REFUSED);
    }
    update_deadline(swim);
}

void felt_relay_unreachable(struct felt_swim *swim, const struct felt_endpoint *endpoint)
{
    for (unsigned k = 0; k < FELT_RELAYS_MAX; k++) {
        struct felt_relay *relay = &swim->relays.items[k];

        if (relay->seq != 0 && felt_swim_is_at(swim, relay->target, endpoint))
            relay->seq = 0;
    }
    update_deadline(swim);
}

void felt_relay_put_off(struct felt_swim *swim, felt_usec by)
{
    for (unsigned k = 0; k < FELT_RELAYS_MAX; k++)
        swim->relays.items[k].late_us = felt_usec_add(swim->relays.items[k].late_us, by);
    update_deadline(swim);
}

void felt_relay_forget(struct felt_swim *swim, uint32_t i)
{
    for (unsigned k = 0; k < FELT_RELAYS_MAX; k++)
        if (swim->relays.items[k].target == i || swim->relays.items[k].asker == i)
            swim->relays.items[k].seq = 0;
    update_deadline(swim);
}
