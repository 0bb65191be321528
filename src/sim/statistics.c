/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/statistics.h"

#include "sim/pool.h"

void sim_sample_add(struct sim_sample *sample, double value)
{
    if (sample->n == sample->capacity) {
        sample->capacity = FELT_MAX(2 * sample->capacity, (size_t)16);
        sample->values = sim_realloc(sample->values, sample->capacity, sizeof(*sample->values));
    }
    sample->values[sample->n++] = value;
}

void sim_sample_done(struct sim_sample *sample)
{
    free(sample->values);
    *sample = (struct sim_sample){0};
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double sim_sample_percentile(struct sim_sample *sample, double percent)
{
    double at;
    size_t i;

    if (sample->n == 0)
        return 0;
    qsort(sample->values, sample->n, sizeof(*sample->values), compare);
    at = percent / 100 * (double)(sample->n - 1);
    i = (size_t)at;
    if (i + 1 >= sample->n)
        return sample->values[sample->n - 1];
    return sample->values[i] + (at - (double)i) * (sample->values[i + 1] - sample->values[i]);
}

double sim_sample_sum(const struct sim_sample *sample)
{
    double sum = 0;

    for (size_t i = 0; i < sample->n; i++)
        sum += sample->values[i];
    return sum;
}
