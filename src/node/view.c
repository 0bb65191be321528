/* SPDX-License-Identifier: Apache-2.0 */
#include "node/view.h"

#include <string.h>

#include "node/bootstrap.h"
#include "node/core.h"
#include "node/sync.h"

void felt_node_self(const struct felt_node *node, struct felt_self_view *ret_view)
{
    const struct felt_signed_descriptor *self =
        felt_members_peek(node->members, FELT_MEMBER_SELF)->descriptor;
    struct felt_self_view v = {
        .id = self->id,
        .advertise = self->advertise,
        .in_cluster = node->in_cluster,
        .era = node->era,
        .session = node->session,
        .save = node->saver.durable,
        .config = node->configured ? &node->config : NULL,
        .next = node->configured ? &node->setter.next : NULL,
        .config_text = node->configured ? node->setter.text : NULL,
        .confirmed = node->confirm.phase == FELT_CONFIRM_DONE,
        .synced = felt_sync_done(node),
        .has_lease = node->lease_used,
        .lease_slot = node->lease,
        .lease_time_us = node->lease_time_us,
        .cut_us = node->hearing.cut_us,
        .n_slots_heard = felt_hearing_heard(node),
        .n_slots = node->configured ? felt_slot_map_slots(node->map) : 0,
        .n_slots_own = node->configured ? felt_slot_map_stake(node->map, &self->id) : 0,
        .n_members = felt_members_count(node->members),
        .n_alive = felt_members_count_state(node->members, FELT_MEMBER_ALIVE),
        .n_suspect = felt_members_count_state(node->members, FELT_MEMBER_SUSPECT),
        .n_dead = felt_members_count_state(node->members, FELT_MEMBER_DEAD),
        .n_left = felt_members_count_state(node->members, FELT_MEMBER_LEFT),
        .health = felt_swim_health(node->swim),
        .crowd_silent = felt_swim_crowd_silent(node->swim),
        .datagrams_sent = node->datagrams_sent,
    };
    struct felt_descriptor d;

    felt_signed_descriptor_read(self, &d);
    memcpy(v.name, d.name, sizeof(v.name));
    memcpy(v.cluster, node->cluster, sizeof(v.cluster));
    memcpy(v.verdicts, node->verdicts, sizeof(v.verdicts));
    if (felt_leaver_leaving(node))
        v.waiting = node->leaver.waiting;
    else if (node->saver.failing)
        v.waiting = "the state cannot be saved";
    else if (!node->in_cluster)
        v.waiting = felt_bootstrap_waiting(node) ? felt_bootstrap_waiting(node)
                                                 : "no member of the cluster has answered yet";
    else if (node->confirm.phase == FELT_CONFIRM_ASKING)
        v.waiting = "no member that knew this node has confirmed its state yet";
    else if (!node->lease_used)
        v.waiting = node->has_lease ? "the lease is being saved" : node->asker.waiting;
    if (node->lease_used)
        v.waiting = NULL;
    *ret_view = v;
}

static struct felt_path_view path_view(const struct felt_path *path, felt_usec now)
{
    bool fails = path->state == FELT_PATH_FAILS || path->state == FELT_PATH_LARGE_FAILS;

    return (struct felt_path_view){
        .state = (enum felt_path_state)path->state,
        .rtt_us = path->rtt_us,
        .since_us = fails ? felt_usec_sub(now, path->since_us) : 0,
    };
}

bool felt_node_next_member(const struct felt_node *node, felt_usec now, uint32_t *i,
                           struct felt_member_view *ret_view)
{
    uint32_t place = felt_members_next(node->members, *i);
    const struct felt_contact *contact;
    const struct felt_member *m;
    struct felt_member_view v;
    struct felt_descriptor d;

    if (place == FELT_MEMBER_NONE)
        return false;
    m = felt_members_peek(node->members, place);
    contact = m->contact;
    felt_signed_descriptor_read(m->descriptor, &d);
    v = (struct felt_member_view){
        .id = m->descriptor->id,
        .self = place == FELT_MEMBER_SELF,
        .state = m->state,
        .incarnation = m->incarnation,
        .advertise = d.advertise,
        .public_ip = d.public_ip,
        .public_ip6 = d.public_ip6,
        .mtu = d.mtu,
        .n_slots = node->configured ? felt_slot_map_stake(node->map, &m->descriptor->id) : 0,
        .lacks_key = felt_keys_waits_for(node, place),
        .rtt_us = contact ? contact->rtt.smoothed_us : 0,
        .silent_us =
            contact && contact->heard_us ? felt_usec_sub(now, contact->heard_us) : FELT_USEC_NEVER,
    };
    if (m->state >= FELT_MEMBER_DEAD && v.n_slots > 0)
        v.lapse_us = felt_silence_of(node->hearing.silence, &v.id);
    for (size_t half = 0; contact && m->state == FELT_MEMBER_ALIVE && half < FELT_PATHS; half++)
        v.paths[half] = path_view(&contact->paths[half], now);
    memcpy(v.name, d.name, sizeof(v.name));
    memcpy(v.backend_data, d.backend_data, sizeof(v.backend_data));
    memcpy(v.backend_data6, d.backend_data6, sizeof(v.backend_data6));
    v.has_backend = felt_backend_parse(d.backend, &v.backend) == 0;
    /* What it says and what the map says must agree. */
    v.has_lease = d.has_lease && node->era > 0 && d.lease < felt_slot_map_slots(node->map) &&
                  felt_slot_map_owns(node->map, &v.id, d.lease);
    v.lease_slot = d.lease;
    *ret_view = v;
    *i = place + 1;
    return true;
}

bool felt_node_next_owner(const struct felt_node *node, uint32_t *at, struct felt_id *ret_id,
                          uint32_t *ret_slots)
{
    return node->map && felt_slot_map_next_owner(node->map, at, ret_id, ret_slots);
}

static struct felt_id owner_at(const struct felt_node *node, uint32_t slot, uint32_t end,
                               uint32_t *ret_count)
{
    struct felt_run run = felt_slot_map_run(node->map, slot, end);

    *ret_count = run.count;
    return run.term > 0 ? run.owner : (struct felt_id){{0}};
}

bool felt_node_next_run(const struct felt_node *node, uint32_t *at, struct felt_id *ret_owner,
                        uint32_t *ret_count)
{
    uint32_t end = node->map ? felt_slot_map_slots(node->map) : 0, first = *at, next = first, count;
    struct felt_id owner, other;

    if (first >= end)
        return false;
    owner = owner_at(node, first, end, &count);
    do {
        next += count;
        if (next == end)
            break;
        other = owner_at(node, next, end, &count);
    } while (felt_id_equal(&owner, &other));
    *ret_owner = owner;
    *ret_count = next - first;
    *at = next;
    return true;
}
