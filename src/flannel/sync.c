/* SPDX-License-Identifier: Apache-2.0 */
/* One listing, then one event after the other; and the listing again whenever events may be
 * missing. */
#include <string.h>

#include "flannel/engine_core.h"

#define LIST_AGAIN_US  (600 * FELT_USEC_SEC) /* an etcd that was replaced tells nobody */
#define LIST_PAUSE_US  FELT_USEC_SEC         /* between listings for a reason */
#define WATCH_PAUSE_US FELT_USEC_SEC         /* after a watch without an answer */
#define QUIET_US       (3 * FELT_USEC_SEC) /* of a watch that owes what we have changed ourselves */

static void watch_drop(struct felt_flannel *e)
{
    if (e->watch_id == 0)
        return;
    e->fx->dropped_watch = e->watch_id;
    engine_forget(e, e->watch_id);
    e->watch_id = 0;
}

static void list_soon(struct felt_flannel *e, felt_usec pause_us)
{
    watch_drop(e);
    e->phase = PHASE_LIST;
    e->list_us = felt_usec_add(e->now, pause_us);
}

void sync_stop(struct felt_flannel *e)
{
    e->listed = false;
    if (e->phase != PHASE_LIST)
        list_soon(e, 0);
}

/* While a listing is on its way nothing is changed, so that it is not older than what we know. */
static void list(struct felt_flannel *e)
{
    struct felt_etcd_op *op;

    engine_wake(e, e->list_us);
    if (e->now < e->list_us || e->n_pending > 0 || !engine_may_ask(e))
        return;
    op = engine_ask(e, FOR_LIST, FELT_ETCD_LIST, 0);
    strcpy(op->name, FELT_ETCD_SUBNETS);
    e->phase = PHASE_LISTING;
}

static void watch(struct felt_flannel *e)
{
    struct felt_etcd_op *op;

    engine_wake(e, e->watch_us);
    if (e->watch_id != 0 || e->now < e->watch_us)
        return;
    op = engine_ask(e, FOR_WATCH, FELT_ETCD_WATCH, 0);
    strcpy(op->name, FELT_ETCD_SUBNETS);
    op->index = e->watch_index;
}

void sync_wrote(struct felt_flannel *e, uint64_t index)
{
    if (sync_knows(e, e->wrote_index))
        e->quiet_us = e->now;
    e->wrote_index = FELT_MAX(e->wrote_index, index);
}

/* The watch does not show what is known to have happened: who knows what else it does not. */
static bool is_deaf(struct felt_flannel *e)
{
    felt_usec due = felt_usec_add(e->quiet_us, QUIET_US);

    if (sync_knows(e, e->wrote_index))
        return false;
    engine_wake(e, due);
    return e->now >= due;
}

void sync_step(struct felt_flannel *e)
{
    if (e->phase == PHASE_WATCH && (e->now >= e->list_us || is_deaf(e)))
        list_soon(e, 0);
    switch (e->phase) {
    case PHASE_LIST:
        list(e);
        break;
    case PHASE_LISTING:
        break;
    case PHASE_WATCH:
        engine_wake(e, e->list_us);
        watch(e);
        break;
    }
}

void sync_list_answer(struct felt_flannel *e, const struct felt_etcd_reply *reply)
{
    if (e->phase != PHASE_LISTING)
        return;
    e->refused = false;
    if (!reply) {
        list_soon(e, 0);
        return;
    }
    /* A directory that is not there has no leases in it. */
    if ((reply->error != 0 && reply->error != FELT_ETCD_NOT_FOUND) ||
        (reply->error == 0 && !reply->node.dir)) {
        e->refused = true;
        list_soon(e, 5 * FELT_USEC_SEC);
        return;
    }
    e->stats.listings++;
    e->listed = true;
    seat_apply_listing(e, reply);
    e->phase = PHASE_WATCH;
    e->watch_index = reply->index + 1;
    e->wrote_index = 0;
    e->watch_us = e->now;
    e->list_us = felt_usec_add(e->now, LIST_AGAIN_US);
}

void sync_watch_answer(struct felt_flannel *e, const struct felt_etcd_reply *reply)
{
    e->watch_id = 0;
    if (!reply) {
        e->watch_us = felt_usec_add(e->now, WATCH_PAUSE_US);
        return;
    }
    /* 401, or anything else that we did not expect. */
    if (reply->error != 0) {
        list_soon(e, reply->error == FELT_ETCD_CLEARED ? 0 : LIST_PAUSE_US);
        return;
    }
    e->stats.events++;
    e->quiet_us = e->now;
    /* The directory itself, or more. */
    if (!seat_apply(e, &reply->node, felt_etcd_action_removes(reply->action))) {
        list_soon(e, LIST_PAUSE_US);
        return;
    }
    if (reply->node.modified >= e->watch_index)
        e->watch_index = reply->node.modified + 1;
}
