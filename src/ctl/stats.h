/* SPDX-License-Identifier: Apache-2.0 */
/* All numbers of the status under names of one kind, whatever feltd counts by then. */
#pragma once

#include <jansson.h>
#include <stdio.h>

/* {"counters.datagrams.taken": 82, "members.alive": 2, ...}, by name; NULL: memory is short. */
json_t *felt_stats_of(const json_t *status);
/* A line for each, the numbers below each other. */
void felt_stats_print(const json_t *stats, FILE *out);
