/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/methods.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/methods_bridge.h"
#include "agent/methods_config.h"
#include "agent/methods_list.h"
#include "agent/risk.h"
#include "base/bytes.h"
#include "ctl/varlink_text.h"
#include "node/view.h"

static int by_slot(const void *a, const void *b)
{
    const struct felt_member_view *x = a, *y = b;

    return x->lease_slot < y->lease_slot ? -1 : x->lease_slot > y->lease_slot;
}

static json_t *text_or_null(const char *text)
{
    return text ? felt_methods_text(text) : json_null();
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

static json_t *cluster_text(const uint8_t *cluster)
{
    char text[2 * FELT_CLUSTER_ID_LEN + 1];

    felt_hex_encode(cluster, FELT_CLUSTER_ID_LEN, text);
    return json_string(text);
}

static json_t *cidr_or_null(const struct felt_cidr *cidr)
{
    return cidr ? json_string(FELT_CIDR(cidr)) : json_null();
}

static json_t *subnet_text(const struct felt_netconf *config, uint32_t slot)
{
    struct felt_cidr subnet = felt_netconf_subnet(config, slot);

    return cidr_or_null(&subnet);
}

/* The IPv6 subnet beside an IPv4 one; else null. */
static json_t *subnet6_text(const struct felt_netconf *config, uint32_t slot)
{
    struct felt_dual subnets = felt_netconf_subnets(config, slot);

    return cidr_or_null(felt_dual_second(&subnets));
}

static json_t *usec_or_null(felt_usec us, felt_usec none)
{
    return us == none ? json_null() : json_integer((json_int_t)us);
}

/* ---- GetStatus ---- */

/* The IPv6 half beside an IPv4 one; else null. */
static json_t *network6_of(const struct felt_netconf *n)
{
    struct felt_dual networks = felt_netconf_networks(n);

    if (!felt_dual_second(&networks))
        return json_null();
    return json_pack("{s:s, s:i, s:s, s:s}", "network", FELT_CIDR(&n->v6.network), "subnet_len",
                     (int)n->v6.subnet_len, "subnet_min", FELT_IP(&n->v6.subnet_min), "subnet_max",
                     FELT_IP(&n->v6.subnet_max));
}

static json_t *network_of(const struct felt_self_view *self)
{
    const struct felt_netconf *n = self->config;
    bool v4;

    if (!n)
        return json_null();
    v4 = n->network.ip.family != FELT_FAMILY_NONE;
    return json_pack("{s:s, s:i, s:s, s:s, s:o, s:s, s:o, s:o}", "network",
                     FELT_CIDR(v4 ? &n->network : &n->v6.network), "subnet_len",
                     (int)(v4 ? n->subnet_len : n->v6.subnet_len), "subnet_min",
                     FELT_IP(v4 ? &n->subnet_min : &n->v6.subnet_min), "subnet_max",
                     FELT_IP(v4 ? &n->subnet_max : &n->v6.subnet_max), "ipv6", network6_of(n),
                     "backend", felt_backend_name(n->backend), "config",
                     text_or_null(self->config_text ? self->config_text : ""), "pending",
                     felt_methods_pending(self));
}

static json_t *lease_of(const struct felt_methods_context *c, const struct felt_self_view *self)
{
    _cleanup_(felt_freep) struct felt_member_view *all = NULL;
    struct felt_risk risk;
    size_t n = 0;

    if (!self->has_lease || !self->config)
        return json_null();
    all = felt_methods_list(c, &n);
    risk = felt_risk_of_lease(self, all, n, c->now_us());
    return json_pack("{s:o, s:o, s:I, s:b, s:o}", "subnet",
                     subnet_text(self->config, self->lease_slot), "subnet6",
                     subnet6_text(self->config, self->lease_slot), "slot",
                     (json_int_t)self->lease_slot, "at_risk", (int)risk.at_risk, "at_risk_left_us",
                     usec_or_null(risk.left_us, FELT_USEC_NEVER));
}

static json_t *cluster_of(const struct felt_self_view *self)
{
    if (!self->in_cluster)
        return json_null();
    return json_pack("{s:o, s:I, s:I}", "id", cluster_text(self->cluster), "era",
                     (json_int_t)self->era, "lease_time_s",
                     (json_int_t)(self->lease_time_us / FELT_USEC_SEC));
}

static json_t *counters_of(const struct felt_methods_context *c, const struct felt_self_view *self)
{
    json_t *verdicts = json_object();

    for (unsigned i = 0; i < FELT_VERDICTS; i++)
        json_object_set_new(verdicts, felt_verdict_name((enum felt_verdict)i),
                            json_integer((json_int_t)self->verdicts[i]));
    return json_pack("{s:I, s:o, s:I, s:I}", "datagrams_sent", (json_int_t)self->datagrams_sent,
                     "datagrams", verdicts, "suspicions", (json_int_t)c->n_suspicions, "deaths",
                     (json_int_t)c->n_deaths);
}

static json_t *kernel_of(const struct felt_methods_context *c)
{
    json_t *work =
        json_pack("{s:I, s:I, s:I, s:I, s:I}", "passes", (json_int_t)c->work.passes, "failed",
                  (json_int_t)c->work.failed, "operations", (json_int_t)c->work.operations,
                  "refused", (json_int_t)c->work.refused, "repairs", (json_int_t)c->work.repairs);

    return json_pack(
        "{s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o}", "device", text_or_null(c->device), "device6",
        text_or_null(c->device6), "mtu", c->mtu ? json_integer(c->mtu) : json_null(), "interface",
        text_or_null(c->underlay), "peers", (json_int_t)c->n_programmed, "unreachable",
        (json_int_t)c->n_unreachable, "error", text_or_null(c->kernel_error), "work", work);
}

/* The node's own entry of its member list has the addresses of its overlay traffic. */
static struct felt_member_view own_member(const struct felt_methods_context *c)
{
    struct felt_member_view m;

    for (uint32_t i = 0; felt_node_next_member(c->node, c->now_us(), &i, &m);) {
        if (m.self)
            return m;
    }
    return (struct felt_member_view){0};
}

json_t *felt_methods_status(const struct felt_methods_context *c)
{
    struct felt_member_view own = own_member(c);
    struct felt_self_view self;
    json_t *node, *members, *slots;

    felt_node_self(c->node, &self);
    node = json_pack("{s:o, s:o, s:s, s:o, s:o, s:I, s:I}", "id", id_text(&self.id), "name",
                     felt_methods_text(self.name), "advertise", FELT_ENDPOINT(&self.advertise),
                     "public_ip", ip_or_null(&own.public_ip), "public_ip6",
                     ip_or_null(&own.public_ip6), "session", (json_int_t)self.session, "health",
                     (json_int_t)self.health);
    members =
        json_pack("{s:I, s:I, s:I, s:I, s:I}", "total", (json_int_t)(self.n_members - self.n_left),
                  "alive", (json_int_t)self.n_alive, "suspect", (json_int_t)self.n_suspect, "dead",
                  (json_int_t)self.n_dead, "left", (json_int_t)self.n_left);
    slots = json_pack("{s:I, s:I}", "total", (json_int_t)self.n_slots, "own",
                      (json_int_t)self.n_slots_own);
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:s, s:o}",
                     "version", c->version, "node", node, "cluster", cluster_of(&self), "network",
                     network_of(&self), "lease", lease_of(c, &self), "waiting",
                     text_or_null(self.has_lease ? NULL : self.waiting), "members", members,
                     "slots", slots, "bridge", felt_methods_bridge_status(c), "rotation",
                     felt_methods_rotation(c), "counters", counters_of(c, &self), "ready",
                     (int)c->ready, "kernel", kernel_of(c), "subnet_file",
                     c->subnet_file ? c->subnet_file : "", "problems", felt_methods_problems(c));
}

/* ---- ListMembers, ListLeases ---- */

/* A lease outside the network is never shown. */
static bool has_lease_to_show(const struct felt_self_view *self, const struct felt_member_view *m)
{
    return m->has_lease && self->config && m->lease_slot < felt_netconf_slots(self->config);
}

static json_t *member_backend(const struct felt_member_view *m)
{
    return text_or_null(m->has_backend ? felt_backend_name(m->backend) : NULL);
}

/* Where overlay traffic finds it, over one family or two. */
static json_t *with_ways(json_t *entry, const struct felt_member_view *m)
{
    bool second = m->has_backend && m->public_ip6.family != FELT_FAMILY_NONE;

    json_object_set_new(entry, "public_ip", ip_or_null(&m->public_ip));
    json_object_set_new(entry, "public_ip6", ip_or_null(&m->public_ip6));
    json_object_set_new(entry, "backend", member_backend(m));
    json_object_set_new(entry, "backend_data",
                        text_or_null(m->has_backend ? m->backend_data : NULL));
    json_object_set_new(entry, "backend_data6", text_or_null(second ? m->backend_data6 : NULL));
    return entry;
}

/* How it is from here to there through the overlay. */
static json_t *path_entry(const struct felt_path_view *path)
{
    static const char *const names[] = {[FELT_PATH_PASSES] = "passes",
                                        [FELT_PATH_LARGE_FAILS] = "large_fails",
                                        [FELT_PATH_FAILS] = "fails"};

    if (path->state == FELT_PATH_UNKNOWN)
        return json_null();
    return json_pack("{s:s, s:o, s:o}", "state", names[path->state], "rtt_us",
                     usec_or_null(path->rtt_us, 0), "failing_us",
                     path->state == FELT_PATH_PASSES ? json_null()
                                                     : json_integer((json_int_t)path->since_us));
}

static json_t *member_entry(const struct felt_self_view *self, const struct felt_member_view *m)
{
    bool shown = has_lease_to_show(self, m);
    json_t *entry = json_pack(
        "{s:o, s:o, s:b, s:s, s:I, s:s, s:o, s:o, s:o, s:I, s:o, s:o, s:I, s:o}", "id",
        id_text(&m->id), "name", felt_methods_text(m->name), "self", (int)m->self, "state",
        felt_member_state_name(m->state), "incarnation", (json_int_t)m->incarnation, "advertise",
        FELT_ENDPOINT(&m->advertise), "mtu", m->has_backend ? json_integer(m->mtu) : json_null(),
        "lease", shown ? subnet_text(self->config, m->lease_slot) : json_null(), "lease6",
        shown ? subnet6_text(self->config, m->lease_slot) : json_null(), "slots",
        (json_int_t)m->n_slots, "rtt_us", usec_or_null(m->rtt_us, 0), "silent_us",
        usec_or_null(m->silent_us, FELT_USEC_NEVER), "lapse_us", (json_int_t)m->lapse_us,
        "reclaimable_us", usec_or_null(felt_risk_until_reclaim(self, m), FELT_USEC_NEVER));

    json_object_set_new(entry, "path", path_entry(&m->paths[0]));
    json_object_set_new(entry, "path6", path_entry(&m->paths[1]));
    return with_ways(entry, m);
}

static json_t *lease_entry(const struct felt_self_view *self, const struct felt_member_view *m)
{
    json_t *entry = json_pack(
        "{s:o, s:o, s:I, s:o, s:o, s:b, s:s}", "subnet", subnet_text(self->config, m->lease_slot),
        "subnet6", subnet6_text(self->config, m->lease_slot), "slot", (json_int_t)m->lease_slot,
        "node", id_text(&m->id), "name", felt_methods_text(m->name), "self", (int)m->self, "state",
        felt_member_state_name(m->state));

    return with_ways(entry, m);
}

json_t *felt_methods_members(const struct felt_methods_context *c)
{
    _cleanup_(felt_freep) struct felt_member_view *all = NULL;
    json_t *list = json_array();
    struct felt_self_view self;
    size_t n = 0;

    felt_node_self(c->node, &self);
    all = felt_methods_list(c, &n);
    if (all)
        qsort(all, n, sizeof(*all), felt_methods_by_name);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, member_entry(&self, &all[i]));
    return json_pack("{s:o}", "members", list);
}

json_t *felt_methods_leases(const struct felt_methods_context *c)
{
    _cleanup_(felt_freep) struct felt_member_view *all = NULL;
    json_t *list = json_array();
    struct felt_self_view self;
    size_t n = 0;

    felt_node_self(c->node, &self);
    all = felt_methods_list(c, &n);
    if (all)
        qsort(all, n, sizeof(*all), by_slot);
    for (size_t i = 0; self.config && i < n; i++) {
        if (has_lease_to_show(&self, &all[i]))
            json_array_append_new(list, lease_entry(&self, &all[i]));
    }
    return json_pack("{s:o, s:o}", "leases", list, "foreign", felt_methods_foreign(c));
}

/* ---- Leave ---- */

void felt_methods_leave(const struct felt_methods_context *c,
                        struct felt_varlink_answer *ret_answer)
{
    struct felt_self_view self;
    int r;

    felt_node_self(c->node, &self);
    if (!self.in_cluster) {
        ret_answer->error = "io.felt.NotInCluster";
        return;
    }
    r = c->leave(c->userdata);
    if (r < 0)
        ret_answer->error = r == -EBUSY ? "io.felt.NobodyToGiveTo" : "io.felt.NotConfirmed";
    else
        ret_answer->parameters = json_pack("{s:I}", "slots", (json_int_t)self.n_slots_own);
}

/* ---- the interface ---- */

static void get_status(void *userdata, const json_t *parameters _unused_,
                       struct felt_varlink_answer *answer)
{
    answer->parameters = felt_methods_status(userdata);
}

static void list_members(void *userdata, const json_t *parameters _unused_,
                         struct felt_varlink_answer *answer)
{
    answer->parameters = felt_methods_members(userdata);
}

static void list_leases(void *userdata, const json_t *parameters _unused_,
                        struct felt_varlink_answer *answer)
{
    answer->parameters = felt_methods_leases(userdata);
}

static void create_token(void *userdata, const json_t *parameters,
                         struct felt_varlink_answer *answer)
{
    felt_methods_create_token(userdata, parameters, answer);
}

static void leave(void *userdata, const json_t *parameters _unused_,
                  struct felt_varlink_answer *answer)
{
    felt_methods_leave(userdata, answer);
}

static void abandon(void *userdata, const json_t *parameters, struct felt_varlink_answer *answer)
{
    felt_methods_abandon(userdata, parameters, answer);
}

static void reserve(void *userdata, const json_t *parameters, struct felt_varlink_answer *answer)
{
    felt_methods_reserve(userdata, parameters, answer);
}

static void unreserve(void *userdata, const json_t *parameters, struct felt_varlink_answer *answer)
{
    felt_methods_unreserve(userdata, parameters, answer);
}

static void reserve_many(void *userdata, const json_t *parameters,
                         struct felt_varlink_answer *answer)
{
    felt_methods_reserve_many(userdata, parameters, answer);
}

static void list_reservations(void *userdata, const json_t *parameters _unused_,
                              struct felt_varlink_answer *answer)
{
    answer->parameters = felt_methods_reservations(userdata);
}

static void get_saved(void *userdata, const json_t *parameters _unused_,
                      struct felt_varlink_answer *answer)
{
    answer->parameters = felt_methods_saved(userdata);
}

static void reclaim(void *userdata, const json_t *parameters, struct felt_varlink_answer *answer)
{
    felt_methods_reclaim(userdata, parameters, answer);
}

static void list_reclaims(void *userdata, const json_t *parameters,
                          struct felt_varlink_answer *answer)
{
    felt_methods_list_reclaims(userdata, parameters, answer);
}

static void list_slots(void *userdata, const json_t *parameters _unused_,
                       struct felt_varlink_answer *answer)
{
    answer->parameters = felt_methods_slots(userdata);
}

static void list_events(void *userdata, const json_t *parameters,
                        struct felt_varlink_answer *answer)
{
    felt_methods_list_events(userdata, parameters, answer);
}

static void subscribe(void *userdata, const json_t *parameters, struct felt_varlink_answer *answer)
{
    felt_methods_subscribe(userdata, parameters, answer);
}

static bool next_event(void *userdata, uint64_t *cursor, struct felt_varlink_answer *answer)
{
    return felt_methods_next_event(userdata, cursor, answer);
}

static void list_kernel(void *userdata, const json_t *parameters,
                        struct felt_varlink_answer *answer)
{
    felt_methods_kernel(userdata, parameters, answer);
}

static void list_keys(void *userdata, const json_t *parameters _unused_,
                      struct felt_varlink_answer *answer)
{
    answer->parameters = felt_methods_keys(userdata);
}

static void rotate_key(void *userdata, const json_t *parameters, struct felt_varlink_answer *answer)
{
    felt_methods_rotate_key(userdata, parameters, answer);
}

static void remove_key(void *userdata, const json_t *parameters, struct felt_varlink_answer *answer)
{
    felt_methods_remove_key(userdata, parameters, answer);
}

static void get_log_level(void *userdata _unused_, const json_t *parameters _unused_,
                          struct felt_varlink_answer *answer)
{
    felt_methods_log_level(answer);
}

static void set_log_level(void *userdata _unused_, const json_t *parameters,
                          struct felt_varlink_answer *answer)
{
    felt_methods_set_log_level(parameters, answer);
}

void felt_methods_interface(struct felt_methods_context *context,
                            struct felt_varlink_interface *ret_interface)
{
    static const struct felt_varlink_method methods[] = {
        {.name = "GetStatus", .fn = get_status},
        {.name = "ListMembers", .fn = list_members},
        {.name = "ListLeases", .fn = list_leases},
        {.name = "CreateToken", .fn = create_token, .changes = true},
        {.name = "Leave", .fn = leave, .changes = true},
        {.name = "Abandon", .fn = abandon, .changes = true},
        {.name = "Reserve", .fn = reserve, .changes = true},
        {.name = "Unreserve", .fn = unreserve, .changes = true},
        {.name = "ReserveMany", .fn = reserve_many, .changes = true},
        {.name = "ListReservations", .fn = list_reservations},
        {.name = "GetSaved", .fn = get_saved},
        {.name = "SetConfig", .fn = felt_methods_set_config, .changes = true},
        {.name = "Reclaim", .fn = reclaim, .changes = true},
        {.name = "ListReclaims", .fn = list_reclaims},
        {.name = "ListSlots", .fn = list_slots},
        {.name = "ListEvents", .fn = list_events},
        {.name = "Subscribe", .fn = subscribe, .next = next_event},
        {.name = "ListKernel", .fn = list_kernel},
        {.name = "ListKeys", .fn = list_keys},
        {.name = "RotateKey", .fn = rotate_key, .changes = true},
        {.name = "RemoveKey", .fn = remove_key, .changes = true},
        {.name = "GetLogLevel", .fn = get_log_level},
        {.name = "SetLogLevel", .fn = set_log_level, .changes = true},
        {.name = "BridgeBegin", .fn = felt_methods_bridge_begin, .changes = true},
        {.name = "BridgeEnd", .fn = felt_methods_bridge_end, .changes = true},
        {.name = "BridgeUndo", .fn = felt_methods_bridge_undo, .changes = true},
        {.name = "BridgeState", .fn = felt_methods_bridge_state, .changes = true},
        {.name = "BridgeWatch",
         .fn = felt_methods_bridge_watch,
         .next = felt_methods_bridge_next,
         .changes = true},
        {.name = "BridgeClear", .fn = felt_methods_bridge_clear, .changes = true},
        {.name = "BridgeForeign", .fn = felt_methods_bridge_foreign, .changes = true},
        {.name = "BridgeReport", .fn = felt_methods_bridge_report, .changes = true},
    };

    *ret_interface = (struct felt_varlink_interface){
        .name = "io.felt",
        .description = felt_text_io_felt,
        .methods = methods,
        .n_methods = FELT_ARRAY_LEN(methods),
        .userdata = context,
    };
}
