/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/support/world_parts.h"

void world_push(struct world *w, struct happening h, struct felt_bytes bytes)
{
    assert(w->n_queue < WORLD_QUEUE_MAX);
    h.order = w->order++;
    h.life = w->hosts[h.host].life;
    if (bytes.len > 0) {
        h.bytes = malloc(bytes.len);
        assert(h.bytes);
        memcpy(h.bytes, bytes.data, bytes.len);
        h.len = bytes.len;
    }
    w->queue[w->n_queue++] = h;
}

struct happening world_pop(struct world *w)
{
    size_t best = 0;
    struct happening h;

    for (size_t i = 1; i < w->n_queue; i++)
        if (w->queue[i].when < w->queue[best].when ||
            (w->queue[i].when == w->queue[best].when && w->queue[i].order < w->queue[best].order))
            best = i;
    h = w->queue[best];
    w->queue[best] = w->queue[--w->n_queue];
    return h;
}
