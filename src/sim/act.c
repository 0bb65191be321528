/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/act.h"

#include <string.h>

#include "node/core.h"

#define BIT(kind)  ((uint32_t)1 << (kind))
#define SLOTS      40
#define SHORT      60                   /* seconds: the shortest lease time */
#define AGAIN      (1 * FELT_USEC_SEC)  /* an operator asks once more */
#define JOIN_APART (300 * FELT_USEC_MS) /* from one join to the next one */
#define FORMED     20                   /* seconds: all have joined, and have said so */
#define DISK_OLDER (10 * FELT_USEC_SEC) /* than the machine that comes back with it */
#define DOWN       (1 * FELT_USEC_SEC)

static void start(struct sim *sim, void *context, uint64_t host, uint64_t unused)
{
    (void)context;
    (void)unused;
    if (!sim_host_runs(sim, (uint32_t)host))
        sim_host_start(sim, (uint32_t)host);
}

static void stop(struct sim *sim, void *context, uint64_t host, uint64_t unused)
{
    (void)context;
    (void)unused;
    if (sim_host_runs(sim, (uint32_t)host))
        sim_host_stop(sim, (uint32_t)host, SIM_OFF);
}

static void at(struct sim *sim, unsigned seconds,
               void (*script)(struct sim *sim, void *context, uint64_t host, uint64_t unused),
               uint32_t host)
{
    sim_later(sim, seconds * FELT_USEC_SEC, script, NULL, host, 0);
}

/* The first n, one after the other. */
static void form(struct sim *sim, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        sim_later(sim, i * JOIN_APART, start, NULL, i, 0);
}

static void play_found(struct sim *sim)
{
    form(sim, 3);
}

static void play_bootstrap(struct sim *sim)
{
    for (uint32_t i = 0; i < 3; i++)
        sim_later(sim, i * (FELT_USEC_SEC / 20), start, NULL, i, 0);
}

static void play_join(struct sim *sim)
{
    form(sim, 3);
    at(sim, FORMED, start, 3);
    at(sim, FORMED, start, 4);
}

/* Until it has left; one that was killed in the middle of it is told again. */
static void leave(struct sim *sim, void *context, uint64_t host, uint64_t unused)
{
    (void)context;
    (void)unused;
    if (sim->hosts[host].left)
        return;
    if (sim_host_runs(sim, (uint32_t)host) && sim->hosts[host].node->in_cluster)
        sim_tell(sim, (uint32_t)host, (struct felt_input){.kind = FELT_INPUT_LEAVE});
    sim_later(sim, AGAIN, leave, NULL, host, 0);
}

static void play_leave(struct sim *sim)
{
    form(sim, 4);
    at(sim, FORMED, leave, 3);
}

static void play_reclaim(struct sim *sim)
{
    form(sim, 4);
    at(sim, FORMED, stop, 3);
}

static void rebuild(struct sim *sim, void *context, uint64_t host, uint64_t unused)
{
    stop(sim, context, host, unused);
    sim_disk_wipe(&sim->hosts[host].disk);
    sim_later(sim, DOWN, start, NULL, host, 0);
}

static void play_rebuild(struct sim *sim)
{
    form(sim, 4);
    at(sim, FORMED, rebuild, 3);
}

/* Two eras begin while one is off. */
static void play_catch_up(struct sim *sim)
{
    form(sim, 5);
    at(sim, FORMED, stop, 4);
    at(sim, FORMED + 1, rebuild, 3);
    at(sim, 3 * FORMED, rebuild, 3);
    at(sim, 5 * FORMED, start, 4);
}

static void take_image(struct sim *sim, void *context, uint64_t host, uint64_t unused)
{
    (void)context;
    (void)unused;
    sim_disk_image(&sim->hosts[host].disk);
}

static void restore_image(struct sim *sim, void *context, uint64_t host, uint64_t unused)
{
    stop(sim, context, host, unused);
    sim_disk_roll_back(&sim->hosts[host].disk);
    sim_later(sim, DOWN, start, NULL, host, 0);
}

/* Two more join between the image and its return, so that its owner has given meanwhile. */
static void play_renewal(struct sim *sim)
{
    form(sim, 3);
    at(sim, FORMED, take_image, 2);
    at(sim, FORMED + 1, start, 3);
    at(sim, FORMED + 2, start, 4);
    sim_later(sim, FORMED * FELT_USEC_SEC + DISK_OLDER, restore_image, NULL, 2, 0);
}

static const struct sim_act found = {
    .name = "found",
    .what = "one founds alone, two join it at once",
    .hosts = 3,
    .slots = SLOTS,
    .play = play_found,
    .to_s = 5,
    .kinds = BIT(SIM_SAVE_FOUNDING) | BIT(SIM_SAVE_LEASE) | BIT(SIM_SAVE_GIFT),
};

static const struct sim_act bootstrap = {
    .name = "bootstrap",
    .what = "three found together",
    .hosts = 3,
    .candidates = 3,
    .slots = SLOTS,
    .play = play_bootstrap,
    .to_s = 10,
    .kinds = BIT(SIM_SAVE_CANDIDATE) | BIT(SIM_SAVE_FOUNDING) | BIT(SIM_SAVE_JOINING),
};

static const struct sim_act join = {
    .name = "join",
    .what = "two join three at once: gifts, first maps, leases",
    .hosts = 5,
    .slots = SLOTS,
    .play = play_join,
    .from_s = FORMED,
    .to_s = FORMED + 8,
    .kinds = BIT(SIM_SAVE_GIFT) | BIT(SIM_SAVE_JOINING) | BIT(SIM_SAVE_LEASE),
};

static const struct sim_act leave_act = {
    .name = "leave",
    .what = "one of four leaves",
    .hosts = 4,
    .slots = SLOTS,
    .play = play_leave,
    .from_s = FORMED,
    .to_s = FORMED + 8,
    .kinds = BIT(SIM_SAVE_GIFT) | BIT(SIM_SAVE_LEAVING),
};

static const struct sim_act reclaim = {
    .name = "reclaim",
    .what = "one of four dies for good: promises, acceptances, a decision",
    .hosts = 4,
    .lease_time_s = SHORT,
    .slots = SLOTS,
    .play = play_reclaim,
    .from_s = FORMED + SHORT,
    .to_s = FORMED + SHORT + 30,
    .kinds = BIT(SIM_SAVE_PROMISE) | BIT(SIM_SAVE_ACCEPT) | BIT(SIM_SAVE_DECISION),
};

static const struct sim_act rebuild_act = {
    .name = "rebuild",
    .what = "one of four comes back with an empty disk and gets what it had",
    .hosts = 4,
    .slots = SLOTS,
    .play = play_rebuild,
    .from_s = FORMED + 1,
    .to_s = FORMED + 30,
    .kinds = BIT(SIM_SAVE_PROMISE) | BIT(SIM_SAVE_ACCEPT) | BIT(SIM_SAVE_DECISION) |
             BIT(SIM_SAVE_JOINING),
};

static const struct sim_act catch_up = {
    .name = "catch-up",
    .what = "one of five comes back after two eras have begun",
    .hosts = 5,
    .slots = SLOTS,
    .play = play_catch_up,
    .from_s = 5 * FORMED,
    .to_s = 5 * FORMED + 10,
    .kinds = BIT(SIM_SAVE_CATCH_UP),
};

static const struct sim_act renewal = {
    .name = "renewal",
    .what = "one of five comes back with an old disk and takes another identity",
    .hosts = 5,
    .slots = SLOTS,
    .play = play_renewal,
    .from_s = FORMED + 10,
    .to_s = FORMED + 30,
    .kinds = BIT(SIM_SAVE_RENEWAL) | BIT(SIM_SAVE_LEASE),
};

const struct sim_act *const sim_acts[] = {
    &found, &bootstrap, &join, &leave_act, &reclaim, &rebuild_act, &catch_up, &renewal, NULL,
};

const struct sim_act *sim_act_find(const char *name)
{
    for (size_t i = 0; sim_acts[i]; i++)
        if (strcmp(sim_acts[i]->name, name) == 0)
            return sim_acts[i];
    return NULL;
}
