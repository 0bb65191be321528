/* SPDX-License-Identifier: Apache-2.0 */
/* SetConfig of io.felt, and what waits for a restart. */
#include "agent/methods_config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/log.h"
#include "agent/methods_list.h"
#include "agent/options_values.h"
#include "node/setter.h"

#define REFUSED "io.felt.CannotSetConfig"

/* ---- what waits ---- */

static uint32_t waiting(const struct felt_self_view *self)
{
    return self->config && self->next ? felt_settings_differ(self->config, self->next) : 0;
}

json_t *felt_methods_pending(const struct felt_self_view *self)
{
    char value[FELT_SETTING_TEXT], running[FELT_SETTING_TEXT];
    uint32_t differ = waiting(self);
    json_t *list = json_array();

    for (unsigned tag = 1; tag < FELT_SETTINGS_END; tag++)
        if ((differ >> tag & 1) != 0)
            json_array_append_new(
                list, json_pack("{s:s, s:s, s:s}", "key", felt_setting_name((enum felt_setting)tag),
                                "value", felt_setting_of(self->next, (enum felt_setting)tag, value),
                                "running",
                                felt_setting_of(self->config, (enum felt_setting)tag, running)));
    return list;
}

void felt_methods_config_problems(json_t *problems, const struct felt_self_view *self)
{
    char text[256] = "", value[FELT_SETTING_TEXT];
    uint32_t differ = waiting(self);

    for (unsigned tag = 1; tag < FELT_SETTINGS_END; tag++) {
        size_t len = strlen(text);

        if ((differ >> tag & 1) != 0)
            snprintf(text + len, sizeof(text) - len, "%s%s is %s now", len > 0 ? ", " : "",
                     felt_setting_name((enum felt_setting)tag),
                     felt_setting_of(self->next, (enum felt_setting)tag, value));
    }
    if (differ != 0)
        felt_methods_add_problem(problems,
                                 "the network's configuration has changed (%s): takes effect when "
                                 "feltd is restarted",
                                 text);
}

/* ---- SetConfig ---- */

static int take_lease_time(struct felt_settings *settings, const char *text,
                           struct felt_netconf_error *error)
{
    uint32_t seconds;

    if (felt_lease_time_parse(text, &seconds) < 0) {
        snprintf(error->text, sizeof(error->text),
                 "LeaseTime: '%.40s' is not " FELT_LEASE_TIME_WANTED, text);
        return -EINVAL;
    }
    felt_settings_set_lease_time(settings, seconds);
    return 0;
}

/* One of the list; those of the backend are only noted: they are judged together. */
static int take_entry(const json_t *entry, struct felt_settings *settings,
                      const char *texts[FELT_SETTINGS_END], uint32_t *taken,
                      struct felt_netconf_error *error)
{
    const char *key = json_string_value(json_object_get(entry, "key"));
    const char *value = json_string_value(json_object_get(entry, "value"));
    enum felt_setting setting;
    int r = felt_setting_find(key ? key : "", &setting, error);

    if (r < 0)
        return r;
    if ((*taken >> setting & 1) != 0) {
        snprintf(error->text, sizeof(error->text), "%s is there twice", felt_setting_name(setting));
        return -EINVAL;
    }
    *taken |= 1u << setting;
    if (setting == FELT_SETTING_LEASE_TIME)
        return take_lease_time(settings, value ? value : "", error);
    texts[setting] = value ? value : "";
    return 0;
}

/* All that would be set then. 0, or -errno with the reason. */
static int take_all(const struct felt_self_view *self, const json_t *list,
                    struct felt_settings *settings, uint32_t *taken,
                    struct felt_netconf_error *error)
{
    const char *texts[FELT_SETTINGS_END] = {NULL};
    int r = 0;

    for (size_t i = 0; i < json_array_size(list) && r == 0; i++)
        r = take_entry(json_array_get(list, i), settings, texts, taken, error);
    /* What is set already stands in this text, too: once more it changes nothing. */
    if (r == 0 && (*taken & ~(1u << FELT_SETTING_LEASE_TIME)) != 0)
        r = felt_settings_set_backend(settings, self->config_text, texts, error);
    return r;
}

static void explain(enum felt_set_refusal refusal, struct felt_varlink_answer *answer)
{
    switch (refusal) {
    case FELT_SET_NOT_READY:
        felt_methods_refuse(answer, REFUSED,
                            "this node has just started and others have not confirmed it yet, or "
                            "it is leaving: ask again, or another member");
        break;
    case FELT_SET_NEWER:
        felt_methods_refuse(answer, REFUSED,
                            "what is set was set by a later version of felt; update this machine, "
                            "or ask one that has that version");
        break;
    case FELT_SET_BRIDGED:
        felt_methods_refuse(answer, REFUSED,
                            "an etcd bridge is on, and flanneld takes the backend from etcd: end "
                            "the bridge first ('felt-etcd-bridge cutover'); LeaseTime can be set");
        break;
    case FELT_SET_NO_ROOM:
    case FELT_SET_OK: /* but nothing came of it */
        felt_methods_refuse(answer, REFUSED, "there is no room for it");
        break;
    }
}

static const char *value_of(const struct felt_settings *settings,
                            const struct felt_netconf *effective, enum felt_setting setting,
                            char *text)
{
    if (setting == FELT_SETTING_LEASE_TIME)
        return felt_setting_time(settings->values[setting], text);
    return felt_setting_of(effective, setting, text);
}

/* What was asked for, as it is understood. */
static json_t *settings_of(const struct felt_settings *settings,
                           const struct felt_netconf *effective, uint32_t taken)
{
    json_t *list = json_array();
    char text[FELT_SETTING_TEXT];

    for (unsigned tag = 1; tag < FELT_SETTINGS_END; tag++)
        if ((taken >> tag & 1) != 0)
            json_array_append_new(
                list,
                json_pack("{s:s, s:s}", "key", felt_setting_name((enum felt_setting)tag), "value",
                          value_of(settings, effective, (enum felt_setting)tag, text)));
    return list;
}

void felt_methods_set_config(void *userdata, const json_t *parameters,
                             struct felt_varlink_answer *ret_answer)
{
    bool check = json_is_true(json_object_get(parameters, "check"));
    const json_t *list = json_object_get(parameters, "settings");
    const struct felt_methods_context *c = userdata;
    char text[FELT_NETCONF_TEXT_MAX + 1];
    enum felt_set_refusal refusal;
    struct felt_netconf effective;
    struct felt_settings settings;
    struct felt_netconf_error error;
    struct felt_self_view self;
    uint32_t taken = 0;
    int r;

    if (!json_is_array(list) || json_array_size(list) == 0) {
        felt_varlink_answer_invalid(ret_answer, "settings");
        return;
    }
    felt_node_self(c->node, &self);
    if (!self.in_cluster || !self.config || !self.config_text) {
        ret_answer->error = "io.felt.NotInCluster";
        return;
    }
    settings = *felt_node_settings(c->node);
    r = take_all(&self, list, &settings, &taken, &error);
    if (r == 0)
        r = felt_settings_effective(&settings, self.config_text, text, &effective, &error);
    if (r < 0) {
        felt_methods_refuse(ret_answer, REFUSED, "%s", r == -EINVAL ? error.text : strerror(-r));
        return;
    }
    refusal = felt_node_may_set(c->node, &settings);
    if (refusal != FELT_SET_OK ||
        (!check && c->set_config(c->userdata, &settings) != FELT_VERDICT_TAKEN)) {
        explain(refusal, ret_answer);
        return;
    }
    ret_answer->parameters =
        json_pack("{s:o, s:b, s:I}", "settings", settings_of(&settings, &effective, taken),
                  "restart", (int)(felt_settings_differ(self.config, &effective) != 0), "save",
                  (json_int_t)felt_node_set_by(c->node));
}
