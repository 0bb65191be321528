/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/run.h"

#include <stdio.h>

#include "sim/bridge.h"
#include "sim/check.h"
#include "sim/dump.h"
#include "sim/event_text.h"
#include "sim/keys.h"
#include "sim/setting.h"
#include "sim/stream.h"
#include "sim/swarm.h"

#define CLONES_MAX     4
#define JOIN_PAUSE_MAX (2 * FELT_USEC_SEC)
#define DISK_MAX       (50 * FELT_USEC_MS)   /* an fsync on a busy disk */
#define RECLAIM_LIMIT  (60 * FELT_USEC_SEC)  /* beyond the lease time; L-6.7.2 */
#define RECLAIM_MAX    (600 * FELT_USEC_SEC) /* a longer lease time is not waited for */
#define LOOK_EVERY     (100 * FELT_USEC_MS)  /* for one view */
#define BALANCE_LIMIT  (300 * FELT_USEC_SEC) /* from one view to spread stake; L-3.7.3 */
#define BRIDGE_LIMIT   (300 * FELT_USEC_SEC) /* from one view to an etcd that says the same */
#define BRIDGE_QUIET   (600 * FELT_USEC_SEC) /* after a cut over nothing is balanced; L-9.5.3 */
#define PATH_LIMIT     (120 * FELT_USEC_SEC) /* from one view to no path that fails */
#define KEYS_LIMIT     (120 * FELT_USEC_SEC) /* from one view to one key */
#define SETTING_LIMIT  (10 * FELT_USEC_SEC)  /* from one view to one configuration */
#define STILL_AGREES   (2 * FELT_USEC_SEC)   /* a view that lasts that long was no accident */

static void join(struct sim *sim, void *context, uint64_t host, uint64_t unused)
{
    (void)context;
    (void)unused;
    if (sim->hosts[host].life == 0)
        sim_host_start(sim, (uint32_t)host);
}

static void begin(struct sim *sim)
{
    struct felt_prng prng = sim_stream(sim->config.seed, "joins", 0);
    felt_usec when = 0;

    for (uint32_t i = 0; i < sim->config.hosts_max; i++) {
        sim_host_add(sim);
        sim_later(sim, when, join, NULL, i, 0);
        when += felt_prng_below(&prng, JOIN_PAUSE_MAX);
    }
}

/* False where there is none within the limit. */
static bool reach_one_view(struct sim *sim, felt_usec limit, felt_usec *ret_time)
{
    felt_usec begun = sim->now, since = 0;
    char missing[200];

    while (!sim->violation.found) {
        if (!sim_agrees(sim, missing, sizeof(missing)))
            since = 0;
        else if (since == 0)
            since = sim->now;
        if (since > 0 && sim->now - since >= STILL_AGREES) {
            *ret_time = since - begun;
            return true;
        }
        if (since == 0 && sim->now - begun >= limit)
            sim_violated(sim, "no one view %u s after all was repaired: %s",
                         (unsigned)(limit / FELT_USEC_SEC), missing);
        else
            sim_run(sim, LOOK_EVERY);
    }
    return false;
}

static bool is_founded(const struct sim *sim)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_is_member_on_disk(sim, i))
            return true;
    return false;
}

/* Says in text what is missing. */
typedef bool goal_fn(const struct sim *sim, char *text, size_t size);

/* Runs until the goal is reached; a violation where it is not within the limit. */
static void reach(struct sim *sim, goal_fn *goal, felt_usec limit, const char *otherwise)
{
    felt_usec begun = sim->now;
    char text[200];

    while (!sim->violation.found && !goal(sim, text, sizeof(text))) {
        if (sim->now - begun >= limit)
            sim_violated(sim, "%s %u s after all had one view: %s", otherwise,
                         (unsigned)(limit / FELT_USEC_SEC), text);
        else
            sim_run(sim, FELT_USEC_SEC);
    }
}

/* A proposal that some had accepted long ago is finished first, whoever its heir is: where that one
 * has left since, most may be owned by who does not run, and only an operator can help. */
static bool is_reclaimed(const struct sim *sim, char *text, size_t size)
{
    return !sim_has_majority(sim) || sim_is_reclaimed(sim, text, size);
}

/* What the dead owned has live owners within the lease time and a minute, if there is a majority.
 */
static void reach_reclaim(struct sim *sim, felt_usec heal_limit, felt_usec lease_time)
{
    felt_usec healed;

    if (sim->violation.found || !sim_has_majority(sim))
        return;
    reach(sim, is_reclaimed, lease_time + RECLAIM_LIMIT, "not all is reclaimed");
    reach_one_view(sim, heal_limit, &healed);
}

/* Or the bridge has been cut over. */
static bool etcd_agrees(const struct sim *sim, char *text, size_t size)
{
    return sim_bridge_rests(sim->bridge, text, size);
}

felt_usec sim_run_to_rest(struct sim *sim, felt_usec heal_limit)
{
    felt_usec lease_time, healed = 0;

    if (reach_one_view(sim, heal_limit, &healed)) {
        reach(sim, sim_setting_agrees, SETTING_LIMIT, "not one configuration");
        if (sim->bridge)
            reach(sim, etcd_agrees, BRIDGE_LIMIT, "etcd says something else");
        if (!sim->bridge || !sim_bridge_is_on(sim->bridge)) /* then all is at one node */
            reach(sim, sim_is_balanced, BALANCE_LIMIT + (sim->bridge ? BRIDGE_QUIET : 0),
                  "stake is not spread");
    }
    reach(sim, sim_paths_pass, PATH_LIMIT, "a path fails");
    if (sim->rotated)
        reach(sim, sim_keys_rest, KEYS_LIMIT, "a rotation goes on");
    lease_time = sim_setting_lease_time(sim);
    if (lease_time > 0 && lease_time <= RECLAIM_MAX)
        reach_reclaim(sim, heal_limit, lease_time);
    return healed;
}

/* Nothing goes wrong but what flanneld nodes and a bridge do. */
static bool is_calm(uint64_t set)
{
    uint64_t bridge;

    return sim_faults_parse("bridge", &bridge) == 0 && (set & ~bridge) == 0;
}

void sim_run_seed(const struct sim_run *run, struct sim_run_result *ret_result)
{
    struct felt_prng prng = sim_stream(run->seed, "run", 0);
    _cleanup_(sim_checking_freep) struct sim_checking *checking = NULL;
    _cleanup_(sim_covering_freep) struct sim_covering *covering = NULL;
    _cleanup_(sim_setting_freep) struct sim_setting *setting = NULL;
    _cleanup_(sim_fate_freep) struct sim_fate *fate = NULL;
    _cleanup_(sim_freep) struct sim *sim = NULL;
    struct sim_run_result result = {0};
    struct sim_swarm swarm;

    sim_swarm_draw(run, &swarm);
    sim = sim_new(&(struct sim_config){
        .seed = run->seed,
        .hosts_max = swarm.nodes,
        .hosts_extra = CLONES_MAX,
        .net_config = swarm.net_config,
        .candidates = swarm.candidates,
        .limits = run->limits,
        .lease_time_us = swarm.lease_time_us,
        .devices = true,
        .disk_us = sim_scale(&prng, FELT_USEC_MS / 10, DISK_MAX),
    });
    sim->calm = is_calm(swarm.set);
    checking = sim_checking_new(sim);
    if (run->log)
        sim_event_text_watch(sim);
    if (run->coverage)
        covering = sim_covering_new(sim);
    begin(sim);
    fate = sim_fate_new(sim, swarm.set);
    if (run->settings)
        setting = sim_setting_new(sim);
    sim_run(sim, run->minutes * 60 * FELT_USEC_SEC);
    if (!sim->violation.found) {
        if (run->log)
            puts("-- all is repaired");
        if (setting)
            sim_setting_end(setting);
        /* Whoever is still to found needs all. */
        sim_fate_heal(fate, is_founded(sim) ? swarm.n_stay_dead : 0);
        result.healed_us = sim_run_to_rest(sim, run->heal_limit);
    }
    if (run->log && sim->violation.found)
        sim_dump(sim);
    if (covering)
        sim_covering_end(covering, fate, run->coverage);
    result.nodes = swarm.nodes;
    result.set = swarm.set;
    result.steps = sim->steps;
    result.hash = sim->hash;
    result.violation = sim->violation;
    *ret_result = result;
}
