/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/flanneld.h"

#include "sim/stream.h"

#define FIRST_IP  0xc6336401u /* 198.51.100.1 */
#define LOOK_MAX  FELT_USEC_SEC
#define REPLY_MAX (50 * FELT_USEC_MS) /* between what it read and what it writes */

static void act(struct sim *sim, void *context, uint64_t i, uint64_t life);

static void again(struct sim_flannelds *f, uint32_t i, felt_usec within)
{
    sim_later(f->sim, 1 + felt_prng_below(&f->prng, within), act, f, i, f->list[i].life);
}

void sim_flannelds_init(struct sim_flannelds *flannelds, struct sim *sim, struct sim_etcd *etcd)
{
    *flannelds = (struct sim_flannelds){.sim = sim, .etcd = etcd};
    flannelds->prng = sim_stream(sim->config.seed, "flanneld", 0);
    for (uint32_t i = 0; i < SIM_FLANNELDS; i++)
        flannelds->list[i] =
            (struct sim_flanneld){.ip = felt_ip_v4(FIRST_IP + i), .slot = SIM_SLOT_NONE};
}

void sim_flanneld_start(struct sim_flannelds *flannelds, uint32_t i)
{
    struct sim_flanneld *d = &flannelds->list[i];

    if (d->runs)
        return;
    d->runs = true;
    d->life++;
    again(flannelds, i, LOOK_MAX);
}

void sim_flanneld_stop(struct sim_flannelds *flannelds, uint32_t i)
{
    flannelds->list[i].runs = false;
    flannelds->list[i].uses = false;
}

const struct sim_flanneld *sim_flanneld_of(const struct sim_flannelds *flannelds, uint32_t slot)
{
    for (uint32_t i = 0; i < SIM_FLANNELDS; i++)
        if (flannelds->list[i].runs && flannelds->list[i].uses && flannelds->list[i].slot == slot)
            return &flannelds->list[i];
    return NULL;
}

static void use(struct sim_flannelds *f, struct sim_flanneld *d, uint32_t slot)
{
    d->slot = slot;
    d->uses = true;
    d->renew_us = felt_usec_add(f->sim->now, SIM_KEY_TTL / 2);
}

/* What it read may be old by now: prevExist=false. */
static void create(struct sim *sim, void *context, uint64_t i_and_life, uint64_t slot)
{
    struct sim_flannelds *f = context;
    struct sim_flanneld *d = &f->list[i_and_life % SIM_FLANNELDS];

    if (!d->runs || d->life != i_and_life / SIM_FLANNELDS)
        return;
    if (!f->etcd->down && sim_etcd_create(f->etcd, sim->now, (uint32_t)slot, &d->ip, SIM_KEY_TTL))
        use(f, d, (uint32_t)slot);
    again(f, (uint32_t)(i_and_life % SIM_FLANNELDS), LOOK_MAX);
}

/* The slot of its own key; SIM_SLOT_NONE. */
static uint32_t find_own(const struct sim_flannelds *f, const struct sim_flanneld *d)
{
    for (uint32_t slot = 0; slot < f->etcd->n; slot++) {
        const struct sim_key *key = sim_etcd_get(f->etcd, f->sim->now, slot);

        if (key && felt_ip_equal(&key->ip, &d->ip))
            return slot;
    }
    return SIM_SLOT_NONE;
}

/* One of those without a key; SIM_SLOT_NONE: they are all taken. */
static uint32_t draw_free(struct sim_flannelds *f)
{
    uint32_t slot = SIM_SLOT_NONE;
    uint64_t n = 0;

    for (uint32_t i = 0; i < f->etcd->n; i++)
        if (!sim_etcd_get(f->etcd, f->sim->now, i) && sim_one_in(&f->prng, ++n))
            slot = i;
    return slot;
}

/* Its own key, else what subnet.env says, else any. */
static void acquire(struct sim_flannelds *f, uint32_t i)
{
    struct sim_flanneld *d = &f->list[i];
    uint32_t slot = find_own(f, d);

    if (slot != SIM_SLOT_NONE) {
        sim_etcd_set(f->etcd, f->sim->now, slot, &d->ip, SIM_KEY_TTL);
        use(f, d, slot);
        again(f, i, LOOK_MAX);
        return;
    }
    slot = d->slot;
    if (slot == SIM_SLOT_NONE || sim_etcd_get(f->etcd, f->sim->now, slot))
        slot = draw_free(f);
    if (slot == SIM_SLOT_NONE)
        again(f, i, LOOK_MAX);
    else
        sim_later(f->sim, 1 + felt_prng_below(&f->prng, REPLY_MAX), create, f,
                  d->life * SIM_FLANNELDS + i, slot);
}

static void act(struct sim *sim, void *context, uint64_t i, uint64_t life)
{
    struct sim_flannelds *f = context;
    struct sim_flanneld *d = &f->list[i];

    if (!d->runs || d->life != life)
        return;
    if (!d->uses && !f->etcd->down) {
        acquire(f, (uint32_t)i);
        return;
    }
    if (d->uses && !f->etcd->down && d->renew_us <= sim->now) {
        sim_etcd_set(f->etcd, sim->now, d->slot, &d->ip, SIM_KEY_TTL);
        d->renew_us = felt_usec_add(sim->now, SIM_KEY_TTL / 2);
    }
    again(f, (uint32_t)i, LOOK_MAX);
}
