/* SPDX-License-Identifier: Apache-2.0 */
#include "flannel/request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/idiom.h"

static const char unreserved[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"; /* RFC 3986 2.3 */

/* Appends text to what has size bytes, but for unreserved bytes and those in also as "%2F". Returns
 * the new length. */
static size_t encode(char *to, size_t size, size_t len, const char *text, const char *also)
{
    for (; *text != '\0'; text++) {
        if (strchr(unreserved, *text) || strchr(also, *text))
            len += (size_t)snprintf(to + len, size - len, "%c", *text);
        else
            len += (size_t)snprintf(to + len, size - len, "%%%02X", (unsigned char)*text);
        assert(len < size);
    }
    return len;
}

int felt_etcd_prefix_parse(const char *text, char *ret_prefix)
{
    size_t len;

    while (*text == '/')
        text++;
    len = strlen(text);
    while (len > 0 && text[len - 1] == '/')
        len--;
    if (len == 0 || len + 1 > FELT_ETCD_PREFIX_MAX)
        return -EINVAL;
    for (size_t i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] > '~' || (text[i] == '/' && text[i + 1] == '/'))
            return -EINVAL;
    }
    ret_prefix[0] = '/';
    memcpy(ret_prefix + 1, text, len);
    ret_prefix[len + 1] = '\0';
    return 0;
}

static void body_make(const struct felt_etcd_op *op, struct felt_etcd_request *request)
{
    size_t size = sizeof(request->body), len = 0;

    if (op->ttl_s > 0)
        len = (size_t)snprintf(request->body, size, "ttl=%" PRIu32 "&", op->ttl_s);
    len += (size_t)snprintf(request->body + len, size - len, "value=");
    (void)encode(request->body, size, len, op->value, "");
}

void felt_etcd_request_make(const char *prefix, const struct felt_etcd_op *op,
                            struct felt_etcd_request *ret_request)
{
    struct felt_etcd_request *q = ret_request;
    size_t len;

    memset(q, 0, sizeof(*q));
    /* What Go's client leaves as it is in a path, so that logs of etcd show flannel's own keys. */
    len = (size_t)snprintf(q->path, sizeof(q->path), "/v2/keys");
    len = encode(q->path, sizeof(q->path), len, prefix, "/:&@");
    len = encode(q->path, sizeof(q->path), len, "/", "/");
    (void)encode(q->path, sizeof(q->path), len, op->name, "/:&@");
    switch (op->what) {
    case FELT_ETCD_GET:
    case FELT_ETCD_LIST:
        q->method = "GET";
        snprintf(q->query, sizeof(q->query), "quorum=true&recursive=%s&sorted=false",
                 op->what == FELT_ETCD_LIST ? "true" : "false");
        break;
    case FELT_ETCD_WATCH:
        q->method = "GET";
        q->waits = true;
        snprintf(q->query, sizeof(q->query), "recursive=true&wait=true&waitIndex=%" PRIu64,
                 op->index);
        break;
    case FELT_ETCD_CREATE:
        q->method = "PUT";
        snprintf(q->query, sizeof(q->query), "prevExist=false");
        body_make(op, q);
        break;
    case FELT_ETCD_SWAP:
        q->method = "PUT";
        assert(op->index > 0); /* etcd takes 0 for "no condition" */
        snprintf(q->query, sizeof(q->query), "prevIndex=%" PRIu64, op->index);
        body_make(op, q);
        break;
    case FELT_ETCD_REMOVE:
        q->method = "DELETE";
        assert(op->index > 0);
        snprintf(q->query, sizeof(q->query), "prevIndex=%" PRIu64, op->index);
        break;
    }
}

const char *felt_etcd_name_of(const char *prefix, const char *key)
{
    size_t len = strlen(prefix);

    if (strncmp(key, prefix, len) != 0 || key[len] != '/' || key[len + 1] == '\0')
        return NULL;
    return key + len + 1;
}
