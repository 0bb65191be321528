/* SPDX-License-Identifier: Apache-2.0 */
/* Who waits for a subnet, and which one it may have: the key first, then the word to feltd
 * (proto/etcd.md 7). */
#include <string.h>

#include "flannel/engine_core.h"

#define CLAIM_US (30 * FELT_USEC_SEC)  /* cleared, and not given by then: another slot */
#define HEAR_US  (10 * FELT_USEC_SEC)  /* after feltd was told of a foreign lease */
#define AVOID_US (600 * FELT_USEC_SEC) /* that slot only where there is no other */

static int node_cmp(const void *key, const void *demand)
{
    return felt_id_cmp(key, &((const struct felt_flannel_demand *)demand)->node);
}

const struct felt_flannel_demand *demand_of(const struct felt_flannel *e,
                                            const struct felt_id *node)
{
    return bsearch(node, e->demands, e->n_demands, sizeof(e->demands[0]), node_cmp);
}

bool demand_is_written(const struct seat *s, const struct felt_flannel_demand *d)
{
    return s->present && s->marked && !s->stale && s->confirmed == s->index &&
           felt_ip_equal(&s->lease.public_ip, &d->public_ip);
}

bool demand_is_cleared(const struct felt_flannel *e, const struct seat *s,
                       const struct felt_flannel_demand *d)
{
    return demand_is_written(s, d) && sync_knows(e, s->confirmed);
}

static void release(struct felt_flannel *e, struct seat *s)
{
    s->claimed = s->cleared = false;
    seat_idle(e, s);
}

/* The key is somebody else's, and not that of the machine itself from before it changed over. */
static bool taken(const struct seat *s, const struct felt_flannel_demand *d)
{
    if (!s || !s->present || (s->marked && !s->give_back))
        return false;
    return !s->valid || !felt_ip_equal(&s->lease.public_ip, &d->public_ip);
}

static bool usable(const struct felt_flannel *e, uint32_t slot, const struct felt_flannel_demand *d)
{
    const struct seat *s = seat_at(e, slot);

    if (slot >= e->slots || seat_blocked(e, slot))
        return false;
    return !s || (!s->own && !s->claimed && !s->busy && !taken(s, d));
}

/* The slot whose key in etcd has the address of the one who asks: its machine ran flanneld before.
 */
static uint32_t former(const struct felt_flannel *e, const struct felt_flannel_demand *d)
{
    for (uint32_t i = 0; i < e->slots; i++) {
        const struct seat *s = e->seats[i];

        if (s && seat_others(s) && felt_ip_equal(&s->lease.public_ip, &d->public_ip) &&
            e->now >= s->avoid_until_us && usable(e, i, d))
            return i;
    }
    return FELT_FLANNEL_NO_SLOT;
}

/* feltd has had the time to hear of the former slot, and to name it if it can give it at all. */
static bool is_passed_over(const struct felt_flannel *e, uint32_t former_slot)
{
    const struct seat *s = e->seats[former_slot];

    return s->told && e->now >= felt_usec_add(s->foreign_us, HEAR_US);
}

/* Whether there is something in etcd that we did not know when we claimed the slot. */
static bool is_mistaken(const struct felt_flannel *e, uint32_t slot,
                        const struct felt_flannel_demand *d)
{
    uint32_t other = former(e, d);

    if (seat_blocked(e, slot))
        return true;
    if (other == FELT_FLANNEL_NO_SLOT)
        return false;
    return d->slot == FELT_FLANNEL_NO_SLOT || d->slot == other || !is_passed_over(e, other);
}

/* Claims that have come to an end. */
static void review(struct felt_flannel *e, uint32_t slot, struct seat *s)
{
    const struct felt_flannel_demand *d = demand_of(e, &s->claimant);
    char text[FELT_FLANNEL_KEY_TEXT];

    if (s->own) {
        s->claimed = s->cleared = false; /* given, to whomever */
    } else if (!d || (taken(s, d) && !s->stale)) {
        release(e, s);
    } else if (!s->cleared && demand_is_cleared(e, s, d) && is_mistaken(e, slot, d)) {
        release(e, s);
    } else if (e->now - s->claimed_us >= CLAIM_US && demand_is_cleared(e, s, d) &&
               d->slot != slot) {
        engine_log(e, FELT_FLANNEL_WARNING,
                   "subnet=%s was cleared for node=%.20s and not given to it: trying another",
                   engine_subnet(e, slot, text), d->name);
        s->avoid_until_us = felt_usec_add(e->now, AVOID_US);
        release(e, s);
    }
}

/* Which demands need nothing more: a node has one claim, and none while it leases something. */
static void find_served(struct felt_flannel *e, bool *served)
{
    for (uint32_t i = 0; i < e->slots; i++) {
        const struct felt_flannel_demand *d;
        struct seat *s = e->seats[i];

        if (!s || !s->own || s->yielded)
            continue;
        d = demand_of(e, &s->is.node);
        if (d)
            served[d - e->demands] = true;
    }
    for (uint32_t i = 0; i < e->slots; i++) {
        const struct felt_flannel_demand *d;
        struct seat *s = e->seats[i];

        if (!s || !s->claimed)
            continue;
        d = demand_of(e, &s->claimant);
        if (d && served[d - e->demands])
            release(e, s);
        else if (d)
            served[d - e->demands] = true;
    }
}

/* What its machine has in etcd, what feltd names, the best that is free; NO_SLOT: nothing yet. */
static uint32_t choose(struct felt_flannel *e, const struct felt_flannel_demand *d)
{
    uint32_t slot = former(e, d);

    if (slot != FELT_FLANNEL_NO_SLOT) {
        if (d->slot == FELT_FLANNEL_NO_SLOT || d->slot == slot)
            return slot;
        /* feltd names it when it has heard of it, if it can give it at all. */
        if (!is_passed_over(e, slot)) {
            engine_wake(e, felt_usec_add(e->seats[slot]->foreign_us, HEAR_US));
            return FELT_FLANNEL_NO_SLOT;
        }
    }
    if (usable(e, d->slot, d))
        return d->slot;
    for (int avoid = 1; avoid >= 0; avoid--) {
        for (size_t i = 0; i < e->n_free; i++) {
            const struct seat *s = seat_at(e, e->free[i]);

            if (s && (seat_others(s) || (avoid && e->now < s->avoid_until_us)))
                continue;
            if (usable(e, e->free[i], d))
                return e->free[i];
        }
    }
    return FELT_FLANNEL_NO_SLOT;
}

/* feltd names a slot that must not be given: it has to hear that, to name another. */
static void block(struct felt_flannel *e, uint32_t slot)
{
    struct seat *s;

    if (slot >= e->slots || !seat_blocked(e, slot))
        return;
    s = seat_get(e, slot);
    if (s)
        s->blocked = true;
}

void demand_step(struct felt_flannel *e)
{
    bool served[FELT_FLANNEL_DEMANDS_MAX] = {false};

    for (uint32_t i = 0; i < e->slots; i++) {
        if (e->seats[i] && e->seats[i]->claimed) {
            review(e, i, e->seats[i]);
            if (e->seats[i]->claimed)
                engine_wake(e, felt_usec_add(e->seats[i]->claimed_us, CLAIM_US));
        }
    }
    if (e->n_demands == 0 || e->odd_full)
        return;
    find_served(e, served);
    for (size_t i = 0; i < e->n_demands; i++) {
        const struct felt_flannel_demand *d = &e->demands[i];
        struct seat *s;
        uint32_t slot;

        if (d->public_ip.family != FELT_FAMILY_V4 || served[i])
            continue;
        block(e, d->slot);
        slot = choose(e, d);
        s = slot == FELT_FLANNEL_NO_SLOT ? NULL : seat_get(e, slot);
        if (!s)
            continue;
        s->claimed = true;
        s->claimant = d->node;
        s->claimed_us = e->now;
    }
}
