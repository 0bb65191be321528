/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl/varlink_client.h"

felt_usec felt_source_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (felt_usec)t.tv_sec * FELT_USEC_SEC + (felt_usec)t.tv_nsec / 1000;
}

static const char *words_of(int r)
{
    switch (r) {
    case -ENOENT:
    case -ECONNREFUSED:
        return "it does not run";
    case -ETIMEDOUT:
        return "it hangs";
    case -EACCES:
        return "not permitted; felt-httpd needs the socket's group";
    default:
        return strerror(-r);
    }
}

static json_t *fail(struct felt_source *s, const char *words)
{
    snprintf(s->why, sizeof(s->why), "%s: %s", s->path, words);
    s->down_until = felt_usec_add(felt_source_now(), FELT_SOURCE_PAUSE);
    return NULL;
}

json_t *felt_source_ask(struct felt_source *s, const char *method)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};
    char name[64];
    int r;

    if (felt_source_now() < s->down_until)
        return NULL;
    snprintf(name, sizeof(name), "io.felt.%s", method);
    r = felt_varlink_client_new(s->path, FELT_SOURCE_TIMEOUT, &client);
    if (r >= 0)
        r = felt_varlink_client_call(client, name, NULL, &reply);
    if (r < 0)
        return fail(s, words_of(r));
    if (reply.error) {
        /* It answers, so others may be asked. */
        snprintf(s->why, sizeof(s->why), "%s: feltd refused %s: %s", s->path, method, reply.error);
        return NULL;
    }
    return FELT_TAKE(reply.parameters);
}

const json_t *felt_source_events(struct felt_source *s)
{
    if (s->events && felt_source_now() < s->events_until)
        return s->events;
    json_decref(s->events);
    s->events = felt_source_ask(s, "ListEvents");
    s->events_until = felt_usec_add(felt_source_now(), FELT_SOURCE_AGE);
    return s->events;
}

void felt_source_done(struct felt_source *s)
{
    json_decref(s->events);
    s->events = NULL;
}
