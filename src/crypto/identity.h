/* SPDX-License-Identifier: Apache-2.0 */
/* Who a node is: an Ed25519 key made from a 32-byte seed. Its id is BLAKE2b-128 of the public key
 * (proto/packet.md 1). */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"
#include "base/id.h"

#define FELT_IDENTITY_SEED_LEN   32
#define FELT_IDENTITY_PUBLIC_LEN 32
#define FELT_IDENTITY_SIGN_LEN   64

struct felt_identity {
    uint8_t seed[FELT_IDENTITY_SEED_LEN]; /* secret */
    uint8_t secret[64];                   /* Ed25519's expanded key */
    uint8_t public_key[FELT_IDENTITY_PUBLIC_LEN];
    struct felt_id id;
};

void felt_identity_from_seed(const uint8_t seed[FELT_IDENTITY_SEED_LEN],
                             struct felt_identity *ret_identity);
void felt_identity_wipe(struct felt_identity *identity);

void felt_identity_id(const uint8_t public_key[FELT_IDENTITY_PUBLIC_LEN], struct felt_id *ret_id);
void felt_identity_sign(const struct felt_identity *identity, struct felt_bytes text,
                        uint8_t ret_signature[FELT_IDENTITY_SIGN_LEN]);
bool felt_identity_verify(const uint8_t public_key[FELT_IDENTITY_PUBLIC_LEN],
                          struct felt_bytes text, const uint8_t signature[FELT_IDENTITY_SIGN_LEN]);
