/* SPDX-License-Identifier: Apache-2.0 */
/* A crash at every save, and that it would be seen if one of them did harm. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "node/core.h"
#include "sim/enumerate.h"

#define BIT(kind) ((uint32_t)1 << (kind))
#define MOMENT    100 /* microseconds: far less than a write takes */

/* Whether an act is violated by some crash of that kind at one of its saves. */
static bool is_violated(const struct sim_act *act, enum sim_death death)
{
    struct sim_violation violation;
    struct sim_saves saves;

    sim_enumerate_one(act, 1, NULL, 0, false, &saves, &violation);
    assert_string_equal(violation.text, "");
    assert_true(saves.n > 0);
    for (uint32_t i = 0; i < saves.n; i++) {
        struct sim_point point = {
            .host = saves.all[i].host, .save = saves.all[i].save, .death = death, .down_ms = 1000};

        assert_true(sim_enumerate_one(act, 1, &point, 1, false, NULL, &violation));
        if (violation.found)
            return true;
    }
    return false;
}

static void (*honest_play)(struct sim *sim);

static bool may_be_lied_to(const struct felt_node *node)
{
    bool begins_to_use_a_lease = node->has_lease && !node->lease_used; /* is seen without a crash */

    return node->saver.running && !begins_to_use_a_lease;
}

/* Nodes are told that a write is done when it has only begun: what waits for it goes out. */
static void lie(struct sim *sim, void *context, uint64_t a, uint64_t b)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i) && may_be_lied_to(sim->hosts[i].node))
            sim_tell(sim, i,
                     (struct felt_input){.kind = FELT_INPUT_SAVED,
                                         .save = sim->hosts[i].node->saver.begun});
    sim_later(sim, MOMENT, lie, context, a, b);
}

static void lying_play(struct sim *sim)
{
    honest_play(sim);
    lie(sim, NULL, 0, 0);
}

/* L-3.2.3: with the lie a gift is forgotten that the joiner has. */
static void a_disk_that_lies_is_seen_by_a_crash_before_the_file_is_there(void **state)
{
    static const char *const names[] = {"join", "found"};

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(names); i++) {
        struct sim_act act = *sim_act_find(names[i]);

        assert_false(is_violated(&act, SIM_DEATH_BEFORE));
        honest_play = act.play;
        act.play = lying_play;
        assert_true(is_violated(&act, SIM_DEATH_BEFORE));
        assert_false(is_violated(&act, SIM_DEATH_AFTER));
    }
}

static void an_act_plays_the_same_every_time_and_a_seed_changes_it(void **state)
{
    const struct sim_act *act = sim_act_find("join");
    struct sim_saves saves[3];
    struct sim_violation violation;

    (void)state;
    memset(saves, 0, sizeof(saves));
    for (unsigned i = 0; i < 3; i++)
        sim_enumerate_one(act, i < 2 ? 1 : 2, NULL, 0, false, &saves[i], &violation);
    assert_memory_equal(&saves[0], &saves[1], sizeof(saves[0]));
    assert_memory_not_equal(&saves[0], &saves[2], sizeof(saves[0]));
}

static void a_save_that_there_is_not_kills_nobody(void **state)
{
    struct sim_violation violation;

    (void)state;
    for (int death = 0; death < SIM_DEATHS; death++) {
        struct sim_point point = {
            .host = 0, .save = 1000, .death = (enum sim_death)death, .down_ms = 1000};

        assert_false(
            sim_enumerate_one(sim_act_find("leave"), 1, &point, 1, false, NULL, &violation));
        assert_false(violation.found);
    }
}

static void a_point_is_read_and_nonsense_is_not(void **state)
{
    static const char *const wrong[] = {"",          "1",           "1.2.torn",
                                        "1.2.torn.", "1.2.tor.5",   "1.2.torn.5x",
                                        "1.2..1000", "x.2.torn.10", "1.2.beforehand.10"};
    struct sim_point point = {0};

    (void)state;
    assert_int_equal(sim_point_parse("3.20.older.30000", &point), 0);
    assert_int_equal(point.host, 3);
    assert_int_equal(point.save, 20);
    assert_int_equal(point.death, SIM_DEATH_OLDER);
    assert_int_equal(point.down_ms, 30000);
    for (size_t i = 0; i < FELT_ARRAY_LEN(wrong); i++)
        assert_int_equal(sim_point_parse(wrong[i], &point), -EINVAL);
    assert_int_equal(point.save, 20);
}

/* Every kind of save is in some act, or it is never cut short. */
static void every_kind_of_save_is_what_some_act_is_for(void **state)
{
    uint32_t kinds = 0;

    (void)state;
    for (size_t i = 0; sim_acts[i]; i++) {
        assert_ptr_equal(sim_act_find(sim_acts[i]->name), sim_acts[i]);
        kinds |= sim_acts[i]->kinds;
    }
    assert_int_equal(kinds, BIT(SIM_SAVE_KINDS) - 1);
    assert_null(sim_act_find("all"));
}

static void the_sums_are_those_of_all_points(void **state)
{
    struct sim_enumerated sums = {0};
    struct sim_act act = *sim_act_find("leave");
    uint32_t n;

    (void)state;
    sim_enumerate(&act, 1, false, &sums);
    assert_true(sums.n_of_kind[SIM_SAVE_LEAVING] > 0 && sums.n_of_kind[SIM_SAVE_GIFT] > 0);
    assert_int_equal(sums.n_of_kind[SIM_SAVE_ACCEPT], 0);
    assert_int_equal(sums.n_points + sums.n_void, sums.n_saves * SIM_DEATHS * 2);
    assert_int_equal(sums.n_violations, 0);
    n = sums.n_saves;
    sums = (struct sim_enumerated){0};
    sim_enumerate(&act, 1, true, &sums);
    assert_int_equal(sums.n_points + sums.n_void, n * (n - 1) / 2 * 4);
    assert_true(sums.n_points > 0);
    assert_int_equal(sums.n_violations, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disk_that_lies_is_seen_by_a_crash_before_the_file_is_there),
        cmocka_unit_test(an_act_plays_the_same_every_time_and_a_seed_changes_it),
        cmocka_unit_test(a_save_that_there_is_not_kills_nobody),
        cmocka_unit_test(a_point_is_read_and_nonsense_is_not),
        cmocka_unit_test(every_kind_of_save_is_what_some_act_is_for),
        cmocka_unit_test(the_sums_are_those_of_all_points),
    };

    return RUN_TESTS(tests);
}
