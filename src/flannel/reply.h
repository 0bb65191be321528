/* SPDX-License-Identifier: Apache-2.0 */
/* What etcd's v2 API answers: the JSON of a reply to GET, PUT or DELETE, of one event of a watch,
 * and of an error (proto/etcd.md 4). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idiom.h"

/* The errors that mean something to us; others are only shown. */
#define FELT_ETCD_NOT_FOUND   100
#define FELT_ETCD_TEST_FAILED 101 /* another prevIndex */
#define FELT_ETCD_EXISTS      105
#define FELT_ETCD_CLEARED     401 /* the event that a watch wants is forgotten */

enum felt_etcd_action {
    FELT_ETCD_ACTION_NONE, /* an error, or an action that this version does not know */
    FELT_ETCD_ACTION_GET,
    FELT_ETCD_ACTION_CREATE,
    FELT_ETCD_ACTION_SET,
    FELT_ETCD_ACTION_UPDATE,
    FELT_ETCD_ACTION_SWAP, /* compareAndSwap */
    FELT_ETCD_ACTION_DELETE,
    FELT_ETCD_ACTION_SWAP_DELETE, /* compareAndDelete */
    FELT_ETCD_ACTION_EXPIRE,
};

struct felt_etcd_node {
    const char *key;   /* the whole path, "/coreos.com/network/subnets/10.5.34.0-24" */
    const char *value; /* NULL: a directory, or gone */
    size_t value_len;
    bool dir;
    bool expires;
    int64_t ttl_s; /* of one that expires: what is left; 0 where it is due */
    uint64_t created;
    uint64_t modified;
};

/* Text is borrowed from the reply. */
struct felt_etcd_reply {
    int error; /* errorCode; 0: none, and node is there */
    const char *message;
    const char *cause;
    /* The largest of X-Etcd-Index and the error's own index: a watch that begins behind it misses
     * nothing that happened since the reply. */
    uint64_t index;
    enum felt_etcd_action action;
    struct felt_etcd_node node;
    struct felt_etcd_node prev;   /* key is NULL where there is none */
    struct felt_etcd_node *nodes; /* what a directory holds, without what is deeper */
    size_t n_nodes;
    struct json_t *root;
};

/* header_index: X-Etcd-Index, 0 where there is none. 0, -EINVAL for what etcd v2 does not write, or
 * -ENOMEM. */
int felt_etcd_reply_parse(const char *body, size_t len, uint64_t header_index,
                          struct felt_etcd_reply **ret_reply);
void felt_etcd_reply_free(struct felt_etcd_reply *reply);
FELT_DEFINE_CLEANUP(struct felt_etcd_reply *, felt_etcd_reply_free)

/* Whether the event or reply says that the node's key is gone. */
bool felt_etcd_action_removes(enum felt_etcd_action action);
