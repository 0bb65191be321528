/* SPDX-License-Identifier: Apache-2.0 */
/* Samples of one figure, and how they lie. */
#pragma once

#include <stddef.h>

struct sim_sample {
    size_t n;
    size_t capacity;
    double *values;
};

void sim_sample_add(struct sim_sample *sample, double value);
void sim_sample_done(struct sim_sample *sample);
/* The value below which `percent` of the samples lie, between two of them linearly; 0 where there
 * are none. Sorts the samples. */
double sim_sample_percentile(struct sim_sample *sample, double percent);
double sim_sample_sum(const struct sim_sample *sample);
