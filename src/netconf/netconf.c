/* SPDX-License-Identifier: Apache-2.0 */
#include "netconf/netconf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/idiom.h"
#include "netconf/json.h"

#define SUBNET_LEN_MAX     30 /* a tunnel's and a bridge's address in every subnet; flannel's limit */
#define NETWORK_LEN_MAX    28  /* of a Network without SubnetLen; flannel's limit */
#define SUBNET_LEN_DEFAULT 24u /* flannel's */
#define SUBNETS_BITS_MIN   2u  /* at least four subnets; flannel's limit */

#define VNI_MAX            0xffffff   /* 24 bits, RFC 7348 */
#define VNI_DEFAULT        1          /* flannel's */
#define MTU_MIN            (68 + 50)  /* the least IPv4 MTU (RFC 791) below a vxlan header */
#define MTU_MAX            UINT16_MAX /* an IPv4 packet */
#define VXLAN_WORDS        "error decoding VXLAN backend config: " /* flannel's */

static const char *const backend_names[] = {
    [FELT_BACKEND_VXLAN] = "vxlan",
    [FELT_BACKEND_HOST_GW] = "host-gw",
};

static const char *const tx_checksum_names[] = {
    [FELT_TX_CHECKSUM_AUTO] = "auto",
    [FELT_TX_CHECKSUM_ON] = "on",
    [FELT_TX_CHECKSUM_OFF] = "off",
};

/* The text's values before defaults and checks. */
struct draft {
    const json_t *root; /* borrowed */
    bool v4;
    bool v6;
    struct felt_cidr network;
    uint64_t subnet_len;   /* 0: not given */
    uint32_t min;          /* 0: not given */
    uint32_t max;          /* 0: not given */
    const json_t *backend; /* an object; NULL: not given */
    const char *backend_type;
};

const char *felt_backend_name(enum felt_backend backend)
{
    assert(backend < FELT_ARRAY_LEN(backend_names));
    return backend_names[backend];
}

int felt_backend_parse(const char *name, enum felt_backend *ret_backend)
{
    for (size_t i = 0; i < FELT_ARRAY_LEN(backend_names); i++) {
        if (strcasecmp(name, backend_names[i]) == 0) {
            *ret_backend = (enum felt_backend)i;
            return 0;
        }
    }
    return -EINVAL;
}

const char *felt_tx_checksum_name(enum felt_tx_checksum tx_checksum)
{
    assert(tx_checksum < FELT_ARRAY_LEN(tx_checksum_names));
    return tx_checksum_names[tx_checksum];
}

size_t felt_netconf_squeeze(char *json, size_t len)
{
    bool in_string = false;
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        char c = json[i];

        if (!in_string && (c == ' ' || c == '\t' || c == '\r' || c == '\n'))
            continue;
        json[n++] = c;
        if (c == '"')
            in_string = !in_string;
        else if (c == '\\' && in_string && i + 1 < len)
            json[n++] = json[++i];
    }
    return n;
}

static int load(const char *json, size_t len, json_t **ret_root, struct felt_netconf_error *error)
{
    json_error_t e;
    json_t *root;

    if (len > FELT_NETCONF_TEXT_MAX)
        return felt_netconf_fail(error,
                                 "the network configuration has %zu bytes; it travels in one "
                                 "datagram and may have %d at most",
                                 len, FELT_NETCONF_TEXT_MAX);
    root = json_loadb(json, len, JSON_DECODE_ANY, &e);
    if (!root && json_error_code(&e) == json_error_out_of_memory)
        return -ENOMEM;
    if (!root)
        return felt_netconf_fail(error, "malformed JSON at line %d, column %d: %s", e.line,
                                 e.column, e.text);
    if (!json_is_object(root)) {
        json_decref(root);
        return felt_netconf_fail(error, "the network configuration must be a JSON object: {...}");
    }
    *ret_root = root;
    return 0;
}

static int read_network(struct draft *d, struct felt_netconf_error *error)
{
    const char *text = NULL;

    if (felt_json_string(d->root, "", "Network", &text, error) < 0)
        return -EINVAL;
    if (!text)
        return 0;
    if (felt_cidr_parse(text, &d->network) < 0)
        return felt_netconf_fail(error, "Network: invalid CIDR address: %s", text);
    if (d->network.ip.family != FELT_FAMILY_V4)
        return felt_netconf_fail(error,
                                 "Network: it is no IPv4 network: %s (IPv6Network is for that, "
                                 "with EnableIPv6)",
                                 text);
    d->network = felt_cidr_masked(&d->network);
    return 0;
}

static int read_address(const struct draft *d, const char *key, uint32_t *ret,
                        struct felt_netconf_error *error)
{
    const char *text = NULL;
    struct felt_ip ip;

    if (felt_json_string(d->root, "", key, &text, error) < 0)
        return -EINVAL;
    if (!text)
        return 0;
    if (felt_ip_parse(text, &ip) < 0)
        return felt_netconf_fail(error, "%s: invalid IP address format: \"%s\"", key, text);
    if (ip.family != FELT_FAMILY_V4)
        return felt_netconf_fail(error, "%s: invalid IPv4 address format: \"%s\"", key, text);
    *ret = felt_ip_to_v4(&ip);
    return 0;
}

static int read_families(struct draft *d, struct felt_netconf_error *error)
{
    bool nft = false;

    d->v4 = true;
    if (felt_json_bool(d->root, "", "EnableIPv4", &d->v4, error) < 0 ||
        felt_json_bool(d->root, "", "EnableIPv6", &d->v6, error) < 0 ||
        felt_json_bool(d->root, "", "EnableNFTables", &nft, error) < 0)
        return -EINVAL; /* EnableNFTables changes nothing: felt's rules always are nftables' */
    if (!d->v4 && !d->v6)
        return felt_netconf_fail(
            error,
            "EnableIPv4 is false and EnableIPv6 is not true: nothing is left of the network");
    return 0;
}

static int read_backend(struct draft *d, struct felt_netconf_error *error)
{
    struct felt_netconf_error inner;
    const json_t *value = NULL;

    /* Not felt_json_member(): a null here is a Backend without Type, as it is for flannel. */
    for (void *i = json_object_iter((json_t *)d->root); i;
         i = json_object_iter_next((json_t *)d->root, i)) {
        if (strcasecmp(json_object_iter_key(i), "Backend") == 0)
            value = json_object_iter_value(i);
    }
    if (!value) {
        d->backend_type = felt_backend_name(FELT_BACKEND_VXLAN);
        return 0;
    }
    d->backend_type = "";
    if (json_is_null(value))
        return 0;
    if (!json_is_object(value))
        return felt_netconf_fail(error,
                                 "error decoding Backend property of config: Backend must be "
                                 "an object like {\"Type\":\"vxlan\"}");
    if (felt_json_string(value, "", "Type", &d->backend_type, &inner) < 0)
        return felt_netconf_fail(error, "error decoding Backend property of config: %s",
                                 inner.text);
    d->backend = value;
    return 0;
}

/* What only an IPv4 half has. */
static int read_v4(struct draft *d, struct felt_netconf_error *error)
{
    if (read_network(d, error) < 0 ||
        felt_json_uint(d->root, "", "SubnetLen", 0, INT64_MAX, &d->subnet_len, error) < 0 ||
        read_address(d, "SubnetMin", &d->min, error) < 0 ||
        read_address(d, "SubnetMax", &d->max, error) < 0)
        return -EINVAL;
    return 0;
}

static int choose_subnet_len(struct draft *d, struct felt_netconf_error *error)
{
    /* What flannel calls an empty network. */
    if (d->network.ip.family == FELT_FAMILY_NONE ||
        (felt_ip_is_any(&d->network.ip) && d->network.len == 0))
        return felt_netconf_fail(error,
                                 "please define a correct Network parameter in the flannel config");
    if (d->subnet_len > 0) {
        if (d->subnet_len > SUBNET_LEN_MAX)
            return felt_netconf_fail(error, "SubnetLen must be less than /31");
        if (d->subnet_len < d->network.len + SUBNETS_BITS_MIN)
            return felt_netconf_fail(error,
                                     "network must be able to accommodate at least four subnets");
        return 0;
    }
    if (d->network.len > NETWORK_LEN_MAX)
        return felt_netconf_fail(error,
                                 "network is too small. Minimum useful network prefix is /28");
    d->subnet_len = FELT_MAX(SUBNET_LEN_DEFAULT, d->network.len + SUBNETS_BITS_MIN);
    return 0;
}

static bool in_network(const struct draft *d, uint32_t address)
{
    struct felt_ip ip = felt_ip_v4(address);

    return felt_cidr_contains(&d->network, &ip);
}

/* Fills in what is missing of SubnetMin and SubnetMax; checks both. */
static int choose_range(struct draft *d, struct felt_netconf_error *error)
{
    uint32_t size = (uint32_t)1 << (32 - d->subnet_len);
    /* One past the network; wraps to 0 at the end of the address space, which is right below. */
    uint32_t end =
        (uint32_t)(felt_ip_to_v4(&d->network.ip) + ((uint64_t)1 << (32 - d->network.len)));
    struct felt_ip min, max;

    if (d->min == 0)
        d->min =
            felt_ip_to_v4(&d->network.ip) + size; /* the first one is left out, as in flannel */
    else if (!in_network(d, d->min))
        return felt_netconf_fail(error, "SubnetMin is not in the range of the Network");
    if (d->max == 0)
        d->max = end - size;
    else if (!in_network(d, d->max))
        return felt_netconf_fail(error, "SubnetMax is not in the range of the Network");
    min = felt_ip_v4(d->min);
    max = felt_ip_v4(d->max);
    if (d->min & (size - 1))
        return felt_netconf_fail(error, "SubnetMin is not on a SubnetLen boundary: %s",
                                 FELT_IP(&min));
    if (d->max & (size - 1))
        return felt_netconf_fail(error, "SubnetMax is not on a SubnetLen boundary: %s",
                                 FELT_IP(&max));
    if (d->min > d->max)
        return felt_netconf_fail(error, "SubnetMin %s is above SubnetMax %s: there is no subnet",
                                 FELT_IP(&min), FELT_IP(&max));
    return 0;
}

static int choose_v4(struct draft *d, struct felt_netconf *config, struct felt_netconf_error *error)
{
    if (choose_subnet_len(d, error) < 0 || choose_range(d, error) < 0)
        return -EINVAL;
    config->network = d->network;
    config->subnet_len = (uint8_t)d->subnet_len;
    config->subnet_min = felt_ip_v4(d->min);
    config->subnet_max = felt_ip_v4(d->max);
    return 0;
}

static uint32_t netconf4_subnets(const struct felt_netconf *config)
{
    uint32_t span = felt_ip_to_v4(&config->subnet_max) - felt_ip_to_v4(&config->subnet_min);

    return (span >> (32 - config->subnet_len)) + 1;
}

/* Of a family's subnets, more than the other one has have no slot. */
static int check_slots(const struct felt_netconf *c, struct felt_netconf_error *error)
{
    bool v4 = c->network.ip.family != FELT_FAMILY_NONE;
    uint64_t n4 = v4 ? netconf4_subnets(c) : UINT64_MAX;
    uint64_t n6 =
        c->v6.network.ip.family != FELT_FAMILY_NONE ? felt_netconf6_subnets(&c->v6) : UINT64_MAX;
    const char *prefix = n4 <= n6 ? "" : "IPv6";

    if (FELT_MIN(n4, n6) <= FELT_NETCONF_SLOTS_MAX)
        return 0;
    return felt_netconf_fail(error,
                             "there are %s%" PRIu64 " subnets of /%u between %sSubnetMin and "
                             "%sSubnetMax, at most %d are possible: use a smaller %sNetwork or a "
                             "lower %sSubnetLen",
                             FELT_MIN(n4, n6) == UINT64_MAX ? "more than " : "", FELT_MIN(n4, n6),
                             (unsigned)(n4 <= n6 ? c->subnet_len : c->v6.subnet_len), prefix,
                             prefix, FELT_NETCONF_SLOTS_MAX, prefix, prefix);
}

static int choose_backend(const struct draft *d, enum felt_backend *ret,
                          struct felt_netconf_error *error)
{
    if (felt_backend_parse(d->backend_type, ret) == 0)
        return 0;
    return felt_netconf_fail(error, "unknown backend type: %.64s (there are vxlan and host-gw)",
                             d->backend_type);
}

static int read_tx_checksum(const struct draft *d, enum felt_tx_checksum *ret,
                            struct felt_netconf_error *error)
{
    const char *value = tx_checksum_names[FELT_TX_CHECKSUM_AUTO];

    if (felt_json_string(d->backend, VXLAN_WORDS, "TxChecksum", &value, error) < 0)
        return -EINVAL;
    for (size_t i = 0; i < FELT_ARRAY_LEN(tx_checksum_names); i++) {
        if (strcasecmp(value, tx_checksum_names[i]) == 0) {
            *ret = (enum felt_tx_checksum)i;
            return 0;
        }
    }
    return felt_netconf_fail(error, VXLAN_WORDS "TxChecksum must be auto, on or off, it is %.32s",
                             value);
}

static int read_vxlan(const struct draft *d, struct felt_vxlan_config *ret,
                      struct felt_netconf_error *error)
{
    struct felt_vxlan_config c = {.vni = VNI_DEFAULT};
    uint64_t vni = VNI_DEFAULT, port = 0, mtu = 0;

    if (d->backend &&
        (felt_json_uint(d->backend, VXLAN_WORDS, "VNI", 1, VNI_MAX, &vni, error) < 0 ||
         felt_json_uint(d->backend, VXLAN_WORDS, "Port", 0, UINT16_MAX, &port, error) < 0 ||
         felt_json_uint(d->backend, VXLAN_WORDS, "MTU", 0, MTU_MAX, &mtu, error) < 0 ||
         felt_json_bool(d->backend, VXLAN_WORDS, "GBP", &c.gbp, error) < 0 ||
         felt_json_bool(d->backend, VXLAN_WORDS, "Learning", &c.learning, error) < 0 ||
         felt_json_bool(d->backend, VXLAN_WORDS, "DirectRouting", &c.direct_routing, error) < 0 ||
         read_tx_checksum(d, &c.tx_checksum, error) < 0))
        return -EINVAL;
    if (mtu > 0 && mtu < MTU_MIN)
        return felt_netconf_fail(
            error, VXLAN_WORDS "MTU must be 0 (the interface's) or at least %d", MTU_MIN);
    c.vni = (uint32_t)vni;
    c.port = (uint16_t)port;
    c.mtu = (uint32_t)mtu;
    *ret = c;
    return 0;
}

int felt_netconf_parse(const char *json, size_t len, struct felt_netconf *ret_config,
                       struct felt_netconf_error *ret_error)
{
    _cleanup_(json_decrefp) json_t *root = NULL;
    struct felt_netconf config = {0};
    struct draft d = {0};
    int r;

    r = load(json, len, &root, ret_error);
    if (r < 0)
        return r;
    d.root = root;
    if (read_families(&d, ret_error) < 0 || (d.v4 && read_v4(&d, ret_error) < 0) ||
        read_backend(&d, ret_error) < 0 || (d.v4 && choose_v4(&d, &config, ret_error) < 0) ||
        (d.v6 && felt_netconf6_read(root, &config.v6, ret_error) < 0) ||
        check_slots(&config, ret_error) < 0 || choose_backend(&d, &config.backend, ret_error) < 0)
        return -EINVAL;
    if (config.backend == FELT_BACKEND_VXLAN && read_vxlan(&d, &config.vxlan, ret_error) < 0)
        return -EINVAL;
    *ret_config = config;
    return 0;
}

uint32_t felt_netconf_slots(const struct felt_netconf *config)
{
    uint64_t n = FELT_NETCONF_SLOTS_MAX;

    if (config->network.ip.family != FELT_FAMILY_NONE)
        n = FELT_MIN(n, (uint64_t)netconf4_subnets(config));
    if (config->v6.network.ip.family != FELT_FAMILY_NONE)
        n = FELT_MIN(n, felt_netconf6_subnets(&config->v6));
    return (uint32_t)n;
}

struct felt_dual felt_netconf_subnets(const struct felt_netconf *config, uint32_t slot)
{
    struct felt_dual subnets = {0};

    assert(slot < felt_netconf_slots(config));
    if (config->network.ip.family != FELT_FAMILY_NONE)
        subnets.v4 = (struct felt_cidr){
            .ip = felt_ip_v4(felt_ip_to_v4(&config->subnet_min) +
                             (slot << (32 - config->subnet_len))),
            .len = config->subnet_len,
        };
    if (config->v6.network.ip.family != FELT_FAMILY_NONE)
        subnets.v6 = felt_netconf6_subnet(&config->v6, slot);
    return subnets;
}

struct felt_cidr felt_netconf_subnet(const struct felt_netconf *config, uint32_t slot)
{
    struct felt_dual subnets = felt_netconf_subnets(config, slot);

    return *felt_dual_first(&subnets);
}

static int netconf4_slot(const struct felt_netconf *config, const struct felt_cidr *subnet,
                         uint32_t *ret_slot)
{
    uint32_t min = felt_ip_to_v4(&config->subnet_min), address;
    struct felt_cidr masked;

    if (subnet->len != config->subnet_len)
        return -ERANGE;
    masked = felt_cidr_masked(subnet);
    address = felt_ip_to_v4(&masked.ip);
    if (address < min || address > felt_ip_to_v4(&config->subnet_max))
        return -ERANGE;
    *ret_slot = (address - min) >> (32 - config->subnet_len);
    return 0;
}

int felt_netconf_slot(const struct felt_netconf *config, const struct felt_cidr *subnet,
                      uint32_t *ret_slot)
{
    struct felt_dual networks = felt_netconf_networks(config);
    uint32_t slot;
    int r;

    if (!felt_dual_of(&networks, subnet->ip.family))
        return -ERANGE;
    r = subnet->ip.family == FELT_FAMILY_V4 ? netconf4_slot(config, subnet, &slot)
                                            : felt_netconf6_slot(&config->v6, subnet, &slot);
    if (r < 0)
        return r;
    if (slot >= felt_netconf_slots(config))
        return -ERANGE; /* the other family has no subnet for it */
    *ret_slot = slot;
    return 0;
}
