/* SPDX-License-Identifier: Apache-2.0 */
/* felt-etcd-bridge import: what etcd holds becomes the beginning of a cluster, files for a founder
 * that does not run yet, or reservations in a cluster that does. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/path.h"
#include "etcd/network.h"

#define FILE_MAX    16384 /* bytes of a net-conf.json that is written for people */
#define RESERVE_MAX 256   /* reservations in one call: as many as feltd takes */

/* The reservations that a lease each is worth. NULL: out of memory. */
static json_t *reservations_of(const struct felt_bridge_network *network, const char *whom_key,
                               const char *subnet_key)
{
    json_t *list = json_array();

    for (size_t i = 0; i < network->survey.n_found; i++) {
        const struct felt_flannel_found *f = &network->survey.found[i];

        if (!f->is_old && json_array_append_new(
                              list, json_pack("{s:s, s:s}", whom_key, FELT_IP(&f->lease.public_ip),
                                              subnet_key, FELT_CIDR(&f->subnets.v4))) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* ---- a founder ---- */

static enum felt_bridge_exit check_file(const struct felt_bridge *bridge,
                                        const struct felt_bridge_network *network,
                                        bool *ret_is_there)
{
    const char *path = bridge->options->net_config_path;
    struct felt_netconf_error error;
    struct felt_netconf config;
    char text[FILE_MAX];
    ssize_t n = felt_path_read(path, text, sizeof(text));

    *ret_is_there = n >= 0;
    if (n == -ENOENT)
        return FELT_BRIDGE_FINE;
    if (n < 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "%s: %s", path, strerror((int)-n));
    n = (ssize_t)felt_netconf_squeeze(text, (size_t)n);
    if (felt_netconf_parse(text, (size_t)n, &config, &error) < 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED,
                               "%s: %s; remove it, and etcd's configuration takes its place", path,
                               error.text);
    return felt_bridge_compare(bridge, network, &config, path);
}

static enum felt_bridge_exit write_file(const char *path, const char *text)
{
    int r = felt_path_make_parents(path, 0755);

    if (r == 0)
        r = felt_path_replace(path, text, strlen(text), 0644);
    if (r < 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "cannot write %s: %s", path, strerror(-r));
    return FELT_BRIDGE_FINE;
}

/* The configuration comes last: where it is, the rest is, too (B-10.5). */
static enum felt_bridge_exit write_files(const struct felt_bridge *bridge,
                                         const struct felt_bridge_network *network, bool has_config)
{
    const struct felt_bridge_options *o = bridge->options;
    _cleanup_(json_decrefp) json_t *list = reservations_of(network, "PublicIP", "Subnet");
    _cleanup_(felt_freep) char *dump = list ? json_dumps(list, JSON_INDENT(2)) : NULL;
    _cleanup_(felt_freep) char *reservations = NULL;
    char config[FELT_NETCONF_TEXT_MAX + 2];
    enum felt_bridge_exit code;

    if (!dump || asprintf(&reservations, "%s\n", dump) < 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "out of memory");
    code = write_file(o->reservations_path, reservations);
    if (code != FELT_BRIDGE_FINE || has_config)
        return code;
    snprintf(config, sizeof(config), "%s\n", network->text);
    return write_file(o->net_config_path, config);
}

/* ---- a running cluster ---- */

/* Reserves those from *at on, as many as go into a call; says which ones feltd does not take. */
static enum felt_bridge_exit reserve_some(struct felt_bridge *bridge, const json_t *all, size_t *at,
                                          size_t *n_refused)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    json_t *some = json_array(), *entry;
    enum felt_bridge_exit code;
    size_t i;

    while (*at < json_array_size(all) && json_array_size(some) < RESERVE_MAX)
        json_array_append(some, json_array_get(all, (*at)++));
    code = felt_bridge_feltd(bridge, "io.felt.ReserveMany",
                             json_pack("{s:o}", "reservations", some), &reply);
    if (code != FELT_BRIDGE_FINE)
        return code;
    json_array_foreach(json_object_get(reply, "refused"), i, entry)
    {
        const char *whom = json_string_value(json_object_get(entry, "whom"));
        const char *subnet = json_string_value(json_object_get(entry, "subnet"));
        const char *reason = json_string_value(json_object_get(entry, "reason"));

        felt_bridge_say(FELT_BRIDGE_REFUSED, "feltd does not keep %s for %s: %s",
                        subnet ? subnet : "-", whom ? whom : "-", reason ? reason : "-");
        ++*n_refused;
    }
    return felt_bridge_await_save(bridge, json_integer_value(json_object_get(reply, "save")));
}

static enum felt_bridge_exit reserve_all(struct felt_bridge *bridge,
                                         const struct felt_bridge_network *network)
{
    _cleanup_(json_decrefp) json_t *all = reservations_of(network, "whom", "subnet");
    enum felt_bridge_exit code = FELT_BRIDGE_FINE;
    size_t at = 0, n_refused = 0;

    while (code == FELT_BRIDGE_FINE && at < json_array_size(all))
        code = reserve_some(bridge, all, &at, &n_refused);
    if (code == FELT_BRIDGE_FINE && n_refused > 0)
        code = felt_bridge_say(FELT_BRIDGE_REFUSED, "%zu of %zu reservations were refused",
                               n_refused, json_array_size(all));
    return code;
}

/* ---- the command ---- */

static size_t count(const struct felt_bridge_network *network)
{
    size_t n = 0;

    for (size_t i = 0; i < network->survey.n_found; i++)
        n += !network->survey.found[i].is_old;
    return n;
}

static enum felt_bridge_exit print_plan(const struct felt_bridge *bridge,
                                        const struct felt_bridge_network *network)
{
    felt_bridge_print_network(bridge, network);
    putchar('\n');
    if (network->survey.n_found == 0)
        printf("There is no lease in etcd.\n");
    else if (felt_bridge_print_leases(network) < 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "out of memory");
    felt_bridge_print_skipped(bridge, network);
    putchar('\n');
    return FELT_BRIDGE_FINE;
}

/* What was done, or is to be done. */
static void print_end(const struct felt_bridge *bridge, const struct felt_bridge_network *network,
                      bool has_config)
{
    const struct felt_bridge_options *o = bridge->options;
    const char *would = o->dry_run ? "would be " : "";
    size_t n = count(network);

    if (bridge->feltd) {
        printf("%zu reservation%s %smade in feltd's cluster\n", n, n == 1 ? "" : "s", would);
        return;
    }
    printf("%s: %swritten, %zu reservation%s\n", o->reservations_path, would, n, n == 1 ? "" : "s");
    printf("%s: %s%s\n", o->net_config_path, has_config ? "" : would,
           has_config ? "there already, of the same network" : "written");
    if (!o->dry_run)
        printf("Now start feltd on this machine without --join, and on each of the others with a "
               "token of\n'feltctl token': each keeps the subnet that it has.\n");
}

static enum felt_bridge_exit print_json(const struct felt_bridge *bridge,
                                        const struct felt_bridge_network *network, bool done)
{
    _cleanup_(json_decrefp) json_t *all = felt_bridge_network_json(bridge, network);

    if (!all || json_object_set_new(all, "done", json_boolean(done)) < 0 ||
        json_object_set_new(all, "running", json_boolean(bridge->feltd != NULL)) < 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "out of memory");
    return felt_bridge_print_json(all);
}

static enum felt_bridge_exit import_network(struct felt_bridge *bridge,
                                            struct felt_bridge_network *network)
{
    const struct felt_bridge_options *o = bridge->options;
    char text[FELT_NETCONF_TEXT_MAX + 1];
    struct felt_netconf cluster;
    enum felt_bridge_exit code;
    bool has_config = false;

    code = felt_bridge_find_feltd(bridge);
    if (code == FELT_BRIDGE_FINE && bridge->feltd)
        code = felt_bridge_read_cluster(bridge, &cluster, text);
    if (code == FELT_BRIDGE_FINE)
        code = felt_bridge_read_network(bridge, network);
    if (code != FELT_BRIDGE_FINE)
        return code;
    if (bridge->feltd)
        code = felt_bridge_compare(bridge, network, &cluster, "the cluster");
    else
        code = check_file(bridge, network, &has_config);
    if (code == FELT_BRIDGE_FINE && !o->is_json)
        code = print_plan(bridge, network);
    if (code == FELT_BRIDGE_FINE && !o->dry_run)
        code =
            bridge->feltd ? reserve_all(bridge, network) : write_files(bridge, network, has_config);
    if (code != FELT_BRIDGE_FINE)
        return code;
    if (o->is_json)
        return print_json(bridge, network, !o->dry_run);
    print_end(bridge, network, has_config);
    return FELT_BRIDGE_FINE;
}

enum felt_bridge_exit felt_bridge_import(struct felt_bridge *bridge)
{
    _cleanup_(felt_bridge_network_done) struct felt_bridge_network network = {0};
    const struct felt_bridge_options *o = bridge->options;

    if (o->once && access(o->net_config_path, F_OK) == 0) {
        if (o->is_json)
            puts("{\"done\": true}");
        else
            printf("%s is there: the import was done before\n", o->net_config_path);
        return FELT_BRIDGE_FINE;
    }
    return import_network(bridge, &network);
}
