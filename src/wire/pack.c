/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/pack.h"

#include <errno.h>
#include <string.h>

static int append(void *data, const char *buf, size_t len)
{
    struct felt_pack *pack = data;

    if (pack->full || len > pack->room - pack->len) {
        pack->full = true;
        return -1;
    }
    if (pack->buf)
        memcpy(pack->buf + pack->len, buf, len);
    pack->len += len;
    return 0;
}

void felt_pack_init(struct felt_pack *pack, uint8_t *buf, size_t room)
{
    *pack = (struct felt_pack){.buf = buf, .room = room};
    msgpack_packer_init(&pack->packer, pack, append);
}

void felt_pack_array(struct felt_pack *pack, size_t n)
{
    msgpack_pack_array(&pack->packer, n);
}

void felt_pack_uint(struct felt_pack *pack, uint64_t v)
{
    msgpack_pack_uint64(&pack->packer, v);
}

void felt_pack_bool(struct felt_pack *pack, bool v)
{
    if (v)
        msgpack_pack_true(&pack->packer);
    else
        msgpack_pack_false(&pack->packer);
}

void felt_pack_nil(struct felt_pack *pack)
{
    msgpack_pack_nil(&pack->packer);
}

void felt_pack_bin(struct felt_pack *pack, const void *data, size_t len)
{
    msgpack_pack_bin(&pack->packer, len);
    if (len > 0)
        msgpack_pack_bin_body(&pack->packer, data, len);
}

void felt_pack_str(struct felt_pack *pack, const char *text)
{
    size_t len = strlen(text);

    msgpack_pack_str(&pack->packer, len);
    if (len > 0)
        msgpack_pack_str_body(&pack->packer, text, len);
}

void felt_pack_id(struct felt_pack *pack, const struct felt_id *id)
{
    felt_pack_bin(pack, id->b, FELT_ID_LEN);
}

void felt_pack_ip(struct felt_pack *pack, const struct felt_ip *ip)
{
    felt_pack_bin(pack, ip->bytes, felt_ip_len(ip));
}

int felt_pack_done(const struct felt_pack *pack, size_t *ret_len)
{
    if (pack->full)
        return -ENOBUFS;
    *ret_len = pack->len;
    return 0;
}

struct felt_items felt_items(const msgpack_object *object)
{
    if (object->type != MSGPACK_OBJECT_ARRAY)
        return (struct felt_items){.bad = true};
    return (struct felt_items){.at = object->via.array.ptr, .left = object->via.array.size};
}

/* The next item if it is of that type. */
static const msgpack_object *take(struct felt_items *items, msgpack_object_type type)
{
    if (items->bad || items->left == 0 || items->at->type != type) {
        items->bad = true;
        return NULL;
    }
    items->left--;
    return items->at++;
}

uint64_t felt_items_uint(struct felt_items *items, uint64_t max)
{
    const msgpack_object *o = take(items, MSGPACK_OBJECT_POSITIVE_INTEGER);

    if (!o)
        return 0;
    if (o->via.u64 > max) {
        items->bad = true;
        return 0;
    }
    return o->via.u64;
}

bool felt_items_bool(struct felt_items *items)
{
    const msgpack_object *o = take(items, MSGPACK_OBJECT_BOOLEAN);

    return o && o->via.boolean;
}

struct felt_bytes felt_items_bytes(struct felt_items *items, size_t max)
{
    const msgpack_object *o = take(items, MSGPACK_OBJECT_BIN);

    if (!o)
        return (struct felt_bytes){0};
    if (o->via.bin.size > max) {
        items->bad = true;
        return (struct felt_bytes){0};
    }
    /* msgpack-c has no pointer to nothing; memcpy() wants one. */
    return felt_bytes(o->via.bin.size > 0 ? o->via.bin.ptr : "", o->via.bin.size);
}

void felt_items_bin(struct felt_items *items, void *ret_data, size_t len)
{
    struct felt_bytes b = felt_items_bytes(items, len);

    if (b.len == len) {
        memcpy(ret_data, b.data, len);
    } else {
        items->bad = true;
        memset(ret_data, 0, len);
    }
}

void felt_items_str(struct felt_items *items, char *ret_text, size_t size)
{
    const msgpack_object *o = take(items, MSGPACK_OBJECT_STR);

    ret_text[0] = '\0';
    if (!o)
        return;
    if (o->via.str.size >= size) {
        items->bad = true;
        return;
    }
    for (uint32_t i = 0; i < o->via.str.size; i++)
        if (o->via.str.ptr[i] < ' ' || o->via.str.ptr[i] > '~') {
            items->bad = true;
            return;
        }
    if (o->via.str.size > 0) /* else there is no pointer */
        memcpy(ret_text, o->via.str.ptr, o->via.str.size);
    ret_text[o->via.str.size] = '\0';
}

void felt_items_id(struct felt_items *items, struct felt_id *ret_id)
{
    felt_items_bin(items, ret_id->b, FELT_ID_LEN);
}

void felt_items_ip(struct felt_items *items, struct felt_ip *ret_ip)
{
    struct felt_bytes b = felt_items_bytes(items, 16);

    *ret_ip = (struct felt_ip){0};
    if (b.len == 4)
        ret_ip->family = FELT_FAMILY_V4;
    else if (b.len == 16)
        ret_ip->family = FELT_FAMILY_V6;
    else if (b.len != 0)
        items->bad = true;
    memcpy(ret_ip->bytes, b.data ? b.data : ret_ip->bytes, felt_ip_len(ret_ip));
}

struct felt_items felt_items_array(struct felt_items *items)
{
    const msgpack_object *o = take(items, MSGPACK_OBJECT_ARRAY);

    return o ? felt_items(o) : (struct felt_items){.bad = true};
}

bool felt_items_nil(struct felt_items *items)
{
    if (items->bad || items->left == 0 || items->at->type != MSGPACK_OBJECT_NIL)
        return false;
    items->left--;
    items->at++;
    return true;
}
