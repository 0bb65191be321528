/* SPDX-License-Identifier: Apache-2.0 */
/* One run: a cluster forms while faults strike, checkers watching; then all is repaired, and within
 * a limit all nodes must have one true view. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/coverage.h"
#include "sim/fault.h"
#include "sim/sim.h"

#define SIM_HEAL_LIMIT (120 * FELT_USEC_SEC)

struct sim_run {
    uint64_t seed;
    uint32_t nodes;   /* 0: drawn, 3 to 40 */
    uint32_t minutes; /* of faults; 0 before a measurement: as long as it is meant to be */
    uint64_t set;     /* of faults */
    bool swarm;       /* the seed draws which of them are on */
    felt_usec heal_limit;
    struct felt_node_limits limits;
    bool has_lease_time; /* else the seed draws it */
    felt_usec lease_time_us;
    bool settings;       /* operators change it, and more, as it goes on: setting.h */
    bool has_candidates; /* likewise */
    uint32_t candidates;
    bool log;                      /* events to standard output */
    struct sim_coverage *coverage; /* what happened is added to it; NULL: it is not counted */
};

struct sim_run_result {
    uint32_t nodes;
    uint64_t set; /* the faults that were on */
    uint64_t steps;
    uint64_t hash;
    felt_usec healed_us; /* from the repair to one view */
    struct sim_violation violation;
};

/* After all was repaired: runs until all have one view, stake is spread, and the dead own nothing,
 * each within its limit, or that is a violation. Returns how long the one view took. */
felt_usec sim_run_to_rest(struct sim *sim, felt_usec heal_limit);
void sim_run_seed(const struct sim_run *run, struct sim_run_result *ret_result);
