/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/fault_list.h"
#include "sim/stream.h"

#define LOSS_MAX      200000 /* parts of a million: a wireless link on a bad day */
#define REORDER_MAX   100000
#define DUPLICATE_MAX 100000
#define LATE_MAX      (500 * FELT_USEC_MS) /* longer than any probe waits for its answer */

static void loss(struct sim *sim, struct felt_prng *prng)
{
    sim_network_weather(sim->network)->loss_ppm = (uint32_t)sim_scale(prng, 1000, LOSS_MAX);
}

static void reorder(struct sim *sim, struct felt_prng *prng)
{
    struct sim_weather *weather = sim_network_weather(sim->network);

    weather->reorder_ppm = (uint32_t)sim_scale(prng, 1000, REORDER_MAX);
    weather->reorder_us = sim_scale(prng, FELT_USEC_MS, LATE_MAX);
}

static void duplicate(struct sim *sim, struct felt_prng *prng)
{
    sim_network_weather(sim->network)->duplicate_ppm =
        (uint32_t)sim_scale(prng, 1000, DUPLICATE_MAX);
}

const struct sim_fault sim_fault_loss = {
    .name = "loss",
    .what = "each datagram is lost with a chance of 0.1 to 20 %",
    .strike = loss,
    .weather = true,
};

const struct sim_fault sim_fault_reorder = {
    .name = "reorder",
    .what = "up to 10 % of the datagrams are late by up to 500 ms",
    .strike = reorder,
    .weather = true,
};

const struct sim_fault sim_fault_duplicate = {
    .name = "duplicate",
    .what = "up to 10 % of the datagrams arrive twice",
    .strike = duplicate,
    .weather = true,
};
