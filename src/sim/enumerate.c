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
    struct sim_point point;
    uint32_t n[16]; /* saves of each host so far */
    bool reached;
    bool void_;
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
    const struct play *play = context;

    (void)unused;
    if (play->point.death == SIM_DEATH_LOST)
        sim_disk_wipe(disk);
    else if (disk->len > 1)
        sim_disk_tear(disk, disk->len / 2);
}

static void die_told(struct sim *sim, void *context, uint64_t host, uint64_t life)
{
    const struct play *play = context;

    if (sim_host_runs(sim, (uint32_t)host) && sim->hosts[host].life == life)
        sim_fault_restart(sim, (uint32_t)host, SIM_KILLED, play->point.down_ms * FELT_USEC_MS);
}

static void die_older(struct sim *sim, void *context, uint64_t host, uint64_t life)
{
    struct sim_host *h = &sim->hosts[host];

    if (!sim_host_runs(sim, (uint32_t)host) || h->life != life || !h->disk.older)
        return;
    die_told(sim, context, host, life);
    h->tainted = sim_disk_roll_back(&h->disk);
}

/* The point is reached: the host dies now, or will. */
static enum sim_crash strike(struct play *play, struct sim *sim, uint32_t host)
{
    struct sim_host *h = &sim->hosts[host];

    play->reached = true;
    h->restart_after = play->point.down_ms * FELT_USEC_MS;
    if (play->point.death >= SIM_DEATH_TORN && !sim_fault_disk_is_spare(sim, host)) {
        play->void_ = true;
        return SIM_CRASH_NOT;
    }
    switch (play->point.death) {
    case SIM_DEATH_BEFORE:
        return SIM_CRASH_BEFORE_SAVE;
    case SIM_DEATH_AFTER:
        return SIM_CRASH_AFTER_SAVE;
    case SIM_DEATH_TORN:
    case SIM_DEATH_LOST:
        sim_later(sim, 0, damage, play, host, 0);
        return SIM_CRASH_AFTER_SAVE;
    case SIM_DEATH_TOLD:
        sim_later(sim, 0, die_told, play, host, h->life);
        return SIM_CRASH_NOT;
    case SIM_DEATH_OLDER:
        sim_disk_image(&h->disk);
        sim_later(sim, OLDER_LAG, die_older, play, host, h->life);
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
    if (play->reached || host != play->point.host || play->n[host] != play->point.save)
        return SIM_CRASH_NOT;
    return strike(play, sim, host);
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

bool sim_enumerate_one(const struct sim_act *act, uint64_t seed, const struct sim_point *point,
                       bool log, struct sim_saves *ret_saves, struct sim_violation *ret_violation)
{
    _cleanup_(sim_checking_freep) struct sim_checking *checking = NULL;
    _cleanup_(sim_freep) struct sim *sim = NULL;
    struct play play = {.act = act, .point = *point, .saves = ret_saves};
    char net_config[128];

    assert(act->hosts <= FELT_ARRAY_LEN(play.n));
    if (ret_saves)
        ret_saves->n = 0;
    sim = stage(act, seed, net_config, sizeof(net_config));
    checking = sim_checking_new(sim);
    sim->saving = (struct sim_saving){.context = &play, .ask = saving};
    if (log)
        sim_event_text_watch(sim);
    act->play(sim);
    sim_run(sim, act->to_s * FELT_USEC_SEC);
    if (play.reached && !play.void_) /* it is back then */
        sim_run(sim, point->down_ms * FELT_USEC_MS + OLDER_LAG);
    if (!play.void_)
        sim_run_to_rest(sim, SIM_HEAL_LIMIT);
    *ret_violation = sim->violation;
    return play.reached && !play.void_;
}

/* The one command that shows it again. */
static void print_violation(const struct sim_act *act, uint64_t seed, const struct sim_point *point,
                            uint32_t kinds, const struct sim_violation *violation)
{
    char text[SIM_SAVE_KINDS_TEXT];

    printf("reproduce: felt-sim --enumerate %s --seed 0x%" PRIx64 " --point %" PRIu32 ".%" PRIu32
           ".%s.%" PRIu32 "     (%s%s; at %.6f s: %s)\n",
           act->name, seed, point->host, point->save, sim_death_name(point->death), point->down_ms,
           point->save > 0 ? "save of " : "nobody dies",
           point->save > 0 ? sim_save_kinds_format(kinds, text) : "",
           (double)(violation->at - SIM_START) / (double)FELT_USEC_SEC, violation->text);
}

/* One save, one way to die there. */
static void try_point(const struct sim_act *act, uint64_t seed, const struct sim_point *point,
                      uint32_t kinds, struct sim_enumerated *sums)
{
    struct sim_violation violation;
    bool died = sim_enumerate_one(act, seed, point, false, NULL, &violation);

    sums->n_points += died;
    sums->n_void += !died;
    sums->n_violations += violation.found;
    if (violation.found)
        print_violation(act, seed, point, kinds, &violation);
}

void sim_enumerate(const struct sim_act *act, uint64_t seed, struct sim_enumerated *sums)
{
    const struct sim_point nobody = {0};
    struct sim_violation violation;
    struct sim_saves saves;

    sim_enumerate_one(act, seed, &nobody, false, &saves, &violation);
    if (violation.found)
        print_violation(act, seed, &nobody, 0, &violation);
    sums->n_violations += violation.found;
    sums->n_saves += saves.n;
    for (uint32_t i = 0; i < saves.n; i++) {
        struct sim_point point = {.host = saves.all[i].host, .save = saves.all[i].save};

        for (unsigned kind = 0; kind < SIM_SAVE_KINDS; kind++)
            sums->n_of_kind[kind] += saves.all[i].kinds >> kind & 1;
        for (unsigned k = 0; k < FELT_ARRAY_LEN(downs_ms); k++)
            for (int death = 0; death < SIM_DEATHS; death++) {
                point.death = (enum sim_death)death;
                point.down_ms = downs_ms[k];
                try_point(act, seed, &point, saves.all[i].kinds, sums);
            }
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

static int run_point(const struct sim_act *act, uint64_t seed, const char *text, bool log)
{
    struct sim_violation violation;
    struct sim_point point;

    if (sim_point_parse(text, &point) < 0 || point.host >= act->hosts) {
        fprintf(stderr, "felt-sim: --point %s: not HOST.SAVE.DEATH.MS of this act\n", text);
        return 2;
    }
    if (!sim_enumerate_one(act, seed, &point, log, NULL, &violation) && point.save > 0)
        puts("nobody died: there is no such save, or the cluster cannot do without that disk");
    if (violation.found)
        print_violation(act, seed, &point, 0, &violation);
    return violation.found ? 1 : 0;
}

int sim_enumerate_run(const char *name, const char *point, uint64_t seed, uint32_t n_seeds,
                      bool log)
{
    uint32_t n_points = 0, n_violations = 0;
    bool good = true;

    if (point)
        return run_point(sim_act_find(name), seed, point, log);
    for (size_t i = 0; sim_acts[i]; i++) {
        struct sim_enumerated sums = {0};

        if (strcmp(name, "all") != 0 && strcmp(name, sim_acts[i]->name) != 0)
            continue;
        for (uint32_t k = 0; k < n_seeds; k++)
            sim_enumerate(sim_acts[i], seed + k, &sums);
        good &= print_act(sim_acts[i], &sums);
        n_points += sums.n_points;
        n_violations += sums.n_violations;
    }
    printf("%" PRIu32 " crashes, %" PRIu32 " violations\n", n_points, n_violations);
    return good && n_violations == 0 ? 0 : 1;
}
