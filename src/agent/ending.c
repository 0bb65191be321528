/* SPDX-License-Identifier: Apache-2.0 */
/* How feltd ends: with what it heard last on its disk (proto/state.md S-3.5), and soon. */
#include <string.h>

#include "agent/daemon_parts.h"
#include "agent/log.h"

/* For the last save. A disk that is well takes some milliseconds; who stops feltd is not kept
 * waiting for one that is not, as nothing is lost but what can be heard again. */
#define PATIENCE (500 * FELT_USEC_MS)

static int on_late(sd_event_source *source, uint64_t usec, void *userdata)
{
    struct felt_daemon *d = userdata;

    (void)source;
    (void)usec;
    felt_log_warning("store: %s is not written after %llu ms; ending without the last save",
                     d->prepared.store.state_path, (unsigned long long)(PATIENCE / FELT_USEC_MS));
    return sd_event_exit(d->event, 0);
}

void felt_daemon_end_now(struct felt_daemon *d)
{
    if (!d->stopping) {
        d->ending = d->stopping = true;
        felt_daemon_step(d, (struct felt_input){.kind = FELT_INPUT_STOP});
    }
    if (!felt_writer_busy(d->writer)) {
        sd_event_exit(d->event, 0);
        return;
    }
    /* Who begins anew writes to the same file, so it has to wait. */
    if (!d->anew && !d->patience &&
        sd_event_add_time_relative(d->event, &d->patience, CLOCK_MONOTONIC, PATIENCE, 0, on_late,
                                   d) < 0)
        sd_event_exit(d->event, 0);
}

void felt_daemon_end(struct felt_daemon *d)
{
    d->ending = true;
    if (!felt_hooks_busy(d->hooks))
        felt_daemon_end_now(d);
}

void felt_daemon_saved_last(struct felt_daemon *d, uint64_t save, int r)
{
    if (r < 0)
        felt_log_warning("store: cannot save %s: %s; ending without the last save",
                         d->prepared.store.state_path, strerror(-r));
    felt_daemon_step(d,
                     (struct felt_input){.kind = r < 0 ? FELT_INPUT_SAVE_FAILED : FELT_INPUT_SAVED,
                                         .save = save});
    /* What came in the way of a save that was under way is in another one. */
    if (!felt_writer_busy(d->writer))
        sd_event_exit(d->event, 0);
}

void felt_daemon_end_writer(struct felt_daemon *d)
{
    sd_event_source_disable_unref(d->patience);
    if (d->writer == NULL || d->anew || !felt_writer_busy(d->writer)) {
        felt_writer_free(d->writer);
        return;
    }
    felt_writer_abandon(d->writer);
    d->dropping = false; /* the state may come back yet; to who is in a cluster the order is void */
    /* The lock is held for as long as somebody writes there: until the process is gone. */
    d->prepared.store.lock_fd = -1;
}
