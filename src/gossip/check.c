/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/check.h"

#include "gossip/standing.h"
#include "gossip/swim_core.h"

#define REFUSED_AGAIN (1 * FELT_USEC_SEC) /* a restart takes less, as far as the port goes */

void felt_check_init(struct felt_check *check)
{
    *check = (struct felt_check){.next_us = FELT_USEC_NEVER};
}

void felt_check_put_off(struct felt_check *check, felt_usec by)
{
    check->next_us = felt_usec_add(check->next_us, by);
    check->sent_us = 0;
}

static struct felt_check *check_of(struct felt_swim *swim, uint32_t i)
{
    struct felt_suspicion *s = felt_members_at(swim->members, i)->suspicion;

    return s ? &s->check : NULL;
}

void felt_check_consider(struct felt_swim *swim, uint32_t i, bool own)
{
    uint32_t n = felt_members_count_live(swim->members);
    struct felt_check *check = check_of(swim, i);

    if (!check || check->next_us != FELT_USEC_NEVER || swim->tuning.plain)
        return;
    if (!own && felt_prng_below(&swim->prng, FELT_MAX(n, 1u)) >= FELT_SWIM_CHECKERS)
        return;
    check->next_us = swim->now;
    felt_standing_arm(swim, i);
}

void felt_check_due(struct felt_swim *swim, uint32_t i)
{
    struct felt_check *check = check_of(swim, i);
    felt_usec pause = FELT_MAX(felt_swim_timeout(swim, i), FELT_SWIM_CHECK);

    if (check->seq != 0)
        felt_standing_failed(swim, i);
    check->seq = felt_swim_next_seq(swim);
    check->sent_us = swim->now;
    check->next_us = felt_usec_add(swim->now, felt_health_stretch(&swim->health, pause));
    felt_swim_emit(swim, FELT_SWIM_PROBE, i, i, check->seq);
}

bool felt_check_ack(struct felt_swim *swim, uint32_t i, uint32_t seq)
{
    struct felt_check *check = check_of(swim, i);

    if (!check || check->seq == 0 || check->seq != seq)
        return false;
    felt_swim_measured(swim, i, check->sent_us);
    check->seq = 0;
    return true;
}

void felt_check_refused(struct felt_swim *swim, uint32_t i)
{
    struct felt_suspicion *s = felt_members_at(swim->members, i)->suspicion;
    bool alone = felt_members_count_state(swim->members, FELT_MEMBER_ALIVE) <= 1;

    if (!s || s->check.seq == 0)
        return;
    s->check.seq = 0;
    /* Another member says that it is dead: our refusal beside it is the proof. With nobody to ask
     * it is that the port stays closed. */
    if (s->told_dead ||
        (alone && s->refused_us != 0 && felt_usec_sub(swim->now, s->refused_us) >= REFUSED_AGAIN)) {
        felt_standing_dies(swim, i);
        return;
    }
    if (s->refused_us == 0)
        s->refused_us = FELT_MAX(swim->now, (felt_usec)1);
    felt_standing_failed(swim, i);
}

void felt_check_unreachable(struct felt_swim *swim, uint32_t i)
{
    struct felt_check *check = check_of(swim, i);

    if (check)
        check->seq = 0;
}
