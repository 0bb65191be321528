/* SPDX-License-Identifier: Apache-2.0 */
/* A cluster that has been there for long: every node knows every other and the whole slot map, and
 * nothing is news. Ten thousand nodes cannot be made by ten thousand joins in reasonable time.
 *
 * Each node is started alone first, to see what it says of itself in that life; then all are
 * started from one state in which all of that is known already. */
#pragma once

#include "sim/sim.h"

struct sim_formed {
    uint64_t seed;
    uint32_t nodes;
    uint32_t extra;   /* hosts that may be added later */
    uint32_t started; /* only so many are started; 0: all */
    bool thin;        /* nothing of the tables is saved: no host may be started again */
    struct felt_node_limits limits;
};

/* All nodes have started and had time to say so; ends the program where they do not agree, which
 * would be a fault of the simulator. */
struct sim *sim_formed_new(const struct sim_formed *formed);
/* The id of a host that runs. */
struct felt_id sim_formed_id(const struct sim *sim, uint32_t host);
