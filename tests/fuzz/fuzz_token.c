/* SPDX-License-Identifier: Apache-2.0 */
/* A join token. The checksum keeps random changes out, so the input is also taken as the bytes of
 * a token, to which a good checksum is added. */
#include "tests/fuzz/fuzz.h"

#include <sodium.h>
#include <string.h>

#include "base/idiom.h"
#include "crypto/token.h"

#define INPUT_MAX 1024 /* bytes; no token has so many */

static void parse(const char *text)
{
    char again[FELT_TOKEN_TEXT_MAX];
    struct felt_token token;

    if (felt_token_parse(text, &token) < 0)
        return;
    assert(felt_token_is(text));
    assert(token.n_seeds <= FELT_TOKEN_SEEDS_MAX);
    for (size_t i = 0; i < token.n_seeds; i++)
        assert(token.seeds[i].port > 0 && felt_ip_len(&token.seeds[i].ip) > 0);
    /* One token has one text. */
    felt_token_format(&token, again);
    assert(strcmp(text, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t bytes[INPUT_MAX + 16];
    char text[sizeof(FELT_TOKEN_PREFIX) + sizeof(bytes) * 2];
    size_t prefix = sizeof(FELT_TOKEN_PREFIX) - 1;

    if (size > INPUT_MAX)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    parse(text);

    memcpy(bytes, data, size);
    crypto_generichash(bytes + size, 16, bytes, size, NULL, 0);
    memcpy(text, FELT_TOKEN_PREFIX, prefix);
    sodium_bin2base64(text + prefix, sizeof(text) - prefix, bytes, size + 8,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    parse(text);
    return 0;
}
