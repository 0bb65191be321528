/* SPDX-License-Identifier: Apache-2.0 */
#include "netconf/backend_data.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/idiom.h"
#include "netconf/json.h"

#define VNI_MAX       0xffffff /* 24 bits, RFC 7348 */
#define MAC_TEXT_LEN  17       /* "82:4b:b6:2f:54:4e" */
#define MAC_MULTICAST 0x01     /* the group bit of the first byte, IEEE 802 */

size_t felt_vxlan_data_format(const struct felt_vxlan_data *data, char *text)
{
    const uint8_t *m = data->mac;
    char vni[32] = "";
    int len;

    if (data->vni != 0)
        snprintf(vni, sizeof(vni), "\"VNI\":%u,", (unsigned)data->vni);
    len = snprintf(text, FELT_BACKEND_DATA_MAX + 1,
                   "{%s\"VtepMAC\":\"%02x:%02x:%02x:%02x:%02x:%02x\"}", vni, m[0], m[1], m[2], m[3],
                   m[4], m[5]);
    assert(len > 0 && len <= FELT_BACKEND_DATA_MAX);
    return (size_t)len;
}

static int mac_parse(const char *text, uint8_t *ret_mac)
{
    static const uint8_t zero[6];
    char digits[2 * 6 + 1];
    uint8_t mac[6];

    if (strlen(text) != MAC_TEXT_LEN)
        return -EINVAL;
    for (size_t i = 0; i < 6; i++) {
        if (i < 5 && text[3 * i + 2] != ':')
            return -EINVAL;
        memcpy(digits + 2 * i, text + 3 * i, 2);
    }
    digits[sizeof(digits) - 1] = '\0';
    if (felt_hex_decode(digits, mac, sizeof(mac)) < 0)
        return -EINVAL;
    if ((mac[0] & MAC_MULTICAST) || memcmp(mac, zero, sizeof(mac)) == 0)
        return -EINVAL;
    memcpy(ret_mac, mac, sizeof(mac));
    return 0;
}

int felt_vxlan_data_parse(const char *text, size_t len, struct felt_vxlan_data *ret_data)
{
    _cleanup_(json_decrefp) json_t *root = NULL;
    struct felt_vxlan_data data = {0};
    struct felt_netconf_error error; /* who sent it is told by a counter, not by words */
    const char *mac = NULL;
    uint64_t vni = 0;

    if (len > FELT_BACKEND_DATA_MAX)
        return -EINVAL;
    root = json_loadb(text, len, 0, NULL);
    if (!json_is_object(root))
        return -EINVAL;
    if (felt_json_uint(root, "", "VNI", 0, VNI_MAX, &vni, &error) < 0 ||
        felt_json_string(root, "", "VtepMAC", &mac, &error) < 0 || !mac ||
        mac_parse(mac, data.mac) < 0)
        return -EINVAL;
    data.vni = (uint32_t)vni;
    *ret_data = data;
    return 0;
}
