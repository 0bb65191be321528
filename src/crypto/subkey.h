/* SPDX-License-Identifier: Apache-2.0 */
/* One cluster key, several purposes: each gets a subkey of its own through libsodium's KDF
 * (BLAKE2b), so that none can stand in for another (proto/packet.md 2.3). Private to crypto. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "crypto/key.h"

enum felt_subkey { /* subkey ids; never renumber */
                   FELT_SUBKEY_SEAL = 1,
                   FELT_SUBKEY_NONCE = 2,
                   FELT_SUBKEY_COOKIE = 3,
                   FELT_SUBKEY_KEY_ID = 4,
                   FELT_SUBKEY_FOLLOW = 5, /* makes the key that replaces this one */
};

/* len is 16 to 64. */
void felt_subkey(const struct felt_cluster_key *key, enum felt_subkey which, uint8_t *ret_key,
                 size_t len);
