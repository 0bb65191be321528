/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/saved.h"

#include "ctl/ask.h"

enum exit_code felt_ctl_change(const struct request *q, const char *method, json_t *parameters,
                               json_t **ret_reply)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    enum exit_code code = felt_ctl_ask(q, method, parameters, &reply);

    if (code == EXIT_FINE)
        code = felt_ctl_await_save(q, reply);
    if (code == EXIT_FINE && q->is_json)
        return felt_ctl_print_json(reply);
    if (code == EXIT_FINE)
        *ret_reply = FELT_TAKE(reply);
    return code;
}
