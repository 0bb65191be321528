/* SPDX-License-Identifier: Apache-2.0 */
#include "node/leaver.h"

#include <stdio.h>
#include <string.h>

#include "base/mutant.h"
#include "lease/heirs.h"
#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"
#include "node/own.h"

#define REDRAW (5 * FELT_USEC_SEC)
#define DRAWS  32 /* tries to find another witness */

bool felt_leaver_leaving(const struct felt_node *node)
{
    return node->leaver.phase != FELT_LEAVING_NOT;
}

bool felt_leaver_closing(const struct felt_node *node)
{
    return node->leaver.phase >= FELT_LEAVING_CLOSES;
}

/* The live members but ourselves, or, while a bridge is on, the node beside it, in a new array.
 * NULL where memory is short. */
static struct felt_heir *list_heirs(const struct felt_node *node, uint32_t *ret_n)
{
    struct felt_heir *heirs = calloc(felt_members_count(node->members), sizeof(*heirs));
    uint32_t bridge = felt_bridge_member(node), n = 0;

    if (!heirs)
        return NULL;
    for (uint32_t i = felt_members_next(node->members, 1); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        const struct felt_id *id = felt_members_id(node->members, i);

        if (bridge != FELT_MEMBER_NONE && i != bridge)
            continue;
        if (felt_members_peek(node->members, i)->state == FELT_MEMBER_ALIVE)
            heirs[n++] = (struct felt_heir){.id = *id, .stake = felt_slot_map_stake(node->map, id)};
    }
    *ret_n = n;
    return heirs;
}

/* The slots from first on that we own and that follow one another. */
static uint32_t own_run(const struct felt_node *node, uint32_t first)
{
    uint32_t end = first;

    while (end < felt_slot_map_slots(node->map) &&
           felt_slot_map_owns(node->map, felt_node_id(node), end))
        end++;
    return end - first;
}

/* All that we own: each heir's share one after the other. What memory does not suffice for stays
 * ours for now. */
static void hand_over(struct felt_node *node, const struct felt_heir *heirs)
{
    uint32_t n_slots = felt_slot_map_slots(node->map), heir = 0, given = 0;

    for (uint32_t first = 0; first < n_slots;) {
        uint32_t count = own_run(node, first);

        for (uint32_t slot = first; slot < first + count; slot++, given++) {
            for (; given == heirs[heir].share; heir++)
                given = 0;
            if (!felt_slot_map_give(node->map, slot, &heirs[heir].id))
                return;
        }
        if (count > 0)
            felt_rumours_add(node->rumours, FELT_RUMOUR_SLOTS, first, count);
        first += count + 1;
    }
}

/* False where there is nobody to give to, or memory is short. */
static bool give_all(struct felt_node *node)
{
    struct felt_held held = {.kind = FELT_HELD_LEAVE};
    _cleanup_(felt_freep) struct felt_heir *heirs = NULL;
    uint32_t n;

    heirs = list_heirs(node, &n);
    if (!heirs || n == 0 || !felt_saver_hold(&node->saver, &held))
        return false;
    felt_heirs_share(heirs, n, felt_slot_map_stake(node->map, felt_node_id(node)));
    hand_over(node, heirs);
    node->peers_changed = true;
    node->leaver.phase = FELT_LEAVING_GIVES;
    return true;
}

/* Names those that have not confirmed. */
static void describe(struct felt_node *node)
{
    struct felt_leaver *l = &node->leaver;
    const char *before = ": not confirmed yet by ";
    size_t len;

    len = (size_t)snprintf(l->waiting, sizeof(l->waiting), "it is leaving the cluster");
    for (uint32_t k = 0; k < FELT_LEAVER_WITNESS; k++) {
        uint32_t i = felt_members_find(node->members, &l->witnesses[k].id);
        struct felt_descriptor d;

        if (l->witnesses[k].knows || i == FELT_MEMBER_NONE)
            continue;
        felt_signed_descriptor_read(felt_members_peek(node->members, i)->descriptor, &d);
        len += (size_t)snprintf(l->waiting + len, sizeof(l->waiting) - len, "%s%s", before, d.name);
        before = ", ";
    }
}

enum felt_verdict felt_leaver_begin(struct felt_node *node)
{
    if (felt_leaver_leaving(node))
        return FELT_VERDICT_TAKEN;
    if (!node->started || !felt_confirmed(node) || !node->in_cluster || node->era == 0 ||
        !give_all(node))
        return FELT_VERDICT_BUSY;
    node->has_lease = false;
    node->lease_used = false;
    describe(node);
    if (FELT_MUTANT(FAREWELL_EARLY))
        felt_leaver_given(node);
    node->leaver.patient_us = felt_usec_add(node->now, FELT_LEAVER_PATIENT);
    return FELT_VERDICT_TAKEN;
}

void felt_leaver_given(struct felt_node *node)
{
    struct felt_leaver *l = &node->leaver;

    /* While the disk was at work we may have been given more: that goes first. */
    if (felt_slot_map_stake(node->map, felt_node_id(node)) == 0)
        felt_own_farewell(node);
    l->phase = FELT_LEAVING_TELLS;
    l->seq = (uint32_t)felt_prng_next(&node->prng);
    l->tell_us = node->now;
    l->redraw_us = node->now;
    memset(l->witnesses, 0, sizeof(l->witnesses));
}

void felt_leaver_closed(struct felt_node *node)
{
    node->leaver.phase = FELT_LEAVING_GONE;
    felt_outbox_event(node->outbox, FELT_EVENT_LEFT);
}

static bool is_witness(const struct felt_leaver *l, const struct felt_id *id)
{
    for (uint32_t k = 0; k < FELT_LEAVER_WITNESS; k++)
        if (felt_id_equal(&l->witnesses[k].id, id))
            return true;
    return false;
}

/* Random members in the places of those who have not answered; live ones while there are any. */
static void redraw(struct felt_node *node)
{
    struct felt_leaver *l = &node->leaver;
    bool any = felt_members_count_live(node->members) == 0;

    l->redraw_us = felt_usec_add(node->now, REDRAW);
    for (uint32_t k = 0; k < FELT_LEAVER_WITNESS; k++)
        if (!l->witnesses[k].knows)
            l->witnesses[k] = (struct felt_leaver_witness){0};
    for (uint32_t k = 0; k < FELT_LEAVER_WITNESS; k++)
        for (unsigned tries = 0; felt_id_is_nobody(&l->witnesses[k].id) && tries < DRAWS; tries++) {
            uint32_t i = felt_members_draw(node->members, &node->prng);

            if (i == FELT_MEMBER_NONE || is_witness(l, felt_members_id(node->members, i)) ||
                felt_members_peek(node->members, i)->state >
                    (any ? FELT_MEMBER_DEAD : FELT_MEMBER_ALIVE))
                continue;
            l->witnesses[k].id = *felt_members_id(node->members, i);
        }
}

/* The farewell first, so that the ack to the probe behind it says that it was read. */
static void tell(struct felt_node *node, uint32_t member)
{
    struct felt_message *m = &node->outgoing;
    struct felt_letter letter;

    felt_letter_open(&letter, node, member);
    felt_letter_write_member(&letter, FELT_MEMBER_SELF);
    m->type = FELT_MESSAGE_PROBE;
    m->probe.seq = node->leaver.seq;
    m->probe.target = *felt_members_id(node->members, member);
    m->probe.digest = felt_node_digest(node);
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
}

static void close_up(struct felt_node *node)
{
    struct felt_held held = {.kind = FELT_HELD_LEFT};

    if (!felt_saver_hold(&node->saver, &held))
        return; /* tried again in the next round */
    node->leaver.phase = FELT_LEAVING_CLOSES;
    node->started = false;
}

static bool enough(const struct felt_node *node)
{
    const struct felt_leaver *l = &node->leaver;
    uint32_t live = felt_members_count_live(node->members), n = 0;

    for (uint32_t k = 0; k < FELT_LEAVER_WITNESS; k++)
        n += l->witnesses[k].knows;
    return n > 0 &&
           (n >= FELT_MIN(live, (uint32_t)FELT_LEAVER_WITNESS) || l->patient_us <= node->now);
}

enum felt_verdict felt_leaver_ack(struct felt_node *node, const struct felt_inbound *in,
                                  const struct felt_message *m)
{
    struct felt_leaver *l = &node->leaver;

    if (l->phase != FELT_LEAVING_TELLS || m->ack.seq != l->seq)
        return FELT_VERDICT_MISDIRECTED;
    for (uint32_t k = 0; k < FELT_LEAVER_WITNESS; k++)
        if (felt_id_equal(&l->witnesses[k].id, &in->envelope.sender) &&
            m->ack.digest.era == node->era &&
            m->ack.digest.slots == felt_slot_map_digest(node->map))
            l->witnesses[k].knows = true;
    return FELT_VERDICT_TAKEN;
}

felt_usec felt_leaver_deadline(const struct felt_node *node)
{
    return node->leaver.phase == FELT_LEAVING_TELLS ? node->leaver.tell_us : FELT_USEC_NEVER;
}

void felt_leaver_wake(struct felt_node *node)
{
    struct felt_leaver *l = &node->leaver;

    if (felt_leaver_deadline(node) > node->now)
        return;
    l->tell_us = felt_usec_add(node->now, FELT_LEAVER_TELL);
    /* A gift to us may have been on its way. Where nobody is alive to take it, we wait. */
    if (felt_slot_map_stake(node->map, felt_node_id(node)) > 0) {
        give_all(node);
        return;
    }
    if (enough(node)) {
        close_up(node);
        return;
    }
    if (l->redraw_us <= node->now)
        redraw(node);
    describe(node);
    for (uint32_t k = 0; k < FELT_LEAVER_WITNESS; k++) {
        uint32_t i = felt_members_find(node->members, &l->witnesses[k].id);

        if (!l->witnesses[k].knows && i != FELT_MEMBER_NONE)
            tell(node, i);
    }
}
