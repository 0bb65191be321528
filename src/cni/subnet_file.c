/* SPDX-License-Identifier: Apache-2.0 */
#include "cni/subnet_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cni/attachment.h"

#define READ_MAX  (16 * 1024) /* bytes: Docker's options may be in the file, too */
#define VALUE_MAX 512

/* The last line that sets the key counts; what stands between quotes is the value. ret_value has
 * VALUE_MAX bytes and is "" where there is none. */
static void find(const char *text, const char *key, char *ret_value)
{
    size_t key_len = strlen(key), len;

    ret_value[0] = '\0';
    for (; *text != '\0'; text += len + (text[len] == '\n')) {
        const char *line = text + strspn(text, " \t"), *value;
        size_t n;

        len = strcspn(text, "\n");
        if (strncmp(line, key, key_len) != 0 || line[key_len] != '=')
            continue;
        value = line + key_len + 1;
        n = strcspn(value, " \t\r\n");
        if (n >= 2 && (*value == '"' || *value == '\'') && value[n - 1] == *value) {
            value++;
            n -= 2;
        }
        n = FELT_MIN(n, (size_t)VALUE_MAX - 1);
        memcpy(ret_value, value, n);
        ret_value[n] = '\0';
    }
}

/* Prefixes with commas between them, up to max. How many, or -EINVAL. */
static int parse_list(char *value, uint8_t family, struct felt_cidr *list, size_t max)
{
    char *rest = value, *item;
    size_t n = 0;

    while ((item = strsep(&rest, ","))) {
        struct felt_cidr cidr;

        if (n == max || felt_cidr_parse(item, &cidr) < 0 || cidr.ip.family != family)
            return -EINVAL;
        list[n++] = felt_cidr_masked(&cidr);
    }
    return (int)n;
}

struct reading {
    const char *path, *text;
    struct felt_cni_subnet_file file;
    struct felt_cni_failure *failure;
};

static int bad_value(struct reading *r, const char *key, const char *value)
{
    return felt_cni_fail(r->failure, FELT_CNI_UNDECODABLE, "%s: %s is '%.100s'", r->path, key,
                         value);
}

static int read_family(struct reading *r, const char *network_key, const char *subnet_key,
                       uint8_t family, struct felt_cidr *ret_subnet)
{
    char value[VALUE_MAX], shown[VALUE_MAX];
    struct felt_cidr subnet;
    int n;

    find(r->text, network_key, value);
    strcpy(shown, value);
    if (value[0] != '\0') {
        n = parse_list(value, family, r->file.networks + r->file.n_networks,
                       FELT_CNI_NETWORKS_MAX - r->file.n_networks);
        if (n < 0)
            return bad_value(r, network_key, shown);
        r->file.n_networks += (size_t)n;
    }
    find(r->text, subnet_key, value);
    if (value[0] == '\0')
        return 0;
    if (felt_cidr_parse(value, &subnet) < 0 || subnet.ip.family != family)
        return bad_value(r, subnet_key, value);
    *ret_subnet = felt_cidr_masked(&subnet);
    return 0;
}

static int read_rest(struct reading *r)
{
    char value[VALUE_MAX], *end;
    unsigned long mtu;

    find(r->text, "FLANNEL_MTU", value);
    errno = 0;
    mtu = strtoul(value, &end, 10);
    if (value[0] != '\0' && (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 ||
                             mtu == 0 || mtu > UINT16_MAX))
        return bad_value(r, "FLANNEL_MTU", value);
    r->file.mtu = (uint32_t)mtu;
    find(r->text, "FLANNEL_IPMASQ", value);
    r->file.ip_masq = strcmp(value, "true") == 0;
    return 0;
}

/* flannel's message, and what usually is behind it. */
static int check_complete(struct reading *r)
{
    char missing[128] = "", ip_masq[VALUE_MAX];

    find(r->text, "FLANNEL_IPMASQ", ip_masq);
    if (r->file.n_networks == 0)
        strcat(missing, ", FLANNEL_NETWORK");
    if (felt_dual_is_none(&r->file.subnets))
        strcat(missing, ", FLANNEL_SUBNET");
    if (r->file.mtu == 0)
        strcat(missing, ", FLANNEL_MTU");
    if (ip_masq[0] == '\0')
        strcat(missing, ", FLANNEL_IPMASQ");
    if (missing[0] == '\0')
        return 0;
    return felt_cni_fail(
        r->failure, FELT_CNI_UNDECODABLE, "%s is missing %s%s", r->path, missing + 2,
        strstr(r->text, "--bip=") ? ": mk-docker-opts.sh has overwritten it; give that another -d"
                                  : "");
}

int felt_cni_subnet_file_parse(const char *path, const char *text,
                               struct felt_cni_subnet_file *ret_file,
                               struct felt_cni_failure *ret_failure)
{
    struct reading r = {.path = path, .text = text, .failure = ret_failure};

    if (read_family(&r, "FLANNEL_NETWORK", "FLANNEL_SUBNET", FELT_FAMILY_V4, &r.file.subnets.v4) <
            0 ||
        read_family(&r, "FLANNEL_IPV6_NETWORK", "FLANNEL_IPV6_SUBNET", FELT_FAMILY_V6,
                    &r.file.subnets.v6) < 0 ||
        read_rest(&r) < 0 || check_complete(&r) < 0)
        return -EINVAL;
    *ret_file = r.file;
    return 0;
}

int felt_cni_subnet_file_read(const char *path, struct felt_cni_subnet_file *ret_file,
                              struct felt_cni_failure *ret_failure)
{
    _cleanup_(felt_freep) char *text = NULL;
    size_t len;
    int r = felt_cni_file_read(path, READ_MAX, &text, &len);

    if (r == -ENOENT)
        return felt_cni_fail(ret_failure, FELT_CNI_TRY_LATER,
                             "%s is not there: feltd has no subnet yet, see 'feltctl status'",
                             path);
    if (r < 0)
        return felt_cni_fail(ret_failure, FELT_CNI_IO, "%s: %s", path, strerror(-r));
    return felt_cni_subnet_file_parse(path, text, ret_file, ret_failure);
}
