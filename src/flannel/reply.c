/* SPDX-License-Identifier: Apache-2.0 */
#include "flannel/reply.h"

#include <jansson.h>

#include <errno.h>
#include <string.h>

static const struct {
    const char *name;
    enum felt_etcd_action action;
} actions[] = {
    {"get", FELT_ETCD_ACTION_GET},
    {"create", FELT_ETCD_ACTION_CREATE},
    {"set", FELT_ETCD_ACTION_SET},
    {"update", FELT_ETCD_ACTION_UPDATE},
    {"compareAndSwap", FELT_ETCD_ACTION_SWAP},
    {"delete", FELT_ETCD_ACTION_DELETE},
    {"compareAndDelete", FELT_ETCD_ACTION_SWAP_DELETE},
    {"expire", FELT_ETCD_ACTION_EXPIRE},
};

/* An index is a positive number; absent it is 0. */
static int index_read(const json_t *object, const char *key, uint64_t *ret_index)
{
    const json_t *value = json_object_get(object, key);

    if (!value)
        return 0;
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return -EINVAL;
    *ret_index = (uint64_t)json_integer_value(value);
    return 0;
}

static int node_read(const json_t *object, struct felt_etcd_node *ret_node)
{
    const json_t *value = json_object_get(object, "value"), *ttl = json_object_get(object, "ttl");
    struct felt_etcd_node node = {0};

    if (!json_is_object(object))
        return -EINVAL;
    node.key = json_string_value(json_object_get(object, "key"));
    node.dir = json_is_true(json_object_get(object, "dir"));
    if (value && !json_is_string(value))
        return -EINVAL;
    node.value = json_string_value(value);
    node.value_len = node.value ? json_string_length(value) : 0;
    if (ttl && !json_is_integer(ttl))
        return -EINVAL;
    /* One that is due, and not yet removed, has an expiration and a ttl of zero or less, or none.
     */
    node.expires = ttl || json_object_get(object, "expiration");
    node.ttl_s = json_integer_value(ttl) > 0 ? json_integer_value(ttl) : 0;
    if (index_read(object, "createdIndex", &node.created) < 0 ||
        index_read(object, "modifiedIndex", &node.modified) < 0)
        return -EINVAL;
    if (!node.key) {
        /* The root directory has neither key nor value. */
        if (!node.dir)
            return -EINVAL;
        node.key = "/";
    }
    *ret_node = node;
    return 0;
}

static int nodes_read(const json_t *list, struct felt_etcd_reply *reply)
{
    size_t n = json_array_size(list);

    if (list && !json_is_array(list))
        return -EINVAL;
    if (n == 0)
        return 0;
    reply->nodes = calloc(n, sizeof(*reply->nodes));
    if (!reply->nodes)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        if (node_read(json_array_get(list, i), &reply->nodes[i]) < 0)
            return -EINVAL;
    }
    reply->n_nodes = n;
    return 0;
}

static enum felt_etcd_action action_of(const char *name)
{
    for (size_t i = 0; i < FELT_ARRAY_LEN(actions); i++) {
        if (name && strcmp(name, actions[i].name) == 0)
            return actions[i].action;
    }
    return FELT_ETCD_ACTION_NONE;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static int error_read(struct felt_etcd_reply *reply, const json_t *code)
{
    uint64_t index = 0;

    if (!json_is_integer(code) || json_integer_value(code) <= 0 ||
        json_integer_value(code) > INT16_MAX)
        return -EINVAL;
    if (index_read(reply->root, "index", &index) < 0)
        return -EINVAL;
    reply->error = (int)json_integer_value(code);
    reply->index = FELT_MAX(reply->index, index);
    return 0;
}

static int reply_read(struct felt_etcd_reply *reply)
{
    const json_t *code = json_object_get(reply->root, "errorCode");
    const json_t *prev = json_object_get(reply->root, "prevNode");
    const json_t *node = json_object_get(reply->root, "node");

    reply->message = text_of(reply->root, "message");
    reply->cause = text_of(reply->root, "cause");
    if (code)
        return error_read(reply, code);
    reply->action = action_of(text_of(reply->root, "action"));
    if (node_read(node, &reply->node) < 0)
        return -EINVAL;
    if (prev && node_read(prev, &reply->prev) < 0)
        return -EINVAL;
    return nodes_read(json_object_get(node, "nodes"), reply);
}

int felt_etcd_reply_parse(const char *body, size_t len, uint64_t header_index,
                          struct felt_etcd_reply **ret_reply)
{
    _cleanup_(felt_etcd_reply_freep) struct felt_etcd_reply *reply = calloc(1, sizeof(*reply));
    json_error_t error;
    int r;

    if (!reply)
        return -ENOMEM;
    reply->index = header_index;
    reply->root = json_loadb(body, len, 0, &error);
    if (!reply->root)
        return json_error_code(&error) == json_error_out_of_memory ? -ENOMEM : -EINVAL;
    if (!json_is_object(reply->root))
        return -EINVAL;
    r = reply_read(reply);
    if (r < 0)
        return r;
    *ret_reply = FELT_TAKE(reply);
    return 0;
}

void felt_etcd_reply_free(struct felt_etcd_reply *reply)
{
    if (!reply)
        return;
    free(reply->nodes);
    json_decref(reply->root);
    free(reply);
}

bool felt_etcd_action_removes(enum felt_etcd_action action)
{
    return action == FELT_ETCD_ACTION_DELETE || action == FELT_ETCD_ACTION_SWAP_DELETE ||
           action == FELT_ETCD_ACTION_EXPIRE;
}
