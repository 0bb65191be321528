/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "sim/check.h"
#include "sim/formed.h"
#include "sim/measure_list.h"
#include "sim/options.h"
#include "sim/pool.h"

#define NODES      256
#define MINUTES    60
#define SETTLE     (20 * FELT_USEC_SEC)
#define LIMIT      (600 * FELT_USEC_SEC)
#define LOOK_EVERY (50 * FELT_USEC_MS)

static void cut_in_half(struct sim *sim)
{
    _cleanup_(felt_freep) uint8_t *a = sim_zalloc(sim->n_hosts, 1);
    _cleanup_(felt_freep) uint8_t *b = sim_zalloc(sim->n_hosts, 1);

    /* Ids are random, so the first half of the hosts is as good as any. */
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        a[i] = i < sim->n_hosts / 2;
        b[i] = !a[i];
    }
    sim_network_cut(sim->network, a, b);
    sim_network_cut(sim->network, b, a);
}

static void one_seed(const struct sim_options *o, uint64_t seed, uint32_t nodes,
                     struct sim_sample *healed)
{
    uint32_t minutes = o->run.minutes ? o->run.minutes : MINUTES;
    _cleanup_(sim_freep) struct sim *sim = sim_formed_new(
        &(struct sim_formed){.seed = seed, .nodes = nodes, .thin = true, .limits = o->run.limits});
    char missing[200] = "";
    felt_usec mended;

    sim_run(sim, SETTLE);
    cut_in_half(sim);
    sim_run(sim, minutes * 60 * FELT_USEC_SEC);
    sim_network_mend_all(sim->network);
    mended = sim->now;
    while (!sim_agrees(sim, missing, sizeof(missing)) && sim->now - mended < LIMIT)
        sim_run(sim, LOOK_EVERY);
    if (sim->now - mended >= LIMIT)
        fprintf(stderr, "felt-sim: not healed after %u s: %s\n", (unsigned)(LIMIT / FELT_USEC_SEC),
                missing);
    sim_sample_add(healed, sim_measure_seconds(mended, sim->now));
}

static void run(const struct sim_options *o)
{
    uint32_t nodes = o->run.nodes ? o->run.nodes : NODES;
    struct sim_sample healed = {0};

    for (uint32_t i = 0; i < o->n_seeds; i++)
        one_seed(o, o->run.seed + i, nodes, &healed);
    sim_measure_print(o, nodes, "one_view", "s", &healed);
    sim_sample_done(&healed);
}

const struct sim_measure sim_measure_heal = {
    .name = "heal",
    .what = "seconds from the end of an hour's partition in halves to one view everywhere",
    .run = run,
};
