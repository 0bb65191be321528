/* SPDX-License-Identifier: Apache-2.0 */
/* Experiments: each answers one question with figures, medians over several seeds. One file each,
 * measure_NAME.c. */
#pragma once

#include <stdint.h>

#include "sim/statistics.h"

struct sim_options;

struct sim_measure {
    const char *name;
    const char *what; /* for --help */
    /* options->run.nodes is 0 where it was not given: all sizes of the experiment then. */
    void (*run)(const struct sim_options *options);
};

/* NULL after the last. */
extern const struct sim_measure *const sim_measures[];
const struct sim_measure *sim_measure_find(const char *name);
/* The exit status. */
int sim_measure_run(const struct sim_options *options);

/* Prints one figure: median, spread and number of samples. */
void sim_measure_print(const struct sim_options *options, uint32_t nodes, const char *figure,
                       const char *unit, struct sim_sample *sample);
/* Seconds between two virtual times. */
double sim_measure_seconds(uint64_t from_us, uint64_t to_us);
