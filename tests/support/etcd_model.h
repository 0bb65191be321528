/* SPDX-License-Identifier: Apache-2.0 */
/* etcd's v2 API as one sees it from outside, for one node and in virtual time: keys with TTL,
 * indices, compare-and-swap, and the last 1000 events. It takes requests as text and answers with
 * text, as recorded from a real one (tests/vectors/etcd). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idiom.h"
#include "base/usec.h"
#include "flannel/request.h"

#define ETCD_MODEL_KEYS_MAX 512

struct etcd_model;

struct etcd_model *etcd_model_new(void);
void etcd_model_free(struct etcd_model *m);
FELT_DEFINE_CLEANUP(struct etcd_model *, etcd_model_free)

/* Keys that are due expire, each with an event. Time does not run back. */
void etcd_model_advance(struct etcd_model *m, felt_usec now);

/* What it answers, on the heap; *ret_index is X-Etcd-Index. NULL: a watch that still waits. */
char *etcd_model_ask(struct etcd_model *m, const struct felt_etcd_request *q, uint64_t *ret_index);

/* As flanneld v0.10.0 renews: whatever was there. ttl_s 0: it never expires. */
void etcd_model_set(struct etcd_model *m, const char *key, const char *value, uint32_t ttl_s);
/* As prevExist=false. False where it was there. */
bool etcd_model_create(struct etcd_model *m, const char *key, const char *value, uint32_t ttl_s);
void etcd_model_delete(struct etcd_model *m, const char *key);
/* So many events elsewhere, so that older ones are forgotten. */
void etcd_model_forget(struct etcd_model *m);

struct etcd_model_key {
    char key[256]; /* the whole path */
    char value[FELT_FLANNEL_VALUE_MAX + 1];
    felt_usec expires_us; /* NEVER: it does not */
    uint64_t created;
    uint64_t modified;
};

/* Grows with every change. */
uint64_t etcd_model_index(const struct etcd_model *m);
size_t etcd_model_count(const struct etcd_model *m);
const struct etcd_model_key *etcd_model_at(const struct etcd_model *m, size_t i);
/* NULL where it is not there. */
const struct etcd_model_key *etcd_model_get(const struct etcd_model *m, const char *key);
