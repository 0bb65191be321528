/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster key: 32 bytes that every member holds. In a file it is one line of base64. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define FELT_KEY_LEN    32
#define FELT_KEY_ID_LEN 4
#define FELT_KEY_TEXT   45 /* 44 characters of base64 and a NUL */

struct felt_cluster_key {
    uint8_t secret[FELT_KEY_LEN];
};

/* Which key a datagram is sealed with, without trial decryption (proto/packet.md 2.2). */
void felt_key_id(const struct felt_cluster_key *key, uint8_t ret_id[FELT_KEY_ID_LEN]);

/* text has FELT_KEY_TEXT bytes. */
void felt_key_format(const struct felt_cluster_key *key, char *text);
/* One line; blanks and line ends around it are accepted. 0, or -EINVAL where it is not base64 of
 * exactly 32 bytes. */
int felt_key_parse(const char *text, size_t len, struct felt_cluster_key *ret_key);
/* Overwrites the secret in a way that the compiler keeps. */
void felt_key_wipe(struct felt_cluster_key *key);
