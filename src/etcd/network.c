/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd/network.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/duration.h"
#include "ctl/table.h"

#define MAC_TEXT 18 /* "82:4b:b6:2f:54:4e" and NUL */

enum felt_bridge_exit felt_bridge_read_config(struct felt_bridge *bridge,
                                              struct felt_bridge_network *network, bool *ret_has)
{
    _cleanup_(felt_etcd_reply_freep) struct felt_etcd_reply *reply = NULL;
    const struct felt_etcd_op op = {.what = FELT_ETCD_GET, .name = FELT_ETCD_CONFIG_NAME};
    struct felt_netconf_error error;
    enum felt_bridge_exit code = felt_bridge_etcd(bridge, &op, &reply);
    int r;

    if (code != FELT_BRIDGE_FINE)
        return code;
    if (reply->error == FELT_ETCD_NOT_FOUND && ret_has) {
        *ret_has = false;
        return FELT_BRIDGE_FINE;
    }
    if (reply->error == FELT_ETCD_NOT_FOUND)
        return felt_bridge_say(FELT_BRIDGE_REFUSED,
                               "etcd at %s has no key %s/" FELT_ETCD_CONFIG_NAME
                               "; is --etcd-prefix that of flanneld?",
                               felt_etcd_client_endpoint(bridge->etcd), bridge->options->prefix);
    if (reply->error)
        return felt_bridge_refused(bridge, &op, reply);
    r = felt_flannel_config_read(reply->node.value ? reply->node.value : "", reply->node.value_len,
                                 &network->config, network->text, &error);
    if (r < 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED,
                               "%s/" FELT_ETCD_CONFIG_NAME " of etcd is no network of felt: %s",
                               bridge->options->prefix, r == -EINVAL ? error.text : strerror(-r));
    if (ret_has)
        *ret_has = true;
    return FELT_BRIDGE_FINE;
}

enum felt_bridge_exit felt_bridge_read_survey(struct felt_bridge *bridge,
                                              struct felt_bridge_network *network)
{
    _cleanup_(felt_etcd_reply_freep) struct felt_etcd_reply *reply = NULL;
    const struct felt_etcd_op op = {.what = FELT_ETCD_LIST, .name = FELT_ETCD_SUBNETS};
    enum felt_bridge_exit code = felt_bridge_etcd(bridge, &op, &reply);

    if (code != FELT_BRIDGE_FINE)
        return code;
    if (reply->error && reply->error != FELT_ETCD_NOT_FOUND)
        return felt_bridge_refused(bridge, &op, reply);
    if (felt_flannel_survey_take(bridge->options->prefix, &network->config, reply,
                                 &network->survey) < 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "out of memory");
    return FELT_BRIDGE_FINE;
}

enum felt_bridge_exit felt_bridge_read_network(struct felt_bridge *bridge,
                                               struct felt_bridge_network *network)
{
    enum felt_bridge_exit code = felt_bridge_read_config(bridge, network, NULL);

    return code == FELT_BRIDGE_FINE ? felt_bridge_read_survey(bridge, network) : code;
}

void felt_bridge_network_done(struct felt_bridge_network *network)
{
    felt_flannel_survey_done(&network->survey);
}

enum felt_bridge_exit felt_bridge_read_cluster(struct felt_bridge *bridge,
                                               struct felt_netconf *ret_config,
                                               char text[FELT_NETCONF_TEXT_MAX + 1])
{
    _cleanup_(json_decrefp) json_t *status = NULL;
    struct felt_netconf_error error;
    enum felt_bridge_exit code = felt_bridge_feltd(bridge, "io.felt.GetStatus", NULL, &status);
    const char *config;

    if (code != FELT_BRIDGE_FINE)
        return code;
    config = json_string_value(json_object_get(json_object_get(status, "network"), "config"));
    if (!config || !json_is_object(json_object_get(status, "cluster")))
        return felt_bridge_say(FELT_BRIDGE_REFUSED,
                               "feltd runs, and is not in a cluster yet; see 'feltctl status', or "
                               "stop it first");
    if (strlen(config) > FELT_NETCONF_TEXT_MAX ||
        felt_netconf_parse(config, strlen(config), ret_config, &error) < 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED,
                               "feltd's network configuration is not understood: is it newer than "
                               "this felt-etcd-bridge?");
    strcpy(text, config);
    return FELT_BRIDGE_FINE;
}

enum felt_bridge_exit felt_bridge_compare(const struct felt_bridge *bridge,
                                          const struct felt_bridge_network *network,
                                          const struct felt_netconf *other, const char *name)
{
    struct felt_netconf_error error;

    if (felt_flannel_config_compare(&network->config, "etcd", other, name, &error) == 0)
        return FELT_BRIDGE_FINE;
    return felt_bridge_say(FELT_BRIDGE_REFUSED, "not one network: %s; nothing was changed (%s/%s)",
                           error.text, bridge->options->prefix, FELT_ETCD_CONFIG_NAME);
}

/* ---- for people ---- */

void felt_bridge_print_network(const struct felt_bridge *bridge,
                               const struct felt_bridge_network *network)
{
    const struct felt_netconf *c = &network->config;

    printf("etcd at %s, keys below %s\n", felt_etcd_client_endpoint(bridge->etcd),
           bridge->options->prefix);
    printf("network %s, subnets of /%u from %s to %s, %s", FELT_CIDR(&c->network), c->subnet_len,
           FELT_IP(&c->subnet_min), FELT_IP(&c->subnet_max), felt_backend_name(c->backend));
    if (c->backend == FELT_BACKEND_VXLAN)
        printf(" of VNI %" PRIu32, c->vxlan.vni);
    putchar('\n');
    if (c->v6.network.ip.family != FELT_FAMILY_NONE)
        printf("and network %s, subnets of /%u from %s to %s\n", FELT_CIDR(&c->v6.network),
               c->v6.subnet_len, FELT_IP(&c->v6.subnet_min), FELT_IP(&c->v6.subnet_max));
}

static const char *mac_text(const struct felt_flannel_lease *lease, char text[MAC_TEXT])
{
    const uint8_t *m = lease->device.mac;

    text[0] = '\0';
    if (lease->has_device)
        snprintf(text, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4],
                 m[5]);
    return text;
}

int felt_bridge_print_leases(const struct felt_bridge_network *network)
{
    static const char *const headings[] = {"SUBNET", "PUBLIC IP", "BACKEND",
                                           "MAC",    "EXPIRES",   "RESERVATION"};
    _cleanup_(felt_table_freep) struct felt_table *table =
        felt_table_new(FELT_ARRAY_LEN(headings), headings);

    for (size_t i = 0; table && i < network->survey.n_found; i++) {
        const struct felt_flannel_found *f = &network->survey.found[i];
        char duration[FELT_DURATION_TEXT] = "never", mac[MAC_TEXT];

        if (f->expires)
            felt_duration_format((felt_usec)f->ttl_s * FELT_USEC_SEC, duration);
        if (felt_table_add(table, (const char *const[]){
                                      FELT_DUAL(&f->subnets), FELT_IP(&f->lease.public_ip),
                                      f->lease.backend, mac_text(&f->lease, mac), duration,
                                      f->is_old ? "no, the machine has a newer lease" : "yes"}) < 0)
            return -ENOMEM;
    }
    if (!table)
        return -ENOMEM;
    felt_table_print(table, stdout);
    return 0;
}

void felt_bridge_print_skipped(const struct felt_bridge *bridge,
                               const struct felt_bridge_network *network)
{
    for (size_t i = 0; i < network->survey.n_skipped; i++)
        printf("skipped %s/%s: %s\n", bridge->options->prefix, network->survey.skipped[i].name,
               network->survey.skipped[i].why);
}

/* ---- for programs ---- */

static json_t *found_json(const struct felt_flannel_found *f)
{
    char mac[MAC_TEXT];
    const struct felt_cidr *second = felt_dual_second(&f->subnets);

    return json_pack(
        "{s:s, s:s*, s:s, s:s, s:s*, s:o, s:b}", "subnet", FELT_CIDR(&f->subnets.v4), "subnet6",
        second ? FELT_CIDR(second) : NULL, "public_ip", FELT_IP(&f->lease.public_ip), "backend",
        f->lease.backend, "mac", f->lease.has_device ? mac_text(&f->lease, mac) : NULL, "expires_s",
        f->expires ? json_integer(f->ttl_s) : json_null(), "reserved", (int)!f->is_old);
}

json_t *felt_bridge_network_json(const struct felt_bridge *bridge,
                                 const struct felt_bridge_network *network)
{
    json_t *leases = json_array(), *skipped = json_array();

    for (size_t i = 0; i < network->survey.n_found; i++)
        json_array_append_new(leases, found_json(&network->survey.found[i]));
    for (size_t i = 0; i < network->survey.n_skipped; i++)
        json_array_append_new(skipped,
                              json_pack("{s:s, s:s}", "key", network->survey.skipped[i].name, "why",
                                        network->survey.skipped[i].why));
    return json_pack("{s:s, s:s, s:o, s:o, s:o}", "etcd", felt_etcd_client_endpoint(bridge->etcd),
                     "prefix", bridge->options->prefix, "config",
                     json_loads(network->text, 0, NULL), "leases", leases, "skipped", skipped);
}
