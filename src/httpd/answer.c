/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "httpd/health.h"
#include "httpd/metrics.h"
#include "httpd/page_text.h"

#define FINE 200
#define BAD  503

static void take_text(struct felt_answer *answer, unsigned code, const char *type, const char *text)
{
    *answer = (struct felt_answer){.code = code, .type = type, .body = strdup(text)};
    answer->len = answer->body ? strlen(answer->body) : 0;
}

void felt_answer_text(struct felt_answer *answer, unsigned code, const char *text)
{
    take_text(answer, code, FELT_TYPE_TEXT, text);
}

static void make_healthz(struct felt_source *source, struct felt_answer *answer)
{
    _cleanup_(json_decrefp) json_t *status = felt_source_ask(source, "GetStatus");
    struct felt_health health;

    felt_health_live(status, source->why, &health);
    felt_answer_text(answer, health.code, health.text);
}

static void make_readyz(struct felt_source *source, struct felt_answer *answer)
{
    _cleanup_(json_decrefp) json_t *status = felt_source_ask(source, "GetStatus");
    struct felt_health health;

    felt_health_ready(status, source->why, &health);
    felt_answer_text(answer, health.code, health.text);
}

/* 200 also where feltd does not answer: felt_up says so. */
static void make_metrics(struct felt_source *source, struct felt_answer *answer)
{
    _cleanup_(json_decrefp) json_t *status = felt_source_ask(source, "GetStatus");
    _cleanup_(json_decrefp) json_t *members = felt_source_ask(source, "ListMembers");
    FILE *out;

    *answer = (struct felt_answer){.code = FINE, .type = FELT_TYPE_METRICS};
    out = open_memstream(&answer->body, &answer->len);
    if (!out)
        return;
    felt_metrics_write(out, status, members);
    if (fclose(out) != 0) {
        free(answer->body);
        answer->body = NULL;
    }
}

/* reply: NULL where there is none, and why. */
static void take_json(struct felt_answer *answer, const json_t *reply, const char *why)
{
    _cleanup_(json_decrefp) json_t *error = NULL;

    *answer = (struct felt_answer){.code = reply ? FINE : BAD, .type = FELT_TYPE_JSON};
    if (!reply)
        error = json_pack("{s:s}", "error", why);
    answer->body = json_dumps(reply ? reply : error, JSON_COMPACT);
    answer->len = answer->body ? strlen(answer->body) : 0;
}

static void make_json(struct felt_source *source, const char *method, struct felt_answer *answer)
{
    _cleanup_(json_decrefp) json_t *reply = felt_source_ask(source, method);

    take_json(answer, reply, source->why);
}

static void make_status(struct felt_source *source, struct felt_answer *answer)
{
    make_json(source, "GetStatus", answer);
}

static void make_members(struct felt_source *source, struct felt_answer *answer)
{
    make_json(source, "ListMembers", answer);
}

static void make_leases(struct felt_source *source, struct felt_answer *answer)
{
    make_json(source, "ListLeases", answer);
}

static void make_slots(struct felt_source *source, struct felt_answer *answer)
{
    make_json(source, "ListSlots", answer);
}

static void make_events(struct felt_source *source, struct felt_answer *answer)
{
    take_json(answer, felt_source_events(source), source->why);
}

/* As feltd's own `after`: a number that is not known any more is as good as none. */
void felt_answer_events(struct felt_source *source, json_int_t after, struct felt_answer *answer)
{
    const json_t *all = felt_source_events(source), *list = json_object_get(all, "events");
    _cleanup_(json_decrefp) json_t *some = NULL;
    json_t *chosen, *event;
    json_int_t last = 0;
    size_t i;

    if (!all) {
        take_json(answer, NULL, source->why);
        return;
    }
    chosen = json_array();
    json_array_foreach((json_t *)list, i, event) last =
        FELT_MAX(last, json_integer_value(json_object_get(event, "number")));
    json_array_foreach((json_t *)list, i,
                       event) if (after > last ||
                                  json_integer_value(json_object_get(event, "number")) > after)
        json_array_append(chosen, event);
    some = json_pack("{s:o}", "events", chosen);
    take_json(answer, some, "memory ran out");
}

static void make_reservations(struct felt_source *source, struct felt_answer *answer)
{
    make_json(source, "ListReservations", answer);
}

static void make_page(struct felt_source *source _unused_, struct felt_answer *answer)
{
    take_text(answer, FINE, FELT_TYPE_HTML, felt_page_text);
    answer->policy = felt_page_policy;
}

const struct felt_route felt_routes[] = {
    {"/", false, make_page},
    {"/healthz", true, make_healthz},
    {"/readyz", true, make_readyz},
    {"/metrics", false, make_metrics},
    {"/v1/status", false, make_status},
    {"/v1/members", false, make_members},
    {"/v1/leases", false, make_leases},
    {"/v1/slots", false, make_slots},
    {"/v1/reservations", false, make_reservations},
    {FELT_EVENTS_PATH, false, make_events},
};
const size_t felt_n_routes = FELT_ARRAY_LEN(felt_routes);

int felt_route_find(const char *path, bool is_health_only)
{
    for (size_t i = 0; i < felt_n_routes; i++)
        if (strcmp(felt_routes[i].path, path) == 0 && (felt_routes[i].is_health || !is_health_only))
            return (int)i;
    return -1;
}
