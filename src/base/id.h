/* SPDX-License-Identifier: Apache-2.0 */
/* A node's identity: BLAKE2b-128 of its Ed25519 public key (proto/packet.md 1). All zero is
 * nobody. Compared as a big-endian number where an order is needed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

#define FELT_ID_LEN       16
#define FELT_ID_TEXT      (2 * FELT_ID_LEN + 1)
#define FELT_ID_SHORT_LEN 8 /* digits that logs and tables show */

struct felt_id {
    uint8_t b[FELT_ID_LEN];
};

static inline int felt_id_cmp(const struct felt_id *a, const struct felt_id *b)
{
    return memcmp(a->b, b->b, FELT_ID_LEN);
}

static inline bool felt_id_equal(const struct felt_id *a, const struct felt_id *b)
{
    return felt_id_cmp(a, b) == 0;
}

static inline bool felt_id_is_nobody(const struct felt_id *a)
{
    return felt_id_equal(a, &(struct felt_id){{0}});
}

/* All digits of the id; text has FELT_ID_TEXT bytes. Returns text. */
static inline const char *felt_id_format(const struct felt_id *id, char *text)
{
    felt_hex_encode(id->b, FELT_ID_LEN, text);
    return text;
}

/* The first FELT_ID_SHORT_LEN digits; text has FELT_ID_TEXT bytes. Returns text. */
static inline const char *felt_id_format_short(const struct felt_id *id, char *text)
{
    felt_hex_encode(id->b, FELT_ID_SHORT_LEN / 2, text);
    return text;
}

struct felt_id_text {
    char s[FELT_ID_TEXT];
};

/* For use in a call's arguments: FELT_ID_SHORT(&id). Lives until the end of the block. */
static inline struct felt_id_text felt_id_text_short(const struct felt_id *id)
{
    struct felt_id_text t;

    felt_id_format_short(id, t.s);
    return t;
}
#define FELT_ID_SHORT(id) (felt_id_text_short(id).s)
