/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates that found one cluster together (proto/lease.md 3.6), among real hosts. */
#include "tests/unit/test.h"

#include <string.h>

#include "node/core.h"
#include "node/view.h"
#include "sim/check.h"

#define SAVES_MAX                                                                  \
    6 /* of one candidate until it has its lease: session, promise, cluster, lease \
       */

static struct sim *scene_new(uint32_t candidates, uint32_t hosts)
{
    struct sim *sim = sim_new(&(struct sim_config){.seed = 5,
                                                   .hosts_max = hosts,
                                                   .candidates = candidates,
                                                   .net_config = "{\"Network\":\"10.1.0.0/16\"}",
                                                   .disk_us = SIM_DISK_LATENCY});

    for (uint32_t i = 0; i < hosts; i++)
        sim_host_add(sim);
    return sim;
}

/* How many hosts are in a cluster; all in the same one. */
static uint32_t count_in_cluster(const struct sim *sim)
{
    const uint8_t *cluster = NULL;
    uint32_t n = 0;

    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        const struct felt_node *node = sim->hosts[i].node;

        if (!node || !node->in_cluster)
            continue;
        if (cluster)
            assert_memory_equal(cluster, node->cluster, FELT_CLUSTER_ID_LEN);
        cluster = node->cluster;
        n++;
    }
    return n;
}

static const char *waiting(const struct sim *sim, uint32_t host)
{
    struct felt_self_view self;

    felt_node_self(sim->hosts[host].node, &self);
    return self.waiting;
}

/* L-3.6.1, L-3.6.3 */
static void all_candidates_become_one_cluster_within_a_second(void **state)
{
    for (uint32_t n = 1; n <= FELT_EXPECT_MAX; n++) {
        _cleanup_(sim_freep) struct sim *sim = scene_new(n, n);

        (void)state;
        for (uint32_t i = 0; i < n; i++)
            sim_host_start(sim, i);
        sim_run(sim, FELT_USEC_SEC);
        assert_int_equal(count_in_cluster(sim), n);
        sim_run(sim, 30 * FELT_USEC_SEC);
        for (uint32_t i = 0; i < n; i++)
            assert_true(sim->hosts[i].node->lease_used);
    }
}

/* L-3.6.1 */
static void nothing_is_founded_while_one_is_missing(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_new(3, 3);

    (void)state;
    sim_host_start(sim, 0);
    sim_host_start(sim, 1);
    sim_run(sim, 120 * FELT_USEC_SEC);
    assert_int_equal(count_in_cluster(sim), 0);
    assert_string_equal(waiting(sim, 0), "2 of 3 candidates are in sight");
    sim_host_start(sim, 2);
    sim_run(sim, 5 * FELT_USEC_SEC);
    assert_int_equal(count_in_cluster(sim), 3);
}

/* L-3.6.2 */
static void one_too_many_and_nobody_promises(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_new(4, 4);

    (void)state;
    sim->config.expect = 3;
    for (uint32_t i = 0; i < 2; i++)
        sim_host_start(sim, i);
    sim_run(sim, 2 * FELT_USEC_SEC);
    sim_host_start(sim, 2);
    sim_host_start(sim, 3);
    sim_run(sim, 60 * FELT_USEC_SEC);
    assert_int_equal(count_in_cluster(sim), 0);
    assert_string_equal(waiting(sim, 0),
                        "4 candidates are in sight, but --bootstrap-expect is 3: nobody promises");
    sim_host_stop(sim, 1, SIM_OFF);
    sim_run(sim, 10 * FELT_USEC_SEC);
    assert_int_equal(count_in_cluster(sim), 3);
}

/* L-3.6.4: crash at every save of every candidate, before the rename and after it, in the four
 * saves of which one is the promise and one the founding. */
static void a_crash_at_any_save_of_any_candidate_makes_no_second_cluster(void **state)
{
    enum { N = 3 };

    (void)state;
    for (uint32_t k = 0; k < N * SAVES_MAX * 2; k++) {
        _cleanup_(sim_freep) struct sim *sim = scene_new(N, N);
        uint32_t host = k % N;
        unsigned save = k / N % SAVES_MAX + 1;

        for (uint32_t i = 0; i < N; i++)
            sim_host_start(sim, i);
        /* Up to the moment after the save before, and then it dies with the next one. */
        for (uint32_t t = 0; t < 20000 && sim->hosts[host].disk.writes + 1 < save; t++)
            sim_run(sim, FELT_USEC_MS / 2);
        sim->hosts[host].crash = k < N * SAVES_MAX ? SIM_CRASH_BEFORE_SAVE : SIM_CRASH_AFTER_SAVE;
        sim->hosts[host].restart_after = 3 * FELT_USEC_SEC;
        for (uint32_t t = 0; t < 100; t++) {
            sim_run(sim, 200 * FELT_USEC_MS);
            count_in_cluster(sim);
        }
        if (count_in_cluster(sim) != N)
            fail_msg("host %u, save %u, %s: %s; %s; %s", host, save,
                     k < N * SAVES_MAX ? "before" : "after", waiting(sim, 0), waiting(sim, 1),
                     waiting(sim, 2));
        assert_false(sim->violation.found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_candidates_become_one_cluster_within_a_second),
        cmocka_unit_test(nothing_is_founded_while_one_is_missing),
        cmocka_unit_test(one_too_many_and_nobody_promises),
        cmocka_unit_test(a_crash_at_any_save_of_any_candidate_makes_no_second_cluster),
    };

    return RUN_TESTS(tests);
}
