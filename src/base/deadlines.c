/* SPDX-License-Identifier: Apache-2.0 */
#include "base/deadlines.h"

#include <errno.h>
#include <stdbool.h>

#define ABSENT 0 /* so that untouched pages of a large table are never written */

struct felt_deadlines {
    uint32_t n;
    uint32_t keys_max;
    uint32_t *heap;  /* keys, earliest first */
    uint32_t *place; /* of each key in heap, plus one; or ABSENT */
    felt_usec *when; /* of each key; ties go to the lower key, so that order is reproducible */
};

int felt_deadlines_new(uint32_t keys_max, struct felt_deadlines **ret_deadlines)
{
    struct felt_deadlines *d = calloc(1, sizeof(*d));

    if (!d)
        return -ENOMEM;
    d->keys_max = keys_max;
    d->heap = calloc(keys_max, sizeof(*d->heap));
    d->place = calloc(keys_max, sizeof(*d->place));
    d->when = calloc(keys_max, sizeof(*d->when));
    if (keys_max > 0 && (!d->heap || !d->place || !d->when)) {
        felt_deadlines_free(d);
        return -ENOMEM;
    }
    *ret_deadlines = d;
    return 0;
}

void felt_deadlines_free(struct felt_deadlines *deadlines)
{
    if (!deadlines)
        return;
    free(deadlines->heap);
    free(deadlines->place);
    free(deadlines->when);
    free(deadlines);
}

static bool earlier(const struct felt_deadlines *d, uint32_t a, uint32_t b)
{
    return d->when[a] != d->when[b] ? d->when[a] < d->when[b] : a < b;
}

static void put(struct felt_deadlines *d, uint32_t i, uint32_t key)
{
    d->heap[i] = key;
    d->place[key] = i + 1;
}

static void sift_up(struct felt_deadlines *d, uint32_t i)
{
    uint32_t key = d->heap[i];

    for (; i > 0 && earlier(d, key, d->heap[(i - 1) / 2]); i = (i - 1) / 2)
        put(d, i, d->heap[(i - 1) / 2]);
    put(d, i, key);
}

static void sift_down(struct felt_deadlines *d, uint32_t i)
{
    uint32_t key = d->heap[i];

    for (uint32_t child; (child = 2 * i + 1) < d->n; i = child) {
        if (child + 1 < d->n && earlier(d, d->heap[child + 1], d->heap[child]))
            child++;
        if (!earlier(d, d->heap[child], key))
            break;
        put(d, i, d->heap[child]);
    }
    put(d, i, key);
}

void felt_deadlines_set(struct felt_deadlines *deadlines, uint32_t key, felt_usec when)
{
    struct felt_deadlines *d = deadlines;
    uint32_t i;

    assert(key < d->keys_max);
    d->when[key] = when;
    if (d->place[key] == ABSENT) {
        if (when == FELT_USEC_NEVER)
            return;
        put(d, d->n++, key);
        sift_up(d, d->n - 1);
        return;
    }
    i = d->place[key] - 1;
    if (when == FELT_USEC_NEVER) {
        uint32_t last = d->heap[--d->n];

        d->place[key] = ABSENT;
        if (last != key) {
            put(d, i, last);
            sift_up(d, i);
            sift_down(d, d->place[last] - 1);
        }
    } else {
        sift_up(d, i);
        sift_down(d, d->place[key] - 1);
    }
}

felt_usec felt_deadlines_get(const struct felt_deadlines *deadlines, uint32_t key)
{
    assert(key < deadlines->keys_max);
    return deadlines->place[key] == ABSENT ? FELT_USEC_NEVER : deadlines->when[key];
}

felt_usec felt_deadlines_first(const struct felt_deadlines *deadlines, uint32_t *ret_key)
{
    if (deadlines->n == 0)
        return FELT_USEC_NEVER;
    if (ret_key)
        *ret_key = deadlines->heap[0];
    return deadlines->when[deadlines->heap[0]];
}
