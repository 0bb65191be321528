/* SPDX-License-Identifier: Apache-2.0 */
/* A decision that hardly anybody learns: a proposer that cannot hear its rival, and reaches some
 * only, falls silent just when it has asked for acceptance. Those whom it asked crash, give their
 * slots away, or have newcomers take some; then the rival proposes something else.
 *
 * Whatever was decided must come out of that once more (proto/lease.md 6.7). */
#include "node/core.h"
#include "sim/fault_list.h"
#include "sim/mistake.h"
#include "sim/pool.h"
#include "sim/stream.h"

#define INCIDENT_MAX (40 * FELT_USEC_SEC)
#define OFF_TIME     (20 * FELT_USEC_SEC) /* of the owner about whose slots it goes */
#define DEAD_BY      (8 * FELT_USEC_SEC)
#define APART        (7 * FELT_USEC_SEC)  /* so long the proposer is cut off */
#define WATCH_TIME   (2 * FELT_USEC_SEC)  /* for the question for acceptance */
#define WATCH_EVERY  (100)                /* microseconds: as short as a way through the network */
#define BACK_AGAIN   (500 * FELT_USEC_MS) /* who crashed, at the latest */
#define CONFIRMED_BY (3 * FELT_USEC_SEC)  /* and is believed again, or owns what it was given */
#define GIVEN_BY     (500 * FELT_USEC_MS) /* before that */
#define RACE         (1u << 15)           /* in a script's number of the rival */

/* Of those who run and own something, who owns least: so little of the space is without a voice. */
static uint32_t poorest(const struct sim *sim)
{
    uint32_t host = SIM_HOST_NONE, least = UINT32_MAX;

    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        const struct felt_node *node = sim->hosts[i].node;
        uint32_t stake;

        if (!sim_host_runs(sim, i) || node->era == 0)
            continue;
        stake = felt_slot_map_stake(node->map, felt_node_id(node));
        if (stake == 0 || stake >= least)
            continue;
        least = stake;
        host = i;
    }
    return host;
}

/* About as long as a ballot takes: four saves and four ways. */
static felt_usec ballot_time(const struct sim *sim)
{
    return 6 * sim->config.disk_us + 2 * FELT_USEC_MS;
}

/* One way, for as long as the contest goes on. */
static void cut(struct sim *sim, uint32_t from, uint32_t to, felt_usec time)
{
    uint32_t len = sim->config.hosts_max + sim->config.hosts_extra;
    _cleanup_(felt_freep) uint8_t *sender = sim_zalloc(len, 1);
    _cleanup_(felt_freep) uint8_t *receiver = sim_zalloc(len, 1);

    sender[from] = 1;
    receiver[to] = 1;
    sim_fault_cut(sim, sender, receiver, time);
}

static void kill_late(struct sim *sim, void *context, uint64_t host, uint64_t after)
{
    (void)context;
    if (sim_host_runs(sim, (uint32_t)host))
        sim_fault_restart(sim, (uint32_t)host, SIM_KILLED, after);
}

static bool has_accepted(const struct sim *sim, uint32_t host)
{
    return sim_host_runs(sim, host) &&
           !felt_ballot_is_none(&sim->hosts[host].node->acceptor.accepted);
}

/* So that its slots go to those who did not. */
static void leave_late(struct sim *sim, void *context, uint64_t host, uint64_t unused)
{
    (void)context;
    (void)unused;
    if (has_accepted(sim, (uint32_t)host) && sim_fault_may_leave(sim, (uint32_t)host))
        sim_tell(sim, (uint32_t)host, (struct felt_input){.kind = FELT_INPUT_LEAVE});
}

/* What becomes of those who were perhaps asked. */
enum fate {
    LIVE_ON,
    CRASH_BEFORE_SAVE,
    CRASH_AFTER_SAVE,
    CRASH_LATER,
    LEAVE,   /* those who accepted */
    REBUILT, /* nothing; but the owner about whose slots it goes comes back as somebody new */
    MIXED,   /* each its own */
};

static void disturb(struct sim *sim, struct felt_prng *prng, uint32_t host, enum fate fate)
{
    felt_usec when = felt_prng_below(prng, 2 * sim->config.disk_us + FELT_USEC_MS);
    felt_usec after = sim_scale(prng, SIM_DOWN_MIN, BACK_AGAIN);
    struct sim_host *h = &sim->hosts[host];

    switch (fate) {
    case LIVE_ON:
    case REBUILT:
    case MIXED:
        break;
    case CRASH_BEFORE_SAVE:
    case CRASH_AFTER_SAVE:
        h->crash = fate == CRASH_BEFORE_SAVE ? SIM_CRASH_BEFORE_SAVE : SIM_CRASH_AFTER_SAVE;
        h->restart_after = after;
        break;
    case CRASH_LATER:
        sim_later(sim, 2 * sim->config.disk_us + when, kill_late, NULL, host, after);
        break;
    case LEAVE:
        sim_later(sim, 2 * sim->config.disk_us + when, leave_late, NULL, host, 0);
        break;
    }
}

static void have_join(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim->hosts[i].life == 0 && !sim->hosts[i].clone)
            sim_host_start(sim, i);
}

/* Somebody who is off comes back at once, without its disk: a newcomer, and the owner of before
 * stays dead. */
static void rebuild_one(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        struct sim_host *h = &sim->hosts[i];

        if (h->power != SIM_OFF || h->life == 0 || h->left || h->clone || h->tainted ||
            !sim_fault_disk_is_spare(sim, i))
            continue;
        sim_disk_wipe(&h->disk);
        sim_host_start(sim, i);
        return;
    }
}

/* The rival does not hear those who know what was accepted. */
static void keep_from_knowing(struct sim *sim, void *context, uint64_t rival, uint64_t unused)
{
    (void)context;
    (void)unused;
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        if (i == rival || !has_accepted(sim, i))
            continue;
        cut(sim, i, (uint32_t)rival, APART - CONFIRMED_BY);
        cut(sim, (uint32_t)rival, i, APART - CONFIRMED_BY);
    }
}

/* The proposer has just sent what it wants to be accepted. In a race nothing else happens. */
static void strike(struct sim *sim, struct felt_prng *prng, uint32_t proposer, uint32_t rival,
                   bool race)
{
    enum fate all = race ? LIVE_ON : (enum fate)felt_prng_below(prng, MIXED + 1);

    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (i != proposer)
            cut(sim, proposer, i, APART);
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        enum fate own = (enum fate)felt_prng_below(prng, MIXED);

        if (i != rival && i != proposer && sim_host_runs(sim, i))
            disturb(sim, prng, i, all == MIXED ? own : all);
    }
    if (race)
        return;
    if (all == REBUILT)
        rebuild_one(sim);
    if (all == REBUILT || all == LEAVE)
        sim_later(sim, CONFIRMED_BY - GIVEN_BY, keep_from_knowing, NULL, rival, 0);
    if (sim_one_in(prng, 4))
        sim_later(sim, felt_prng_below(prng, 2 * sim->config.disk_us + 1), kill_late, NULL,
                  proposer, BACK_AGAIN);
    if (sim_one_in(prng, 4))
        have_join(sim);
    if (sim_one_in(prng, 2))
        sim_mistake_propose(sim, rival, felt_prng_below(prng, ballot_time(sim)));
    sim_mistake_propose(sim, rival, CONFIRMED_BY);
}

/* a: proposer, rival, and looks that are left; b: a seed. */
static void watch(struct sim *sim, void *context, uint64_t a, uint64_t b)
{
    uint32_t proposer = a & 0xffff, rival = a >> 16 & (RACE - 1);
    struct felt_prng prng = sim_stream(b, "contest", 1);
    const struct felt_reclaim *r;

    (void)context;
    if (!sim_host_runs(sim, proposer) || !sim_host_runs(sim, rival))
        return;
    r = &sim->hosts[proposer].node->reclaim;
    if (r->proposal.phase == FELT_PROPOSAL_ACCEPTING &&
        r->save <= sim->hosts[proposer].node->saver.durable)
        strike(sim, &prng, proposer, rival, a >> 16 & RACE);
    else if (a >> 32 > 0)
        sim_later(sim, WATCH_EVERY, watch, NULL, a - ((uint64_t)1 << 32), b);
}

/* The proposer reaches no more than it takes to decide, and not the rival. */
static void keep_apart(struct sim *sim, struct felt_prng *prng, uint32_t proposer, uint32_t rival)
{
    const struct felt_node *node = sim->hosts[proposer].node;
    uint32_t stake = felt_slot_map_stake(node->map, felt_node_id(node));
    uint32_t first = (uint32_t)felt_prng_below(prng, sim->n_hosts);

    for (uint32_t k = 0; k < sim->n_hosts; k++) {
        uint32_t i = (first + k) % sim->n_hosts;

        if (i == proposer)
            continue;
        if (i != rival && sim_host_runs(sim, i) && 2 * stake <= felt_slot_map_slots(node->map)) {
            stake += felt_slot_map_stake(node->map, felt_node_id(sim->hosts[i].node));
            continue;
        }
        cut(sim, proposer, i, APART);
        cut(sim, i, proposer, APART);
    }
}

static void block(struct sim *sim, void *context, uint64_t host, uint64_t time)
{
    (void)context;
    if (sim_host_runs(sim, (uint32_t)host))
        sim_host_block(sim, (uint32_t)host, time);
}

/* Both at once; the rival may be slow between its two questions, and be overtaken. */
static void race_with(struct sim *sim, struct felt_prng *prng, uint32_t rival)
{
    felt_usec start = felt_prng_below(prng, ballot_time(sim));
    felt_usec stop = start + felt_prng_below(prng, ballot_time(sim));

    sim_mistake_propose(sim, rival, start);
    if (sim_one_in(prng, 2))
        sim_later(sim, stop, block, NULL, rival, ballot_time(sim));
}

/* The owner is held for dead by now. */
static void begin(struct sim *sim, void *context, uint64_t high, uint64_t low)
{
    struct felt_prng prng = sim_stream(high ^ sim->now, "contest", low);
    struct felt_id owner = sim_mistake_id(high, low);
    uint32_t proposer = sim_fault_draw_running(sim, &prng);
    uint32_t rival = sim_fault_draw_running(sim, &prng);
    bool race = sim_one_in(&prng, 3);

    (void)context;
    if (proposer == rival || sim->hosts[proposer].node->era == 0)
        return; /* or nobody runs */
    sim_mistake_begin(sim, NULL, &owner, APART);
    keep_apart(sim, &prng, proposer, rival);
    sim_mistake_propose(sim, proposer, felt_prng_below(&prng, ballot_time(sim)));
    if (race)
        race_with(sim, &prng, rival);
    watch(sim, NULL,
          (uint64_t)(WATCH_TIME / WATCH_EVERY) << 32 | (uint64_t)(rival | (race ? RACE : 0)) << 16 |
              proposer,
          felt_prng_next(&prng));
}

static void contest(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = poorest(sim);
    struct felt_id owner;

    (void)prng;
    if (host == SIM_HOST_NONE)
        return;
    owner = *felt_node_id(sim->hosts[host].node);
    sim_fault_restart(sim, host, SIM_OFF, OFF_TIME);
    sim_later(sim, DEAD_BY, begin, NULL, felt_get_be64(owner.b), felt_get_be64(owner.b + 8));
}

const struct sim_fault sim_fault_contest = {
    .name = "contest",
    .what = "a proposer falls silent while it decides, and a rival goes on with those who crash",
    .strike = contest,
    .pause_max = INCIDENT_MAX,
};
