/* SPDX-License-Identifier: Apache-2.0 */
/* How much feltd logs. */
#include <errno.h>
#include <stdio.h>

#include "ctl/ask.h"
#include "ctl/command.h"

static int report(const json_t *reply, FILE *out)
{
    const char *level = json_string_value(json_object_get(reply, "level"));

    return fprintf(out, "%s\n", level ? level : "-");
}

enum exit_code felt_command_log_level(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *parameters = NULL;
    _cleanup_(json_decrefp) json_t *reply = NULL;
    enum exit_code code;

    if (q->n_arguments == 0)
        return felt_ctl_show(q, "io.felt.GetLogLevel", report);
    parameters = json_pack("{s:s}", "level", q->arguments[0]);
    code = felt_ctl_ask(q, "io.felt.SetLogLevel", parameters, &reply);
    return code == EXIT_FINE && q->is_json ? felt_ctl_print_json(parameters) : code;
}
