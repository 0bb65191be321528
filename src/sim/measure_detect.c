/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "sim/formed.h"
#include "sim/measure_list.h"
#include "sim/options.h"
#include "sim/stream.h"
#include "sim/witness.h"

#define SETTLE (20 * FELT_USEC_SEC)
#define LIMIT  (120 * FELT_USEC_SEC)
#define MOMENT (5 * FELT_USEC_SEC) /* it dies somewhere in so many */

static const uint32_t sizes[] = {3, 32, 256};

struct figures {
    struct sim_sample first;
    struct sim_sample all;
};

static void kill_one(struct sim *sim, struct sim_witness *witness, uint32_t victim,
                     enum sim_power how, struct figures *figures)
{
    struct felt_id id = sim_formed_id(sim, victim);
    felt_usec killed = sim->now;

    sim_witness_expect(witness, sim, FELT_EVENT_MEMBER_DEAD, &id);
    sim_host_stop(sim, victim, how);
    if (!sim_witness_wait(witness, sim, sim->n_hosts - 1, LIMIT))
        fprintf(stderr, "felt-sim: only %u of %u noticed a death within %u s\n", witness->n,
                sim->n_hosts - 1, (unsigned)(LIMIT / FELT_USEC_SEC));
    sim_sample_add(&figures->first, sim_measure_seconds(killed, witness->first_us));
    sim_sample_add(&figures->all, sim_measure_seconds(killed, witness->last_us));
}

static void one_seed(const struct sim_options *o, uint64_t seed, uint32_t nodes,
                     struct figures *silent, struct figures *refused)
{
    struct felt_prng prng = sim_stream(seed, "detect", 0);
    uint32_t victim = (uint32_t)felt_prng_below(&prng, nodes);
    _cleanup_(sim_freep) struct sim *sim =
        sim_formed_new(&(struct sim_formed){.seed = seed, .nodes = nodes, .limits = o->run.limits});
    struct sim_witness witness;

    sim_witness_begin(&witness, sim);
    sim_run(sim, SETTLE + felt_prng_below(&prng, MOMENT));
    kill_one(sim, &witness, victim, SIM_OFF, silent);
    sim_run(sim, SETTLE);
    sim_host_start(sim, victim);
    sim_run(sim, SETTLE + felt_prng_below(&prng, MOMENT));
    kill_one(sim, &witness, victim, SIM_KILLED, refused);
    sim_witness_done(&witness);
}

static void one_size(const struct sim_options *o, uint32_t nodes)
{
    struct figures silent = {0}, refused = {0};

    for (uint32_t i = 0; i < o->n_seeds; i++)
        one_seed(o, o->run.seed + i, nodes, &silent, &refused);
    sim_measure_print(o, nodes, "silent_first", "s", &silent.first);
    sim_measure_print(o, nodes, "silent_all", "s", &silent.all);
    sim_measure_print(o, nodes, "refused_first", "s", &refused.first);
    sim_measure_print(o, nodes, "refused_all", "s", &refused.all);
    sim_sample_done(&silent.first);
    sim_sample_done(&silent.all);
    sim_sample_done(&refused.first);
    sim_sample_done(&refused.all);
}

static void run(const struct sim_options *o)
{
    for (size_t i = 0; o->run.nodes == 0 && i < FELT_ARRAY_LEN(sizes); i++)
        one_size(o, sizes[i]);
    if (o->run.nodes > 0)
        one_size(o, o->run.nodes);
}

const struct sim_measure sim_measure_detect = {
    .name = "detect",
    .what = "seconds from the death of a machine, and of a process, to the first that says so and "
            "to the last",
    .run = run,
};
