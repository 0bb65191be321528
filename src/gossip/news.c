/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/news.h"

#include "gossip/standing.h"
#include "gossip/swim_core.h"

/* Once more, and with it where we are: whoever gets no answer may look in the wrong place. */
static void tell_of_us(struct felt_swim *swim)
{
    felt_swim_tell(swim, FELT_MEMBER_SELF);
    felt_rumours_add(swim->rumours, FELT_RUMOUR_DESCRIPTOR, FELT_MEMBER_SELF, 1);
}

/* Somebody says something of us that is not so, or has heard of a later life than this one. */
static enum felt_verdict refute(struct felt_swim *swim, const struct felt_liveness *news)
{
    const struct felt_member *self = felt_members_peek(swim->members, FELT_MEMBER_SELF);
    bool alive = news->state == FELT_LIVENESS_ALIVE;

    if (self->descriptor->left)
        return FELT_VERDICT_STALE;
    if (news->incarnation < self->incarnation ||
        (alive && news->incarnation == self->incarnation)) {
        /* Who still thinks us unwell has not heard our last word. */
        if (!alive)
            tell_of_us(swim);
        return FELT_VERDICT_STALE;
    }
    if (!alive && !swim->tuning.plain)
        felt_health_worse(&swim->health);
    if (news->incarnation < UINT64_MAX)
        felt_standing_set(swim, FELT_MEMBER_SELF, FELT_MEMBER_ALIVE, news->incarnation + 1);
    tell_of_us(swim);
    return FELT_VERDICT_TAKEN;
}

static enum felt_verdict heard_alive(struct felt_swim *swim, uint32_t i, uint64_t incarnation)
{
    if (incarnation == felt_members_peek(swim->members, i)->incarnation)
        return FELT_VERDICT_STALE;
    felt_standing_set(swim, i, FELT_MEMBER_ALIVE, incarnation);
    return FELT_VERDICT_TAKEN;
}

static enum felt_verdict heard_suspect(struct felt_swim *swim, uint32_t i,
                                       const struct felt_liveness *news)
{
    const struct felt_member *m = felt_members_peek(swim->members, i);

    if (news->incarnation > m->incarnation || m->state == FELT_MEMBER_ALIVE)
        return felt_standing_suspect(swim, i, news->incarnation, news->origin) ? FELT_VERDICT_TAKEN
                                                                               : FELT_VERDICT_BUSY;
    if (m->state != FELT_MEMBER_SUSPECT)
        return FELT_VERDICT_STALE;
    felt_standing_confirm(swim, i, news->origin);
    return FELT_VERDICT_TAKEN;
}

static enum felt_verdict heard_dead(struct felt_swim *swim, uint32_t i, uint64_t incarnation)
{
    const struct felt_member *m = felt_members_peek(swim->members, i);
    bool newer = incarnation > m->incarnation;

    if (!newer && m->state != FELT_MEMBER_ALIVE && m->state != FELT_MEMBER_SUSPECT)
        return FELT_VERDICT_STALE;
    /* It has its time already, and who told us first is no proof of itself. */
    if (!newer && m->state == FELT_MEMBER_SUSPECT && m->suspicion->told_dead)
        return FELT_VERDICT_STALE;
    /* To us it was well until now: it shall hear of it and may say otherwise. Of somebody whom we
     * know nothing of yet, this is how it stands. */
    if (m->state == FELT_MEMBER_ALIVE && m->incarnation > 0 && !swim->tuning.plain)
        return felt_standing_told_dead(swim, i, incarnation) ? FELT_VERDICT_TAKEN
                                                             : FELT_VERDICT_BUSY;
    felt_standing_set(swim, i, FELT_MEMBER_DEAD, incarnation);
    return FELT_VERDICT_TAKEN;
}

static enum felt_verdict heard_left(struct felt_swim *swim, uint32_t i, uint64_t incarnation)
{
    const struct felt_member *m = felt_members_peek(swim->members, i);

    if (incarnation == m->incarnation && m->state == FELT_MEMBER_LEFT)
        return FELT_VERDICT_STALE;
    felt_standing_set(swim, i, FELT_MEMBER_LEFT, incarnation);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_news_heard(struct felt_swim *swim, const struct felt_liveness *news)
{
    uint32_t i = felt_members_find(swim->members, &news->id);

    if (i == FELT_MEMBER_NONE)
        return FELT_VERDICT_STRANGER;
    if (i == FELT_MEMBER_SELF)
        return refute(swim, news);
    if (news->incarnation < felt_members_peek(swim->members, i)->incarnation)
        return FELT_VERDICT_STALE;
    /* Only a newer descriptor takes a farewell back. */
    if (felt_members_peek(swim->members, i)->descriptor->left && news->state != FELT_LIVENESS_LEFT)
        return FELT_VERDICT_STALE;
    switch (news->state) {
    case FELT_LIVENESS_ALIVE:
        return heard_alive(swim, i, news->incarnation);
    case FELT_LIVENESS_SUSPECT:
        return heard_suspect(swim, i, news);
    case FELT_LIVENESS_DEAD:
        return heard_dead(swim, i, news->incarnation);
    case FELT_LIVENESS_LEFT:
        return heard_left(swim, i, news->incarnation);
    }
    return FELT_VERDICT_MALFORMED;
}
