/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd/tombstone.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static enum felt_bridge_exit get(struct felt_bridge *bridge, struct felt_etcd_reply **ret_reply)
{
    const struct felt_etcd_op op = {.what = FELT_ETCD_GET, .name = FELT_ETCD_CUTOVER};
    enum felt_bridge_exit code = felt_bridge_etcd(bridge, &op, ret_reply);

    if (code == FELT_BRIDGE_FINE && (*ret_reply)->error &&
        (*ret_reply)->error != FELT_ETCD_NOT_FOUND)
        code = felt_bridge_refused(bridge, &op, *ret_reply);
    return code;
}

enum felt_bridge_exit felt_tombstone_read(struct felt_bridge *bridge, char *text)
{
    _cleanup_(felt_etcd_reply_freep) struct felt_etcd_reply *reply = NULL;
    enum felt_bridge_exit code = get(bridge, &reply);

    text[0] = '\0';
    if (code != FELT_BRIDGE_FINE || reply->error)
        return code;
    snprintf(text, FELT_TOMBSTONE_TEXT, "%s", reply->node.value ? reply->node.value : "?");
    for (char *c = text; *c != '\0'; c++) {
        if (iscntrl((unsigned char)*c))
            *c = '?';
    }
    return FELT_BRIDGE_FINE;
}

enum felt_bridge_exit felt_tombstone_write(struct felt_bridge *bridge, const char *node)
{
    _cleanup_(felt_etcd_reply_freep) struct felt_etcd_reply *reply = NULL;
    struct felt_etcd_op op = {.what = FELT_ETCD_CREATE, .name = FELT_ETCD_CUTOVER};
    _cleanup_(json_decrefp) json_t *value = NULL;
    _cleanup_(felt_freep) char *text = NULL;
    time_t now = time(NULL);
    enum felt_bridge_exit code;
    char when[32] = "";
    struct tm tm;

    if (gmtime_r(&now, &tm))
        strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
    value = json_pack("{s:s, s:s}", "Node", node, "Since", when);
    text = value ? json_dumps(value, JSON_COMPACT) : NULL;
    if (!text || strlen(text) >= sizeof(op.value))
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "out of memory");
    strcpy(op.value, text);
    code = felt_bridge_etcd(bridge, &op, &reply);
    if (code == FELT_BRIDGE_FINE && reply->error && reply->error != FELT_ETCD_EXISTS)
        code = felt_bridge_refused(bridge, &op, reply);
    return code;
}

enum felt_bridge_exit felt_tombstone_remove(struct felt_bridge *bridge)
{
    _cleanup_(felt_etcd_reply_freep) struct felt_etcd_reply *there = NULL, *reply = NULL;
    struct felt_etcd_op op = {.what = FELT_ETCD_REMOVE, .name = FELT_ETCD_CUTOVER};
    enum felt_bridge_exit code = get(bridge, &there);

    if (code != FELT_BRIDGE_FINE || there->error)
        return code;
    op.index = there->node.modified;
    code = felt_bridge_etcd(bridge, &op, &reply);
    if (code == FELT_BRIDGE_FINE && reply->error && reply->error != FELT_ETCD_NOT_FOUND)
        code = felt_bridge_refused(bridge, &op, reply);
    return code;
}
