/* SPDX-License-Identifier: Apache-2.0 */
/* What containers notice and gossip does not: a firewall that drops the overlay's packets, or a
 * link between two hosts that carries less than the overlay's MTU. For up to five minutes, which a
 * turn of the trials takes. */
#include "sim/fault_list.h"
#include "sim/stream.h"

#define FILTER_MIN FELT_USEC_SEC
#define FILTER_MAX (300 * FELT_USEC_SEC)
#define PAUSE_MAX  (40 * FELT_USEC_SEC)
#define SMALL_MTU  1300 /* less than the overlay's, more than a trial without padding */

static void unfilter(struct sim *sim, void *context, uint64_t filter, uint64_t unused)
{
    (void)context;
    (void)unused;
    sim_network_unfilter(sim->network, (uint32_t)filter);
}

static void filter(struct sim *sim, struct felt_prng *prng)
{
    uint32_t from = (uint32_t)felt_prng_below(prng, sim->n_hosts);
    uint32_t to = (uint32_t)felt_prng_below(prng, sim->n_hosts);
    uint32_t passes = sim_one_in(prng, 3) ? SMALL_MTU : 0;
    felt_usec time = sim_scale(prng, FILTER_MIN, FILTER_MAX);

    sim_later(sim, time, unfilter, NULL, sim_network_filter(sim->network, from, to, passes), 0);
}

const struct sim_fault sim_fault_filtered = {
    .name = "filtered",
    .what = "the overlay's packets do not get from one host to another, or large ones do not",
    .strike = filter,
    .pause_max = PAUSE_MAX,
};
