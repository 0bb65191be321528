/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "netconf/netconf.h"
#include "sim/fault.h"
#include "sim/swarm.h"

static void every_fault_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; sim_faults[i]; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(sim_faults[i]->name, sim_faults[k]->name);
}

static void a_set_survives_its_text(void **state)
{
    char text[SIM_FAULTS_TEXT];
    uint64_t set;

    (void)state;
    for (uint32_t i = 0; sim_faults[i]; i++) {
        assert_int_equal(sim_faults_parse(sim_faults[i]->name, &set), 0);
        assert_int_equal(set, (uint64_t)1 << i);
    }
    assert_int_equal(sim_faults_parse(sim_faults_format(sim_faults_all(), text), &set), 0);
    assert_int_equal(set, sim_faults_all());
    assert_int_equal(sim_faults_parse(sim_faults_format(0, text), &set), 0);
    assert_int_equal(set, 0);
    assert_int_equal(sim_faults_parse("all", &set), 0);
    assert_int_equal(set, sim_faults_all());
}

static void a_wrong_name_is_refused_and_nothing_set(void **state)
{
    static const char *const wrong[] = {"", "los", "losss", "loss,", ",loss", "loss,,slow", "Loss"};
    uint64_t set = 7;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(wrong); i++)
        assert_int_equal(sim_faults_parse(wrong[i], &set), -EINVAL);
    assert_int_equal(set, 7);
}

/* Each fault must strike in some seeds and rest in others, or it proves nothing. */
static void the_swarm_turns_every_fault_on_and_off(void **state)
{
    uint64_t ever = 0, always = UINT64_MAX;

    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct sim_run run = {.seed = seed, .set = sim_faults_all(), .swarm = true};
        struct sim_swarm swarm;

        sim_swarm_draw(&run, &swarm);
        ever |= swarm.set;
        always &= swarm.set;
    }
    assert_int_equal(ever, sim_faults_all());
    assert_int_equal(always, 0);
}

/* Room for all in some seeds, and in others not even one slot for each. */
static void the_swarm_draws_few_and_many_nodes_and_slots(void **state)
{
    uint32_t few = 0, many = 0, too_few_slots = 0, roomy = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct sim_run run = {.seed = seed, .set = sim_faults_all(), .swarm = true};
        struct felt_netconf_error why;
        struct felt_netconf config;
        struct sim_swarm swarm;

        sim_swarm_draw(&run, &swarm);
        assert_in_range(swarm.nodes, 3, 40);
        assert_in_range(swarm.slots, 4, 255);
        assert_int_equal(
            felt_netconf_parse(swarm.net_config, strlen(swarm.net_config), &config, &why), 0);
        assert_int_equal(felt_netconf_slots(&config), swarm.slots);
        few += swarm.nodes <= 5;
        many += swarm.nodes >= 30;
        too_few_slots += swarm.slots < swarm.nodes;
        roomy += swarm.slots > 4 * swarm.nodes;
    }
    assert_true(few > 20 && many > 20 && too_few_slots > 20 && roomy > 20);
}

static void a_list_is_taken_as_it_is(void **state)
{
    struct sim_run run = {.seed = 1, .set = 5, .nodes = 77};
    struct sim_swarm swarm;

    (void)state;
    sim_swarm_draw(&run, &swarm);
    assert_int_equal(swarm.set, 5);
    assert_int_equal(swarm.nodes, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_has_a_name_of_its_own),
        cmocka_unit_test(a_set_survives_its_text),
        cmocka_unit_test(a_wrong_name_is_refused_and_nothing_set),
        cmocka_unit_test(the_swarm_turns_every_fault_on_and_off),
        cmocka_unit_test(the_swarm_draws_few_and_many_nodes_and_slots),
        cmocka_unit_test(a_list_is_taken_as_it_is),
    };

    return RUN_TESTS(tests);
}
