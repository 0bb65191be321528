/* SPDX-License-Identifier: Apache-2.0 */
#include "netconf/dual.h"

#include <errno.h>

#include "base/idiom.h"
#include "netconf/json.h"

#define BITS               128
#define SUBNET_LEN_MAX     126 /* flannel's limit */
#define NETWORK_LEN_MAX    124 /* of an IPv6Network without IPv6SubnetLen; flannel's limit */
#define SUBNET_LEN_DEFAULT 64  /* flannel's; of networks of at most /62 */
#define SUBNETS_BITS_MIN   2   /* at least four subnets; flannel's limit */

typedef unsigned __int128 address; /* in host order */

struct draft {
    struct felt_cidr network;
    uint64_t subnet_len; /* 0: not given */
    struct felt_ip min;  /* family NONE: not given */
    struct felt_ip max;
};

static address number_of(const struct felt_ip *ip)
{
    address n = 0;

    for (size_t i = 0; i < sizeof(ip->bytes); i++)
        n = n << 8 | ip->bytes[i];
    return n;
}

static struct felt_ip ip_of(address n)
{
    struct felt_ip ip = {.family = FELT_FAMILY_V6};

    for (size_t i = sizeof(ip.bytes); i-- > 0; n >>= 8)
        ip.bytes[i] = (uint8_t)n;
    return ip;
}

static int read_network(const json_t *root, struct draft *d, struct felt_netconf_error *error)
{
    const char *text = NULL;

    if (felt_json_string(root, "", "IPv6Network", &text, error) < 0)
        return -EINVAL;
    if (!text)
        return felt_netconf_fail(
            error, "please define a correct IPv6Network parameter in the flannel config");
    if (felt_cidr_parse(text, &d->network) < 0)
        return felt_netconf_fail(error, "IPv6Network: invalid CIDR address: %s", text);
    if (d->network.ip.family != FELT_FAMILY_V6 || d->network.len == 0)
        return felt_netconf_fail(error, "IPv6Network: it is no IPv6 network: %s", text);
    d->network = felt_cidr_masked(&d->network);
    return 0;
}

static int read_address(const json_t *root, const char *key, struct felt_ip *ret,
                        struct felt_netconf_error *error)
{
    const char *text = NULL;
    struct felt_ip ip;

    if (felt_json_string(root, "", key, &text, error) < 0)
        return -EINVAL;
    if (!text)
        return 0;
    if (felt_ip_parse(text, &ip) < 0 || ip.family != FELT_FAMILY_V6)
        return felt_netconf_fail(error, "%s: invalid IPv6 address format: \"%s\"", key, text);
    *ret = ip;
    return 0;
}

static int choose_len(struct draft *d, struct felt_netconf_error *error)
{
    uint64_t least = (uint64_t)d->network.len + SUBNETS_BITS_MIN;

    if (d->subnet_len > SUBNET_LEN_MAX)
        return felt_netconf_fail(error, "SubnetLen must be less than /127");
    if (d->subnet_len > 0 && d->subnet_len < least)
        return felt_netconf_fail(error,
                                 "network must be able to accommodate at least four subnets");
    if (d->subnet_len > 0)
        return 0;
    if (d->network.len > NETWORK_LEN_MAX)
        return felt_netconf_fail(error,
                                 "IPv6Network is too small. Minimum useful network prefix is /124");
    d->subnet_len = FELT_MAX(least, (uint64_t)SUBNET_LEN_DEFAULT);
    return 0;
}

static int check_end(const struct draft *d, const char *key, const struct felt_ip *ip,
                     struct felt_netconf_error *error)
{
    address size = (address)1 << (BITS - d->subnet_len);

    if (!felt_cidr_contains(&d->network, ip))
        return felt_netconf_fail(error, "%s is not in the range of the IPv6Network", key);
    if (number_of(ip) & (size - 1))
        return felt_netconf_fail(error, "%s is not on a SubnetLen boundary: %s", key, FELT_IP(ip));
    return 0;
}

static int choose_range(struct draft *d, struct felt_netconf_error *error)
{
    address size = (address)1 << (BITS - d->subnet_len);
    address first = number_of(&d->network.ip);

    if (d->min.family == FELT_FAMILY_NONE || felt_ip_is_any(&d->min))
        d->min = ip_of(first + size); /* the first one is left out, as in flannel */
    if (d->max.family == FELT_FAMILY_NONE || felt_ip_is_any(&d->max))
        d->max = ip_of(first + (((address)1 << (BITS - d->network.len)) - size));
    if (check_end(d, "IPv6SubnetMin", &d->min, error) < 0 ||
        check_end(d, "IPv6SubnetMax", &d->max, error) < 0)
        return -EINVAL;
    if (felt_ip_cmp(&d->min, &d->max) > 0)
        return felt_netconf_fail(error,
                                 "IPv6SubnetMin %s is above IPv6SubnetMax %s: there is no "
                                 "subnet",
                                 FELT_IP(&d->min), FELT_IP(&d->max));
    return 0;
}

int felt_netconf6_read(const struct json_t *root, struct felt_netconf6 *ret_config,
                       struct felt_netconf_error *error)
{
    struct draft d = {0};

    if (read_network(root, &d, error) < 0 ||
        felt_json_uint(root, "", "IPv6SubnetLen", 0, INT64_MAX, &d.subnet_len, error) < 0 ||
        read_address(root, "IPv6SubnetMin", &d.min, error) < 0 ||
        read_address(root, "IPv6SubnetMax", &d.max, error) < 0 || choose_len(&d, error) < 0 ||
        choose_range(&d, error) < 0)
        return -EINVAL;
    *ret_config = (struct felt_netconf6){.network = d.network,
                                         .subnet_len = (uint8_t)d.subnet_len,
                                         .subnet_min = d.min,
                                         .subnet_max = d.max};
    return 0;
}

uint64_t felt_netconf6_subnets(const struct felt_netconf6 *config)
{
    address n = number_of(&config->subnet_max) - number_of(&config->subnet_min);

    n >>= BITS - config->subnet_len;
    return n < UINT64_MAX ? (uint64_t)n + 1 : UINT64_MAX;
}

struct felt_cidr felt_netconf6_subnet(const struct felt_netconf6 *config, uint32_t slot)
{
    address n = number_of(&config->subnet_min) + ((address)slot << (BITS - config->subnet_len));

    assert(slot < FELT_NETCONF_SLOTS_MAX && n <= number_of(&config->subnet_max));
    return (struct felt_cidr){.ip = ip_of(n), .len = config->subnet_len};
}

int felt_netconf6_slot(const struct felt_netconf6 *config, const struct felt_cidr *subnet,
                       uint32_t *ret_slot)
{
    struct felt_cidr masked;
    address slot;

    if (subnet->ip.family != FELT_FAMILY_V6 || subnet->len != config->subnet_len)
        return -ERANGE;
    masked = felt_cidr_masked(subnet);
    if (felt_ip_cmp(&masked.ip, &config->subnet_min) < 0 ||
        felt_ip_cmp(&masked.ip, &config->subnet_max) > 0)
        return -ERANGE;
    slot = (number_of(&masked.ip) - number_of(&config->subnet_min)) >> (BITS - config->subnet_len);
    if (slot >= FELT_NETCONF_SLOTS_MAX)
        return -ERANGE;
    *ret_slot = (uint32_t)slot;
    return 0;
}
