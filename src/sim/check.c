/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/check.h"

#include "sim/pool.h"

const struct sim_check *const sim_checks[] = {
    &sim_check_identity,    &sim_check_owner,    &sim_check_cluster,
    &sim_check_self,        &sim_check_datagram, &sim_check_livelock,
    &sim_check_table,       &sim_check_digest,   &sim_check_era,
    &sim_check_reservation, &sim_check_lease,    &sim_check_farewell,
    &sim_check_bridge,      &sim_check_keys,     NULL, /* the last */
};

#define CHECKS (FELT_ARRAY_LEN(sim_checks) - 1)

struct sim_checking {
    void *contexts[CHECKS];
};

struct sim_checking *sim_checking_new(struct sim *sim)
{
    struct sim_checking *checking = sim_zalloc(1, sizeof(*checking));

    for (size_t i = 0; i < CHECKS; i++) {
        checking->contexts[i] = sim_checks[i]->begin(sim);
        sim_watch(sim, (struct sim_watcher){.context = checking->contexts[i],
                                            .stepped = sim_checks[i]->stepped});
    }
    return checking;
}

void sim_checking_free(struct sim_checking *checking)
{
    if (!checking)
        return;
    for (size_t i = 0; i < CHECKS; i++)
        sim_checks[i]->end(checking->contexts[i]);
    free(checking);
}
