/* SPDX-License-Identifier: Apache-2.0 */
/* A join token: all that a machine needs to join, in one string that is safe to paste
 * (proto/token.md): "felt1-" and base64url of cluster id, key, expiry, seeds and a checksum.
 * It holds the cluster key: whoever has it is a member. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "crypto/key.h"

#define FELT_TOKEN_PREFIX    "felt1-"
#define FELT_TOKEN_SEEDS_MAX 8
#define FELT_TOKEN_TEXT_MAX  512 /* with NUL */

struct felt_token {
    uint8_t cluster[8];
    struct felt_cluster_key key;
    uint64_t expires_s; /* seconds since 1970; 0: never */
    uint8_t n_seeds;
    struct felt_endpoint seeds[FELT_TOKEN_SEEDS_MAX];
};

/* text has FELT_TOKEN_TEXT_MAX bytes. */
void felt_token_format(const struct felt_token *token, char *text);
/* Whether text looks like a token at all (so that a damaged one is not taken for a host name). */
int felt_token_is(const char *text);
/* 0; -EINVAL: damaged or not a token; -EPROTONOSUPPORT: a newer kind. Expiry is for the caller. */
int felt_token_parse(const char *text, struct felt_token *ret_token);
