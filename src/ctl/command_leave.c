/* SPDX-License-Identifier: Apache-2.0 */
/* Leaving the cluster, and waiting until others know. */
#include <errno.h>
#include <stdio.h>

#include "ctl/ask.h"
#include "ctl/command.h"

/* Whether feltd's socket has closed for good within the limit. */
static bool await_end(const struct request *q)
{
    for (unsigned i = 0; i < FELTCTL_TRIES; i++) {
        _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
        int r = felt_varlink_client_new(q->socket, FELTCTL_TIMEOUT, &client);

        if (r == -ENOENT || r == -ECONNREFUSED)
            return true;
        felt_ctl_pause();
    }
    return false;
}

/* It takes too long: who has not confirmed? */
static enum exit_code explain_leaving(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *status = NULL;
    const char *waiting = NULL;

    if (felt_ctl_ask(q, "io.felt.GetStatus", NULL, &status) == EXIT_FINE)
        waiting = json_string_value(json_object_get(status, "waiting"));
    fprintf(stderr,
            "feltctl: feltd has given its subnets away, but too few members have confirmed that "
            "they know; it goes on telling them%s%s\n",
            waiting ? ": " : "", waiting ? waiting : "");
    return EXIT_REFUSED;
}

enum exit_code felt_command_leave(const struct request *q)
{
    _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};
    enum exit_code code = felt_ctl_call_confirmed(q, "io.felt.Leave", NULL, &reply);

    if (code != EXIT_FINE)
        return code;
    if (reply.error)
        return felt_ctl_refused(&reply);
    if (!await_end(q))
        return explain_leaving(q);
    if (q->is_json)
        return felt_ctl_print_json(reply.parameters);
    printf("left the cluster; subnets given to others: %" JSON_INTEGER_FORMAT "\n",
           json_integer_value(json_object_get(reply.parameters, "slots")));
    return EXIT_FINE;
}
