/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to see of an etcd bridge. */
#include "agent/methods_bridge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/methods_list.h"
#include "node/bridge.h"
#include "node/bridge_lease.h"
#include "node/demand.h"
#include "node/foreign.h"
#include "node/view.h"

/* A bridge that has not called for so long is not there. */
#define ABSENT_AFTER (10 * FELT_USEC_SEC)

const char *const felt_methods_bridge_healths[FELT_BRIDGE_HEALTHS] = {
    [FELT_BRIDGE_HEALTH_UNKNOWN] = "unknown",
    [FELT_BRIDGE_HEALTH_OK] = "ok",
    [FELT_BRIDGE_HEALTH_WAITING] = "waiting",
    [FELT_BRIDGE_HEALTH_DOWN] = "down"};

static json_t *text_or_null(const char *text)
{
    return text && *text != '\0' ? felt_methods_text(text) : json_null();
}

static json_t *ip_or_null(const struct felt_ip *ip)
{
    return ip->family == FELT_FAMILY_NONE ? json_null() : json_string(FELT_IP(ip));
}

static json_t *id_text(const struct felt_id *id)
{
    char text[FELT_ID_TEXT];

    return json_string(felt_id_format(id, text));
}

/* Adds subnet, subnet6 and slot. */
static void set_subnets(json_t *entry, const struct felt_self_view *self, uint32_t slot)
{
    struct felt_dual subnets = felt_netconf_subnets(self->config, slot);
    const struct felt_cidr *second = felt_dual_second(&subnets);

    json_object_set_new(entry, "subnet", json_string(FELT_CIDR(felt_dual_first(&subnets))));
    json_object_set_new(entry, "subnet6", second ? json_string(FELT_CIDR(second)) : json_null());
    json_object_set_new(entry, "slot", json_integer((json_int_t)slot));
}

static bool is_absent(const struct felt_methods_context *c)
{
    return c->bridge.heard_us == 0 ||
           felt_usec_sub(c->now_us(), c->bridge.heard_us) >= ABSENT_AFTER;
}

/* ---- GetStatus, ListLeases ---- */

json_t *felt_methods_bridge_status(const struct felt_methods_context *c)
{
    struct felt_bridge_view v;
    bool beside;

    felt_node_bridge(c->node, &v);
    if (v.phase == FELT_BRIDGE_OFF && v.n_foreign == 0)
        return json_null();
    beside = v.phase == FELT_BRIDGE_ON && v.self;
    return json_pack(
        "{s:b, s:b, s:o, s:o, s:b, s:I, s:b, s:o, s:o}", "on", (int)(v.phase == FELT_BRIDGE_ON),
        "self", (int)v.self, "node", v.phase == FELT_BRIDGE_OFF ? json_null() : id_text(&v.node),
        "name", text_or_null(v.name), "alive", (int)v.alive, "foreign", (json_int_t)v.n_foreign,
        "undoable", (int)(v.phase == FELT_BRIDGE_ENDED && !v.given), "health",
        !beside        ? json_null()
        : is_absent(c) ? json_string("absent")
                       : json_string(felt_methods_bridge_healths[c->bridge.health]),
        "text", beside && !is_absent(c) ? text_or_null(c->bridge.text) : json_null());
}

/* A vxlan device in flannel's words; null where there is none. */
static json_t *device_text(const struct felt_foreign_device *device)
{
    struct felt_vxlan_data data = {.vni = device->vni};
    char text[FELT_BACKEND_DATA_MAX + 1];

    if (felt_foreign_device_is_none(device))
        return json_null();
    memcpy(data.mac, device->mac, sizeof(data.mac));
    felt_vxlan_data_format(&data, text);
    return json_string(text);
}

static json_t *foreign_entry(const struct felt_self_view *self, const struct felt_foreign_view *v)
{
    bool vxlan = v->foreign.backend == FELT_FOREIGN_VXLAN;
    json_t *entry = json_object();

    set_subnets(entry, self, v->slot);
    json_object_set_new(entry, "public_ip", ip_or_null(&v->foreign.ip));
    json_object_set_new(entry, "public_ip6", ip_or_null(&v->foreign.ip6));
    json_object_set_new(
        entry, "backend",
        v->foreign.backend == FELT_FOREIGN_NONE
            ? json_null()
            : json_string(felt_backend_name(vxlan ? FELT_BACKEND_VXLAN : FELT_BACKEND_HOST_GW)));
    json_object_set_new(entry, "backend_data", device_text(&v->foreign.device));
    json_object_set_new(entry, "backend_data6", device_text(&v->foreign.device6));
    json_object_set_new(entry, "changed_over", json_boolean(v->changed_over));
    return entry;
}

static int by_slot(const void *a, const void *b)
{
    const struct felt_foreign_view *x = a, *y = b;

    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

json_t *felt_methods_foreign(const struct felt_methods_context *c)
{
    _cleanup_(felt_freep) struct felt_foreign_view *all = NULL;
    struct felt_notice_place at = {0};
    json_t *array = json_array();
    struct felt_foreign_view v;
    struct felt_self_view self;
    size_t n = 0, i = 0;

    felt_node_self(c->node, &self);
    while (felt_node_next_foreign(c->node, &at, &v))
        n++;
    if (n == 0)
        return array;
    all = calloc(n, sizeof(*all));
    at = (struct felt_notice_place){0};
    while (all && i < n && felt_node_next_foreign(c->node, &at, &all[i]))
        i++;
    if (all)
        qsort(all, i, sizeof(*all), by_slot);
    for (size_t k = 0; k < i; k++)
        json_array_append_new(array, foreign_entry(&self, &all[k]));
    return array;
}

void felt_methods_bridge_problems(const struct felt_methods_context *c, json_t *problems)
{
    struct felt_bridge_view v;
    char line[400] = "";

    felt_node_bridge(c->node, &v);
    if (v.phase != FELT_BRIDGE_ON)
        return;
    if (!v.self && !v.alive)
        snprintf(line, sizeof(line),
                 "the etcd bridge is on, and the node beside it, %s, is silent: nobody gets a "
                 "subnet until it is back, or 'felt-etcd-bridge sync' runs beside another node",
                 v.name[0] != '\0' ? v.name : FELT_ID_SHORT(&v.node));
    else if (v.self && is_absent(c))
        snprintf(line, sizeof(line),
                 "the etcd bridge is on, and felt-etcd-bridge does not run beside this node: "
                 "nobody gets a subnet until it does");
    else if (v.self && c->bridge.health >= FELT_BRIDGE_HEALTH_WAITING)
        snprintf(line, sizeof(line), "the etcd bridge %s: %s",
                 c->bridge.health == FELT_BRIDGE_HEALTH_DOWN ? "does not work" : "waits",
                 c->bridge.text);
    if (line[0] != '\0')
        json_array_append_new(problems, felt_methods_text(line));
}

/* ---- BridgeState ---- */

static int by_id(const void *a, const void *b)
{
    const struct felt_member_view *x = a, *y = b;

    return felt_id_cmp(&x->id, &y->id);
}

struct members {
    struct felt_member_view *all; /* by id */
    size_t n;
};

static const struct felt_member_view *find(const struct members *members, const struct felt_id *id)
{
    struct felt_member_view key = {.id = *id};

    return members->n > 0 ? bsearch(&key, members->all, members->n, sizeof(members->all[0]), by_id)
                          : NULL;
}

/* Who it is and where overlay traffic finds it. NULL: a member that is not known any more. */
static json_t *entry_of(const struct felt_id *id, const struct felt_member_view *m)
{
    json_t *entry = json_pack("{s:o, s:o}", "node", id_text(id), "name",
                              m ? felt_methods_text(m->name) : json_string(""));
    bool told = m && m->has_backend;
    static const struct felt_ip none;

    json_object_set_new(entry, "self", json_boolean(m && m->self));
    json_object_set_new(entry, "public_ip", ip_or_null(m ? &m->public_ip : &none));
    json_object_set_new(entry, "public_ip6", ip_or_null(m ? &m->public_ip6 : &none));
    json_object_set_new(entry, "backend",
                        told ? json_string(felt_backend_name(m->backend)) : json_null());
    json_object_set_new(entry, "backend_data", text_or_null(told ? m->backend_data : NULL));
    json_object_set_new(entry, "backend_data6", text_or_null(told ? m->backend_data6 : NULL));
    return entry;
}

static json_t *demands_of(const struct felt_methods_context *c, const struct felt_self_view *self,
                          const struct members *members)
{
    const struct felt_demand *demand;
    json_t *array = json_array();

    for (uint32_t i = 0; (demand = felt_node_demand(c->node, i)); i++) {
        json_t *entry = entry_of(&demand->node, find(members, &demand->node));

        set_subnets(entry, self, demand->slot);
        json_object_set_new(entry, "cleared", json_boolean(demand->cleared));
        json_array_append_new(array, entry);
    }
    return array;
}

static json_t *leases_of(const struct felt_methods_context *c, const struct felt_self_view *self,
                         const struct members *members)
{
    struct felt_bridge_lease lease;
    json_t *array = json_array();

    for (uint32_t at = 0; felt_node_next_bridge_lease(c->node, &at, &lease);) {
        json_t *entry = entry_of(&lease.node, find(members, &lease.node));

        set_subnets(entry, self, lease.slot);
        json_object_set_new(entry, "announced", json_boolean(lease.announced));
        json_array_append_new(array, entry);
    }
    return array;
}

json_t *felt_methods_bridge_work(const struct felt_methods_context *c)
{
    _cleanup_(felt_freep) struct felt_member_view *all = NULL;
    struct members members = {0};
    struct felt_bridge_view v;
    struct felt_self_view self;
    json_t *bridge;

    felt_node_self(c->node, &self);
    felt_node_bridge(c->node, &v);
    members.all = all = felt_methods_list(c, &members.n);
    if (all)
        qsort(all, members.n, sizeof(*all), by_id);
    bridge =
        json_pack("{s:b, s:b, s:o, s:o, s:b, s:b}", "on", (int)(v.phase == FELT_BRIDGE_ON), "self",
                  (int)v.self, "node", v.phase == FELT_BRIDGE_OFF ? json_null() : id_text(&v.node),
                  "name", text_or_null(v.name), "ended", (int)(v.phase == FELT_BRIDGE_ENDED),
                  "native_gift", (int)v.given);
    json_object_set_new(bridge, "demands", demands_of(c, &self, &members));
    json_object_set_new(bridge, "leases", leases_of(c, &self, &members));
    json_object_set_new(bridge, "foreign", felt_methods_foreign(c));
    return bridge;
}
