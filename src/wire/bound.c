/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/bound.h"

#include <errno.h>
#include <stdbool.h>

/* One token of MessagePack: how long its head is, how many bytes and how many items follow. */
struct token {
    size_t head;
    uint64_t body;
    uint64_t items;
    bool array;
};

static uint64_t be(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

/* The head with an n-byte length after the type byte. */
static int sized(struct felt_bytes b, size_t n, bool array, struct token *ret)
{
    uint64_t v;

    if (b.len < 1 + n)
        return -EINVAL;
    v = be(b.data + 1, n);
    *ret = (struct token){
        .head = 1 + n, .body = array ? 0 : v, .items = array ? v : 0, .array = array};
    return 0;
}

static int token_read(struct felt_bytes b, struct token *ret)
{
    uint8_t t;

    if (b.len == 0)
        return -EINVAL;
    t = b.data[0];
    *ret = (struct token){.head = 1};
    if (t <= 0x7f || t == 0xc0 || t == 0xc2 || t == 0xc3) /* positive fixint, nil, false, true */
        return 0;
    if (t >= 0x90 && t <= 0x9f) { /* fixarray */
        ret->items = t & 0x0f;
        ret->array = true;
        return 0;
    }
    if (t >= 0xa0 && t <= 0xbf) { /* fixstr */
        ret->body = t & 0x1f;
        return 0;
    }
    switch (t) {
    case 0xc4: /* bin 8, 16, 32 */
    case 0xc5:
    case 0xc6:
        return sized(b, (size_t)1 << (t - 0xc4), false, ret);
    case 0xcc: /* uint 8, 16, 32, 64 */
    case 0xcd:
    case 0xce:
    case 0xcf:
        ret->body = (uint64_t)1 << (t - 0xcc);
        return 0;
    case 0xd9: /* str 8, 16, 32 */
    case 0xda:
    case 0xdb:
        return sized(b, (size_t)1 << (t - 0xd9), false, ret);
    case 0xdc: /* array 16, 32 */
    case 0xdd:
        return sized(b, (size_t)2 << (t - 0xdc), true, ret);
    default:
        return -EINVAL;
    }
}

int felt_bound_check(struct felt_bytes bytes, size_t *ret_len)
{
    uint64_t open[FELT_BOUND_DEPTH_MAX]; /* items that each open array still wants */
    size_t depth = 0, at = 0;

    if (bytes.len == 0)
        return -EINVAL; /* there may be no pointer to add to */
    do {
        struct felt_bytes rest = felt_bytes(bytes.data + at, bytes.len - at);
        struct token t;

        if (token_read(rest, &t) < 0)
            return -EINVAL;
        /* An item takes a byte at least. */
        if (t.body > rest.len - t.head || t.items > rest.len - t.head)
            return -EINVAL;
        at += t.head + (size_t)t.body;
        if (depth > 0)
            open[depth - 1]--;
        if (t.array) {
            if (depth == FELT_BOUND_DEPTH_MAX)
                return -EINVAL;
            open[depth++] = t.items;
        }
        while (depth > 0 && open[depth - 1] == 0)
            depth--;
    } while (depth > 0);
    *ret_len = at;
    return 0;
}
