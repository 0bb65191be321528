/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a host says that its packets do not reach (proto/path.md 3). */
#include <stdio.h>

#include "node/core.h"
#include "sim/check.h"

bool sim_path_fails(const struct sim *sim, uint32_t host, uint32_t other)
{
    const struct felt_members *members = sim->hosts[host].node->members;
    uint32_t i = felt_members_find(members, felt_node_id(sim->hosts[other].node));
    const struct felt_member *m;

    if (i == FELT_MEMBER_NONE)
        return false;
    m = felt_members_peek(members, i);
    return m->state == FELT_MEMBER_ALIVE && m->contact &&
           (m->contact->paths[0].state == FELT_PATH_FAILS ||
            m->contact->paths[0].state == FELT_PATH_LARGE_FAILS);
}

bool sim_paths_pass(const struct sim *sim, char *text, size_t len)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        for (uint32_t k = 0; sim_host_runs(sim, i) && k < sim->n_hosts; k++) {
            if (i == k || !sim_host_runs(sim, k) || !sim_path_fails(sim, i, k))
                continue;
            snprintf(text, len, "%s says that its packets do not reach %s", sim->hosts[i].name,
                     sim->hosts[k].name);
            return false;
        }
    return true;
}
