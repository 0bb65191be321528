/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "agent/log.h"
#include "etcd/feltd_reply.h"
#include "etcd/sync.h"

#define ASK_US       (4 * FELT_USEC_SEC) /* without a reason: who is silent for 10 s is not there */
#define ASK_PAUSE_US (50 * FELT_USEC_MS) /* between two: an answer is as large as the cluster */
#define ASK_LOST_US  (1 * FELT_USEC_SEC)

static json_t *subnet_json(const struct felt_sync *sync, uint32_t slot)
{
    struct felt_cidr subnet = felt_netconf_subnet(&sync->config, slot);

    return json_string(FELT_CIDR(&subnet));
}

/* A call; false, and the connection is given up, where feltd does not answer or refuses. */
static bool call(struct felt_sync *sync, const char *method, json_t *parameters)
{
    if (felt_bridge_feltd(sync->bridge, method, parameters, NULL) == FELT_BRIDGE_FINE)
        return true;
    felt_varlink_client_free(FELT_TAKE(sync->bridge->feltd));
    return false;
}

/* ---- telling ---- */

static bool tell_cleared(struct felt_sync *sync)
{
    const struct felt_flannel_effects *e = &sync->effects;
    json_t *cleared = json_array();

    for (size_t i = 0; i < e->n_cleared; i++) {
        char id[FELT_ID_TEXT];

        json_array_append_new(cleared, json_pack("{s:s, s:o}", "node",
                                                 felt_id_format(&e->cleared[i].node, id), "subnet",
                                                 subnet_json(sync, e->cleared[i].slot)));
    }
    if (!call(sync, "io.felt.BridgeClear", json_pack("{s:o}", "cleared", cleared)))
        return false;
    sync->clear_seq = e->clear_seq;
    /* feltd may have known all that: no change, and so no new state, would ever show it. */
    sync->has_generation = false;
    return true;
}

static bool tell_foreign(struct felt_sync *sync)
{
    const struct felt_flannel_effects *e = &sync->effects;
    json_t *set = json_array(), *gone = json_array();

    for (size_t i = 0; i < e->n_set; i++) {
        json_t *entry = json_pack("{s:o}", "subnet", subnet_json(sync, e->set[i].slot));

        (void)felt_feltd_lease_write(entry, &e->set[i].lease);
        json_array_append_new(set, entry);
    }
    for (size_t i = 0; i < e->n_gone; i++)
        json_array_append_new(gone, subnet_json(sync, e->gone[i]));
    return call(sync, "io.felt.BridgeForeign", json_pack("{s:o, s:o}", "set", set, "gone", gone));
}

static bool tell_report(struct felt_sync *sync)
{
    const struct felt_flannel_effects *e = &sync->effects;
    char text[FELT_FLANNEL_LINE_TEXT + FELT_ETCD_TROUBLE_TEXT + 4];
    bool has_trouble = e->state != FELT_FLANNEL_OK && sync->trouble[0] != '\0';

    snprintf(text, sizeof(text), "%s%s%s", e->text, has_trouble ? ": " : "",
             has_trouble ? sync->trouble : "");
    return call(sync, "io.felt.BridgeReport",
                json_pack("{s:s, s:s}", "state", felt_flannel_state_name(e->state), "text", text));
}

bool felt_sync_feltd_tell(struct felt_sync *sync)
{
    const struct felt_flannel_effects *e = &sync->effects;
    bool is_more = e->clear || e->n_set > 0 || e->n_gone > 0;

    if (!sync->bridge->feltd) /* the next snapshot shows what did not arrive */
        return sync->is_lost;
    if ((e->clear && !tell_cleared(sync)) || (e->n_set + e->n_gone > 0 && !tell_foreign(sync)) ||
        (e->report && !tell_report(sync)))
        return false;
    if (is_more)
        sync->ask_us = 0;
    return true;
}

/* ---- the bell ---- */

/* A connection of its own. Without one, of a feltd that is older than we, say, it is asked each
 * ASK_LOST_US. */
static void hang_bell(struct felt_sync *sync)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *bell = NULL;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = FELT_SYNC_BELL};

    if (sync->bell || felt_bridge_another_feltd(sync->bridge, &bell) < 0 ||
        felt_varlink_client_begin(bell, "io.felt.BridgeWatch", NULL) < 0 ||
        epoll_ctl(sync->epoll_fd, EPOLL_CTL_ADD, felt_varlink_client_fd(bell), &event) < 0)
        return;
    sync->bell = FELT_TAKE(bell);
}

void felt_sync_feltd_rung(struct felt_sync *sync)
{
    felt_usec pause = ASK_PAUSE_US;
    bool more = true;
    int r = 0;

    while (r == 0 && more) { /* how often is all the same */
        struct felt_varlink_reply reply = {0};

        r = felt_varlink_client_next(sync->bell, 0, &reply, &more);
        felt_varlink_reply_done(&reply);
    }
    if (r != -ETIMEDOUT) {
        felt_varlink_client_free(FELT_TAKE(sync->bell));
        pause = ASK_LOST_US;
    }
    sync->ask_us = FELT_MIN(sync->ask_us, felt_usec_add(sync->asked_us, pause));
}

/* ---- asking ---- */

static void lose(struct felt_sync *sync)
{
    struct felt_flannel_input input = {.event = FELT_FLANNEL_FELT_LOST};

    sync->has_generation = false;
    sync->clear_seq = 0;
    sync->ask_us = sync->now + ASK_LOST_US;
    felt_varlink_client_free(FELT_TAKE(sync->bell));
    if (sync->is_lost)
        return;
    sync->is_lost = true;
    felt_sync_step(sync, &input);
}

/* Whether the feltd that answers is the one that we began with. */
static bool is_same(struct felt_sync *sync)
{
    _cleanup_(json_decrefp) json_t *status = NULL;
    struct felt_id node;

    if (felt_bridge_feltd(sync->bridge, "io.felt.GetStatus", NULL, &status) != FELT_BRIDGE_FINE)
        return false;
    if (felt_feltd_node_read(json_object_get(status, "node"), &node) == 0 &&
        felt_id_equal(&node, &sync->node))
        return true;
    felt_bridge_say(FELT_BRIDGE_REFUSED,
                    "feltd is another node now; restart this sync, if that is meant");
    return false;
}

static bool connect_again(struct felt_sync *sync)
{
    if (felt_bridge_need_feltd(sync->bridge) == FELT_BRIDGE_FINE && is_same(sync)) {
        felt_log_notice("bridge: feltd answers again");
        return true;
    }
    felt_varlink_client_free(FELT_TAKE(sync->bridge->feltd));
    return false;
}

static void take_state(struct felt_sync *sync, const json_t *state)
{
    _cleanup_(felt_snapshot_done) struct felt_snapshot snapshot = {0};
    struct felt_flannel_input input = {.event = FELT_FLANNEL_FELT};

    if (felt_snapshot_read(state, &sync->config, &snapshot) < 0) {
        felt_log_error("bridge: out of memory");
        return;
    }
    sync->is_lost = false;
    sync->is_off = snapshot.ended;
    snapshot.felt.clear_seq = sync->clear_seq;
    input.felt = &snapshot.felt;
    felt_sync_step(sync, &input);
}

void felt_sync_feltd_ask(struct felt_sync *sync)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    const json_t *state;

    sync->asked_us = sync->now;
    sync->ask_us = sync->now + ASK_US;
    if (!sync->bridge->feltd && !connect_again(sync)) {
        lose(sync);
        return;
    }
    hang_bell(sync);
    if (felt_bridge_feltd(sync->bridge, "io.felt.BridgeState",
                          sync->has_generation ? json_pack("{s:I}", "after", sync->generation)
                                               : NULL,
                          &reply) != FELT_BRIDGE_FINE) {
        felt_varlink_client_free(FELT_TAKE(sync->bridge->feltd));
        lose(sync);
        return;
    }
    state = json_object_get(reply, "state");
    sync->generation = json_integer_value(json_object_get(reply, "generation"));
    sync->has_generation = true;
    if (json_is_object(state))
        take_state(sync, state);
}
