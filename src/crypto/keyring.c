/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/keyring.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "base/idiom.h"
#include "crypto/subkey.h"

/* The first byte (proto/messages.cddl, keyring). Of one version the larger value wins, so that a
 * ring that has gone further stays where two are of one version. */
enum { KIND_INSTALLED = 32, KIND_USED = 33, KIND_ONE = 34 };

#define ONE_LEN (1 + FELT_KEY_LEN)
#define TWO_LEN (1 + FELT_KEY_LEN + FELT_KEYRING_SALT + 4)

_Static_assert(TWO_LEN + FELT_KEYRING_REPLACED * FELT_KEY_ID_LEN == FELT_KEYRING_BYTES, "length");

void felt_keyring_init(struct felt_keyring *ring, const struct felt_cluster_key *key)
{
    *ring = (struct felt_keyring){.key = *key};
}

void felt_keyring_wipe(struct felt_keyring *ring)
{
    sodium_memzero(ring, sizeof(*ring));
}

/* The key that follows `old` by that salt. */
static void derive(const struct felt_cluster_key *old, const uint8_t salt[FELT_KEYRING_SALT],
                   struct felt_cluster_key *ret_key)
{
    uint8_t sub[32];

    felt_subkey(old, FELT_SUBKEY_FOLLOW, sub, sizeof(sub));
    crypto_generichash(ret_key->secret, sizeof(ret_key->secret), salt, FELT_KEYRING_SALT, sub,
                       sizeof(sub));
    sodium_memzero(sub, sizeof(sub));
}

static bool is_told_apart(const struct felt_keyring *ring, const struct felt_cluster_key *key)
{
    uint8_t id[FELT_KEY_ID_LEN], old[FELT_KEY_ID_LEN];

    felt_key_id(key, id);
    felt_key_id(&ring->key, old);
    return memcmp(id, old, sizeof(id)) != 0 && !felt_keyring_has_replaced(ring, id) &&
           felt_get_be32(id) >> 1 != 0;
}

void felt_keyring_install(struct felt_keyring *ring, const uint8_t salt[FELT_KEYRING_SALT],
                          uint32_t grace_s)
{
    struct felt_cluster_key key;

    assert(ring->phase == FELT_KEYRING_ONE);
    memcpy(ring->salt, salt, sizeof(ring->salt));
    derive(&ring->key, ring->salt, &key);
    while (!is_told_apart(ring, &key)) { /* once in a thousand million times */
        sodium_increment(ring->salt, sizeof(ring->salt));
        derive(&ring->key, ring->salt, &key);
    }
    ring->phase = FELT_KEYRING_INSTALLED;
    ring->old = ring->key;
    ring->key = key;
    ring->grace_s = grace_s;
    felt_key_wipe(&key);
}

void felt_keyring_use(struct felt_keyring *ring)
{
    assert(ring->phase == FELT_KEYRING_INSTALLED);
    ring->phase = FELT_KEYRING_USED;
}

static void note_replaced(struct felt_keyring *ring, const struct felt_cluster_key *key)
{
    memmove(ring->replaced[1], ring->replaced[0], sizeof(ring->replaced) - FELT_KEY_ID_LEN);
    felt_key_id(key, ring->replaced[0]);
    if (ring->n_replaced < FELT_KEYRING_REPLACED)
        ring->n_replaced++;
}

void felt_keyring_remove(struct felt_keyring *ring)
{
    assert(ring->phase == FELT_KEYRING_USED);
    note_replaced(ring, &ring->old);
    ring->phase = FELT_KEYRING_ONE;
    felt_key_wipe(&ring->old);
    sodium_memzero(ring->salt, sizeof(ring->salt));
    ring->grace_s = 0;
}

void felt_keyring_replace(struct felt_keyring *ring, const struct felt_cluster_key *key)
{
    struct felt_keyring fresh;

    felt_keyring_init(&fresh, key);
    fresh.n_replaced = ring->n_replaced;
    memcpy(fresh.replaced, ring->replaced, sizeof(fresh.replaced));
    note_replaced(&fresh, felt_keyring_sealing(ring));
    *ring = fresh;
    felt_keyring_wipe(&fresh);
}

bool felt_keyring_equal(const struct felt_keyring *a, const struct felt_keyring *b)
{
    uint8_t x[FELT_KEYRING_BYTES], y[FELT_KEYRING_BYTES];
    size_t len = felt_keyring_encode(a, x);
    bool equal = felt_keyring_encode(b, y) == len && sodium_memcmp(x, y, len) == 0;

    sodium_memzero(x, sizeof(x));
    sodium_memzero(y, sizeof(y));
    return equal;
}

bool felt_keyring_is(const struct felt_keyring *ring, const struct felt_cluster_key *key)
{
    return ring->phase == FELT_KEYRING_ONE &&
           sodium_memcmp(ring->key.secret, key->secret, FELT_KEY_LEN) == 0;
}

const struct felt_cluster_key *felt_keyring_sealing(const struct felt_keyring *ring)
{
    return ring->phase == FELT_KEYRING_INSTALLED ? &ring->old : &ring->key;
}

const struct felt_cluster_key *felt_keyring_accepted(const struct felt_keyring *ring)
{
    if (ring->phase == FELT_KEYRING_ONE)
        return NULL;
    return ring->phase == FELT_KEYRING_INSTALLED ? &ring->key : &ring->old;
}

bool felt_keyring_has_replaced(const struct felt_keyring *ring, const uint8_t id[FELT_KEY_ID_LEN])
{
    for (uint8_t i = 0; i < ring->n_replaced; i++)
        if (memcmp(ring->replaced[i], id, FELT_KEY_ID_LEN) == 0)
            return true;
    return false;
}

uint32_t felt_keyring_mark(const struct felt_keyring *ring)
{
    uint8_t id[FELT_KEY_ID_LEN];

    if (ring->phase == FELT_KEYRING_ONE)
        return 0;
    felt_key_id(&ring->key, id);
    return (felt_get_be32(id) & ~1u) | (ring->phase == FELT_KEYRING_USED);
}

bool felt_keyring_mark_has(const struct felt_keyring *ring, uint32_t mark)
{
    return mark != 0 && (mark | 1u) == (felt_keyring_mark(ring) | 1u);
}

bool felt_keyring_mark_uses(const struct felt_keyring *ring, uint32_t mark)
{
    return felt_keyring_mark_has(ring, mark) && (mark & 1u) != 0;
}

size_t felt_keyring_encode(const struct felt_keyring *ring, uint8_t *bytes)
{
    bool one = ring->phase == FELT_KEYRING_ONE;
    size_t len = ONE_LEN;

    bytes[0] = one ? KIND_ONE : ring->phase == FELT_KEYRING_INSTALLED ? KIND_INSTALLED : KIND_USED;
    memcpy(bytes + 1, one ? ring->key.secret : ring->old.secret, FELT_KEY_LEN);
    if (!one) {
        memcpy(bytes + ONE_LEN, ring->salt, sizeof(ring->salt));
        felt_put_be32(bytes + ONE_LEN + sizeof(ring->salt), ring->grace_s);
        len = TWO_LEN;
    }
    memcpy(bytes + len, ring->replaced, (size_t)ring->n_replaced * FELT_KEY_ID_LEN);
    return len + (size_t)ring->n_replaced * FELT_KEY_ID_LEN;
}

int felt_keyring_decode(struct felt_bytes bytes, struct felt_keyring *ret_ring)
{
    struct felt_keyring ring = {0};
    size_t len, rest;

    if (bytes.len == 0 || bytes.data[0] < KIND_INSTALLED || bytes.data[0] > KIND_ONE)
        return -EINVAL;
    len = bytes.data[0] == KIND_ONE ? ONE_LEN : TWO_LEN;
    rest = bytes.len - FELT_MIN(len, bytes.len);
    if (bytes.len < len || rest % FELT_KEY_ID_LEN != 0 || rest > sizeof(ring.replaced))
        return -EINVAL;
    ring.n_replaced = (uint8_t)(rest / FELT_KEY_ID_LEN);
    memcpy(ring.replaced, bytes.data + len, rest);
    memcpy(ring.key.secret, bytes.data + 1, FELT_KEY_LEN);
    if (bytes.data[0] != KIND_ONE) {
        ring.phase = bytes.data[0] == KIND_USED ? FELT_KEYRING_USED : FELT_KEYRING_INSTALLED;
        ring.old = ring.key;
        memcpy(ring.salt, bytes.data + ONE_LEN, sizeof(ring.salt));
        ring.grace_s = felt_get_be32(bytes.data + ONE_LEN + sizeof(ring.salt));
        derive(&ring.old, ring.salt, &ring.key);
    }
    *ret_ring = ring;
    felt_keyring_wipe(&ring);
    return 0;
}
