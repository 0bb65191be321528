/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/silence.h"

#include <errno.h>
#include <string.h>

struct entry {
    struct felt_id id;
    felt_usec time;
    bool noted; /* an owner in the running tick */
};

struct felt_silence {
    uint32_t n;
    uint32_t capacity;
    struct entry *entries; /* by id */
};

int felt_silence_new(struct felt_silence **ret_silence)
{
    struct felt_silence *silence = calloc(1, sizeof(*silence));

    if (!silence)
        return -ENOMEM;
    *ret_silence = silence;
    return 0;
}

void felt_silence_free(struct felt_silence *silence)
{
    if (!silence)
        return;
    free(silence->entries);
    free(silence);
}

/* The place of id, or the one where it would be. */
static uint32_t place(const struct felt_silence *s, const struct felt_id *id)
{
    uint32_t low = 0, high = s->n;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (felt_id_cmp(&s->entries[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct entry *find(const struct felt_silence *s, const struct felt_id *id)
{
    uint32_t i = place(s, id);

    return i < s->n && felt_id_equal(&s->entries[i].id, id) ? &s->entries[i] : NULL;
}

static struct entry *insert(struct felt_silence *s, const struct felt_id *id)
{
    uint32_t i = place(s, id);

    if (s->n == s->capacity) {
        uint32_t capacity = FELT_MAX(2 * s->capacity, 8u);
        struct entry *entries = realloc(s->entries, capacity * sizeof(*entries));

        if (!entries)
            return NULL;
        s->entries = entries;
        s->capacity = capacity;
    }
    memmove(&s->entries[i + 1], &s->entries[i], (s->n - i) * sizeof(s->entries[0]));
    s->n++;
    s->entries[i] = (struct entry){.id = *id};
    return &s->entries[i];
}

void felt_silence_tick_begin(struct felt_silence *silence)
{
    for (uint32_t i = 0; i < silence->n; i++)
        silence->entries[i].noted = false;
}

void felt_silence_tick_owner(struct felt_silence *silence, const struct felt_id *owner, bool heard,
                             felt_usec by)
{
    struct entry *e = find(silence, owner);

    if (heard)
        return; /* and so it is forgotten at the end */
    if (!e)
        e = insert(silence, owner);
    if (!e)
        return;
    e->noted = true;
    e->time = felt_usec_add(e->time, by);
}

void felt_silence_tick_end(struct felt_silence *silence)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < silence->n; i++)
        if (silence->entries[i].noted)
            silence->entries[n++] = silence->entries[i];
    silence->n = n;
}

int felt_silence_learn(struct felt_silence *silence, const struct felt_id *owner, felt_usec time)
{
    struct entry *e = find(silence, owner);

    if (!e)
        e = insert(silence, owner);
    if (!e)
        return -ENOMEM;
    e->time = FELT_MAX(e->time, time);
    return 0;
}

void felt_silence_rescale(struct felt_silence *silence, felt_usec before, felt_usec after)
{
    for (uint32_t i = 0; i < silence->n; i++)
        silence->entries[i].time = silence->entries[i].time / before * after;
}

felt_usec felt_silence_of(const struct felt_silence *silence, const struct felt_id *owner)
{
    const struct entry *e = find(silence, owner);

    return e ? e->time : 0;
}

uint32_t felt_silence_count(const struct felt_silence *silence)
{
    return silence->n;
}

felt_usec felt_silence_at(const struct felt_silence *silence, uint32_t i, struct felt_id *ret_id)
{
    assert(i < silence->n);
    *ret_id = silence->entries[i].id;
    return silence->entries[i].time;
}
