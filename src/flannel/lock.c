/* SPDX-License-Identifier: Apache-2.0 */
/* One bridge at a time: a key that expires unless it is refreshed (proto/etcd.md 5). */
#include <jansson.h>

#include <stdio.h>
#include <string.h>

#include "flannel/engine_core.h"
#include "netconf/json.h"

#define LOCK_TTL_S    60
#define LOCK_VALID_US (45 * FELT_USEC_SEC) /* of the TTL; the rest is for what is on its way */
#define LOCK_AGAIN_US (20 * FELT_USEC_SEC) /* refreshed */
#define LOCK_LOOK_US  (5 * FELT_USEC_SEC)  /* at that of another */
#define FELT_LOST_US  (60 * FELT_USEC_SEC) /* without feltd it is kept for so long */

static void plain(const char *text, char *to, size_t size)
{
    size_t n = 0;

    for (; text && text[n] != '\0' && n + 1 < size; n++)
        to[n] =
            text[n] <= ' ' || text[n] > '~' || text[n] == '"' || text[n] == '\\' ? '?' : text[n];
    to[n] = '\0';
}

/* While bridge mode is on here; a feltd that restarts makes no difference. */
static bool is_wanted(struct felt_flannel *e)
{
    if (e->felt_known)
        e->lock.wanted_until_us = e->on ? felt_usec_add(e->now, FELT_LOST_US) : 0;
    return !e->stopping && e->now < e->lock.wanted_until_us;
}

static void lock_write(struct felt_flannel *e, enum felt_etcd_what what, uint64_t index)
{
    struct felt_etcd_op *op = engine_ask(e, FOR_LOCK, what, 0);
    char id[FELT_ID_TEXT], name[FELT_FLANNEL_NAME_TEXT], since[32];

    strcpy(op->name, FELT_ETCD_LOCK_NAME);
    op->index = index;
    e->lock.busy = true;
    if (what == FELT_ETCD_GET || what == FELT_ETCD_REMOVE)
        return;
    plain(e->config.name, name, sizeof(name));
    plain(e->config.since, since, sizeof(since));
    op->ttl_s = LOCK_TTL_S;
    snprintf(op->value, sizeof(op->value), "{\"node\":\"%s\",\"name\":\"%s\",\"since\":\"%s\"}",
             felt_id_format(&e->config.node, id), name, since);
}

static void lock_lost(struct felt_flannel *e, const char *why)
{
    if (e->lock.held)
        engine_log(e, FELT_FLANNEL_WARNING, "lost the lock %s/%s: %s", e->config.prefix,
                   FELT_ETCD_LOCK_NAME, why);
    e->lock.held = false;
    e->lock.next_us = e->now;
}

void lock_step(struct felt_flannel *e)
{
    struct lock *l = &e->lock;

    if (l->held && e->now >= l->valid_until_us)
        lock_lost(e, "it could not be refreshed in time");
    if (l->held)
        engine_wake(e, l->valid_until_us);
    if (l->busy)
        return;
    if (!is_wanted(e)) {
        if (l->held && !l->unsure && engine_may_ask(e))
            lock_write(e, FELT_ETCD_REMOVE, l->index);
        l->held = false;
        return;
    }
    engine_wake(e, l->next_us);
    if (e->now < l->next_us || !engine_may_ask(e))
        return;
    if (l->held && !l->unsure)
        lock_write(e, FELT_ETCD_SWAP, l->index);
    else
        lock_write(e, FELT_ETCD_GET, 0);
}

/* Somebody has it, or we had it: this process, or one of this node that is no more (B-11.3). */
static void lock_seen(struct felt_flannel *e, const struct felt_etcd_node *node)
{
    _cleanup_(json_decrefp) json_t *root = NULL;
    struct lock *l = &e->lock;
    char mine[FELT_ID_TEXT];
    const char *id;

    root = node->value ? json_loadb(node->value, node->value_len, 0, NULL) : NULL;
    id = json_string_value(felt_json_member(root, "node"));
    plain(json_string_value(felt_json_member(root, "name")), l->holder, sizeof(l->holder));
    l->refused = l->unsure = false;
    if (id && strcmp(id, felt_id_format(&e->config.node, mine)) == 0) {
        lock_write(e, FELT_ETCD_SWAP, node->modified);
        return;
    }
    if (l->held)
        lock_lost(e, "another bridge has it");
    l->next_us = felt_usec_add(e->now, LOCK_LOOK_US);
    engine_wake(e, l->next_us);
}

static void lock_taken(struct felt_flannel *e, const struct pending *p,
                       const struct felt_etcd_node *node)
{
    struct lock *l = &e->lock;

    if (!l->held)
        engine_log(e, FELT_FLANNEL_INFO, "has the lock %s/%s", e->config.prefix,
                   FELT_ETCD_LOCK_NAME);
    l->held = true;
    l->refused = l->unsure = false;
    l->index = node->modified;
    l->valid_until_us = felt_usec_add(p->sent_us, LOCK_VALID_US);
    l->next_us = felt_usec_add(p->sent_us, LOCK_AGAIN_US);
}

void lock_answer(struct felt_flannel *e, const struct pending *p,
                 const struct felt_etcd_reply *reply)
{
    struct lock *l = &e->lock;

    l->busy = false;
    if (p->what == FELT_ETCD_REMOVE)
        return;
    if (!reply) {
        l->unsure = true;
        l->next_us = e->now;
    } else if (reply->error != 0) {
        if (p->what == FELT_ETCD_GET && reply->error == FELT_ETCD_NOT_FOUND) {
            if (l->held)
                lock_lost(e, "it has expired");
            l->unsure = false;
            if (is_wanted(e))
                lock_write(e, FELT_ETCD_CREATE, 0);
            return;
        }
        lock_lost(e, "it was changed");
        l->unsure = false;
        /* An error that is not about the key, such as a missing right, is not asked about at once.
         */
        if (reply->error != FELT_ETCD_EXISTS && reply->error != FELT_ETCD_TEST_FAILED &&
            reply->error != FELT_ETCD_NOT_FOUND) {
            l->refused = true;
            l->next_us = felt_usec_add(e->now, LOCK_LOOK_US);
        }
    } else if (p->what == FELT_ETCD_GET) {
        if (is_wanted(e))
            lock_seen(e, &reply->node);
    } else {
        lock_taken(e, p, &reply->node);
    }
}
