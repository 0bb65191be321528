/* SPDX-License-Identifier: Apache-2.0 */
/* A subnet that a node outside of the cluster leases, a flanneld, say, whose etcd a bridge watches:
 * a notice (notice.h) whose key is the slot. It says where overlay traffic finds that node, and it
 * is a reservation of the slot for that address as well (reservation.h; proto/lease.md 9.2). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/ip.h"
#include "wire/message.h"

/* How packets get there. */
enum felt_foreign_backend {
    FELT_FOREIGN_NONE,   /* not at all: the subnet is kept for that address, and nobody is there */
    FELT_FOREIGN_VXLAN,  /* to its device, over each family that there is */
    FELT_FOREIGN_HOST_GW /* by a route */
};

/* A vxlan device, as flannel's BackendData says it. */
struct felt_foreign_device {
    uint32_t vni; /* 0: not said, as by flannel before v0.14 */
    uint8_t mac[6];
};

struct felt_foreign {
    struct felt_ip ip;  /* IPv4; family NONE: it has none, and then it has ip6 */
    struct felt_ip ip6; /* IPv6; family NONE: none */
    enum felt_foreign_backend backend;
    struct felt_foreign_device device;  /* of VXLAN, over IPv4; MAC all zero: no such way */
    struct felt_foreign_device device6; /* over IPv6 */
};

bool felt_foreign_device_is_none(const struct felt_foreign_device *device);
/* The address that it is reserved by. */
const struct felt_ip *felt_foreign_address(const struct felt_foreign *foreign);

/* To a notice's value and back. Of encode the address must be there. -EINVAL: none that this
 * version knows. */
size_t felt_foreign_encode(const struct felt_foreign *foreign,
                           uint8_t value[FELT_NOTICE_VALUE_MAX]);
int felt_foreign_decode(struct felt_bytes value, struct felt_foreign *ret_foreign);
