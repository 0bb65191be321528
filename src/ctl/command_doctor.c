/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with this machine, and how to put it right. Says most of it without feltd, too. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/command.h"
#include "ctl/doctor.h"

static void ask_feltd(const struct request *q, struct felt_doctor_facts *facts)
{
    static const char *const methods[] = {"io.felt.GetStatus", "io.felt.ListMembers"};
    json_t **to[] = {&facts->status, &facts->members};
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    int r = felt_varlink_client_new(q->socket, FELTCTL_TIMEOUT, &client);

    for (size_t i = 0; i < FELT_ARRAY_LEN(methods) && r == 0; i++) {
        _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};

        r = felt_varlink_client_call(client, methods[i], NULL, &reply);
        if (r == 0 && !reply.error)
            *to[i] = FELT_TAKE(reply.parameters);
    }
    if (r < 0)
        facts->unreachable = strerror(-r);
}

enum exit_code felt_command_doctor(const struct request *q)
{
    _cleanup_(felt_doctor_facts_done) struct felt_doctor_facts facts;
    _cleanup_(json_decrefp) json_t *findings = NULL;
    enum exit_code code = EXIT_FINE;

    felt_doctor_gather(&facts);
    ask_feltd(q, &facts);
    felt_doctor_gather_ways(&facts);
    findings = felt_doctor_examine(&facts);
    if (!findings)
        return EXIT_REFUSED;
    if (q->is_json)
        code = felt_ctl_print_json(findings);
    else
        felt_doctor_print(findings, stdout);
    return code == EXIT_FINE && felt_doctor_found(findings) ? EXIT_FOUND : code;
}
