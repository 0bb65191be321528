/* SPDX-License-Identifier: Apache-2.0 */
/* False positives: who is called dead, or suspected, and is not. */
#pragma once

#include "base/id_map.h"
#include "sim/sim.h"

struct sim_deaths {
    const bool *slow;   /* by host; NULL: none. What is said about them does not count */
    uint64_t dead;      /* times that a node called dead a running member */
    uint64_t dead_fair; /* of these by nodes that are not slow themselves */
    uint64_t suspect;   /* times that a node began to suspect a running member */
    const struct sim *sim;
    struct felt_id_map *hosts; /* by the id of their node */
};

/* Counts from now on; all hosts run already. deaths must stay where it is while sim runs. */
void sim_deaths_begin(struct sim_deaths *deaths, struct sim *sim);
void sim_deaths_done(struct sim_deaths *deaths);
