/* SPDX-License-Identifier: Apache-2.0 */
/* Of the one subnet that a node uses (proto/lease.md 3.3 and 5): it is on disk before it is used;
 * who uses it owns it; only a decision takes it away, never a gift, unless it is foreign (9.4); and
 * intact state gives the same one after a restart.
 *
 * Excused are lives by an old disk, and runs as in check_owner.c. */
#include "node/core.h"
#include "node/state.h"
#include "sim/check.h"
#include "sim/pool.h"

/* The last one that a host used. */
struct use {
    bool known;
    uint32_t life;
    struct felt_id id;
    uint32_t slot;
    uint64_t term;
};

static void *begin(struct sim *sim)
{
    return sim_zalloc(sim->config.hosts_max + sim->config.hosts_extra, sizeof(struct use));
}

static bool is_on_disk(const struct sim_host *h, uint32_t slot)
{
    _cleanup_(felt_record_done) struct felt_record record = {0};
    struct felt_bytes bytes = sim_disk_read(&h->disk);
    enum felt_node_refusal refusal;

    return felt_state_decode(bytes, &record, &refusal) == 0 && record.has_lease &&
           record.lease == slot;
}

static void check_taken(struct sim *sim, const struct sim_host *h, const struct use *last,
                        uint32_t slot)
{
    const struct felt_node *node = h->node;

    if (!is_on_disk(h, slot))
        sim_violated(sim, "%s uses the subnet of slot %u, which is not on its disk", h->name, slot);
    if (last->known && last->life != h->life && last->slot != slot &&
        !sim_check_foreign(h, last->slot) && felt_id_equal(&last->id, felt_node_id(node)) &&
        felt_slot_map_owns(node->map, felt_node_id(node), last->slot))
        sim_violated(sim, "%s uses slot %u after a restart, and owns slot %u, which it used before",
                     h->name, slot, last->slot);
}

static void check_lost(struct sim *sim, const struct sim_host *h, const struct use *last,
                       uint32_t slot)
{
    if (last->known && last->life == h->life && last->slot == slot && !sim_check_foreign(h, slot) &&
        felt_id_equal(&last->id, felt_node_id(h->node)) &&
        felt_slot_map_get(h->node->map, slot).term == last->term)
        sim_violated(sim, "%s lost slot %u, its lease, by a gift", h->name, slot);
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    const struct sim_host *h = &sim->hosts[host];
    struct use *last = (struct use *)context + host;
    const struct felt_node *node = h->node;

    (void)input;
    if (sim->forks_excused || h->tainted || !node->map)
        return;
    for (size_t i = 0; i < effects->n_events; i++) {
        const struct felt_event *e = &effects->events[i];

        if (e->kind == FELT_EVENT_LEASE_LOST) {
            check_lost(sim, h, last, e->slot);
            last->known = false;
        }
        if (e->kind == FELT_EVENT_LEASE_TAKEN)
            check_taken(sim, h, last, e->slot);
    }
    if (!node->lease_used) {
        if (last->life == h->life)
            last->known = false; /* it leaves, and has given everything away */
        return;
    }
    if (!felt_slot_map_owns(node->map, felt_node_id(node), node->lease))
        sim_violated(sim, "%s uses slot %u, which it does not own", h->name, node->lease);
    *last = (struct use){.known = true,
                         .life = h->life,
                         .id = *felt_node_id(node),
                         .slot = node->lease,
                         .term = felt_slot_map_get(node->map, node->lease).term};
}

const struct sim_check sim_check_lease = {
    .name = "lease",
    .what = "a lease is on disk, owned, never given away, and the same after a restart",
    .begin = begin,
    .stepped = stepped,
    .end = free,
};
