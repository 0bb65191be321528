/* SPDX-License-Identifier: Apache-2.0 */
/* The network as a map. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/command.h"
#include "ctl/slot_picture.h"

enum exit_code felt_command_slots(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *status = NULL;
    _cleanup_(json_decrefp) json_t *slots = NULL;
    struct felt_netconf_error error;
    struct felt_netconf config;
    enum exit_code code = felt_ctl_ask(q, "io.felt.ListSlots", NULL, &slots);
    const char *text;
    bool known;

    if (code != EXIT_FINE)
        return code;
    if (q->is_json)
        return felt_ctl_print_json(slots);
    code = felt_ctl_ask(q, "io.felt.GetStatus", NULL, &status);
    if (code != EXIT_FINE)
        return code;
    text = json_string_value(json_object_get(json_object_get(status, "network"), "config"));
    known = text && felt_netconf_parse(text, strlen(text), &config, &error) == 0;
    return felt_slot_picture(slots, known ? &config : NULL, stdout) < 0 ? EXIT_REFUSED : EXIT_FINE;
}
