/* SPDX-License-Identifier: Apache-2.0 */
#include "node/view.h"

#include <string.h>

#include "node/core.h"
#include "node/sync.h"

void felt_node_self(const struct felt_node *node, struct felt_self_view *ret_view)
{
    const struct felt_member *self = felt_members_peek(node->members, FELT_MEMBER_SELF);
    struct felt_self_view v = {
        .id = self->id,
        .name = self->descriptor->d.name,
        .advertise = self->descriptor->d.advertise,
        .in_cluster = node->in_cluster,
        .era = node->era,
        .session = node->session,
        .save = node->saver.durable,
        .config = node->configured ? &node->config : NULL,
        .config_text = node->configured ? node->config_text : NULL,
        .synced = felt_sync_done(node),
        .has_lease = node->lease_used,
        .lease_slot = node->lease,
        .n_slots = node->configured ? felt_slot_map_slots(node->map) : 0,
        .n_slots_own = node->configured ? felt_slot_map_stake(node->map, &self->id) : 0,
        .n_members = felt_members_count(node->members),
        .n_alive = felt_members_count_state(node->members, FELT_MEMBER_ALIVE),
        .n_suspect = felt_members_count_state(node->members, FELT_MEMBER_SUSPECT),
        .n_dead = felt_members_count_state(node->members, FELT_MEMBER_DEAD),
        .datagrams_sent = node->datagrams_sent,
    };

    memcpy(v.cluster, node->cluster, sizeof(v.cluster));
    memcpy(v.verdicts, node->verdicts, sizeof(v.verdicts));
    if (node->saver.failing)
        v.waiting = "the state cannot be saved";
    else if (!node->in_cluster)
        v.waiting = "no member of the cluster has answered yet";
    else if (!node->lease_used)
        v.waiting = node->has_lease ? "the lease is being saved" : node->asker.waiting;
    if (node->lease_used)
        v.waiting = NULL;
    *ret_view = v;
}

bool felt_node_member(const struct felt_node *node, felt_usec now, uint32_t i,
                      struct felt_member_view *ret_view)
{
    const struct felt_descriptor *d;
    const struct felt_member *m;
    struct felt_member_view v;

    if (i >= felt_members_count(node->members))
        return false;
    m = felt_members_peek(node->members, i);
    d = &m->descriptor->d;
    v = (struct felt_member_view){
        .id = m->id,
        .self = i == FELT_MEMBER_SELF,
        .name = d->name,
        .state = m->state,
        .incarnation = m->incarnation,
        .advertise = d->advertise,
        .public_ip = d->public_ip,
        .backend_data = d->backend_data,
        .mtu = d->mtu,
        .n_slots = node->configured ? felt_slot_map_stake(node->map, &m->id) : 0,
        .rtt_us = m->rtt.smoothed_us,
        .silent_us = m->heard_us ? felt_usec_sub(now, m->heard_us) : FELT_USEC_NEVER,
    };
    v.has_backend = felt_backend_parse(d->backend, &v.backend) == 0;
    /* What it says and what the map says must agree. */
    v.has_lease = d->has_lease && node->era > 0 && d->lease < felt_slot_map_slots(node->map) &&
                  felt_slot_map_owns(node->map, &m->id, d->lease);
    v.lease_slot = d->lease;
    *ret_view = v;
    return true;
}
