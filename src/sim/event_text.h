/* SPDX-License-Identifier: Apache-2.0 */
/* Events as lines for people: "  12.345 n3 member dead n7". */
#pragma once

#include "sim/sim.h"

/* Has all events of sim written to standard output. */
void sim_event_text_watch(struct sim *sim);
