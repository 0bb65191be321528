/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/cookie.h"

#include <sodium.h>
#include <string.h>

#include "crypto/subkey.h"

void felt_cookie_key_init(struct felt_cookie_key *cookie_key, const struct felt_cluster_key *key)
{
    felt_subkey(key, FELT_SUBKEY_COOKIE, cookie_key->key, sizeof(cookie_key->key));
}

void felt_cookie_key_wipe(struct felt_cookie_key *cookie_key)
{
    sodium_memzero(cookie_key, sizeof(*cookie_key));
}

void felt_cookie_make(const struct felt_cookie_key *key, const struct felt_endpoint *from,
                      const struct felt_id *id, uint64_t session, uint8_t *ret_cookie)
{
    uint8_t text[1 + 16 + 2 + FELT_ID_LEN + 8]; /* family, address, port, id, session */

    text[0] = from->ip.family;
    memcpy(text + 1, from->ip.bytes, 16);
    felt_put_be16(text + 17, from->port);
    memcpy(text + 19, id->b, FELT_ID_LEN);
    felt_put_be64(text + 19 + FELT_ID_LEN, session);
    crypto_generichash(ret_cookie, FELT_COOKIE_BYTES, text, sizeof(text), key->key,
                       sizeof(key->key));
}

bool felt_cookie_check(const struct felt_cookie_key *key, const struct felt_endpoint *from,
                       const struct felt_id *id, uint64_t session, const uint8_t *cookie)
{
    uint8_t expected[FELT_COOKIE_BYTES];

    felt_cookie_make(key, from, id, session, expected);
    return sodium_memcmp(expected, cookie, sizeof(expected)) == 0;
}
