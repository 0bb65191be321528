/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the cluster, by their ids, and their rotation. feltd does that: whoever ends feltctl
 * does not end it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/command.h"
#include "ctl/duration.h"
#include "ctl/saved.h"
#include "ctl/table.h"

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "-";
}

/* What a key is for. */
static void describe(const json_t *key, bool installed, char *text, size_t size)
{
    const json_t *left = json_object_get(key, "accepted_for_s");
    char duration[FELT_DURATION_TEXT];

    if (json_is_true(json_object_get(key, "seals")))
        snprintf(text, size, "seals and opens");
    else if (json_is_integer(left))
        snprintf(
            text, size, "opens, for %s at most",
            felt_duration_format((felt_usec)json_integer_value(left) * FELT_USEC_SEC, duration));
    else
        snprintf(text, size, installed ? "opens, and is to seal" : "opens");
}

/* For whom the rotation waits. */
static int report_rotation(const json_t *rotation, FILE *out)
{
    static const char *const headings[] = {"MEMBER", "STATE"};
    const json_t *waits_for = json_object_get(rotation, "waits_for");
    _cleanup_(felt_table_freep) struct felt_table *table =
        felt_table_new(FELT_ARRAY_LEN(headings), headings);
    bool used = strcmp(text_of(rotation, "step"), "used") == 0;

    if (!table)
        return -ENOMEM;
    if (json_array_size(waits_for) == 0) {
        fprintf(out, "\nKey %s is taking over; nobody is waited for.\n", text_of(rotation, "to"));
        return 0;
    }
    fprintf(out, "\n%s %s, once these have been heard to have it:\n", text_of(rotation, "to"),
            used ? "stays alone" : "takes over");
    for (size_t i = 0; i < json_array_size(waits_for); i++) {
        const json_t *member = json_array_get(waits_for, i);
        const char *cells[] = {text_of(member, "name"), text_of(member, "state")};

        if (felt_table_add(table, cells) < 0)
            return -ENOMEM;
    }
    felt_table_print(table, out);
    return 0;
}

static int report(const json_t *reply, FILE *out)
{
    static const char *const headings[] = {"KEY", "USE"};
    _cleanup_(felt_table_freep) struct felt_table *table =
        felt_table_new(FELT_ARRAY_LEN(headings), headings);
    const json_t *keys = json_object_get(reply, "keys");
    const json_t *rotation = json_object_get(reply, "rotation");
    bool installed = strcmp(text_of(rotation, "step"), "installed") == 0;

    if (!table)
        return -ENOMEM;
    for (size_t i = 0; i < json_array_size(keys); i++) {
        const json_t *k = json_array_get(keys, i);
        char use[64];
        const char *cells[] = {text_of(k, "id"), use};

        describe(k, installed, use, sizeof(use));
        if (felt_table_add(table, cells) < 0)
            return -ENOMEM;
    }
    felt_table_print(table, out);
    return json_is_object(rotation) ? report_rotation(rotation, out) : 0;
}

/* Done when it is on feltd's disk. */
static enum exit_code change(const struct request *q, const char *method, json_t *parameters,
                             const char *words)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    enum exit_code code = felt_ctl_change(q, method, parameters, &reply);

    if (reply)
        printf("key %s %s\n", text_of(reply, "id"), words);
    return code;
}

static enum exit_code rotate(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *parameters = json_object();

    if (q->has_grace)
        json_object_set_new(parameters, "grace_s", json_integer(q->grace_s));
    return change(q, "io.felt.RotateKey", parameters,
                  "is on its way to all members; 'feltctl keys' shows how far it is");
}

static enum exit_code remove_old(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *parameters = json_pack("{s:s}", "id", q->arguments[1]);

    return change(q, "io.felt.RemoveKey", parameters,
                  "alone is accepted from now on; who does not have it needs it by hand");
}

enum exit_code felt_command_keys(const struct request *q)
{
    const char *what = q->n_arguments > 0 ? q->arguments[0] : "list";
    bool removes = strcmp(what, "remove") == 0;

    if (removes && q->n_arguments < 2) {
        fprintf(stderr, "feltctl: keys remove: which key? 'feltctl keys' shows their ids\n");
        return EXIT_USAGE;
    }
    if (!removes && q->n_arguments > 1) {
        fprintf(stderr, "feltctl: keys %s: '%s' is too much\n", what, q->arguments[1]);
        return EXIT_USAGE;
    }
    if (q->has_grace && strcmp(what, "rotate") != 0) {
        fprintf(stderr, "feltctl: --grace is for keys rotate\n");
        return EXIT_USAGE;
    }
    if (removes)
        return remove_old(q);
    if (strcmp(what, "rotate") == 0)
        return rotate(q);
    if (strcmp(what, "list") == 0)
        return felt_ctl_show(q, "io.felt.ListKeys", report);
    fprintf(stderr,
            "feltctl: keys: '%s' is none of list, rotate and remove; see 'feltctl --help'\n", what);
    return EXIT_USAGE;
}
