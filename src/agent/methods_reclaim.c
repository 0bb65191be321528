/* SPDX-License-Identifier: Apache-2.0 */
/* Reclaim and ListReclaims of io.felt. */
#include "agent/methods.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/log.h"
#include "agent/methods_list.h"
#include "agent/pick.h"
#include "node/order.h"

#define REFUSED "io.felt.CannotReclaim"

struct names {
    const struct felt_member_view *all;
    size_t n;
};

/* "h2", or the first digits of an id where it is no member's. */
static const char *name_of(const struct names *names, const struct felt_id *id,
                           char text[FELT_ID_TEXT])
{
    for (size_t i = 0; i < names->n; i++)
        if (felt_id_equal(&names->all[i].id, id))
            return names->all[i].name;
    return felt_id_format_short(id, text);
}

static json_t *id_or_null(const struct felt_id *id)
{
    char text[FELT_ID_TEXT];

    return felt_id_is_nobody(id) ? json_null() : json_string(felt_id_format(id, text));
}

static json_t *name_or_null(const struct names *names, const struct felt_id *id)
{
    char text[FELT_ID_TEXT];

    return felt_id_is_nobody(id) ? json_null() : felt_methods_text(name_of(names, id, text));
}

static uint32_t slots_of(const struct felt_node *node, const struct felt_id *id)
{
    struct felt_id owner;
    uint32_t slots;

    for (uint32_t at = 0; felt_node_next_owner(node, &at, &owner, &slots);)
        if (felt_id_equal(&owner, id))
            return slots;
    return 0;
}

static const char *outcome_text(enum felt_order_outcome outcome)
{
    switch (outcome) {
    case FELT_ORDER_ASKING:
        return "asking";
    case FELT_ORDER_DONE:
        return "done";
    case FELT_ORDER_HEARD:
        return "heard";
    case FELT_ORDER_BACK:
        return "back";
    case FELT_ORDER_UNDECIDED:
        break;
    }
    return "undecided";
}

/* `order` is NULL where there is none yet. */
static json_t *entry(const struct felt_node *node, const struct names *names,
                     const struct felt_id *id, const struct felt_order *order)
{
    static const struct felt_order none;
    const struct felt_order *o = order ? order : &none;
    bool done = order && o->outcome == FELT_ORDER_DONE;

    return json_pack("{s:o, s:o, s:o, s:b, s:I, s:I, s:o, s:o, s:b, s:o}", "node", id_or_null(id),
                     "name", name_or_null(names, id), "outcome",
                     order ? json_string(outcome_text(o->outcome)) : json_null(), "forced",
                     (int)o->forced, "reclaimed", (json_int_t)(done ? o->n_slots : 0), "slots",
                     (json_int_t)slots_of(node, id), "heir", id_or_null(&o->heir), "heir_name",
                     name_or_null(names, &o->heir), "several", (int)o->several, "objector",
                     name_or_null(names, &o->objector));
}

static json_t *entries(const struct felt_methods_context *c, const struct felt_id *ids, size_t n)
{
    _cleanup_(felt_freep) struct felt_member_view *all = NULL;
    struct names names = {0};
    json_t *list = json_array();

    names.all = all = felt_methods_list(c, &names.n);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list,
                              entry(c->node, &names, &ids[i], felt_node_order(c->node, &ids[i])));
    return list;
}

/* 0 or -errno with the answer. *ret_n of them, each once. */
static int pick_all(const struct felt_methods_context *c, const json_t *nodes,
                    struct felt_id ids[FELT_ORDERS_MAX], size_t *ret_n,
                    struct felt_varlink_answer *answer)
{
    struct felt_failure failure = {""};
    size_t n = 0;

    if (json_array_size(nodes) == 0 || json_array_size(nodes) > FELT_ORDERS_MAX) {
        felt_varlink_answer_invalid(answer, "nodes");
        return -EINVAL;
    }
    for (size_t i = 0; i < json_array_size(nodes); i++) {
        const char *text = json_string_value(json_array_get(nodes, i));
        bool known = false;

        if (!text) {
            felt_varlink_answer_invalid(answer, "nodes");
            return -EINVAL;
        }
        if (felt_pick(c, text, &ids[n], &failure) < 0) {
            felt_methods_refuse(answer, REFUSED, "%s", failure.text);
            return -ENOENT;
        }
        for (size_t k = 0; k < n; k++)
            known |= felt_id_equal(&ids[k], &ids[n]);
        n += !known;
    }
    *ret_n = n;
    return 0;
}

/* The first that is refused by itself: who is in the way. */
static const struct felt_id *culprit(const struct felt_node *node, const struct felt_id *ids,
                                     size_t n, bool force)
{
    for (size_t i = 0; i + 1 < n; i++)
        if (felt_node_may_reclaim(node, &ids[i], 1, force) != FELT_ORDER_OK)
            return &ids[i];
    return &ids[n - 1];
}

/* What it means that no majority is there, and what can be done. */
static void explain_no_majority(const struct felt_self_view *self, char *text, size_t size)
{
    snprintf(
        text, size,
        "the owners of only %u of all %u subnets are alive here, and a decision needs more "
        "than half. Wait until more of them are back; if they are gone for good, --force takes "
        "the subnets without asking, and live owners that are only cut off from here may lose "
        "theirs when the two sides meet again",
        self->n_slots_heard, self->n_slots);
}

static void explain(const struct felt_methods_context *c, enum felt_order_refusal refusal,
                    const char *name, char *text, size_t size)
{
    struct felt_self_view self;

    felt_node_self(c->node, &self);
    switch (refusal) {
    case FELT_ORDER_OK: /* it was not taken for want of memory */
        snprintf(text, size, "out of memory");
        break;
    case FELT_ORDER_SELF:
        snprintf(text, size, "%s is this node: 'feltctl leave' gives its subnets to others", name);
        break;
    case FELT_ORDER_ALIVE:
        snprintf(text, size,
                 "%s is alive, or was a moment ago: stop it first, and wait until "
                 "'feltctl members' shows it as dead; its own 'feltctl leave' would be quicker",
                 name);
        break;
    case FELT_ORDER_OWNS_NOTHING:
        snprintf(text, size, "%s owns no subnet: there is nothing to reclaim", name);
        break;
    case FELT_ORDER_NOT_YET:
        snprintf(text, size, "this node may decide nothing now%s%s; see 'feltctl status'",
                 self.waiting ? ": " : "", self.waiting ? self.waiting : "");
        break;
    case FELT_ORDER_NO_VOICE:
        snprintf(text, size,
                 "this node owns no subnet, so it has no voice: say it on a node that "
                 "has one");
        break;
    case FELT_ORDER_NO_MAJORITY:
        explain_no_majority(&self, text, size);
        break;
    case FELT_ORDER_MAJORITY:
        snprintf(text, size,
                 "the owners of more than half of all %u subnets are alive here, or were a moment "
                 "ago: they decide it without --force",
                 self.n_slots);
        break;
    case FELT_ORDER_LAST_ERA:
        snprintf(text, size, "era %" PRIu64 " is so large that none can be forced beyond it",
                 self.era);
        break;
    case FELT_ORDER_SAVING_FAILS:
        snprintf(text, size, "the state cannot be saved; see the log for the file");
        break;
    case FELT_ORDER_TOO_MANY:
        snprintf(text, size, "more than %d at a time: wait until others are done", FELT_ORDERS_MAX);
        break;
    }
}

static void refuse_order(const struct felt_methods_context *c, enum felt_order_refusal refusal,
                         const struct felt_id *id, struct felt_varlink_answer *answer)
{
    _cleanup_(felt_freep) struct felt_member_view *all = NULL;
    char text[512], short_id[FELT_ID_TEXT];
    struct names names = {0};

    names.all = all = felt_methods_list(c, &names.n);
    explain(c, refusal, name_of(&names, id, short_id), text, sizeof(text));
    felt_methods_refuse(answer, REFUSED, "%s", text);
}

static bool carry_out(const struct felt_methods_context *c, const struct felt_id *ids, size_t n,
                      bool force)
{
    for (size_t i = 0; i < n; i++)
        felt_log_notice("lease: an operator says that node=%s is gone for good%s",
                        FELT_ID_SHORT(&ids[i]), force ? ", and forces it" : "");
    return c->reclaim(c->userdata, ids, n, force) == FELT_VERDICT_TAKEN;
}

void felt_methods_reclaim(const struct felt_methods_context *c, const json_t *parameters,
                          struct felt_varlink_answer *ret_answer)
{
    bool force = json_is_true(json_object_get(parameters, "force"));
    struct felt_id ids[FELT_ORDERS_MAX];
    enum felt_order_refusal refusal;
    size_t n;

    if (pick_all(c, json_object_get(parameters, "nodes"), ids, &n, ret_answer) < 0)
        return;
    refusal = felt_node_may_reclaim(c->node, ids, n, force);
    if (refusal != FELT_ORDER_OK) {
        refuse_order(c, refusal, culprit(c->node, ids, n, force), ret_answer);
        return;
    }
    if (!json_is_true(json_object_get(parameters, "check")) && !carry_out(c, ids, n, force)) {
        refuse_order(c, FELT_ORDER_OK, &ids[0], ret_answer);
        return;
    }
    ret_answer->parameters = json_pack("{s:o}", "orders", entries(c, ids, n));
}

/* Ids only: whoever asks has them of Reclaim, and a name may mean another by now. */
void felt_methods_list_reclaims(const struct felt_methods_context *c, const json_t *parameters,
                                struct felt_varlink_answer *ret_answer)
{
    const json_t *nodes = json_object_get(parameters, "nodes");
    struct felt_id ids[FELT_ORDERS_MAX];
    size_t n = json_array_size(nodes);

    if (n > FELT_ORDERS_MAX) {
        felt_varlink_answer_invalid(ret_answer, "nodes");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(nodes, i));

        if (!text || felt_hex_decode(text, ids[i].b, FELT_ID_LEN) < 0) {
            felt_varlink_answer_invalid(ret_answer, "nodes");
            return;
        }
    }
    ret_answer->parameters = json_pack("{s:o}", "orders", entries(c, ids, n));
}
