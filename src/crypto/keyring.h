/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that a cluster has at one time: one, or, while it is rotated, the new one and the one
 * that it replaces (proto/packet.md 2.4).
 *
 *   ONE --install--> INSTALLED --use--> USED --remove--> ONE
 *
 * Each step but the first follows from the ring alone, so that nodes that take it at once have the
 * same ring. The new secret comes from the old one and a salt: so both are in the 64 bytes that a
 * notice holds, and whoever has one save of it has the whole ring. Secret. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "crypto/key.h"

#define FELT_KEYRING_SALT     16
#define FELT_KEYRING_REPLACED 2  /* ids of earlier keys that are remembered, to name them */
#define FELT_KEYRING_BYTES    61 /* of an encoded ring, at most */

enum felt_keyring_phase {
    FELT_KEYRING_ONE,
    FELT_KEYRING_INSTALLED, /* the old key seals, the new one opens, too */
    FELT_KEYRING_USED,      /* the new key seals, the old one opens, too */
};

struct felt_keyring {
    enum felt_keyring_phase phase;
    struct felt_cluster_key key; /* the newest */
    struct felt_cluster_key old; /* that it replaces; not of ONE */
    uint8_t salt[FELT_KEYRING_SALT];
    uint32_t grace_s; /* so long USED waits for who does not have the new key; not of ONE */
    uint8_t n_replaced;
    uint8_t replaced[FELT_KEYRING_REPLACED][FELT_KEY_ID_LEN]; /* the last one first */
};

/* A ring of one key, that replaced nothing. */
void felt_keyring_init(struct felt_keyring *ring, const struct felt_cluster_key *key);
void felt_keyring_wipe(struct felt_keyring *ring);

/* The steps; the ring is in the phase before. A salt is random, and changed where its key's id
 * would not tell it from others. */
void felt_keyring_install(struct felt_keyring *ring, const uint8_t salt[FELT_KEYRING_SALT],
                          uint32_t grace_s);
void felt_keyring_use(struct felt_keyring *ring);
void felt_keyring_remove(struct felt_keyring *ring);
/* By hand, on all machines: the ring is that one key from now on, whatever it was. */
void felt_keyring_replace(struct felt_keyring *ring, const struct felt_cluster_key *key);

bool felt_keyring_equal(const struct felt_keyring *a, const struct felt_keyring *b);
/* Whether it is that one key alone. */
bool felt_keyring_is(const struct felt_keyring *ring, const struct felt_cluster_key *key);
/* The key that seals; the one that only opens, NULL where there is none. */
const struct felt_cluster_key *felt_keyring_sealing(const struct felt_keyring *ring);
const struct felt_cluster_key *felt_keyring_accepted(const struct felt_keyring *ring);
/* Whether a key of that id was replaced, as far as is remembered. */
bool felt_keyring_has_replaced(const struct felt_keyring *ring, const uint8_t id[FELT_KEY_ID_LEN]);

/* What members tell each other of the ring that they hold: the id of its new key, whose last bit
 * says whether that one seals. 0: nothing to tell, it has one key. */
uint32_t felt_keyring_mark(const struct felt_keyring *ring);
/* Whether who tells that mark has the new key of this ring; and whether it seals with it. */
bool felt_keyring_mark_has(const struct felt_keyring *ring, uint32_t mark);
bool felt_keyring_mark_uses(const struct felt_keyring *ring, uint32_t mark);

/* bytes has FELT_KEYRING_BYTES. Returns how many it takes. */
size_t felt_keyring_encode(const struct felt_keyring *ring, uint8_t *bytes);
/* 0, or -EINVAL where it is none that this version knows. */
int felt_keyring_decode(struct felt_bytes bytes, struct felt_keyring *ret_ring);
