/* SPDX-License-Identifier: Apache-2.0 */
/* The experiment of Dadgar, Phillips, Currey, "Lifeguard: Local Health Awareness for More Accurate
 * Failure Detection" (2017), section V: of 128 members C are slow at the same time. Each is blocked
 * for D, runs for I, and so on for two minutes.
 * A false positive is a node that calls a healthy member dead; at a healthy node it counts by
 * itself. Plain SWIM is run on the same seeds with the same slow members. */
#include <stdio.h>

#include "sim/deaths.h"
#include "sim/formed.h"
#include "sim/measure_list.h"
#include "sim/options.h"
#include "sim/pool.h"
#include "sim/stream.h"

#define NODES        128
#define SETTLE       (20 * FELT_USEC_SEC)
#define TIME         (120 * FELT_USEC_SEC)
#define FIGURE_MAX   40 /* of a figure's name */
#define COMBINATIONS 4  /* that each seed draws */

/* The paper's table III. */
static const uint32_t slow_counts[] = {1, 4, 8, 12, 16, 20, 24, 28, 32};
static const uint32_t blocked_ms[] = {128, 512, 2048, 8192, 16384, 32768};
static const uint32_t running_ms[] = {1, 4, 16, 64, 256, 1024, 4096, 16384};

struct trial {
    bool process; /* blocked as a whole */
    uint64_t seed;
    uint32_t nodes;
    uint32_t n_slow;
    felt_usec blocked_us;
    felt_usec running_us;
};

struct cycle {
    const bool *slow;
    const struct trial *trial;
    felt_usec end;
};

struct outcome {
    struct sim_sample fair; /* at healthy members */
    struct sim_sample all;
};

static uint32_t one_of(struct felt_prng *prng, const uint32_t *values, size_t n)
{
    return values[felt_prng_below(prng, n)];
}

static void block_all(struct sim *sim, void *context, uint64_t a, uint64_t b)
{
    struct cycle *cycle = context;

    (void)a;
    (void)b;
    if (sim->now >= cycle->end)
        return;
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (cycle->slow[i] && cycle->trial->process)
            sim_host_block(sim, i, cycle->trial->blocked_us);
        else if (cycle->slow[i])
            sim_host_stick(sim, i, cycle->trial->blocked_us);
    sim_later(sim, cycle->trial->blocked_us + cycle->trial->running_us, block_all, cycle, 0, 0);
}

static void draw_slow(const struct trial *trial, bool *slow)
{
    struct felt_prng prng = sim_stream(trial->seed, "slow members", 0);

    for (uint32_t n = 0; n < FELT_MIN(trial->n_slow, trial->nodes / 2);) {
        uint32_t host = (uint32_t)felt_prng_below(&prng, trial->nodes);

        n += !slow[host];
        slow[host] = true;
    }
}

static void try(const struct trial *trial, const struct felt_node_limits *limits,
                struct outcome *outcome)
{
    _cleanup_(felt_freep) bool *slow = sim_zalloc(trial->nodes, sizeof(*slow));
    _cleanup_(sim_freep) struct sim *sim = sim_formed_new(&(struct sim_formed){
        .seed = trial->seed, .nodes = trial->nodes, .thin = true, .limits = *limits});
    struct cycle cycle = {.slow = slow, .trial = trial};
    struct sim_deaths deaths = {.slow = slow};

    draw_slow(trial, slow);
    sim_run(sim, SETTLE);
    sim_deaths_begin(&deaths, sim);
    cycle.end = sim->now + TIME;
    block_all(sim, &cycle, 0, 0);
    sim_run(sim, TIME + SETTLE);
    sim_sample_add(&outcome->fair, (double)deaths.dead_fair);
    sim_sample_add(&outcome->all, (double)deaths.dead);
    sim_deaths_done(&deaths);
}

static void print_ratio(const struct sim_options *o, uint32_t nodes, const char *model,
                        const char *where, const struct sim_sample *ours,
                        const struct sim_sample *plain)
{
    double of = sim_sample_sum(plain);
    struct sim_sample ratio = {0};
    char figure[FIGURE_MAX];

    if (of > 0)
        sim_sample_add(&ratio, 100 * sim_sample_sum(ours) / of);
    snprintf(figure, sizeof(figure), "%s_%s_ratio", model, where);
    sim_measure_print(o, nodes, figure, "% of plain SWIM's sum", &ratio);
    sim_sample_done(&ratio);
}

static void print_sample(const struct sim_options *o, uint32_t nodes, const char *model,
                         const char *where, struct sim_sample *sample)
{
    char figure[FIGURE_MAX];

    snprintf(figure, sizeof(figure), "%s_%s", model, where);
    sim_measure_print(o, nodes, figure, "false positives", sample);
}

static void print(const struct sim_options *o, uint32_t nodes, const char *model,
                  struct outcome *ours, struct outcome *plain)
{
    print_sample(o, nodes, model, "healthy", &ours->fair);
    print_sample(o, nodes, model, "healthy_plain", &plain->fair);
    print_sample(o, nodes, model, "all", &ours->all);
    print_sample(o, nodes, model, "all_plain", &plain->all);
    print_ratio(o, nodes, model, "healthy", &ours->fair, &plain->fair);
    print_ratio(o, nodes, model, "all", &ours->all, &plain->all);
    sim_sample_done(&ours->fair);
    sim_sample_done(&ours->all);
    sim_sample_done(&plain->fair);
    sim_sample_done(&plain->all);
}

static void one_model(const struct sim_options *o, bool process)
{
    struct felt_node_limits ours_limits = o->run.limits, plain_limits = o->run.limits;
    uint32_t nodes = o->run.nodes ? o->run.nodes : NODES;
    struct outcome ours = {0}, plain = {0};

    plain_limits.tuning.plain = true;
    for (uint32_t i = 0; i < o->n_seeds * COMBINATIONS; i++) {
        uint64_t seed = o->run.seed + i / COMBINATIONS;
        struct felt_prng prng = sim_stream(seed, "lifeguard", i % COMBINATIONS);
        struct trial trial = {.process = process, .seed = felt_prng_next(&prng), .nodes = nodes};

        trial.n_slow = one_of(&prng, slow_counts, FELT_ARRAY_LEN(slow_counts));
        trial.blocked_us = one_of(&prng, blocked_ms, FELT_ARRAY_LEN(blocked_ms)) * FELT_USEC_MS;
        trial.running_us = one_of(&prng, running_ms, FELT_ARRAY_LEN(running_ms)) * FELT_USEC_MS;
        try(&trial, &ours_limits, &ours);
        try(&trial, &plain_limits, &plain);
    }
    print(o, nodes, process ? "process" : "sockets", &ours, &plain);
}

static void run(const struct sim_options *o)
{
    one_model(o, false);
    one_model(o, true);
}

const struct sim_measure sim_measure_lifeguard = {
    .name = "lifeguard",
    .what = "false positives with slow members, and those of plain SWIM (Dadgar 2017, section V)",
    .run = run,
};
