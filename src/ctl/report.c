/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/report.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/id.h"
#include "ctl/duration.h"
#include "ctl/paint.h"
#include "ctl/table.h"

#define LABEL_WIDTH 10 /* of the left column of the status */

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value && *value != '\0' ? value : "-";
}

static json_int_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static bool has(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return value && !json_is_null(value);
}

/* Two values of one noun, the second of which there may not be: "10.5.3.0/24,fc00:0:0:3::/64". */
struct both {
    char s[256];
};

static struct both both(const json_t *object, const char *key, const char *key6)
{
    struct both b;

    snprintf(b.s, sizeof(b.s), "%s%s%s", text(object, key), has(object, key6) ? "," : "",
             has(object, key6) ? text(object, key6) : "");
    return b;
}

/* ---- status ---- */

_printf_(3, 4) static void line(FILE *out, const char *label, const char *format, ...)
{
    char value[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(value, sizeof(value), format, args);
    va_end(args);
    for (char *c = value; *c != '\0'; c++) {
        if (iscntrl((unsigned char)*c))
            *c = '?';
    }
    fprintf(out, "%-*s%s\n", LABEL_WIDTH, label, value);
}

static void report_cluster(const json_t *reply, FILE *out)
{
    const json_t *members = json_object_get(reply, "members");
    const json_t *cluster = json_object_get(reply, "cluster");
    char left[64] = "";

    if (!json_is_object(cluster)) {
        line(out, "cluster", "none yet");
        return;
    }
    if (number(members, "left") > 0)
        snprintf(left, sizeof(left), ", and %" JSON_INTEGER_FORMAT " that left",
                 number(members, "left"));
    line(out, "cluster",
         "%s, members: %" JSON_INTEGER_FORMAT " (%" JSON_INTEGER_FORMAT
         " alive, %" JSON_INTEGER_FORMAT " suspect, %" JSON_INTEGER_FORMAT " dead)%s",
         text(cluster, "id"), number(members, "total"), number(members, "alive"),
         number(members, "suspect"), number(members, "dead"), left);
}

static void report_lease_time(const json_t *reply, FILE *out)
{
    const json_t *cluster = json_object_get(reply, "cluster");
    json_int_t seconds = number(cluster, "lease_time_s");
    char time[FELT_DURATION_TEXT];

    if (!has(cluster, "lease_time_s"))
        return;
    if (seconds <= 0)
        line(out, "reclaim", "never by itself (lease time 0)");
    else
        line(out, "reclaim", "of what is silent for the lease time, %s",
             felt_duration_format((felt_usec)seconds * FELT_USEC_SEC, time));
}

static void report_network(const json_t *reply, FILE *out)
{
    const json_t *network = json_object_get(reply, "network");
    const json_t *slots = json_object_get(reply, "slots");

    if (!json_is_object(network)) {
        line(out, "network", "not known yet");
        return;
    }
    line(out, "network",
         "%s, %s, %" JSON_INTEGER_FORMAT " subnets of /%" JSON_INTEGER_FORMAT " from %s to %s",
         text(network, "network"), text(network, "backend"), number(slots, "total"),
         number(network, "subnet_len"), text(network, "subnet_min"), text(network, "subnet_max"));
    network = json_object_get(network, "ipv6");
    if (json_is_object(network))
        line(out, "", "%s, each with a /%" JSON_INTEGER_FORMAT " from %s to %s",
             text(network, "network"), number(network, "subnet_len"), text(network, "subnet_min"),
             text(network, "subnet_max"));
}

static void report_lease(const json_t *reply, FILE *out)
{
    const json_t *lease = json_object_get(reply, "lease");

    if (json_is_object(lease))
        line(out, "lease", "%s%s, in %s", both(lease, "subnet", "subnet6").s,
             json_is_true(json_object_get(lease, "at_risk")) ? " (AT RISK, see below)" : "",
             text(reply, "subnet_file"));
    else if (has(reply, "waiting"))
        line(out, "lease", "none yet: %s", text(reply, "waiting"));
    else
        line(out, "lease", "none yet");
}

static void report_kernel(const json_t *reply, FILE *out)
{
    const json_t *kernel = json_object_get(reply, "kernel");
    struct both devices = both(kernel, "device", "device6");
    const char *device = has(kernel, "device") ? devices.s : "routes";

    /* Without an MTU no pass has come to an end yet; without a device the backend needs none. */
    if (has(kernel, "mtu"))
        line(out, "kernel",
             "%s over %s, mtu %" JSON_INTEGER_FORMAT ", %" JSON_INTEGER_FORMAT " %s programmed",
             device, text(kernel, "interface"), number(kernel, "mtu"), number(kernel, "peers"),
             number(kernel, "peers") == 1 ? "peer" : "peers");
    else
        line(out, "kernel", "no device yet");
}

/* Only where there is one, or what one left behind. */
static void report_bridge(const json_t *reply, FILE *out)
{
    const json_t *bridge = json_object_get(reply, "bridge");
    json_int_t foreign = number(bridge, "foreign");

    if (!json_is_object(bridge))
        return;
    line(out, "bridge", "etcd, %s%s%s%s, %" JSON_INTEGER_FORMAT " foreign %s",
         json_is_true(json_object_get(bridge, "on")) ? "on beside " : "off",
         json_is_true(json_object_get(bridge, "on")) ? text(bridge, "name") : "",
         has(bridge, "health") ? ": " : "", has(bridge, "health") ? text(bridge, "health") : "",
         foreign, foreign == 1 ? "lease" : "leases");
}

static void report_problems(const json_t *reply, FILE *out)
{
    const json_t *problems = json_object_get(reply, "problems");

    if (json_array_size(problems) == 0)
        line(out, "problems", "none");
    fputs(felt_paint(FELT_PAINT_BAD), out);
    for (size_t i = 0; i < json_array_size(problems); i++) {
        const char *problem = json_string_value(json_array_get(problems, i));

        line(out, i == 0 ? "problems" : "", "%s", problem ? problem : "-");
    }
    fputs(felt_paint(FELT_PAINT_PLAIN), out);
}

int felt_report_status(const json_t *reply, FILE *out)
{
    const json_t *node = json_object_get(reply, "node");

    line(out, "node", "%s (%.*s), gossip at %s, overlay traffic to %s", text(node, "name"),
         FELT_ID_SHORT_LEN, text(node, "id"), text(node, "advertise"),
         both(node, "public_ip", "public_ip6").s);
    report_cluster(reply, out);
    report_lease_time(reply, out);
    report_network(reply, out);
    report_lease(reply, out);
    report_kernel(reply, out);
    report_bridge(reply, out);
    line(out, "ready", "%s", json_is_true(json_object_get(reply, "ready")) ? "yes" : "no");
    report_problems(reply, out);
    return 0;
}

/* ---- members, leases ---- */

struct cells {
    char name[128];
    char id[FELT_ID_SHORT_LEN + 1];
    char rtt[FELT_DURATION_TEXT];
    char path[FELT_DURATION_TEXT + 18];
    char heard[FELT_DURATION_TEXT + 4];
    char reclaim[FELT_DURATION_TEXT + 4];
};

/* When others get what a dead member owns. */
static void fill_reclaim(const json_t *entry, struct cells *c)
{
    char left[FELT_DURATION_TEXT];

    strcpy(c->reclaim, "-");
    if (strcmp(text(entry, "state"), "dead") != 0 || number(entry, "slots") <= 0)
        return;
    if (!has(entry, "reclaimable_us"))
        strcpy(c->reclaim, "never");
    else if (number(entry, "reclaimable_us") <= 0)
        strcpy(c->reclaim, "now");
    else
        snprintf(c->reclaim, sizeof(c->reclaim), "in %s",
                 felt_duration_format((felt_usec)number(entry, "reclaimable_us"), left));
}

static void fill_cells(const json_t *entry, const char *id_key, struct cells *c)
{
    char silent[FELT_DURATION_TEXT];

    *c = (struct cells){0};
    snprintf(c->name, sizeof(c->name), "%s%s", text(entry, "name"),
             json_is_true(json_object_get(entry, "self")) ? " (this node)" : "");
    snprintf(c->id, sizeof(c->id), "%s", text(entry, id_key));
    if (has(entry, "rtt_us"))
        felt_duration_format((felt_usec)number(entry, "rtt_us"), c->rtt);
    if (json_is_true(json_object_get(entry, "self")))
        return;
    if (has(entry, "silent_us"))
        snprintf(c->heard, sizeof(c->heard), "%s ago",
                 felt_duration_format((felt_usec)number(entry, "silent_us"), silent));
    else
        strcpy(c->heard, "never");
}

/* How bad it is: 0 where it passes or is not known. */
static int badness(const json_t *path)
{
    const char *state = text(path, "state");

    return strcmp(state, "fails") == 0 ? 2 : strcmp(state, "large_fails") == 0 ? 1 : 0;
}

/* "ok 450us", "fails 65s", "large fail 3m"; of two families the worse, by its name where the other
 * is better: "IPv6 fails 3s". */
static void fill_path(const json_t *entry, struct cells *c)
{
    const json_t *first = json_object_get(entry, "path"), *second = json_object_get(entry, "path6");
    int bad = badness(first), bad6 = badness(second);
    const json_t *path = bad6 > bad || !has(first, "state") ? second : first;
    const char *since = bad || bad6 ? "failing_us" : "rtt_us";
    char duration[FELT_DURATION_TEXT] = "";

    if (!has(path, "state"))
        return;
    if (has(path, since))
        felt_duration_format((felt_usec)number(path, since), duration);
    snprintf(c->path, sizeof(c->path), "%s%s%s%s",
             bad6 > bad                           ? "IPv6 "
             : bad > bad6 && has(second, "state") ? "IPv4 "
                                                  : "",
             bad == 0 && bad6 == 0 ? "ok"
             : badness(path) == 1  ? "large fail"
                                   : "fails",
             *duration ? " " : "", duration);
}

int felt_report_members(const json_t *reply, FILE *out)
{
    static const char *const headings[] = {"NAME",   "ID",         "STATE",   "SUBNET",
                                           "GOSSIP", "PUBLIC IP",  "BACKEND", "RTT",
                                           "PATH",   "LAST HEARD", "RECLAIM"};
    _cleanup_(felt_table_freep) struct felt_table *table =
        felt_table_new(FELT_ARRAY_LEN(headings), headings);
    const json_t *members = json_object_get(reply, "members");
    struct cells c;

    if (!table)
        return -ENOMEM;
    for (size_t i = 0; i < json_array_size(members); i++) {
        const json_t *m = json_array_get(members, i);

        fill_cells(m, "id", &c);
        fill_reclaim(m, &c);
        fill_path(m, &c);
        if (felt_table_add(table, (const char *const[]){
                                      c.name, c.id, text(m, "state"), both(m, "lease", "lease6").s,
                                      text(m, "advertise"), both(m, "public_ip", "public_ip6").s,
                                      text(m, "backend"), c.rtt, c.path, c.heard, c.reclaim}) < 0)
            return -ENOMEM;
    }
    felt_table_print(table, out);
    return 0;
}

/* Leases outside of the cluster, below those of members. */
static int add_foreign(struct felt_table *table, const json_t *foreign)
{
    for (size_t i = 0; i < json_array_size(foreign); i++) {
        const json_t *l = json_array_get(foreign, i);

        if (json_is_true(json_object_get(l, "changed_over")))
            continue; /* it is above */
        if (felt_table_add(table, (const char *const[]){both(l, "subnet", "subnet6").s, "", "",
                                                        has(l, "backend") ? "foreign" : "kept",
                                                        has(l, "public_ip")
                                                            ? both(l, "public_ip", "public_ip6").s
                                                            : text(l, "public_ip6"),
                                                        text(l, "backend")}) < 0)
            return -ENOMEM;
    }
    return 0;
}

int felt_report_leases(const json_t *reply, FILE *out)
{
    static const char *const headings[] = {"SUBNET", "NODE", "ID", "STATE", "PUBLIC IP", "BACKEND"};
    _cleanup_(felt_table_freep) struct felt_table *table =
        felt_table_new(FELT_ARRAY_LEN(headings), headings);
    const json_t *leases = json_object_get(reply, "leases");
    struct cells c;

    if (!table)
        return -ENOMEM;
    for (size_t i = 0; i < json_array_size(leases); i++) {
        const json_t *l = json_array_get(leases, i);

        fill_cells(l, "node", &c);
        if (felt_table_add(table, (const char *const[]){both(l, "subnet", "subnet6").s, c.name,
                                                        c.id, text(l, "state"),
                                                        both(l, "public_ip", "public_ip6").s,
                                                        text(l, "backend")}) < 0)
            return -ENOMEM;
    }
    if (add_foreign(table, json_object_get(reply, "foreign")) < 0)
        return -ENOMEM;
    felt_table_print(table, out);
    return 0;
}

int felt_report_reservations(const json_t *reply, FILE *out)
{
    static const char *const headings[] = {"SUBNET", "FOR", "STATE", "LEASED BY"};
    _cleanup_(felt_table_freep) struct felt_table *table =
        felt_table_new(FELT_ARRAY_LEN(headings), headings);
    const json_t *reservations = json_object_get(reply, "reservations");

    if (!table)
        return -ENOMEM;
    for (size_t i = 0; i < json_array_size(reservations); i++) {
        const json_t *r = json_array_get(reservations, i);

        if (felt_table_add(table,
                           (const char *const[]){both(r, "subnet", "subnet6").s, text(r, "whom"),
                                                 text(r, "state"), text(r, "holder")}) < 0)
            return -ENOMEM;
    }
    felt_table_print(table, out);
    return 0;
}
