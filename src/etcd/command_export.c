/* SPDX-License-Identifier: Apache-2.0 */
/* felt-etcd-bridge export: the cluster's leases and reservations as keys of flannel, so that
 * flanneld, started on each machine instead of feltd, takes the subnet that it has (B-10.6). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/table.h"
#include "etcd/feltd_reply.h"
#include "etcd/network.h"
#include "flannel/key.h"

#define NAME_TEXT 65 /* of a node's name, as much as is shown of it */

enum fate {
    CREATE,
    REPLACE,
    SAME,     /* it is there as it should be */
    CONFLICT, /* another machine has it in etcd */
    UNKNOWN,  /* feltd does not know where the machine is */
};

static const char *const fate_names[] = {
    [CREATE] = "create",
    [REPLACE] = "replace",
    [SAME] = "there already",
    [CONFLICT] = "no: another machine has it in etcd",
    [UNKNOWN] = "no: its machine has not said where it is",
};

/* One key to be. */
struct item {
    struct felt_dual subnets;
    struct felt_flannel_lease lease;
    char node[NAME_TEXT]; /* "": a reservation only */
    enum fate fate;
    bool is_lasting; /* without a TTL */
    uint64_t index;  /* of REPLACE: the key's modifiedIndex */
    bool is_written;
};

struct plan {
    struct item *items;
    size_t n;
    char config[FELT_NETCONF_TEXT_MAX + 64]; /* to be created; "": it is there */
};

static void plan_done(struct plan *plan)
{
    free(plan->items);
}

static const struct felt_flannel_found *find(const struct felt_bridge_network *network,
                                             uint32_t slot)
{
    for (size_t i = 0; i < network->survey.n_found; i++) {
        if (network->survey.found[i].slot == slot)
            return &network->survey.found[i];
    }
    return NULL;
}

/* Whether flanneld would find another key of this machine, and perhaps take that. */
static const struct felt_flannel_found *find_other(const struct felt_bridge_network *network,
                                                   const struct felt_ip *ip, uint32_t slot)
{
    for (size_t i = 0; i < network->survey.n_found; i++) {
        const struct felt_flannel_found *f = &network->survey.found[i];

        if (f->slot != slot && felt_ip_equal(&f->lease.public_ip, ip))
            return f;
    }
    return NULL;
}

static void judge(const struct felt_bridge_network *network, uint32_t slot, struct item *item)
{
    const struct felt_flannel_found *f = find(network, slot);

    item->fate = CREATE;
    if (item->lease.public_ip.family == FELT_FAMILY_NONE)
        item->fate = UNKNOWN;
    else if (f && !felt_ip_equal(&f->lease.public_ip, &item->lease.public_ip))
        item->fate = CONFLICT;
    else if (f && felt_flannel_lease_equal(&f->lease, &item->lease) && !f->expires)
        item->fate = SAME;
    else if (f)
        item->fate = REPLACE;
    if (f) {
        item->index = f->modified;
        item->is_lasting = !f->expires;
    }
}

/* Of "leases" of ListLeases. */
static void plan_lease(struct plan *plan, const struct felt_bridge_network *network,
                       const json_t *entry)
{
    struct item *item = &plan->items[plan->n];
    uint32_t slot;

    if (felt_feltd_slot_read(entry, &network->config, &slot) < 0)
        return;
    item->subnets = felt_netconf_subnets(&network->config, slot);
    felt_feltd_lease_read(entry, &item->lease);
    felt_feltd_text_read(entry, "name", item->node, sizeof(item->node));
    judge(network, slot, item);
    if (item->lease.backend[0] == '\0')
        item->fate = UNKNOWN;
    plan->n++;
}

static struct item *find_item(struct plan *plan, const struct felt_dual *subnets)
{
    for (size_t i = 0; i < plan->n; i++) {
        if (felt_dual_equal(&plan->items[i].subnets, subnets))
            return &plan->items[i];
    }
    return NULL;
}

/* Of "reservations" of ListReservations: flannel knows those by an address. */
static void plan_reservation(struct plan *plan, const struct felt_bridge_network *network,
                             const json_t *entry)
{
    const char *whom = json_string_value(json_object_get(entry, "whom"));
    struct item *item = &plan->items[plan->n], *leased;
    uint32_t slot;

    *item = (struct item){.is_lasting = true};
    if (!whom || felt_ip_parse(whom, &item->lease.public_ip) < 0 ||
        item->lease.public_ip.family != FELT_FAMILY_V4 ||
        felt_feltd_slot_read(entry, &network->config, &slot) < 0)
        return;
    item->subnets = felt_netconf_subnets(&network->config, slot);
    leased = find_item(plan, &item->subnets);
    if (leased) {
        leased->is_lasting |= leased->fate == CREATE &&
                              felt_ip_equal(&leased->lease.public_ip, &item->lease.public_ip);
        return;
    }
    judge(network, slot, item);
    if (find(network, slot) && item->fate == REPLACE)
        item->fate = SAME; /* whatever it says of a device, the machine is the same */
    plan->n++;
}

static enum felt_bridge_exit make_plan(struct felt_bridge *bridge,
                                       const struct felt_bridge_network *network, struct plan *plan)
{
    _cleanup_(json_decrefp) json_t *leases = NULL, *reservations = NULL;
    enum felt_bridge_exit code;
    json_t *list, *entry;
    size_t i;

    code = felt_bridge_feltd(bridge, "io.felt.ListLeases", NULL, &leases);
    if (code == FELT_BRIDGE_FINE)
        code = felt_bridge_feltd(bridge, "io.felt.ListReservations", NULL, &reservations);
    if (code != FELT_BRIDGE_FINE)
        return code;
    plan->items = calloc(json_array_size(json_object_get(leases, "leases")) +
                             json_array_size(json_object_get(reservations, "reservations")) + 1,
                         sizeof(*plan->items));
    if (!plan->items)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "out of memory");
    list = json_object_get(leases, "leases");
    json_array_foreach(list, i, entry) plan_lease(plan, network, entry);
    list = json_object_get(reservations, "reservations");
    json_array_foreach(list, i, entry) plan_reservation(plan, network, entry);
    return FELT_BRIDGE_FINE;
}

/* ---- writing ---- */

static enum felt_bridge_exit write_config(struct felt_bridge *bridge, const char *config)
{
    _cleanup_(felt_etcd_reply_freep) struct felt_etcd_reply *reply = NULL;
    struct felt_etcd_op op = {.what = FELT_ETCD_CREATE, .name = FELT_ETCD_CONFIG_NAME};
    enum felt_bridge_exit code;

    snprintf(op.value, sizeof(op.value), "%s", config);
    code = felt_bridge_etcd(bridge, &op, &reply);
    if (code == FELT_BRIDGE_FINE && reply->error)
        code = felt_bridge_refused(bridge, &op, reply);
    return code;
}

static enum felt_bridge_exit write_item(struct felt_bridge *bridge, struct item *item)
{
    _cleanup_(felt_etcd_reply_freep) struct felt_etcd_reply *reply = NULL;
    struct felt_etcd_op op = {.what = item->fate == CREATE ? FELT_ETCD_CREATE : FELT_ETCD_SWAP};
    char key[FELT_FLANNEL_KEY_TEXT];
    enum felt_bridge_exit code;
    size_t len;

    snprintf(op.name, sizeof(op.name), FELT_ETCD_SUBNETS "/%s",
             felt_flannel_key_format(&item->subnets, key));
    len = felt_flannel_lease_format(&item->lease, op.value);
    if (item->node[0] != '\0' && len < FELT_FLANNEL_VALUE_MAX)
        felt_flannel_mark(op.value, len);
    op.ttl_s = item->is_lasting ? 0 : FELT_ETCD_LEASE_TTL_S;
    op.index = item->index;
    code = felt_bridge_etcd(bridge, &op, &reply);
    /* Somebody was quicker; the next run sees what is there now. */
    if (code == FELT_BRIDGE_FINE && reply->error)
        code = felt_bridge_refused(bridge, &op, reply);
    item->is_written = code == FELT_BRIDGE_FINE;
    return code;
}

/* All that can be written; a key that etcd refuses keeps no other from being written. */
static enum felt_bridge_exit write_all(struct felt_bridge *bridge, struct plan *plan)
{
    enum felt_bridge_exit code = FELT_BRIDGE_FINE, worst = FELT_BRIDGE_FINE;

    if (plan->config[0] != '\0')
        code = write_config(bridge, plan->config);
    if (code != FELT_BRIDGE_FINE)
        return code;
    for (size_t i = 0; i < plan->n && code != FELT_BRIDGE_UNREACHABLE; i++) {
        if (plan->items[i].fate != CREATE && plan->items[i].fate != REPLACE)
            continue;
        code = write_item(bridge, &plan->items[i]);
        worst = FELT_MAX(worst, code);
    }
    return worst;
}

/* ---- saying ---- */

static enum felt_bridge_exit print_plan(const struct felt_bridge *bridge,
                                        const struct felt_bridge_network *network,
                                        const struct plan *plan)
{
    static const char *const headings[] = {"SUBNET", "PUBLIC IP", "NODE", "BACKEND", "KEY"};
    _cleanup_(felt_table_freep) struct felt_table *table =
        felt_table_new(FELT_ARRAY_LEN(headings), headings);

    felt_bridge_print_network(bridge, network);
    if (plan->config[0] != '\0')
        printf("%s/%s: create\n", bridge->options->prefix, FELT_ETCD_CONFIG_NAME);
    putchar('\n');
    for (size_t i = 0; table && i < plan->n; i++) {
        const struct item *item = &plan->items[i];
        char text[64];

        snprintf(text, sizeof(text), "%s%s", fate_names[item->fate],
                 item->is_lasting && item->fate <= REPLACE ? ", without a TTL" : "");
        if (felt_table_add(table, (const char *const[]){FELT_DUAL(&item->subnets),
                                                        FELT_IP(&item->lease.public_ip), item->node,
                                                        item->lease.backend, text}) < 0)
            return felt_bridge_say(FELT_BRIDGE_REFUSED, "out of memory");
    }
    if (!table)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "out of memory");
    felt_table_print(table, stdout);
    felt_bridge_print_skipped(bridge, network);
    return FELT_BRIDGE_FINE;
}

static enum felt_bridge_exit print_json(const struct felt_bridge *bridge, const struct plan *plan)
{
    static const char *const names[] = {"create", "replace", "same", "conflict", "unknown"};
    json_t *keys = json_array();
    _cleanup_(json_decrefp) json_t *all =
        json_pack("{s:s, s:s, s:b, s:o}", "etcd", felt_etcd_client_endpoint(bridge->etcd), "prefix",
                  bridge->options->prefix, "config", (int)(plan->config[0] != '\0'), "keys", keys);

    for (size_t i = 0; i < plan->n; i++) {
        const struct item *item = &plan->items[i];
        char key[FELT_FLANNEL_KEY_TEXT];

        json_array_append_new(keys,
                              json_pack("{s:s, s:s, s:s, s:s, s:b, s:b}", "name",
                                        felt_flannel_key_format(&item->subnets, key), "public_ip",
                                        FELT_IP(&item->lease.public_ip), "node", item->node,
                                        "action", names[item->fate], "ttl", (int)!item->is_lasting,
                                        "written", (int)item->is_written));
    }
    return all ? felt_bridge_print_json(all)
               : felt_bridge_say(FELT_BRIDGE_REFUSED, "out of memory");
}

/* What is not as it should be in etcd in the end. */
static enum felt_bridge_exit complain(const struct felt_bridge *bridge,
                                      const struct felt_bridge_network *network,
                                      const struct plan *plan)
{
    enum felt_bridge_exit code = FELT_BRIDGE_FINE;

    for (size_t i = 0; i < plan->n; i++) {
        const struct item *item = &plan->items[i];
        const struct felt_flannel_found *other;
        uint32_t slot;

        if (item->fate == CONFLICT || item->fate == UNKNOWN)
            code = felt_bridge_say(
                FELT_BRIDGE_REFUSED, "%s of %s is not in etcd: %s", FELT_DUAL(&item->subnets),
                item->node[0] != '\0' ? item->node : FELT_IP(&item->lease.public_ip),
                fate_names[item->fate]);
        if (felt_netconf_slot(&network->config, &item->subnets.v4, &slot) < 0)
            continue;
        other = find_other(network, &item->lease.public_ip, slot);
        if (other)
            code = felt_bridge_say(
                FELT_BRIDGE_REFUSED,
                "%s has another key in etcd, %s/%s: remove that, or flanneld may "
                "take it",
                FELT_IP(&item->lease.public_ip), bridge->options->prefix, other->name);
    }
    return code;
}

/* ---- the command ---- */

/* The cluster's configuration for a flanneld, to which no backend is udp. */
static enum felt_bridge_exit make_config(struct felt_bridge_network *network, const char *text,
                                         struct plan *plan)
{
    struct felt_netconf_error error;

    snprintf(plan->config, sizeof(plan->config), "%s", text);
    if (felt_flannel_config_read(text, strlen(text), &network->config, network->text, &error) < 0)
        snprintf(plan->config, sizeof(plan->config), "{\"Backend\":{\"Type\":\"vxlan\"},%s",
                 text + 1);
    if (felt_flannel_config_read(plan->config, strlen(plan->config), &network->config,
                                 network->text, &error) < 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "flannel cannot have this network: %s",
                               error.text);
    return FELT_BRIDGE_FINE;
}

static enum felt_bridge_exit read_both(struct felt_bridge *bridge,
                                       struct felt_bridge_network *network, struct plan *plan)
{
    char text[FELT_NETCONF_TEXT_MAX + 1];
    struct felt_netconf cluster;
    enum felt_bridge_exit code;
    bool has_config = false;

    code = felt_bridge_need_feltd(bridge);
    if (code == FELT_BRIDGE_FINE)
        code = felt_bridge_read_cluster(bridge, &cluster, text);
    if (code == FELT_BRIDGE_FINE)
        code = felt_bridge_read_config(bridge, network, &has_config);
    if (code != FELT_BRIDGE_FINE)
        return code;
    if (!has_config) {
        code = make_config(network, text, plan);
        return code == FELT_BRIDGE_FINE ? felt_bridge_read_survey(bridge, network) : code;
    }
    code = felt_bridge_compare(bridge, network, &cluster, "the cluster");
    return code == FELT_BRIDGE_FINE ? felt_bridge_read_survey(bridge, network) : code;
}

enum felt_bridge_exit felt_bridge_export(struct felt_bridge *bridge)
{
    _cleanup_(felt_bridge_network_done) struct felt_bridge_network network = {0};
    _cleanup_(plan_done) struct plan plan = {0};
    const struct felt_bridge_options *o = bridge->options;
    enum felt_bridge_exit code = read_both(bridge, &network, &plan), said;

    if (code == FELT_BRIDGE_FINE)
        code = make_plan(bridge, &network, &plan);
    if (code == FELT_BRIDGE_FINE && !o->is_json)
        code = print_plan(bridge, &network, &plan);
    if (code != FELT_BRIDGE_FINE)
        return code;
    if (!o->dry_run)
        code = write_all(bridge, &plan);
    if (o->is_json) {
        said = print_json(bridge, &plan);
        code = FELT_MAX(code, said);
    }
    said = complain(bridge, &network, &plan);
    return FELT_MAX(code, said);
}
