/* SPDX-License-Identifier: Apache-2.0 */
/* What the dead owned, among real hosts (proto/lease.md 6), with all checkers watching. */
#include "tests/unit/test.h"

#include "node/core.h"
#include "sim/check.h"

#define LEASE_TIME (60 * FELT_USEC_SEC)
#define BALANCED   (180 * FELT_USEC_SEC) /* after so long stake is spread */
#define SAVES_MAX  4 /* of one host in a reclaim: promise, acceptance, era, lease */

struct scene {
    struct sim *sim;
    struct sim_checking *checking;
};

static struct scene begin(uint64_t seed, uint32_t hosts)
{
    struct scene s = {
        .sim = sim_new(&(struct sim_config){.seed = seed,
                                            .hosts_max = hosts,
                                            .net_config = "{\"Network\":\"10.1.0.0/16\"}",
                                            .lease_time_us = LEASE_TIME,
                                            .devices = true,
                                            .disk_us = SIM_DISK_LATENCY})};

    s.checking = sim_checking_new(s.sim);
    for (uint32_t i = 0; i < hosts; i++) {
        sim_host_add(s.sim);
        sim_host_start(s.sim, i);
        sim_run(s.sim, 2 * FELT_USEC_SEC);
    }
    sim_run(s.sim, BALANCED);
    return s;
}

static void end(struct scene *s)
{
    assert_string_equal(s->sim->violation.text, "");
    sim_checking_free(s->checking);
    sim_free(s->sim);
}

static bool run_until_reclaimed(struct sim *sim, felt_usec limit)
{
    const felt_usec by = sim->now + limit;
    char text[200];

    while (sim->now < by && !sim_is_reclaimed(sim, text, sizeof(text)))
        sim_run(sim, FELT_USEC_SEC);
    return sim_is_reclaimed(sim, text, sizeof(text));
}

/* L-6.6.1 */
static void a_joiner_learns_the_lease_time_and_keeps_it(void **state)
{
    struct scene s = begin(1, 2);

    (void)state;
    assert_true(s.sim->hosts[1].node->lease_time_us == LEASE_TIME);
    s.sim->config.lease_time_us = 0; /* what it is started with does not matter */
    sim_host_stop(s.sim, 1, SIM_KILLED);
    sim_host_start(s.sim, 1);
    sim_run(s.sim, FELT_USEC_SEC);
    assert_true(s.sim->hosts[1].node->lease_time_us == LEASE_TIME);
    end(&s);
}

/* L-6.7.2 */
static void what_a_dead_host_owned_has_live_owners_within_the_lease_time_and_a_minute(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct scene s = begin(seed, 5);

        sim_host_stop(s.sim, 4, SIM_OFF);
        assert_true(sim_has_majority(s.sim));
        assert_false(run_until_reclaimed(s.sim, LEASE_TIME - 5 * FELT_USEC_SEC));
        assert_true(run_until_reclaimed(s.sim, 65 * FELT_USEC_SEC));
        assert_true(s.sim->hosts[0].node->era == 2);
        end(&s);
    }
}

/* L-6.4.1 */
static void who_comes_back_after_that_takes_another_subnet(void **state)
{
    struct scene s = begin(1, 5);
    uint32_t lease = s.sim->hosts[4].node->lease;
    char text[200];

    (void)state;
    sim_host_stop(s.sim, 4, SIM_OFF);
    assert_true(run_until_reclaimed(s.sim, LEASE_TIME + 60 * FELT_USEC_SEC));
    sim_host_start(s.sim, 4);
    sim_run(s.sim, 20 * FELT_USEC_SEC);
    assert_true(s.sim->hosts[4].node->lease_used);
    assert_int_not_equal(s.sim->hosts[4].node->lease, lease);
    if (!sim_agrees(s.sim, text, sizeof(text)))
        fail_msg("%s", text);
    end(&s);
}

/* L-2.4.1: two eras behind, it takes the whole map. */
static void who_slept_through_two_eras_catches_up(void **state)
{
    struct scene s = begin(1, 7);
    char text[200];

    (void)state;
    sim_host_stop(s.sim, 6, SIM_OFF);
    assert_true(run_until_reclaimed(s.sim, LEASE_TIME + 60 * FELT_USEC_SEC));
    sim_run(s.sim, BALANCED);
    sim_host_stop(s.sim, 5, SIM_OFF);
    assert_true(run_until_reclaimed(s.sim, LEASE_TIME + 60 * FELT_USEC_SEC));
    assert_true(s.sim->hosts[0].node->era == 3);
    sim_host_start(s.sim, 6);
    sim_host_start(s.sim, 5);
    sim_run(s.sim, 30 * FELT_USEC_SEC);
    assert_true(s.sim->hosts[6].node->era == 3);
    if (!sim_agrees(s.sim, text, sizeof(text)))
        fail_msg("%s", text);
    end(&s);
}

/* L-6.3.3, L-6.5.1 */
static void without_a_majority_nothing_is_decided(void **state)
{
    struct scene s = begin(1, 6);
    uint64_t era = s.sim->hosts[0].node->era;

    (void)state;
    for (uint32_t i = 3; i < 6; i++)
        sim_host_stop(s.sim, i, SIM_OFF);
    sim_host_stop(s.sim, 2, SIM_OFF);
    assert_false(sim_has_majority(s.sim));
    sim_run(s.sim, 3600 * FELT_USEC_SEC);
    assert_true(s.sim->hosts[0].node->era == era);
    /* They come back, all of them, and nobody was taken anything. */
    for (uint32_t i = 2; i < 6; i++)
        sim_host_start(s.sim, i);
    sim_run(s.sim, 180 * FELT_USEC_SEC);
    assert_true(s.sim->hosts[5].node->era == era);
    end(&s);
}

/* L-6.2.3, L-6.7.1: whoever dies with whichever save of a reclaim, before the rename or after it.
 */
static void a_crash_at_any_save_of_a_reclaim_leads_to_one_decision(void **state)
{
    enum { N = 4 };

    (void)state;
    for (uint32_t k = 0; k < (N - 1) * SAVES_MAX * 2; k++) {
        uint32_t host = k % (N - 1), save = k / (N - 1) % SAVES_MAX + 1;
        struct scene s = begin(7, N);
        uint64_t writes;

        sim_host_stop(s.sim, N - 1, SIM_OFF);
        /* Nobody has voted yet; what is saved now and then is not counted. */
        sim_run(s.sim, LEASE_TIME - 2 * FELT_USEC_SEC);
        for (unsigned t = 0;
             t < 60000 && felt_ballot_is_none(&s.sim->hosts[host].node->acceptor.promised); t++)
            sim_run(s.sim, FELT_USEC_MS / 10);
        writes = s.sim->hosts[host].disk.writes;
        for (unsigned t = 0; t < 20000 && s.sim->hosts[host].disk.writes + 1 < writes + save; t++)
            sim_run(s.sim, FELT_USEC_MS / 10);
        s.sim->hosts[host].crash =
            k < (N - 1) * SAVES_MAX ? SIM_CRASH_BEFORE_SAVE : SIM_CRASH_AFTER_SAVE;
        s.sim->hosts[host].restart_after = 3 * FELT_USEC_SEC;
        if (!run_until_reclaimed(s.sim, LEASE_TIME + 60 * FELT_USEC_SEC))
            fail_msg("host %u, save %u, %s: not reclaimed", host, save,
                     k < (N - 1) * SAVES_MAX ? "before" : "after");
        sim_run(s.sim, 10 * FELT_USEC_SEC);
        end(&s);
    }
}

/* L-6.5.2: who comes late says of the silent what those who heard them fall silent know. */
static void who_waits_for_a_subnet_says_how_long_it_will_take(void **state)
{
    struct sim *sim = sim_new(&(struct sim_config){
        .seed = 1,
        .hosts_max = 4,
        .net_config = "{\"Network\":\"10.2.0.0/28\",\"SubnetLen\":30}",
        .lease_time_us = 24 * 3600 * FELT_USEC_SEC,
    });

    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        sim_host_add(sim);
    for (uint32_t i = 0; i < 3; i++) {
        sim_host_start(sim, i);
        sim_run(sim, 20 * FELT_USEC_SEC);
        assert_true(sim->hosts[i].node->lease_used);
    }
    sim_host_stop(sim, 2, SIM_OFF);
    sim_run(sim, 2 * 3600 * FELT_USEC_SEC + 120 * FELT_USEC_SEC);
    sim_host_start(sim, 3);
    sim_run(sim, 20 * FELT_USEC_SEC);
    assert_string_equal(
        sim->hosts[3].node->asker.waiting,
        "all 3 subnets are owned; 1 belongs to a node silent for 2 h, reclaimable in "
        "21 h");
    sim_run(sim, 22 * 3600 * FELT_USEC_SEC + 120 * FELT_USEC_SEC);
    assert_true(sim->hosts[3].node->lease_used);
    sim_free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_joiner_learns_the_lease_time_and_keeps_it),
        cmocka_unit_test(what_a_dead_host_owned_has_live_owners_within_the_lease_time_and_a_minute),
        cmocka_unit_test(who_comes_back_after_that_takes_another_subnet),
        cmocka_unit_test(who_slept_through_two_eras_catches_up),
        cmocka_unit_test(without_a_majority_nothing_is_decided),
        cmocka_unit_test(who_waits_for_a_subnet_says_how_long_it_will_take),
        cmocka_unit_test(a_crash_at_any_save_of_a_reclaim_leads_to_one_decision),
    };

    return RUN_TESTS(tests);
}
