/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/deaths.h"
#include "sim/formed.h"
#include "sim/measure_list.h"
#include "sim/options.h"

#define NODES    256
#define MINUTES  60
#define LOSS_PPM 50000
#define SETTLE   (20 * FELT_USEC_SEC)

static void run(const struct sim_options *o)
{
    uint32_t nodes = o->run.nodes ? o->run.nodes : NODES;
    uint32_t minutes = o->run.minutes ? o->run.minutes : MINUTES;
    struct sim_sample dead = {0}, suspect = {0};

    for (uint32_t i = 0; i < o->n_seeds; i++) {
        _cleanup_(sim_freep) struct sim *sim = sim_formed_new(&(struct sim_formed){
            .seed = o->run.seed + i, .nodes = nodes, .thin = true, .limits = o->run.limits});
        struct sim_deaths deaths = {0};

        sim_run(sim, SETTLE);
        sim_network_weather(sim->network)->loss_ppm = LOSS_PPM;
        sim_deaths_begin(&deaths, sim);
        sim_run(sim, minutes * 60 * FELT_USEC_SEC);
        sim_sample_add(&dead, (double)deaths.dead);
        sim_sample_add(&suspect, (double)deaths.suspect);
        sim_deaths_done(&deaths);
    }
    sim_measure_print(o, nodes, "called_dead", "times", &dead);
    sim_measure_print(o, nodes, "suspected", "times", &suspect);
    sim_sample_done(&dead);
    sim_sample_done(&suspect);
}

const struct sim_measure sim_measure_loss = {
    .name = "loss",
    .what = "times that a running member is called dead; 5 % of the datagrams are lost",
    .run = run,
};
