/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/standing.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "gossip/knock.h"
#include "gossip/swim_core.h"

#define FEW 3 /* others that could confirm: with fewer our own failures must */

uint32_t felt_standing_origin(const struct felt_swim *swim, uint32_t i)
{
    return felt_get_be32(felt_members_id(swim->members, i)->b);
}

static uint32_t n_peers(const struct felt_swim *swim)
{
    uint32_t n = felt_members_count_live(swim->members);

    return n > 0 ? n - 1 : 0;
}

void felt_standing_arm(struct felt_swim *swim, uint32_t i)
{
    const struct felt_suspicion *s = felt_members_peek(swim->members, i)->suspicion;
    felt_usec when = FELT_USEC_NEVER;

    if (s)
        when = FELT_MIN(felt_suspicion_deadline(s, !swim->crowd.silent), s->check.next_us);
    /* The deadlines of members that were never suspect are pages that were never touched. */
    if (when != felt_deadlines_get(swim->deadlines, FELT_SWIM_KEY_MEMBER + i))
        felt_deadlines_set(swim->deadlines, FELT_SWIM_KEY_MEMBER + i, when);
}

static void arm_all(struct felt_swim *swim)
{
    for (uint32_t i = felt_members_next(swim->members, 0); i != FELT_MEMBER_NONE;
         i = felt_members_next(swim->members, i + 1))
        if (felt_members_peek(swim->members, i)->suspicion)
            felt_standing_arm(swim, i);
}

/* Their number has changed, or that of the suspects among them. */
static void count_crowd(struct felt_swim *swim)
{
    if (!swim->tuning.plain && felt_crowd_update(&swim->crowd, n_peers(swim)))
        arm_all(swim);
}

static void report(struct felt_swim *swim, uint32_t i, enum felt_member_state state)
{
    if (swim->n_changes < FELT_SWIM_CHANGES_MAX)
        swim->changes[swim->n_changes++] = (struct felt_swim_change){.member = i, .state = state};
}

/* Its suspicion is over, or begins anew. */
static void uncount(struct felt_swim *swim, uint32_t i)
{
    const struct felt_suspicion *s = felt_members_peek(swim->members, i)->suspicion;

    if (s && !s->told_dead)
        swim->crowd.n_suspect--;
}

void felt_standing_set(struct felt_swim *swim, uint32_t i, enum felt_member_state state,
                       uint64_t incarnation)
{
    bool differs = felt_members_peek(swim->members, i)->state != state;

    assert(state != FELT_MEMBER_SUSPECT);
    uncount(swim, i);
    felt_members_set_state(swim->members, i, state, incarnation);
    felt_swim_tell(swim, i);
    felt_standing_arm(swim, i);
    count_crowd(swim);
    if (state == FELT_MEMBER_DEAD)
        felt_knock_arm(swim);
    if (differs)
        report(swim, i, state);
}

void felt_standing_dies(struct felt_swim *swim, uint32_t i)
{
    felt_standing_set(swim, i, FELT_MEMBER_DEAD, felt_members_peek(swim->members, i)->incarnation);
}

static bool suspect(struct felt_swim *swim, uint32_t i, uint64_t incarnation, uint32_t origin,
                    bool told_dead)
{
    struct felt_member *m = felt_members_at(swim->members, i);
    bool own = origin == felt_standing_origin(swim, FELT_MEMBER_SELF);
    bool differs = m->state != FELT_MEMBER_SUSPECT;
    felt_usec unit = swim->tuning.plain ? FELT_SWIM_PERIOD : FELT_SWIM_CHECK;
    struct felt_suspicion_limits limits;

    uncount(swim, i);
    if (!m->suspicion)
        m->suspicion = malloc(sizeof(*m->suspicion));
    if (!m->suspicion)
        return false;
    if (own)
        unit = felt_health_stretch(&swim->health, unit);
    limits = felt_suspicion_limits(&swim->tuning, unit, felt_members_count_live(swim->members));
    felt_suspicion_begin(m->suspicion, swim->now, origin, &limits);
    felt_members_set_state(swim->members, i, FELT_MEMBER_SUSPECT, incarnation);
    m->suspicion->told_dead = told_dead;
    if (told_dead)
        felt_suspicion_confirm_all(m->suspicion);
    else
        swim->crowd.n_suspect++;
    felt_swim_tell(swim, i);
    felt_standing_arm(swim, i);
    count_crowd(swim);
    if (differs)
        report(swim, i, FELT_MEMBER_SUSPECT);
    felt_check_consider(swim, i, own);
    return true;
}

bool felt_standing_suspect(struct felt_swim *swim, uint32_t i, uint64_t incarnation,
                           uint32_t origin)
{
    return suspect(swim, i, incarnation, origin, false);
}

bool felt_standing_told_dead(struct felt_swim *swim, uint32_t i, uint64_t incarnation)
{
    return suspect(swim, i, incarnation, 0, true);
}

void felt_standing_confirm(struct felt_swim *swim, uint32_t i, uint32_t origin)
{
    struct felt_suspicion *s = felt_members_at(swim->members, i)->suspicion;

    if (!s || swim->tuning.plain || !felt_suspicion_confirm(s, origin))
        return;
    felt_swim_tell(swim, i);
    felt_standing_arm(swim, i);
}

void felt_standing_failed(struct felt_swim *swim, uint32_t i)
{
    uint32_t self = felt_standing_origin(swim, FELT_MEMBER_SELF);
    struct felt_member *m = felt_members_at(swim->members, i);
    uint32_t n = n_peers(swim);

    if (m->state == FELT_MEMBER_ALIVE) {
        felt_standing_suspect(swim, i, m->incarnation, self);
        return;
    }
    if (m->state != FELT_MEMBER_SUSPECT || swim->tuning.plain)
        return;
    /* Neither it nor we are others. */
    if (felt_suspicion_confirm_own(m->suspicion, swim->now, self, n < FEW + 1)) {
        felt_swim_tell(swim, i);
        felt_standing_arm(swim, i);
    }
    felt_check_consider(swim, i, true);
}

void felt_standing_due(struct felt_swim *swim, uint32_t i)
{
    const struct felt_suspicion *s = felt_members_peek(swim->members, i)->suspicion;

    if (felt_suspicion_deadline(s, !swim->crowd.silent) <= swim->now) {
        felt_standing_dies(swim, i);
        return;
    }
    felt_check_due(swim, i);
    felt_standing_arm(swim, i);
}

void felt_standing_put_off(struct felt_swim *swim, felt_usec by)
{
    for (uint32_t i = felt_members_next(swim->members, 0); i != FELT_MEMBER_NONE;
         i = felt_members_next(swim->members, i + 1)) {
        struct felt_suspicion *s = felt_members_at(swim->members, i)->suspicion;

        if (s)
            felt_suspicion_put_off(s, by);
    }
    arm_all(swim);
}

void felt_standing_forget(struct felt_swim *swim, uint32_t i)
{
    uncount(swim, i);
    if (felt_deadlines_get(swim->deadlines, FELT_SWIM_KEY_MEMBER + i) != FELT_USEC_NEVER)
        felt_deadlines_set(swim->deadlines, FELT_SWIM_KEY_MEMBER + i, FELT_USEC_NEVER);
}
