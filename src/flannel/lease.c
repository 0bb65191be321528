/* SPDX-License-Identifier: Apache-2.0 */
#include "flannel/lease.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/idiom.h"
#include "netconf/json.h"

#define MARK ' '

/* Never a NUL of a JSON string's inside: jansson refuses those. NULL: missing, null or no string.
 */
static const char *member_string(const json_t *object, const char *key)
{
    return json_string_value(felt_json_member(object, key));
}

/* flannel's BackendData of vxlan. Members that we do not know are left out, so that a later
 * flannel's are no reason to have no route to it. */
static bool device_read(const json_t *data, struct felt_vxlan_data *ret_device)
{
    char text[FELT_BACKEND_DATA_MAX + 1];
    const char *mac = member_string(data, "VtepMAC");
    const json_t *vni = felt_json_member(data, "VNI");
    int len;

    if (!mac || strspn(mac, "0123456789abcdefABCDEF:") != strlen(mac))
        return false;
    if (vni && !json_is_integer(vni))
        return false;
    len = snprintf(text, sizeof(text), "{\"VNI\":%" JSON_INTEGER_FORMAT ",\"VtepMAC\":\"%s\"}",
                   vni ? json_integer_value(vni) : 0, mac);
    return len > 0 && (size_t)len < sizeof(text) &&
           felt_vxlan_data_parse(text, (size_t)len, ret_device) == 0;
}

static int address_read(const json_t *root, const char *key, uint8_t family, struct felt_ip *ret_ip)
{
    const char *text = member_string(root, key);
    struct felt_ip ip;

    if (!text)
        return -ENOENT;
    if (felt_ip_parse(text, &ip) < 0 || ip.family != family || felt_ip_is_any(&ip))
        return -EINVAL;
    *ret_ip = ip;
    return 0;
}

/* A name that goes to logs, notices and back into JSON: cut where it is too long, and no more than
 * letters, digits and what stands between them. */
static void backend_read(const json_t *root, char *ret_backend)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const char *text = member_string(root, "BackendType");
    size_t len = 0;

    for (; text && text[len] != '\0' && len < FELT_BACKEND_TYPE_MAX; len++)
        ret_backend[len] = strchr(plain, text[len]) ? text[len] : '?';
    ret_backend[len] = '\0';
}

int felt_flannel_lease_parse(const char *value, size_t len, struct felt_flannel_lease *ret_lease)
{
    _cleanup_(json_decrefp) json_t *root = NULL;
    struct felt_flannel_lease lease = {0};
    int r;

    if (len > FELT_FLANNEL_VALUE_MAX)
        return -EINVAL;
    root = json_loadb(value, len, 0, NULL);
    if (!json_is_object(root))
        return -EINVAL;
    if (address_read(root, "PublicIP", FELT_FAMILY_V4, &lease.public_ip) < 0)
        return -EINVAL;
    r = address_read(root, "PublicIPv6", FELT_FAMILY_V6, &lease.public_ip6);
    if (r < 0 && r != -ENOENT)
        return -EINVAL;
    backend_read(root, lease.backend);
    if (strcmp(lease.backend, felt_backend_name(FELT_BACKEND_VXLAN)) == 0) {
        lease.has_device = device_read(felt_json_member(root, "BackendData"), &lease.device);
        lease.has_device6 = device_read(felt_json_member(root, "BackendV6Data"), &lease.device6);
    }
    *ret_lease = lease;
    return 0;
}

size_t felt_flannel_lease_format(const struct felt_flannel_lease *lease, char *text)
{
    char ip[FELT_IP_TEXT], ip6[FELT_IP_TEXT], data[FELT_BACKEND_DATA_MAX + 1];
    size_t size = FELT_FLANNEL_VALUE_MAX + 1, n;

    n = (size_t)snprintf(text, size, "{\"PublicIP\":\"%s\"", felt_ip_format(&lease->public_ip, ip));
    if (lease->public_ip6.family == FELT_FAMILY_V6)
        n += (size_t)snprintf(text + n, size - n, ",\"PublicIPv6\":\"%s\"",
                              felt_ip_format(&lease->public_ip6, ip6));
    if (lease->backend[0] != '\0')
        n += (size_t)snprintf(text + n, size - n, ",\"BackendType\":\"%s\"", lease->backend);
    if (lease->has_device) {
        felt_vxlan_data_format(&lease->device, data);
        n += (size_t)snprintf(text + n, size - n, ",\"BackendData\":%s", data);
    }
    if (lease->has_device6) {
        felt_vxlan_data_format(&lease->device6, data);
        n += (size_t)snprintf(text + n, size - n, ",\"BackendV6Data\":%s", data);
    }
    n += (size_t)snprintf(text + n, size - n, "}");
    assert(n < size);
    return n;
}

static bool device_equal(bool has_a, const struct felt_vxlan_data *a, bool has_b,
                         const struct felt_vxlan_data *b)
{
    if (has_a != has_b)
        return false;
    return !has_a || (a->vni == b->vni && memcmp(a->mac, b->mac, sizeof(a->mac)) == 0);
}

bool felt_flannel_lease_equal(const struct felt_flannel_lease *a,
                              const struct felt_flannel_lease *b)
{
    return felt_ip_equal(&a->public_ip, &b->public_ip) &&
           felt_ip_equal(&a->public_ip6, &b->public_ip6) && strcmp(a->backend, b->backend) == 0 &&
           device_equal(a->has_device, &a->device, b->has_device, &b->device) &&
           device_equal(a->has_device6, &a->device6, b->has_device6, &b->device6);
}

void felt_flannel_mark(char *text, size_t len)
{
    text[len] = MARK;
    text[len + 1] = '\0';
}

bool felt_flannel_is_marked(const char *value, size_t len)
{
    return len > 0 && value[len - 1] == MARK;
}
