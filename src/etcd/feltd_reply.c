/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd/feltd_reply.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

void felt_feltd_text_read(const json_t *entry, const char *key, char *text, size_t size)
{
    const char *value = json_string_value(json_object_get(entry, key));

    snprintf(text, size, "%s", value ? value : "");
}

static struct felt_ip read_ip(const json_t *entry, const char *key, uint8_t family)
{
    const char *text = json_string_value(json_object_get(entry, key));
    struct felt_ip ip;

    if (!text || felt_ip_parse(text, &ip) < 0 || ip.family != family)
        return (struct felt_ip){0};
    return ip;
}

static bool read_device(const json_t *entry, const char *key, struct felt_vxlan_data *ret_device)
{
    const char *text = json_string_value(json_object_get(entry, key));

    return text && felt_vxlan_data_parse(text, strlen(text), ret_device) == 0;
}

void felt_feltd_lease_read(const json_t *entry, struct felt_flannel_lease *ret_lease)
{
    struct felt_flannel_lease lease = {
        .public_ip = read_ip(entry, "public_ip", FELT_FAMILY_V4),
        .public_ip6 = read_ip(entry, "public_ip6", FELT_FAMILY_V6),
    };

    felt_feltd_text_read(entry, "backend", lease.backend, sizeof(lease.backend));
    if (strcmp(lease.backend, felt_backend_name(FELT_BACKEND_VXLAN)) == 0) {
        lease.has_device = read_device(entry, "backend_data", &lease.device);
        lease.has_device6 = read_device(entry, "backend_data6", &lease.device6);
    }
    *ret_lease = lease;
}

static json_t *ip_json(const struct felt_ip *ip)
{
    return ip->family == FELT_FAMILY_NONE ? json_null() : json_string(FELT_IP(ip));
}

static json_t *device_json(bool has, const struct felt_vxlan_data *device)
{
    char text[FELT_BACKEND_DATA_MAX + 1];

    if (!has)
        return json_null();
    felt_vxlan_data_format(device, text);
    return json_string(text);
}

int felt_feltd_lease_write(json_t *entry, const struct felt_flannel_lease *lease)
{
    if (json_object_set_new(entry, "public_ip", ip_json(&lease->public_ip)) < 0 ||
        json_object_set_new(entry, "public_ip6", ip_json(&lease->public_ip6)) < 0 ||
        json_object_set_new(entry, "backend",
                            lease->backend[0] != '\0' ? json_string(lease->backend) : json_null()) <
            0 ||
        json_object_set_new(entry, "backend_data", device_json(lease->has_device, &lease->device)) <
            0 ||
        json_object_set_new(entry, "backend_data6",
                            device_json(lease->has_device6, &lease->device6)) < 0)
        return -ENOMEM;
    return 0;
}

int felt_feltd_slot_read(const json_t *entry, const struct felt_netconf *config, uint32_t *ret_slot)
{
    const char *text = json_string_value(json_object_get(entry, "subnet"));
    struct felt_cidr subnet;

    if (!text || felt_cidr_parse(text, &subnet) < 0 ||
        felt_netconf_slot(config, &subnet, ret_slot) < 0)
        return -EINVAL;
    return 0;
}

static int read_id(const json_t *object, const char *key, struct felt_id *ret_id)
{
    const char *text = json_string_value(json_object_get(object, key));

    if (!text || strlen(text) != FELT_ID_TEXT - 1 ||
        felt_hex_decode(text, ret_id->b, FELT_ID_LEN) < 0)
        return -EINVAL;
    return 0;
}

int felt_feltd_id_read(const json_t *entry, struct felt_id *ret_id)
{
    return read_id(entry, "node", ret_id);
}

int felt_feltd_node_read(const json_t *node, struct felt_id *ret_id)
{
    return read_id(node, "id", ret_id);
}
