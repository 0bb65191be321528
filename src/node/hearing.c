/* SPDX-License-Identifier: Apache-2.0 */
#include "node/hearing.h"

#include "node/core.h"
#include "node/letter.h"

static felt_usec tick(const struct felt_node *node)
{
    felt_usec part = node->lease_time_us / FELT_HEARING_PARTS;

    if (node->lease_time_us == 0)
        return FELT_HEARING_TICK_MAX;
    return FELT_MIN(FELT_MAX(part, FELT_HEARING_TICK_MIN), FELT_HEARING_TICK_MAX);
}

int felt_hearing_init(struct felt_node *node)
{
    node->hearing.next_us = felt_usec_add(node->now, FELT_HEARING_TICK_MIN);
    return felt_silence_new(&node->hearing.silence);
}

void felt_hearing_done(struct felt_hearing *hearing)
{
    felt_silence_free(hearing->silence);
    hearing->silence = NULL;
}

void felt_hearing_lease_time(struct felt_node *node, felt_usec lease_time_us)
{
    felt_usec before = tick(node), after;

    if (node->lease_time_us == lease_time_us)
        return;
    node->lease_time_us = lease_time_us;
    after = tick(node);
    /* A joiner has not counted anything itself. */
    if (after == before || node->era == 0)
        return;
    if (after < before)
        felt_silence_rescale(node->hearing.silence, before, after);
    node->hearing.next_us = felt_usec_add(node->now, after);
}

static bool is_heard(const struct felt_node *node, const struct felt_id *owner)
{
    uint32_t i = felt_members_find(node->members, owner);

    return i == FELT_MEMBER_SELF ||
           (i != FELT_MEMBER_NONE &&
            felt_members_peek(node->members, i)->state == FELT_MEMBER_ALIVE);
}

bool felt_hearing_lapsed(const struct felt_node *node, const struct felt_id *owner, bool asked)
{
    felt_usec slack = asked ? tick(node) : 0;

    return node->lease_time_us > 0 && !is_heard(node, owner) &&
           felt_usec_add(felt_silence_of(node->hearing.silence, owner), slack) >=
               node->lease_time_us;
}

bool felt_hearing_gone(const struct felt_node *node, const struct felt_id *owner)
{
    uint32_t i = felt_members_find(node->members, owner);
    const struct felt_member *m;

    if (i == FELT_MEMBER_NONE)
        return true;
    m = felt_members_peek(node->members, i);
    /* Somebody else may have called it dead, and it may not have heard of that yet. */
    return m->state >= FELT_MEMBER_DEAD &&
           (!m->contact || m->contact->heard_us == 0 ||
            felt_usec_sub(node->now, m->contact->heard_us) >= FELT_ORDER_QUIET);
}

bool felt_hearing_majority_may_live(const struct felt_node *node)
{
    uint32_t at = 0, stake, gone = 0;
    struct felt_id owner;

    while (node->map && felt_slot_map_next_owner(node->map, &at, &owner, &stake)) {
        uint32_t i = felt_members_find(node->members, &owner);

        if (i == FELT_MEMBER_NONE || felt_members_peek(node->members, i)->state >= FELT_MEMBER_DEAD)
            gone += stake;
    }
    return node->map && 2 * gone < felt_slot_map_slots(node->map);
}

uint32_t felt_hearing_heard(const struct felt_node *node)
{
    uint32_t at = 0, stake, heard = 0;
    struct felt_id owner;

    while (node->map && felt_slot_map_next_owner(node->map, &at, &owner, &stake))
        if (is_heard(node, &owner))
            heard += stake;
    return heard;
}

bool felt_hearing_hears_majority(const struct felt_node *node)
{
    return node->map && felt_hearing_heard(node) > felt_slot_map_slots(node->map) / 2;
}

felt_usec felt_hearing_deadline(const struct felt_node *node)
{
    return node->era > 0 ? node->hearing.next_us : FELT_USEC_NEVER;
}

void felt_hearing_wake(struct felt_node *node)
{
    struct felt_hearing *h = &node->hearing;
    uint32_t at = 0, stake;
    struct felt_id owner;
    felt_usec by;

    if (felt_hearing_deadline(node) > node->now)
        return;
    /* However late we are: one tick. */
    h->next_us = felt_usec_add(node->now, tick(node));
    /* Where many are suspect at once, it is rather us. */
    h->majority = felt_hearing_hears_majority(node) && !felt_swim_crowd_silent(node->swim);
    if (felt_hearing_hears_majority(node))
        h->cut_us = 0;
    else if (h->cut_us == 0)
        h->cut_us = FELT_MAX(node->now, (felt_usec)1);
    by = h->majority ? tick(node) : 0;
    felt_silence_tick_begin(h->silence);
    while (felt_slot_map_next_owner(node->map, &at, &owner, &stake))
        felt_silence_tick_owner(h->silence, &owner, is_heard(node, &owner), by);
    felt_silence_tick_end(h->silence);
    if (++h->ticks % FELT_HEARING_SAVE == 0 && felt_silence_count(h->silence) > 0)
        felt_saver_lazy(&node->saver, node->now);
    felt_reclaim_look(node);
}

void felt_hearing_tell(struct felt_node *node, const struct felt_endpoint *to, uint32_t member)
{
    const struct felt_silence *silence = node->hearing.silence;
    struct felt_message *m = &node->outgoing;
    uint32_t n = FELT_MIN(felt_silence_count(silence), (uint32_t)FELT_SILENCES_MAX);
    struct felt_letter letter;

    if (n == 0)
        return;
    m->type = FELT_MESSAGE_SILENCES;
    m->silences.n = n;
    for (uint32_t i = 0; i < n; i++)
        m->silences.entries[i].seconds =
            FELT_MIN(felt_silence_at(silence, i, &m->silences.entries[i].id) / FELT_USEC_SEC,
                     (felt_usec)UINT32_MAX);
    felt_letter_open_to(&letter, node, to, member);
    letter.rumours = false;
    m->type = FELT_MESSAGE_SILENCES;
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
}

enum felt_verdict felt_hearing_told(struct felt_node *node, const struct felt_message *m)
{
    /* Who has been here for long knows better. */
    if (node->hearing.ticks > 0)
        return FELT_VERDICT_STALE;
    for (uint32_t i = 0; i < m->silences.n; i++)
        if (felt_silence_learn(node->hearing.silence, &m->silences.entries[i].id,
                               m->silences.entries[i].seconds * FELT_USEC_SEC) < 0)
            return FELT_VERDICT_BUSY;
    return FELT_VERDICT_TAKEN;
}
