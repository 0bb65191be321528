/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts that want a subnet of their own choice, and mostly the same. */
#include "sim/fault_list.h"
#include "sim/stream.h"

#define SUBNETS 8 /* fewer than hosts wish for */

static void wish(struct sim *sim, struct felt_prng *prng)
{
    sim->wishes = (uint32_t)sim_between(prng, 1, SUBNETS);
}

const struct sim_fault sim_fault_wish = {
    .name = "wish",
    .what = "hosts wish for one of a few subnets, also for those of others",
    .strike = wish,
    .weather = true,
};
