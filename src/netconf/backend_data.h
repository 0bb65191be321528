/* SPDX-License-Identifier: Apache-2.0 */
/* What a vxlan node tells its peers about its device: flannel's BackendData, as JSON,
 * {"VNI":1,"VtepMAC":"82:4b:b6:2f:54:4e"}. flannel before v0.14 wrote no VNI. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define FELT_BACKEND_DATA_MAX 64 /* bytes of JSON, the NUL not counted */

struct felt_vxlan_data {
    uint32_t vni; /* 0 where the text has none */
    uint8_t mac[6];
};

/* text has FELT_BACKEND_DATA_MAX + 1 bytes. Returns the length. */
size_t felt_vxlan_data_format(const struct felt_vxlan_data *data, char *text);
/* 0 or -EINVAL (also for a multicast or all-zero MAC). */
int felt_vxlan_data_parse(const char *text, size_t len, struct felt_vxlan_data *ret_data);
