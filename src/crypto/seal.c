/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/seal.h"

#include <sodium.h>
#include <string.h>

#include "base/idiom.h"
#include "crypto/subkey.h"

#define MAGIC   0xf7 /* neither ASCII nor a first byte of QUIC, DTLS, VXLAN or WireGuard */
#define VERSION 1

/* Places in the header; proto/packet.md 2.2. */
enum {
    AT_MAGIC = 0,
    AT_VERSION = 1,
    AT_ZERO = 2,
    AT_KEY_ID = 4,
    AT_CLUSTER = 8,
};

_Static_assert(FELT_SEAL_NONCE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(FELT_SEAL_TAG == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");

void felt_seal_key_init(struct felt_seal_key *seal_key, const struct felt_cluster_key *key)
{
    felt_key_id(key, seal_key->id);
    felt_subkey(key, FELT_SUBKEY_SEAL, seal_key->seal, sizeof(seal_key->seal));
    felt_subkey(key, FELT_SUBKEY_NONCE, seal_key->nonce, sizeof(seal_key->nonce));
}

void felt_seal_key_wipe(struct felt_seal_key *seal_key)
{
    sodium_memzero(seal_key, sizeof(*seal_key));
}

static void make_nonce(const struct felt_seal_key *key, const uint8_t *header,
                       struct felt_bytes plain, uint8_t *nonce)
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, key->nonce, sizeof(key->nonce), FELT_SEAL_NONCE);
    crypto_generichash_update(&state, header, FELT_SEAL_HEADER);
    crypto_generichash_update(&state, plain.data, plain.len);
    crypto_generichash_final(&state, nonce, FELT_SEAL_NONCE);
}

size_t felt_seal(const struct felt_seal_key *key, const uint8_t cluster[FELT_SEAL_CLUSTER],
                 struct felt_bytes plain, uint8_t *out)
{
    uint8_t *nonce = out + FELT_SEAL_HEADER;
    unsigned long long len;

    memset(out, 0, FELT_SEAL_HEADER);
    out[AT_MAGIC] = MAGIC;
    out[AT_VERSION] = VERSION;
    memcpy(out + AT_KEY_ID, key->id, FELT_KEY_ID_LEN);
    memcpy(out + AT_CLUSTER, cluster, FELT_SEAL_CLUSTER);
    make_nonce(key, out, plain, nonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + FELT_SEAL_NONCE, &len, plain.data, plain.len,
                                               out, FELT_SEAL_HEADER, NULL, nonce, key->seal);
    return FELT_SEAL_HEADER + FELT_SEAL_NONCE + (size_t)len;
}

enum felt_verdict felt_seal_peek(struct felt_bytes sealed, struct felt_seal_header *ret_header)
{
    const uint8_t *b = sealed.data;

    if (sealed.len < FELT_SEAL_OVERHEAD || b[AT_MAGIC] != MAGIC || b[AT_VERSION] != VERSION ||
        felt_get_be16(b + AT_ZERO) != 0)
        return FELT_VERDICT_MALFORMED;
    memcpy(ret_header->key_id, b + AT_KEY_ID, FELT_KEY_ID_LEN);
    memcpy(ret_header->cluster, b + AT_CLUSTER, FELT_SEAL_CLUSTER);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_seal_open(const struct felt_seal_key *key, struct felt_bytes sealed,
                                 uint8_t *plain, size_t *ret_len)
{
    const uint8_t *nonce = sealed.data + FELT_SEAL_HEADER, *body = nonce + FELT_SEAL_NONCE;
    unsigned long long len;

    assert(sealed.len >= FELT_SEAL_OVERHEAD);
    if (memcmp(sealed.data + AT_KEY_ID, key->id, FELT_KEY_ID_LEN) != 0)
        return FELT_VERDICT_UNKNOWN_KEY;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            plain, &len, NULL, body, sealed.len - FELT_SEAL_HEADER - FELT_SEAL_NONCE, sealed.data,
            FELT_SEAL_HEADER, nonce, key->seal) != 0)
        return FELT_VERDICT_FORGED;
    *ret_len = (size_t)len;
    return FELT_VERDICT_TAKEN;
}
