/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "tests/unit/gossip/swim_bench.h"

/* A detector that has measured everybody, and suspects the member of its last probe by itself. */
static uint32_t suspects(struct bench *b, uint32_t n)
{
    struct felt_swim_send probe;

    run(b, 3 * n * FELT_SWIM_PERIOD, n);
    probe = until(b, FELT_SWIM_PROBE);
    while (state_of(b, probe.to) != FELT_MEMBER_SUSPECT) {
        felt_swim_clear(b->swim);
        next(b);
    }
    return probe.to;
}

/* How many of the sends since the last clear are probes of member i. */
static unsigned probes_of(const struct bench *b, uint32_t i)
{
    uint32_t n;
    const struct felt_swim_send *sends = felt_swim_sends(b->swim, &n);
    unsigned count = 0;

    for (uint32_t k = 0; k < n; k++)
        count += sends[k].kind == FELT_SWIM_PROBE && sends[k].to == i;
    return count;
}

/* G-3.3.5 */
static void who_suspects_by_its_own_probe_checks_at_once_and_again_until_it_is_over(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(9, 1);
    uint32_t suspect = suspects(b, 9);
    felt_usec last = b->now;
    unsigned checks = 1;

    (void)state;
    assert_int_equal(probes_of(b, suspect), 1);
    while (state_of(b, suspect) == FELT_MEMBER_SUSPECT) {
        next(b);
        answer(b, suspect);
        if (probes_of(b, suspect) == 0)
            continue;
        /* Its helpers said nothing, so we are not well; until an answered probe betters that. */
        assert_in_range(b->now - last, FELT_SWIM_CHECK, 2 * FELT_SWIM_CHECK);
        last = b->now;
        checks++;
    }
    assert_true(checks > 10);
    run(b, 2 * FELT_SWIM_PERIOD, 9);
    assert_int_equal(state_of(b, suspect), FELT_MEMBER_DEAD);
}

/* G-3.3.5 */
static void checks_end_with_the_refutation(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(9, 1);
    uint32_t suspect = suspects(b, 9);
    struct felt_swim_send check = sent(b, FELT_SWIM_PROBE);

    (void)state;
    assert_int_equal(ack(b, suspect, check.seq), FELT_VERDICT_TAKEN);
    assert_int_equal(ack(b, suspect, check.seq), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(state_of(b, suspect), FELT_MEMBER_SUSPECT);
    assert_int_equal(tell(b, suspect, FELT_LIVENESS_ALIVE, 2, 0), FELT_VERDICT_TAKEN);
    for (felt_usec end = b->now + FELT_SWIM_PERIOD / 2; felt_swim_deadline(b->swim) < end;) {
        next(b);
        assert_int_equal(probes_of(b, suspect), 0);
    }
}

/* G-3.3.5 */
static void a_check_that_is_answered_confirms_nothing_and_measures(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);
    uint32_t suspect = suspects(b, 3), before = rtt_of(b, suspect);

    (void)state;
    b->now += 800;
    ack(b, suspect, sent(b, FELT_SWIM_PROBE).seq);
    assert_true(rtt_of(b, suspect) > before);
    /* It may say so with the next one, or the one after that. */
    run(b, FELT_SWIM_PERIOD * 5 / 2, 3);
    assert_int_equal(suspicion_of(b, suspect)->confirmed, 0);
}

/* G-3.3.5 */
static void in_a_small_cluster_who_only_hears_of_it_checks_and_confirms(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(8, 1);

    (void)state;
    run(b, 20 * FELT_SWIM_PERIOD, 8);
    tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 70);
    felt_swim_wake(b->swim, b->now);
    assert_int_equal(probes_of(b, 1), 1);
    run(b, FELT_SWIM_CHECK - 1, 1);
    assert_int_equal(suspicion_of(b, 1)->confirmed, 0);
    run(b, 1, 1);
    assert_int_equal(suspicion_of(b, 1)->confirmed, 1);
    assert_int_equal(felt_swim_liveness(b->swim, 1).origin, SELF_ORIGIN);
    assert_int_equal(felt_rumours_peek(b->rumours, FELT_RUMOUR_LIVENESS, 0)->key, 1);
    run(b, 3 * FELT_SWIM_CHECK, 1); /* further ones of ours do not count among many */
    assert_int_equal(suspicion_of(b, 1)->confirmed, 1);
}

/* G-3.3.5 */
static void in_a_large_cluster_eight_of_those_who_hear_of_it_check(void **state)
{
    unsigned checkers = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 400; seed++) {
        _cleanup_(bench_freep) struct bench *b = bench_new(MEMBERS_MAX, seed);

        tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 70);
        felt_swim_wake(b->swim, b->now);
        checkers += probes_of(b, 1);
    }
    /* 400 * 8 / 80 and four standard deviations */
    assert_in_range(checkers, 40 - 24, 40 + 24);
}

/* G-3.3.5, G-3.1.4 */
static void who_heard_of_it_and_did_not_check_does_so_after_its_own_probe_failed(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(20, 2);
    struct felt_swim_send probe;

    (void)state;
    run(b, 60 * FELT_SWIM_PERIOD, 20);
    probe = until(b, FELT_SWIM_PROBE);
    until(b, FELT_SWIM_PROBE_REQUEST);
    tell(b, probe.to, FELT_LIVENESS_SUSPECT, 1, 70);
    assert_true(suspicion_of(b, probe.to)->check.next_us == FELT_USEC_NEVER);
    nack_all(b, false);
    assert_int_equal(suspicion_of(b, probe.to)->confirmed, FELT_SUSPICION_CONFIRMED_MAX);
    felt_swim_clear(b->swim);
    felt_swim_wake(b->swim, b->now);
    assert_int_equal(probes_of(b, probe.to), 1);
}

/* G-3.1.1, G-3.3.5 */
static void who_is_checked_is_passed_over_by_the_probes(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(2, 1);

    (void)state;
    suspects(b, 2);
    for (felt_usec end = b->now + FELT_SWIM_PERIOD; felt_swim_deadline(b->swim) < end;) {
        next(b);
        assert_true(probes_of(b, 1) <= 1);
    }
}

/* G-3.3.4 */
static void among_few_our_own_checks_bring_the_end(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(2, 1);
    uint32_t suspect = suspects(b, 2);

    (void)state;
    /* One confirmation a second: after the third the shortest time is over long since. */
    assert_in_range(dies_after(b, suspect, 0), 3 * FELT_USEC_SEC,
                    3 * FELT_USEC_SEC + 2 * FELT_SWIM_CHECK);
}

/* G-3.1.8 */
static void with_nobody_to_ask_a_second_refusal_a_second_later_is_a_death(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(2, 1);
    felt_usec begun;

    (void)state;
    until(b, FELT_SWIM_PROBE);
    refuse(b, 1);
    begun = b->now;
    assert_int_equal(state_of(b, 1), FELT_MEMBER_SUSPECT);
    felt_swim_wake(b->swim, b->now);
    while (state_of(b, 1) == FELT_MEMBER_SUSPECT) {
        assert_true(b->now < begun + 2 * FELT_USEC_SEC);
        if (probes_of(b, 1) > 0)
            refuse(b, 1);
        if (state_of(b, 1) == FELT_MEMBER_SUSPECT)
            next(b);
    }
    /* Unmeasured, so a check each half second. */
    assert_int_equal(b->now - begun, FELT_USEC_SEC);
}

/* G-3.1.8 */
static void with_somebody_to_ask_refused_checks_are_failures_and_no_death(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(9, 1);

    (void)state;
    run(b, 30 * FELT_SWIM_PERIOD, 9);
    tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 70);
    for (felt_usec end = b->now + 2 * FELT_USEC_SEC; b->now < end; next(b)) {
        felt_swim_wake(b->swim, b->now);
        if (probes_of(b, 1) > 0)
            refuse(b, 1);
        answer(b, 1);
    }
    assert_int_equal(suspicion_of(b, 1)->confirmed, 1);
}

/* G-3.1.8 */
static void a_refusal_beside_news_of_its_death_is_a_death(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(8, 1);

    (void)state;
    tell(b, 1, FELT_LIVENESS_DEAD, 1, 0);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_SUSPECT);
    felt_swim_wake(b->swim, b->now);
    assert_int_equal(probes_of(b, 1), 1);
    refuse(b, 1);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_DEAD);
}

/* G-3.1.9 */
static void a_check_that_could_not_be_sent_confirms_nothing(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(8, 1);

    (void)state;
    tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 70);
    for (felt_usec end = b->now + 2 * FELT_USEC_SEC; b->now < end; next(b)) {
        felt_swim_wake(b->swim, b->now);
        cut_off(b, 1);
        answer(b, 8);
    }
    assert_int_equal(suspicion_of(b, 1)->confirmed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_suspects_by_its_own_probe_checks_at_once_and_again_until_it_is_over),
        cmocka_unit_test(checks_end_with_the_refutation),
        cmocka_unit_test(a_check_that_is_answered_confirms_nothing_and_measures),
        cmocka_unit_test(in_a_small_cluster_who_only_hears_of_it_checks_and_confirms),
        cmocka_unit_test(in_a_large_cluster_eight_of_those_who_hear_of_it_check),
        cmocka_unit_test(who_heard_of_it_and_did_not_check_does_so_after_its_own_probe_failed),
        cmocka_unit_test(who_is_checked_is_passed_over_by_the_probes),
        cmocka_unit_test(among_few_our_own_checks_bring_the_end),
        cmocka_unit_test(with_nobody_to_ask_a_second_refusal_a_second_later_is_a_death),
        cmocka_unit_test(with_somebody_to_ask_refused_checks_are_failures_and_no_death),
        cmocka_unit_test(a_refusal_beside_news_of_its_death_is_a_death),
        cmocka_unit_test(a_check_that_could_not_be_sent_confirms_nothing),
    };

    return RUN_TESTS(tests);
}
