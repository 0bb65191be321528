/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "tests/unit/gossip/swim_bench.h"

static void what_is_not_tuned_is_as_it_should_be(void **state)
{
    struct felt_swim_tuning some = {.alpha = 3, .plain = true};
    _cleanup_(bench_freep) struct bench *usual = bench_new(2, 1), *tuned = bench_tuned(2, 1, &some);

    (void)state;
    assert_int_equal(felt_swim_tuning(usual->swim)->alpha, FELT_SWIM_ALPHA);
    assert_int_equal(felt_swim_tuning(usual->swim)->beta, FELT_SWIM_BETA);
    assert_false(felt_swim_tuning(usual->swim)->plain);
    assert_int_equal(felt_swim_tuning(tuned->swim)->alpha, 3);
    assert_int_equal(felt_swim_tuning(tuned->swim)->beta, FELT_SWIM_BETA);
    assert_true(felt_swim_tuning(tuned->swim)->plain);
}

/* What two detectors of one seed do while everybody is silent, as one number. */
static uint64_t story(uint64_t seed)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(20, seed);
    uint64_t sum = 0;

    for (int k = 0; k < 500; k++) {
        const struct felt_swim_send *sends;
        uint32_t n;

        next(b);
        sends = felt_swim_sends(b->swim, &n);
        for (uint32_t i = 0; i < n; i++)
            sum = sum * 31 + b->now + sends[i].to * 7 + sends[i].seq + sends[i].kind;
    }
    return sum;
}

static void the_same_seed_is_the_same_story(void **state)
{
    (void)state;
    assert_true(story(5) == story(5));
    assert_true(story(5) != story(6));
}

/* G-3.5.1, G-3.5.2 */
static void a_stall_gives_everybody_the_time_back_and_costs_health(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(9, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);
    uint32_t other = probe.to == 1 ? 2 : 1;
    felt_usec sent_at = b->now, stall = 10 * FELT_SWIM_PERIOD;

    (void)state;
    for (uint32_t origin = 70; origin < 74; origin++)
        tell(b, other, FELT_LIVENESS_SUSPECT, 1, origin);
    b->now += stall;
    felt_swim_stalled(b->swim, b->now, stall);
    assert_int_equal(felt_swim_health(b->swim), 1);
    assert_int_equal(suspicion_of(b, other)->start_us, sent_at + stall);
    felt_swim_wake(b->swim, b->now);
    assert_int_equal(n_in(b, FELT_MEMBER_DEAD), 0);
    until(b, FELT_SWIM_PROBE_REQUEST);
    assert_int_equal(b->now, sent_at + stall + FELT_RTT_TIMEOUT_MAX);
    /* The answer was in the socket meanwhile; how long it took is not known. */
    assert_int_equal(ack(b, probe.to, probe.seq), FELT_VERDICT_TAKEN);
    assert_int_equal(rtt_of(b, probe.to), 0);
    dies_after(b, other, 9);
    assert_int_equal(b->now, sent_at + stall + SHORT);
}

/* G-3.5.2 */
static void a_stall_with_nothing_going_on_puts_nothing_off(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(9, 1);
    felt_usec due;

    (void)state;
    until(b, FELT_SWIM_PROBE);
    answer(b, 9);
    due = felt_swim_deadline(b->swim);
    b->now = due + FELT_SWIM_PERIOD;
    felt_swim_stalled(b->swim, b->now, FELT_SWIM_PERIOD);
    assert_int_equal(felt_swim_deadline(b->swim), due);
}

static void published_swim_knows_no_stall(void **state)
{
    struct felt_swim_tuning plain = {.plain = true};
    _cleanup_(bench_freep) struct bench *b = bench_tuned(9, 1, &plain);

    (void)state;
    until(b, FELT_SWIM_PROBE);
    b->now += 10 * FELT_SWIM_PERIOD;
    felt_swim_stalled(b->swim, b->now, 10 * FELT_SWIM_PERIOD);
    felt_swim_wake(b->swim, b->now);
    felt_swim_wake(b->swim, b->now);
    assert_int_equal(felt_swim_health(b->swim), 0);
    assert_int_equal(n_in(b, FELT_MEMBER_SUSPECT), 1);
}

/* Removes member i as its owner does. */
static void remove_member(struct bench *b, uint32_t i)
{
    felt_swim_removed(b->swim, i);
    felt_members_remove(b->members, i);
}

static void of_who_is_removed_nothing_is_left(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        _cleanup_(bench_freep) struct bench *b = bench_new(9, seed);
        struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);
        uint32_t gone = probe.to;

        felt_swim_help(b->swim, b->now, gone, gone == 1 ? 2 : 1, 7);
        felt_swim_help(b->swim, b->now, gone == 1 ? 2 : 1, gone, 8);
        if (seed % 2)
            tell(b, gone, FELT_LIVENESS_SUSPECT, 1, 70);
        if (seed % 3)
            tell(b, gone, FELT_LIVENESS_DEAD, 1, 0);
        remove_member(b, gone);
        assert_int_equal(n_sends(b), 1); /* what was to help it goes out */
        while (b->now < START + 30 * FELT_SWIM_PERIOD) {
            const struct felt_swim_change *changes;
            const struct felt_swim_send *sends;
            uint32_t n;

            next(b);
            sends = felt_swim_sends(b->swim, &n);
            for (uint32_t i = 0; i < n; i++)
                assert_false(sends[i].to == gone || sends[i].target == gone);
            changes = felt_swim_changes(b->swim, &n);
            for (uint32_t i = 0; i < n; i++)
                assert_int_not_equal(changes[i].member, gone);
            answer(b, 9);
        }
        for (uint32_t k = 0; felt_rumours_peek(b->rumours, FELT_RUMOUR_LIVENESS, k); k++)
            assert_int_not_equal(felt_rumours_peek(b->rumours, FELT_RUMOUR_LIVENESS, k)->key, gone);
        assert_int_equal(n_in(b, FELT_MEMBER_ALIVE), 8);
        assert_false(felt_swim_crowd_silent(b->swim));
    }
}

static void who_takes_the_place_of_one_removed_begins_anew(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(4, 1);
    unsigned probes = 0;
    uint32_t i;

    (void)state;
    tell(b, 2, FELT_LIVENESS_SUSPECT, 1, 70);
    remove_member(b, 2);
    assert_int_equal(crowd_add(b->members, 60, 1, &i), FELT_VERDICT_TAKEN);
    assert_int_equal(i, 2);
    felt_swim_added(b->swim, 2);
    for (int k = 0; k < 12; k++) {
        next(b);
        if (count_sends(b, FELT_SWIM_PROBE) > 0)
            probes += sent(b, FELT_SWIM_PROBE).to == 2;
        answer(b, 4);
    }
    assert_in_range(probes, 3, 5);
    run(b, 2 * LONG, 4);
    assert_int_equal(state_of(b, 2), FELT_MEMBER_ALIVE);
}

static void a_helper_that_is_removed_can_not_say_no_any_more(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(9, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE), request;

    (void)state;
    request = until(b, FELT_SWIM_PROBE_REQUEST);
    remove_member(b, request.to);
    nack_all(b, false);
    assert_int_equal(state_of(b, probe.to), FELT_MEMBER_ALIVE);
    next(b);
    assert_int_equal(suspicion_of(b, probe.to)->confirmed, 2);
}

/* The worst that there is: nobody answers, everybody wants help, everybody is talked about. The
 * arrays never overflow, and in the end all are dead. */
static void whatever_comes_at_once_stays_within_bounds(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(MEMBERS_MAX, 3);
    struct felt_prng prng;
    uint32_t n;

    (void)state;
    felt_prng_init(&prng, 9);
    for (int k = 0; k < 20000; k++) {
        uint32_t i = 1 + (uint32_t)felt_prng_below(&prng, MEMBERS_MAX - 1);
        uint32_t j = (uint32_t)felt_prng_below(&prng, MEMBERS_MAX);

        switch (felt_prng_below(&prng, 8)) {
        case 0:
            tell(b, j, (enum felt_liveness_state)felt_prng_below(&prng, 4),
                 felt_prng_below(&prng, 4) + (uint64_t)k / 1000, i);
            break;
        case 1:
            felt_swim_help(b->swim, b->now, i, j, (uint32_t)k);
            break;
        case 2:
            refuse(b, j);
            break;
        case 3:
            cut_off(b, j);
            break;
        case 4:
            felt_swim_nack(b->swim, b->now, i, (uint32_t)k, true);
            break;
        case 5:
            felt_swim_stalled(b->swim, b->now, felt_prng_below(&prng, FELT_SWIM_PERIOD));
            break;
        default:
            b->now += felt_prng_below(&prng, FELT_SWIM_CHECK);
            felt_swim_wake(b->swim, b->now);
        }
        felt_swim_sends(b->swim, &n);
        assert_true(n <= FELT_SWIM_SENDS_MAX);
        felt_swim_changes(b->swim, &n);
        assert_true(n <= FELT_SWIM_CHANGES_MAX);
        if (felt_prng_below(&prng, 2))
            felt_swim_clear(b->swim);
        for (i = 0; i < MEMBERS_MAX; i++)
            assert_true((state_of(b, i) == FELT_MEMBER_SUSPECT) ==
                        (felt_members_peek(b->members, i)->suspicion != NULL));
    }
    assert_int_equal(state_of(b, 0), FELT_MEMBER_ALIVE);
    run(b, 400 * FELT_SWIM_PERIOD, 0);
    run(b, 400 * FELT_SWIM_PERIOD, 0);
    assert_int_equal(n_in(b, FELT_MEMBER_ALIVE), 1);
    assert_int_equal(n_in(b, FELT_MEMBER_SUSPECT), 0);
    assert_false(felt_swim_crowd_silent(b->swim));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_tuned_is_as_it_should_be),
        cmocka_unit_test(the_same_seed_is_the_same_story),
        cmocka_unit_test(a_stall_gives_everybody_the_time_back_and_costs_health),
        cmocka_unit_test(a_stall_with_nothing_going_on_puts_nothing_off),
        cmocka_unit_test(published_swim_knows_no_stall),
        cmocka_unit_test(of_who_is_removed_nothing_is_left),
        cmocka_unit_test(who_takes_the_place_of_one_removed_begins_anew),
        cmocka_unit_test(a_helper_that_is_removed_can_not_say_no_any_more),
        cmocka_unit_test(whatever_comes_at_once_stays_within_bounds),
    };

    return RUN_TESTS(tests);
}
