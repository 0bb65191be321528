/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/rumour.h"

#include <errno.h>
#include <string.h>

/* Each kind is a ring: the next to be sent at the head. A new rumour goes to the head, a sent one
 * to the tail, so that those sent least are near the head. */
struct ring {
    uint32_t head;
    uint32_t n;
    struct felt_rumour *items;
};

struct felt_rumours {
    uint32_t kind_max;
    bool hushed;
    struct ring rings[FELT_RUMOUR_KINDS];
};

int felt_rumours_new(uint32_t kind_max, struct felt_rumours **ret_rumours)
{
    _cleanup_(felt_rumours_freep) struct felt_rumours *r = calloc(1, sizeof(*r));

    if (!r)
        return -ENOMEM;
    r->kind_max = kind_max;
    for (unsigned k = 0; k < FELT_RUMOUR_KINDS; k++) {
        r->rings[k].items = calloc(kind_max, sizeof(struct felt_rumour));
        if (!r->rings[k].items)
            return -ENOMEM;
    }
    *ret_rumours = FELT_TAKE(r);
    return 0;
}

void felt_rumours_free(struct felt_rumours *rumours)
{
    if (!rumours)
        return;
    for (unsigned k = 0; k < FELT_RUMOUR_KINDS; k++)
        free(rumours->rings[k].items);
    free(rumours);
}

static struct felt_rumour *at(const struct felt_rumours *r, const struct ring *ring, uint32_t i)
{
    return &ring->items[(ring->head + i) % r->kind_max];
}

/* Takes the i-th out; what is behind it moves up. */
static void cut(const struct felt_rumours *r, struct ring *ring, uint32_t i)
{
    for (; i + 1 < ring->n; i++)
        *at(r, ring, i) = *at(r, ring, i + 1);
    ring->n--;
}

void felt_rumours_hush(struct felt_rumours *rumours, bool hush)
{
    rumours->hushed = hush;
}

void felt_rumours_add(struct felt_rumours *rumours, enum felt_rumour_kind kind, uint32_t key,
                      uint32_t count)
{
    struct ring *ring = &rumours->rings[kind];
    uint32_t most = 0, same = UINT32_MAX;

    if (rumours->hushed)
        return;
    for (uint32_t i = 0; i < ring->n; i++) {
        const struct felt_rumour *item = at(rumours, ring, i);

        if (item->key == key && item->count == count) {
            same = i;
            break;
        }
        if (item->sent >= at(rumours, ring, most)->sent)
            most = i;
    }
    if (same != UINT32_MAX)
        cut(rumours, ring, same);
    else if (ring->n == rumours->kind_max)
        cut(rumours, ring, most);
    ring->head = (ring->head + rumours->kind_max - 1) % rumours->kind_max;
    ring->n++;
    *at(rumours, ring, 0) = (struct felt_rumour){.key = key, .count = count};
}

void felt_rumours_drop(struct felt_rumours *rumours, enum felt_rumour_kind kind, uint32_t key)
{
    struct ring *ring = &rumours->rings[kind];

    for (uint32_t i = ring->n; i > 0; i--)
        if (at(rumours, ring, i - 1)->key == key)
            cut(rumours, ring, i - 1);
}

const struct felt_rumour *felt_rumours_peek(const struct felt_rumours *rumours,
                                            enum felt_rumour_kind kind, uint32_t i)
{
    const struct ring *ring = &rumours->rings[kind];

    return i < ring->n ? at(rumours, ring, i) : NULL;
}

void felt_rumours_sent(struct felt_rumours *rumours, enum felt_rumour_kind kind, uint32_t n,
                       uint32_t limit)
{
    struct ring *ring = &rumours->rings[kind];

    assert(n <= ring->n);
    for (; n > 0; n--) {
        struct felt_rumour item = *at(rumours, ring, 0);

        ring->head = (ring->head + 1) % rumours->kind_max;
        ring->n--;
        if (++item.sent < limit)
            *at(rumours, ring, ring->n++) = item;
    }
}

bool felt_rumours_empty(const struct felt_rumours *rumours)
{
    for (unsigned k = 0; k < FELT_RUMOUR_KINDS; k++)
        if (rumours->rings[k].n > 0)
            return false;
    return true;
}
