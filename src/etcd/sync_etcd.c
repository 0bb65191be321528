/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/log.h"
#include "etcd/sync.h"

static int begin(struct felt_sync *sync, const struct felt_etcd_op *op, uint64_t id)
{
    _cleanup_(felt_freep) struct felt_etcd_request *request = malloc(sizeof(*request));
    char path[FELT_BRIDGE_PATH_TEXT];
    struct felt_etcd_call call;

    if (!request)
        return -ENOMEM;
    call = felt_bridge_call_of(sync->bridge, op, request, path);
    return felt_etcd_client_begin(sync->bridge->etcd, &call, id);
}

void felt_sync_etcd_send(struct felt_sync *sync)
{
    const struct felt_flannel_effects *e = &sync->effects;

    if (e->dropped_watch != 0) {
        felt_etcd_client_cancel(sync->bridge->etcd, e->dropped_watch);
        sync->n_waiting -= sync->watch_id == e->dropped_watch;
        sync->watch_id = 0;
    }
    for (size_t i = 0; i < e->n_requests; i++) {
        const struct felt_flannel_query *q = &e->requests[i];

        if (begin(sync, &q->op, q->id) < 0) {
            sync->is_out_of_memory = true; /* the engine waits for an answer that will not come */
            return;
        }
        if (q->op.what == FELT_ETCD_WATCH) {
            sync->watch_id = q->id;
            sync->watch = q->op;
        }
        sync->n_waiting++;
    }
}

/* Says once what is wrong, and once that it is over. */
static void note(struct felt_sync *sync, const struct felt_etcd_answer *answer)
{
    if (answer->error == 0 && sync->trouble[0] != '\0')
        felt_log_notice("bridge: etcd at %s answers again",
                        felt_etcd_client_endpoint(sync->bridge->etcd));
    else if (answer->error < 0 && strcmp(sync->trouble, answer->trouble) != 0)
        felt_log_warning("bridge: %s", answer->trouble);
    snprintf(sync->trouble, sizeof(sync->trouble), "%s", answer->error < 0 ? answer->trouble : "");
}

void felt_sync_etcd_take(struct felt_sync *sync, const struct felt_etcd_answer *answer)
{
    _cleanup_(felt_etcd_reply_freep) struct felt_etcd_reply *reply = NULL;
    struct felt_flannel_input input = {.event = FELT_FLANNEL_ANSWER, .id = answer->tag};

    note(sync, answer);
    /* A watch that has seen nothing goes on, and the engine need not know. */
    if (answer->error == 0 && answer->body_len == 0 && answer->tag == sync->watch_id &&
        begin(sync, &sync->watch, sync->watch_id) == 0)
        return;
    if (answer->error == 0 &&
        felt_etcd_reply_parse(answer->body, answer->body_len, answer->etcd_index, &reply) < 0)
        felt_log_warning("bridge: what %s answers is not of etcd v2 (HTTP %ld)",
                         felt_etcd_client_endpoint(sync->bridge->etcd), answer->status);
    if (answer->tag == sync->watch_id)
        sync->watch_id = 0;
    sync->n_waiting -= sync->n_waiting > 0;
    input.reply = reply;
    felt_sync_step(sync, &input);
}
