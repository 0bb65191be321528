/* SPDX-License-Identifier: Apache-2.0 */
#include "flannel/engine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "flannel/engine_core.h"

#define BACKOFF_MIN_US (500 * FELT_USEC_MS)
#define BACKOFF_MAX_US (10 * FELT_USEC_SEC)

int felt_flannel_new(const struct felt_flannel_config *config, struct felt_flannel **ret_engine)
{
    _cleanup_(felt_flannel_freep) struct felt_flannel *e = NULL;

    if (config->netconf.network.ip.family != FELT_FAMILY_V4)
        return -EINVAL;
    e = calloc(1, sizeof(*e));
    if (!e)
        return -ENOMEM;
    e->config = *config;
    e->slots = felt_netconf_slots(&config->netconf);
    e->seats = calloc(e->slots, sizeof(struct seat *));
    if (!e->seats)
        return -ENOMEM;
    e->next_id = 1;
    e->clear_seq = 1; /* not said yet: that nothing is cleared */
    e->backoff_us = BACKOFF_MIN_US;
    *ret_engine = FELT_TAKE(e);
    return 0;
}

void felt_flannel_free(struct felt_flannel *engine)
{
    if (!engine)
        return;
    for (uint32_t i = 0; engine->seats && i < engine->slots; i++)
        free(engine->seats[i]);
    free(engine->seats);
    free(engine);
}

/* What is of etcd in it is shown to people, on terminals and in JSON: one line of plain text. */
static void make_plain(char *text)
{
    for (char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
            *c = '?';
    }
}

void engine_log(struct felt_flannel *e, enum felt_flannel_level level, const char *format, ...)
{
    struct felt_flannel_effects *fx = e->fx;
    struct felt_flannel_line *line;
    va_list args;

    /* The last line says that there were more. */
    if (fx->n_lines == FELT_FLANNEL_LINES_MAX) {
        strcpy(fx->lines[fx->n_lines - 1].text, "and more of the kind");
        return;
    }
    line = &fx->lines[fx->n_lines++];
    line->level = level;
    va_start(args, format);
    vsnprintf(line->text, sizeof(line->text), format, args);
    va_end(args);
    make_plain(line->text);
}

void engine_wake(struct felt_flannel *e, felt_usec when)
{
    /* What is due and was not done waits for an answer, not for time. */
    if (when > e->now)
        e->fx->wake_us = FELT_MIN(e->fx->wake_us, when);
}

bool engine_may_ask(const struct felt_flannel *e)
{
    /* Where nothing was answered, one request finds out whether anything is again. */
    if (e->silent > 0)
        return e->n_pending == 0 && e->now >= e->retry_us;
    return e->n_pending < FELT_FLANNEL_REQUESTS_MAX;
}

struct felt_etcd_op *engine_ask(struct felt_flannel *e, enum purpose purpose,
                                enum felt_etcd_what what, uint32_t slot)
{
    struct felt_flannel_query *query = &e->fx->requests[e->fx->n_requests++];
    struct pending *p = e->pending;

    while (p->id != 0)
        p++;
    assert(p < e->pending + FELT_ARRAY_LEN(e->pending));
    *p = (struct pending){.id = e->next_id++, .purpose = purpose, .what = what, .slot = slot};
    p->sent_us = e->now;
    if (purpose == FOR_WATCH)
        e->watch_id = p->id;
    else
        e->n_pending++;
    memset(query, 0, sizeof(*query));
    query->id = p->id;
    query->op.what = what;
    return &query->op;
}

const char *engine_subnet(const struct felt_flannel *e, uint32_t slot, char *text)
{
    struct felt_cidr subnet = felt_netconf_subnet(&e->config.netconf, slot);

    return felt_cidr_format(&subnet, text);
}

/* What an answer says of etcd itself. */
static void note_health(struct felt_flannel *e, const struct felt_etcd_reply *reply)
{
    if (!reply) {
        e->stats.unanswered++;
        if (e->silent == 1) /* one that was lost is no news */
            engine_log(e, FELT_FLANNEL_WARNING, "etcd does not answer: nothing new is given");
        if (e->silent > 0)
            e->backoff_us = FELT_MIN(2 * e->backoff_us, BACKOFF_MAX_US);
        e->silent += e->silent < 2;
        e->retry_us = felt_usec_add(e->now, e->backoff_us);
        return;
    }
    if (e->silent == 2)
        engine_log(e, FELT_FLANNEL_INFO, "etcd answers again");
    e->silent = 0;
    e->backoff_us = BACKOFF_MIN_US;
    if (reply->error != 0)
        snprintf(e->trouble, sizeof(e->trouble), "%.60s (%d) %.50s", reply->message, reply->error,
                 reply->cause);
}

static struct pending *find_pending(struct felt_flannel *e, uint64_t id)
{
    for (struct pending *p = e->pending; id != 0 && p < e->pending + FELT_ARRAY_LEN(e->pending);
         p++) {
        if (p->id == id)
            return p;
    }
    return NULL;
}

void engine_forget(struct felt_flannel *e, uint64_t id)
{
    struct pending *p = find_pending(e, id);

    if (p)
        p->id = 0;
}

static void answer(struct felt_flannel *e, uint64_t id, const struct felt_etcd_reply *reply)
{
    struct pending *slot = find_pending(e, id), p;

    if (!slot)
        return; /* a watch that was dropped */
    p = *slot;
    slot->id = 0;
    if (p.purpose == FOR_WATCH) {
        sync_watch_answer(e, reply);
        return;
    }
    e->n_pending--;
    note_health(e, reply);
    switch (p.purpose) {
    case FOR_LOCK:
        lock_answer(e, &p, reply);
        break;
    case FOR_LIST:
        sync_list_answer(e, reply);
        break;
    case FOR_SEAT:
        decide_answer(e, &p, reply);
        break;
    case FOR_WATCH:
        break;
    }
}

static enum felt_flannel_state describe(struct felt_flannel *e, char *text, size_t size)
{
    struct felt_flannel_stats stats;

    if (e->short_of_memory)
        snprintf(text, size, "is out of memory");
    else if (!e->felt_known)
        snprintf(text, size, "waits for feltd");
    else if (!e->on)
        snprintf(text, size, "waits: bridge mode is off, or this is not the bridge node");
    else if (e->silent == 2)
        snprintf(text, size, "etcd does not answer: nothing new is given");
    else if (e->refused || e->lock.refused)
        snprintf(text, size, "etcd refuses: %s", e->trouble);
    else if (!e->lock.held && e->lock.holder[0] != '\0')
        snprintf(text, size, "waits for the lock that the bridge on %s has", e->lock.holder);
    else if (!e->lock.held)
        snprintf(text, size, "waits for the lock");
    else if (!e->listed)
        snprintf(text, size, "waits for the first listing");
    else if (e->odd_full)
        snprintf(text, size, "more than %d keys are no leases of this network: nothing is given",
                 ODD_MAX);
    if (text[0] != '\0')
        return e->felt_known && e->on && (e->silent == 2 || e->refused || e->lock.refused)
                   ? FELT_FLANNEL_DOWN
                   : FELT_FLANNEL_WAITING;
    felt_flannel_stats(e, &stats);
    snprintf(text, size,
             "%" PRIu32 " subnets of felt nodes, %" PRIu32 " foreign, %" PRIu32 " skipped",
             stats.own, stats.foreign, stats.skipped);
    return FELT_FLANNEL_OK;
}

static void report(struct felt_flannel *e)
{
    char text[FELT_FLANNEL_LINE_TEXT] = "";
    enum felt_flannel_state state = describe(e, text, sizeof(text));

    make_plain(text);
    e->fx->report = state != e->state || strcmp(text, e->text) != 0;
    e->state = e->fx->state = state;
    strcpy(e->text, text);
    strcpy(e->fx->text, text);
}

/* All that is needed to change anything. */
static void find_acting(struct felt_flannel *e)
{
    bool acting = e->lock.held && e->listed && e->felt_known && e->on && !e->stopping;

    if (acting && !e->acting)
        e->acting_us = e->now;
    e->acting = acting;
}

static void take(struct felt_flannel *e, const struct felt_flannel_input *input)
{
    switch (input->event) {
    case FELT_FLANNEL_TICK:
        break;
    case FELT_FLANNEL_ANSWER:
        answer(e, input->id, input->reply);
        break;
    case FELT_FLANNEL_FELT:
        tell_learn(e, input->felt);
        break;
    case FELT_FLANNEL_FELT_LOST:
        e->felt_known = false;
        e->n_demands = 0;
        break;
    case FELT_FLANNEL_STOP:
        e->stopping = true;
        break;
    }
}

void felt_flannel_step(struct felt_flannel *engine, const struct felt_flannel_input *input,
                       struct felt_flannel_effects *ret_effects)
{
    struct felt_flannel *e = engine;
    struct felt_flannel_effects *fx = ret_effects;

    /* Not the large arrays, which have a count. */
    fx->n_requests = fx->n_cleared = fx->n_set = fx->n_gone = fx->n_lines = 0;
    fx->dropped_watch = 0;
    fx->clear = fx->report = false;
    fx->wake_us = FELT_USEC_NEVER;
    e->fx = fx;
    e->now = input->now;

    take(e, input);
    if (e->silent > 0 && e->n_pending == 0)
        engine_wake(e, e->retry_us);
    lock_step(e);
    if (e->lock.held && !e->stopping)
        sync_step(e);
    else
        sync_stop(e);
    find_acting(e);
    if (e->acting) {
        demand_step(e);
        decide_step(e);
        tell_foreign(e);
    }
    tell_clear(e);
    report(e);
    e->fx = NULL;
}

void felt_flannel_stats(const struct felt_flannel *engine, struct felt_flannel_stats *ret_stats)
{
    struct felt_flannel_stats stats = engine->stats;

    stats.own = stats.foreign = 0;
    stats.skipped = (uint32_t)engine->n_odd;
    for (uint32_t i = 0; i < engine->slots; i++) {
        const struct seat *s = engine->seats[i];

        if (!s || !s->present)
            continue;
        stats.skipped += !s->valid;
        stats.own += s->marked;
        stats.foreign += seat_others(s);
    }
    *ret_stats = stats;
}

const char *felt_flannel_state_name(enum felt_flannel_state state)
{
    static const char *const names[] = {
        [FELT_FLANNEL_WAITING] = "waiting", [FELT_FLANNEL_OK] = "ok", [FELT_FLANNEL_DOWN] = "down"};

    assert(state < FELT_ARRAY_LEN(names));
    return names[state];
}
