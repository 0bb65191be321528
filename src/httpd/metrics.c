/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/metrics.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"

#define US_PER_S 1e6

void felt_metrics_label(FILE *out, const char *value)
{
    for (; *value != '\0'; value++) {
        if (*value == '\n')
            fputs("\\n", out);
        else if (*value == '\\' || *value == '"')
            fprintf(out, "\\%c", *value);
        else
            fputc(*value, out);
    }
}

static void family(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void label(FILE *out, const char *before, const char *name, const json_t *value)
{
    fprintf(out, "%s%s=\"", before, name);
    felt_metrics_label(out, json_is_string(value) ? json_string_value(value) : "");
    fputc('"', out);
}

/* ---- single numbers ---- */

/* "kernel.work.passes" in an object; NULL: there is none. */
static const json_t *at(const json_t *object, const char *path)
{
    char key[32];

    for (;;) {
        size_t len = strcspn(path, ".");

        assert(len < sizeof(key));
        memcpy(key, path, len);
        key[len] = '\0';
        object = json_object_get(object, key);
        if (path[len] == '\0')
            return object;
        path += len + 1;
    }
}

enum kind {
    NUMBER, /* an integer as it is */
    TRUTH,  /* 1: true */
    IS_SET, /* 1: not null */
    COUNT,  /* elements of an array */
};

static const struct simple {
    const char *path, *name, *type, *help;
    enum kind kind;
} simple[] = {
    {"ready", "felt_ready", "gauge",
     "Whether subnet.env is written and the kernel has been programmed.", TRUTH},
    {"lease", "felt_lease_held", "gauge", "Whether this node has a subnet.", IS_SET},
    {"lease.at_risk", "felt_lease_at_risk", "gauge",
     "Whether the owners of more than half of all subnets are silent here.", TRUTH},
    {"problems", "felt_problems", "gauge",
     "Problems that feltctl status shows in plain words; 0 is well.", COUNT},
    {"node.health", "felt_node_health", "gauge",
     "0: well, up to 8: this node is slow to answer, or deaf.", NUMBER},
    {"cluster.era", "felt_cluster_era", "gauge",
     "Grows with each decision about what silent owners had.", NUMBER},
    {"slots.total", "felt_slots", "gauge", "Subnets of the network.", NUMBER},
    {"slots.own", "felt_slots_owned", "gauge", "Subnets that this node owns, its lease included.",
     NUMBER},
    {"counters.datagrams_sent", "felt_datagrams_sent_total", "counter", "Gossip datagrams sent.",
     NUMBER},
    {"counters.suspicions", "felt_member_suspicions_total", "counter",
     "How often a member did not answer; most answer in the end.", NUMBER},
    {"counters.deaths", "felt_member_deaths_total", "counter", "How often a member was found dead.",
     NUMBER},
    {"kernel.mtu", "felt_overlay_mtu_bytes", "gauge", "Largest packet of the overlay.", NUMBER},
    {"kernel.peers", "felt_kernel_peers", "gauge",
     "Peers whose routes are in the kernel as they should be.", NUMBER},
    {"kernel.unreachable", "felt_kernel_peers_unreachable", "gauge",
     "Peers to which there is no way as things are.", NUMBER},
    {"kernel.error", "felt_kernel_failing", "gauge", "Whether the last pass had an error.", IS_SET},
    {"kernel.work.passes", "felt_kernel_passes_total", "counter",
     "Looks at devices, routes, neighbours and fdb.", NUMBER},
    {"kernel.work.failed", "felt_kernel_passes_failed_total", "counter", "Those that had an error.",
     NUMBER},
    {"kernel.work.operations", "felt_kernel_operations_total", "counter",
     "Operations on the kernel that were needed.", NUMBER},
    {"kernel.work.refused", "felt_kernel_operations_refused_total", "counter",
     "Those that the kernel refused.", NUMBER},
    {"kernel.work.repairs", "felt_kernel_repairs_total", "counter",
     "Devices and peers that somebody else had undone and that were put right again.", NUMBER},
};

static bool value_of(const json_t *status, const struct simple *s, json_int_t *ret)
{
    const json_t *value = at(status, s->path);

    switch (s->kind) {
    case NUMBER:
        *ret = json_integer_value(value);
        return json_is_integer(value);
    case TRUTH:
        *ret = json_is_true(value);
        return json_is_boolean(value);
    case IS_SET:
        *ret = value && !json_is_null(value);
        return value;
    case COUNT:
        *ret = (json_int_t)json_array_size(value);
        return json_is_array(value);
    }
    assert(false && "kind");
}

static void write_simple(FILE *out, const json_t *status)
{
    for (size_t i = 0; i < FELT_ARRAY_LEN(simple); i++) {
        json_int_t value;

        if (!value_of(status, &simple[i], &value))
            continue;
        family(out, simple[i].name, simple[i].type, simple[i].help);
        fprintf(out, "%s %" JSON_INTEGER_FORMAT "\n", simple[i].name, value);
    }
}

static void write_info(FILE *out, const json_t *status)
{
    family(out, "felt_build_info", "gauge", "The version of feltd; always 1.");
    label(out, "felt_build_info{", "version", at(status, "version"));
    fputs("} 1\n", out);
    family(out, "felt_node_info", "gauge", "This node and its network; always 1.");
    label(out, "felt_node_info{", "node", at(status, "node.id"));
    label(out, ",", "name", at(status, "node.name"));
    label(out, ",", "cluster", at(status, "cluster.id"));
    label(out, ",", "network", at(status, "network.network"));
    label(out, ",", "backend", at(status, "network.backend"));
    label(out, ",", "subnet", at(status, "lease.subnet"));
    fputs("} 1\n", out);
}

/* Nothing of an older feltd. */
static void write_rotation(FILE *out, const json_t *rotation)
{
    if (!rotation)
        return;
    family(out, "felt_key_rotation", "gauge",
           "Whether the cluster goes over to another key, so that two are accepted.");
    fprintf(out, "felt_key_rotation %d\n", json_is_object(rotation));
    family(out, "felt_key_rotation_waits_for", "gauge",
           "Members that are not known to have the new key; 0 where there is no rotation.");
    fprintf(out, "felt_key_rotation_waits_for %" JSON_INTEGER_FORMAT "\n",
            json_integer_value(json_object_get(rotation, "waits_for")));
}

/* An object of numbers, each a series with its key as the label. skip: a key that is none of them.
 */
static void write_numbers(FILE *out, const json_t *object, const char *name, const char *label_name,
                          const char *skip)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)object, key, value)
    {
        if (!json_is_integer(value) || (skip && strcmp(key, skip) == 0))
            continue;
        fprintf(out, "%s{%s=\"", name, label_name);
        felt_metrics_label(out, key);
        fprintf(out, "\"} %" JSON_INTEGER_FORMAT "\n", json_integer_value(value));
    }
}

/* ---- members ---- */

static bool is_alive_peer(const json_t *member)
{
    const char *state = json_string_value(json_object_get(member, "state"));

    return state && strcmp(state, "alive") == 0 && !json_is_true(json_object_get(member, "self"));
}

static int by_value(const void *a, const void *b)
{
    json_int_t x = *(const json_int_t *)a, y = *(const json_int_t *)b;

    return x < y ? -1 : x > y;
}

static void write_quantile(FILE *out, const char *name, const char *help, json_int_t us)
{
    family(out, name, "gauge", help);
    fprintf(out, "%s %.6f\n", name, (double)us / US_PER_S);
}

/* Their number does not grow with the cluster. */
static void write_round_trips(FILE *out, const json_t *members)
{
    _cleanup_(felt_freep) json_int_t *all = calloc(json_array_size(members) + 1, sizeof(*all));
    json_t *member;
    size_t i, n = 0;

    if (!all)
        return;
    json_array_foreach((json_t *)members, i, member)
    {
        const json_t *rtt = json_object_get(member, "rtt_us");

        if (is_alive_peer(member) && json_is_integer(rtt))
            all[n++] = json_integer_value(rtt);
    }
    if (n == 0)
        return;
    qsort(all, n, sizeof(*all), by_value);
    write_quantile(out, "felt_round_trip_min_seconds",
                   "Smoothed round trip to the nearest living member.", all[0]);
    write_quantile(out, "felt_round_trip_median_seconds",
                   "Smoothed round trip that half of the living members are within.",
                   all[(n - 1) / 2]);
    write_quantile(out, "felt_round_trip_p90_seconds",
                   "Smoothed round trip that nine of ten living members are within.",
                   all[(n * 9 + 9) / 10 - 1]);
    write_quantile(out, "felt_round_trip_max_seconds",
                   "Smoothed round trip to the farthest living member.", all[n - 1]);
}

static void write_paths(FILE *out, const json_t *members)
{
    static const char *const states[] = {"passes", "large_fails", "fails", "untried"};
    size_t counts[FELT_ARRAY_LEN(states)] = {0}, i;
    json_t *member;

    json_array_foreach((json_t *)members, i, member)
    {
        const char *state = json_string_value(at(member, "path.state"));

        if (!is_alive_peer(member))
            continue;
        for (size_t j = 0; j < FELT_ARRAY_LEN(states); j++)
            counts[j] += strcmp(state ? state : "untried", states[j]) == 0;
    }
    family(out, "felt_paths", "gauge",
           "Living members by what trials through the overlay have shown.");
    for (size_t j = 0; j < FELT_ARRAY_LEN(states); j++)
        fprintf(out, "felt_paths{state=\"%s\"} %zu\n", states[j], counts[j]);
}

/* Names need not be unique; series must be. */
static void write_peers(FILE *out, const json_t *members, const char *path, const char *name,
                        const char *help)
{
    bool is_told = false;
    json_t *member;
    size_t i;

    json_array_foreach((json_t *)members, i, member)
    {
        const json_t *us = at(member, path);

        if (!is_alive_peer(member) || !json_is_integer(us))
            continue;
        if (!is_told)
            family(out, name, "gauge", help);
        is_told = true;
        fprintf(out, "%s", name);
        label(out, "{", "peer", json_object_get(member, "name"));
        label(out, ",", "node", json_object_get(member, "id"));
        fprintf(out, "} %.6f\n", (double)json_integer_value(us) / US_PER_S);
    }
}

void felt_metrics_write(FILE *out, const json_t *status, const json_t *members)
{
    const json_t *list = json_object_get(members, "members");

    family(out, "felt_up", "gauge", "Whether feltd answers.");
    fprintf(out, "felt_up %d\n", status != NULL);
    if (!status)
        return;
    write_info(out, status);
    write_simple(out, status);
    write_rotation(out, at(status, "rotation"));
    family(out, "felt_members", "gauge", "Members that this node knows, by state.");
    write_numbers(out, at(status, "members"), "felt_members", "state", "total");
    family(out, "felt_datagrams_received_total", "counter",
           "Gossip datagrams received, by what became of them.");
    write_numbers(out, at(status, "counters.datagrams"), "felt_datagrams_received_total", "verdict",
                  NULL);
    if (!list)
        return;
    write_round_trips(out, list);
    write_paths(out, list);
    if (json_array_size(list) > FELT_METRICS_PEERS_MAX)
        return;
    write_peers(out, list, "rtt_us", "felt_peer_round_trip_seconds",
                "Smoothed round trip of gossip to a living member.");
    write_peers(out, list, "path.rtt_us", "felt_peer_path_round_trip_seconds",
                "Round trip to a living member through the overlay, of the last answer.");
}
