/* SPDX-License-Identifier: Apache-2.0 */
/* A borrowed range of bytes, hexadecimal text, and big-endian integers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct felt_bytes {
    const uint8_t *data; /* borrowed */
    size_t len;
};

static inline struct felt_bytes felt_bytes(const void *data, size_t len)
{
    return (struct felt_bytes){.data = data, .len = len};
}

bool felt_bytes_equal(struct felt_bytes a, struct felt_bytes b);

/* Writes 2 * len lower-case digits and a NUL to text. */
void felt_hex_encode(const uint8_t *data, size_t len, char *text);

/* Reads exactly 2 * len digits and the end of the string. 0 or -EINVAL; data untouched then. */
int felt_hex_decode(const char *text, uint8_t *ret_data, size_t len);

static inline void felt_put_be16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void felt_put_be32(uint8_t *p, uint32_t v)
{
    felt_put_be16(p, (uint16_t)(v >> 16));
    felt_put_be16(p + 2, (uint16_t)v);
}

static inline void felt_put_be64(uint8_t *p, uint64_t v)
{
    felt_put_be32(p, (uint32_t)(v >> 32));
    felt_put_be32(p + 4, (uint32_t)v);
}

static inline uint16_t felt_get_be16(const uint8_t *p)
{
    return (uint16_t)((p[0] << 8) | p[1]);
}

static inline uint32_t felt_get_be32(const uint8_t *p)
{
    return ((uint32_t)felt_get_be16(p) << 16) | felt_get_be16(p + 2);
}

static inline uint64_t felt_get_be64(const uint8_t *p)
{
    return ((uint64_t)felt_get_be32(p) << 32) | felt_get_be32(p + 4);
}
