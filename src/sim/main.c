/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "crypto/host.h"
#include "sim/measure.h"
#include "sim/memo.h"
#include "sim/options.h"

/* The one command that shows it again. */
static void print_reproduce(const struct sim_options *o, uint64_t seed,
                            const struct sim_run_result *result)
{
    const struct felt_swim_tuning *tuning = &o->run.limits.tuning;

    printf("reproduce: felt-sim --seed 0x%" PRIx64, seed);
    if (o->run.nodes > 0)
        printf(" --nodes %u", o->run.nodes);
    printf(" --minutes %u --faults %s --heal-limit %u", o->run.minutes, o->faults,
           (unsigned)(o->run.heal_limit / FELT_USEC_SEC));
    if (o->run.has_candidates)
        printf(" --candidates %u", o->run.candidates);
    if (o->run.has_lease_time)
        printf(" --lease-time %u", (unsigned)(o->run.lease_time_us / FELT_USEC_SEC));
    if (o->run.settings)
        printf(" --settings");
    if (tuning->plain)
        printf(" --plain");
    if (tuning->alpha > 0)
        printf(" --alpha %u", tuning->alpha);
    if (tuning->beta > 0)
        printf(" --beta %u", tuning->beta);
    printf("     (at %.6f s: %s)\n",
           (double)(result->violation.at - SIM_START) / (double)FELT_USEC_SEC,
           result->violation.text);
}

static void print_result(const struct sim_options *o, uint64_t seed,
                         const struct sim_run_result *result)
{
    char faults[SIM_FAULTS_TEXT];

    sim_faults_format(result->set, faults);
    if (o->json)
        printf("{\"seed\":\"0x%" PRIx64
               "\",\"nodes\":%u,\"minutes\":%u,\"faults\":\"%s\",\"steps\":%" PRIu64
               ",\"hash\":\"%016" PRIx64 "\",\"healed_s\":%.3f,\"violated\":%s%s%s}\n",
               seed, result->nodes, o->run.minutes, faults, result->steps, result->hash,
               (double)result->healed_us / (double)FELT_USEC_SEC,
               result->violation.found ? "\"" : "null",
               result->violation.found ? result->violation.text : "",
               result->violation.found ? "\"" : "");
    else
        printf("seed 0x%" PRIx64 ": %u nodes, %" PRIu64
               " steps, one view after %.1f s, hash %016" PRIx64 " (%s)\n",
               seed, result->nodes, result->steps,
               (double)result->healed_us / (double)FELT_USEC_SEC, result->hash, faults);
    if (result->violation.found)
        print_reproduce(o, seed, result);
    fflush(stdout);
}

static int run_seeds(const struct sim_options *o)
{
    struct sim_coverage coverage = {0};
    uint32_t violated = 0;

    for (uint32_t i = 0; i < o->n_seeds; i++) {
        struct sim_run run = o->run;
        struct sim_run_result result;

        run.seed += i;
        run.coverage = o->coverage ? &coverage : NULL;
        sim_run_seed(&run, &result);
        violated += result.violation.found;
        if (!o->quiet || result.violation.found)
            print_result(o, run.seed, &result);
    }
    if (o->coverage)
        sim_coverage_print(&coverage);
    if (!o->json && o->n_seeds > 1)
        printf("%u seeds, %u violations\n", o->n_seeds, violated);
    return violated > 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct sim_options options;

    if (sim_options_parse(argc, argv, &options) < 0)
        return 2;
    if (options.help) {
        sim_options_help();
        return 0;
    }
    if (felt_crypto_start() < 0) {
        fputs("felt-sim: libsodium does not start\n", stderr);
        return 2;
    }
    if (!options.has_seed)
        options.run.seed = 1;
    if (options.measure)
        return sim_measure_run(&options);
    if (options.enumeration.act) {
        options.enumeration.seed = options.run.seed;
        options.enumeration.n_seeds = options.n_seeds;
        options.enumeration.log = options.run.log;
        return sim_enumerate_run(&options.enumeration);
    }
    return run_seeds(&options);
}
