/* SPDX-License-Identifier: Apache-2.0 */
/* Giving members up that are gone for good, and waiting until somebody else has their subnets.
 * feltd does it: whoever ends feltctl does not end that. */
#include <stdio.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/command.h"

#define TRIES (FELTCTL_TRIES + 20) /* feltd gives up after a minute, and a look */

static const char *text_of(const json_t *order, const char *key)
{
    const char *text = json_string_value(json_object_get(order, key));

    return text ? text : "";
}

static bool is_outcome(const json_t *order, const char *outcome)
{
    return strcmp(text_of(order, "outcome"), outcome) == 0;
}

static json_t *names_of(const struct request *q)
{
    json_t *names = json_array();

    for (size_t i = 0; i < q->n_arguments; i++)
        json_array_append_new(names, json_string(q->arguments[i]));
    return names;
}

static json_t *ids_of(const json_t *orders)
{
    json_t *ids = json_array();

    for (size_t i = 0; i < json_array_size(orders); i++)
        json_array_append_new(ids, json_string(text_of(json_array_get(orders, i), "node")));
    return ids;
}

/* `check`: only whether it would be taken. */
static enum exit_code say(const struct request *q, bool check, json_t **ret_reply)
{
    _cleanup_(json_decrefp) json_t *parameters = json_pack(
        "{s:o, s:b, s:b}", "nodes", names_of(q), "force", (int)q->force, "check", (int)check);

    return felt_ctl_ask(q, "io.felt.Reclaim", parameters, ret_reply);
}

/* What is at stake, and whether the operator wants it. */
static bool is_sure(const json_t *checked)
{
    const json_t *orders = json_object_get(checked, "orders");
    char names[1024] = "", question[2048];
    json_int_t slots = 0;

    for (size_t i = 0; i < json_array_size(orders); i++) {
        const json_t *order = json_array_get(orders, i);
        size_t len = strlen(names);

        slots += json_integer_value(json_object_get(order, "slots"));
        snprintf(names + len, sizeof(names) - len, "%s%s", i > 0 ? ", " : "",
                 text_of(order, "name"));
    }
    snprintf(
        question, sizeof(question),
        "The owners of most subnets do not answer, and are not asked: %" JSON_INTEGER_FORMAT
        " subnets of %s\nbecome this node's. What others decide and give until they hear of it "
        "is void: where they are\nonly cut off from here, some of them lose their subnets, and "
        "their containers must be renumbered.",
        slots, names);
    if (felt_ctl_has_terminal())
        return felt_ctl_is_sure(question);
    fprintf(stderr, "%s\nfeltctl: to do that without being asked, say --yes\n", question);
    return false;
}

static bool is_settled(const json_t *orders)
{
    for (size_t i = 0; i < json_array_size(orders); i++)
        if (is_outcome(json_array_get(orders, i), "asking"))
            return false;
    return true;
}

/* Until it is settled, or for as long as is sensible. */
static enum exit_code await(const struct request *q, const json_t *ids, json_t **ret_reply)
{
    for (unsigned i = 0;; i++) {
        _cleanup_(json_decrefp) json_t *parameters = json_pack("{s:O}", "nodes", ids);
        _cleanup_(json_decrefp) json_t *reply = NULL;
        enum exit_code code = felt_ctl_ask(q, "io.felt.ListReclaims", parameters, &reply);

        if (code != EXIT_FINE)
            return code;
        if (i == TRIES || is_settled(json_object_get(reply, "orders"))) {
            *ret_reply = FELT_TAKE(reply);
            return EXIT_FINE;
        }
        felt_ctl_pause();
    }
}

static void explain(const json_t *order)
{
    const char *name = text_of(order, "name");

    if (is_outcome(order, "heard"))
        fprintf(
            stderr,
            "feltctl: %s: not reclaimed: %s does not agree that it is gone: it hears it, or does "
            "not know yet what %s owns\n",
            name, text_of(order, "objector"), name);
    else if (is_outcome(order, "back"))
        fprintf(stderr, "feltctl: %s: not reclaimed: it is alive again\n", name);
    else if (is_outcome(order, "undecided"))
        fprintf(stderr,
                "feltctl: %s: not reclaimed: the owners of more than half of all subnets have not "
                "answered in time; see 'feltctl members'\n",
                name);
    else if (is_outcome(order, "asking"))
        fprintf(stderr, "feltctl: %s: not decided yet; feltd goes on with it\n", name);
    else
        fprintf(stderr,
                "feltctl: %s: feltd was started again meanwhile, and knows nothing of it any more; "
                "see 'feltctl members'\n",
                name);
}

/* Where the map came as a whole, nobody knows who inherited. */
static void report(const json_t *order)
{
    const char *heir = text_of(order, "heir_name");

    printf("%s: %" JSON_INTEGER_FORMAT " subnets reclaimed; they are %s%s%s now\n",
           text_of(order, "name"), json_integer_value(json_object_get(order, "reclaimed")),
           *heir ? heir : "other members'", *heir ? "'s" : "",
           json_is_true(json_object_get(order, "several")) ? " and others'" : "");
}

static enum exit_code show(const struct request *q, const json_t *reply)
{
    const json_t *orders = json_object_get(reply, "orders");
    enum exit_code code = EXIT_FINE;

    if (q->is_json)
        code = felt_ctl_print_json(reply);
    for (size_t i = 0; i < json_array_size(orders); i++) {
        const json_t *order = json_array_get(orders, i);

        if (!is_outcome(order, "done")) {
            explain(order);
            code = EXIT_REFUSED;
        } else if (!q->is_json) {
            report(order);
        }
    }
    return code;
}

enum exit_code felt_command_reclaim(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *begun = NULL, *ended = NULL, *ids = NULL;
    enum exit_code code;

    if (q->force && !q->yes) {
        _cleanup_(json_decrefp) json_t *checked = NULL;

        code = say(q, true, &checked);
        if (code != EXIT_FINE)
            return code;
        if (!is_sure(checked))
            return EXIT_REFUSED;
    }
    code = say(q, false, &begun);
    if (code != EXIT_FINE)
        return code;
    ids = ids_of(json_object_get(begun, "orders"));
    code = await(q, ids, &ended);
    return code == EXIT_FINE ? show(q, ended) : code;
}
