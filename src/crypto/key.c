/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/key.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "base/idiom.h"
#include "crypto/base64.h"
#include "crypto/subkey.h"

_Static_assert(FELT_KEY_LEN == crypto_kdf_KEYBYTES, "a cluster key is a KDF key");
_Static_assert(FELT_KEY_TEXT == sodium_base64_ENCODED_LEN(FELT_KEY_LEN, 1), "base64 with padding");

void felt_subkey(const struct felt_cluster_key *key, enum felt_subkey which, uint8_t *ret_key,
                 size_t len)
{
    static const char context[crypto_kdf_CONTEXTBYTES] = {'f', 'e', 'l', 't', ' ', 'v', '0', '1'};
    int r = crypto_kdf_derive_from_key(ret_key, len, which, context, key->secret);

    assert(r == 0);
}

void felt_key_id(const struct felt_cluster_key *key, uint8_t ret_id[FELT_KEY_ID_LEN])
{
    uint8_t sub[crypto_kdf_BYTES_MIN];

    felt_subkey(key, FELT_SUBKEY_KEY_ID, sub, sizeof(sub));
    memcpy(ret_id, sub, FELT_KEY_ID_LEN);
}

void felt_key_format(const struct felt_cluster_key *key, char *text)
{
    sodium_bin2base64(text, FELT_KEY_TEXT, key->secret, FELT_KEY_LEN,
                      sodium_base64_VARIANT_ORIGINAL);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int felt_key_parse(const char *text, size_t len, struct felt_cluster_key *ret_key)
{
    struct felt_cluster_key key;
    size_t n;
    int r;

    for (; len > 0 && is_blank(text[len - 1]); len--)
        ;
    for (; len > 0 && is_blank(*text); len--)
        text++;
    r = felt_base64_decode(text, len, sodium_base64_VARIANT_ORIGINAL, sizeof(key.secret),
                           key.secret, &n);
    if (r == 0 && n == FELT_KEY_LEN)
        *ret_key = key;
    else
        r = -EINVAL;
    felt_key_wipe(&key);
    return r;
}

void felt_key_wipe(struct felt_cluster_key *key)
{
    sodium_memzero(key, sizeof(*key));
}
