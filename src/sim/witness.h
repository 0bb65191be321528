/* SPDX-License-Identifier: Apache-2.0 */
/* When each host first reports one kind of event about one member. */
#pragma once

#include "sim/sim.h"

struct sim_witness {
    enum felt_event_kind kind;
    struct felt_id about;
    uint32_t n; /* hosts that have reported it */
    felt_usec first_us;
    felt_usec last_us;
    bool *reported; /* by host */
};

/* Watches sim for as long as it runs. */
void sim_witness_begin(struct sim_witness *witness, struct sim *sim);
void sim_witness_done(struct sim_witness *witness);
/* From now on it waits for this; what it saw before is forgotten. */
void sim_witness_expect(struct sim_witness *witness, const struct sim *sim,
                        enum felt_event_kind kind, const struct felt_id *about);
/* Runs until n hosts have reported it; false where they did not within the limit. */
bool sim_witness_wait(struct sim_witness *witness, struct sim *sim, uint32_t n, felt_usec limit);
