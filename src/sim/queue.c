/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/queue.h"

#include <string.h>

#include "sim/pool.h"
#include "wire/message.h"

struct entry {
    felt_usec when;
    uint64_t order;
    struct sim_happening *happening;
};

struct sim_queue {
    size_t n;
    size_t capacity;
    uint64_t order;
    struct entry *heap;
    struct sim_pool *happenings;
    struct sim_pool *datagrams;
};

struct sim_queue *sim_queue_new(void)
{
    struct sim_queue *queue = sim_zalloc(1, sizeof(*queue));

    queue->happenings = sim_pool_new(sizeof(struct sim_happening));
    queue->datagrams = sim_pool_new(FELT_DATAGRAM_MAX);
    return queue;
}

void sim_queue_free(struct sim_queue *queue)
{
    if (!queue)
        return;
    for (size_t i = 0; i < queue->n; i++)
        sim_queue_drop_bytes(queue, queue->heap[i].happening);
    free(queue->heap);
    sim_pool_free(queue->happenings);
    sim_pool_free(queue->datagrams);
    free(queue);
}

static bool earlier(const struct entry *a, const struct entry *b)
{
    return a->when != b->when ? a->when < b->when : a->order < b->order;
}

void sim_queue_add(struct sim_queue *queue, const struct sim_happening *happening)
{
    struct entry new = {.when = happening->when, .order = queue->order++};
    size_t i = queue->n;

    if (queue->n == queue->capacity) {
        queue->capacity = FELT_MAX(queue->capacity * 2, (size_t)64);
        queue->heap = sim_realloc(queue->heap, queue->capacity, sizeof(*queue->heap));
    }
    new.happening = sim_pool_take(queue->happenings);
    *new.happening = *happening;
    queue->n++;
    for (; i > 0 && earlier(&new, &queue->heap[(i - 1) / 2]); i = (i - 1) / 2)
        queue->heap[i] = queue->heap[(i - 1) / 2];
    queue->heap[i] = new;
}

felt_usec sim_queue_first(const struct sim_queue *queue)
{
    return queue->n > 0 ? queue->heap[0].when : FELT_USEC_NEVER;
}

/* Puts an entry into place i, or below it. */
static void sift(struct sim_queue *queue, size_t i, struct entry entry)
{
    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= queue->n)
            break;
        if (child + 1 < queue->n && earlier(&queue->heap[child + 1], &queue->heap[child]))
            child++;
        if (!earlier(&queue->heap[child], &entry))
            break;
        queue->heap[i] = queue->heap[child];
        i = child;
    }
    queue->heap[i] = entry;
}

struct sim_happening sim_queue_take(struct sim_queue *queue)
{
    struct sim_happening first;

    assert(queue->n > 0);
    first = *queue->heap[0].happening;
    sim_pool_give(queue->happenings, queue->heap[0].happening);
    queue->n--;
    sift(queue, 0, queue->heap[queue->n]);
    return first;
}

void sim_queue_hasten(struct sim_queue *queue, uint32_t host, felt_usec now)
{
    for (size_t i = 0; i < queue->n; i++) {
        struct sim_happening *happening = queue->heap[i].happening;

        if (happening->host != host || happening->turn <= now)
            continue;
        happening->when = now;
        queue->heap[i].when = now;
    }
    for (size_t i = queue->n / 2; i-- > 0;)
        sift(queue, i, queue->heap[i]);
}

size_t sim_queue_count(const struct sim_queue *queue)
{
    return queue->n;
}

uint8_t *sim_queue_copy(struct sim_queue *queue, struct felt_bytes datagram)
{
    uint8_t *bytes = sim_pool_take(queue->datagrams);

    assert(datagram.len <= FELT_DATAGRAM_MAX);
    memcpy(bytes, datagram.data, datagram.len);
    return bytes;
}

void sim_queue_drop_bytes(struct sim_queue *queue, struct sim_happening *happening)
{
    if (happening->kind == SIM_ARRIVES)
        sim_pool_give(queue->datagrams, happening->bytes);
    else
        free(happening->bytes);
    happening->bytes = NULL;
}
