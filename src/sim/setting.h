/* SPDX-License-Identifier: Apache-2.0 */
/* Operators set the lease time, and something of the backend, while a run goes on: of its own
 * randomness, and beside the faults, so that a seed without it runs as before. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/idiom.h"
#include "sim/sim.h"

struct sim_setting;

/* From now on until sim_setting_end(); sim must not run after sim_setting_free(). NULL where memory
 * is short. */
struct sim_setting *sim_setting_new(struct sim *sim);
void sim_setting_free(struct sim_setting *setting);
FELT_DEFINE_CLEANUP(struct sim_setting *, sim_setting_free)
void sim_setting_end(struct sim_setting *setting);

/* All who run have the same lease time and the same effective configuration. Where not, text says
 * who differs. */
bool sim_setting_agrees(const struct sim *sim, char *text, size_t size);
/* That lease time, of who runs; 0 where nobody does. */
felt_usec sim_setting_lease_time(const struct sim *sim);
