/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/token.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "base/bytes.h"
#include "base/idiom.h"
#include "crypto/base64.h"

#define PREFIX_LEN   (sizeof(FELT_TOKEN_PREFIX) - 1)
#define CHECKSUM_LEN 8 /* against a slip of the mouse, not against forgery */
#define SEED_LEN_MAX (1 + 16 + 2)
#define BYTES_MAX    (8 + FELT_KEY_LEN + 8 + 1 + FELT_TOKEN_SEEDS_MAX * SEED_LEN_MAX + CHECKSUM_LEN)

_Static_assert(PREFIX_LEN + sodium_base64_ENCODED_LEN(BYTES_MAX, 7) <= FELT_TOKEN_TEXT_MAX,
               "every token fits");

static void checksum(const uint8_t *data, size_t len, uint8_t *ret_sum)
{
    uint8_t sum[crypto_generichash_BYTES_MIN];

    crypto_generichash(sum, sizeof(sum), data, len, NULL, 0);
    memcpy(ret_sum, sum, CHECKSUM_LEN);
}

void felt_token_format(const struct felt_token *token, char *text)
{
    uint8_t bytes[BYTES_MAX], *p = bytes;

    assert(token->n_seeds <= FELT_TOKEN_SEEDS_MAX);
    memcpy(p, token->cluster, 8);
    p += 8;
    memcpy(p, token->key.secret, FELT_KEY_LEN);
    p += FELT_KEY_LEN;
    felt_put_be64(p, token->expires_s);
    p += 8;
    *p++ = token->n_seeds;
    for (uint8_t i = 0; i < token->n_seeds; i++) {
        const struct felt_endpoint *seed = &token->seeds[i];
        size_t len = felt_ip_len(&seed->ip);

        *p++ = seed->ip.family;
        memcpy(p, seed->ip.bytes, len);
        p += len;
        felt_put_be16(p, seed->port);
        p += 2;
    }
    checksum(bytes, (size_t)(p - bytes), p);
    p += CHECKSUM_LEN;
    memcpy(text, FELT_TOKEN_PREFIX, PREFIX_LEN);
    sodium_bin2base64(text + PREFIX_LEN, FELT_TOKEN_TEXT_MAX - PREFIX_LEN, bytes,
                      (size_t)(p - bytes), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof(bytes));
}

int felt_token_is(const char *text)
{
    return strncmp(text, "felt", 4) == 0 && text[4] >= '0' && text[4] <= '9' &&
           strchr(text + 4, '-') != NULL;
}

/* Seeds from *p up to end; both sides of the list must agree. */
static int read_seeds(const uint8_t *p, const uint8_t *end, struct felt_token *token)
{
    if (token->n_seeds > FELT_TOKEN_SEEDS_MAX)
        return -EINVAL;
    for (uint8_t i = 0; i < token->n_seeds; i++) {
        struct felt_endpoint *seed = &token->seeds[i];
        size_t len;

        if (p == end)
            return -EINVAL;
        seed->ip.family = *p++;
        len = felt_ip_len(&seed->ip);
        if (len == 0 || (size_t)(end - p) < len + 2)
            return -EINVAL;
        memcpy(seed->ip.bytes, p, len);
        seed->port = felt_get_be16(p + len);
        p += len + 2;
        if (seed->port == 0)
            return -EINVAL;
    }
    return p == end ? 0 : -EINVAL;
}

static int read_bytes(const uint8_t *bytes, size_t len, struct felt_token *token)
{
    const size_t fixed = 8 + FELT_KEY_LEN + 8 + 1;
    uint8_t sum[CHECKSUM_LEN];

    if (len < fixed + CHECKSUM_LEN)
        return -EINVAL;
    len -= CHECKSUM_LEN;
    checksum(bytes, len, sum);
    if (memcmp(sum, bytes + len, CHECKSUM_LEN) != 0)
        return -EINVAL;
    memcpy(token->cluster, bytes, 8);
    memcpy(token->key.secret, bytes + 8, FELT_KEY_LEN);
    token->expires_s = felt_get_be64(bytes + 8 + FELT_KEY_LEN);
    token->n_seeds = bytes[fixed - 1];
    return read_seeds(bytes + fixed, bytes + len, token);
}

int felt_token_parse(const char *text, struct felt_token *ret_token)
{
    struct felt_token token = {0};
    uint8_t bytes[BYTES_MAX];
    size_t len;
    int r;

    if (!felt_token_is(text))
        return -EINVAL;
    if (strncmp(text, FELT_TOKEN_PREFIX, PREFIX_LEN) != 0)
        return -EPROTONOSUPPORT;
    text += PREFIX_LEN;
    r = felt_base64_decode(text, strlen(text), sodium_base64_VARIANT_URLSAFE_NO_PADDING,
                           sizeof(bytes), bytes, &len);
    if (r == 0)
        r = read_bytes(bytes, len, &token);
    if (r == 0)
        *ret_token = token;
    sodium_memzero(bytes, sizeof(bytes));
    felt_key_wipe(&token.key);
    return r;
}
