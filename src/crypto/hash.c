/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/hash.h"

#include <sodium.h>
#include <string.h>

#include "base/bytes.h"
#include "base/idiom.h"

uint64_t felt_hash64(const void *data, size_t len)
{
    static const uint8_t key[crypto_shorthash_KEYBYTES] = "felt digest 1"; /* proto/gossip.md 4.1 */
    uint8_t hash[crypto_shorthash_BYTES];

    crypto_shorthash(hash, data, len, key);
    return felt_get_be64(hash);
}

void felt_checksum(const void *data, size_t len, uint8_t ret_sum[FELT_CHECKSUM_LEN])
{
    crypto_generichash(ret_sum, FELT_CHECKSUM_LEN, data, len, NULL, 0);
}

void felt_expand(const uint8_t seed[32], const char *label, uint8_t *ret_out, size_t len)
{
    crypto_generichash(ret_out, len, (const uint8_t *)label, strlen(label), seed, 32);
}
