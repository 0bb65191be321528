/* SPDX-License-Identifier: Apache-2.0 */
#include "node/renewal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"
#include "node/core.h"
#include "node/leaver.h"
#include "node/own.h"
#include "node/state.h"

void felt_renewal_strip(struct felt_record *record, const uint8_t identity[FELT_RECORD_SEED_LEN])
{
    memcpy(record->identity, identity, sizeof(record->identity));
    record->has_lease = false;
    record->lease = 0;
    record->n_gifts = 0;
    record->n_promise = 0;
}

void felt_renewal_want(struct felt_node *node, enum felt_renewal_reason reason,
                       const struct felt_endpoint *at)
{
    if (felt_leaver_closing(node))
        return;
    node->renewal.due = true;
    node->renewal.reason = reason;
    node->renewal.at = *at;
}

void felt_renewal_report(struct felt_node *node)
{
    static const char *const texts[] = {
        [FELT_RENEWAL_NONE] = "",
        [FELT_RENEWAL_MACHINE] = "its state was made on another machine",
        [FELT_RENEWAL_BEHIND] = "other members have seen newer states of it than this one",
        [FELT_RENEWAL_TWIN] = "another process with the same identity is running",
    };
    struct felt_event *event = felt_outbox_event(node->outbox, FELT_EVENT_IDENTITY_RENEWED);

    event->id = node->renewal.earlier;
    snprintf(event->text, sizeof(event->text), "%s", texts[node->renewal.reason]);
    node->renewal.reason = FELT_RENEWAL_NONE;
}

/* A node with a new identity and all else that we know. 0, -EINVAL or -ENOMEM. */
static int make(const struct felt_node *node, struct felt_node **ret_node)
{
    _cleanup_(felt_node_freep) struct felt_node *fresh = calloc(1, sizeof(*fresh));
    _cleanup_(felt_record_done) struct felt_record record = {0};
    _cleanup_(felt_freep) uint8_t *state = NULL;
    struct felt_node_config config = {.now = node->now, .wish = node->wish, .limits = node->limits};
    enum felt_node_refusal refusal;
    uint8_t identity[FELT_RECORD_SEED_LEN];
    struct felt_descriptor self;
    size_t len;
    int r;

    state = fresh ? felt_state_of_node(node, node->saver.begun, &len) : NULL;
    if (!state)
        return -ENOMEM;
    r = felt_state_decode(felt_bytes(state, len), &record, &refusal);
    if (r < 0)
        return r;
    felt_signed_descriptor_read(felt_members_peek(node->members, FELT_MEMBER_SELF)->descriptor,
                                &self);
    config.name = self.name;
    config.advertise = self.advertise;
    config.public_ip = self.public_ip;
    memcpy(config.machine, node->machine, sizeof(config.machine));
    memcpy(config.seed, node->renewal.seed, sizeof(config.seed));
    config.has_cluster = node->has_cluster;
    memcpy(config.cluster, node->cluster, sizeof(config.cluster));
    felt_expand(config.seed, "identity", identity, sizeof(identity));
    felt_renewal_strip(&record, identity);
    /* We would like to have our subnet back, where no twin of ours uses it. */
    if (node->renewal.reason == FELT_RENEWAL_BEHIND && node->has_lease &&
        config.wish.ip.family == FELT_FAMILY_NONE)
        config.wish = felt_netconf_subnet(&node->config, node->lease);
    fresh->now = node->now;
    r = felt_node_restore(fresh, &config, &record, &refusal);
    fresh->confirm.start = 0; /* of this identity there is nothing to confirm */
    if (r < 0)
        return r;
    *ret_node = FELT_TAKE(fresh);
    return 0;
}

/* What is this process's and not the identity's goes over to the new node. */
static void hand_over(struct felt_node *from, struct felt_node *to)
{
    struct felt_outbox *outbox = to->outbox;

    to->outbox = from->outbox;
    from->outbox = outbox;
    if (from->setter.begun && to->configured) { /* our device is that of the run */
        to->setter.begun = true;
        to->config = from->config;
    }
    to->keys = from->keys;
    to->saver = from->saver; /* a save of the old identity may be under way */
    to->saver.n_held = 0;
    memcpy(to->asker.seeds, from->asker.seeds, sizeof(to->asker.seeds));
    to->asker.n_seeds = from->asker.n_seeds;
    to->deadline_us = from->deadline_us;
    to->foreign_us = from->foreign_us;
    memcpy(to->verdicts, from->verdicts, sizeof(to->verdicts));
    to->datagrams_sent = from->datagrams_sent;
    to->renewal.reason = from->renewal.reason;
    to->renewal.at = from->renewal.at;
    to->renewal.earlier = *felt_node_id(from);
}

/* The device that we had announced is still there. */
static void announce_device(struct felt_node *node, const struct felt_node *earlier)
{
    struct felt_node_ways ways;
    struct felt_descriptor d;

    felt_signed_descriptor_read(felt_members_peek(earlier->members, FELT_MEMBER_SELF)->descriptor,
                                &d);
    ways = (struct felt_node_ways){
        .public_ip = d.public_ip, .public_ip6 = d.public_ip6, .data6 = d.backend_data6};
    if (d.backend[0] != '\0')
        felt_own_backend(node, d.backend, d.backend_data, d.mtu, &ways);
}

void felt_renewal_settle(struct felt_node *node)
{
    _cleanup_(felt_node_freep) struct felt_node *other = NULL;
    struct felt_held held = {.kind = FELT_HELD_START};
    struct felt_node earlier;

    /* Where memory is short, in a later step. */
    if (!node->renewal.due || make(node, &other) < 0)
        return;
    hand_over(node, other);
    earlier = *node;
    *node = *other;
    *other = earlier;
    if (other->lease_used)
        felt_outbox_event(node->outbox, FELT_EVENT_LEASE_LOST)->slot = other->lease;
    felt_renewal_report(node);
    announce_device(node, other);
    node->peers_changed = true;
    felt_saver_hold(&node->saver, &held);
}
