/* SPDX-License-Identifier: Apache-2.0 */
/* Another lease time among real hosts (proto/lease.md 6.6, 8.3), with all checkers watching. */
#include "tests/unit/test.h"

#include <string.h>

#include "node/core.h"
#include "sim/check.h"
#include "sim/setting.h"

#define HOSTS 4
#define DAY   (24 * 3600 * FELT_USEC_SEC)

struct scene {
    struct sim *sim;
    struct sim_checking *checking;
};

static struct scene begin(void)
{
    struct scene s = {
        .sim = sim_new(&(struct sim_config){.seed = 1,
                                            .hosts_max = HOSTS,
                                            .net_config = "{\"Network\":\"10.1.0.0/16\"}",
                                            .lease_time_us = DAY,
                                            .devices = true,
                                            .disk_us = SIM_DISK_LATENCY})};

    s.checking = sim_checking_new(s.sim);
    for (uint32_t i = 0; i < HOSTS; i++) {
        sim_host_add(s.sim);
        sim_host_start(s.sim, i);
        sim_run(s.sim, 2 * FELT_USEC_SEC);
    }
    sim_run(s.sim, 180 * FELT_USEC_SEC); /* stake is spread */
    return s;
}

static void end(struct scene *s)
{
    assert_string_equal(s->sim->violation.text, "");
    sim_checking_free(s->checking);
    sim_free(s->sim);
}

static void set(struct sim *sim, uint32_t host, uint32_t seconds)
{
    struct felt_settings settings = *felt_node_settings(sim->hosts[host].node);
    struct felt_input in = {.kind = FELT_INPUT_SETTINGS, .settings = &settings};

    felt_settings_set_lease_time(&settings, seconds);
    assert_int_equal(sim_tell(sim, host, in), FELT_VERDICT_TAKEN);
}

static bool is_reclaimed(const struct sim *sim)
{
    char text[200];

    return sim_is_reclaimed(sim, text, sizeof(text));
}

/* L-6.6.1, L-6.6.2, L-6.7.2 */
static void with_a_shorter_one_the_dead_are_reclaimed_by_it_and_not_at_once(void **state)
{
    struct scene s = begin();

    (void)state;
    sim_host_stop(s.sim, 3, SIM_KILLED);
    sim_run(s.sim, 120 * FELT_USEC_SEC); /* four looks at most, of half a minute each */
    set(s.sim, 1, 60);
    sim_run(s.sim, 50 * FELT_USEC_SEC);
    assert_false(is_reclaimed(s.sim)); /* it was silent for longer than a minute by then */
    sim_run(s.sim, 70 * FELT_USEC_SEC);
    assert_true(is_reclaimed(s.sim));
    end(&s);
}

/* L-6.6.1 */
static void with_a_longer_one_nobody_is_reclaimed_any_more(void **state)
{
    struct scene s = begin();

    (void)state;
    set(s.sim, 1, 60);
    sim_run(s.sim, 5 * FELT_USEC_SEC);
    sim_host_stop(s.sim, 3, SIM_KILLED);
    sim_run(s.sim, 50 * FELT_USEC_SEC);
    set(s.sim, 2, 0);
    sim_run(s.sim, 600 * FELT_USEC_SEC);
    assert_false(is_reclaimed(s.sim));
    end(&s);
}

/* L-8.3.4 */
static void who_has_another_configuration_is_found(void **state)
{
    struct scene s = begin();
    char text[2000] = "";

    (void)state;
    assert_true(sim_setting_agrees(s.sim, text, sizeof(text)));
    assert_true(sim_setting_lease_time(s.sim) == DAY);
    s.sim->hosts[2].node->lease_time_us = 0;
    assert_false(sim_setting_agrees(s.sim, text, sizeof(text)));
    assert_non_null(strstr(text, s.sim->hosts[2].name));
    s.sim->hosts[2].node->lease_time_us = DAY;
    s.sim->hosts[3].node->setter.text[0] = ' ';
    assert_false(sim_setting_agrees(s.sim, text, sizeof(text)));
    end(&s);
}

static void operators_set_something_until_they_are_told_to_end(void **state)
{
    struct scene s = begin();
    struct sim_setting *setting = sim_setting_new(s.sim);
    struct felt_notices *notices = s.sim->hosts[0].node->notices;
    struct felt_notice before, after;

    (void)state;
    assert_non_null(setting);
    sim_run(s.sim, 600 * FELT_USEC_SEC);
    felt_notices_get(notices, felt_setter_key(notices), &before);
    assert_true(before.version > 3);
    sim_setting_end(setting);
    sim_run(s.sim, 600 * FELT_USEC_SEC);
    felt_notices_get(notices, felt_setter_key(notices), &after);
    assert_true(after.version <= before.version + 1); /* what was on its way */
    end(&s);
    sim_setting_free(setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_a_shorter_one_the_dead_are_reclaimed_by_it_and_not_at_once),
        cmocka_unit_test(with_a_longer_one_nobody_is_reclaimed_any_more),
        cmocka_unit_test(who_has_another_configuration_is_found),
        cmocka_unit_test(operators_set_something_until_they_are_told_to_end),
    };

    return RUN_TESTS(tests);
}
