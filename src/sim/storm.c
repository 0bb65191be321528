/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/storm.h"

#include "node/core.h"
#include "sim/check.h"
#include "sim/fault.h"
#include "sim/pool.h"
#include "sim/stream.h"

#define LOOK_EVERY (500) /* microseconds: shorter than a save, so that nobody gives unseen */
#define QUIET      (1 * FELT_USEC_SEC)
#define AFTERWARDS (15 * FELT_USEC_SEC) /* those who were killed come back, and all is told */
#define DOWN_MAX   (500 * FELT_USEC_MS) /* the storm goes on when it comes back */
#define KILL_LATER (5 * FELT_USEC_MS)   /* the answer is on its way, the rumours are not */

/* Who had its first lease when. */
struct story {
    felt_usec begun_us;
    felt_usec last_us;
    uint32_t n;
    bool *leased; /* by host */
};

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    struct story *story = context;

    (void)input;
    for (size_t i = 0; i < effects->n_events; i++) {
        if (effects->events[i].kind != FELT_EVENT_LEASE_TAKEN || story->leased[host])
            continue;
        story->leased[host] = true;
        story->n++;
        story->last_us = sim->now - story->begun_us;
    }
}

bool sim_storm_is_giving(const struct sim *sim, uint32_t host)
{
    return sim_host_runs(sim, host) &&
           felt_saver_count(&sim->hosts[host].node->saver, FELT_HELD_ANSWER) > 0;
}

static void kill_late(struct sim *sim, void *context, uint64_t host, uint64_t after)
{
    (void)context;
    if (sim_host_runs(sim, (uint32_t)host))
        sim_fault_restart(sim, (uint32_t)host, SIM_KILLED, after);
}

void sim_storm_kill(struct sim *sim, struct felt_prng *prng, uint32_t host)
{
    felt_usec down = sim_scale(prng, SIM_DOWN_MIN, DOWN_MAX);
    struct sim_host *h = &sim->hosts[host];

    h->restart_after = down;
    switch (felt_prng_below(prng, 4)) {
    case 0:
        sim_fault_restart(sim, host, SIM_KILLED, down);
        break;
    case 1:
        h->crash = SIM_CRASH_BEFORE_SAVE;
        break;
    case 2:
        h->crash = SIM_CRASH_AFTER_SAVE;
        break;
    default:
        sim_later(sim, felt_prng_below(prng, KILL_LATER), kill_late, NULL, host, down);
        break;
    }
}

/* One of those that are giving, if any. */
static void strike(struct sim *sim, struct felt_prng *prng, struct sim_storm_result *result)
{
    uint32_t first = (uint32_t)felt_prng_below(prng, sim->n_hosts);

    for (uint32_t k = 0; k < sim->n_hosts; k++) {
        uint32_t host = (first + k) % sim->n_hosts;

        if (!sim_storm_is_giving(sim, host) || sim->hosts[host].crash != SIM_CRASH_NOT)
            continue;
        sim_storm_kill(sim, prng, host);
        result->n_kills++;
        return;
    }
}

static void count(const struct sim *sim, struct sim_storm_result *result)
{
    uint64_t used[FELT_SLOTS_MAX / 64] = {0};

    result->distinct = true;
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        const struct felt_node *node = sim->hosts[i].node;

        if (!node || !node->map)
            continue;
        result->owned += felt_slot_map_stake(node->map, felt_node_id(node));
        if (!node->lease_used)
            continue;
        result->n_leased++;
        if (used[node->lease / 64] & (uint64_t)1 << node->lease % 64)
            result->distinct = false;
        used[node->lease / 64] |= (uint64_t)1 << node->lease % 64;
    }
}

static void storm_on(struct sim *sim, const struct sim_storm *storm, struct story *story,
                     struct sim_storm_result *result)
{
    struct felt_prng prng = sim_stream(storm->seed, "storm", 0);
    felt_usec end = sim->now + storm->limit_us;

    while (!sim->violation.found && story->n < sim->n_hosts && sim->now < end) {
        sim_run(sim, LOOK_EVERY);
        if (result->n_kills < storm->kills && sim_one_in(&prng, 4))
            strike(sim, &prng, result);
    }
}

void sim_storm_run(const struct sim_storm *storm, struct sim_storm_result *ret_result)
{
    _cleanup_(sim_checking_freep) struct sim_checking *checking = NULL;
    _cleanup_(felt_freep) bool *leased = sim_zalloc(storm->nodes, sizeof(*leased));
    _cleanup_(sim_freep) struct sim *sim = sim_new(&(struct sim_config){
        .seed = storm->seed,
        .hosts_max = storm->nodes,
        .seed_hosts = 1,
        .net_config = storm->net_config,
        .devices = true,
        .disk_us = SIM_DISK_LATENCY,
    });
    struct sim_storm_result result = {0};
    struct story story = {.leased = leased};

    checking = sim_checking_new(sim);
    sim_watch(sim, (struct sim_watcher){.context = &story, .stepped = stepped});
    for (uint32_t i = 0; i < storm->nodes; i++)
        sim_host_add(sim);
    sim_host_start(sim, 0);
    sim_run(sim, QUIET);
    story.begun_us = sim->now;
    for (uint32_t i = 1; i < storm->nodes; i++)
        sim_host_start(sim, i);
    storm_on(sim, storm, &story, &result);
    if (storm->kills > 0)
        sim_run(sim, AFTERWARDS);
    count(sim, &result);
    result.last_us = story.last_us;
    result.violation = sim->violation;
    *ret_result = result;
}
