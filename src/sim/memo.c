/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/memo.h"

#include <malloc.h>
#include <string.h>

#include "crypto/identity.h"
#include "gossip/signed_descriptor.h"
#include "node/state.h"
#include "sim/pool.h"
#include "wire/descriptor.h"

#define CACHE_LEN (1u << 15) /* answers: more than descriptors in the largest cluster */

/* The linker's names for the originals and for what is called in their place. */
bool __real_felt_identity_verify(const uint8_t *, struct felt_bytes, const uint8_t *);
bool __wrap_felt_identity_verify(const uint8_t *, struct felt_bytes, const uint8_t *);
void __real_felt_identity_id(const uint8_t *, struct felt_id *);
void __wrap_felt_identity_id(const uint8_t *, struct felt_id *);
int __real_felt_descriptor_decode(struct felt_bytes, struct felt_descriptor *);
int __wrap_felt_descriptor_decode(struct felt_bytes, struct felt_descriptor *);
struct felt_signed_descriptor *__real_felt_signed_descriptor_new(const struct felt_id *,
                                                                 const struct felt_descriptor *,
                                                                 struct felt_bytes,
                                                                 const uint8_t *);
struct felt_signed_descriptor *__wrap_felt_signed_descriptor_new(const struct felt_id *,
                                                                 const struct felt_descriptor *,
                                                                 struct felt_bytes,
                                                                 const uint8_t *);
void __real_felt_signed_descriptor_free(struct felt_signed_descriptor *);
void __wrap_felt_signed_descriptor_free(struct felt_signed_descriptor *);
uint8_t *__real_felt_state_of_node(const struct felt_node *, uint64_t, size_t *);
uint8_t *__wrap_felt_state_of_node(const struct felt_node *, uint64_t, size_t *);

struct verified {
    bool good;
    uint16_t len;
    uint8_t key[FELT_PUBLIC_KEY_LEN];
    uint8_t signature[FELT_SIGNATURE_LEN];
    uint8_t body[FELT_DESCRIPTOR_MAX];
};

struct decoded {
    uint16_t len; /* 0: none */
    uint8_t body[FELT_DESCRIPTOR_MAX];
    struct felt_descriptor descriptor;
};

struct named {
    uint8_t key[FELT_PUBLIC_KEY_LEN];
    struct felt_id id;
};

/* A kept descriptor; a chain for each place of the table. */
struct kept {
    struct kept *next;
    uint64_t users;
    struct felt_signed_descriptor *descriptor;
};

static struct verified *verified;
static struct decoded *decoded;
static struct named *named;
static struct kept **kept;
static size_t kept_bytes;
static bool thin;

static void *table(void **table, size_t len)
{
    if (!*table)
        *table = sim_zalloc(CACHE_LEN, len);
    return *table;
}

/* Signatures and keys are as good as random: eight bytes of them are a hash. */
static uint32_t place_of(const uint8_t *random)
{
    return (uint32_t)felt_get_be64(random) % CACHE_LEN;
}

static uint32_t place_of_body(struct felt_bytes body)
{
    uint64_t h = body.len;

    for (size_t i = 0; i + 8 <= body.len; i += 8)
        h = (h ^ felt_get_be64(body.data + i)) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(h >> 40) % CACHE_LEN;
}

bool __wrap_felt_identity_verify(const uint8_t *key, struct felt_bytes body,
                                 const uint8_t *signature)
{
    struct verified *v;

    if (body.len > FELT_DESCRIPTOR_MAX)
        return __real_felt_identity_verify(key, body, signature);
    v = (struct verified *)table((void **)&verified, sizeof(*v)) + place_of(signature);
    if (v->len == body.len && memcmp(v->signature, signature, FELT_SIGNATURE_LEN) == 0 &&
        memcmp(v->key, key, FELT_PUBLIC_KEY_LEN) == 0 && memcmp(v->body, body.data, body.len) == 0)
        return v->good;
    v->good = __real_felt_identity_verify(key, body, signature);
    v->len = (uint16_t)body.len;
    memcpy(v->key, key, FELT_PUBLIC_KEY_LEN);
    memcpy(v->signature, signature, FELT_SIGNATURE_LEN);
    memcpy(v->body, body.data, body.len);
    return v->good;
}

void __wrap_felt_identity_id(const uint8_t *key, struct felt_id *ret_id)
{
    struct named *n = (struct named *)table((void **)&named, sizeof(*n)) + place_of(key);

    if (felt_id_is_nobody(&n->id) || memcmp(n->key, key, FELT_PUBLIC_KEY_LEN) != 0) {
        __real_felt_identity_id(key, &n->id);
        memcpy(n->key, key, FELT_PUBLIC_KEY_LEN);
    }
    *ret_id = n->id;
}

int __wrap_felt_descriptor_decode(struct felt_bytes body, struct felt_descriptor *ret_descriptor)
{
    struct felt_descriptor descriptor;
    struct decoded *d;
    int r;

    if (body.len == 0 || body.len > FELT_DESCRIPTOR_MAX)
        return __real_felt_descriptor_decode(body, ret_descriptor);
    d = (struct decoded *)table((void **)&decoded, sizeof(*d)) + place_of_body(body);
    if (d->len == body.len && memcmp(d->body, body.data, body.len) == 0) {
        *ret_descriptor = d->descriptor;
        return 0;
    }
    r = __real_felt_descriptor_decode(body, &descriptor);
    if (r < 0)
        return r;
    d->descriptor = descriptor;
    d->len = (uint16_t)body.len;
    memcpy(d->body, body.data, body.len);
    *ret_descriptor = descriptor;
    return 0;
}

static struct kept **chain_of(const uint8_t *signature)
{
    return (struct kept **)table((void **)&kept, sizeof(*kept)) + place_of(signature);
}

struct felt_signed_descriptor *__wrap_felt_signed_descriptor_new(const struct felt_id *id,
                                                                 const struct felt_descriptor *d,
                                                                 struct felt_bytes body,
                                                                 const uint8_t *signature)
{
    struct kept **chain = chain_of(signature), *k;

    for (k = *chain; k; k = k->next)
        if (k->descriptor->body_len == body.len &&
            memcmp(k->descriptor->signature, signature, FELT_SIGNATURE_LEN) == 0 &&
            memcmp(k->descriptor->body, body.data, body.len) == 0) {
            k->users++;
            return k->descriptor;
        }
    k = sim_zalloc(1, sizeof(*k));
    k->descriptor = __real_felt_signed_descriptor_new(id, d, body, signature);
    if (!k->descriptor) {
        free(k);
        return NULL;
    }
    kept_bytes += sizeof(*k->descriptor) + body.len;
    k->users = 1;
    k->next = *chain;
    *chain = k;
    return k->descriptor;
}

void __wrap_felt_signed_descriptor_free(struct felt_signed_descriptor *descriptor)
{
    struct kept **at, *k;

    if (!descriptor)
        return;
    for (at = chain_of(descriptor->signature); (*at)->descriptor != descriptor; at = &(*at)->next)
        ;
    k = *at;
    if (--k->users > 0)
        return;
    *at = k->next;
    kept_bytes -= sizeof(*descriptor) + descriptor->body_len;
    __real_felt_signed_descriptor_free(descriptor);
    free(k);
}

uint8_t *__wrap_felt_state_of_node(const struct felt_node *node, uint64_t save, size_t *ret_len)
{
    uint8_t *token;

    if (!thin)
        return __real_felt_state_of_node(node, save, ret_len);
    token = calloc(1, 1);
    *ret_len = token ? 1 : 0;
    return token;
}

void sim_memo_thin_disks(bool on)
{
    thin = on;
}

size_t sim_memo_descriptor_bytes(void)
{
    return kept_bytes;
}

void sim_memo_done(void)
{
    free(verified);
    free(decoded);
    free(named);
    free(kept);
    verified = NULL;
    decoded = NULL;
    named = NULL;
    kept = NULL;
}

void sim_memo_tune_malloc(void)
{
    mallopt(M_MMAP_THRESHOLD, 32 << 10);
    mallopt(M_MMAP_MAX, 1 << 30);
}
