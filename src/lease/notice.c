/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/notice.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/hash.h"

struct cell {
    uint64_t version;
    uint32_t key;
    uint32_t len;
    uint8_t *value; /* NULL: withdrawn */
};

/* Of the keys that are equal modulo FELT_BUCKETS, ascending: so a few thousand of them are in short
 * arrays, which a new one is cheap to enter. */
struct bucket {
    uint32_t n;
    uint32_t capacity;
    struct cell *cells;
};

struct felt_notices {
    uint32_t keys_max;
    uint32_t n;
    uint32_t live;
    struct bucket buckets[FELT_BUCKETS];
    uint64_t hashes[FELT_BUCKETS];
};

/* A keyring is a secret. */
static void drop(struct cell *c)
{
    if (c->value)
        explicit_bzero(c->value, c->len);
    free(c->value);
}

int felt_notices_new(uint32_t keys_max, struct felt_notices **ret_notices)
{
    struct felt_notices *notices = calloc(1, sizeof(*notices));

    if (!notices)
        return -ENOMEM;
    notices->keys_max = keys_max;
    *ret_notices = notices;
    return 0;
}

void felt_notices_free(struct felt_notices *notices)
{
    if (!notices)
        return;
    for (uint32_t b = 0; b < FELT_BUCKETS; b++) {
        for (uint32_t i = 0; i < notices->buckets[b].n; i++)
            drop(&notices->buckets[b].cells[i]);
        free(notices->buckets[b].cells);
    }
    free(notices);
}

uint32_t felt_notices_count(const struct felt_notices *notices)
{
    return notices->n;
}

uint32_t felt_notices_live(const struct felt_notices *notices)
{
    return notices->live;
}

uint32_t felt_notices_keys_max(const struct felt_notices *notices)
{
    return notices->keys_max;
}

/* The place of a key in its bucket, or where it would be. */
static uint32_t place_of(const struct bucket *bucket, uint32_t key)
{
    uint32_t low = 0, high = bucket->n;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (bucket->cells[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct felt_notice notice_of(const struct cell *c)
{
    return (struct felt_notice){
        .key = c->key, .version = c->version, .value = felt_bytes(c->value, c->len)};
}

bool felt_notices_get(const struct felt_notices *notices, uint32_t key,
                      struct felt_notice *ret_notice)
{
    const struct bucket *bucket = &notices->buckets[key % FELT_BUCKETS];
    uint32_t i = place_of(bucket, key);

    if (i == bucket->n || bucket->cells[i].key != key) {
        *ret_notice = (struct felt_notice){.key = key};
        return false;
    }
    *ret_notice = notice_of(&bucket->cells[i]);
    return true;
}

static uint64_t cell_hash(const struct cell *c)
{
    uint8_t text[4 + 8 + FELT_NOTICE_VALUE_MAX];

    felt_put_be32(text, c->key);
    felt_put_be64(text + 4, c->version);
    if (c->len > 0)
        memcpy(text + 12, c->value, c->len);
    return felt_hash64(text, 12 + c->len);
}

/* A cell for a new key: version 0, in no hash yet. NULL where memory is short. */
static struct cell *enter(struct felt_notices *notices, uint32_t key)
{
    struct bucket *bucket = &notices->buckets[key % FELT_BUCKETS];
    uint32_t at = place_of(bucket, key);

    if (bucket->n == bucket->capacity) {
        uint32_t capacity = bucket->capacity ? bucket->capacity * 2 : 4;
        struct cell *cells = realloc(bucket->cells, capacity * sizeof(*cells));

        if (!cells)
            return NULL;
        bucket->cells = cells;
        bucket->capacity = capacity;
    }
    memmove(bucket->cells + at + 1, bucket->cells + at, (bucket->n - at) * sizeof(struct cell));
    bucket->n++;
    notices->n++;
    bucket->cells[at] = (struct cell){.key = key};
    return &bucket->cells[at];
}

/* The order of two values of one version: that of their bytes, a beginning before the whole. */
static int compare(struct felt_bytes a, struct felt_bytes b)
{
    size_t n = FELT_MIN(a.len, b.len);
    int order = n > 0 ? memcmp(a.data, b.data, n) : 0;

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

enum felt_merge felt_notices_merge(struct felt_notices *notices, const struct felt_notice *notice)
{
    uint64_t *hash = &notices->hashes[notice->key % FELT_BUCKETS];
    struct felt_notice ours;
    uint8_t *value = NULL;
    struct cell *c;
    bool known;

    assert(notice->version > 0 && notice->key < notices->keys_max);
    assert(notice->value.len <= FELT_NOTICE_VALUE_MAX);
    known = felt_notices_get(notices, notice->key, &ours);
    if (notice->version < ours.version)
        return FELT_MERGE_OLDER;
    if (notice->version == ours.version) {
        int order = compare(notice->value, ours.value);

        if (order <= 0)
            return order == 0 ? FELT_MERGE_SAME : FELT_MERGE_OLDER;
    }
    if (notice->value.len > 0) {
        value = malloc(notice->value.len);
        if (!value)
            return FELT_MERGE_FULL;
        memcpy(value, notice->value.data, notice->value.len);
    }
    if (known) {
        struct bucket *bucket = &notices->buckets[notice->key % FELT_BUCKETS];

        c = &bucket->cells[place_of(bucket, notice->key)];
        *hash -= cell_hash(c);
    } else {
        c = enter(notices, notice->key);
        if (!c) {
            free(value);
            return FELT_MERGE_FULL;
        }
    }
    notices->live = notices->live - (c->value != NULL) + (value != NULL);
    drop(c);
    c->version = notice->version;
    c->value = value;
    c->len = (uint32_t)notice->value.len;
    *hash += cell_hash(c);
    return FELT_MERGE_NEWER;
}

uint64_t felt_notices_digest(const struct felt_notices *notices)
{
    uint64_t sum = 0;

    for (uint32_t b = 0; b < FELT_BUCKETS; b++)
        sum += notices->hashes[b];
    return sum;
}

const uint64_t *felt_notices_buckets(const struct felt_notices *notices)
{
    return notices->hashes;
}

bool felt_notices_at(const struct felt_notices *notices, uint32_t bucket, uint32_t i,
                     struct felt_notice *ret_notice)
{
    const struct bucket *b = &notices->buckets[bucket];

    if (i >= b->n)
        return false;
    *ret_notice = notice_of(&b->cells[i]);
    return true;
}

bool felt_notices_next(const struct felt_notices *notices, struct felt_notice_place *at,
                       struct felt_notice *ret_notice)
{
    while (at->bucket < FELT_BUCKETS && at->i >= notices->buckets[at->bucket].n)
        *at = (struct felt_notice_place){.bucket = at->bucket + 1};
    return at->bucket < FELT_BUCKETS && felt_notices_at(notices, at->bucket, at->i++, ret_notice);
}
