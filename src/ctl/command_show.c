/* SPDX-License-Identifier: Apache-2.0 */
/* What feltd says, shown. */
#include <stdio.h>

#include "config.h"
#include "ctl/ask.h"
#include "ctl/command.h"
#include "ctl/report.h"

enum exit_code felt_command_status(const struct request *q)
{
    return felt_ctl_show(q, "io.felt.GetStatus", felt_report_status);
}

enum exit_code felt_command_members(const struct request *q)
{
    return felt_ctl_show(q, "io.felt.ListMembers", felt_report_members);
}

enum exit_code felt_command_leases(const struct request *q)
{
    return felt_ctl_show(q, "io.felt.ListLeases", felt_report_leases);
}

/* A feltd that is not there is no failure here. */
enum exit_code felt_command_version(const struct request *q)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};
    _cleanup_(json_decrefp) json_t *both = NULL;
    const char *feltd = NULL;

    if (felt_varlink_client_new(q->socket, FELTCTL_TIMEOUT, &client) == 0 &&
        felt_varlink_client_call(client, "org.varlink.service.GetInfo", NULL, &reply) == 0)
        feltd = json_string_value(json_object_get(reply.parameters, "version"));
    if (!q->is_json) {
        printf("feltctl %s\n", PACKAGE_VERSION);
        printf("feltd %s\n", feltd ? feltd : "not reachable");
        return EXIT_FINE;
    }
    both = json_pack("{s:s, s:s?}", "feltctl", PACKAGE_VERSION, "feltd", feltd);
    return felt_ctl_print_json(both);
}
