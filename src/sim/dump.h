/* SPDX-License-Identifier: Apache-2.0 */
/* What every node knows, for a person who looks for a fault. */
#pragma once

#include "sim/sim.h"

/* To standard output: each running host, and how each member of its table stands. */
void sim_dump(const struct sim *sim);
