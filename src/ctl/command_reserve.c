/* SPDX-License-Identifier: Apache-2.0 */
/* Subnets that are kept for a node. A change is done when it is on feltd's disk. */
#include <stdio.h>

#include "ctl/ask.h"
#include "ctl/command.h"
#include "ctl/report.h"
#include "ctl/saved.h"

static const char *text(const json_t *reply, const char *key)
{
    return json_string_value(json_object_get(reply, key));
}

/* Of one family, or of both with a comma between them. */
static void print_subnets(const json_t *reply)
{
    const char *second = text(reply, "subnet6");

    printf("%s%s%s", text(reply, "subnet"), second ? "," : "", second ? second : "");
}

enum exit_code felt_command_reserve(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    _cleanup_(json_decrefp) json_t *parameters =
        json_pack("{s:s, s:s}", "whom", q->arguments[0], "subnet", q->arguments[1]);
    enum exit_code code = felt_ctl_change(q, "io.felt.Reserve", parameters, &reply);
    const char *lease = text(reply, "lease");

    if (!reply)
        return code;
    print_subnets(reply);
    printf(" is reserved for %s\n", q->arguments[0]);
    if (lease)
        printf(
            "it runs with %s now, and goes on so: it takes the reserved subnet when it next takes any\n",
            lease);
    return EXIT_FINE;
}

enum exit_code felt_command_unreserve(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    _cleanup_(json_decrefp) json_t *parameters = json_pack("{s:s}", "subnet", q->arguments[0]);
    enum exit_code code = felt_ctl_change(q, "io.felt.Unreserve", parameters, &reply);
    const char *whom;

    if (!reply)
        return code;
    whom = text(reply, "whom");
    print_subnets(reply);
    printf(" is not reserved any more%s%s\n", whom ? "; it was for " : "", whom ? whom : "");
    return EXIT_FINE;
}

enum exit_code felt_command_reservations(const struct request *q)
{
    return felt_ctl_show(q, "io.felt.ListReservations", felt_report_reservations);
}
