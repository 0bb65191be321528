/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>
#include <time.h>

#include "sim/formed.h"
#include "sim/measure_list.h"
#include "sim/options.h"

#define NODES 10000
#define TIME  (60 * FELT_USEC_SEC)

static double wall(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_seconds(const struct rusage *u)
{
    return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
           (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

static void run(const struct sim_options *o)
{
    uint32_t nodes = o->run.nodes ? o->run.nodes : NODES;
    struct sim_sample forming = {0}, running = {0}, cpu = {0}, memory = {0}, steps = {0};
    double spent = 0;

    for (uint32_t i = 0; i < o->n_seeds; i++) {
        double begun = wall(), formed;
        _cleanup_(sim_freep) struct sim *sim = sim_formed_new(&(struct sim_formed){
            .seed = o->run.seed + i, .nodes = nodes, .thin = true, .limits = o->run.limits});
        struct rusage usage;

        formed = wall();
        sim_run(sim, TIME);
        getrusage(RUSAGE_SELF, &usage);
        sim_sample_add(&forming, formed - begun);
        sim_sample_add(&running, wall() - formed);
        sim_sample_add(&cpu, cpu_seconds(&usage) - spent);
        spent = cpu_seconds(&usage);
        sim_sample_add(&memory, (double)usage.ru_maxrss / (1 << 20));
        sim_sample_add(&steps, (double)sim->steps);
    }
    sim_measure_print(o, nodes, "forming", "s of wall time", &forming);
    sim_measure_print(o, nodes, "running", "s of wall time for 60 s", &running);
    sim_measure_print(o, nodes, "cpu", "s of processor time for both", &cpu);
    sim_measure_print(o, nodes, "peak", "GiB", &memory);
    sim_measure_print(o, nodes, "steps", "steps", &steps);
    sim_sample_done(&forming);
    sim_sample_done(&running);
    sim_sample_done(&cpu);
    sim_sample_done(&memory);
    sim_sample_done(&steps);
}

const struct sim_measure sim_measure_speed = {
    .name = "speed",
    .what = "wall time and memory of the simulator itself, 60 virtual seconds",
    .run = run,
};
