/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/enumerate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/check.h"
#include "sim/event_text.h"
#include "sim/fault.h"
#include "sim/run.h"

#define OLDER_LAG (1 * FELT_USEC_SEC) /* what is released by the save has long been sent */

/* How long a host stays down: back before anybody misses it, and long after others have finished
 * what it began (proto/lease.md L-6.3.6). */
static const uint32_t downs_ms[] = {1000, 30000};

struct play {
    const struct sim_act *act;
    uint32_t n_points;
    struct sim_point points[SIM_POINTS_MAX];
    bool reached[SIM_POINTS_MAX];
    bool is_void;
    uint32_t n[16]; /* saves of each host so far */
    struct sim_saves *saves;
};

const char *sim_death_name(enum sim_death death)
{
    static const char *const names[SIM_DEATHS] = {"before", "after", "told",
                                                  "torn",   "lost",  "older"};

    return names[death];
}

int sim_point_parse(const char *text, struct sim_point *ret_point)
{
    struct sim_point point;
    char death[8];
    int end = 0;

    if (sscanf(text, "%" SCNu32 ".%" SCNu32 ".%7[a-z].%" SCNu32 "%n", &point.host, &point.save,
               death, &point.down_ms, &end) != 4 ||
        text[end] != '\0')
        return -EINVAL;
    for (int i = 0; i < SIM_DEATHS; i++)
        if (strcmp(death, sim_death_name((enum sim_death)i)) == 0) {
            point.death = (enum sim_death)i;
            *ret_point = point;
            return 0;
        }
    return -EINVAL;
}

static void damage(struct sim *sim, void *context, uint64_t host, uint64_t unused)
{
    struct sim_disk *disk = &sim->hosts[host].disk;
    const struct sim_point *point = context;

    (void)unused;
    if (point->death == SIM_DEATH_LOST)
        sim_disk_wipe(disk);
    else if (disk->len > 1)
        sim_disk_tear(disk, disk->len / 2);
}

static void die_told(struct sim *sim, void *context, uint64_t host, uint64_t life)
{
    const struct sim_point *point = context;

    if (sim_host_runs(sim, (uint32_t)host) && sim->hosts[host].life == life)
        sim_fault_restart(sim, (uint32_t)host, SIM_KILLED, point->down_ms * FELT_USEC_MS);
}

static void die_older(struct sim *sim, void *context, uint64_t host, uint64_t life)
{
    struct sim_host *h = &sim->hosts[host];

    if (!sim_host_runs(sim, (uint32_t)host) || h->life != life || !h->disk.older)
        return;
    die_told(sim, context, host, life);
    h->tainted = sim_disk_roll_back(&h->disk);
}

/* A point is reached: the host dies now, or will. */
static enum sim_crash strike(struct play *play, struct sim *sim, uint32_t k)
{
    struct sim_point *point = &play->points[k];
    uint32_t host = point->host;
    struct sim_host *h = &sim->hosts[host];

    play->reached[k] = true;
    h->restart_after = point->down_ms * FELT_USEC_MS;
    if (point->death >= SIM_DEATH_TORN && !sim_fault_disk_is_spare(sim, host)) {
        play->is_void = true;
        return SIM_CRASH_NOT;
    }
    switch (point->death) {
    case SIM_DEATH_BEFORE:
        return SIM_CRASH_BEFORE_SAVE;
    case SIM_DEATH_AFTER:
        return SIM_CRASH_AFTER_SAVE;
    case SIM_DEATH_TORN:
    case SIM_DEATH_LOST:
        sim_later(sim, 0, damage, point, host, 0);
        return SIM_CRASH_AFTER_SAVE;
    case SIM_DEATH_TOLD:
        sim_later(sim, 0, die_told, point, host, h->life);
        return SIM_CRASH_NOT;
    case SIM_DEATH_OLDER:
        sim_disk_image(&h->disk);
        sim_later(sim, OLDER_LAG, die_older, point, host, h->life);
        return SIM_CRASH_NOT;
    case SIM_DEATHS:
        break;
    }
    return SIM_CRASH_NOT;
}

static void note(struct play *play, const struct sim *sim, uint32_t host,
                 const struct sim_happening *save)
{
    struct sim_saves *saves = play->saves;

    assert(saves->n < SIM_SAVES_MAX);
    saves->all[saves->n].host = host;
    saves->all[saves->n].save = play->n[host];
    saves->all[saves->n].kinds =
        sim_save_kinds(sim_disk_read(&sim->hosts[host].disk), felt_bytes(save->bytes, save->len));
    saves->n++;
}

static enum sim_crash saving(void *context, struct sim *sim, const struct sim_happening *save)
{
    struct play *play = context;
    felt_usec time = sim->now - SIM_START;
    uint32_t host = save->host;

    if (time < play->act->from_s * FELT_USEC_SEC || time >= play->act->to_s * FELT_USEC_SEC)
        return SIM_CRASH_NOT;
    play->n[host]++;
    if (play->saves)
        note(play, sim, host, save);
    for (uint32_t k = 0; k < play->n_points; k++)
        if (!play->reached[k] && host == play->points[k].host &&
            play->n[host] == play->points[k].save)
            return strike(play, sim, k);
    return SIM_CRASH_NOT;
}

static struct sim *stage(const struct sim_act *act, uint64_t seed, char *net_config, size_t len)
{
    struct sim *sim;

    /* /24 subnets: so many of them, from the second one on. */
    snprintf(net_config, len, "{\"Network\":\"10.5.0.0/16\",\"SubnetMax\":\"10.5.%" PRIu32 ".0\"}",
             act->slots);
    sim = sim_new(&(struct sim_config){
        .seed = seed,
        .hosts_max = act->hosts,
        .candidates = act->candidates,
        .net_config = net_config,
        .lease_time_us = act->lease_time_s * FELT_USEC_SEC,
        .devices = true,
        .disk_us = SIM_DISK_LATENCY,
    });
    for (uint32_t i = 0; i < act->hosts; i++)
        sim_host_add(sim);
    return sim;
}

static bool all_reached(const struct play *play)
{
    for (uint32_t k = 0; k < play->n_points; k++)
        if (!play->reached[k])
            return false;
    return true;
}

bool sim_enumerate_one(const struct sim_act *act, uint64_t seed, const struct sim_point *points,
                       uint32_t n_points, bool log, struct sim_saves *ret_saves,
                       struct sim_violation *ret_violation)
{
    _cleanup_(sim_checking_freep) struct sim_checking *checking = NULL;
    _cleanup_(sim_freep) struct sim *sim = NULL;
    struct play play = {.act = act, .n_points = n_points, .saves = ret_saves};
    char net_config[128];

    assert(act->hosts <= FELT_ARRAY_LEN(play.n) && n_points <= SIM_POINTS_MAX);
    if (n_points > 0)
        memcpy(play.points, points, n_points * sizeof(points[0]));
    if (ret_saves)
        ret_saves->n = 0;
    sim = stage(act, seed, net_config, sizeof(net_config));
    checking = sim_checking_new(sim);
    sim->saving = (struct sim_saving){.context = &play, .ask = saving};
    if (log)
        sim_event_text_watch(sim);
    act->play(sim);
    sim_run(sim, act->to_s * FELT_USEC_SEC);
    for (uint32_t k = 0; k < n_points; k++) /* they are back then */
        sim_run(sim, points[k].down_ms * FELT_USEC_MS + OLDER_LAG);
    if (!play.is_void)
        sim_run_to_rest(sim, SIM_HEAL_LIMIT);
    *ret_violation = sim->violation;
    return all_reached(&play) && !play.is_void;
}

/* The one command that shows it again. */
static void print_violation(const struct sim_act *act, uint64_t seed,
                            const struct sim_point *points, uint32_t n_points,
                            const struct sim_violation *violation)
{
    printf("reproduce: felt-sim --enumerate %s --seed 0x%" PRIx64, act->name, seed);
    for (uint32_t k = 0; k < n_points; k++)
        printf(" --point %" PRIu32 ".%" PRIu32 ".%s.%" PRIu32, points[k].host, points[k].save,
               sim_death_name(points[k].death), points[k].down_ms);
    printf("     (at %.6f s: %s)\n", (double)(violation->at - SIM_START) / (double)FELT_USEC_SEC,
           violation->text);
}

static void try_points(const struct sim_act *act, uint64_t seed, const struct sim_point *points,
                       uint32_t n_points, struct sim_enumerated *sums)
{
    struct sim_violation violation;
    bool died = sim_enumerate_one(act, seed, points, n_points, false, NULL, &violation);

    sums->n_points += died;
    sums->n_void += !died;
    sums->n_violations += violation.found;
    if (violation.found)
        print_violation(act, seed, points, n_points, &violation);
}

/* All ways to die at one save. */
static void try_save(const struct sim_act *act, uint64_t seed, const struct sim_saves *saves,
                     uint32_t i, struct sim_enumerated *sums)
{
    struct sim_point point = {.host = saves->all[i].host, .save = saves->all[i].save};

    for (unsigned k = 0; k < FELT_ARRAY_LEN(downs_ms); k++)
        for (int death = 0; death < SIM_DEATHS; death++) {
            point.death = (enum sim_death)death;
            point.down_ms = downs_ms[k];
            try_points(act, seed, &point, 1, sums);
        }
}

/* A save, and each that came after it, of the same host or another one. */
static void try_pairs(const struct sim_act *act, uint64_t seed, const struct sim_saves *saves,
                      uint32_t i, struct sim_enumerated *sums)
{
    static const enum sim_death deaths[] = {SIM_DEATH_BEFORE, SIM_DEATH_AFTER};

    for (uint32_t k = i + 1; k < saves->n; k++)
        for (unsigned d = 0; d < 4; d++) {
            struct sim_point pair[SIM_POINTS_MAX] = {
                {saves->all[i].host, saves->all[i].save, deaths[d & 1], downs_ms[0]},
                {saves->all[k].host, saves->all[k].save, deaths[d >> 1], downs_ms[0]},
            };

            try_points(act, seed, pair, 2, sums);
        }
}

void sim_enumerate(const struct sim_act *act, uint64_t seed, bool pairs,
                   struct sim_enumerated *sums)
{
    struct sim_violation violation;
    struct sim_saves saves;

    sim_enumerate_one(act, seed, NULL, 0, false, &saves, &violation);
    if (violation.found)
        print_violation(act, seed, NULL, 0, &violation);
    sums->n_violations += violation.found;
    sums->n_saves += saves.n;
    for (uint32_t i = 0; i < saves.n; i++) {
        for (unsigned kind = 0; kind < SIM_SAVE_KINDS; kind++)
            sums->n_of_kind[kind] += saves.all[i].kinds >> kind & 1;
        (pairs ? try_pairs : try_save)(act, seed, &saves, i, sums);
    }
}

/* False where an act did not do what it is for. */
static bool print_act(const struct sim_act *act, const struct sim_enumerated *sums)
{
    char missing_text[SIM_SAVE_KINDS_TEXT];
    uint32_t missing = act->kinds;

    printf("%-10s %4" PRIu32 " saves, %5" PRIu32 " crashes, %" PRIu32 " violations; saves of",
           act->name, sums->n_saves, sums->n_points, sums->n_violations);
    for (unsigned kind = 0; kind < SIM_SAVE_KINDS; kind++) {
        if (sums->n_of_kind[kind] == 0)
            continue;
        missing &= ~((uint32_t)1 << kind);
        printf(" %s %" PRIu32, sim_save_kind_name((enum sim_save_kind)kind), sums->n_of_kind[kind]);
    }
    putchar('\n');
    fflush(stdout);
    if (missing != 0)
        printf("felt-sim: --enumerate %s: no save of %s, which it is for\n", act->name,
               sim_save_kinds_format(missing, missing_text));
    return missing == 0;
}

static int run_points(const struct sim_act *act, const struct sim_enumeration *how)
{
    struct sim_point points[SIM_POINTS_MAX];
    struct sim_violation violation;
    bool died;

    for (uint32_t k = 0; k < how->n_points; k++)
        if (sim_point_parse(how->points[k], &points[k]) < 0 || points[k].host >= act->hosts) {
            fprintf(stderr, "felt-sim: --point %s: not HOST.SAVE.DEATH.MS of this act\n",
                    how->points[k]);
            return 2;
        }
    died = sim_enumerate_one(act, how->seed, points, how->n_points, how->log, NULL, &violation);
    if (!died)
        puts("not all died: there is no such save, or the cluster cannot do without that disk");
    if (violation.found) {
        print_violation(act, how->seed, points, how->n_points, &violation);
        return 1;
    }
    return died ? 0 : 2; /* who names a save that is not there has seen nothing */
}

int sim_enumerate_run(const struct sim_enumeration *how)
{
    uint32_t n_points = 0, n_violations = 0;
    bool good = true;

    if (how->n_points > 0)
        return run_points(sim_act_find(how->act), how);
    for (size_t i = 0; sim_acts[i]; i++) {
        struct sim_enumerated sums = {0};

        if (strcmp(how->act, "all") != 0 && strcmp(how->act, sim_acts[i]->name) != 0)
            continue;
        for (uint32_t k = 0; k < how->n_seeds; k++)
            sim_enumerate(sim_acts[i], how->seed + k, how->pairs, &sums);
        good &= print_act(sim_acts[i], &sums);
        n_points += sums.n_points;
        n_violations += sums.n_violations;
    }
    printf("%" PRIu32 " crashes, %" PRIu32 " violations\n", n_points, n_violations);
    return good && n_violations == 0 ? 0 : 1;
}
