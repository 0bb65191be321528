/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/act.h"
#include "sim/check.h"
#include "sim/measure.h"
#include "wire/message.h"

#define MINUTES_DEFAULT 3
#define MINUTES_MAX     100000
#define NODES_MAX       16000
#define SEEDS_MAX       1000000000

enum {
    SEED = 1,
    SEEDS,
    NODES,
    MINUTES,
    FAULTS,
    HEAL_LIMIT,
    LEASE_TIME,
    CANDIDATES,
    SETTINGS,
    MEASURE,
    COVERAGE,
    ENUMERATE,
    PAIRS,
    POINT,
    REPORT,
    PLAIN,
    ALPHA,
    BETA,
    LOG,
    QUIET,
    HELP,
};

static const struct option options[] = {
    {"seed", required_argument, NULL, SEED},
    {"seeds", required_argument, NULL, SEEDS},
    {"nodes", required_argument, NULL, NODES},
    {"minutes", required_argument, NULL, MINUTES},
    {"faults", required_argument, NULL, FAULTS},
    {"heal-limit", required_argument, NULL, HEAL_LIMIT},
    {"lease-time", required_argument, NULL, LEASE_TIME},
    {"candidates", required_argument, NULL, CANDIDATES},
    {"settings", no_argument, NULL, SETTINGS},
    {"measure", required_argument, NULL, MEASURE},
    {"coverage", no_argument, NULL, COVERAGE},
    {"enumerate", required_argument, NULL, ENUMERATE},
    {"pairs", no_argument, NULL, PAIRS},
    {"point", required_argument, NULL, POINT},
    {"report", required_argument, NULL, REPORT},
    {"plain", no_argument, NULL, PLAIN},
    {"alpha", required_argument, NULL, ALPHA},
    {"beta", required_argument, NULL, BETA},
    {"log", no_argument, NULL, LOG},
    {"quiet", no_argument, NULL, QUIET},
    {"help", no_argument, NULL, HELP},
    {0},
};

static int refuse(const char *option, const char *text, const char *why)
{
    fprintf(stderr, "felt-sim: --%s %s: %s\n", option, text, why);
    return -EINVAL;
}

static int number(const char *option, const char *text, uint64_t min, uint64_t max,
                  uint64_t *ret_number)
{
    char why[80], *end;
    uint64_t v;

    errno = 0;
    v = strtoull(text, &end, 0);
    if (errno != 0 || end == text || *end != '\0' || *text == '-' || v < min || v > max) {
        snprintf(why, sizeof(why), "not a number from %llu to %llu", (unsigned long long)min,
                 (unsigned long long)max);
        return refuse(option, text, why);
    }
    *ret_number = v;
    return 0;
}

static int number32(const char *option, const char *text, uint32_t min, uint32_t max,
                    uint32_t *ret_number)
{
    uint64_t v;
    int r = number(option, text, min, max, &v);

    if (r == 0)
        *ret_number = (uint32_t)v;
    return r;
}

static int take_faults(struct sim_options *o, const char *text)
{
    if (sim_faults_parse(text, &o->run.set) < 0)
        return refuse("faults", text, "not a list of faults, all or none; see --help");
    o->faults = text;
    o->run.swarm = strcmp(text, "all") == 0;
    return 0;
}

static int take_report(struct sim_options *o, const char *text)
{
    if (strcmp(text, "json") != 0 && strcmp(text, "text") != 0)
        return refuse("report", text, "not text or json");
    o->json = text[0] == 'j';
    return 0;
}

static int take_measure(struct sim_options *o, const char *text)
{
    if (!sim_measure_find(text))
        return refuse("measure", text, "no such experiment; see --help");
    o->measure = text;
    return 0;
}

static int take_enumerate(struct sim_options *o, const char *text)
{
    if (strcmp(text, "all") != 0 && !sim_act_find(text))
        return refuse("enumerate", text, "no such act; see --help");
    o->enumeration.act = text;
    return 0;
}

/* What runs besides seeds, and what is said of it. */
static int take_other(struct sim_options *o, int option, const char *text)
{
    switch (option) {
    case MEASURE:
        return take_measure(o, text);
    case COVERAGE:
        o->coverage = true;
        return 0;
    case ENUMERATE:
        return take_enumerate(o, text);
    case POINT:
        if (o->enumeration.n_points == SIM_POINTS_MAX)
            return refuse("point", text, "two are the most");
        o->enumeration.points[o->enumeration.n_points++] = text;
        return 0;
    case PAIRS:
        o->enumeration.pairs = true;
        return 0;
    case REPORT:
        return take_report(o, text);
    case LOG:
        o->run.log = true;
        return 0;
    case QUIET:
        o->quiet = true;
        return 0;
    case HELP:
        o->help = true;
        return 0;
    default:
        fputs("felt-sim: see --help\n", stderr);
        return -EINVAL;
    }
}

static int take(struct sim_options *o, int option, const char *text)
{
    uint32_t seconds = 0;
    int r = 0;

    switch (option) {
    case SEED:
        o->has_seed = true;
        return number("seed", text, 0, UINT64_MAX, &o->run.seed);
    case SEEDS:
        return number32("seeds", text, 1, SEEDS_MAX, &o->n_seeds);
    case NODES:
        return number32("nodes", text, 1, NODES_MAX, &o->run.nodes);
    case MINUTES:
        return number32("minutes", text, 1, MINUTES_MAX, &o->run.minutes);
    case FAULTS:
        return take_faults(o, text);
    case HEAL_LIMIT:
        r = number32("heal-limit", text, 1, MINUTES_MAX, &seconds);
        if (r == 0)
            o->run.heal_limit = seconds * FELT_USEC_SEC;
        return r;
    case LEASE_TIME:
        r = number32("lease-time", text, 0, FELT_LEASE_TIME_MAX_SEC, &seconds);
        if (r == 0) {
            o->run.has_lease_time = true;
            o->run.lease_time_us = seconds * FELT_USEC_SEC;
        }
        return r;
    case CANDIDATES:
        o->run.has_candidates = true;
        return number32("candidates", text, 0, FELT_BOOTSTRAP_MAX, &o->run.candidates);
    case SETTINGS:
        o->run.settings = true;
        return 0;
    case PLAIN:
        o->run.limits.tuning.plain = true;
        return 0;
    case ALPHA:
        return number32("alpha", text, 1, 100, &o->run.limits.tuning.alpha);
    case BETA:
        return number32("beta", text, 1, 100, &o->run.limits.tuning.beta);
    default:
        return take_other(o, option, text);
    }
}

int sim_options_parse(int argc, char **argv, struct sim_options *ret_options)
{
    struct sim_options o = {
        .faults = "all",
        .n_seeds = 1,
        .run = {.set = sim_faults_all(), .swarm = true, .heal_limit = SIM_HEAL_LIMIT},
    };
    int option, r;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        r = take(&o, option, optarg);
        if (r < 0)
            return r;
    }
    if (o.enumeration.n_points > 0 &&
        (!o.enumeration.act || strcmp(o.enumeration.act, "all") == 0)) {
        fputs("felt-sim: --point needs --enumerate with the name of an act\n", stderr);
        return -EINVAL;
    }
    if (optind < argc) {
        fprintf(stderr, "felt-sim: %s: not an option; see --help\n", argv[optind]);
        return -EINVAL;
    }
    if (!o.measure && o.run.minutes == 0)
        o.run.minutes = MINUTES_DEFAULT;
    *ret_options = o;
    return 0;
}

void sim_options_help(void)
{
    puts("felt-sim: many felt nodes in virtual time, with faults\n"
         "\n"
         "  --seed S            all that is random follows from it (default 1)\n"
         "  --seeds N           that many seeds, from S on\n"
         "  --nodes N           hosts (default: each seed draws 3 to 40)\n"
         "  --minutes M         virtual minutes with faults (default 3)\n"
         "  --faults LIST       a,b,c: these; none; all: each seed draws of all (default)\n"
         "  --heal-limit S      seconds to one view once all is repaired (default 120)\n"
         "  --candidates N      hosts that found together; 0: one founds alone\n"
         "  --lease-time S      after which silent owners lose their slots; 0: never\n"
         "                      (default: each seed draws 60 to 180 or 86400)\n"
         "  --settings          operators set the lease time and the MTU as it goes on\n"
         "  --plain             SWIM without Lifeguard, for comparison\n"
         "  --alpha A --beta B  of suspicions\n"
         "  --log               every event, one line each\n"
         "  --quiet             of the runs only those in which something was violated\n"
         "  --coverage          how often what happened in all these seeds, at the end\n"
         "  --measure NAME      an experiment instead of a run\n"
         "  --enumerate ACT|all a crash at every save of an act, instead of a run\n"
         "  --pairs             two crashes in each play, at any two saves\n"
         "  --point H.S.D.MS    only this one: host, save, death, ms until it is back; twice: two\n"
         "  --report text|json\n"
         "\n"
         "Faults:");
    for (size_t i = 0; sim_faults[i]; i++)
        printf("  %-14s %s\n", sim_faults[i]->name, sim_faults[i]->what);
    puts("\nChecks:");
    for (size_t i = 0; sim_checks[i]; i++)
        printf("  %-14s %s\n", sim_checks[i]->name, sim_checks[i]->what);
    puts("  agreement      when all is repaired: one view everywhere, and a true one\n\n"
         "Experiments:");
    for (size_t i = 0; sim_measures[i]; i++)
        printf("  %-14s %s\n", sim_measures[i]->name, sim_measures[i]->what);
    puts("\nActs:");
    for (size_t i = 0; sim_acts[i]; i++)
        printf("  %-14s %s\n", sim_acts[i]->name, sim_acts[i]->what);
    puts("\nExit status: 0 all held, 1 something was violated, 2 it could not run.");
}
