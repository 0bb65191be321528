/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is left to the dead (proto/lease.md 6). */
#include <stdio.h>

#include "node/core.h"
#include "sim/check.h"

static bool runs(const struct sim *sim, const struct felt_id *id)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i) && felt_id_equal(id, felt_node_id(sim->hosts[i].node)))
            return true;
    return false;
}

static uint32_t left_to_the_dead(const struct sim *sim, uint32_t host)
{
    uint32_t at = 0, stake, n = 0;
    struct felt_id owner;

    while (felt_slot_map_next_owner(sim->hosts[host].node->map, &at, &owner, &stake))
        if (!runs(sim, &owner))
            n += stake;
    return n;
}

bool sim_has_majority(const struct sim *sim)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i) &&
            2 * left_to_the_dead(sim, i) >= felt_slot_map_slots(sim->hosts[i].node->map))
            return false;
    return true;
}

bool sim_is_reclaimed(const struct sim *sim, char *text, size_t len)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        uint32_t n = sim_host_runs(sim, i) ? left_to_the_dead(sim, i) : 0;

        if (n == 0)
            continue;
        snprintf(text, len, "%s says that %u slots are those of nobody who runs",
                 sim->hosts[i].name, n);
        return false;
    }
    return true;
}
