/* SPDX-License-Identifier: Apache-2.0 */
/* How a packet to an address finds its way. */
#include <errno.h>
#include <stdio.h>

#include "ctl/ask.h"
#include "ctl/command.h"
#include "ctl/explain.h"

/* What feltd refuses is left out: it is no reason to say nothing. */
static enum exit_code ask_kernel(const struct request *q, const char *address, json_t **ret_kernel)
{
    _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};
    _cleanup_(json_decrefp) json_t *parameters = json_pack("{s:s}", "address", address);
    enum exit_code code = felt_ctl_call(q, "io.felt.ListKernel", parameters, &reply);

    if (code == EXIT_FINE && !reply.error)
        *ret_kernel = FELT_TAKE(reply.parameters);
    return code;
}

enum exit_code felt_command_explain(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *status = NULL;
    _cleanup_(json_decrefp) json_t *members = NULL;
    _cleanup_(json_decrefp) json_t *kernel = NULL;
    _cleanup_(json_decrefp) json_t *explained = NULL;
    const char *address = q->arguments[0];
    enum exit_code code;
    struct felt_ip ip;

    if (felt_ip_parse(address, &ip) < 0) {
        fprintf(stderr, "feltctl: explain: '%s' is no address like 10.1.5.2\n", address);
        return EXIT_USAGE;
    }
    code = felt_ctl_ask(q, "io.felt.GetStatus", NULL, &status);
    if (code == EXIT_FINE)
        code = felt_ctl_ask(q, "io.felt.ListMembers", NULL, &members);
    if (code == EXIT_FINE)
        code = ask_kernel(q, address, &kernel);
    if (code != EXIT_FINE)
        return code;
    explained = felt_explain(
        &(struct felt_explain_world){.status = status, .members = members, .kernel = kernel}, &ip);
    if (!explained)
        return EXIT_REFUSED;
    if (q->is_json)
        code = felt_ctl_print_json(explained);
    else
        felt_explain_print(explained, stdout);
    if (code == EXIT_FINE && json_array_size(json_object_get(explained, "wrong")) > 0)
        return EXIT_FOUND;
    return code;
}
