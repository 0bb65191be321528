/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "sim/measure_list.h"
#include "sim/options.h"
#include "sim/storm.h"

#define NODES      40
#define NET_CONFIG "{\"Network\":\"10.5.0.0/16\"}" /* of /24s */
#define SLOTS      255
#define KILLS      25 /* in one storm, if there are as many occasions */
#define LIMIT      (120 * FELT_USEC_SEC)

static void run(const struct sim_options *o)
{
    static const char *const names[] = {"kills", "to_last_lease", "without_lease", "doubles",
                                        "lost"};
    static const char *const units[] = {"givers", "s", "nodes", "storms", "slots"};
    uint32_t nodes = o->run.nodes ? o->run.nodes : NODES;
    struct sim_sample figures[FELT_ARRAY_LEN(names)] = {{0}};

    for (uint32_t i = 0; i < o->n_seeds; i++) {
        struct sim_storm storm = {.seed = o->run.seed + i,
                                  .nodes = nodes,
                                  .net_config = NET_CONFIG,
                                  .kills = KILLS,
                                  .limit_us = LIMIT};
        struct sim_storm_result result;

        sim_storm_run(&storm, &result);
        if (result.violation.found)
            fprintf(stderr, "felt-sim: seed %llu: %s\n", (unsigned long long)storm.seed,
                    result.violation.text);
        sim_sample_add(&figures[0], result.n_kills);
        sim_sample_add(&figures[1], sim_measure_seconds(0, result.last_us));
        sim_sample_add(&figures[2], nodes - result.n_leased);
        sim_sample_add(&figures[3], !result.distinct || result.violation.found);
        sim_sample_add(&figures[4], (double)SLOTS - (double)result.owned);
    }
    for (size_t i = 0; i < FELT_ARRAY_LEN(names); i++) {
        sim_measure_print(o, nodes, names[i], units[i], &figures[i]);
        sim_sample_done(&figures[i]);
    }
}

const struct sim_measure sim_measure_donor = {
    .name = "donor",
    .what =
        "givers killed in a join storm: what is leased twice, and what is lost (up to 255 nodes)",
    .run = run,
};
