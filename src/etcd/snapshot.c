/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd/snapshot.h"

#include <errno.h>

#include "etcd/feltd_reply.h"

/* How many entries a list has, and one more, because there is always room for one. */
static size_t room_for(const json_t *state, const char *list)
{
    return json_array_size(json_object_get(state, list)) + 1;
}

static bool read_own(const json_t *entry, const struct felt_netconf *config,
                     struct felt_flannel_own *own)
{
    *own = (struct felt_flannel_own){0};
    felt_feltd_text_read(entry, "name", own->name, sizeof(own->name));
    felt_feltd_lease_read(entry, &own->lease);
    return felt_feltd_slot_read(entry, config, &own->slot) == 0 &&
           felt_feltd_id_read(entry, &own->node) == 0;
}

static bool read_demand(const json_t *entry, const struct felt_netconf *config,
                        struct felt_flannel_demand *demand)
{
    struct felt_flannel_lease lease;

    *demand = (struct felt_flannel_demand){0};
    felt_feltd_text_read(entry, "name", demand->name, sizeof(demand->name));
    felt_feltd_lease_read(entry, &lease);
    demand->public_ip = lease.public_ip;
    demand->public_ip6 = lease.public_ip6;
    return felt_feltd_slot_read(entry, config, &demand->slot) == 0 &&
           felt_feltd_id_read(entry, &demand->node) == 0;
}

static bool read_foreign(const json_t *entry, const struct felt_netconf *config,
                         struct felt_flannel_foreign *foreign)
{
    *foreign = (struct felt_flannel_foreign){0};
    felt_feltd_lease_read(entry, &foreign->lease);
    return felt_feltd_slot_read(entry, config, &foreign->slot) == 0;
}

static void read_lists(const json_t *state, const struct felt_netconf *config,
                       struct felt_snapshot *s)
{
    const json_t *list, *entry;
    size_t i;

    list = json_object_get(state, "leases");
    json_array_foreach(list, i, entry) s->felt.n_own +=
        read_own(entry, config, &s->own[s->felt.n_own]);
    list = json_object_get(state, "demands");
    json_array_foreach(list, i, entry)
    {
        if (s->felt.n_demands < FELT_FLANNEL_DEMANDS_MAX)
            s->felt.n_demands += read_demand(entry, config, &s->demands[s->felt.n_demands]);
    }
    list = json_object_get(state, "foreign");
    json_array_foreach(list, i, entry) s->felt.n_foreign +=
        read_foreign(entry, config, &s->foreign[s->felt.n_foreign]);
}

int felt_snapshot_read(const json_t *state, const struct felt_netconf *config,
                       struct felt_snapshot *ret_snapshot)
{
    _cleanup_(felt_snapshot_done) struct felt_snapshot s = {0};

    s.own = calloc(room_for(state, "leases"), sizeof(*s.own));
    s.demands = calloc(room_for(state, "demands"), sizeof(*s.demands));
    s.foreign = calloc(room_for(state, "foreign"), sizeof(*s.foreign));
    if (!s.own || !s.demands || !s.foreign)
        return -ENOMEM;
    s.felt.on =
        json_is_true(json_object_get(state, "on")) && json_is_true(json_object_get(state, "self"));
    s.ended = json_is_true(json_object_get(state, "ended"));
    read_lists(state, config, &s);
    s.felt.own = s.own;
    s.felt.demands = s.demands;
    s.felt.foreign = s.foreign;
    *ret_snapshot = s;
    s = (struct felt_snapshot){0};
    return 0;
}

void felt_snapshot_done(struct felt_snapshot *snapshot)
{
    free(snapshot->own);
    free(snapshot->demands);
    free(snapshot->foreign);
    *snapshot = (struct felt_snapshot){0};
}
