/* SPDX-License-Identifier: Apache-2.0 */
/* The value of a flannel lease key in etcd: who has the subnet, and what its device is
 * (proto/etcd.md 3).
 *
 *   v0.10.0  {"PublicIP":"10.37.7.195","BackendType":"vxlan","BackendData":{"VtepMAC":"82:..."}}
 *   v0.14.0  the same with "VNI":1 in BackendData
 *   v0.15.0  the same with "PublicIPv6":null or an address, and BackendV6Data where there is one
 *
 * All are read. What is written is read by all: VNI is there, and PublicIPv6 where there is one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "netconf/backend_data.h"
#include "netconf/netconf.h"

/* Bytes of a value, the NUL not counted. flannel's longest, of wireguard in both families, are
 * under 300. */
#define FELT_FLANNEL_VALUE_MAX 1024

struct felt_flannel_lease {
    struct felt_ip public_ip;                /* IPv4, never any */
    struct felt_ip public_ip6;               /* family NONE: none */
    char backend[FELT_BACKEND_TYPE_MAX + 1]; /* "vxlan"; "" is udp, alloc, or a bare reservation */
    /* vxlan only, and false where the data is missing or is none */
    bool has_device;
    bool has_device6;
    struct felt_vxlan_data device;
    struct felt_vxlan_data device6;
};

/* A value that is no JSON object with a PublicIP is no lease. Data of a backend that is not vxlan
 * is passed over. 0 or -EINVAL. */
int felt_flannel_lease_parse(const char *value, size_t len, struct felt_flannel_lease *ret_lease);
/* text has FELT_FLANNEL_VALUE_MAX + 1 bytes. Returns the length. */
size_t felt_flannel_lease_format(const struct felt_flannel_lease *lease, char *text);
bool felt_flannel_lease_equal(const struct felt_flannel_lease *a,
                              const struct felt_flannel_lease *b);

/* The bridge's mark: one space behind the value. JSON allows it, people do not see it, and no
 * flanneld writes it; one that overwrites the key takes it off. So a bridge that starts tells its
 * keys from those of flanneld nodes by the listing alone. */
void felt_flannel_mark(char *text, size_t len);
bool felt_flannel_is_marked(const char *value, size_t len);
