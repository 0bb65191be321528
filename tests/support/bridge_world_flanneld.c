/* SPDX-License-Identifier: Apache-2.0 */
/* Machines that run flanneld v0.10.0, and what people do to keys by hand. */
#include "tests/support/bridge_world_core.h"

#define RENEW_US (23 * 3600 * FELT_USEC_SEC) /* flanneld's: TTL less a margin of an hour */

static void flanneld_write(struct bw_world *w, struct bw_machine *m, uint32_t slot)
{
    const struct etcd_model_key *k = bw_key(w, slot);
    char value[FELT_FLANNEL_VALUE_MAX + 1], path[256];
    bool reserved = k && k->expires_us == FELT_USEC_NEVER;

    if (k && !bw_key_is_of(k, m)) {
        m->thief = w->disturbed[slot] = true;
        for (uint32_t i = 0; i < BW_MACHINES; i++) {
            struct bw_machine *victim = &w->machines[i];

            if (victim->role == BW_FLANNELD && victim->slot == slot)
                victim->thief = true; /* it does not notice, and will take it back */
        }
    }
    bw_log(w, "the flanneld on %s sets slot %u%s", m->name, slot, m->thief ? ", a thief" : "");
    felt_flannel_lease_format(&m->lease, value);
    bw_key_path(w, slot, path);
    etcd_model_set(w->etcd, path, value, reserved ? 0 : FELT_ETCD_LEASE_TTL_S);
    m->slot = slot;
    bw_push(w, RENEW, RENEW_US)->machine = m->i;
}

/* v0.10.0: its own lease, else one of the free ones at random; what it saw may be old when it
 * creates it. */
static void flanneld_acquire(struct bw_world *w, struct bw_machine *m)
{
    uint32_t free[BW_SLOTS], n = 0;

    for (uint32_t s = 0; s < BW_SLOTS; s++) {
        if (bw_key_is_of(bw_key(w, s), m)) {
            flanneld_write(w, m, s);
            return;
        }
        if (!bw_key(w, s))
            free[n++] = s;
    }
    m->wish = n ? free[bw_below(w, n)] : BW_NONE;
    bw_push(w, CREATE, n ? 1 + bw_below(w, 30 * FELT_USEC_MS) : 10 * FELT_USEC_SEC)->machine = m->i;
}

void bw_flanneld_create(struct bw_world *w, struct bw_machine *m)
{
    char value[FELT_FLANNEL_VALUE_MAX + 1], path[256];

    if (m->role != BW_FLANNELD || m->slot != BW_NONE)
        return;
    if (w->etcd_down) {
        bw_push(w, CREATE, 10 * FELT_USEC_SEC)->machine = m->i;
        return;
    }
    felt_flannel_lease_format(&m->lease, value);
    if (m->wish != BW_NONE)
        bw_key_path(w, m->wish, path);
    if (m->wish == BW_NONE || !etcd_model_create(w->etcd, path, value, FELT_ETCD_LEASE_TTL_S)) {
        flanneld_acquire(w, m);
        return;
    }
    m->slot = m->wish;
    bw_log(w, "the flanneld on %s creates slot %u", m->name, m->slot);
    bw_push(w, RENEW, RENEW_US)->machine = m->i;
}

void bw_flanneld_start(struct bw_world *w, uint32_t machine)
{
    struct bw_machine *m = &w->machines[machine];

    if (m->role != BW_OFF || w->etcd_down)
        return;
    m->role = BW_FLANNELD;
    m->slot = BW_NONE;
    m->thief = false;
    flanneld_acquire(w, m);
}

void bw_flanneld_stop(struct bw_world *w, uint32_t machine)
{
    struct bw_machine *m = &w->machines[machine];

    if (m->role != BW_FLANNELD)
        return;
    bw_log(w, "the flanneld on %s ends", m->name);
    m->role = BW_OFF;
    m->slot = BW_NONE;
}

void bw_flanneld_steal(struct bw_world *w, uint32_t machine, uint32_t slot)
{
    struct bw_machine *m = &w->machines[machine];

    if (m->role == BW_FELT || w->etcd_down)
        return;
    m->role = BW_FLANNELD;
    m->thief = true;
    w->disturbed[slot] = true;
    flanneld_write(w, m, slot);
}

void bw_flanneld_renew(struct bw_world *w, struct bw_machine *m)
{
    if (m->role != BW_FLANNELD || m->slot == BW_NONE)
        return;
    if (w->etcd_down)
        bw_push(w, RENEW, 60 * FELT_USEC_SEC)->machine = m->i;
    else
        flanneld_write(w, m, m->slot);
}

void bw_vandal(struct bw_world *w, uint32_t slot, const char *value, uint32_t ttl_s)
{
    char path[256];

    bw_key_path(w, slot, path);
    w->disturbed[slot] = true;
    bw_log(w, "slot %u is %s behind everybody's back", slot, value ? "set" : "deleted");
    if (value)
        etcd_model_set(w->etcd, path, value, ttl_s);
    else
        etcd_model_delete(w->etcd, path);
}

void bw_tidy(struct bw_world *w)
{
    for (uint32_t s = 0; s < BW_SLOTS; s++) {
        const struct etcd_model_key *k = bw_key(w, s);
        bool used = w->owner[s] != BW_NONE;
        char path[256];

        for (uint32_t i = 0; i < BW_MACHINES; i++)
            used = used || (w->machines[i].role == BW_FLANNELD && w->machines[i].slot == s);
        bw_key_path(w, s, path);
        if (!used && !bw_key_is_marked(k))
            etcd_model_delete(w->etcd, path);
    }
}
