/* SPDX-License-Identifier: Apache-2.0 */
/* Reserve, Unreserve, ReserveMany, ListReservations and GetSaved of io.felt. */
#include "agent/methods.h"

#include <stdlib.h>

#include "agent/log.h"
#include "agent/methods_list.h"
#include "node/reserve.h"
#include "node/view.h"

#define MANY_MAX 256 /* of one call */
#define REFUSED  "io.felt.CannotReserve"

/* The slot of the parameter `subnet`; false where the answer says why there is none. */
static bool take_subnet(const struct felt_self_view *self, const json_t *parameters,
                        struct felt_varlink_answer *answer, uint32_t *ret_slot)
{
    const char *text = json_string_value(json_object_get(parameters, "subnet"));
    const struct felt_netconf *n = self->config;
    struct felt_dual first, last;
    struct felt_cidr cidr, masked;
    const struct felt_cidr *least;

    if (!text) {
        felt_varlink_answer_invalid(answer, "subnet");
        return false;
    }
    if (!n || !self->in_cluster || self->era == 0) {
        answer->error = "io.felt.NotInCluster";
        return false;
    }
    first = felt_netconf_subnets(n, 0);
    last = felt_netconf_subnets(n, felt_netconf_slots(n) - 1);
    if (felt_cidr_parse(text, &cidr) < 0) {
        felt_methods_refuse(answer, REFUSED, "'%.100s' is no subnet like %s", text,
                            FELT_CIDR(felt_dual_first(&first)));
        return false;
    }
    least = felt_dual_of(&first, cidr.ip.family);
    if (!least)
        least = felt_dual_first(&first);
    masked = felt_cidr_masked(&cidr);
    if (cidr.len == least->len && !felt_cidr_equal(&masked, &cidr)) {
        felt_methods_refuse(answer, REFUSED, "%s is no subnet: it is inside of %s",
                            FELT_CIDR(&cidr), FELT_CIDR(&masked));
        return false;
    }
    if (felt_netconf_slot(n, &cidr, ret_slot) < 0) {
        felt_methods_refuse(answer, REFUSED,
                            "%s is no subnet of the network: those are /%u, from %s to %s",
                            FELT_CIDR(&cidr), (unsigned)least->len, FELT_IP(&least->ip),
                            FELT_IP(&felt_dual_of(&last, least->ip.family)->ip));
        return false;
    }
    return true;
}

/* In words, what stands in the way. */
static void explain(const struct felt_self_view *self, uint32_t slot, const char *whom,
                    const struct felt_reserve_answer *a, struct felt_varlink_answer *answer)
{
    struct felt_dual subnet = felt_netconf_subnets(self->config, slot), other;
    char other_whom[FELT_WHOM_TEXT];

    switch (a->refusal) {
    case FELT_RESERVE_LEASED:
        felt_methods_refuse(
            answer, REFUSED,
            "%s is the lease of the node %s; it can be reserved for another when that one has "
            "left",
            FELT_DUAL(&subnet), a->holder);
        break;
    case FELT_RESERVE_TAKEN:
        felt_methods_refuse(answer, REFUSED,
                            "%s is reserved for %s; 'feltctl unreserve %s' ends that",
                            FELT_DUAL(&subnet), felt_whom_format(&a->whom, other_whom),
                            FELT_CIDR(felt_dual_first(&subnet)));
        break;
    case FELT_RESERVE_ELSEWHERE:
        other = felt_netconf_subnets(self->config, a->slot);
        felt_methods_refuse(answer, REFUSED, "%s has %s reserved; 'feltctl unreserve %s' ends that",
                            whom, FELT_DUAL(&other), FELT_CIDR(felt_dual_first(&other)));
        break;
    case FELT_RESERVE_FULL:
        felt_methods_refuse(answer, REFUSED, "there are %d reservations, and no more are possible",
                            FELT_NOTICES_LIVE_MAX);
        break;
    case FELT_RESERVE_NOTHING:
        felt_methods_refuse(answer, REFUSED, "%s is not reserved", FELT_DUAL(&subnet));
        break;
    case FELT_RESERVE_NOT_READY:
        felt_methods_refuse(answer, REFUSED, "this node is leaving the cluster");
        break;
    case FELT_RESERVE_OK: /* but nothing came of it */
        felt_methods_refuse(answer, REFUSED, "feltd has no memory for it");
        break;
    }
}

static json_t *subnet_text(const struct felt_self_view *self, uint32_t slot)
{
    struct felt_cidr subnet = felt_netconf_subnet(self->config, slot);

    return json_string(FELT_CIDR(&subnet));
}

/* The IPv6 subnet beside an IPv4 one; else null. */
static json_t *subnet6_text(const struct felt_self_view *self, uint32_t slot)
{
    struct felt_dual subnets = felt_netconf_subnets(self->config, slot);
    const struct felt_cidr *second = felt_dual_second(&subnets);

    return second ? json_string(FELT_CIDR(second)) : json_null();
}

void felt_methods_reserve(const struct felt_methods_context *c, const json_t *parameters,
                          struct felt_varlink_answer *ret_answer)
{
    const char *text = json_string_value(json_object_get(parameters, "whom"));
    struct felt_reserve_answer a;
    struct felt_self_view self;
    struct felt_dual subnets;
    struct felt_whom whom;
    uint32_t slot;

    if (!text) {
        felt_varlink_answer_invalid(ret_answer, "whom");
        return;
    }
    felt_node_self(c->node, &self);
    if (!take_subnet(&self, parameters, ret_answer, &slot))
        return;
    if (felt_whom_parse(text, &whom) < 0) {
        felt_methods_refuse(ret_answer, REFUSED,
                            "'%.100s' is neither the name of a node nor an address", text);
        return;
    }
    felt_node_may_reserve(c->node, slot, &whom, &a);
    if (a.refusal != FELT_RESERVE_OK ||
        c->reserve(c->userdata, slot, &whom) != FELT_VERDICT_TAKEN) {
        explain(&self, slot, text, &a, ret_answer);
        return;
    }
    subnets = felt_netconf_subnets(self.config, slot);
    if (!a.already) /* an import may be said every hour */
        felt_log_notice("lease: subnet=%s is reserved for %s", FELT_DUAL(&subnets), text);
    ret_answer->parameters = json_pack(
        "{s:o, s:o, s:o, s:I}", "subnet", subnet_text(&self, slot), "subnet6",
        subnet6_text(&self, slot), "lease",
        a.leases_now && a.lease < self.n_slots ? subnet_text(&self, a.lease) : json_null(), "save",
        (json_int_t)felt_node_reserved_by(c->node));
}

void felt_methods_unreserve(const struct felt_methods_context *c, const json_t *parameters,
                            struct felt_varlink_answer *ret_answer)
{
    struct felt_reserve_answer a;
    struct felt_self_view self;
    char whom[FELT_WHOM_TEXT];
    struct felt_dual subnets;
    uint32_t slot;

    felt_node_self(c->node, &self);
    if (!take_subnet(&self, parameters, ret_answer, &slot))
        return;
    felt_node_may_reserve(c->node, slot, NULL, &a);
    if (a.refusal != FELT_RESERVE_OK || c->reserve(c->userdata, slot, NULL) != FELT_VERDICT_TAKEN) {
        explain(&self, slot, NULL, &a, ret_answer);
        return;
    }
    subnets = felt_netconf_subnets(self.config, slot);
    felt_log_notice("lease: subnet=%s is not reserved for %s any more", FELT_DUAL(&subnets),
                    felt_whom_format(&a.whom, whom));
    ret_answer->parameters = json_pack("{s:o, s:o, s:o, s:I}", "subnet", subnet_text(&self, slot),
                                       "subnet6", subnet6_text(&self, slot), "whom",
                                       felt_methods_text(felt_whom_format(&a.whom, whom)), "save",
                                       (json_int_t)felt_node_reserved_by(c->node));
}

/* ---- ReserveMany ---- */

/* Why it was refused, in the words of Reserve. */
static json_t *refused_entry(const json_t *entry, const struct felt_varlink_answer *answer)
{
    const char *reason = json_string_value(json_object_get(answer->parameters, "reason"));
    const char *whom = json_string_value(json_object_get(entry, "whom"));
    const char *subnet = json_string_value(json_object_get(entry, "subnet"));

    return json_pack("{s:s, s:s, s:s}", "whom", whom ? whom : "", "subnet", subnet ? subnet : "",
                     "reason", reason ? reason : answer->error);
}

void felt_methods_reserve_many(const struct felt_methods_context *c, const json_t *parameters,
                               struct felt_varlink_answer *ret_answer)
{
    const json_t *all = json_object_get(parameters, "reservations");
    struct felt_self_view self;
    json_t *refused;

    if (!json_is_array(all) || json_array_size(all) > MANY_MAX) {
        felt_varlink_answer_invalid(ret_answer, "reservations");
        return;
    }
    felt_node_self(c->node, &self);
    if (!self.in_cluster || self.era == 0) {
        ret_answer->error = "io.felt.NotInCluster";
        return;
    }
    refused = json_array();
    for (size_t i = 0; i < json_array_size(all); i++) {
        struct felt_varlink_answer answer = {0};

        felt_methods_reserve(c, json_array_get(all, i), &answer);
        if (answer.error)
            json_array_append_new(refused, refused_entry(json_array_get(all, i), &answer));
        json_decref(answer.parameters);
    }
    ret_answer->parameters = json_pack("{s:o, s:I}", "refused", refused, "save",
                                       (json_int_t)felt_node_reserved_by(c->node));
}

/* ---- ListReservations, GetSaved ---- */

static int by_slot(const void *a, const void *b)
{
    const struct felt_reservation_view *x = a, *y = b;

    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

/* All, by slot, in an array on the heap; NULL where memory ran out. */
static struct felt_reservation_view *list(const struct felt_node *node, size_t *ret_n)
{
    struct felt_reservation_view *all = NULL, view;
    struct felt_notice_place at = {0};
    size_t n = 0, i = 0;

    while (felt_node_next_reservation(node, &at, &view))
        n++;
    all = calloc(n + 1, sizeof(*all));
    if (!all)
        return NULL;
    at = (struct felt_notice_place){0};
    while (i < n && felt_node_next_reservation(node, &at, &all[i]))
        i++;
    qsort(all, i, sizeof(*all), by_slot);
    *ret_n = i;
    return all;
}

static json_t *entry(const struct felt_self_view *self, const struct felt_reservation_view *v)
{
    char whom[FELT_WHOM_TEXT];
    const char *state = v->conflict ? "conflict" : v->leased ? "leased" : "free";

    return json_pack(
        "{s:o, s:o, s:I, s:o, s:s, s:o}", "subnet", subnet_text(self, v->slot), "subnet6",
        subnet6_text(self, v->slot), "slot", (json_int_t)v->slot, "whom",
        v->understood ? felt_methods_text(felt_whom_format(&v->whom, whom)) : json_null(), "state",
        state, "holder", v->leased ? felt_methods_text(v->holder) : json_null());
}

json_t *felt_methods_reservations(const struct felt_methods_context *c)
{
    _cleanup_(felt_freep) struct felt_reservation_view *all = NULL;
    json_t *array = json_array();
    struct felt_self_view self;
    size_t n = 0;

    felt_node_self(c->node, &self);
    all = list(c->node, &n);
    for (size_t i = 0; all && self.config && i < n; i++)
        json_array_append_new(array, entry(&self, &all[i]));
    return json_pack("{s:o}", "reservations", array);
}

json_t *felt_methods_saved(const struct felt_methods_context *c)
{
    struct felt_self_view self;

    felt_node_self(c->node, &self);
    return json_pack("{s:I}", "save", (json_int_t)self.save);
}
