/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/foreign.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define KIND 8 /* the first byte of the value (proto/messages.cddl, foreign) */

/* The second one: what follows, in this order. */
enum {
    HAS_IP = 1,
    HAS_IP6 = 2,
    HAS_DEVICE = 4, /* vxlan, over IPv4 */
    HAS_DEVICE6 = 8,
    BY_ROUTE = 16, /* host-gw; nothing follows */
    ALL = 31
};

#define DEVICE_LEN (4 + 6)

_Static_assert(2 + 4 + 16 + 2 * DEVICE_LEN <= FELT_NOTICE_VALUE_MAX, "a value holds all of it");

const struct felt_ip *felt_foreign_address(const struct felt_foreign *foreign)
{
    return foreign->ip.family != FELT_FAMILY_NONE ? &foreign->ip : &foreign->ip6;
}

bool felt_foreign_device_is_none(const struct felt_foreign_device *device)
{
    static const uint8_t none[6];

    return memcmp(device->mac, none, sizeof(none)) == 0;
}

static uint8_t *put_device(uint8_t *p, const struct felt_foreign_device *device)
{
    felt_put_be32(p, device->vni);
    memcpy(p + 4, device->mac, sizeof(device->mac));
    return p + DEVICE_LEN;
}

size_t felt_foreign_encode(const struct felt_foreign *foreign, uint8_t value[FELT_NOTICE_VALUE_MAX])
{
    bool vxlan = foreign->backend == FELT_FOREIGN_VXLAN;
    uint8_t *p = value + 2;

    assert(felt_foreign_address(foreign)->family != FELT_FAMILY_NONE);
    value[0] = KIND;
    value[1] = foreign->backend == FELT_FOREIGN_HOST_GW ? BY_ROUTE : 0;
    if (foreign->ip.family != FELT_FAMILY_NONE) {
        value[1] |= HAS_IP;
        memcpy(p, foreign->ip.bytes, 4);
        p += 4;
    }
    if (foreign->ip6.family != FELT_FAMILY_NONE) {
        value[1] |= HAS_IP6;
        memcpy(p, foreign->ip6.bytes, 16);
        p += 16;
    }
    if (vxlan && !felt_foreign_device_is_none(&foreign->device)) {
        value[1] |= HAS_DEVICE;
        p = put_device(p, &foreign->device);
    }
    if (vxlan && !felt_foreign_device_is_none(&foreign->device6)) {
        value[1] |= HAS_DEVICE6;
        p = put_device(p, &foreign->device6);
    }
    return (size_t)(p - value);
}

/* Takes n bytes off the front; NULL, and all is void, where there are no more. */
static const uint8_t *take(struct felt_bytes *left, size_t n)
{
    const uint8_t *p = left->data;

    if (left->len < n)
        return NULL;
    *left = felt_bytes(p + n, left->len - n);
    return p;
}

static bool take_ip(struct felt_bytes *left, uint8_t family, size_t n, struct felt_ip *ret_ip)
{
    const uint8_t *p = take(left, n);

    if (!p)
        return false;
    *ret_ip = (struct felt_ip){.family = family};
    memcpy(ret_ip->bytes, p, n);
    return true;
}

static bool take_device(struct felt_bytes *left, struct felt_foreign_device *ret_device)
{
    const uint8_t *p = take(left, DEVICE_LEN);

    if (!p)
        return false;
    ret_device->vni = felt_get_be32(p);
    memcpy(ret_device->mac, p + 4, sizeof(ret_device->mac));
    return !felt_foreign_device_is_none(ret_device);
}

int felt_foreign_decode(struct felt_bytes value, struct felt_foreign *ret_foreign)
{
    struct felt_foreign f = {0};
    const uint8_t *head = take(&value, 2);
    uint8_t has;

    if (!head || head[0] != KIND)
        return -EINVAL;
    has = head[1];
    if ((has & ~ALL) != 0 || (has & (HAS_IP | HAS_IP6)) == 0 ||
        ((has & BY_ROUTE) && (has & (HAS_DEVICE | HAS_DEVICE6))))
        return -EINVAL;
    if (((has & HAS_IP) && !take_ip(&value, FELT_FAMILY_V4, 4, &f.ip)) ||
        ((has & HAS_IP6) && !take_ip(&value, FELT_FAMILY_V6, 16, &f.ip6)) ||
        ((has & HAS_DEVICE) && !take_device(&value, &f.device)) ||
        ((has & HAS_DEVICE6) && !take_device(&value, &f.device6)) || value.len > 0)
        return -EINVAL;
    if (has & BY_ROUTE)
        f.backend = FELT_FOREIGN_HOST_GW;
    else if (has & (HAS_DEVICE | HAS_DEVICE6))
        f.backend = FELT_FOREIGN_VXLAN;
    *ret_foreign = f;
    return 0;
}
