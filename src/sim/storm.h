/* SPDX-License-Identifier: Apache-2.0 */
/* A join storm: one founder, and many machines that start at once and know only it. If wanted,
 * givers are killed in the middle of it, again and again: before their save is done, after it, or a
 * moment after they answered. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/sim.h"

struct sim_storm {
    uint64_t seed;
    uint32_t nodes;         /* the founder included */
    const char *net_config; /* borrowed */
    uint32_t kills;         /* at most so many; 0: nobody dies */
    felt_usec limit_us;     /* for everybody's lease, from the start of the storm */
};

struct sim_storm_result {
    uint32_t n_leased; /* hosts that use a lease */
    bool distinct;     /* no two of them the same */
    uint32_t n_kills;
    uint64_t
        owned; /* what the hosts own, each by its own map, summed up; all slots if none is lost */
    felt_usec last_us; /* from the start of the storm to the last first lease */
    struct sim_violation violation;
};

void sim_storm_run(const struct sim_storm *storm, struct sim_storm_result *ret_result);

/* Whether this host has given slots and waits for its disk to answer. */
bool sim_storm_is_giving(const struct sim *sim, uint32_t host);
/* Kills a host that is giving: now, when its save is done, or a little later; it starts again. */
void sim_storm_kill(struct sim *sim, struct felt_prng *prng, uint32_t host);
