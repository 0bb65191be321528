/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/bridge_world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "flannel/key.h"

#define MESSAGES_MAX 8192
#define SNAP_OWN_MAX BW_SLOTS
#define CLEAR_LIFE   (60 * FELT_USEC_SEC)        /* feltd forgets what is not said again */
#define WATCH_LIFE   (60 * FELT_USEC_SEC)        /* the client gives up and asks anew */
#define RENEW_US     (23 * 3600 * FELT_USEC_SEC) /* flanneld's: TTL less a margin of an hour */
#define PREFIX       "/coreos.com/network"

enum kind {
    EXECUTE,  /* a request reaches etcd */
    ANSWER,   /* what became of it reaches the bridge */
    CALL,     /* feltd is told something */
    LOOK,     /* feltd is asked for a snapshot */
    SNAPSHOT, /* which reaches the bridge */
    CREATE,   /* a flanneld creates the key that it chose */
    RENEW,    /* a flanneld */
    GIFT,     /* feltd looks at who waits */
};

struct snapshot {
    struct felt_flannel_felt felt;
    struct felt_flannel_own own[BW_SLOTS];
    struct felt_flannel_demand demands[BW_MACHINES];
    struct felt_flannel_foreign foreign[BW_SLOTS];
    uint32_t free[BW_SLOTS];
};

struct call {
    bool clear;
    uint64_t clear_seq;
    struct felt_flannel_cleared cleared[FELT_FLANNEL_DEMANDS_MAX];
    size_t n_cleared;
    struct felt_flannel_foreign set[BW_SLOTS];
    size_t n_set;
    uint32_t gone[BW_SLOTS];
    size_t n_gone;
};

struct bw_message {
    felt_usec at;
    uint64_t order; /* of those at one time */
    enum kind kind;
    unsigned bridge;
    uint32_t life;
    uint64_t id;
    bool mute;       /* the answer is lost */
    felt_usec until; /* of a watch */
    bool parked;     /* it waits for a change */
    struct felt_etcd_request *request;
    char *body; /* NULL: no answer */
    uint64_t index;
    struct call *call;
    struct snapshot *snapshot;
    uint32_t machine;
};

static void violate(struct bw_world *w, const char *format, ...) _printf_(2, 3);
static void violate(struct bw_world *w, const char *format, ...)
{
    va_list args;

    if (w->violation[0] != '\0')
        return;
    va_start(args, format);
    vsnprintf(w->violation, sizeof(w->violation), format, args);
    va_end(args);
}

static felt_usec below(struct bw_world *w, felt_usec max)
{
    return felt_prng_below(&w->prng, max);
}

static bool chance(struct bw_world *w, unsigned percent)
{
    return below(w, 100) < percent;
}

static struct bw_message *push(struct bw_world *w, enum kind kind, felt_usec after)
{
    static uint64_t order;
    struct bw_message *m;

    assert(w->n_messages < MESSAGES_MAX);
    m = &w->messages[w->n_messages++];
    *m = (struct bw_message){.kind = kind, .at = w->now + after, .order = order++};
    return m;
}

static void message_done(struct bw_message *m)
{
    free(m->request);
    free(m->body);
    free(m->call);
    free(m->snapshot);
}

static void key_path(struct bw_world *w, uint32_t slot, char *path)
{
    struct felt_dual subnets = felt_netconf_subnets(&w->config.netconf, slot);
    char name[FELT_FLANNEL_KEY_TEXT];

    sprintf(path, PREFIX "/subnets/%s", felt_flannel_key_format(&subnets, name));
}

const struct etcd_model_key *bw_key(struct bw_world *w, uint32_t slot)
{
    char path[256];

    key_path(w, slot, path);
    return etcd_model_get(w->etcd, path);
}

/* Whose address a key names; false for what is no lease. */
static bool key_lease(const struct etcd_model_key *k, struct felt_flannel_lease *ret_lease)
{
    return k && felt_flannel_lease_parse(k->value, strlen(k->value), ret_lease) == 0;
}

static bool key_is_of(const struct etcd_model_key *k, const struct bw_machine *m)
{
    struct felt_flannel_lease lease;

    return key_lease(k, &lease) && felt_ip_equal(&lease.public_ip, &m->lease.public_ip);
}

static bool key_is_marked(const struct etcd_model_key *k)
{
    return k && felt_flannel_is_marked(k->value, strlen(k->value));
}

/* --- feltd --- */

static void look(struct bw_world *w, felt_usec after)
{
    for (unsigned i = 0; i < BW_BRIDGES; i++) {
        struct bw_bridge *b = &w->bridges[i];
        struct bw_message *m;

        if (!b->engine || b->looking)
            continue;
        b->looking = true;
        m = push(w, LOOK, after + 1 + below(w, 50 * FELT_USEC_MS));
        m->bridge = i;
        m->life = b->life;
    }
}

static void felt_changed(struct bw_world *w)
{
    push(w, GIFT, 1 + below(w, 20 * FELT_USEC_MS));
    look(w, 0);
}

/* The slot that is kept for the machine's address. */
static uint32_t kept_for(const struct bw_world *w, const struct bw_machine *m)
{
    for (uint32_t s = 0; s < BW_SLOTS; s++) {
        if (w->has_foreign[s] && felt_ip_equal(&w->foreign[s].public_ip, &m->lease.public_ip))
            return s;
    }
    return FELT_FLANNEL_NO_SLOT;
}

static struct snapshot *take_snapshot(struct bw_world *w)
{
    struct snapshot *s = calloc(1, sizeof(*s));
    struct felt_flannel_felt *f = &s->felt;
    bool is_free[BW_SLOTS] = {false};

    assert(s);
    *f = (struct felt_flannel_felt){.on = w->on, .clear_seq = w->clear_seq};
    for (uint32_t slot = 0; slot < BW_SLOTS; slot++) {
        if (w->owner[slot] != BW_NONE) {
            const struct bw_machine *m = &w->machines[w->owner[slot]];
            struct felt_flannel_own *own = &s->own[f->n_own++];

            *own = (struct felt_flannel_own){.slot = slot, .node = m->id, .lease = m->lease};
            strcpy(own->name, m->name);
        } else if (!w->has_foreign[slot]) {
            s->free[f->n_free++] = slot;
            is_free[slot] = true;
        }
        if (w->has_foreign[slot]) {
            s->foreign[f->n_foreign].slot = slot;
            s->foreign[f->n_foreign++].lease = w->foreign[slot];
        }
    }
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        const struct bw_machine *m = &w->machines[i];
        struct felt_flannel_demand *d = &s->demands[f->n_demands];

        if (m->role != BW_FELT || m->slot != BW_NONE)
            continue;
        *d = (struct felt_flannel_demand){
            .node = m->id, .public_ip = m->lease.public_ip, .slot = kept_for(w, m)};
        strcpy(d->name, m->name);
        for (uint32_t slot = 0; w->names && slot < BW_SLOTS && d->slot == FELT_FLANNEL_NO_SLOT;
             slot++) {
            if (!is_free[slot])
                continue;
            is_free[slot] = false;
            d->slot = slot;
        }
        f->n_demands++;
    }
    f->n_free = w->names ? 0 : f->n_free;
    f->own = s->own;
    f->demands = s->demands;
    f->foreign = s->foreign;
    f->free = s->free;
    return s;
}

static void felt_loses(struct bw_world *w, uint32_t slot)
{
    struct bw_machine *m = &w->machines[w->owner[slot]];

    w->owner[slot] = BW_NONE;
    w->disturbed[slot] = false;
    m->slot = BW_NONE;
    m->expects = BW_NONE;
}

static void called(struct bw_world *w, const struct call *c)
{
    for (size_t i = 0; i < c->n_set; i++) {
        uint32_t slot = c->set[i].slot;

        w->has_foreign[slot] = true;
        w->foreign[slot] = c->set[i].lease;
        if (w->owner[slot] == BW_NONE || felt_ip_equal(&w->machines[w->owner[slot]].lease.public_ip,
                                                       &w->foreign[slot].public_ip))
            continue;
        if (!w->disturbed[slot])
            violate(w, "slot %u was taken from %s though nobody touched its key", slot,
                    w->machines[w->owner[slot]].name);
        w->moved++;
        felt_loses(w, slot);
    }
    for (size_t i = 0; i < c->n_gone; i++)
        w->has_foreign[c->gone[i]] = false;
    for (uint32_t i = 0; c->clear && i < c->n_cleared; i++) {
        uint32_t m = (uint32_t)c->cleared[i].node.b[0] - 1;

        if (w->machines[m].role == BW_FELT && w->machines[m].slot == BW_NONE)
            w->machines[m].granted = c->cleared[i].slot;
    }
    if (c->clear) {
        w->clear_seq = c->clear_seq;
        w->clear_us = w->now;
        memcpy(w->cleared, c->cleared, sizeof(w->cleared));
        w->n_cleared = c->n_cleared;
    }
    felt_changed(w);
}

static void give(struct bw_world *w, struct bw_machine *m, uint32_t slot)
{
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        const struct bw_machine *o = &w->machines[i];

        if (o->role == BW_FLANNELD && o->slot == slot && !o->thief && !w->disturbed[slot])
            violate(w, "slot %u was given to %s while the flanneld on %s leases it", slot, m->name,
                    o->name);
    }
    if (!key_is_of(bw_key(w, slot), m) && !w->disturbed[slot])
        violate(w, "slot %u was given to %s without its key in etcd", slot, m->name);
    if (m->expects != BW_NONE && m->expects == slot)
        w->sticky++;
    else if (m->expects != BW_NONE && key_is_of(bw_key(w, m->expects), m) &&
             !w->disturbed[m->expects])
        violate(w, "%s changed over from slot %u to slot %u", m->name, m->expects, slot);
    m->expects = m->granted = BW_NONE;
    w->owner[slot] = m->i;
    m->slot = slot;
    w->gifts++;
}

/* Whether the machine may be given the slot, and it is cleared for it. */
static bool may_give(struct bw_world *w, const struct bw_machine *m, uint32_t slot)
{
    bool cleared = w->names && m->granted == slot;

    for (size_t c = 0; !w->names && c < w->n_cleared; c++)
        cleared =
            cleared || (w->cleared[c].slot == slot && felt_id_equal(&w->cleared[c].node, &m->id));
    if (!cleared || w->owner[slot] != BW_NONE)
        return false;
    return !w->has_foreign[slot] || felt_ip_equal(&w->foreign[slot].public_ip, &m->lease.public_ip);
}

static void gifts(struct bw_world *w)
{
    if (w->now - w->clear_us > CLEAR_LIFE)
        w->n_cleared = 0;
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        struct bw_machine *m = &w->machines[i];

        for (uint32_t slot = 0; slot < BW_SLOTS; slot++) {
            if (m->role != BW_FELT || m->slot != BW_NONE || !may_give(w, m, slot))
                continue;
            give(w, m, slot);
            look(w, 0);
        }
    }
}

/* --- the bridges --- */

static void send_request(struct bw_world *w, unsigned i, const struct felt_flannel_query *q)
{
    felt_usec latency = 1 + below(w, 5 * FELT_USEC_MS), timeout = 0;
    unsigned fate = w->faults ? (unsigned)below(w, 100) : 100;
    struct bw_message *m;

    if (w->etcd_down) {
        m = push(w, ANSWER, chance(w, 50) ? latency : 3 * FELT_USEC_SEC);
    } else if (fate < 4) {
        m = push(w, ANSWER, 3 * FELT_USEC_SEC); /* lost on its way */
    } else {
        /* Done in time, done and not heard of, or done when nobody waits for it any more. */
        m = push(w, EXECUTE,
                 fate >= 8 && fate < 12 ? 3 * FELT_USEC_SEC + below(w, 20 * FELT_USEC_SEC)
                                        : latency);
        m->request = malloc(sizeof(*m->request));
        assert(m->request);
        felt_etcd_request_make(PREFIX, &q->op, m->request);
        m->mute = fate < 12;
        m->until = w->now + WATCH_LIFE;
        timeout = m->mute ? 3 * FELT_USEC_SEC : 0;
        m->id = q->id;
        m->bridge = i;
        m->life = w->bridges[i].life;
        if (timeout == 0)
            return;
        m = push(w, ANSWER, timeout);
    }
    m->id = q->id;
    m->bridge = i;
    m->life = w->bridges[i].life;
}

static void send_call(struct bw_world *w, struct bw_bridge *b)
{
    const struct felt_flannel_effects *fx = &w->fx;
    struct bw_message *m;
    struct call *c;

    if (!fx->clear && fx->n_set == 0 && fx->n_gone == 0)
        return;
    if (w->deaf || (w->faults && chance(w, 5)))
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
    b->call_us = FELT_MAX(b->call_us + 1, w->now + 1 + below(w, 5 * FELT_USEC_MS));
    m = push(w, CALL, b->call_us - w->now);
    m->call = c;
}

static void step(struct bw_world *w, unsigned i, struct felt_flannel_input *input)
{
    struct bw_bridge *b = &w->bridges[i];

    input->now = w->now;
    felt_flannel_step(b->engine, input, &w->fx);
    b->wake_us = w->fx.wake_us;
    if (b->wake_us <= w->now)
        violate(w, "bridge %u spins", i);
    for (size_t r = 0; r < w->fx.n_requests; r++)
        send_request(w, i, &w->fx.requests[r]);
    send_call(w, b);
    if (w->fx.report) {
        b->state = w->fx.state;
        strcpy(b->text, w->fx.text);
    }
    for (size_t l = 0; !w->quiet && l < w->fx.n_lines; l++)
        printf("# %.3f bridge%u: %s\n", (double)w->now / 1e6, i, w->fx.lines[l].text);
}

void bw_bridge_start(struct bw_world *w, unsigned i)
{
    struct felt_flannel_input tick = {.event = FELT_FLANNEL_TICK};
    struct felt_flannel_config config = w->config;
    struct bw_bridge *b = &w->bridges[i];
    int r;

    if (b->engine)
        return;
    config.token = felt_prng_next(&w->prng) | 1;
    r = felt_flannel_new(&config, &b->engine);
    assert(r == 0);
    b->life++;
    b->looking = false;
    step(w, i, &tick);
    look(w, 0);
}

void bw_bridge_kill(struct bw_world *w, unsigned i)
{
    felt_flannel_free(w->bridges[i].engine);
    w->bridges[i].engine = NULL;
}

void bw_bridge_stop(struct bw_world *w, unsigned i)
{
    struct felt_flannel_input stop = {.event = FELT_FLANNEL_STOP};

    if (!w->bridges[i].engine)
        return;
    step(w, i, &stop);
    bw_run(w, FELT_USEC_SEC);
    bw_bridge_kill(w, i);
}

/* A bridge may change a key that is not its own only where that is of the same machine, or was
 * somebody's who took it. */
static void check_change(struct bw_world *w, const struct etcd_model_key *before, const char *path)
{
    const struct etcd_model_key *after = etcd_model_get(w->etcd, path);
    struct felt_flannel_lease was, is;

    if (before->key[0] == '\0' || key_is_marked(before) || !key_lease(before, &was))
        return;
    if (after && after->modified == before->modified)
        return;
    if (key_lease(after, &is) && felt_ip_equal(&was.public_ip, &is.public_ip))
        return;
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        if (w->machines[i].thief && felt_ip_equal(&w->machines[i].lease.public_ip, &was.public_ip))
            return;
    }
    for (uint32_t s = 0; s < BW_SLOTS; s++) {
        char own[256];

        key_path(w, s, own);
        if (strcmp(own, path) == 0 && !w->disturbed[s])
            violate(w, "a bridge changed %s, which is not its own", path);
    }
}

static void execute(struct bw_world *w, struct bw_message *m)
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
    if (!w->etcd_down)
        body = etcd_model_ask(w->etcd, m->request, &index);
    check_change(w, &before, path);
    /* A watch waits on, until something has changed or the client gives up. */
    if (!body && m->request->waits && !w->etcd_down && w->now < m->until) {
        struct bw_message *next = push(w, EXECUTE, m->until - w->now), again = *m;

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
    answer = push(w, ANSWER, 1 + below(w, 5 * FELT_USEC_MS));
    answer->body = body;
    answer->index = index;
    answer->id = m->id;
    answer->bridge = m->bridge;
    answer->life = m->life;
}

static void answer(struct bw_world *w, const struct bw_message *m)
{
    _cleanup_(felt_etcd_reply_freep) struct felt_etcd_reply *reply = NULL;
    struct felt_flannel_input input = {.event = FELT_FLANNEL_ANSWER, .id = m->id};

    if (m->body && felt_etcd_reply_parse(m->body, strlen(m->body), m->index, &reply) < 0)
        violate(w, "no reply: %.200s", m->body);
    input.reply = reply;
    step(w, m->bridge, &input);
}

/* --- flanneld --- */

static void flanneld_write(struct bw_world *w, struct bw_machine *m, uint32_t slot)
{
    const struct etcd_model_key *k = bw_key(w, slot);
    char value[FELT_FLANNEL_VALUE_MAX + 1], path[256];
    bool reserved = k && k->expires_us == FELT_USEC_NEVER;

    if (k && !key_is_of(k, m)) {
        m->thief = w->disturbed[slot] = true;
        for (uint32_t i = 0; i < BW_MACHINES; i++) {
            struct bw_machine *victim = &w->machines[i];

            if (victim->role == BW_FLANNELD && victim->slot == slot)
                victim->thief = true; /* it does not notice, and will take it back */
        }
    }
    felt_flannel_lease_format(&m->lease, value);
    key_path(w, slot, path);
    etcd_model_set(w->etcd, path, value, reserved ? 0 : FELT_ETCD_LEASE_TTL_S);
    m->slot = slot;
    push(w, RENEW, RENEW_US)->machine = m->i;
}

/* v0.10.0: its own lease, else one of the free ones at random; what it saw may be old when it
 * creates it. */
static void flanneld_acquire(struct bw_world *w, struct bw_machine *m)
{
    uint32_t free[BW_SLOTS], n = 0;

    for (uint32_t s = 0; s < BW_SLOTS; s++) {
        if (key_is_of(bw_key(w, s), m)) {
            flanneld_write(w, m, s);
            return;
        }
        if (!bw_key(w, s))
            free[n++] = s;
    }
    m->wish = n ? free[below(w, n)] : BW_NONE;
    push(w, CREATE, n ? 1 + below(w, 30 * FELT_USEC_MS) : 10 * FELT_USEC_SEC)->machine = m->i;
}

static void flanneld_create(struct bw_world *w, struct bw_machine *m)
{
    char value[FELT_FLANNEL_VALUE_MAX + 1], path[256];

    if (m->role != BW_FLANNELD || m->slot != BW_NONE)
        return;
    if (w->etcd_down) {
        push(w, CREATE, 10 * FELT_USEC_SEC)->machine = m->i;
        return;
    }
    felt_flannel_lease_format(&m->lease, value);
    if (m->wish != BW_NONE)
        key_path(w, m->wish, path);
    if (m->wish == BW_NONE || !etcd_model_create(w->etcd, path, value, FELT_ETCD_LEASE_TTL_S)) {
        flanneld_acquire(w, m);
        return;
    }
    m->slot = m->wish;
    push(w, RENEW, RENEW_US)->machine = m->i;
}

void bw_flanneld_start(struct bw_world *w, uint32_t machine)
{
    struct bw_machine *m = &w->machines[machine];

    if (m->role != BW_OFF || w->etcd_down)
        return;
    m->role = BW_FLANNELD;
    m->slot = BW_NONE;
    m->thief = false;
    flanneld_acquire(w, m);
}

void bw_flanneld_stop(struct bw_world *w, uint32_t machine)
{
    struct bw_machine *m = &w->machines[machine];

    (void)w;
    if (m->role != BW_FLANNELD)
        return;
    m->role = BW_OFF;
    m->slot = BW_NONE;
}

void bw_flanneld_steal(struct bw_world *w, uint32_t machine, uint32_t slot)
{
    struct bw_machine *m = &w->machines[machine];

    if (m->role == BW_FELT || w->etcd_down)
        return;
    m->role = BW_FLANNELD;
    m->thief = true;
    w->disturbed[slot] = true;
    flanneld_write(w, m, slot);
}

static void flanneld_renew(struct bw_world *w, struct bw_machine *m)
{
    if (m->role != BW_FLANNELD || m->slot == BW_NONE)
        return;
    if (w->etcd_down)
        push(w, RENEW, 60 * FELT_USEC_SEC)->machine = m->i;
    else
        flanneld_write(w, m, m->slot);
}

void bw_vandal(struct bw_world *w, uint32_t slot, const char *value, uint32_t ttl_s)
{
    char path[256];

    key_path(w, slot, path);
    w->disturbed[slot] = true;
    if (value)
        etcd_model_set(w->etcd, path, value, ttl_s);
    else
        etcd_model_delete(w->etcd, path);
}

void bw_tidy(struct bw_world *w)
{
    for (uint32_t s = 0; s < BW_SLOTS; s++) {
        const struct etcd_model_key *k = bw_key(w, s);
        bool used = w->owner[s] != BW_NONE;
        char path[256];

        for (uint32_t i = 0; i < BW_MACHINES; i++)
            used = used || (w->machines[i].role == BW_FLANNELD && w->machines[i].slot == s);
        key_path(w, s, path);
        if (!used && !key_is_marked(k))
            etcd_model_delete(w->etcd, path);
    }
}

/* --- felt --- */

void bw_felt_join(struct bw_world *w, uint32_t machine)
{
    struct bw_machine *m = &w->machines[machine];

    if (m->role != BW_OFF)
        return;
    m->role = BW_FELT;
    m->slot = BW_NONE;
    m->expects = BW_NONE;
    felt_changed(w);
}

void bw_felt_leave(struct bw_world *w, uint32_t machine)
{
    struct bw_machine *m = &w->machines[machine];

    if (m->role != BW_FELT)
        return;
    if (m->slot != BW_NONE)
        felt_loses(w, m->slot);
    m->role = BW_OFF;
    m->granted = BW_NONE;
    felt_changed(w);
}

void bw_change_over(struct bw_world *w, uint32_t machine)
{
    struct bw_machine *m = &w->machines[machine];
    uint32_t slot = m->slot;
    bool thief = m->thief;

    if (m->role != BW_FLANNELD || slot == BW_NONE)
        return;
    bw_flanneld_stop(w, machine);
    bw_felt_join(w, machine);
    m->expects = thief ? BW_NONE : slot;
}

void bw_feltd_restart(struct bw_world *w)
{
    struct felt_flannel_input lost = {.event = FELT_FLANNEL_FELT_LOST};

    w->clear_seq = 0;
    w->n_cleared = 0;
    for (unsigned i = 0; i < BW_BRIDGES; i++) {
        if (w->bridges[i].engine)
            step(w, i, &lost);
    }
    look(w, FELT_USEC_SEC);
}

/* --- time --- */

static void handle(struct bw_world *w, struct bw_message *m)
{
    struct bw_bridge *b = &w->bridges[m->bridge];
    bool heard = b->engine && b->life == m->life;
    struct bw_message *next;

    switch (m->kind) {
    case EXECUTE:
        execute(w, m);
        break;
    case ANSWER:
        if (heard)
            answer(w, m);
        break;
    case CALL:
        called(w, m->call);
        break;
    case LOOK:
        if (!heard)
            break;
        next = push(w, SNAPSHOT, 1 + below(w, 20 * FELT_USEC_MS));
        next->bridge = m->bridge;
        next->life = m->life;
        next->snapshot = take_snapshot(w);
        break;
    case SNAPSHOT:
        if (!heard)
            break;
        b->looking = false;
        step(w, m->bridge,
             &(struct felt_flannel_input){.event = FELT_FLANNEL_FELT, .felt = &m->snapshot->felt});
        break;
    case CREATE:
        flanneld_create(w, &w->machines[m->machine]);
        break;
    case RENEW:
        flanneld_renew(w, &w->machines[m->machine]);
        break;
    case GIFT:
        gifts(w);
        break;
    }
}

/* Something has changed in etcd. */
static void unpark(struct bw_world *w)
{
    uint64_t index = etcd_model_index(w->etcd);

    if (index == w->seen_index)
        return;
    w->seen_index = index;
    for (size_t i = 0; i < w->n_messages; i++) {
        struct bw_message *m = &w->messages[i];

        if (m->kind == EXECUTE && m->parked) {
            m->parked = false;
            m->at = w->now + 1 + below(w, 5 * FELT_USEC_MS);
        }
    }
}

/* One that sees its own key go ends, as flanneld does; and no subnet has two. */
static void check(struct bw_world *w)
{
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        struct bw_machine *m = &w->machines[i];

        if (m->role != BW_FLANNELD || m->slot == BW_NONE)
            continue;
        if (!bw_key(w, m->slot)) {
            bw_flanneld_stop(w, i);
            continue;
        }
        if (!m->thief && w->owner[m->slot] != BW_NONE && !w->disturbed[m->slot])
            violate(w, "slot %u is leased by the flanneld on %s and by felt on %s", m->slot,
                    m->name, w->machines[w->owner[m->slot]].name);
    }
}

void bw_run(struct bw_world *w, felt_usec for_us)
{
    felt_usec end = w->now + for_us, looked = w->now;
    uint32_t seen_gifts = w->gifts;

    unpark(w); /* of what was done before */
    while (w->violation[0] == '\0') {
        size_t first = SIZE_MAX;
        felt_usec at = end;
        struct bw_message m;

        for (size_t i = 0; i < w->n_messages; i++) {
            const struct bw_message *c = &w->messages[i];

            if (c->at < at ||
                (c->at == at && (first == SIZE_MAX || c->order < w->messages[first].order))) {
                at = c->at;
                first = i;
            }
        }
        for (unsigned b = 0; b < BW_BRIDGES; b++) {
            if (w->bridges[b].engine && w->bridges[b].wake_us < at) {
                at = FELT_MAX(w->bridges[b].wake_us, w->now);
                first = SIZE_MAX - 1 - b;
            }
        }
        if (first == SIZE_MAX)
            break;
        w->now = at;
        etcd_model_advance(w->etcd, w->now);
        if (first >= SIZE_MAX - BW_BRIDGES) {
            step(w, (unsigned)(SIZE_MAX - 1 - first),
                 &(struct felt_flannel_input){.event = FELT_FLANNEL_TICK});
        } else {
            m = w->messages[first];
            w->messages[first] = w->messages[--w->n_messages];
            handle(w, &m);
            message_done(&m);
        }
        if (w->now - looked > 30 * FELT_USEC_SEC) {
            looked = w->now;
            push(w, GIFT, 0);
            look(w, 0);
        }
        if (etcd_model_index(w->etcd) != w->seen_index || w->gifts != seen_gifts)
            check(w);
        seen_gifts = w->gifts;
        unpark(w);
    }
    w->now = end;
    etcd_model_advance(w->etcd, w->now);
}

uint32_t bw_slot_of(const struct bw_world *w, uint32_t machine)
{
    return w->machines[machine].slot;
}

void bw_init(struct bw_world *w, uint64_t seed)
{
    struct felt_netconf_error error;
    int r;

    memset(w, 0, sizeof(*w));
    felt_prng_init(&w->prng, seed);
    w->now = 1000 * FELT_USEC_SEC;
    w->quiet = true;
    w->on = true;
    w->etcd = etcd_model_new();
    etcd_model_advance(w->etcd, w->now);
    w->messages = calloc(MESSAGES_MAX, sizeof(*w->messages));
    assert(w->messages);
    strcpy(w->config.prefix, PREFIX);
    strcpy(w->config.name, "h0");
    strcpy(w->config.since, "2026-11-28T02:13:07Z");
    memset(&w->config.node, 0xb0, sizeof(w->config.node));
    r = felt_netconf_parse(BW_CONFIG, strlen(BW_CONFIG), &w->config.netconf, &error);
    assert(r == 0 && felt_netconf_slots(&w->config.netconf) == BW_SLOTS);
    for (uint32_t s = 0; s < BW_SLOTS; s++)
        w->owner[s] = BW_NONE;
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        struct bw_machine *m = &w->machines[i];

        m->i = i;
        memset(&m->id, (int)i + 1, sizeof(m->id));
        sprintf(m->name, "h%u", i);
        m->lease = (struct felt_flannel_lease){.public_ip = felt_ip_v4(0xc0a80001 + i),
                                               .backend = "vxlan",
                                               .has_device = true,
                                               .device = {.vni = 1, .mac = {2, 0, 0, 0, 0, 0}}};
        m->lease.device.mac[5] = (uint8_t)i;
        m->slot = m->wish = m->expects = m->granted = BW_NONE;
    }
}

void bw_done(struct bw_world *w)
{
    for (unsigned i = 0; i < BW_BRIDGES; i++)
        bw_bridge_kill(w, i);
    for (size_t i = 0; i < w->n_messages; i++)
        message_done(&w->messages[i]);
    free(w->messages);
    etcd_model_free(w->etcd);
}

/* --- the end --- */

static void check_slot(struct bw_world *w, uint32_t s)
{
    const struct etcd_model_key *k = bw_key(w, s);
    const struct bw_machine *m = w->owner[s] == BW_NONE ? NULL : &w->machines[w->owner[s]];
    struct felt_flannel_lease lease;

    if (m && (!key_is_marked(k) || !key_lease(k, &lease) ||
              !felt_flannel_lease_equal(&lease, &m->lease)))
        violate(w, "slot %u of %s: its key says %.120s", s, m->name, k ? k->value : "nothing");
    else if (m && w->has_foreign[s])
        violate(w, "slot %u of %s is told to be foreign", s, m->name);
    else if (!m && key_is_marked(k))
        violate(w, "slot %u is nobody's, and has our key %.120s", s, k->value);
    else if (!m && k && !key_lease(k, &lease))
        return; /* feltd may have heard that it is blocked */
    else if (!m && key_lease(k, &lease) != w->has_foreign[s])
        violate(w, "slot %u is %sforeign, and its key says %.120s", s,
                w->has_foreign[s] ? "" : "not ", k ? k->value : "nothing");
    else if (!m && k && w->has_foreign[s] && !felt_flannel_lease_equal(&lease, &w->foreign[s]))
        violate(w, "slot %u: feltd has another foreign lease than %.120s", s, k->value);
}

void bw_check_settled(struct bw_world *w)
{
    unsigned ok = 0, free = 0;

    for (uint32_t s = 0; s < BW_SLOTS; s++) {
        check_slot(w, s);
        free += w->owner[s] == BW_NONE && !bw_key(w, s);
    }
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        if (w->machines[i].role == BW_FELT && w->machines[i].slot == BW_NONE && free > 0)
            violate(w, "%s has no subnet though %u are free", w->machines[i].name, free);
    }
    for (unsigned i = 0; i < BW_BRIDGES; i++)
        ok += w->bridges[i].engine && w->bridges[i].state == FELT_FLANNEL_OK;
    if (ok != 1)
        violate(w, "%u bridges work: %s; %s", ok, w->bridges[0].text, w->bridges[1].text);
}
