/* SPDX-License-Identifier: Apache-2.0 */
/* A node whose disk was rolled back, or that is a copy of another one, is not believed where
 * anybody whom it can ask knows better (proto/lease.md 7).
 *
 * Where nobody can (all who know are cut off, down, unknown to it, or have lost it with their
 * disks), no protocol without a majority can help, and two owners of a slot are excused from then
 * on (check_owner.c). */
#include <string.h>

#include "node/core.h"
#include "sim/check.h"
#include "sim/pool.h"

#define QUIET \
    (FELT_CONFIRM_ROUND_MAX + FELT_USEC_SEC) /* undisturbed for a whole round of questions */

bool sim_check_counts(const struct sim_host *h)
{
    return !h->tainted || felt_confirmed(h->node);
}

struct context {
    uint32_t hosts_max;
    uint32_t *judged;        /* by host: the life that was */
    felt_usec *disturbed_us; /* by asker and host: when a question might last have been lost */
    felt_usec *ignorant_us;  /* and when the host last knew nothing better */
};

static void *begin(struct sim *sim)
{
    struct context *c = sim_zalloc(1, sizeof(*c));

    c->hosts_max = sim->config.hosts_max + sim->config.hosts_extra;
    c->judged = sim_zalloc(c->hosts_max, sizeof(*c->judged));
    c->disturbed_us = sim_zalloc((size_t)c->hosts_max * c->hosts_max, sizeof(*c->disturbed_us));
    c->ignorant_us = sim_zalloc((size_t)c->hosts_max * c->hosts_max, sizeof(*c->ignorant_us));
    return c;
}

static void end(void *context)
{
    struct context *c = context;

    free(c->judged);
    free(c->disturbed_us);
    free(c->ignorant_us);
    free(c);
}

static bool is_busy(const struct sim *sim, uint32_t host)
{
    const struct sim_host *h = &sim->hosts[host];

    return !h->node || h->node->confirm.phase == FELT_CONFIRM_SILENT || h->unplugged ||
           h->blocked_until > sim->now || h->stuck_until > sim->now || h->n_waiting > 0;
}

/* silent: whoever looks for it may look where it was. */
static void note_disturbances(struct context *c, const struct sim *sim, uint32_t asker, bool silent)
{
    bool weather = sim_network_weather(sim->network)->loss_ppm > 0 || silent;

    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (weather || is_busy(sim, asker) || is_busy(sim, i) ||
            sim_network_is_cut(sim->network, asker, i) ||
            sim_network_is_cut(sim->network, i, asker))
            c->disturbed_us[asker * c->hosts_max + i] = sim->now;
}

/* Before it asks nothing can be lost, and nobody answers what is so no more. */
static void forget_disturbances(struct context *c, uint32_t asker)
{
    memset(&c->disturbed_us[asker * c->hosts_max], 0, c->hosts_max * sizeof(c->disturbed_us[0]));
    memset(&c->ignorant_us[asker * c->hosts_max], 0, c->hosts_max * sizeof(c->ignorant_us[0]));
}

/* Whether one node has seen more of another than that one's state says. */
static bool knows_better(const struct felt_node *node, const struct felt_node *of)
{
    uint32_t place = felt_members_find(node->members, felt_node_id(of));
    const struct felt_contact *contact;

    if (place == FELT_MEMBER_NONE || place == FELT_MEMBER_SELF)
        return false;
    contact = felt_members_peek(node->members, place)->contact;
    return contact && contact->replay.session != of->session &&
           (contact->save > of->confirm.start || contact->replay.session > of->session);
}

/* Whoever hears of something newer when it has answered is asked again in the next round, if there
 * is one. */
static void note_ignorance(struct context *c, const struct sim *sim, uint32_t asker)
{
    const struct felt_node *node = sim->hosts[asker].node;

    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim->hosts[i].node && !knows_better(sim->hosts[i].node, node))
            c->ignorant_us[asker * c->hosts_max + i] = sim->now;
}

/* At its address, and all were asked. */
static bool was_asked(const struct felt_node *asker, const struct felt_node *node)
{
    uint32_t place = felt_members_find(asker->members, felt_node_id(node));
    const struct felt_member *self = felt_members_peek(node->members, FELT_MEMBER_SELF);

    return place != FELT_MEMBER_NONE && node->in_cluster &&
           felt_members_count(asker->members) - 1 <= FELT_CONFIRM_ASKED_MAX &&
           felt_members_peek(asker->members, place)->state != FELT_MEMBER_LEFT &&
           felt_endpoint_equal(&felt_members_peek(asker->members, place)->descriptor->advertise,
                               &self->descriptor->advertise);
}

static bool is_long_ago(const struct sim *sim, felt_usec when)
{
    return when == 0 || when + QUIET < sim->now;
}

static bool is_quiet(const struct context *c, const struct sim *sim, uint32_t a, uint32_t b)
{
    return is_long_ago(sim, c->disturbed_us[a * c->hosts_max + b]);
}

static bool is_twin(const struct sim *sim, uint32_t a, uint32_t b)
{
    const struct felt_node *node = sim->hosts[a].node, *other = sim->hosts[b].node;

    return a != b && node && other && felt_id_equal(felt_node_id(node), felt_node_id(other));
}

/* Whether a node holds another for alive, and at its address: it may have moved unseen. */
static bool knows_at(const struct felt_node *node, const struct felt_node *of)
{
    uint32_t place = felt_members_find(node->members, felt_node_id(of));
    const struct felt_member *self = felt_members_peek(of->members, FELT_MEMBER_SELF), *m;

    if (place == FELT_MEMBER_NONE)
        return false;
    m = felt_members_peek(node->members, place);
    return m->state == FELT_MEMBER_ALIVE &&
           felt_endpoint_equal(&m->descriptor->advertise, &self->descriptor->advertise);
}

/* A host's twin runs: somebody whom the host asked could have challenged it. */
static void judge_twin(struct context *c, struct sim *sim, uint32_t host, uint32_t twin)
{
    const struct felt_node *node = sim->hosts[host].node;

    sim->forks_excused = true;
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        const struct felt_node *other = sim->hosts[i].node;

        if (i == host || i == twin || !other || !was_asked(node, other) ||
            !is_quiet(c, sim, host, i) || !is_quiet(c, sim, twin, i))
            continue;
        if (knows_at(other, sim->hosts[twin].node))
            sim_violated(sim, "%s is believed though its twin %s runs and is known to %s",
                         sim->hosts[host].name, sim->hosts[twin].name, sim->hosts[i].name);
    }
}

/* It may have known better, before its disk was lost or an old one came in its place. */
static bool has_forgotten(const struct sim_host *h)
{
    const struct sim_disk_story *s = &h->disk.story;

    return s->torn + s->wiped + s->rolled_back + s->cut_short > 0;
}

/* The host has just been confirmed with a state that is not the newest. */
static void judge(struct context *c, struct sim *sim, uint32_t host)
{
    const struct sim_host *h = &sim->hosts[host];

    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        const struct felt_node *other = sim->hosts[i].node;

        if (is_twin(sim, host, i))
            judge_twin(c, sim, host, i);
        sim->forks_excused |= i != host && has_forgotten(&sim->hosts[i]);
        if (i == host || (other && !knows_better(other, h->node)))
            continue;
        sim->forks_excused |= sim->hosts[i].life > 0; /* it may own what h gives away */
        if (other && was_asked(h->node, other) && is_quiet(c, sim, host, i) &&
            is_long_ago(sim, c->ignorant_us[host * c->hosts_max + i]))
            sim_violated(sim, "%s is believed with an old state, though %s knew better", h->name,
                         sim->hosts[i].name);
    }
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    const struct sim_host *h = &sim->hosts[host];
    struct context *c = context;

    (void)input;
    (void)effects;
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim->hosts[i].tainted && sim->hosts[i].node && c->judged[i] != sim->hosts[i].life) {
            if (sim->hosts[i].node->confirm.phase == FELT_CONFIRM_SILENT) {
                forget_disturbances(c, i);
            } else {
                note_disturbances(c, sim, i, false);
                note_ignorance(c, sim, i);
            }
            for (uint32_t k = 0; k < sim->n_hosts; k++)
                if (is_twin(sim, i, k))
                    note_disturbances(c, sim, k, !sim->hosts[k].node->started);
        }
    if (!h->tainted || c->judged[host] == h->life || h->node->confirm.phase != FELT_CONFIRM_DONE)
        return;
    c->judged[host] = h->life;
    judge(c, sim, host);
}

const struct sim_check sim_check_identity = {
    .name = "identity",
    .what = "nobody is believed with an old disk where somebody knows better",
    .begin = begin,
    .stepped = stepped,
    .end = end,
};
