/* SPDX-License-Identifier: Apache-2.0 */
/* What felt-etcd-bridge has a node do, and how it asks what there is to do. */
#include "agent/methods_bridge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/methods_list.h"
#include "node/bridge.h"
#include "node/bridge_lease.h"
#include "node/foreign.h"
#include "node/reserve.h"
#include "node/view.h"

#define REFUSED "io.felt.CannotBridge"

/* The bridge called: it is there. */
static void heard(struct felt_methods_context *c)
{
    c->bridge.heard_us = c->now_us();
}

/* ---- BridgeBegin, BridgeEnd, BridgeUndo ---- */

static void explain(const struct felt_methods_context *c, enum felt_bridge_refusal refusal,
                    struct felt_varlink_answer *answer)
{
    struct felt_bridge_view v;
    const char *name;

    felt_node_bridge(c->node, &v);
    name = v.name[0] != '\0' ? v.name : FELT_ID_SHORT(&v.node);
    switch (refusal) {
    case FELT_BRIDGE_NOT_READY:
        felt_methods_refuse(
            answer, "io.felt.NotReady",
            "this node is not ready for it: it does not know its cluster's map yet, or not all "
            "that others know, has not been confirmed by another member, or is leaving");
        break;
    case FELT_BRIDGE_OTHER:
        felt_methods_refuse(answer, REFUSED,
                            "the etcd bridge is on beside the node %s: order it there", name);
        break;
    case FELT_BRIDGE_NOT_ON:
        felt_methods_refuse(answer, REFUSED, "there is no etcd bridge that it could be about");
        break;
    case FELT_BRIDGE_LEASED:
        felt_methods_refuse(
            answer, REFUSED,
            "%u leases of etcd are not felt's; where they are not in use any more, force it",
            (unsigned)v.n_foreign);
        break;
    case FELT_BRIDGE_GIVEN:
        felt_methods_refuse(answer, REFUSED,
                            "subnets have been given without etcd since: begin anew with 'sync'");
        break;
    case FELT_BRIDGE_LAST_NOTICE:
    case FELT_BRIDGE_OK: /* but nothing came of it */
        felt_methods_refuse(answer, REFUSED, "feltd has no memory for it");
        break;
    }
}

static void order(struct felt_methods_context *c, enum felt_bridge_order what, bool force,
                  struct felt_varlink_answer *answer)
{
    enum felt_bridge_refusal refusal;
    struct felt_self_view self;

    felt_node_self(c->node, &self);
    if (!self.in_cluster) {
        answer->error = "io.felt.NotInCluster";
        return;
    }
    refusal = felt_node_may_bridge(c->node, what, force);
    if (refusal != FELT_BRIDGE_OK ||
        c->bridge_order(c->userdata, (int)what, force) != FELT_VERDICT_TAKEN) {
        explain(c, refusal, answer);
        return;
    }
    answer->parameters = json_pack("{s:I}", "save", (json_int_t)felt_node_reserved_by(c->node));
}

void felt_methods_bridge_begin(void *userdata, const json_t *parameters _unused_,
                               struct felt_varlink_answer *ret_answer)
{
    heard(userdata);
    order(userdata, FELT_BRIDGE_BEGIN, false, ret_answer);
}

void felt_methods_bridge_end(void *userdata, const json_t *parameters,
                             struct felt_varlink_answer *ret_answer)
{
    order(userdata, FELT_BRIDGE_END, json_is_true(json_object_get(parameters, "force")),
          ret_answer);
}

void felt_methods_bridge_undo(void *userdata, const json_t *parameters _unused_,
                              struct felt_varlink_answer *ret_answer)
{
    order(userdata, FELT_BRIDGE_UNDO, false, ret_answer);
}

/* ---- BridgeState, BridgeWatch ---- */

#define GENERATION_NONE UINT64_MAX /* a generation has 63 bits */

/* Whether there is anything to tell a bridge of. */
static bool has_map(const struct felt_methods_context *c)
{
    struct felt_self_view self;

    felt_node_self(c->node, &self);
    return self.in_cluster && self.config && self.era != 0;
}

void felt_methods_bridge_state(void *userdata, const json_t *parameters,
                               struct felt_varlink_answer *ret_answer)
{
    const json_t *after = json_object_get(parameters, "after");
    struct felt_methods_context *c = userdata;
    uint64_t generation;

    if (!has_map(c)) {
        ret_answer->error = "io.felt.NotInCluster";
        return;
    }
    heard(c);
    generation = felt_node_bridge_generation(c->node);
    ret_answer->parameters =
        json_pack("{s:I, s:o}", "generation", (json_int_t)generation, "state",
                  json_is_integer(after) && (uint64_t)json_integer_value(after) == generation
                      ? json_null()
                      : felt_methods_bridge_work(c));
}

/* The first answer is what is now. */
void felt_methods_bridge_watch(void *userdata, const json_t *parameters _unused_,
                               struct felt_varlink_answer *ret_answer)
{
    ret_answer->cursor = GENERATION_NONE;
    if (!has_map(userdata))
        ret_answer->error = "io.felt.NotInCluster";
}

bool felt_methods_bridge_next(void *userdata, uint64_t *cursor,
                              struct felt_varlink_answer *ret_answer)
{
    const struct felt_methods_context *c = userdata;
    uint64_t generation = has_map(c) ? felt_node_bridge_generation(c->node) : *cursor;

    if (generation == *cursor)
        return false;
    *cursor = generation;
    ret_answer->parameters = json_pack("{s:I}", "generation", (json_int_t)generation);
    return true;
}

/* ---- BridgeClear, BridgeForeign ---- */

/* A slot by its subnet, of either family. */
static bool read_subnet(const struct felt_self_view *self, const json_t *value, uint32_t *ret_slot)
{
    const char *text = json_string_value(value);
    struct felt_cidr cidr;

    return text && felt_cidr_parse(text, &cidr) == 0 &&
           felt_netconf_slot(self->config, &cidr, ret_slot) == 0;
}

static bool read_id(const json_t *value, struct felt_id *ret_id)
{
    const char *text = json_string_value(value);

    return text && strlen(text) == FELT_ID_TEXT - 1 &&
           felt_hex_decode(text, ret_id->b, FELT_ID_LEN) == 0;
}

/* The array of that name, of at most FELT_FOREIGN_CHANGES_MAX; NULL may be "none". False: the
 * answer is that it is invalid. */
static bool read_array(const json_t *parameters, const char *key, const json_t **ret_array,
                       struct felt_varlink_answer *answer)
{
    *ret_array = json_object_get(parameters, key);
    if (!*ret_array || json_is_null(*ret_array)) {
        *ret_array = NULL;
        return true;
    }
    if (json_is_array(*ret_array) && json_array_size(*ret_array) <= FELT_FOREIGN_CHANGES_MAX)
        return true;
    felt_varlink_answer_invalid(answer, key);
    return false;
}

/* Whether this node has a map, and is the bridge node. */
static bool is_bridge_node(struct felt_methods_context *c, struct felt_self_view *self,
                           struct felt_varlink_answer *answer)
{
    struct felt_bridge_view v;

    felt_node_self(c->node, self);
    if (!self->in_cluster || !self->config || self->era == 0) {
        answer->error = "io.felt.NotInCluster";
        return false;
    }
    felt_node_bridge(c->node, &v);
    if (v.phase != FELT_BRIDGE_ON || !v.self) {
        felt_methods_refuse(answer, REFUSED,
                            "the etcd bridge is not on beside this node: BridgeBegin comes first");
        return false;
    }
    heard(c);
    return true;
}

void felt_methods_bridge_clear(void *userdata, const json_t *parameters,
                               struct felt_varlink_answer *ret_answer)
{
    struct felt_methods_context *c = userdata;
    struct felt_self_view self;
    const json_t *cleared;
    json_t *refused;

    if (!is_bridge_node(c, &self, ret_answer) ||
        !read_array(parameters, "cleared", &cleared, ret_answer))
        return;
    refused = json_array();
    for (size_t i = 0; i < json_array_size(cleared); i++) {
        const json_t *entry = json_array_get(cleared, i);
        json_t *subnet = json_object_get(entry, "subnet");
        struct felt_id id;
        uint32_t slot;

        if (!read_id(json_object_get(entry, "node"), &id) || !read_subnet(&self, subnet, &slot)) {
            json_decref(refused);
            felt_varlink_answer_invalid(ret_answer, "cleared");
            return;
        }
        if (c->bridge_cleared(c->userdata, &id, slot) != FELT_VERDICT_TAKEN)
            json_array_append(refused, subnet);
    }
    ret_answer->parameters = json_pack("{s:o}", "refused", refused);
}

static bool read_device(const char *text, struct felt_foreign_device *device)
{
    struct felt_vxlan_data data;

    if (felt_vxlan_data_parse(text, strlen(text), &data) < 0)
        return false;
    device->vni = data.vni;
    memcpy(device->mac, data.mac, sizeof(device->mac));
    return true;
}

/* "host-gw", "vxlan" with the device's data; all else has no way that felt could go. */
static bool read_backend(const json_t *entry, struct felt_foreign *foreign)
{
    const char *name = json_string_value(json_object_get(entry, "backend"));
    const char *data = json_string_value(json_object_get(entry, "backend_data"));
    const char *data6 = json_string_value(json_object_get(entry, "backend_data6"));
    enum felt_backend backend;

    if (!name || felt_backend_parse(name, &backend) < 0)
        return true;
    foreign->backend = backend == FELT_BACKEND_VXLAN ? FELT_FOREIGN_VXLAN : FELT_FOREIGN_HOST_GW;
    if (backend != FELT_BACKEND_VXLAN)
        return true;
    if ((data && !read_device(data, &foreign->device)) ||
        (data6 && !read_device(data6, &foreign->device6)))
        return false;
    if (!data && !data6)
        foreign->backend = FELT_FOREIGN_NONE;
    return true;
}

static bool read_ip(const json_t *value, enum felt_family family, struct felt_ip *ret_ip)
{
    const char *text = json_string_value(value);

    if (!text)
        return json_is_null(value) || !value;
    return felt_ip_parse(text, ret_ip) == 0 && ret_ip->family == family;
}

static bool read_foreign(const struct felt_self_view *self, const json_t *entry,
                         struct felt_foreign_change *change)
{
    struct felt_foreign *f = &change->foreign;

    return read_subnet(self, json_object_get(entry, "subnet"), &change->slot) &&
           read_ip(json_object_get(entry, "public_ip"), FELT_FAMILY_V4, &f->ip) &&
           read_ip(json_object_get(entry, "public_ip6"), FELT_FAMILY_V6, &f->ip6) &&
           felt_foreign_address(f)->family != FELT_FAMILY_NONE && read_backend(entry, f);
}

/* Sets *ret_n; false where the answer says what is invalid. */
static bool read_changes(const struct felt_self_view *self, const json_t *set, const json_t *gone,
                         struct felt_foreign_change *changes, size_t *ret_n,
                         struct felt_varlink_answer *answer)
{
    size_t n = 0;

    for (size_t i = 0; i < json_array_size(gone); i++, n++) {
        changes[n].gone = true;
        if (!read_subnet(self, json_array_get(gone, i), &changes[n].slot)) {
            felt_varlink_answer_invalid(answer, "gone");
            return false;
        }
    }
    for (size_t i = 0; i < json_array_size(set); i++, n++)
        if (!read_foreign(self, json_array_get(set, i), &changes[n])) {
            felt_varlink_answer_invalid(answer, "set");
            return false;
        }
    *ret_n = n;
    return true;
}

void felt_methods_bridge_foreign(void *userdata, const json_t *parameters,
                                 struct felt_varlink_answer *ret_answer)
{
    _cleanup_(felt_freep) struct felt_foreign_change *changes = NULL;
    struct felt_methods_context *c = userdata;
    struct felt_self_view self;
    const json_t *set, *gone;
    size_t n = 0;

    if (!is_bridge_node(c, &self, ret_answer) || !read_array(parameters, "set", &set, ret_answer) ||
        !read_array(parameters, "gone", &gone, ret_answer))
        return;
    changes = calloc(json_array_size(set) + json_array_size(gone) + 1, sizeof(*changes));
    if (!changes) {
        felt_methods_refuse(ret_answer, REFUSED, "feltd has no memory for it");
        return;
    }
    if (!read_changes(&self, set, gone, changes, &n, ret_answer))
        return;
    if (c->bridge_foreign(c->userdata, changes, n) != FELT_VERDICT_TAKEN) {
        felt_methods_refuse(ret_answer, REFUSED, "feltd has no memory for it, or is leaving");
        return;
    }
    ret_answer->parameters = json_pack("{s:I}", "save", (json_int_t)felt_node_reserved_by(c->node));
}

/* ---- BridgeReport ---- */

void felt_methods_bridge_report(void *userdata, const json_t *parameters,
                                struct felt_varlink_answer *ret_answer)
{
    const char *state = json_string_value(json_object_get(parameters, "state"));
    const char *text = json_string_value(json_object_get(parameters, "text"));
    struct felt_methods_context *c = userdata;

    for (size_t i = FELT_BRIDGE_HEALTH_OK; state && i < FELT_BRIDGE_HEALTHS; i++) {
        if (strcmp(state, felt_methods_bridge_healths[i]) != 0)
            continue;
        heard(c);
        c->bridge.health = (enum felt_bridge_health)i;
        snprintf(c->bridge.text, sizeof(c->bridge.text), "%s", text ? text : "");
        return;
    }
    felt_varlink_answer_invalid(ret_answer, "state");
}
