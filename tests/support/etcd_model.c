/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/etcd_model.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "flannel/reply.h"

#define HISTORY_MAX 1000 /* events that etcd remembers */
#define BODY_MAX    8192 /* of one event */

struct event {
    uint64_t index;
    char key[256];
    char *body;
};

struct etcd_model {
    struct etcd_model_key keys[ETCD_MODEL_KEYS_MAX];
    size_t n_keys;
    struct event events[HISTORY_MAX]; /* a ring */
    uint64_t n_events;
    uint64_t index;
    felt_usec now;
};

struct etcd_model *etcd_model_new(void)
{
    struct etcd_model *m = calloc(1, sizeof(*m));

    assert(m);
    m->index = 3; /* as a fresh etcd's */
    return m;
}

void etcd_model_free(struct etcd_model *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < HISTORY_MAX; i++)
        free(m->events[i].body);
    free(m);
}

static size_t json_text(const char *from, char *to)
{
    size_t n = 0;

    for (; *from != '\0'; from++) {
        if (*from == '"' || *from == '\\')
            n += (size_t)sprintf(to + n, "\\%c", *from);
        else if ((unsigned char)*from < ' ' || *from == '&')
            n += (size_t)sprintf(to + n, "\\u%04x", (unsigned)*from);
        else
            to[n++] = *from;
    }
    to[n] = '\0';
    return n;
}

/* A node as etcd writes it; with_value false: of one that is gone. */
static size_t node_text(const struct etcd_model *m, const struct etcd_model_key *k, bool with_value,
                        char *to)
{
    size_t n = (size_t)sprintf(to, "{\"key\":\"");

    n += json_text(k->key, to + n);
    n += (size_t)sprintf(to + n, "\"");
    if (with_value) {
        n += (size_t)sprintf(to + n, ",\"value\":\"");
        n += json_text(k->value, to + n);
        n += (size_t)sprintf(to + n, "\"");
    }
    if (with_value && k->expires_us != FELT_USEC_NEVER)
        n += (size_t)sprintf(to + n, ",\"expiration\":\"2026-11-28T02:13:07Z\",\"ttl\":%" PRIu64,
                             felt_usec_sub(k->expires_us, m->now) / FELT_USEC_SEC);
    n += (size_t)sprintf(to + n, ",\"modifiedIndex\":%" PRIu64 ",\"createdIndex\":%" PRIu64 "}",
                         k->modified, k->created);
    return n;
}

/* An answer to a change, which is an event as well. */
static const char *record(struct etcd_model *m, const char *action,
                          const struct etcd_model_key *now, bool with_value,
                          const struct etcd_model_key *before)
{
    struct event *e = &m->events[m->n_events++ % HISTORY_MAX];
    char body[BODY_MAX];
    size_t n;

    n = (size_t)sprintf(body, "{\"action\":\"%s\",\"node\":", action);
    n += node_text(m, now, with_value, body + n);
    if (before) {
        n += (size_t)sprintf(body + n, ",\"prevNode\":");
        n += node_text(m, before, true, body + n);
    }
    strcpy(body + n, "}");
    free(e->body);
    e->body = strdup(body);
    e->index = m->index;
    strcpy(e->key, now->key);
    return e->body;
}

static struct etcd_model_key *find(struct etcd_model *m, const char *key)
{
    for (size_t i = 0; i < m->n_keys; i++) {
        if (strcmp(m->keys[i].key, key) == 0)
            return &m->keys[i];
    }
    return NULL;
}

static const char *take_away(struct etcd_model *m, struct etcd_model_key *k, const char *action)
{
    struct etcd_model_key before = *k, gone = *k;

    gone.modified = ++m->index;
    *k = m->keys[--m->n_keys];
    return record(m, action, &gone, false, &before);
}

static const char *put(struct etcd_model *m, const char *action, const char *key, const char *value,
                       uint32_t ttl_s)
{
    struct etcd_model_key *k = find(m, key), before = {.modified = 0};
    bool was = k, keeps = strcmp(action, "compareAndSwap") == 0;

    if (k)
        before = *k;
    else
        k = &m->keys[m->n_keys++];
    assert(m->n_keys < ETCD_MODEL_KEYS_MAX && strlen(value) < sizeof(k->value));
    snprintf(k->key, sizeof(k->key), "%s", key);
    strcpy(k->value, value);
    k->expires_us = ttl_s ? m->now + ttl_s * FELT_USEC_SEC : FELT_USEC_NEVER;
    k->modified = ++m->index;
    if (!was || !keeps)
        k->created = k->modified;
    return record(m, action, k, true, was ? &before : NULL);
}

void etcd_model_advance(struct etcd_model *m, felt_usec now)
{
    assert(now >= m->now);
    m->now = now;
    for (size_t i = m->n_keys; i > 0; i--) {
        if (m->keys[i - 1].expires_us <= now)
            (void)take_away(m, &m->keys[i - 1], "expire");
    }
}

void etcd_model_set(struct etcd_model *m, const char *key, const char *value, uint32_t ttl_s)
{
    (void)put(m, "set", key, value, ttl_s);
}

bool etcd_model_create(struct etcd_model *m, const char *key, const char *value, uint32_t ttl_s)
{
    if (find(m, key))
        return false;
    (void)put(m, "create", key, value, ttl_s);
    return true;
}

void etcd_model_delete(struct etcd_model *m, const char *key)
{
    struct etcd_model_key *k = find(m, key);

    if (k)
        (void)take_away(m, k, "delete");
}

void etcd_model_forget(struct etcd_model *m)
{
    for (int i = 0; i < HISTORY_MAX + 50; i++)
        (void)put(m, "set", "/x/y", "z", 0);
    etcd_model_delete(m, "/x/y");
}

static char *error_text(const struct etcd_model *m, int code, const char *message,
                        const char *cause)
{
    char *body;

    if (asprintf(&body,
                 "{\"errorCode\":%d,\"message\":\"%s\",\"cause\":\"%s\",\"index\":%" PRIu64 "}",
                 code, message, cause, m->index) < 0)
        abort();
    return body;
}

/* "%2F" and, in a form, "+". */
static void decode(const char *from, size_t len, bool form, char *to, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        uint8_t byte = (uint8_t)from[i];

        if (from[i] == '%') {
            char hex[3] = {from[i + 1], from[i + 2], '\0'};
            int r = felt_hex_decode(hex, &byte, 1);

            assert(r == 0);
            i += 2;
        } else if (form && from[i] == '+') {
            byte = ' ';
        }
        assert(n + 1 < size);
        to[n++] = (char)byte;
    }
    to[n] = '\0';
}

/* A member of a form or a query; false where it is not there. */
static bool form_get(const char *form, const char *name, char *value, size_t size)
{
    size_t len = strlen(name);

    while (form && *form != '\0') {
        const char *end = strchr(form, '&');

        if (!end)
            end = form + strlen(form);
        if (strncmp(form, name, len) == 0 && form[len] == '=') {
            decode(form + len + 1, (size_t)(end - form) - len - 1, true, value, size);
            return true;
        }
        form = *end == '&' ? end + 1 : end;
    }
    return false;
}

static bool is_below(const char *dir, const char *key)
{
    size_t len = strlen(dir);

    return strncmp(dir, key, len) == 0 && key[len] == '/';
}

static char *list(const struct etcd_model *m, const char *dir)
{
    size_t n, count = 0;
    char *body = malloc((ETCD_MODEL_KEYS_MAX + 1) * 4096);

    assert(body);
    n = (size_t)sprintf(
        body, "{\"action\":\"get\",\"node\":{\"key\":\"%s\",\"dir\":true,\"nodes\":[", dir);
    for (size_t i = 0; i < m->n_keys; i++) {
        if (!is_below(dir, m->keys[i].key))
            continue;
        n += (size_t)sprintf(body + n, "%s", count++ ? "," : "");
        n += node_text(m, &m->keys[i], true, body + n);
    }
    sprintf(body + n, "],\"modifiedIndex\":5,\"createdIndex\":5}}");
    if (count == 0) {
        free(body);
        return error_text(m, FELT_ETCD_NOT_FOUND, "Key not found", dir);
    }
    return body;
}

/* The first event below dir that is not older than index. */
static char *watch(const struct etcd_model *m, const char *dir, uint64_t index)
{
    uint64_t first = m->n_events > HISTORY_MAX ? m->n_events - HISTORY_MAX : 0;

    if (m->n_events > HISTORY_MAX && index < m->events[first % HISTORY_MAX].index)
        return error_text(m, FELT_ETCD_CLEARED,
                          "The event in requested index is outdated and cleared",
                          "the requested history has been cleared");
    for (uint64_t i = first; i < m->n_events; i++) {
        const struct event *e = &m->events[i % HISTORY_MAX];

        if (e->index >= index && is_below(dir, e->key))
            return strdup(e->body);
    }
    return NULL;
}

static char *get(struct etcd_model *m, const struct felt_etcd_request *q, const char *key)
{
    const struct etcd_model_key *k = find(m, key);
    char text[64], node[BODY_MAX], *body;

    if (form_get(q->query, "wait", text, sizeof(text))) {
        assert(form_get(q->query, "waitIndex", text, sizeof(text)));
        return watch(m, key, strtoull(text, NULL, 10));
    }
    assert(form_get(q->query, "recursive", text, sizeof(text)));
    if (strcmp(text, "true") == 0)
        return list(m, key);
    if (!k)
        return error_text(m, FELT_ETCD_NOT_FOUND, "Key not found", key);
    node_text(m, k, true, node);
    if (asprintf(&body, "{\"action\":\"get\",\"node\":%s}", node) < 0)
        abort();
    return body;
}

/* PUT and DELETE. One without a condition would be a bug of the bridge. */
static char *change(struct etcd_model *m, const struct felt_etcd_request *q, const char *key)
{
    char text[64], value[FELT_FLANNEL_VALUE_MAX + 1];
    struct etcd_model_key *k = find(m, key);
    uint32_t ttl_s = 0;

    if (form_get(q->body, "ttl", text, sizeof(text)))
        ttl_s = (uint32_t)strtoul(text, NULL, 10);
    if (form_get(q->query, "prevExist", text, sizeof(text))) {
        assert(strcmp(text, "false") == 0 && strcmp(q->method, "PUT") == 0);
        if (k)
            return error_text(m, FELT_ETCD_EXISTS, "Key already exists", key);
        assert(form_get(q->body, "value", value, sizeof(value)));
        return strdup(put(m, "create", key, value, ttl_s));
    }
    assert(form_get(q->query, "prevIndex", text, sizeof(text)));
    if (!k)
        return error_text(m, FELT_ETCD_NOT_FOUND, "Key not found", key);
    if (k->modified != strtoull(text, NULL, 10))
        return error_text(m, FELT_ETCD_TEST_FAILED, "Compare failed", "[1 != 2]");
    if (strcmp(q->method, "DELETE") == 0)
        return strdup(take_away(m, k, "compareAndDelete"));
    assert(form_get(q->body, "value", value, sizeof(value)));
    return strdup(put(m, "compareAndSwap", key, value, ttl_s));
}

char *etcd_model_ask(struct etcd_model *m, const struct felt_etcd_request *q, uint64_t *ret_index)
{
    static const char root[] = "/v2/keys";
    char key[256], *body;

    assert(strncmp(q->path, root, strlen(root)) == 0);
    decode(q->path + strlen(root), strlen(q->path) - strlen(root), false, key, sizeof(key));
    body = strcmp(q->method, "GET") == 0 ? get(m, q, key) : change(m, q, key);
    *ret_index = m->index;
    return body;
}

uint64_t etcd_model_index(const struct etcd_model *m)
{
    return m->index;
}

size_t etcd_model_count(const struct etcd_model *m)
{
    return m->n_keys;
}

const struct etcd_model_key *etcd_model_at(const struct etcd_model *m, size_t i)
{
    return &m->keys[i];
}

const struct etcd_model_key *etcd_model_get(const struct etcd_model *m, const char *key)
{
    return find((struct etcd_model *)m, key);
}
