/* SPDX-License-Identifier: Apache-2.0 */
/* felt-etcd-bridge cutover: no flanneld is left, and etcd is not needed any more. --undo: it is. */
#include <stdio.h>
#include <string.h>

#include "etcd/feltd_reply.h"
#include "etcd/network.h"
#include "etcd/tombstone.h"

#define NAME_TEXT 65 /* of a node's name, as much as is kept of it */

static const json_t *state_of(const json_t *reply)
{
    return json_object_get(reply, "state");
}

static bool is(const json_t *state, const char *key)
{
    return json_is_true(json_object_get(state, key));
}

/* A member of the cluster leases what the key says. */
static bool is_of_felt(const json_t *state, const struct felt_netconf *config,
                       const struct felt_flannel_found *found)
{
    const json_t *leases = json_object_get(state, "leases"), *entry;
    size_t i;

    json_array_foreach(leases, i, entry)
    {
        struct felt_flannel_lease lease;
        uint32_t slot;

        felt_feltd_lease_read(entry, &lease);
        if (felt_feltd_slot_read(entry, config, &slot) == 0 && slot == found->slot &&
            felt_ip_equal(&lease.public_ip, &found->lease.public_ip))
            return true;
    }
    return false;
}

/* A key that expires was written by a flanneld in the last day; one that does not, and says which
 * device, by one with a reservation. */
static bool is_of_flanneld(const struct felt_flannel_found *f)
{
    return !f->is_marked && (f->expires || f->lease.backend[0] != '\0');
}

/* Says which flanneld leases are left, and counts them. */
static size_t list_left(const json_t *state, const struct felt_bridge_network *network)
{
    size_t n = 0;

    for (size_t i = 0; i < network->survey.n_found; i++) {
        const struct felt_flannel_found *f = &network->survey.found[i];

        if (!is_of_flanneld(f) || is_of_felt(state, &network->config, f))
            continue;
        felt_bridge_say(FELT_BRIDGE_REFUSED, "left: %s of %s", FELT_DUAL(&f->subnets),
                        FELT_IP(&f->lease.public_ip));
        n++;
    }
    return n;
}

static enum felt_bridge_exit check_left(struct felt_bridge *bridge, const json_t *state)
{
    _cleanup_(felt_bridge_network_done) struct felt_bridge_network network = {0};
    enum felt_bridge_exit code = felt_bridge_read_network(bridge, &network);
    size_t n;

    if (code != FELT_BRIDGE_FINE)
        return code;
    n = list_left(state, &network);
    if (n == 0 || bridge->options->force)
        return FELT_BRIDGE_FINE;
    return felt_bridge_say(
        FELT_BRIDGE_REFUSED,
        "%zu lease%s of flanneld left in etcd: start feltd on %s, or, where it is "
        "gone for good, remove the key, wait a day, or say --force",
        n, n == 1 ? " is" : "s are", n == 1 ? "that machine" : "those machines");
}

static enum felt_bridge_exit order(struct felt_bridge *bridge, const char *method,
                                   json_t *parameters)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    enum felt_bridge_exit code = felt_bridge_feltd(bridge, method, parameters, &reply);

    if (code != FELT_BRIDGE_FINE)
        return code;
    return felt_bridge_await_save(bridge, json_integer_value(json_object_get(reply, "save")));
}

static enum felt_bridge_exit done(const struct felt_bridge *bridge, const char *words)
{
    if (bridge->options->is_json)
        puts("{\"done\": true}");
    else
        puts(words);
    return FELT_BRIDGE_FINE;
}

/* The note comes first: a sync that finds the mode off begins it anew where there is no note. */
static enum felt_bridge_exit cut_over(struct felt_bridge *bridge, const json_t *state)
{
    char name[NAME_TEXT], note[FELT_TOMBSTONE_TEXT];
    enum felt_bridge_exit code = check_left(bridge, state);

    felt_feltd_text_read(state, "name", name, sizeof(name));
    if (code == FELT_BRIDGE_FINE)
        code = felt_tombstone_read(bridge, note);
    if (code == FELT_BRIDGE_FINE)
        code = felt_tombstone_write(bridge, name);
    if (code != FELT_BRIDGE_FINE)
        return code;
    code = order(bridge, "io.felt.BridgeEnd",
                 json_pack("{s:b}", "force", (int)bridge->options->force));
    if (code == FELT_BRIDGE_FINE)
        return done(bridge,
                    "The cluster is felt's alone: etcd is not needed any more.\n"
                    "Until a subnet is given, 'felt-etcd-bridge cutover --undo' takes that back.");
    if (note[0] == '\0')
        (void)felt_tombstone_remove(bridge);
    return code;
}

static enum felt_bridge_exit undo(struct felt_bridge *bridge)
{
    enum felt_bridge_exit code = order(bridge, "io.felt.BridgeUndo", NULL);

    if (code == FELT_BRIDGE_FINE)
        code = felt_tombstone_remove(bridge);
    if (code != FELT_BRIDGE_FINE)
        return code;
    return done(bridge, "The bridge is on again: 'felt-etcd-bridge sync' goes on.");
}

enum felt_bridge_exit felt_bridge_cutover(struct felt_bridge *bridge)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    enum felt_bridge_exit code = felt_bridge_need_feltd(bridge);
    const json_t *state;

    if (code == FELT_BRIDGE_FINE)
        code = felt_bridge_feltd(bridge, "io.felt.BridgeState", NULL, &reply);
    if (code != FELT_BRIDGE_FINE)
        return code;
    state = state_of(reply);
    if (bridge->options->undo)
        return undo(bridge);
    if (is(state, "on") && !is(state, "self")) {
        char name[NAME_TEXT];

        felt_feltd_text_read(state, "name", name, sizeof(name));
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "the bridge is on beside %s: cut over there",
                               name[0] != '\0' ? name : "another node");
    }
    if (!is(state, "on") && is(state, "ended"))
        return done(bridge, "It was cut over before.");
    if (!is(state, "on"))
        return felt_bridge_say(FELT_BRIDGE_REFUSED,
                               "no bridge is on: there is nothing to cut over");
    return cut_over(bridge, state);
}
