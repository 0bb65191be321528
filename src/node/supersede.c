/* SPDX-License-Identifier: Apache-2.0 */
#include "node/supersede.h"

#include <string.h>

#include "node/challenge.h"
#include "node/core.h"

void felt_supersede_init(struct felt_node *node)
{
    node->supersede =
        (struct felt_supersede){.look_us = felt_usec_add(node->now, FELT_SUPERSEDE_LOOK)};
}

static bool has_state(const struct felt_node *node, const struct felt_id *id, bool dead)
{
    uint32_t i = felt_members_find(node->members, id);
    enum felt_member_state state;

    if (i == FELT_MEMBER_NONE)
        return false;
    state = felt_members_peek(node->members, i)->state;
    return dead ? state == FELT_MEMBER_DEAD : state == FELT_MEMBER_ALIVE;
}

/* The earlier one is dead, and the heir is not. */
static bool holds(const struct felt_node *node, const struct felt_succession *s)
{
    return has_state(node, &s->earlier, true) && has_state(node, &s->heir, false);
}

const struct felt_id *felt_superseded_by(const struct felt_node *node, const struct felt_id *id)
{
    const struct felt_supersede *s = &node->supersede;

    for (uint32_t i = 0; i < s->n; i++)
        if (felt_id_equal(&s->found[i].earlier, id) && holds(node, &s->found[i]))
            return &s->found[i].heir;
    return NULL;
}

felt_usec felt_supersede_deadline(const struct felt_node *node)
{
    if (node->era == 0 || felt_members_count_state(node->members, FELT_MEMBER_DEAD) == 0)
        return FELT_USEC_NEVER;
    return node->supersede.look_us;
}

static void note(struct felt_node *node, const struct felt_id *earlier, const struct felt_id *heir)
{
    struct felt_supersede *s = &node->supersede;

    if (s->n == FELT_SUPERSEDED_MAX || felt_superseded_by(node, earlier))
        return;
    s->found[s->n++] = (struct felt_succession){.earlier = *earlier, .heir = *heir};
    felt_reclaim_look(node); /* somebody waits for it: not only at the next tick */
}

void felt_supersede_silent(struct felt_node *node, const struct felt_challenge *challenge)
{
    note(node, &challenge->target, &challenge->heir);
}

static void drop_what_is_over(struct felt_node *node)
{
    struct felt_supersede *s = &node->supersede;

    for (uint32_t i = 0; i < s->n;)
        if (holds(node, &s->found[i]) && felt_slot_map_stake(node->map, &s->found[i].earlier) > 0)
            i++;
        else
            s->found[i] = s->found[--s->n];
}

/* The next member from `from` on, but `member`, that has its name and address; FELT_MEMBER_NONE. */
static uint32_t next_namesake(const struct felt_node *node, uint32_t member, uint32_t from)
{
    const struct felt_signed_descriptor *said =
        felt_members_peek(node->members, member)->descriptor;
    struct felt_descriptor d, other;

    felt_signed_descriptor_read(said, &d);
    for (uint32_t i = felt_members_next(node->members, from); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        const struct felt_signed_descriptor *theirs =
            felt_members_peek(node->members, i)->descriptor;

        if (i == member || !felt_endpoint_equal(&theirs->advertise, &said->advertise))
            continue;
        felt_signed_descriptor_read(theirs, &other);
        if (strcmp(d.name, other.name) == 0)
            return i;
    }
    return FELT_MEMBER_NONE;
}

/* The live member with the name and address of member `dead`, FELT_MEMBER_NONE where there is none;
 * of several, which do not get on with each other anyway, one. */
static uint32_t find_heir(const struct felt_node *node, uint32_t dead)
{
    uint32_t i = next_namesake(node, dead, FELT_MEMBER_SELF);

    while (i != FELT_MEMBER_NONE && felt_members_peek(node->members, i)->state != FELT_MEMBER_ALIVE)
        i = next_namesake(node, dead, i + 1);
    return i;
}

void felt_supersede_died(struct felt_node *node)
{
    node->supersede.look_us = node->now;
}

/* The member's machine owned something under another identity, which is not us and has not left. */
static uint32_t find_earlier(const struct felt_node *node, uint32_t member)
{
    for (uint32_t i = next_namesake(node, member, FELT_MEMBER_SELF + 1); i != FELT_MEMBER_NONE;
         i = next_namesake(node, member, i + 1)) {
        const struct felt_member *m = felt_members_peek(node->members, i);

        if (m->state != FELT_MEMBER_LEFT && felt_slot_map_stake(node->map, &m->descriptor->id) > 0)
            return i;
    }
    return FELT_MEMBER_NONE;
}

/* Without that one, the owners of more than half of all slots are there. */
static bool can_be_decided(const struct felt_node *node, uint32_t without)
{
    uint32_t stake = 0;

    for (uint32_t i = felt_members_next(node->members, FELT_MEMBER_SELF); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1))
        if (i != without && felt_members_peek(node->members, i)->state < FELT_MEMBER_DEAD)
            stake += felt_slot_map_stake(node->map, felt_members_id(node->members, i));
    return stake > felt_slot_map_slots(node->map) / 2;
}

static bool is_patient(struct felt_node *node, const struct felt_id *heir)
{
    struct felt_supersede *s = &node->supersede;

    for (uint32_t i = 0; i < FELT_SUPERSEDED_MAX; i++)
        if (felt_id_equal(&s->waits[i].heir, heir))
            return node->now < s->waits[i].until_us;
    s->waits[s->next_wait] = (struct felt_succession_wait){
        .heir = *heir, .until_us = felt_usec_add(node->now, FELT_SUPERSEDE_WAIT)};
    s->next_wait = (s->next_wait + 1) % FELT_SUPERSEDED_MAX;
    return true;
}

bool felt_supersede_awaits(struct felt_node *node, uint32_t member)
{
    uint32_t earlier = find_earlier(node, member);

    return earlier != FELT_MEMBER_NONE && can_be_decided(node, earlier) &&
           is_patient(node, felt_members_id(node->members, member));
}

uint32_t felt_supersede_legacy(const struct felt_node *node, uint32_t member)
{
    struct felt_descriptor d;

    for (uint32_t i = next_namesake(node, member, FELT_MEMBER_SELF + 1); i != FELT_MEMBER_NONE;
         i = next_namesake(node, member, i + 1)) {
        const struct felt_member *m = felt_members_peek(node->members, i);

        felt_signed_descriptor_read(m->descriptor, &d);
        if (m->state == FELT_MEMBER_DEAD && d.has_lease)
            return d.lease;
    }
    return FELT_SLOT_NONE;
}

void felt_supersede_wake(struct felt_node *node)
{
    if (felt_supersede_deadline(node) > node->now)
        return;
    node->supersede.look_us = felt_usec_add(node->now, FELT_SUPERSEDE_LOOK);
    drop_what_is_over(node);
    for (uint32_t i = felt_members_next(node->members, FELT_MEMBER_SELF + 1); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        const struct felt_member *m = felt_members_peek(node->members, i);
        uint32_t heir;

        if (m->state != FELT_MEMBER_DEAD ||
            felt_slot_map_stake(node->map, &m->descriptor->id) == 0 ||
            felt_superseded_by(node, &m->descriptor->id))
            continue;
        heir = find_heir(node, i);
        if (heir == FELT_MEMBER_SELF) /* we are there, so nobody else is */
            note(node, &m->descriptor->id, felt_node_id(node));
        else if (heir != FELT_MEMBER_NONE)
            felt_challenge_begin(
                node, &(struct felt_challenge){.purpose = FELT_CHALLENGE_HEIR,
                                               .target = m->descriptor->id,
                                               .at = m->descriptor->advertise,
                                               .heir = *felt_members_id(node->members, heir)});
    }
}
