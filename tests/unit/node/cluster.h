/* SPDX-License-Identifier: Apache-2.0 */
/* Clusters of whole nodes in virtual time, as tests begin with them: a founds, b and so on join
 * through it. */
#pragma once

#include "tests/support/world.h"
#include "tests/unit/node/bench.h"

#define SECONDS(n) ((n)*FELT_USEC_SEC)

FELT_DEFINE_CLEANUP(struct world *, world_free)

/* All join at once. All have a lease then and agree. */
static inline struct world *cluster(uint64_t seed, int n)
{
    struct world *w = world_new(seed);

    world_found(w, BENCH_CONFIG);
    world_run(w, SECONDS(1));
    for (int i = 1; i < n; i++)
        world_join(w, 0);
    world_run(w, SECONDS(20));
    for (int i = 0; i < n; i++)
        assert_true(world_lease(w, i) >= 0);
    assert_true(world_agrees(w));
    world_log(w);
    return w;
}

/* They join one after the other. */
static inline struct world *world_of(const char *net_config, int n)
{
    struct world *w = world_new(1);

    world_found(w, net_config);
    world_run(w, SECONDS(1));
    for (int i = 1; i < n; i++) {
        world_join(w, 0);
        world_run(w, SECONDS(5));
    }
    return w;
}
