/* SPDX-License-Identifier: Apache-2.0 */
/* GC: whatever is kept of interfaces that the runtime does not name is undone, by the plugin that
 * made it, as a DEL would. Then that plugin looks for what we never knew of. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "cni/attachment.h"
#include "cni/command.h"
#include "cni/plugin.h"
#include "netconf/json.h"

#define VALID "cni.dev/valid-attachments"

struct sweep {
    const struct felt_cni_call *call;
    const struct felt_cni_config *config;
    const json_t *valid;
    json_t *error; /* the first; owned */
};

static bool is_valid(const json_t *valid, const char *container_id, const char *interface)
{
    for (size_t i = 0; i < json_array_size(valid); i++) {
        const json_t *one = json_array_get(valid, i);
        const char *id = json_string_value(json_object_get(one, "containerID")),
                   *name = json_string_value(json_object_get(one, "ifname"));

        if (id && name && strcmp(id, container_id) == 0 && strcmp(name, interface) == 0)
            return true;
    }
    return false;
}

static void keep(json_t **kept, json_t *error)
{
    if (*kept)
        json_decref(error);
    else
        *kept = error;
}

static void sweep_one(void *userdata, const char *container_id, const char *interface,
                      const char *text)
{
    struct sweep *s = userdata;
    struct felt_cni_call call = {.command = FELT_CNI_DEL,
                                 .container_id = container_id,
                                 .interface = interface,
                                 .path = s->call->path};
    json_t *conf = json_loads(text, 0, NULL), *error = NULL;
    bool of_us = conf && felt_cni_delegation_is_of(conf, s->config->name);
    char *output = NULL;

    json_decref(conf);
    if (!of_us || is_valid(s->valid, container_id, interface))
        return;
    if (setenv("CNI_COMMAND", "DEL", 1) < 0 || setenv("CNI_CONTAINERID", container_id, 1) < 0 ||
        setenv("CNI_IFNAME", interface, 1) < 0 || unsetenv("CNI_NETNS") < 0)
        return;
    if (felt_cni_del(&call, s->config, &output, &error) < 0)
        keep(&s->error, error);
    free(output);
}

int felt_cni_gc(const struct felt_cni_call *call, const struct felt_cni_config *config,
                char **ret_output, json_t **ret_error)
{
    struct sweep s = {
        .call = call, .config = config, .valid = json_object_get(config->root, VALID)};
    struct felt_cni_subnet_file file;
    struct felt_cni_answer answer;
    struct felt_cni_failure f;
    json_t *conf = NULL;
    char path[PATH_MAX];

    if (!json_is_array(s.valid)) {
        /* Without a list nothing is known to be unused. */
        felt_cni_fail(&f, FELT_CNI_BAD_CONFIG, "'" VALID "' is missing");
        *ret_error = felt_cni_error(&f);
        return -EINVAL;
    }
    (void)felt_cni_attachment_each(config->data_dir, sweep_one, &s);
    setenv("CNI_COMMAND", "GC", 1);
    unsetenv("CNI_CONTAINERID");
    unsetenv("CNI_IFNAME");
    if (felt_cni_subnet_file_read(config->subnet_file, &file, &f) == 0 &&
        felt_cni_delegation_render(config, &file, &conf, &f) == 0) {
        json_object_set(conf, VALID, (json_t *)s.valid);
        if (felt_cni_plugin_find(call->path, felt_cni_delegation_type(conf), path, &f) < 0 ||
            felt_cni_plugin_run(path, conf, &answer, &f) < 0) {
            keep(&s.error, felt_cni_error(&f));
        } else {
            if (answer.error)
                keep(&s.error, json_incref(answer.error));
            felt_cni_answer_done(&answer);
        }
        json_decref(conf);
    }
    *ret_output = NULL;
    if (s.error)
        *ret_error = s.error;
    return s.error ? -EINVAL : 0;
}
