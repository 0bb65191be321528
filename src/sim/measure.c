/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/measure.h"

#include <stdio.h>
#include <string.h>

#include "sim/measure_list.h"
#include "sim/memo.h"
#include "sim/options.h"

const struct sim_measure *const sim_measures[] = {
    &sim_measure_detect, &sim_measure_loss,    &sim_measure_join, &sim_measure_lease,
    &sim_measure_donor,  &sim_measure_traffic, &sim_measure_heal, &sim_measure_lifeguard,
    &sim_measure_memory, &sim_measure_speed,   &sim_measure_sync, NULL,
};

const struct sim_measure *sim_measure_find(const char *name)
{
    for (size_t i = 0; sim_measures[i]; i++)
        if (strcmp(sim_measures[i]->name, name) == 0)
            return sim_measures[i];
    return NULL;
}

int sim_measure_run(const struct sim_options *options)
{
    sim_memo_tune_malloc();
    sim_measure_find(options->measure)->run(options);
    return 0;
}

void sim_measure_print(const struct sim_options *options, uint32_t nodes, const char *figure,
                       const char *unit, struct sim_sample *sample)
{
    double low = sim_sample_percentile(sample, 0), high = sim_sample_percentile(sample, 100);
    double p10 = sim_sample_percentile(sample, 10), p90 = sim_sample_percentile(sample, 90);
    double median = sim_sample_percentile(sample, 50);

    if (options->json)
        printf(
            "{\"measure\":\"%s\",\"nodes\":%u,\"figure\":\"%s\",\"unit\":\"%s\",\"median\":%.6g,"
            "\"p10\":%.6g,\"p90\":%.6g,\"min\":%.6g,\"max\":%.6g,\"sum\":%.6g,\"samples\":%zu}\n",
            options->measure, nodes, figure, unit, median, p10, p90, low, high,
            sim_sample_sum(sample), sample->n);
    else
        printf("%s, %u nodes: %s: median %.4g %s (10 %%: %.4g, 90 %%: %.4g, %.4g to %.4g, "
               "%zu samples)\n",
               options->measure, nodes, figure, median, unit, p10, p90, low, high, sample->n);
    fflush(stdout);
}

double sim_measure_seconds(uint64_t from_us, uint64_t to_us)
{
    return (double)(to_us - from_us) / 1e6;
}
