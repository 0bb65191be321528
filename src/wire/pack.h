/* SPDX-License-Identifier: Apache-2.0 */
/* msgpack-c's packer over a bounded buffer, and its objects read one after the other with one
 * check at the end. Private to wire. */
#pragma once

#include <stdbool.h>

#include <msgpack.h>

#include "base/bytes.h"
#include "base/id.h"
#include "base/ip.h"

struct felt_pack {
    msgpack_packer packer;
    uint8_t *buf;
    size_t room;
    size_t len;
    bool full; /* something did not fit: the content is void */
};

/* With buf NULL nothing is written and the length is counted. */
void felt_pack_init(struct felt_pack *pack, uint8_t *buf, size_t room);
void felt_pack_array(struct felt_pack *pack, size_t n);
void felt_pack_uint(struct felt_pack *pack, uint64_t v);
void felt_pack_bool(struct felt_pack *pack, bool v);
void felt_pack_nil(struct felt_pack *pack);
void felt_pack_bin(struct felt_pack *pack, const void *data, size_t len);
void felt_pack_str(struct felt_pack *pack, const char *text);
void felt_pack_id(struct felt_pack *pack, const struct felt_id *id);
/* The address bytes as bin: 0 (none), 4 or 16. */
void felt_pack_ip(struct felt_pack *pack, const struct felt_ip *ip);
/* 0 and the length, or -ENOBUFS. */
int felt_pack_done(const struct felt_pack *pack, size_t *ret_len);

/* The items of an array, in order. After the first mismatch everything reads as zero and `bad`
 * stays. */
struct felt_items {
    const msgpack_object *at;
    uint32_t left;
    bool bad;
};

/* Of an object that should be an array. */
struct felt_items felt_items(const msgpack_object *object);
uint64_t felt_items_uint(struct felt_items *items, uint64_t max);
bool felt_items_bool(struct felt_items *items);
/* Exactly len bytes to ret_data, zero where it is something else. */
void felt_items_bin(struct felt_items *items, void *ret_data, size_t len);
struct felt_bytes felt_items_bytes(struct felt_items *items, size_t max);
/* A string of at most size - 1 printable ASCII characters, to ret_text with a NUL. */
void felt_items_str(struct felt_items *items, char *ret_text, size_t size);
void felt_items_id(struct felt_items *items, struct felt_id *ret_id);
void felt_items_ip(struct felt_items *items, struct felt_ip *ret_ip);
struct felt_items felt_items_array(struct felt_items *items);
/* Whether the next item is nil; takes it if so. */
bool felt_items_nil(struct felt_items *items);
