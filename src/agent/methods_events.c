/* SPDX-License-Identifier: Apache-2.0 */
/* What has happened lately, at once or as it comes. */
#include "agent/chronicle.h"
#include "agent/methods.h"
#include "agent/methods_list.h"

static json_t *word_or_null(const char *word)
{
    return *word != '\0' ? felt_methods_text(word) : json_null();
}

static json_t *event_of(const struct felt_chronicle_entry *e)
{
    return json_pack("{s:I, s:I, s:s, s:o, s:o, s:o, s:o, s:o}", "number", (json_int_t)e->number,
                     "time_us", (json_int_t)e->time_us, "level", felt_log_level_name(e->level),
                     "kind", felt_methods_text(e->kind), "peer", word_or_null(e->peer), "name",
                     word_or_null(e->name), "subnet", word_or_null(e->subnet), "text",
                     felt_methods_text(e->text));
}

/* The number behind `after`. What is not held any more, or not yet (it is of an earlier feltd), is
 * left out. `otherwise` where it is not given. False: it is no number. */
static bool take_after(const struct felt_chronicle *chronicle, const json_t *parameters,
                       uint64_t otherwise, uint64_t *ret_number)
{
    const json_t *after = json_object_get(parameters, "after");
    uint64_t first = felt_chronicle_first(chronicle), end = felt_chronicle_end(chronicle);

    if (after && !json_is_null(after) && (!json_is_integer(after) || json_integer_value(after) < 0))
        return false;
    if (!after || json_is_null(after))
        *ret_number = otherwise;
    else if ((uint64_t)json_integer_value(after) + 1 < first ||
             (uint64_t)json_integer_value(after) + 1 > end)
        *ret_number = first;
    else
        *ret_number = (uint64_t)json_integer_value(after) + 1;
    return true;
}

void felt_methods_list_events(const struct felt_methods_context *c, const json_t *parameters,
                              struct felt_varlink_answer *ret_answer)
{
    const struct felt_chronicle *chronicle = c->chronicle;
    json_t *events;
    uint64_t at;

    if (!take_after(chronicle, parameters, felt_chronicle_first(chronicle), &at)) {
        felt_varlink_answer_invalid(ret_answer, "after");
        return;
    }
    events = json_array();
    for (; at < felt_chronicle_end(chronicle); at++)
        json_array_append_new(events, event_of(felt_chronicle_get(chronicle, at)));
    ret_answer->parameters = json_pack("{s:o}", "events", events);
}

void felt_methods_subscribe(const struct felt_methods_context *c, const json_t *parameters,
                            struct felt_varlink_answer *ret_answer)
{
    if (!take_after(c->chronicle, parameters, felt_chronicle_end(c->chronicle),
                    &ret_answer->cursor))
        felt_varlink_answer_invalid(ret_answer, "after");
}

bool felt_methods_next_event(const struct felt_methods_context *c, uint64_t *cursor,
                             struct felt_varlink_answer *ret_answer)
{
    uint64_t first = felt_chronicle_first(c->chronicle);

    if (*cursor >= felt_chronicle_end(c->chronicle))
        return false;
    if (*cursor < first) {
        ret_answer->error = "io.felt.TooSlow";
        ret_answer->parameters = json_pack("{s:I}", "missed", (json_int_t)(first - *cursor));
        return true;
    }
    ret_answer->parameters =
        json_pack("{s:o}", "event", event_of(felt_chronicle_get(c->chronicle, (*cursor)++)));
    return true;
}
