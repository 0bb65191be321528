/* SPDX-License-Identifier: Apache-2.0 */
#include "node/eviction.h"

#include <string.h>

#include "node/core.h"

void felt_eviction_init(struct felt_node *node)
{
    node->eviction =
        (struct felt_eviction){.next_us = felt_usec_add(node->now, FELT_EVICTION_TIME)};
}

void felt_eviction_forget(struct felt_eviction *eviction)
{
    eviction->n = 0;
}

void felt_eviction_done(struct felt_eviction *eviction)
{
    free(eviction->candidates);
    eviction->candidates = NULL;
    eviction->n = 0;
}

void felt_eviction_put_off(struct felt_eviction *eviction, felt_usec by)
{
    if (eviction->n > 0)
        eviction->next_us = felt_usec_add(eviction->next_us, by);
}

felt_usec felt_eviction_deadline(const struct felt_node *node)
{
    if (node->era == 0 || felt_members_count_state(node->members, FELT_MEMBER_DEAD) == 0)
        return FELT_USEC_NEVER;
    return node->eviction.next_us;
}

/* Whether a candidate of the last look is one still: it may have been back in between. *at goes
 * through the candidates as the places do. */
static bool was_candidate(const struct felt_eviction *e, uint32_t *at, uint32_t place,
                          uint64_t incarnation)
{
    while (*at < e->n && e->candidates[*at].place < place)
        ++*at;
    return *at < e->n && e->candidates[*at].place == place &&
           e->candidates[*at].incarnation == incarnation;
}

static void evict(struct felt_node *node, uint32_t i, uint64_t incarnation)
{
    struct felt_liveness news = {.id = *felt_members_id(node->members, i),
                                 .incarnation = incarnation,
                                 .state = FELT_LIVENESS_LEFT};

    felt_swim_rumour(node->swim, node->now, &news);
    felt_saver_lazy(&node->saver, node->now);
}

void felt_eviction_wake(struct felt_node *node)
{
    struct felt_eviction *e = &node->eviction;
    struct felt_eviction_candidate *next;
    uint32_t n = 0, at = 0;

    if (felt_eviction_deadline(node) > node->now)
        return;
    e->next_us = felt_usec_add(node->now, FELT_EVICTION_TIME);
    next = calloc(felt_members_count_state(node->members, FELT_MEMBER_DEAD), sizeof(*next));
    /* Who is cut off itself judges nobody. */
    if (!next || !felt_generation_majority(node)) {
        free(next);
        felt_eviction_done(e);
        return;
    }
    for (uint32_t i = felt_members_next(node->members, 1); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        const struct felt_member *m = felt_members_peek(node->members, i);
        uint64_t incarnation = m->incarnation;

        if (m->state != FELT_MEMBER_DEAD || felt_slot_map_stake(node->map, &m->descriptor->id) > 0)
            continue;
        if (was_candidate(e, &at, i, incarnation))
            evict(node, i, incarnation);
        else
            next[n++] = (struct felt_eviction_candidate){.place = i, .incarnation = incarnation};
    }
    felt_eviction_done(e);
    e->candidates = next;
    e->n = n;
}
