/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/identity.h"

#include <sodium.h>
#include <string.h>

#include "base/idiom.h"

void felt_identity_from_seed(const uint8_t seed[FELT_IDENTITY_SEED_LEN],
                             struct felt_identity *ret_identity)
{
    _Static_assert(sizeof(ret_identity->secret) == crypto_sign_SECRETKEYBYTES, "Ed25519");

    memcpy(ret_identity->seed, seed, FELT_IDENTITY_SEED_LEN);
    crypto_sign_seed_keypair(ret_identity->public_key, ret_identity->secret, seed);
    felt_identity_id(ret_identity->public_key, &ret_identity->id);
}

void felt_identity_wipe(struct felt_identity *identity)
{
    sodium_memzero(identity, sizeof(*identity));
}

void felt_identity_id(const uint8_t public_key[FELT_IDENTITY_PUBLIC_LEN], struct felt_id *ret_id)
{
    crypto_generichash(ret_id->b, FELT_ID_LEN, public_key, FELT_IDENTITY_PUBLIC_LEN, NULL, 0);
}

void felt_identity_sign(const struct felt_identity *identity, struct felt_bytes text,
                        uint8_t ret_signature[FELT_IDENTITY_SIGN_LEN])
{
    crypto_sign_detached(ret_signature, NULL, text.data, text.len, identity->secret);
}

bool felt_identity_verify(const uint8_t public_key[FELT_IDENTITY_PUBLIC_LEN],
                          struct felt_bytes text, const uint8_t signature[FELT_IDENTITY_SIGN_LEN])
{
    return crypto_sign_verify_detached(signature, text.data, text.len, public_key) == 0;
}
