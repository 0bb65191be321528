/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted has happened, and what has not happened is not counted. */
#include "tests/unit/test.h"

#include <string.h>

#include "node/core.h"
#include "sim/coverage.h"
#include "tests/unit/sim/scene.h"

static void nothing_but_a_quiet_cluster_is_counted_as_nothing(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    _cleanup_(sim_covering_freep) struct sim_covering *covering = sim_covering_new(sim);
    struct sim_coverage sums = {0};

    (void)state;
    sim_run(sim, 300 * FELT_USEC_SEC);
    sim_covering_end(covering, NULL, &sums);
    assert_int_equal(sums.runs, 1);
    for (int i = 0; i < SIM_COUNTERS; i++)
        if (sums.times[i] > 0)
            fail_msg("%s was counted", sim_counter_name((enum sim_counter)i));
}

static void a_join_is_a_join_and_a_gift_and_a_restart_resumes(void **state)
{
    _cleanup_(sim_freep) struct sim *sim =
        sim_new(&(struct sim_config){.seed = 3,
                                     .hosts_max = 2,
                                     .net_config = "{\"Network\":\"10.1.0.0/16\"}",
                                     .devices = true,
                                     .disk_us = SIM_DISK_LATENCY});
    _cleanup_(sim_covering_freep) struct sim_covering *covering = sim_covering_new(sim);
    struct sim_coverage sums = {0};

    (void)state;
    sim_host_add(sim);
    sim_host_add(sim);
    sim_host_start(sim, 0);
    sim_run(sim, FELT_USEC_SEC);
    sim_host_start(sim, 1);
    sim_run(sim, 10 * FELT_USEC_SEC);
    sim_host_stop(sim, 1, SIM_KILLED);
    sim_host_start(sim, 1);
    sim_run(sim, 10 * FELT_USEC_SEC);
    sim_host_stop(sim, 1, SIM_KILLED);
    sim_disk_wipe(&sim->hosts[1].disk);
    sim_covering_end(covering, NULL, &sums);
    assert_int_equal(sums.times[SIM_COUNT_JOINED], 1);
    assert_int_equal(sums.times[SIM_COUNT_GIFT], 1);
    assert_int_equal(sums.times[SIM_COUNT_RESUMED], 1);
    assert_int_equal(sums.times[SIM_COUNT_LOST], 1);
    assert_int_equal(sums.times[SIM_COUNT_WAITED], 0);
    assert_int_equal(sums.in_runs[SIM_COUNT_JOINED], 1);
}

/* A value that another proposer finishes, and a second one about the same era. */
static void values_about_one_era_are_told_apart(void **state)
{
    for (int rival = 0; rival < 2; rival++) {
        _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
        _cleanup_(sim_covering_freep) struct sim_covering *covering = sim_covering_new(sim);
        struct sim_coverage sums = {0};

        (void)state;
        sim_run(sim, 10 * FELT_USEC_SEC);
        for (uint32_t i = 0; i < 2; i++) {
            struct felt_node *node = sim->hosts[i].node;
            struct felt_ballot ballot = {.round = 1 + i, .id = *felt_node_id(node)};

            node->acceptor = (struct felt_acceptor){.promised = ballot, .accepted = ballot};
            node->acceptor.value.n = 1;
            node->acceptor.value.ranges[0].count = 1 + (rival ? i : 0);
            sim_tell(sim, i, (struct felt_input){.kind = FELT_INPUT_WAKE});
        }
        sim_covering_end(covering, NULL, &sums);
        assert_int_equal(sums.times[SIM_COUNT_ACCEPTED], 2);
        assert_int_equal(sums.times[SIM_COUNT_FINISHED], !rival);
        assert_int_equal(sums.times[SIM_COUNT_RIVALS], rival);
        assert_int_equal(sums.times[SIM_COUNT_DECIDED], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_but_a_quiet_cluster_is_counted_as_nothing),
        cmocka_unit_test(a_join_is_a_join_and_a_gift_and_a_restart_resumes),
        cmocka_unit_test(values_about_one_era_are_told_apart),
    };

    return RUN_TESTS(tests);
}
