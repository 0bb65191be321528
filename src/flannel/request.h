/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of etcd's v2 API, as the client sends it: method, path, query and a form as body
 * (proto/etcd.md 4). Every change is a compare-and-swap, so that one that is sent twice, or whose
 * answer is lost, does no harm. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flannel/lease.h"

#define FELT_ETCD_PREFIX_MAX  255                   /* bytes of --etcd-prefix */
#define FELT_ETCD_PREFIX      "/coreos.com/network" /* flannel's default */
#define FELT_ETCD_NAME_MAX    127                   /* bytes of a key below the prefix */
#define FELT_ETCD_CONFIG_NAME "config"
#define FELT_ETCD_SUBNETS     "subnets"
#define FELT_ETCD_LOCK_NAME   "felt/bridge"
#define FELT_ETCD_CUTOVER     "felt/cutover"
#define FELT_ETCD_LEASE_TTL_S 86400 /* flannel's */

enum felt_etcd_what {
    FELT_ETCD_GET,    /* one key */
    FELT_ETCD_LIST,   /* a directory and what is in it */
    FELT_ETCD_WATCH,  /* the next event in a directory, from index on; answered when there is one */
    FELT_ETCD_CREATE, /* fails with EXISTS */
    FELT_ETCD_SWAP,   /* fails with TEST_FAILED or NOT_FOUND; index is the key's modifiedIndex */
    FELT_ETCD_REMOVE, /* likewise */
};

/* A request before it is text. */
struct felt_etcd_op {
    enum felt_etcd_what what;
    char name[FELT_ETCD_NAME_MAX + 1];      /* below the prefix: "subnets/10.5.34.0-24" */
    char value[FELT_FLANNEL_VALUE_MAX + 1]; /* of CREATE and SWAP */
    uint32_t ttl_s;                         /* of CREATE and SWAP; 0: the key never expires */
    uint64_t index;                         /* of WATCH, SWAP, REMOVE */
};

/* "/v2/keys", prefix and name, each byte as "%2F" at worst */
#define FELT_ETCD_PATH_TEXT  (8 + 3 * (FELT_ETCD_PREFIX_MAX + 1 + FELT_ETCD_NAME_MAX) + 1)
#define FELT_ETCD_QUERY_TEXT 64 /* "recursive=true&wait=true&waitIndex=18446744073709551615" */
#define FELT_ETCD_BODY_TEXT  (32 + 3 * FELT_FLANNEL_VALUE_MAX)

struct felt_etcd_request {
    const char *method;             /* "GET", "PUT", "DELETE" */
    char path[FELT_ETCD_PATH_TEXT]; /* percent-encoded */
    char query[FELT_ETCD_QUERY_TEXT];
    char body[FELT_ETCD_BODY_TEXT]; /* application/x-www-form-urlencoded; "" where there is none */
    bool waits;                     /* no answer for hours is no fault */
};

/* A prefix as an option gives it, "coreos.com/network/": -EINVAL for an empty or too long one, or
 * one with something in it that is not printable. ret_prefix has FELT_ETCD_PREFIX_MAX + 1 bytes; it
 * begins with a slash and does not end in one. */
int felt_etcd_prefix_parse(const char *text, char *ret_prefix);

/* prefix is one of the above. */
void felt_etcd_request_make(const char *prefix, const struct felt_etcd_op *op,
                            struct felt_etcd_request *ret_request);

/* The name of a key below the prefix; NULL where the key is not below it. Borrowed from key. */
const char *felt_etcd_name_of(const char *prefix, const char *key);
