/* SPDX-License-Identifier: Apache-2.0 */
/* Stake is spread: nobody who runs owns more than an eighth, or one slot, above the mean of those
 * who run (proto/lease.md 3.7). Counted here from outside, each host by what it believes itself. */
#include <stdio.h>

#include "node/core.h"
#include "sim/check.h"

#define TOLERANCE 8 /* an eighth */

static uint64_t stake_of(const struct sim *sim, uint32_t host)
{
    const struct felt_node *node = sim->hosts[host].node;

    return node->map ? felt_slot_map_stake(node->map, felt_node_id(node)) : 0;
}

bool sim_is_balanced(const struct sim *sim, char *text, size_t len)
{
    uint64_t total = 0, n = 0;

    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i)) {
            total += stake_of(sim, i);
            n++;
        }
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        uint64_t stake = sim_host_runs(sim, i) ? stake_of(sim, i) : 0;
        bool an_eighth = stake * n * TOLERANCE > total * (TOLERANCE + 1);

        if (!an_eighth || stake * n <= total + n)
            continue;
        snprintf(text, len, "%s owns %llu slots, and the mean of %llu that run is %.2f",
                 sim->hosts[i].name, (unsigned long long)stake, (unsigned long long)n,
                 (double)total / (double)n);
        return false;
    }
    return true;
}
