/* SPDX-License-Identifier: Apache-2.0 */
/* What a seed decides for a whole run: how many hosts, how many subnets, which faults. With all
 * faults on all the time, some would hide others (Groce and others, "Swarm testing", 2012). */
#pragma once

#include "sim/run.h"

struct sim_swarm {
    uint32_t nodes;
    uint32_t slots; /* that the network has */
    uint64_t set;
    uint32_t n_stay_dead;    /* machines that do not come back */
    uint32_t candidates;     /* hosts that found together; 0: one founds alone */
    felt_usec lease_time_us; /* short: 1 to 3 minutes; or so long that nothing is reclaimed */
    char net_config[128];
};

void sim_swarm_draw(const struct sim_run *run, struct sim_swarm *ret_swarm);
