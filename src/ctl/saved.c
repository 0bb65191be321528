/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/saved.h"

#include <stdio.h>

#include "ctl/ask.h"

static enum exit_code await_save(const struct request *q, const json_t *reply)
{
    json_int_t wanted = json_integer_value(json_object_get(reply, "save"));

    for (unsigned i = 0; i < FELTCTL_TRIES; i++) {
        _cleanup_(json_decrefp) json_t *saved = NULL;
        enum exit_code code;

        if (i > 0)
            felt_ctl_pause();
        code = felt_ctl_ask(q, "io.felt.GetSaved", NULL, &saved);
        if (code != EXIT_FINE)
            return code;
        if (json_integer_value(json_object_get(saved, "save")) >= wanted)
            return EXIT_FINE;
    }
    fprintf(stderr,
            "feltctl: feltd knows it, but could not save it within a minute, and tells nobody "
            "before it has; see 'feltctl status'\n");
    return EXIT_REFUSED;
}

enum exit_code felt_ctl_change(const struct request *q, const char *method, json_t *parameters,
                               json_t **ret_reply)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    enum exit_code code = felt_ctl_ask(q, method, parameters, &reply);

    if (code == EXIT_FINE)
        code = await_save(q, reply);
    if (code == EXIT_FINE && q->is_json)
        return felt_ctl_print_json(reply);
    if (code == EXIT_FINE)
        *ret_reply = FELT_TAKE(reply);
    return code;
}
