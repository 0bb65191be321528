/* SPDX-License-Identifier: Apache-2.0 */
/* What has happened, and what happens. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/command.h"
#include "ctl/event_line.h"

static int report(const json_t *reply, FILE *out)
{
    const json_t *events = json_object_get(reply, "events");

    for (size_t i = 0; i < json_array_size(events); i++)
        felt_event_line(json_array_get(events, i), out);
    return 0;
}

/* One on a line, at once: somebody may be waiting for it behind a pipe. False: nobody is any more.
 */
static bool put(const struct request *q, const json_t *event)
{
    if (q->is_json) {
        if (json_dumpf(event, stdout, JSON_COMPACT) == 0)
            putchar('\n');
    } else {
        felt_event_line(event, stdout);
    }
    return fflush(stdout) == 0;
}

/* Until feltd ends it; a client that was too slow is told so by an error. */
static enum exit_code follow(const struct request *q, struct felt_varlink_client *client)
{
    bool more = true;
    int r;

    while (more) {
        _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};

        r = felt_varlink_client_next(client, FELT_USEC_NEVER, &reply, &more);
        if (r < 0)
            return felt_ctl_lost(q, r);
        if (reply.error)
            return felt_ctl_refused(&reply);
        if (!put(q, json_object_get(reply.parameters, "event")))
            return EXIT_REFUSED;
    }
    return EXIT_FINE;
}

enum exit_code felt_command_events(const struct request *q)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    _cleanup_(json_decrefp) json_t *from_first = NULL;
    enum exit_code code;
    int r;

    if (!q->follow)
        return felt_ctl_show(q, "io.felt.ListEvents", report);
    code = felt_ctl_connect(q, &client);
    if (code != EXIT_FINE)
        return code;
    from_first = json_pack("{s:i}", "after", 0);
    r = felt_varlink_client_begin(client, "io.felt.Subscribe", from_first);
    return r < 0 ? felt_ctl_lost(q, r) : follow(q, client);
}
