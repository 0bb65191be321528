/* SPDX-License-Identifier: Apache-2.0 */
#include "cni/delegation.h"

#include <errno.h>
#include <string.h>

#include "cni/attachment.h"
#include "netconf/json.h"

#define SUBNET_FILE   "/run/flannel/subnet.env"
#define FIRST_VERSION "0.1.0" /* of who does not say, by the specification */
#define CHECK_VERSION "0.4.0"

static const char *const versions[] = FELT_CNI_VERSIONS;

void felt_cni_config_done(struct felt_cni_config *config)
{
    json_decref(config->root);
    config->root = NULL;
}

static int read_version(struct felt_cni_config *c, struct felt_cni_failure *failure)
{
    const json_t *value = felt_json_member(c->root, "cniVersion");
    bool can_check = false;

    if (value && !json_is_string(value))
        return felt_cni_fail(failure, FELT_CNI_BAD_CONFIG, "cniVersion is not a string");
    for (size_t i = 0; i < FELT_ARRAY_LEN(versions); i++) {
        can_check |= strcmp(versions[i], CHECK_VERSION) == 0;
        if (strcmp(versions[i], value ? json_string_value(value) : FIRST_VERSION) == 0) {
            c->version = versions[i];
            c->can_check = can_check;
            return 0;
        }
    }
    return felt_cni_fail(failure, FELT_CNI_INCOMPATIBLE_VERSION,
                         "cniVersion '%.40s' is not known; %s to %s are", json_string_value(value),
                         versions[0], versions[FELT_ARRAY_LEN(versions) - 1]);
}

/* *text keeps its value where there is none. */
static int read_string(const struct felt_cni_config *c, const char *key, const char **text,
                       struct felt_cni_failure *failure)
{
    const json_t *value = felt_json_member(c->root, key);

    if (!value)
        return 0;
    if (!json_is_string(value))
        return felt_cni_fail(failure, FELT_CNI_BAD_CONFIG, "'%s' is not a string", key);
    if (json_string_length(value) > 0)
        *text = json_string_value(value);
    return 0;
}

static int read_object(const struct felt_cni_config *c, const char *key, const json_t **object,
                       struct felt_cni_failure *failure)
{
    const json_t *value = felt_json_member(c->root, key);

    if (value && !json_is_object(value))
        return felt_cni_fail(failure, FELT_CNI_BAD_CONFIG, "'%s' is not an object", key);
    *object = value;
    return 0;
}

static int check_delegate(const struct felt_cni_config *c, struct felt_cni_failure *failure)
{
    const json_t *type = json_object_get(c->delegate, "type");

    if (type && (!json_is_string(type) || !felt_cni_delegation_type(c->delegate)))
        return felt_cni_fail(failure, FELT_CNI_BAD_CONFIG,
                             "'type' of 'delegate' is not the name of a plugin");
    if (json_object_get(c->delegate, "name"))
        return felt_cni_fail(failure, FELT_CNI_BAD_CONFIG,
                             "'delegate' must not have a 'name': it gets ours");
    if (json_object_get(c->delegate, "ipam"))
        return felt_cni_fail(failure, FELT_CNI_BAD_CONFIG,
                             "'delegate' must not have an 'ipam': it is made of subnet.env, and of "
                             "an 'ipam' beside 'delegate'");
    return 0;
}

int felt_cni_config_parse(const char *text, size_t len, struct felt_cni_config *ret_config,
                          struct felt_cni_failure *ret_failure)
{
    struct felt_cni_config *c = ret_config;
    json_error_t error;

    *c = (struct felt_cni_config){
        .version = FIRST_VERSION, .subnet_file = SUBNET_FILE, .data_dir = FELT_CNI_DATA_DIR};
    c->root = json_loadb(text, len, 0, &error);
    if (!c->root || !json_is_object(c->root))
        return felt_cni_fail(ret_failure, FELT_CNI_UNDECODABLE,
                             "the configuration on standard input is no JSON object: line %d: %s",
                             c->root ? 1 : error.line, c->root ? "something else" : error.text);
    if (read_version(c, ret_failure) < 0 || read_string(c, "name", &c->name, ret_failure) < 0 ||
        read_string(c, "subnetFile", &c->subnet_file, ret_failure) < 0 ||
        read_string(c, "dataDir", &c->data_dir, ret_failure) < 0 ||
        read_object(c, "delegate", &c->delegate, ret_failure) < 0 ||
        read_object(c, "ipam", &c->ipam, ret_failure) < 0)
        return -EINVAL;
    if (!c->name || !felt_cni_id_is_valid(c->name))
        return felt_cni_fail(ret_failure, FELT_CNI_BAD_CONFIG,
                             "'name' is missing or not made of letters, digits, '_', '.' and '-'");
    return check_delegate(c, ret_failure);
}

/* Only where the operator has not said otherwise. */
static void set_default(json_t *object, const char *key, json_t *value)
{
    if (json_object_get(object, key))
        json_decref(value);
    else
        json_object_set_new(object, key, value);
}

static void add_range(json_t *ranges, const struct felt_cidr *subnet)
{
    if (subnet->ip.family != FELT_FAMILY_NONE)
        json_array_append_new(ranges, json_pack("[{s:s}]", "subnet", FELT_CIDR(subnet)));
}

static json_t *render_ipam(const struct felt_cni_config *c, const struct felt_cni_subnet_file *file)
{
    json_t *ipam = c->ipam ? json_deep_copy(c->ipam) : json_object();
    json_t *ranges = json_array(), *routes = json_object_get(ipam, "routes");

    set_default(ipam, "type", json_string("host-local"));
    add_range(ranges, &file->subnets.v4);
    add_range(ranges, &file->subnets.v6);
    json_object_set_new(ipam, "ranges", ranges);
    if (!json_is_array(routes)) {
        routes = json_array();
        json_object_set_new(ipam, "routes", routes);
    }
    for (size_t i = 0; i < file->n_networks; i++)
        json_array_append_new(routes, json_pack("{s:s}", "dst", FELT_CIDR(&file->networks[i])));
    return ipam;
}

int felt_cni_delegation_render(const struct felt_cni_config *c,
                               const struct felt_cni_subnet_file *file, json_t **ret_conf,
                               struct felt_cni_failure *ret_failure)
{
    json_t *conf = c->delegate ? json_deep_copy(c->delegate) : json_object();
    const json_t *runtime = felt_json_member(c->root, "runtimeConfig");

    if (!conf)
        return felt_cni_fail(ret_failure, FELT_CNI_IO, "out of memory");
    json_object_set_new(conf, "cniVersion", json_string(c->version));
    json_object_set_new(conf, "name", json_string(c->name));
    set_default(conf, "type", json_string("bridge"));
    set_default(conf, "ipMasq", json_boolean(!file->ip_masq));
    set_default(conf, "mtu", json_integer(file->mtu));
    if (strcmp(felt_cni_delegation_type(conf), "bridge") == 0)
        set_default(conf, "isGateway", json_true());
    if (runtime)
        json_object_set(conf, "runtimeConfig", (json_t *)runtime);
    json_object_set_new(conf, "ipam", render_ipam(c, file));
    *ret_conf = conf;
    return 0;
}

const char *felt_cni_delegation_type(const json_t *conf)
{
    const char *type = json_string_value(json_object_get(conf, "type"));

    /* It is a file's name, to be run as root. */
    return type && type[0] != '\0' && !strchr(type, '/') ? type : NULL;
}

bool felt_cni_delegation_is_of(const json_t *conf, const char *network)
{
    const char *name = json_string_value(json_object_get(conf, "name"));

    return name && strcmp(name, network) == 0;
}

bool felt_cni_delegation_is_elsewhere(const json_t *conf, const struct felt_dual *subnets)
{
    const json_t *ranges = json_object_get(json_object_get(conf, "ipam"), "ranges");

    for (size_t i = 0; i < json_array_size(ranges); i++) {
        const char *text = json_string_value(
            json_object_get(json_array_get(json_array_get(ranges, i), 0), "subnet"));
        const struct felt_cidr *ours;
        struct felt_cidr cidr;

        if (!text || felt_cidr_parse(text, &cidr) < 0)
            continue;
        cidr = felt_cidr_masked(&cidr);
        ours = felt_dual_of(subnets, cidr.ip.family);
        if (!ours || !felt_cidr_equal(ours, &cidr))
            return true;
    }
    return false;
}
