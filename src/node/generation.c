/* SPDX-License-Identifier: Apache-2.0 */
#include "node/generation.h"

#include <errno.h>
#include <string.h>

#include "node/core.h"
#include "node/inbound.h"
#include "node/introduction.h"

#define SPREAD  (3600 * FELT_USEC_SEC) /* not everybody raises at once: one does, others follow */
#define CUT_OFF (600 * FELT_USEC_SEC)  /* without a majority it is looked at again then */

/* The next generation is due a while from now. */
static void arm(struct felt_node *node)
{
    node->generation.next_us = felt_usec_add(felt_usec_add(node->now, FELT_GENERATION_TIME),
                                             felt_prng_below(&node->prng, SPREAD));
}

void felt_generation_init(struct felt_node *node)
{
    node->generation = (struct felt_generation){0};
    arm(node);
}

void felt_generation_done(struct felt_generation *generation)
{
    free(generation->departed);
    generation->departed = NULL;
    generation->n_departed = 0;
}

int felt_generation_restore(struct felt_node *node, uint32_t place, uint64_t noted)
{
    struct felt_generation *g = &node->generation;
    const struct felt_member *m = felt_members_peek(node->members, place);
    struct felt_departed *departed;

    if (noted == 0)
        return 0;
    assert(g->n_departed == 0 || g->departed[g->n_departed - 1].place < place);
    departed = reallocarray(g->departed, g->n_departed + 1, sizeof(*departed));
    if (!departed)
        return -ENOMEM;
    g->departed = departed;
    departed[g->n_departed++] = (struct felt_departed){
        .place = place,
        .version = m->descriptor->version,
        .incarnation = m->incarnation,
        .noted = noted,
    };
    return 0;
}

/* The note of a member that left and has not been back since; NULL: there is none. */
static const struct felt_departed *note_of(const struct felt_node *node, uint32_t place)
{
    const struct felt_generation *g = &node->generation;
    const struct felt_member *m = felt_members_peek(node->members, place);
    uint32_t low = 0, high = g->n_departed;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (g->departed[middle].place < place)
            low = middle + 1;
        else
            high = middle;
    }
    if (m->state != FELT_MEMBER_LEFT || low == g->n_departed || g->departed[low].place != place ||
        g->departed[low].version != m->descriptor->version ||
        g->departed[low].incarnation != m->incarnation)
        return NULL;
    return &g->departed[low];
}

uint64_t felt_generation_noted(const struct felt_node *node, uint32_t place)
{
    const struct felt_departed *note = note_of(node, place);

    return note ? note->noted : 0;
}

/* How far the sender is behind us; 0 where it is not. */
static uint64_t lag(const struct felt_node *node, const struct felt_inbound *in)
{
    return node->generation.number > in->envelope.generation
               ? node->generation.number - in->envelope.generation
               : 0;
}

bool felt_generation_asks(const struct felt_node *node, const struct felt_inbound *in,
                          enum felt_liveness_state state)
{
    return state != FELT_LIVENESS_LEFT && lag(node, in) < FELT_GENERATION_BEHIND;
}

bool felt_generation_believes(const struct felt_node *node, const struct felt_inbound *in,
                              const struct felt_id *stranger)
{
    return felt_id_equal(stranger, &in->envelope.sender) || lag(node, in) < FELT_GENERATION_BEHIND;
}

static void begin(struct felt_node *node, uint64_t number)
{
    node->generation.number = number;
    node->generation.begun = true;
    arm(node);
    felt_saver_lazy(&node->saver, node->now);
}

void felt_generation_joined(struct felt_node *node, const struct felt_inbound *in)
{
    begin(node, in->envelope.generation);
}

void felt_generation_compare(struct felt_node *node, const struct felt_inbound *in,
                             const struct felt_digest *digest)
{
    if (in->envelope.generation > node->generation.number &&
        digest->members == felt_members_digest(node->members))
        begin(node, in->envelope.generation);
}

void felt_generation_met(struct felt_node *node, const struct felt_inbound *in)
{
    struct felt_generation *g = &node->generation;

    if (!node->in_cluster || in->envelope.generation < g->number ||
        in->envelope.generation - g->number < FELT_GENERATION_BEHIND)
        return;
    if (in->member == FELT_MEMBER_NONE) {
        /* It may not be who it seems; and if it is, we need its descriptor. */
        felt_introduction_begin(node, &in->from);
        return;
    }
    g->behind = true;
    g->leader = in->envelope.sender;
    g->leader_at = in->from;
    g->leader_number = in->envelope.generation;
}

bool felt_generation_majority(const struct felt_node *node)
{
    uint32_t n = felt_members_count(node->members) -
                 felt_members_count_state(node->members, FELT_MEMBER_LEFT);

    return felt_members_count_state(node->members, FELT_MEMBER_ALIVE) > n / 2;
}

felt_usec felt_generation_deadline(const struct felt_node *node)
{
    if (!node->in_cluster || felt_members_count_state(node->members, FELT_MEMBER_LEFT) == 0)
        return FELT_USEC_NEVER;
    return node->generation.next_us;
}

void felt_generation_wake(struct felt_node *node)
{
    if (felt_generation_deadline(node) > node->now)
        return;
    if (felt_generation_majority(node) && node->generation.number < UINT64_MAX)
        begin(node, node->generation.number + 1);
    else
        node->generation.next_us = felt_usec_add(node->now, CUT_OFF);
}

static void remove_member(struct felt_node *node, uint32_t i)
{
    felt_swim_removed(node->swim, i);
    felt_eviction_forget(&node->eviction);
    felt_members_remove(node->members, i);
}

/* Notes who left during the last generation and forgets who left long before. */
static void forget(struct felt_node *node)
{
    struct felt_generation *g = &node->generation;
    uint32_t n = felt_members_count_state(node->members, FELT_MEMBER_LEFT), k = 0;
    struct felt_departed *kept = calloc(n + 1, sizeof(*kept));

    if (!kept)
        return; /* the next generation does it */
    for (uint32_t i = felt_members_next(node->members, 1); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        const struct felt_member *m = felt_members_peek(node->members, i);
        const struct felt_departed *note = note_of(node, i);

        if (m->state != FELT_MEMBER_LEFT)
            continue;
        /* Who owns something can not be forgotten. */
        if (note && g->number - note->noted >= FELT_GENERATION_KEEP &&
            (!node->configured || felt_slot_map_stake(node->map, &m->descriptor->id) == 0)) {
            remove_member(node, i);
            continue;
        }
        kept[k++] = note ? *note
                         : (struct felt_departed){.place = i,
                                                  .version = m->descriptor->version,
                                                  .incarnation = m->incarnation,
                                                  .noted = g->number};
    }
    felt_generation_done(g);
    g->departed = kept;
    g->n_departed = k;
    felt_saver_lazy(&node->saver, node->now);
}

/* Drops every member but the leader, and learns from it who there is. The slot map stays: it
 * merges. So does the data plane, until we know everybody again. */
static void start_over(struct felt_node *node)
{
    struct felt_generation *g = &node->generation;
    uint32_t leader = felt_members_find(node->members, &g->leader);

    if (leader == FELT_MEMBER_NONE)
        return;
    for (uint32_t i = felt_members_next(node->members, 1); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1))
        if (i != leader)
            remove_member(node, i);
    felt_generation_done(g);
    begin(node, g->leader_number);
    node->peers_changed = true;
    felt_outbox_event(node->outbox, FELT_EVENT_STARTED_OVER);
    felt_sync_free(&node->sync);
    felt_sync_init(&node->sync);
    felt_sync_hurry(node);
    felt_sync_first(node, leader);
    /* They may have forgotten us as well. */
    felt_introduction_begin(node, &g->leader_at);
}

void felt_generation_settle(struct felt_node *node)
{
    struct felt_generation *g = &node->generation;

    /* Meanwhile it may have been adopted. */
    if (g->behind && g->leader_number - g->number >= FELT_GENERATION_BEHIND &&
        g->leader_number > g->number)
        start_over(node);
    else if (g->begun)
        forget(node);
    g->behind = false;
    g->begun = false;
}
