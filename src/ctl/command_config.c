/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of the network: what it was founded with, and what was set since. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/command.h"
#include "ctl/duration.h"
#include "ctl/saved.h"

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

/* ---- show ---- */

/* Beside the configuration, where it is not in a program's way. */
static void say_pending(const json_t *pending)
{
    for (size_t i = 0; i < json_array_size(pending); i++) {
        const json_t *p = json_array_get(pending, i);

        fprintf(stderr, "feltctl: %s is %s here until feltd is restarted\n", text_of(p, "key"),
                text_of(p, "running"));
    }
}

static void say_lease_time(const json_t *cluster)
{
    json_int_t seconds = json_integer_value(json_object_get(cluster, "lease_time_s"));
    char time[FELT_DURATION_TEXT] = "never";

    if (!json_object_get(cluster, "lease_time_s"))
        return;
    if (seconds > 0)
        felt_duration_format((felt_usec)seconds * FELT_USEC_SEC, time);
    fprintf(stderr, "feltctl: LeaseTime is %s\n", time);
}

static enum exit_code show(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *status = NULL, *config = NULL, *all = NULL;
    enum exit_code code = felt_ctl_ask(q, "io.felt.GetStatus", NULL, &status);
    const json_t *network = json_object_get(status, "network");
    const json_t *cluster = json_object_get(status, "cluster");
    const char *text;

    if (code != EXIT_FINE)
        return code;
    text = json_string_value(json_object_get(network, "config"));
    if (!text) {
        fprintf(stderr, "feltctl: this node does not know its network yet; see 'feltctl status'\n");
        return EXIT_REFUSED;
    }
    config = json_loads(text, 0, NULL);
    if (!config)
        return EXIT_REFUSED;
    if (!q->is_json) {
        code = felt_ctl_print_json(config);
        say_lease_time(cluster);
        say_pending(json_object_get(network, "pending"));
        return code;
    }
    all = json_pack("{s:O, s:O?, s:O?}", "config", config, "lease_time_s",
                    json_object_get(cluster, "lease_time_s"), "pending",
                    json_object_get(network, "pending"));
    return all ? felt_ctl_print_json(all) : EXIT_REFUSED;
}

/* ---- set ---- */

/* "KEY=VALUE"; NULL where it is none. */
static json_t *setting_of(const char *argument)
{
    const char *equals = strchr(argument, '=');

    if (!equals || equals == argument)
        return NULL;
    return json_pack("{s:s%, s:s}", "key", argument, (size_t)(equals - argument), "value",
                     equals + 1);
}

static void report(const json_t *reply, bool dry_run)
{
    const json_t *settings = json_object_get(reply, "settings");

    for (size_t i = 0; i < json_array_size(settings); i++) {
        const json_t *s = json_array_get(settings, i);
        bool at_once = strcmp(text_of(s, "key"), "LeaseTime") == 0;

        printf("%s %s %s%s\n", text_of(s, "key"), dry_run ? "would be" : "is", text_of(s, "value"),
               at_once ? ", on every node at once" : "");
    }
    if (json_is_true(json_object_get(reply, "restart")))
        printf("each machine takes what is of the backend when its feltd is restarted: one after "
               "the other\n");
}

static enum exit_code set(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *reply = NULL, *parameters = NULL;
    json_t *settings = json_array();
    enum exit_code code;

    for (size_t i = 1; i < q->n_arguments; i++) {
        json_t *setting = setting_of(q->arguments[i]);

        if (!setting) {
            fprintf(stderr, "feltctl: config set: '%s' is not KEY=VALUE, like LeaseTime=7d\n",
                    q->arguments[i]);
            json_decref(settings);
            return EXIT_USAGE;
        }
        json_array_append_new(settings, setting);
    }
    parameters = json_pack("{s:o, s:b}", "settings", settings, "check", (int)q->dry_run);
    code = felt_ctl_change(q, "io.felt.SetConfig", parameters, &reply);
    if (reply)
        report(reply, q->dry_run);
    return code;
}

enum exit_code felt_command_config(const struct request *q)
{
    const char *what = q->arguments[0];

    if (strcmp(what, "show") == 0 && q->n_arguments == 1)
        return show(q);
    if (strcmp(what, "set") == 0 && q->n_arguments > 1)
        return set(q);
    if (strcmp(what, "set") == 0)
        fprintf(stderr, "feltctl: config set: nothing is to be set; KEY=VALUE is missing, like "
                        "LeaseTime=7d\n");
    else
        fprintf(stderr, "feltctl: config: '%s' is neither show nor set; see 'feltctl --help'\n",
                q->n_arguments > 1 ? q->arguments[1] : what);
    return EXIT_USAGE;
}
