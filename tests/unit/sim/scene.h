/* SPDX-License-Identifier: Apache-2.0 */
/* Two hosts that formed a cluster and are at rest. */
#pragma once

#include "sim/sim.h"

static inline struct sim *scene_of_two(uint64_t seed)
{
    struct sim *sim = sim_new(&(struct sim_config){.seed = seed,
                                                   .hosts_max = 2,
                                                   .net_config = "{\"Network\":\"10.1.0.0/16\"}",
                                                   .devices = true,
                                                   .disk_us = SIM_DISK_LATENCY});

    sim_host_add(sim);
    sim_host_add(sim);
    sim_host_start(sim, 0);
    sim_run(sim, FELT_USEC_SEC);
    sim_host_start(sim, 1);
    sim_run(sim, 10 * FELT_USEC_SEC);
    return sim;
}
