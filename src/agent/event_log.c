/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/event_log.h"

#include <stdio.h>
#include <string.h>

#include "agent/log.h"
#include "lease/slot_map.h"
#include "netconf/settings.h"
#include "node/view.h"

/* One, or both with a comma between them; not every event of a lease has one. */
static struct felt_dual_text subnet_of(const struct felt_self_view *self, uint32_t slot)
{
    struct felt_dual subnets;

    if (!self->config || slot == FELT_SLOT_NONE)
        return (struct felt_dual_text){"-"};
    subnets = felt_netconf_subnets(self->config, slot);
    return felt_dual_text(&subnets);
}

/* The lengths of a lease's subnets. */
static void log_network(const struct felt_netconf *config)
{
    struct felt_dual networks = felt_netconf_networks(config),
                     subnets = felt_netconf_subnets(config, 0);
    const struct felt_cidr *second = felt_dual_second(&subnets);
    char more[8] = "";

    if (second)
        snprintf(more, sizeof(more), ",/%u", second->len);
    felt_log_info("node: network=%s subnets of /%u%s backend=%s", FELT_DUAL(&networks),
                  felt_dual_first(&subnets)->len, more, felt_backend_name(config->backend));
}

static void log_cluster(const struct felt_self_view *self, const struct felt_event *event)
{
    char ours[2 * FELT_CLUSTER_ID_LEN + 1], theirs[2 * FELT_CLUSTER_ID_LEN + 1];

    felt_hex_encode(self->cluster, sizeof(self->cluster), ours);
    felt_hex_encode(event->other, sizeof(event->other), theirs);
    if (event->kind == FELT_EVENT_FOREIGN_CLUSTER)
        felt_log_warning("gossip: refused datagrams from=%s: they are of cluster=%s, this is "
                         "cluster=%s",
                         FELT_ENDPOINT(&event->endpoint), theirs, ours);
    else if (event->text[0] != '\0')
        felt_log_warning(
            "gossip: refused datagrams from=%s: they are sealed with key=%s, which "
            "was replaced; that machine needs the new one: put it into cluster.key.new "
            "in its state directory",
            FELT_ENDPOINT(&event->endpoint), event->text);
    else
        felt_log_warning("gossip: refused datagrams from=%s: they are sealed with another key than "
                         "ours; compare the cluster.key files",
                         FELT_ENDPOINT(&event->endpoint));
}

static void log_member(const struct felt_event *event)
{
    const char *what = event->kind == FELT_EVENT_MEMBER_ALIVE     ? "is alive"
                       : event->kind == FELT_EVENT_MEMBER_SUSPECT ? "is suspect"
                       : event->kind == FELT_EVENT_MEMBER_DEAD    ? "is dead"
                                                                  : "has left";
    const char *hint =
        event->kind == FELT_EVENT_MEMBER_DEAD ? "; its lease and routes are kept" : "";

    felt_log(event->kind == FELT_EVENT_MEMBER_DEAD ? FELT_LOG_WARNING : FELT_LOG_INFO,
             "gossip: member %s peer=%s name=%s at=%s%s", what, FELT_ID_SHORT(&event->id),
             event->text, FELT_ENDPOINT(&event->endpoint), hint);
}

static void log_crowd(const struct felt_self_view *self)
{
    if (self->crowd_silent)
        felt_log_warning("gossip: more than a third of the members went silent at once: assuming "
                         "that it is this machine, and giving them longer to answer");
    else
        felt_log_notice("gossip: the members that went silent at once are no longer so many");
}

static void log_reclaim(const struct felt_self_view *self, const struct felt_event *event)
{
    unsigned long long era = self->era;

    if (event->kind == FELT_EVENT_RECLAIMED)
        felt_log_notice("lease: era=%llu: %u subnets of members that were silent for too long, "
                        "replaced, or given up by an operator, are node=%s's now",
                        era, event->n_slots, FELT_ID_SHORT(&event->id));
    else if (event->kind == FELT_EVENT_NOT_RECLAIMED)
        felt_log_warning("lease: what node=%s owns is not reclaimed, though an operator gave it "
                         "up: %s",
                         FELT_ID_SHORT(&event->id), event->text);
    else if (felt_id_is_nobody(&event->id))
        felt_log_warning(
            "lease: era=%llu: an operator has forced it without a majority, on another "
            "member; what its map says holds from now on",
            era);
    else
        felt_log_warning("lease: era=%llu: FORCED by an operator without a majority: %u subnets of "
                         "members that are given up are this node's now; members that were cut off "
                         "lose what they decided meanwhile",
                         era, event->n_slots);
}

static void log_membership(const struct felt_self_view *self, const struct felt_event *event)
{
    char cluster[2 * FELT_CLUSTER_ID_LEN + 1];

    felt_hex_encode(self->cluster, sizeof(self->cluster), cluster);
    if (event->kind == FELT_EVENT_JOINED)
        felt_log_info("node: member of cluster=%s", cluster);
    else
        felt_log_notice("node: has left the cluster; its subnet is given away and may be another "
                        "machine's soon");
}

static void log_lease(const struct felt_self_view *self, const struct felt_event *event)
{
    struct felt_dual_text subnet = subnet_of(self, event->slot);

    if (event->kind == FELT_EVENT_LEASE_TAKEN)
        felt_log_notice("lease: subnet=%s is ours%s%s", subnet.s, event->text[0] ? "; " : "",
                        event->text);
    else if (event->kind == FELT_EVENT_LEASE_LOST && event->n_slots > 0)
        felt_log_error("lease: LOST subnet=%s: a node outside of the cluster has it in etcd, and "
                       "that one does not move; containers in it are cut off until they are "
                       "renumbered",
                       subnet.s);
    else if (event->kind == FELT_EVENT_LEASE_LOST)
        felt_log_error(
            "lease: LOST subnet=%s: another member owns it now; containers in it are cut "
            "off until they are renumbered",
            subnet.s);
    else if (event->kind == FELT_EVENT_LEASE_WAITING)
        felt_log_warning("lease: no subnet for this node yet: %s", event->text);
    else
        felt_log_error(
            "lease: FORK subnet=%s has two owners of one term and number; the lower node "
            "id was taken. This must not happen: please report it",
            subnet.s);
}

static void log_fresh_start(const struct felt_self_view *self, const struct felt_event *event)
{
    if (event->kind == FELT_EVENT_IDENTITY_RENEWED)
        felt_log_error("node: gave up identity node=%s: %s (was the disk restored from a snapshot, "
                       "or the machine copied?); from now on this is node=%s, and it takes a "
                       "subnet of its own",
                       FELT_ID_SHORT(&event->id), event->text, FELT_ID_SHORT(&self->id));
    else
        felt_log_warning(
            "node: this node was away for so long that members may have been forgotten "
            "meanwhile: learning all of them anew; its lease and routes are kept");
}

/* Once for each change: the status goes on saying so. */
static void log_path(const struct felt_event *event)
{
    const char *family = event->family == FELT_FAMILY_V4   ? "IPv4 "
                         : event->family == FELT_FAMILY_V6 ? "IPv6 "
                                                           : "";
    const char *words = event->kind == FELT_EVENT_PATH_FAILS
                            ? "packets do not get through, though the member is alive"
                        : event->kind == FELT_EVENT_PATH_LARGE_FAILS
                            ? "packets of the overlay's MTU do not get through, small ones do"
                            : "packets get through again";

    felt_log(event->kind == FELT_EVENT_PATH_PASSES ? FELT_LOG_NOTICE : FELT_LOG_WARNING,
             "overlay: %s%s peer=%s name=%s public-ip=%s", family, words, FELT_ID_SHORT(&event->id),
             event->text, FELT_IP(&event->endpoint.ip));
}

/* proto/io.felt.varlink's EventKind. */
static const char *name_of(enum felt_event_kind kind)
{
    static const char *const names[] = {
        [FELT_EVENT_CONFIGURED] = "configured",
        [FELT_EVENT_JOINED] = "joined",
        [FELT_EVENT_LEASE_TAKEN] = "lease_taken",
        [FELT_EVENT_LEASE_LOST] = "lease_lost",
        [FELT_EVENT_LEASE_WAITING] = "lease_waiting",
        [FELT_EVENT_MEMBER_ALIVE] = "member_alive",
        [FELT_EVENT_MEMBER_SUSPECT] = "member_suspect",
        [FELT_EVENT_MEMBER_DEAD] = "member_dead",
        [FELT_EVENT_MEMBER_LEFT] = "member_left",
        [FELT_EVENT_CROWD_SILENT] = "crowd_silent",
        [FELT_EVENT_PEER_CHANGED] = "peer_changed",
        [FELT_EVENT_FOREIGN_CLUSTER] = "foreign_cluster",
        [FELT_EVENT_WRONG_KEY] = "wrong_key",
        [FELT_EVENT_SEEDS_WANTED] = "seeds_wanted",
        [FELT_EVENT_SEEDS_SILENT] = "seeds_silent",
        [FELT_EVENT_RECLAIMED] = "reclaimed",
        [FELT_EVENT_NOT_RECLAIMED] = "not_reclaimed",
        [FELT_EVENT_FORCED] = "forced",
        [FELT_EVENT_FORK] = "fork",
        [FELT_EVENT_SAVE_FAILING] = "save_failing",
        [FELT_EVENT_IDENTITY_RENEWED] = "identity_renewed",
        [FELT_EVENT_STARTED_OVER] = "started_over",
        [FELT_EVENT_LEFT] = "left",
        [FELT_EVENT_BOOTSTRAP] = "bootstrap",
        [FELT_EVENT_BRIDGE] = "bridge",
        [FELT_EVENT_KEYS] = "keys",
        [FELT_EVENT_SETTINGS] = "settings",
        [FELT_EVENT_PATH_FAILS] = "path_fails",
        [FELT_EVENT_PATH_LARGE_FAILS] = "path_large_fails",
        [FELT_EVENT_PATH_PASSES] = "path_passes",
    };

    return names[kind];
}

/* The name of a member, or the beginning of its id. */
static void name_member(const struct felt_node *node, const struct felt_id *id, char *text,
                        size_t size)
{
    struct felt_member_view m;

    snprintf(text, size, "%s", FELT_ID_SHORT(id));
    for (uint32_t i = 0; felt_node_next_member(node, 0, &i, &m);)
        if (felt_id_equal(&m.id, id))
            snprintf(text, size, "%s", m.name);
}

static void log_settings(const struct felt_node *node, const struct felt_self_view *self,
                         const struct felt_event *event)
{
    char from[FELT_NAME_MAX + 1];
    bool waits = self->config && felt_settings_differ(self->config, self->next) != 0;

    name_member(node, &event->id, from, sizeof(from));
    felt_log_notice("config: the cluster's is another: %s, %s%s%s", event->text,
                    felt_id_equal(&event->id, &self->id) ? "set at this node" : "heard from node=",
                    felt_id_equal(&event->id, &self->id) ? "" : from,
                    waits ? "; of the backend it takes effect when feltd is restarted" : "");
}

/* Of what an operator began, and of founding together: the event says all. */
static void log_progress(const struct felt_node *node, const struct felt_self_view *self,
                         const struct felt_event *event)
{
    if (event->kind == FELT_EVENT_BRIDGE)
        felt_log_notice("bridge: the etcd bridge is %s", event->text);
    else if (event->kind == FELT_EVENT_KEYS)
        felt_log_notice("keys: %s", event->text);
    else if (event->kind == FELT_EVENT_SETTINGS)
        log_settings(node, self, event);
    else
        felt_log_notice("bootstrap: %s", event->text);
}

static void tell(const struct felt_node *node, const struct felt_event *event)
{
    struct felt_self_view self;

    felt_node_self(node, &self);
    switch (event->kind) {
    case FELT_EVENT_CONFIGURED:
        log_network(self.config);
        break;
    case FELT_EVENT_JOINED:
    case FELT_EVENT_LEFT:
        log_membership(&self, event);
        break;
    case FELT_EVENT_LEASE_TAKEN:
    case FELT_EVENT_LEASE_LOST:
    case FELT_EVENT_LEASE_WAITING:
    case FELT_EVENT_FORK:
        log_lease(&self, event);
        break;
    case FELT_EVENT_MEMBER_ALIVE:
    case FELT_EVENT_MEMBER_SUSPECT:
    case FELT_EVENT_MEMBER_DEAD:
    case FELT_EVENT_MEMBER_LEFT:
        log_member(event);
        break;
    case FELT_EVENT_CROWD_SILENT:
        log_crowd(&self);
        break;
    case FELT_EVENT_FOREIGN_CLUSTER:
    case FELT_EVENT_WRONG_KEY:
        log_cluster(&self, event);
        break;
    case FELT_EVENT_IDENTITY_RENEWED:
    case FELT_EVENT_STARTED_OVER:
        log_fresh_start(&self, event);
        break;
    case FELT_EVENT_PATH_FAILS:
    case FELT_EVENT_PATH_LARGE_FAILS:
    case FELT_EVENT_PATH_PASSES:
        log_path(event);
        break;
    case FELT_EVENT_SETTINGS:
    case FELT_EVENT_BRIDGE:
    case FELT_EVENT_KEYS:
    case FELT_EVENT_BOOTSTRAP:
        log_progress(node, &self, event);
        break;
    case FELT_EVENT_RECLAIMED:
    case FELT_EVENT_NOT_RECLAIMED:
    case FELT_EVENT_FORCED:
        log_reclaim(&self, event);
        break;
    case FELT_EVENT_SAVE_FAILING: /* the daemon knows the file and the reason, */
    case FELT_EVENT_SEEDS_SILENT: /* and the seeds by name */
    case FELT_EVENT_PEER_CHANGED:
    case FELT_EVENT_SEEDS_WANTED:
        break;
    }
}

void felt_event_log(const struct felt_node *node, const struct felt_event *event)
{
    felt_log_set_event(name_of(event->kind));
    tell(node, event);
    felt_log_set_event(NULL);
}

void felt_event_log_silent_seeds(const struct felt_options *options,
                                 const struct felt_endpoint *token_seeds, size_t n_token_seeds)
{
    char list[1024] = "";
    size_t len = 0;

    for (size_t i = 0; i < options->n_seeds && len < sizeof(list); i++)
        len += (size_t)snprintf(list + len, sizeof(list) - len, " %s:%u", options->seeds[i].host,
                                (unsigned)options->seeds[i].port);
    for (size_t i = 0; i < n_token_seeds && len < sizeof(list); i++)
        len +=
            (size_t)snprintf(list + len, sizeof(list) - len, " %s", FELT_ENDPOINT(&token_seeds[i]));
    felt_log_warning(
        "node: no seed of --join answers yet, trying on:%s. Is feltd up there, is its UDP "
        "port open both ways, is the cluster key the same?",
        list);
}
