/* SPDX-License-Identifier: Apache-2.0 */
/* feltd as a bridge sees it, and the machines that run it. */
#include "tests/support/bridge_world_core.h"

#include <string.h>

#define CLEAR_LIFE (60 * FELT_USEC_SEC) /* feltd forgets what is not said again */

void bw_look(struct bw_world *w, felt_usec after)
{
    for (unsigned i = 0; i < BW_BRIDGES; i++) {
        struct bw_bridge *b = &w->bridges[i];
        struct bw_message *m;

        if (!b->engine || b->looking)
            continue;
        b->looking = true;
        m = bw_push(w, LOOK, after + 1 + bw_below(w, 50 * FELT_USEC_MS));
        m->bridge = i;
        m->life = b->life;
    }
}

void bw_felt_changed(struct bw_world *w)
{
    bw_push(w, GIFT, 1 + bw_below(w, 20 * FELT_USEC_MS));
    bw_look(w, 0);
}

/* The slot that is kept for the machine's address. */
static uint32_t kept_for(const struct bw_world *w, const struct bw_machine *m)
{
    for (uint32_t s = 0; s < BW_SLOTS; s++) {
        if (w->has_foreign[s] && felt_ip_equal(&w->foreign[s].public_ip, &m->lease.public_ip))
            return s;
    }
    return FELT_FLANNEL_NO_SLOT;
}

struct snapshot *bw_take_snapshot(struct bw_world *w, unsigned bridge)
{
    bool is_its_call = w->clear_bridge == bridge && w->clear_life == w->bridges[bridge].life;
    struct snapshot *s = calloc(1, sizeof(*s));
    struct felt_flannel_felt *f = &s->felt;
    bool is_free[BW_SLOTS] = {false};

    assert(s);
    *f = (struct felt_flannel_felt){.on = w->on, .clear_seq = is_its_call ? w->clear_seq : 0};
    for (uint32_t slot = 0; slot < BW_SLOTS; slot++) {
        if (w->owner[slot] != BW_NONE) {
            const struct bw_machine *m = &w->machines[w->owner[slot]];
            struct felt_flannel_own *own = &s->own[f->n_own++];

            *own = (struct felt_flannel_own){.slot = slot, .node = m->id};
            if (w->now >= m->unheard_until_us)
                own->lease = m->lease;
            strcpy(own->name, m->name);
        } else if (!w->has_foreign[slot]) {
            s->free[f->n_free++] = slot;
            is_free[slot] = true;
        }
        if (w->has_foreign[slot]) {
            s->foreign[f->n_foreign].slot = slot;
            s->foreign[f->n_foreign++].lease = w->foreign[slot];
        }
    }
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        const struct bw_machine *m = &w->machines[i];
        struct felt_flannel_demand *d = &s->demands[f->n_demands];

        if (m->role != BW_FELT || m->slot != BW_NONE)
            continue;
        *d = (struct felt_flannel_demand){
            .node = m->id, .public_ip = m->lease.public_ip, .slot = kept_for(w, m)};
        strcpy(d->name, m->name);
        for (uint32_t slot = 0; w->names && slot < BW_SLOTS && d->slot == FELT_FLANNEL_NO_SLOT;
             slot++) {
            if (!is_free[slot])
                continue;
            is_free[slot] = false;
            d->slot = slot;
        }
        f->n_demands++;
    }
    f->n_free = w->names ? 0 : f->n_free;
    f->own = s->own;
    f->demands = s->demands;
    f->foreign = s->foreign;
    f->free = s->free;
    return s;
}

void bw_felt_loses(struct bw_world *w, uint32_t slot)
{
    struct bw_machine *m = &w->machines[w->owner[slot]];

    w->owner[slot] = BW_NONE;
    w->disturbed[slot] = false;
    m->slot = BW_NONE;
    m->expects = BW_NONE;
}

void bw_called(struct bw_world *w, const struct bw_message *message)
{
    const struct call *c = message->call;

    for (size_t i = 0; i < c->n_set; i++) {
        uint32_t slot = c->set[i].slot;

        bw_log(w, "feltd hears: slot %u is foreign, of %s", slot,
               FELT_IP(&c->set[i].lease.public_ip));
        w->has_foreign[slot] = true;
        w->foreign[slot] = c->set[i].lease;
        if (w->owner[slot] == BW_NONE || felt_ip_equal(&w->machines[w->owner[slot]].lease.public_ip,
                                                       &w->foreign[slot].public_ip))
            continue;
        if (!w->disturbed[slot])
            bw_violate(w, "slot %u was taken from %s though nobody touched its key", slot,
                       w->machines[w->owner[slot]].name);
        w->moved++;
        bw_felt_loses(w, slot);
    }
    for (size_t i = 0; i < c->n_gone; i++) {
        bw_log(w, "feltd hears: slot %u is not foreign", c->gone[i]);
        w->has_foreign[c->gone[i]] = false;
    }
    for (uint32_t i = 0; c->clear && i < c->n_cleared; i++) {
        uint32_t m = (uint32_t)c->cleared[i].node.b[0] - 1;

        bw_log(w, "feltd hears: slot %u is cleared for h%u", c->cleared[i].slot, m);
        if (w->machines[m].role == BW_FELT && w->machines[m].slot == BW_NONE)
            w->machines[m].granted = c->cleared[i].slot;
    }
    if (c->clear) {
        w->clear_seq = c->clear_seq;
        w->clear_bridge = message->bridge;
        w->clear_life = message->life;
        w->clear_us = w->now;
        memcpy(w->cleared, c->cleared, sizeof(w->cleared));
        w->n_cleared = c->n_cleared;
    }
    bw_felt_changed(w);
}

static void give(struct bw_world *w, struct bw_machine *m, uint32_t slot)
{
    bw_log(w, "slot %u is given to %s", slot, m->name);
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        const struct bw_machine *o = &w->machines[i];

        if (o->role == BW_FLANNELD && o->slot == slot && !o->thief && !w->disturbed[slot])
            bw_violate(w, "slot %u was given to %s while the flanneld on %s leases it", slot,
                       m->name, o->name);
    }
    if (!bw_key_is_of(bw_key(w, slot), m) && !w->disturbed[slot])
        bw_violate(w, "slot %u was given to %s without its key in etcd", slot, m->name);
    if (m->expects != BW_NONE && m->expects == slot)
        w->sticky++;
    else if (m->expects != BW_NONE && bw_key_is_of(bw_key(w, m->expects), m) &&
             !w->disturbed[m->expects])
        bw_violate(w, "%s changed over from slot %u to slot %u", m->name, m->expects, slot);
    m->expects = m->granted = BW_NONE;
    w->owner[slot] = m->i;
    m->slot = slot;
    if (w->faults && bw_chance(w, 10))
        m->unheard_until_us = w->now + bw_below(w, 900 * FELT_USEC_SEC);
    w->gifts++;
}

/* Whether the machine may be given the slot, and it is cleared for it. */
static bool may_give(struct bw_world *w, const struct bw_machine *m, uint32_t slot)
{
    bool cleared = w->names && m->granted == slot;

    for (size_t c = 0; !w->names && c < w->n_cleared; c++)
        cleared =
            cleared || (w->cleared[c].slot == slot && felt_id_equal(&w->cleared[c].node, &m->id));
    if (!cleared || w->owner[slot] != BW_NONE)
        return false;
    return !w->has_foreign[slot] || felt_ip_equal(&w->foreign[slot].public_ip, &m->lease.public_ip);
}

void bw_gifts(struct bw_world *w)
{
    if (w->now - w->clear_us > CLEAR_LIFE)
        w->n_cleared = 0;
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        struct bw_machine *m = &w->machines[i];

        for (uint32_t slot = 0; slot < BW_SLOTS; slot++) {
            if (m->role != BW_FELT || m->slot != BW_NONE || !may_give(w, m, slot))
                continue;
            give(w, m, slot);
            bw_look(w, 0);
        }
    }
}

void bw_felt_join(struct bw_world *w, uint32_t machine)
{
    struct bw_machine *m = &w->machines[machine];

    if (m->role != BW_OFF)
        return;
    bw_log(w, "%s joins felt", m->name);
    m->role = BW_FELT;
    m->slot = BW_NONE;
    m->expects = BW_NONE;
    bw_felt_changed(w);
}

void bw_felt_leave(struct bw_world *w, uint32_t machine)
{
    struct bw_machine *m = &w->machines[machine];

    if (m->role != BW_FELT)
        return;
    bw_log(w, "%s leaves felt", m->name);
    if (m->slot != BW_NONE)
        bw_felt_loses(w, m->slot);
    m->role = BW_OFF;
    m->granted = BW_NONE;
    bw_felt_changed(w);
}

void bw_change_over(struct bw_world *w, uint32_t machine)
{
    struct bw_machine *m = &w->machines[machine];
    uint32_t slot = m->slot;
    bool disturbed = slot != BW_NONE && (m->thief || w->disturbed[slot]);

    if (m->role != BW_FLANNELD || slot == BW_NONE)
        return;
    bw_flanneld_stop(w, machine);
    bw_felt_join(w, machine);
    m->expects = disturbed ? BW_NONE : slot;
}

void bw_feltd_restart(struct bw_world *w)
{
    struct felt_flannel_input lost = {.event = FELT_FLANNEL_FELT_LOST};

    bw_log(w, "feltd restarts");
    w->clear_seq = 0;
    w->n_cleared = 0;
    for (unsigned i = 0; i < BW_BRIDGES; i++) {
        if (w->bridges[i].engine)
            bw_step(w, i, &lost);
    }
    bw_look(w, FELT_USEC_SEC);
}
