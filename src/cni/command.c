/* SPDX-License-Identifier: Apache-2.0 */
#include "cni/command.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "cni/attachment.h"
#include "cni/plugin.h"
#include "netconf/json.h"

json_t *felt_cni_error(const struct felt_cni_failure *failure)
{
    return json_pack("{s:i, s:s}", "code", (int)failure->code, "msg", failure->text);
}

static int fail_with(json_t **ret_error, const struct felt_cni_failure *failure)
{
    *ret_error = felt_cni_error(failure);
    return -EINVAL;
}

#define FAIL(ret_error, code, ...)               \
    ({                                           \
        struct felt_cni_failure _f;              \
        felt_cni_fail(&_f, (code), __VA_ARGS__); \
        fail_with((ret_error), &_f);             \
    })

/* Has the plugin of a rendered configuration do what we were called for. */
static int delegate(const struct felt_cni_call *call, const json_t *conf, char **ret_output,
                    json_t **ret_error)
{
    const char *type = felt_cni_delegation_type(conf);
    struct felt_cni_answer answer;
    struct felt_cni_failure f;
    char file[PATH_MAX];

    if (!type)
        return FAIL(ret_error, FELT_CNI_UNDECODABLE, "the configuration names no plugin");
    if (felt_cni_plugin_find(call->path, type, file, &f) < 0 ||
        felt_cni_plugin_run(file, conf, &answer, &f) < 0)
        return fail_with(ret_error, &f);
    if (answer.error) {
        *ret_error = json_incref(answer.error);
        felt_cni_answer_done(&answer);
        return -EINVAL;
    }
    *ret_output = FELT_TAKE(answer.text);
    felt_cni_answer_done(&answer);
    return 0;
}

static int render(const struct felt_cni_config *config, struct felt_cni_subnet_file *ret_file,
                  json_t **ret_conf, json_t **ret_error)
{
    struct felt_cni_failure f;

    if (felt_cni_subnet_file_read(config->subnet_file, ret_file, &f) < 0 ||
        felt_cni_delegation_render(config, ret_file, ret_conf, &f) < 0)
        return fail_with(ret_error, &f);
    return 0;
}

/* Containers of our network that were made when this machine had another subnet. */
struct census {
    const struct felt_cni_config *config;
    const struct felt_dual *subnets;
    unsigned n;
};

static void count(void *userdata, const char *container_id _unused_, const char *interface _unused_,
                  const char *text)
{
    struct census *c = userdata;
    _cleanup_(json_decrefp) json_t *conf = json_loads(text, 0, NULL);

    if (conf && felt_cni_delegation_is_of(conf, c->config->name) &&
        felt_cni_delegation_is_elsewhere(conf, c->subnets))
        c->n++;
}

static unsigned n_elsewhere(const struct felt_cni_config *config, const struct felt_dual *subnets)
{
    struct census c = {.config = config, .subnets = subnets};

    (void)felt_cni_attachment_each(config->data_dir, count, &c);
    return c.n;
}

int felt_cni_add(const struct felt_cni_call *call, const struct felt_cni_config *config,
                 char **ret_output, json_t **ret_error)
{
    _cleanup_(json_decrefp) json_t *conf = NULL;
    _cleanup_(felt_freep) char *text = NULL;
    struct felt_cni_subnet_file file;
    unsigned others;
    int r = render(config, &file, &conf, ret_error);

    if (r < 0)
        return r;
    others = n_elsewhere(config, &file.subnets);
    /* The bridge keeps the address of the lease that it was made in, and refuses with another one.
     * Where nobody is left who needs the old one, it may go. */
    if (others == 0 && strcmp(felt_cni_delegation_type(conf), "bridge") == 0 &&
        !json_object_get(conf, "forceAddress"))
        json_object_set_new(conf, "forceAddress", json_true());
    text = json_dumps(conf, JSON_COMPACT);
    r = text ? felt_cni_attachment_save(config->data_dir, call, text) : -ENOMEM;
    if (r < 0)
        return FAIL(ret_error, FELT_CNI_IO, "cannot keep what DEL will need in %s: %s",
                    config->data_dir, strerror(-r));
    /* After a failure the runtime calls DEL. */
    r = delegate(call, conf, ret_output, ret_error);
    if (r < 0 && others > 0) {
        struct felt_cni_failure f;

        felt_cni_fail(&f, FELT_CNI_MOVED,
                      "%u containers of '%s' are in a subnet that this machine had before; it has "
                      "%s now: restart them",
                      others, config->name, FELT_DUAL(&file.subnets));
        json_object_set_new(*ret_error, "details", json_string(f.text));
    }
    return r;
}

/* What ADD asked for; where that is damaged, what it would ask for today. NULL with *ret_error
 * untouched: there was no ADD, or it has been undone. */
static json_t *recall(const struct felt_cni_call *call, const struct felt_cni_config *config,
                      json_t **ret_error)
{
    _cleanup_(felt_freep) char *text = NULL;
    struct felt_cni_subnet_file file;
    json_t *conf = NULL;
    int r = felt_cni_attachment_read(config->data_dir, call, &text);

    if (r == -ENOENT)
        return NULL;
    if (r == 0)
        conf = json_loads(text, 0, NULL);
    if (conf && felt_cni_delegation_type(conf))
        return conf;
    json_decref(conf);
    conf = NULL;
    (void)render(config, &file, &conf, ret_error);
    return conf;
}

int felt_cni_del(const struct felt_cni_call *call, const struct felt_cni_config *config,
                 char **ret_output, json_t **ret_error)
{
    _cleanup_(json_decrefp) json_t *conf = recall(call, config, ret_error);
    int r;

    if (!conf)
        return *ret_error ? -EINVAL : 0;
    r = delegate(call, conf, ret_output, ret_error);
    if (r < 0)
        return r; /* the runtime calls again */
    r = felt_cni_attachment_remove(config->data_dir, call);
    if (r < 0)
        return FAIL(ret_error, FELT_CNI_IO, "%s: %s", config->data_dir, strerror(-r));
    return 0;
}

/* The gateway of an address of the same family; NULL: there is none. */
static json_t *gateway_for(const json_t *result, const char *destination)
{
    const json_t *ips = json_object_get(result, "ips");
    bool is_v6 = destination && strchr(destination, ':');

    for (size_t i = 0; i < json_array_size(ips); i++) {
        json_t *gateway = json_object_get(json_array_get(ips, i), "gateway");

        if (json_is_string(gateway) && (strchr(json_string_value(gateway), ':') != NULL) == is_v6)
            return gateway;
    }
    return NULL;
}

/* A route without a gateway goes through that of the address, and so it stands in the kernel; but
 * the bridge's CHECK looks for one that has none (containernetworking-plugins 1.1). A copy. */
static json_t *complete_result(const json_t *previous)
{
    json_t *result = json_deep_copy(previous);
    const json_t *routes = json_object_get(result, "routes");

    for (size_t i = 0; i < json_array_size(routes); i++) {
        json_t *route = json_array_get(routes, i), *gateway;

        gateway = gateway_for(result, json_string_value(json_object_get(route, "dst")));
        if (json_is_object(route) && !json_object_get(route, "gw") && gateway)
            json_object_set(route, "gw", gateway);
    }
    return result;
}

int felt_cni_check(const struct felt_cni_call *call, const struct felt_cni_config *config,
                   char **ret_output, json_t **ret_error)
{
    _cleanup_(json_decrefp) json_t *conf = NULL;
    const json_t *previous = felt_json_member(config->root, "prevResult"),
                 *runtime = felt_json_member(config->root, "runtimeConfig");
    struct felt_cni_subnet_file file;
    struct felt_cni_failure f;

    if (!config->can_check)
        return FAIL(ret_error, FELT_CNI_INCOMPATIBLE_VERSION, "cniVersion %s has no CHECK",
                    config->version);
    if (!previous)
        return FAIL(ret_error, FELT_CNI_BAD_CONFIG, "'prevResult' is missing");
    conf = recall(call, config, ret_error);
    if (!conf && *ret_error)
        return -EINVAL;
    if (!conf)
        return FAIL(ret_error, FELT_CNI_UNKNOWN_CONTAINER, "%s of container %s was never added",
                    call->interface, call->container_id);
    if (felt_cni_subnet_file_read(config->subnet_file, &file, &f) < 0)
        return fail_with(ret_error, &f);
    if (felt_cni_delegation_is_elsewhere(conf, &file.subnets))
        return FAIL(ret_error, FELT_CNI_MOVED,
                    "the container is in a subnet that this machine had before; it has %s now: "
                    "restart the container",
                    FELT_DUAL(&file.subnets));
    json_object_set_new(conf, "prevResult", complete_result(previous));
    if (runtime)
        json_object_set(conf, "runtimeConfig", (json_t *)runtime);
    return delegate(call, conf, ret_output, ret_error);
}

int felt_cni_status(const struct felt_cni_call *call, const struct felt_cni_config *config,
                    char **ret_output, json_t **ret_error)
{
    _cleanup_(json_decrefp) json_t *conf = NULL;
    struct felt_cni_subnet_file file;

    if (render(config, &file, &conf, ret_error) < 0) {
        json_object_set_new(*ret_error, "code", json_integer(FELT_CNI_NOT_AVAILABLE));
        return -EINVAL;
    }
    return delegate(call, conf, ret_output, ret_error);
}
