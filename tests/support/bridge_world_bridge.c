/* SPDX-License-Identifier: Apache-2.0 */
/* What is between an engine, its etcd and its feltd: messages that take time, or are lost. */
#include "tests/support/bridge_world_core.h"

#include <stdio.h>
#include <string.h>

#define WATCH_LIFE (60 * FELT_USEC_SEC) /* the client gives up and asks anew */

static void send_request(struct bw_world *w, unsigned i, const struct felt_flannel_query *q)
{
    felt_usec latency = 1 + bw_below(w, 5 * FELT_USEC_MS), timeout = 0;
    unsigned fate = w->faults ? (unsigned)bw_below(w, 100) : 100;
    struct bw_message *m;

    if (w->etcd_down) {
        m = bw_push(w, ANSWER, bw_chance(w, 50) ? latency : 3 * FELT_USEC_SEC);
    } else if (fate < 4) {
        m = bw_push(w, ANSWER, 3 * FELT_USEC_SEC); /* lost on its way */
    } else {
        /* Done in time, done and not heard of, or done when nobody waits for it any more. */
        m = bw_push(w, EXECUTE,
                    fate >= 8 && fate < 12 ? 3 * FELT_USEC_SEC + bw_below(w, 20 * FELT_USEC_SEC)
                                           : latency);
        m->request = malloc(sizeof(*m->request));
        assert(m->request);
        felt_etcd_request_make(BW_PREFIX, &q->op, m->request);
        m->mute = fate < 12;
        m->until = w->now + WATCH_LIFE;
        timeout = m->mute ? 3 * FELT_USEC_SEC : 0;
        m->id = q->id;
        m->bridge = i;
        m->life = w->bridges[i].life;
        if (timeout == 0)
            return;
        m = bw_push(w, ANSWER, timeout);
    }
    m->id = q->id;
    m->bridge = i;
    m->life = w->bridges[i].life;
}

static void send_call(struct bw_world *w, unsigned i)
{
    const struct felt_flannel_effects *fx = &w->fx;
    struct bw_bridge *b = &w->bridges[i];
    struct bw_message *m;
    struct call *c;

    if (!fx->clear && fx->n_set == 0 && fx->n_gone == 0)
        return;
    if (w->deaf || (w->faults && bw_chance(w, 5)))
        return; /* the connection broke */
    c = calloc(1, sizeof(*c));
    assert(c && fx->n_set <= BW_SLOTS && fx->n_gone <= BW_SLOTS);
    c->clear = fx->clear;
    c->clear_seq = fx->clear_seq;
    memcpy(c->cleared, fx->cleared, sizeof(c->cleared));
    c->n_cleared = fx->n_cleared;
    memcpy(c->set, fx->set, fx->n_set * sizeof(c->set[0]));
    c->n_set = fx->n_set;
    memcpy(c->gone, fx->gone, fx->n_gone * sizeof(c->gone[0]));
    c->n_gone = fx->n_gone;
    b->call_us = FELT_MAX(b->call_us + 1, w->now + 1 + bw_below(w, 5 * FELT_USEC_MS));
    m = bw_push(w, CALL, b->call_us - w->now);
    m->call = c;
    m->bridge = i;
    m->life = b->life;
}

/* The client closes its connection. What it has read already comes. */
static void drop_watch(struct bw_world *w, unsigned i, uint64_t id)
{
    for (size_t n = 0; n < w->n_messages; n++) {
        struct bw_message *m = &w->messages[n];

        if (m->kind == EXECUTE && m->id == id && m->bridge == i && m->life == w->bridges[i].life) {
            bw_message_done(m);
            *m = w->messages[--w->n_messages];
            return;
        }
    }
}

void bw_step(struct bw_world *w, unsigned i, struct felt_flannel_input *input)
{
    struct bw_bridge *b = &w->bridges[i];

    input->now = w->now;
    felt_flannel_step(b->engine, input, &w->fx);
    b->wake_us = w->fx.wake_us;
    if (b->wake_us <= w->now)
        bw_violate(w, "bridge %u spins", i);
    if (w->fx.dropped_watch != 0)
        drop_watch(w, i, w->fx.dropped_watch);
    for (size_t r = 0; r < w->fx.n_requests; r++)
        send_request(w, i, &w->fx.requests[r]);
    send_call(w, i);
    if (w->fx.report) {
        b->state = w->fx.state;
        strcpy(b->text, w->fx.text);
    }
    for (size_t l = 0; l < w->fx.n_lines; l++)
        bw_log(w, "bridge%u: %s", i, w->fx.lines[l].text);
}

void bw_bridge_start(struct bw_world *w, unsigned i)
{
    struct felt_flannel_input tick = {.event = FELT_FLANNEL_TICK};
    struct felt_flannel_config config = w->config;
    struct bw_bridge *b = &w->bridges[i];
    int r;

    if (b->engine)
        return;
    config.node.b[0] = (uint8_t)(config.node.b[0] + i); /* each beside a node of its own */
    r = felt_flannel_new(&config, &b->engine);
    assert(r == 0);
    b->life++;
    b->looking = false;
    bw_log(w, "bridge%u starts", i);
    bw_step(w, i, &tick);
    bw_look(w, 0);
}

void bw_bridge_kill(struct bw_world *w, unsigned i)
{
    if (w->bridges[i].engine)
        bw_log(w, "bridge%u ends", i);
    felt_flannel_free(w->bridges[i].engine);
    w->bridges[i].engine = NULL;
}

void bw_bridge_stop(struct bw_world *w, unsigned i)
{
    struct felt_flannel_input stop = {.event = FELT_FLANNEL_STOP};

    if (!w->bridges[i].engine)
        return;
    bw_step(w, i, &stop);
    bw_run(w, FELT_USEC_SEC);
    bw_bridge_kill(w, i);
}

/* A bridge may change a key that is not its own only where that is of the same machine, or was
 * somebody's who took it. */
static void check_change(struct bw_world *w, const struct etcd_model_key *before, const char *path)
{
    const struct etcd_model_key *after = etcd_model_get(w->etcd, path);
    struct felt_flannel_lease was, is;

    if (before->key[0] == '\0' || bw_key_is_marked(before) || !bw_key_lease(before, &was))
        return;
    if (after && after->modified == before->modified)
        return;
    if (bw_key_lease(after, &is) && felt_ip_equal(&was.public_ip, &is.public_ip))
        return;
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        if (w->machines[i].thief && felt_ip_equal(&w->machines[i].lease.public_ip, &was.public_ip))
            return;
    }
    for (uint32_t s = 0; s < BW_SLOTS; s++) {
        char own[256];

        bw_key_path(w, s, own);
        if (strcmp(own, path) == 0 && !w->disturbed[s])
            bw_violate(w, "a bridge changed %s, which is not its own", path);
    }
}

void bw_execute(struct bw_world *w, struct bw_message *m)
{
    const struct etcd_model_key *k;
    struct etcd_model_key before = {.modified = 0};
    char path[256] = "";
    struct bw_message *answer;
    uint64_t index = 0;
    char *body = NULL;

    /* The path of a key is what follows /v2/keys; what is escaped in it is in no key of ours. */
    snprintf(path, sizeof(path), "%s", m->request->path + strlen("/v2/keys"));
    k = etcd_model_get(w->etcd, path);
    if (k)
        before = *k;
    if (!w->etcd_down && !(w->mute_watch && m->request->waits))
        body = etcd_model_ask(w->etcd, m->request, &index);
    check_change(w, &before, path);
    if (strcmp(m->request->method, "GET") != 0)
        bw_log(w, "etcd: %s %s?%s by bridge%u:%s %.60s", m->request->method,
               path + strlen(BW_PREFIX), m->request->query, m->bridge,
               m->mute ? " its answer is lost;" : "", body ? body : "");
    /* A watch waits on, until something has changed or the client gives up. */
    if (!body && m->request->waits && !w->etcd_down && w->now < m->until) {
        struct bw_message *next = bw_push(w, EXECUTE, m->until - w->now), again = *m;

        again.at = next->at;
        again.order = next->order;
        again.parked = true;
        *next = again;
        m->request = NULL;
        return;
    }
    if (m->mute) {
        free(body);
        return;
    }
    answer = bw_push(w, ANSWER, 1 + bw_below(w, 5 * FELT_USEC_MS));
    answer->body = body;
    answer->index = index;
    answer->id = m->id;
    answer->bridge = m->bridge;
    answer->life = m->life;
}

void bw_answer(struct bw_world *w, const struct bw_message *m)
{
    _cleanup_(felt_etcd_reply_freep) struct felt_etcd_reply *reply = NULL;
    struct felt_flannel_input input = {.event = FELT_FLANNEL_ANSWER, .id = m->id};

    if (m->body && felt_etcd_reply_parse(m->body, strlen(m->body), m->index, &reply) < 0)
        bw_violate(w, "no reply: %.200s", m->body);
    input.reply = reply;
    bw_step(w, m->bridge, &input);
}
