/* SPDX-License-Identifier: Apache-2.0 */
/* Filters between hosts are found, whoever else is there, and nothing else is. */
#include "tests/unit/test.h"

#include <string.h>

#include "node/core.h"
#include "sim/check.h"
#include "sim/fault.h"

#define HOSTS  8
#define MINUTE (60 * FELT_USEC_SEC)
/* A turn of all others, each trial as late as it may be, and one that fails. */
#define TURN (HOSTS * FELT_TRIAL_PERIOD * 5 / 4 + 2 * FELT_TRIAL_TRIES * FELT_TRIAL_WAIT)

static void start_all(struct sim *sim)
{
    for (uint32_t i = 0; i < HOSTS; i++) {
        sim_host_add(sim);
        sim_host_start(sim, i);
        sim_run(sim, 2 * FELT_USEC_SEC);
    }
    sim_run(sim, MINUTE);
}

static struct sim *hosts(void)
{
    struct sim *sim = sim_new(&(struct sim_config){.seed = 3,
                                                   .hosts_max = HOSTS,
                                                   .net_config = "{\"Network\":\"10.1.0.0/16\"}",
                                                   .devices = true,
                                                   .disk_us = SIM_DISK_LATENCY});

    start_all(sim);
    return sim;
}

static unsigned failing(const struct sim *sim)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < HOSTS; i++)
        for (uint32_t k = 0; k < HOSTS; k++)
            n += i != k && sim_path_fails(sim, i, k);
    return n;
}

/* O-3.3 */
static void where_all_is_well_every_path_passes_and_nothing_is_told(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = hosts();
    char text[200];

    (void)state;
    sim_run(sim, 10 * MINUTE);
    assert_true(sim_paths_pass(sim, text, sizeof(text)));
    for (uint32_t i = 0; i < HOSTS; i++) {
        const struct felt_members *members = sim->hosts[i].node->members;

        for (uint32_t m = 1; m < HOSTS; m++)
            assert_int_equal(felt_members_peek(members, m)->contact->paths[0].state,
                             FELT_PATH_PASSES);
    }
}

/* O-3.1, O-3.4, O-3.5 */
static void a_filter_is_found_within_a_turn_and_its_end_within_seconds(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = hosts();
    uint32_t filter = sim_network_filter(sim->network, 2, 5, 0);
    char text[200];

    (void)state;
    sim_run(sim, TURN);
    assert_true(sim_path_fails(sim, 2, 5));
    assert_true(sim_path_fails(sim, 5, 2)); /* its answers are lost */
    assert_int_equal(failing(sim), 2);
    assert_false(sim_paths_pass(sim, text, sizeof(text)));
    assert_non_null(strstr(text, "its packets do not reach"));
    assert_true(sim_agrees(sim, text, sizeof(text))); /* nobody is suspect for it */
    sim_network_unfilter(sim->network, filter);
    sim_run(sim, 2 * FELT_TRIAL_AGAIN);
    assert_int_equal(failing(sim), 0);
}

/* O-3.1 */
static void a_link_that_carries_less_is_found_in_six_turns(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = hosts();
    char text[200];

    (void)state;
    sim_network_filter(sim->network, 0, 7, 1400);
    sim_run(sim, FELT_TRIAL_LARGE_EVERY * TURN);
    assert_true(sim_path_fails(sim, 0, 7));
    assert_int_equal(failing(sim), 1);
    sim_network_mend_all(sim->network);
    sim_run(sim, 2 * FELT_TRIAL_AGAIN);
    assert_true(sim_paths_pass(sim, text, sizeof(text)));
}

/* O-3.5: after one that passes the next ones follow. */
static void a_host_whose_firewall_opens_is_well_with_all_at_once(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = hosts();

    (void)state;
    for (uint32_t k = 0; k < HOSTS - 1; k++)
        sim_network_filter(sim->network, HOSTS - 1, k, 0);
    sim_run(sim, TURN);
    assert_int_equal(failing(sim), 2 * (HOSTS - 1));
    sim_network_mend_all(sim->network);
    sim_run(sim, 2 * FELT_TRIAL_AGAIN + HOSTS * FELT_USEC_SEC);
    assert_int_equal(failing(sim), 0);
}

/* O-3.3 */
static void who_is_off_or_cut_off_has_no_path_that_fails(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = hosts();
    uint8_t one[HOSTS] = {[3] = 1}, all[HOSTS];

    (void)state;
    memset(all, 1, sizeof(all));
    for (int round = 0; round < 5; round++) {
        uint32_t cuts[2];

        sim_host_stop(sim, 6, round % 2 ? SIM_OFF : SIM_KILLED);
        cuts[0] = sim_network_cut(sim->network, one, all);
        cuts[1] = sim_network_cut(sim->network, all, one);
        for (felt_usec t = 0; t < 2 * TURN; t += FELT_USEC_SEC) {
            sim_run(sim, FELT_USEC_SEC);
            for (uint32_t i = 0; i < HOSTS; i++)
                for (uint32_t k = 0; k < HOSTS; k++)
                    if (i != k && sim_host_runs(sim, i) && sim_host_runs(sim, k))
                        assert_false(sim_path_fails(sim, i, k));
        }
        sim_network_mend(sim->network, cuts[0]);
        sim_network_mend(sim->network, cuts[1]);
        sim_host_start(sim, 6);
        sim_run(sim, MINUTE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_all_is_well_every_path_passes_and_nothing_is_told),
        cmocka_unit_test(a_filter_is_found_within_a_turn_and_its_end_within_seconds),
        cmocka_unit_test(a_link_that_carries_less_is_found_in_six_turns),
        cmocka_unit_test(a_host_whose_firewall_opens_is_well_with_all_at_once),
        cmocka_unit_test(who_is_off_or_cut_off_has_no_path_that_fails),
    };

    return RUN_TESTS(tests);
}
