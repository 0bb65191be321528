/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/writer.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "agent/path.h"
#include "agent/thread.h"

#define STACK_SIZE (128 * 1024) /* bytes; the thread only opens, writes and renames */

struct felt_writer {
    const char *path;
    int event_fd;
    pthread_t thread;
    pthread_mutex_t mutex; /* of everything below */
    pthread_cond_t wanted;
    bool stop;
    bool busy; /* from begin until the result is taken */
    bool ended;
    uint64_t save;
    uint8_t *state;
    size_t len;
    int outcome;
};

static void write_one(struct felt_writer *w)
{
    uint8_t *state = w->state;
    int r;

    pthread_mutex_unlock(&w->mutex);
    r = felt_path_replace(w->path, state, w->len, 0600);
    pthread_mutex_lock(&w->mutex);
    explicit_bzero(state, w->len);
    free(state);
    w->state = NULL;
    w->outcome = r;
    w->ended = true;
    felt_bell_ring(w->event_fd);
}

static void *run(void *data)
{
    struct felt_writer *w = data;

    pthread_mutex_lock(&w->mutex);
    for (;;) {
        while (!w->state && !w->stop)
            pthread_cond_wait(&w->wanted, &w->mutex);
        if (!w->state)
            break;
        write_one(w);
    }
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

int felt_writer_new(const char *path, struct felt_writer **ret_writer)
{
    struct felt_writer *w = calloc(1, sizeof(*w));
    int r;

    if (!w)
        return -ENOMEM;
    w->path = path;
    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->wanted, NULL);
    w->event_fd = r = felt_bell_open();
    if (r >= 0)
        r = felt_thread_start(STACK_SIZE, run, w, &w->thread);
    if (r < 0) {
        felt_closep(&w->event_fd);
        free(w);
        return r;
    }
    *ret_writer = w;
    return 0;
}

void felt_writer_free(struct felt_writer *writer)
{
    if (!writer)
        return;
    pthread_mutex_lock(&writer->mutex);
    writer->stop = true;
    pthread_cond_signal(&writer->wanted);
    pthread_mutex_unlock(&writer->mutex);
    pthread_join(writer->thread, NULL);
    pthread_cond_destroy(&writer->wanted);
    pthread_mutex_destroy(&writer->mutex);
    felt_closep(&writer->event_fd);
    free(writer);
}

void felt_writer_abandon(struct felt_writer *writer)
{
    pthread_detach(writer->thread);
}

int felt_writer_fd(const struct felt_writer *writer)
{
    return writer->event_fd;
}

int felt_writer_begin(struct felt_writer *writer, uint64_t save, const uint8_t *state, size_t len)
{
    uint8_t *copy = malloc(len);
    int r = 0;

    if (!copy)
        return -ENOMEM;
    memcpy(copy, state, len);
    pthread_mutex_lock(&writer->mutex);
    if (writer->busy) {
        r = -EBUSY;
    } else {
        writer->busy = true;
        writer->ended = false;
        writer->save = save;
        writer->state = FELT_TAKE(copy);
        writer->len = len;
        pthread_cond_signal(&writer->wanted);
    }
    pthread_mutex_unlock(&writer->mutex);
    free(copy);
    return r;
}

bool felt_writer_busy(struct felt_writer *writer)
{
    bool busy;

    pthread_mutex_lock(&writer->mutex);
    busy = writer->busy;
    pthread_mutex_unlock(&writer->mutex);
    return busy;
}

int felt_writer_result(struct felt_writer *writer, uint64_t *ret_save)
{
    int r = -EAGAIN;

    felt_bell_hear(writer->event_fd);
    pthread_mutex_lock(&writer->mutex);
    if (writer->busy && writer->ended) {
        writer->busy = false;
        *ret_save = writer->save;
        r = writer->outcome;
    }
    pthread_mutex_unlock(&writer->mutex);
    return r;
}
