/* SPDX-License-Identifier: Apache-2.0 */
/* What feltd tells, and what it is told: which slots it may give, and which leases are foreign. */
#include <errno.h>
#include <string.h>

#include "flannel/engine_core.h"

#define CLEAR_AGAIN_US (20 * FELT_USEC_SEC) /* feltd forgets it after 60 s */
#define CLEAR_RETRY_US (2 * FELT_USEC_SEC)  /* while no snapshot shows it */

static void learn_own(struct felt_flannel *e, const struct felt_flannel_felt *felt)
{
    for (size_t i = 0; i < felt->n_own; i++) {
        const struct felt_flannel_own *own = &felt->own[i];
        struct seat *s = own->slot < e->slots ? seat_get(e, own->slot) : NULL;

        if (!s)
            continue;
        s->own_said = true;
        if (!s->own || !felt_id_equal(&s->is.node, &own->node))
            s->held = s->yielded = false; /* another's lease: another story */
        s->own = true;
        s->is = *own;
    }
}

/* A foreign lease as feltd keeps it: what it needs for a route, and whose the slot is. */
static struct felt_flannel_lease as_kept(const struct felt_flannel_lease *lease)
{
    struct felt_flannel_lease kept = *lease;
    enum felt_backend backend;

    if (felt_backend_parse(kept.backend, &backend) < 0)
        memset(kept.backend, 0, sizeof(kept.backend));
    kept.has_device6 = false;
    return kept;
}

static int by_node(const void *a, const void *b)
{
    const struct felt_flannel_demand *x = a, *y = b;

    return felt_id_cmp(&x->node, &y->node);
}

void tell_learn(struct felt_flannel *e, const struct felt_flannel_felt *felt)
{
    size_t n_free = FELT_MIN(felt->n_free, FELT_ARRAY_LEN(e->free));

    e->felt_known = true;
    e->on = felt->on;
    e->clear_seen = felt->clear_seq;
    e->n_demands = FELT_MIN(felt->n_demands, (size_t)FELT_FLANNEL_DEMANDS_MAX);
    if (e->n_demands > 0)
        memcpy(e->demands, felt->demands, e->n_demands * sizeof(e->demands[0]));
    qsort(e->demands, e->n_demands, sizeof(e->demands[0]), by_node);
    e->n_free = n_free;
    if (n_free > 0)
        memcpy(e->free, felt->free, n_free * sizeof(e->free[0]));
    for (uint32_t i = 0; i < e->slots; i++) {
        if (e->seats[i])
            e->seats[i]->own_said = e->seats[i]->told = false;
    }
    learn_own(e, felt);
    for (size_t i = 0; i < felt->n_foreign; i++) {
        uint32_t slot = felt->foreign[i].slot;
        struct seat *s = slot < e->slots ? seat_get(e, slot) : NULL;

        if (!s)
            continue;
        s->told = true;
        s->told_lease = as_kept(&felt->foreign[i].lease);
    }
    for (uint32_t i = 0; i < e->slots; i++) {
        struct seat *s = e->seats[i];

        if (!s || !s->own || s->own_said)
            continue;
        s->own = s->held = s->yielded = false;
        seat_idle(e, s);
    }
}

void tell_clear(struct felt_flannel *e)
{
    struct felt_flannel_effects *fx = e->fx;
    size_t n = 0;
    bool changed, again;

    for (uint32_t i = 0; e->acting && i < e->slots; i++) {
        const struct felt_flannel_demand *d;
        struct seat *s = e->seats[i];

        if (!s || !s->claimed || n == FELT_FLANNEL_DEMANDS_MAX)
            continue;
        d = demand_of(e, &s->claimant);
        if (!d || !demand_is_cleared(e, s, d) || s->own)
            continue;
        s->cleared = true;
        fx->cleared[n].slot = i;
        fx->cleared[n++].node = s->claimant;
    }
    fx->n_cleared = n;
    changed = n != e->n_cleared || memcmp(fx->cleared, e->cleared, n * sizeof(e->cleared[0])) != 0;
    if (!e->felt_known)
        return;
    again =
        e->now - e->clear_us >= (e->clear_seen == e->clear_seq ? CLEAR_AGAIN_US : CLEAR_RETRY_US);
    if (changed || (e->acting && again && (n > 0 || e->clear_seen != e->clear_seq))) {
        if (changed) {
            e->clear_seq++;
            memcpy(e->cleared, fx->cleared, n * sizeof(e->cleared[0]));
            e->n_cleared = n;
        }
        fx->clear = true;
        e->clear_us = e->now;
    }
    fx->clear_seq = e->clear_seq;
    if (e->acting && (n > 0 || e->clear_seen != e->clear_seq))
        engine_wake(e, felt_usec_add(e->clear_us, e->clear_seen == e->clear_seq ? CLEAR_AGAIN_US
                                                                                : CLEAR_RETRY_US));
}

/* Whether feltd is to have the key of a slot as foreign. */
static bool is_foreign(const struct felt_flannel *e, const struct seat *s)
{
    const struct felt_flannel_demand *d;

    if (s->own && s->yielded)
        return seat_others(s);
    if (s->own)
        return false; /* its own key, to be taken over, or to be taken back */
    if (seat_others(s))
        return true;
    /* It changes over: foreign until the node leases it, so that its containers keep their routes.
     */
    d = s->claimed ? demand_of(e, &s->claimant) : NULL;
    return d && s->present && s->valid && s->told &&
           felt_ip_equal(&s->told_lease.public_ip, &d->public_ip);
}

/* Nobody's address, "IPv4 dummy" of RFC 7600: whom a slot is kept for that must not be given. */
static struct felt_flannel_lease nobodys(void)
{
    return (struct felt_flannel_lease){.public_ip = felt_ip_v4(0xc0000008)};
}

void tell_foreign(struct felt_flannel *e)
{
    struct felt_flannel_effects *fx = e->fx;

    for (uint32_t i = 0; i < e->slots; i++) {
        struct felt_flannel_lease lease;
        struct seat *s = e->seats[i];

        if (!s)
            continue;
        if (fx->n_set == FELT_FLANNEL_TELL_MAX || fx->n_gone == FELT_FLANNEL_TELL_MAX) {
            engine_wake(e, e->now + FELT_USEC_MS); /* the rest */
            return;
        }
        if (s->stale || s->busy)
            continue;
        s->blocked = s->blocked && !s->own && seat_blocked(e, i);
        if (!s->blocked && !is_foreign(e, s)) {
            if (s->told)
                fx->gone[fx->n_gone++] = i;
            s->told = false;
            continue;
        }
        lease = s->blocked ? nobodys() : as_kept(&s->lease);
        if (s->told && felt_flannel_lease_equal(&lease, &s->told_lease))
            continue;
        s->told = true;
        s->told_lease = lease;
        s->foreign_us = e->now;
        fx->set[fx->n_set].slot = i;
        fx->set[fx->n_set++].lease = lease;
    }
}
