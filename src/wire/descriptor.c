/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/descriptor.h"

#include <errno.h>

#include "base/idiom.h"
#include "wire/bound.h"
#include "wire/pack.h"

#define FIELDS 11 /* proto/messages.cddl, descriptor-body; and the second way */

static bool has_second(const struct felt_descriptor *d)
{
    return d->public_ip6.family != FELT_FAMILY_NONE;
}

size_t felt_descriptor_encode(const struct felt_descriptor *d, uint8_t *body)
{
    struct felt_pack p;
    size_t len;
    int r;

    assert(!d->left || !d->has_lease);
    felt_pack_init(&p, body, FELT_DESCRIPTOR_MAX);
    felt_pack_array(&p, has_second(d) ? FIELDS + 1 : FIELDS);
    felt_pack_bin(&p, d->public_key, sizeof(d->public_key));
    felt_pack_uint(&p, d->version);
    felt_pack_str(&p, d->name);
    felt_pack_ip(&p, &d->advertise.ip);
    felt_pack_uint(&p, d->advertise.port);
    felt_pack_ip(&p, &d->public_ip);
    felt_pack_str(&p, d->backend);
    felt_pack_str(&p, d->backend_data);
    felt_pack_uint(&p, d->mtu);
    if (d->has_lease)
        felt_pack_uint(&p, d->lease);
    else
        felt_pack_nil(&p);
    felt_pack_bool(&p, d->left);
    if (has_second(d)) {
        felt_pack_array(&p, 2);
        felt_pack_ip(&p, &d->public_ip6);
        felt_pack_str(&p, d->backend_data6);
    }
    r = felt_pack_done(&p, &len);
    assert(r == 0); /* every field is bounded by its type */
    return len;
}

/* A node that has none, or is of before there were any, ends before it. */
static void read_second(struct felt_items *items, struct felt_descriptor *d)
{
    struct felt_items second;

    if (items->bad || items->left == 0 || felt_items_nil(items))
        return;
    second = felt_items_array(items);
    felt_items_ip(&second, &d->public_ip6);
    felt_items_str(&second, d->backend_data6, sizeof(d->backend_data6));
    items->bad |= second.bad | (d->public_ip6.family != FELT_FAMILY_V6) |
                  (d->public_ip.family != FELT_FAMILY_V4);
}

static int read_fields(struct felt_items items, struct felt_descriptor *ret)
{
    struct felt_descriptor d = {0};

    felt_items_bin(&items, d.public_key, sizeof(d.public_key));
    d.version = felt_items_uint(&items, UINT64_MAX);
    felt_items_str(&items, d.name, sizeof(d.name));
    felt_items_ip(&items, &d.advertise.ip);
    d.advertise.port = (uint16_t)felt_items_uint(&items, UINT16_MAX);
    felt_items_ip(&items, &d.public_ip);
    felt_items_str(&items, d.backend, sizeof(d.backend));
    felt_items_str(&items, d.backend_data, sizeof(d.backend_data));
    d.mtu = (uint32_t)felt_items_uint(&items, UINT32_MAX);
    d.has_lease = !felt_items_nil(&items);
    if (d.has_lease)
        d.lease = (uint32_t)felt_items_uint(&items, UINT32_MAX);
    d.left = felt_items_bool(&items);
    read_second(&items, &d);
    if (items.bad || (d.left && d.has_lease) || d.version == 0 || d.name[0] == '\0' ||
        d.advertise.port == 0 || d.advertise.ip.family == FELT_FAMILY_NONE ||
        d.public_ip.family == FELT_FAMILY_NONE)
        return -EINVAL;
    *ret = d;
    return 0;
}

int felt_descriptor_decode(struct felt_bytes body, struct felt_descriptor *ret_descriptor)
{
    msgpack_object object;
    msgpack_zone zone;
    size_t len, at = 0;
    int r = -EINVAL;

    if (body.len > FELT_DESCRIPTOR_MAX || felt_bound_check(body, &len) < 0 || len != body.len)
        return -EINVAL;
    if (!msgpack_zone_init(&zone, FELT_DESCRIPTOR_MAX * sizeof(msgpack_object)))
        return -ENOMEM;
    if (msgpack_unpack((const char *)body.data, body.len, &at, &zone, &object) ==
        MSGPACK_UNPACK_SUCCESS)
        r = read_fields(felt_items(&object), ret_descriptor);
    msgpack_zone_destroy(&zone);
    return r;
}
