/* SPDX-License-Identifier: Apache-2.0 */
/* What each path answers, before it is HTTP. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "httpd/source.h"

#define FELT_TYPE_TEXT    "text/plain; charset=utf-8"
#define FELT_TYPE_HTML    "text/html; charset=utf-8"
#define FELT_TYPE_JSON    "application/json"
#define FELT_TYPE_METRICS "text/plain; version=0.0.4; charset=utf-8"

struct felt_answer {
    unsigned code;      /* of HTTP */
    const char *type;   /* static */
    const char *policy; /* Content-Security-Policy, static; NULL: nothing may be loaded */
    char *body;         /* on the heap, handed over; NULL: memory ran out */
    size_t len;
};

struct felt_route {
    const char *path;
    bool is_health; /* shown where only /healthz and /readyz are */
    void (*make)(struct felt_source *source, struct felt_answer *ret_answer);
};

#define FELT_EVENTS_PATH "/v1/events" /* takes ?after=NUMBER */

extern const struct felt_route felt_routes[];
extern const size_t felt_n_routes;

/* The index of path; -1: there is none. */
int felt_route_find(const char *path, bool is_health_only);
/* Events of a higher number than after: a part of what felt_routes has for FELT_EVENTS_PATH. */
void felt_answer_events(struct felt_source *source, json_int_t after,
                        struct felt_answer *ret_answer);
/* A line of text, for what has no route. */
void felt_answer_text(struct felt_answer *answer, unsigned code, const char *text);
