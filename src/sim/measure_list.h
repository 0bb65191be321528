/* SPDX-License-Identifier: Apache-2.0 */
/* The experiments, each in its file. */
#pragma once

#include "sim/measure.h"

extern const struct sim_measure sim_measure_detect;
extern const struct sim_measure sim_measure_loss;
extern const struct sim_measure sim_measure_join;
extern const struct sim_measure sim_measure_lease;
extern const struct sim_measure sim_measure_donor;
extern const struct sim_measure sim_measure_traffic;
extern const struct sim_measure sim_measure_heal;
extern const struct sim_measure sim_measure_lifeguard;
extern const struct sim_measure sim_measure_memory;
extern const struct sim_measure sim_measure_speed;
extern const struct sim_measure sim_measure_sync;
