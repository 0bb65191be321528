/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "tests/unit/gossip/swim_bench.h"

/* How long a suspicion of member 1 lasts that was confirmed by these. */
static felt_usec lasts(const uint32_t *origins, uint32_t n)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(10, 1);

    assert_int_equal(tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 3), FELT_VERDICT_TAKEN);
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(tell(b, 1, FELT_LIVENESS_SUSPECT, 1, origins[i]), FELT_VERDICT_TAKEN);
    return dies_after(b, 1, 10); /* we can reach it ourselves, so we do not confirm */
}

/* G-3.2.2, G-3.3.2, G-3.2.7 */
static void confirmations_of_others_bring_the_end_nearer_each_counted_once(void **state)
{
    const uint32_t origins[] = {4, 5, 6}, same[] = {4, 4, 4, 3, 3};
    felt_usec none = lasts(NULL, 0), one = lasts(origins, 1), two = lasts(origins, 2);

    (void)state;
    assert_int_equal(none, LONG);
    assert_true(one < none);
    assert_true(two < one);
    assert_int_equal(lasts(origins, 3), SHORT);
    assert_int_equal(lasts(same, 5), one);
}

/* G-3.3.3 */
static void each_who_agreed_is_told_on(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(10, 1);
    struct felt_liveness accounts[FELT_SUSPICION_ORIGINS];

    (void)state;
    assert_int_equal(felt_swim_accounts(b->swim, 1, accounts), 1);
    assert_int_equal(accounts[0].origin, 0);
    tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 3);
    assert_int_equal(felt_swim_liveness(b->swim, 1).origin, 3);
    tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 7);
    assert_int_equal(felt_swim_liveness(b->swim, 1).origin, 7);
    assert_int_equal(felt_swim_accounts(b->swim, 1, accounts), 2);
    assert_int_equal(accounts[0].origin, 3);
    assert_int_equal(accounts[1].origin, 7);
    for (unsigned k = 0; k < 2; k++) {
        struct felt_id id = crowd_id(2);

        assert_int_equal(accounts[k].state, FELT_LIVENESS_SUSPECT);
        assert_true(felt_id_equal(&accounts[k].id, &id));
        assert_int_equal(accounts[k].incarnation, 1);
    }
}

/* G-3.2.7 */
static void when_the_timer_ends_it_is_dead_and_that_is_a_rumour(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(10, 1);

    (void)state;
    tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 3);
    dies_after(b, 1, 10);
    assert_int_equal(felt_rumours_peek(b->rumours, FELT_RUMOUR_LIVENESS, 0)->key, 1);
    assert_int_equal(felt_swim_liveness(b->swim, 1).state, FELT_LIVENESS_DEAD);
    assert_int_equal(felt_swim_liveness(b->swim, 1).origin, 0);
    assert_int_equal(felt_swim_liveness(b->swim, 1).incarnation, 1);
}

static void nothing_is_left_of_a_suspicion_that_was_refuted(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 1);

    (void)state;
    tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 3);
    tell(b, 1, FELT_LIVENESS_ALIVE, 2, 0);
    assert_null(felt_members_peek(b->members, 1)->suspicion);
    run(b, 40 * FELT_SWIM_PERIOD, 5);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_ALIVE);
}

/* G-3.3.1, G-3.5.1 */
static void our_own_suspicions_last_longer_where_we_are_not_well_and_those_of_others_do_not(
    void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(10, 1);
    struct felt_swim_send probe;

    (void)state;
    ail(b, 2);
    tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 3);
    assert_int_equal(suspicion_of(b, 1)->min_us, SHORT);
    do
        probe = until(b, FELT_SWIM_PROBE);
    while (probe.to == 1);
    until(b, FELT_SWIM_PROBE_REQUEST);
    nack_all(b, false);
    assert_int_equal(suspicion_of(b, probe.to)->min_us, 3 * SHORT);
    assert_int_equal(suspicion_of(b, probe.to)->max_us, 3 * LONG);
}

/* G-3.3.7 */
static void who_is_told_dead_has_the_shortest_time_and_is_told_on_as_dead(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(10, 1);

    (void)state;
    tell(b, 1, FELT_LIVENESS_DEAD, 1, 0);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_SUSPECT);
    assert_int_equal(felt_swim_liveness(b->swim, 1).state, FELT_LIVENESS_DEAD);
    assert_int_equal(felt_swim_liveness(b->swim, 1).origin, 0);
    assert_int_equal(dies_after(b, 1, 10), SHORT);
}

/* G-3.3.7 */
static void who_is_told_dead_may_say_otherwise(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(10, 1);

    (void)state;
    tell(b, 1, FELT_LIVENESS_DEAD, 1, 0);
    run(b, SHORT - 1, 10);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_SUSPECT);
    tell(b, 1, FELT_LIVENESS_ALIVE, 2, 0);
    run(b, 2 * LONG, 10);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_ALIVE);
}

/* G-3.3.6 */
static void while_a_crowd_is_silent_confirmations_do_not_count(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(10, 1);
    felt_usec begun = b->now;

    (void)state;
    for (uint32_t i = 1; i <= 4; i++) {
        assert_false(felt_swim_crowd_silent(b->swim));
        for (uint32_t origin = 50; origin < 54; origin++)
            tell(b, i, FELT_LIVENESS_SUSPECT, 1, origin);
        felt_swim_clear(b->swim);
    }
    assert_true(felt_swim_crowd_silent(b->swim));
    run(b, LONG - 1, 10);
    assert_int_equal(n_in(b, FELT_MEMBER_SUSPECT), 4);
    run(b, 1, 10);
    assert_int_equal(b->now, begun + LONG);
    assert_int_equal(n_in(b, FELT_MEMBER_DEAD), 4);
    assert_false(felt_swim_crowd_silent(b->swim));
}

/* G-3.3.6 */
static void when_the_crowd_is_heard_again_confirmations_count_again(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(10, 1);

    (void)state;
    for (uint32_t i = 1; i <= 4; i++) {
        for (uint32_t origin = 50; origin < 54; origin++)
            tell(b, i, FELT_LIVENESS_SUSPECT, 1, origin);
        felt_swim_clear(b->swim);
    }
    run(b, 2 * SHORT, 10);
    for (uint32_t i = 1; i <= 3; i++) {
        assert_true(felt_swim_crowd_silent(b->swim));
        tell(b, i, FELT_LIVENESS_ALIVE, 2, 0);
    }
    assert_false(felt_swim_crowd_silent(b->swim));
    felt_swim_wake(b->swim, b->now);
    assert_int_equal(state_of(b, 4), FELT_MEMBER_DEAD);
    assert_int_equal(n_in(b, FELT_MEMBER_ALIVE), 9);
}

/* G-3.3.6 */
static void who_is_only_told_dead_does_not_make_a_crowd(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(10, 1);

    (void)state;
    for (uint32_t i = 1; i < 10; i++)
        tell(b, i, FELT_LIVENESS_DEAD, 1, 0);
    assert_int_equal(n_in(b, FELT_MEMBER_SUSPECT), 9);
    assert_false(felt_swim_crowd_silent(b->swim));
    /* And their end, however it comes, leaves the count as it was. */
    run(b, SHORT, 10);
    assert_int_equal(n_in(b, FELT_MEMBER_DEAD), 9);
    for (uint32_t i = 1; i < 10; i++)
        tell(b, i, FELT_LIVENESS_ALIVE, 2, 0);
    for (uint32_t i = 1; i <= 3; i++)
        tell(b, i, FELT_LIVENESS_SUSPECT, 2, 50);
    assert_false(felt_swim_crowd_silent(b->swim));
    tell(b, 4, FELT_LIVENESS_SUSPECT, 2, 50);
    assert_true(felt_swim_crowd_silent(b->swim));
}

static void many_deaths_at_once_are_reported_over_several_wakes_and_none_is_lost(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(MEMBERS_MAX, 1);
    uint32_t reported = 0, n;

    (void)state;
    for (uint32_t i = 1; i < MEMBERS_MAX; i++) {
        for (uint32_t origin = 200; origin < 204; origin++)
            tell(b, i, FELT_LIVENESS_SUSPECT, 1, origin);
        felt_swim_clear(b->swim);
    }
    /* All suspicions end at the same instant. */
    b->now += 60 * FELT_SWIM_PERIOD;
    for (int k = 0; k < 10; k++) {
        const struct felt_swim_change *changes;

        felt_swim_wake(b->swim, b->now);
        changes = felt_swim_changes(b->swim, &n);
        for (uint32_t i = 0; i < n; i++)
            reported += changes[i].state == FELT_MEMBER_DEAD;
        if (reported < MEMBERS_MAX - 1)
            assert_true(felt_swim_deadline(b->swim) <= b->now);
        felt_swim_clear(b->swim);
    }
    assert_int_equal(reported, MEMBERS_MAX - 1);
    assert_int_equal(n_in(b, FELT_MEMBER_DEAD), MEMBERS_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(confirmations_of_others_bring_the_end_nearer_each_counted_once),
        cmocka_unit_test(each_who_agreed_is_told_on),
        cmocka_unit_test(when_the_timer_ends_it_is_dead_and_that_is_a_rumour),
        cmocka_unit_test(nothing_is_left_of_a_suspicion_that_was_refuted),
        cmocka_unit_test(
            our_own_suspicions_last_longer_where_we_are_not_well_and_those_of_others_do_not),
        cmocka_unit_test(who_is_told_dead_has_the_shortest_time_and_is_told_on_as_dead),
        cmocka_unit_test(who_is_told_dead_may_say_otherwise),
        cmocka_unit_test(while_a_crowd_is_silent_confirmations_do_not_count),
        cmocka_unit_test(when_the_crowd_is_heard_again_confirmations_count_again),
        cmocka_unit_test(who_is_only_told_dead_does_not_make_a_crowd),
        cmocka_unit_test(many_deaths_at_once_are_reported_over_several_wakes_and_none_is_lost),
    };

    return RUN_TESTS(tests);
}
