/* SPDX-License-Identifier: Apache-2.0 */
/* What an event is called in the logs of simulated clusters, felt-sim's and the stories'. */
#pragma once

#include "node/node.h"

/* NULL where it is not worth a line. */
const char *sim_event_words(enum felt_event_kind kind);
