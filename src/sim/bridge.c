/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/bridge.h"

#include <stdio.h>
#include <string.h>

#include "node/bridge.h"
#include "node/bridge_lease.h"
#include "node/core.h"
#include "node/demand.h"
#include "node/foreign.h"
#include "sim/fault.h"
#include "sim/pool.h"
#include "sim/stream.h"

#define LOOK_MAX    (500 * FELT_USEC_MS)
#define REPLY_MAX   (200 * FELT_USEC_MS) /* between what etcd answered and what felt hears */
#define PATIENT     8                    /* one in so many looks, it goes beside another host */
#define CHANGES_MAX FELT_FOREIGN_CHANGES_MAX

static void look(struct sim *sim, void *context, uint64_t life, uint64_t unused);

struct sim_bridge *sim_bridge_new(struct sim *sim, uint32_t n_slots)
{
    struct sim_bridge *b = sim_zalloc(1, sizeof(*b));

    b->sim = sim;
    b->etcd = sim_etcd_new(n_slots);
    b->slots = sim_zalloc(n_slots, sizeof(*b->slots));
    b->prng = sim_stream(sim->config.seed, "bridge process", 0);
    sim_flannelds_init(&b->flannelds, sim, b->etcd);
    return b;
}

void sim_bridge_free(struct sim_bridge *bridge)
{
    if (!bridge)
        return;
    sim_etcd_free(bridge->etcd);
    free(bridge->slots);
    free(bridge);
}

void sim_bridge_start(struct sim_bridge *bridge, uint32_t host)
{
    bridge->host = host;
    bridge->runs = true;
    bridge->life++;
    for (uint32_t i = 0; i < bridge->etcd->n; i++)
        bridge->slots[i].ours = bridge->slots[i].took_back = false;
    sim_later(bridge->sim, 1 + felt_prng_below(&bridge->prng, LOOK_MAX), look, bridge, bridge->life,
              0);
}

void sim_bridge_stop(struct sim_bridge *bridge)
{
    bridge->runs = false;
    bridge->working_us = 0;
}

static struct felt_node *node_of(const struct sim_bridge *b)
{
    return b->sim->hosts[b->host].node;
}

/* ---- what it asks etcd ---- */

static bool made(struct sim_bridge *b, uint32_t slot, const struct felt_ip *ip, bool done)
{
    if (!done)
        return false;
    b->slots[slot].ours = true;
    b->slots[slot].made = *ip;
    b->made++;
    return true;
}

static bool create(struct sim_bridge *b, uint32_t slot, const struct felt_ip *ip)
{
    return made(b, slot, ip, sim_etcd_create(b->etcd, b->sim->now, slot, ip, SIM_KEY_TTL));
}

static bool take_over(struct sim_bridge *b, uint32_t slot, const struct sim_key *key,
                      const struct felt_ip *ip)
{
    return made(b, slot, ip,
                sim_etcd_swap(b->etcd, b->sim->now, slot, key->index, ip, SIM_KEY_TTL));
}

/* ---- one look ---- */

struct work {
    uint8_t *wanted; /* by slot: a lease or a demand */
    struct felt_foreign_change changes[CHANGES_MAX];
    size_t n;
};

static void add_foreign(struct sim_bridge *b, struct work *w, uint32_t slot,
                        const struct felt_ip *ip)
{
    struct felt_foreign known;

    if (w->n == CHANGES_MAX ||
        (felt_node_foreign(node_of(b), slot, &known) && felt_ip_equal(&known.ip, ip)))
        return;
    w->changes[w->n++] = (struct felt_foreign_change){
        .slot = slot, .foreign = {.ip = *ip, .backend = FELT_FOREIGN_HOST_GW}};
}

static bool ip_of(const struct sim_bridge *b, const struct felt_id *id, struct felt_ip *ret_ip)
{
    const struct felt_members *members = node_of(b)->members;
    uint32_t i = felt_members_find(members, id);
    struct felt_descriptor d;

    if (i == FELT_MEMBER_NONE)
        return false;
    felt_signed_descriptor_read(felt_members_peek(members, i)->descriptor, &d);
    *ret_ip = d.public_ip;
    return true;
}

/* A lease of a member: its key is there, renewed in time, its own. */
static void keep(struct sim_bridge *b, struct work *w, uint32_t slot, const struct felt_ip *ip)
{
    const struct sim_key *key = sim_etcd_get(b->etcd, b->sim->now, slot);
    struct slot *s = &b->slots[slot];

    w->wanted[slot] = 1;
    if (!key) {
        create(b, slot, ip);
    } else if (felt_ip_equal(&key->ip, ip)) {
        if (key->expires_us - b->sim->now < SIM_KEY_TTL / 2 || !s->ours)
            take_over(b, slot, key, ip);
    } else if (s->ours && !s->took_back) {
        s->took_back = take_over(b, slot, key, ip);
    } else {
        s->ours = false;
        b->yielded++;
        add_foreign(b, w, slot, &key->ip);
    }
}

/* Etcd's answer has arrived, and felt is told. Meanwhile nothing else of that slot was done. */
static void clear(struct sim *sim, void *context, uint64_t life, uint64_t slot)
{
    struct sim_bridge *b = context;
    struct felt_input input = {.kind = FELT_INPUT_CLEARED};

    if (!b->runs || b->life != life || !b->slots[slot].ours || !sim_host_runs(sim, b->host))
        return;
    input.cleared.node = b->slots[slot].node;
    input.cleared.slot = (uint32_t)slot;
    sim_tell(sim, b->host, input);
}

static void meet(struct sim_bridge *b, struct work *w, const struct felt_demand *demand)
{
    const struct sim_key *key = sim_etcd_get(b->etcd, b->sim->now, demand->slot);
    struct felt_ip ip;

    w->wanted[demand->slot] = 1;
    if (demand->cleared || !ip_of(b, &demand->node, &ip))
        return;
    if (!key ? !create(b, demand->slot, &ip)
             : !felt_ip_equal(&key->ip, &ip) || !take_over(b, demand->slot, key, &ip)) {
        if (key && !felt_ip_equal(&key->ip, &ip))
            add_foreign(b, w, demand->slot, &key->ip);
        return;
    }
    b->slots[demand->slot].node = demand->node;
    sim_later(b->sim, 1 + felt_prng_below(&b->prng, REPLY_MAX), clear, b, b->life, demand->slot);
}

/* Keys that no lease and no demand is for: our own go, the others are foreign. */
static void compare(struct sim_bridge *b, struct work *w)
{
    struct felt_notice_place at = {0};
    struct felt_foreign_view v;

    for (uint32_t slot = 0; slot < b->etcd->n; slot++) {
        const struct sim_key *key = sim_etcd_get(b->etcd, b->sim->now, slot);

        if (!key || w->wanted[slot])
            continue;
        if (b->slots[slot].ours && felt_ip_equal(&key->ip, &b->slots[slot].made)) {
            sim_etcd_delete(b->etcd, b->sim->now, slot, key->index);
            b->slots[slot].ours = false;
            b->slots[slot].node = (struct felt_id){{0}};
        } else {
            add_foreign(b, w, slot, &key->ip);
        }
    }
    while (w->n < CHANGES_MAX && felt_node_next_foreign(node_of(b), &at, &v)) {
        const struct sim_key *key = sim_etcd_get(b->etcd, b->sim->now, v.slot);
        bool ours = key && b->slots[v.slot].ours && felt_ip_equal(&key->ip, &b->slots[v.slot].made);

        if (!key || (ours && w->wanted[v.slot]))
            w->changes[w->n++] = (struct felt_foreign_change){.slot = v.slot, .gone = true};
    }
}

static void work(struct sim_bridge *b)
{
    struct felt_node *node = node_of(b);
    struct felt_input input = {.kind = FELT_INPUT_FOREIGN};
    struct work w = {.wanted = sim_zalloc(b->etcd->n, 1)};
    const struct felt_demand *demand;
    struct felt_bridge_lease lease;
    struct felt_ip ip;

    for (uint32_t at = 0; felt_node_next_bridge_lease(node, &at, &lease);)
        if (ip_of(b, &lease.node, &ip))
            keep(b, &w, lease.slot, &ip);
    for (uint32_t i = 0; (demand = felt_node_demand(node, i)); i++)
        meet(b, &w, demand);
    compare(b, &w);
    free(w.wanted);
    input.foreign.changes = w.changes;
    input.foreign.n = w.n;
    if (w.n > 0)
        sim_tell(b->sim, b->host, input);
}

/* ---- beside whom ---- */

static void move(struct sim_bridge *b, uint32_t host)
{
    if (host != SIM_HOST_NONE && host != b->host)
        sim_bridge_start(b, host);
}

/* Where there are two it is the original; the copy, where that one is rebuilt or somebody else by
 * now. */
static uint32_t host_of(const struct sim *sim, const struct felt_id *id)
{
    uint32_t copy = SIM_HOST_NONE;

    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        if (!sim_host_runs(sim, i) || !felt_id_equal(felt_node_id(sim->hosts[i].node), id))
            continue;
        if (!sim->hosts[i].clone)
            return i;
        copy = i;
    }
    return copy;
}

static void move_anywhere(struct sim_bridge *b)
{
    uint32_t host = sim_fault_draw_running(b->sim, &b->prng);

    if (host != SIM_HOST_NONE && !b->sim->hosts[host].clone)
        move(b, host);
}

static void order(struct sim_bridge *b, enum felt_bridge_order what)
{
    sim_tell(b->sim, b->host,
             (struct felt_input){.kind = FELT_INPUT_BRIDGE, .bridge = {.order = (int)what}});
}

/* False where there is nothing to do now. */
static bool is_bridge_node(struct sim_bridge *b)
{
    struct felt_bridge_view v;

    felt_node_bridge(node_of(b), &v);
    if (v.phase == FELT_BRIDGE_ON && v.self)
        return true;
    b->working_us = 0;
    if (felt_node_may_bridge(node_of(b), FELT_BRIDGE_BEGIN, false) == FELT_BRIDGE_OTHER)
        move(b, host_of(b->sim, &v.node));
    else
        order(b, FELT_BRIDGE_BEGIN);
    return false;
}

static bool can_work(const struct sim_bridge *b)
{
    const struct sim_host *h = &b->sim->hosts[b->host];

    return !b->etcd->down && h->power == SIM_RUNNING && h->blocked_until <= b->sim->now &&
           h->node->era > 0;
}

static void look(struct sim *sim, void *context, uint64_t life, uint64_t unused)
{
    struct sim_bridge *b = context;

    (void)unused;
    if (!b->runs || b->life != life)
        return;
    if (b->ended && !sim_bridge_is_on(b)) {
        b->working_us = 0;
    } else if (!can_work(b)) {
        b->working_us = 0;
        if (!sim_host_runs(sim, b->host) && sim_one_in(&b->prng, PATIENT))
            move_anywhere(b);
    } else if (is_bridge_node(b)) {
        if (b->working_us == 0)
            b->working_us = sim->now;
        work(b);
        if (b->ending &&
            felt_node_may_bridge(node_of(b), FELT_BRIDGE_END, false) == FELT_BRIDGE_OK) {
            /* And once more, where a half that this node had not heard of had begun later. */
            order(b, FELT_BRIDGE_END);
            b->ended = true;
        }
    }
    if (b->runs && b->life == life)
        sim_later(sim, 1 + felt_prng_below(&b->prng, LOOK_MAX), look, b, life, 0);
}

/* ---- the end ---- */

void sim_bridge_heal(struct sim_bridge *bridge)
{
    bridge->etcd->down = false;
    bridge->ending = sim_one_in(&bridge->prng, 2);
    for (uint32_t i = 0; bridge->ending && i < SIM_FLANNELDS; i++)
        sim_flanneld_stop(&bridge->flannelds, i);
    if (!bridge->runs)
        sim_bridge_start(bridge, bridge->host);
}

bool sim_bridge_is_on(const struct sim_bridge *bridge)
{
    struct felt_bridge_view v;

    for (uint32_t i = 0; i < bridge->sim->n_hosts; i++) {
        if (!sim_host_runs(bridge->sim, i))
            continue;
        felt_node_bridge(bridge->sim->hosts[i].node, &v);
        if (v.phase == FELT_BRIDGE_ON)
            return true;
    }
    return false;
}

/* Or the last owner's disk is lost: nothing is left to cut over, and felt has to be founded anew.
 */
static bool somebody_has_map(const struct sim *sim)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i) && sim->hosts[i].node->era > 0)
            return true;
    return false;
}

bool sim_bridge_rests(struct sim_bridge *bridge, char *text, size_t len)
{
    const struct sim *sim = bridge->sim;

    if (bridge->ending) {
        snprintf(text, len, "the bridge is not cut over everywhere");
        return (bridge->ended && !sim_bridge_is_on(bridge)) || !somebody_has_map(sim);
    }
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        const struct felt_node *node = sim->hosts[i].node;
        struct felt_ip ip = sim_endpoint(sim->hosts[i].address).ip;
        const struct sim_key *key;

        if (!sim_host_runs(sim, i) || !node->lease_used)
            continue;
        key = sim_etcd_get(bridge->etcd, sim->now, node->lease);
        snprintf(text, len, "%s leases slot %u, and its key is %s", sim->hosts[i].name, node->lease,
                 key ? "another's" : "not there");
        if (!key || !felt_ip_equal(&key->ip, &ip))
            return false;
        snprintf(text, len, "%s and a flanneld node use slot %u", sim->hosts[i].name, node->lease);
        if (sim_flanneld_of(&bridge->flannelds, node->lease))
            return false;
    }
    return true;
}
