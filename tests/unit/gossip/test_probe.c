/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "tests/unit/gossip/swim_bench.h"

/* What nobody was measured has: proto/gossip.md G-3.1.2. */
#define UNMEASURED FELT_RTT_TIMEOUT_MAX

static void alone_it_sends_nothing(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(1, 1);

    (void)state;
    for (int k = 0; k < 50; k++) {
        next(b);
        assert_int_equal(n_sends(b), 0);
    }
    felt_swim_free(NULL);
}

/* G-3.1.1 */
static void the_first_probe_is_spread_over_one_period(void **state)
{
    felt_usec least = FELT_USEC_NEVER, most = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        _cleanup_(bench_freep) struct bench *b = bench_new(2, seed);

        until(b, FELT_SWIM_PROBE);
        least = FELT_MIN(least, b->now);
        most = FELT_MAX(most, b->now);
    }
    assert_in_range(least, START, START + FELT_SWIM_PERIOD / 4);
    assert_in_range(most, START + FELT_SWIM_PERIOD * 3 / 4, START + FELT_SWIM_PERIOD);
}

/* G-3.1.1 */
static void one_member_is_probed_each_period_and_each_in_its_round(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 3);
    unsigned probes[5] = {0};
    felt_usec last = 0;

    (void)state;
    for (int k = 0; k < 8; k++) {
        struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);

        if (last)
            assert_int_equal(b->now - last, FELT_SWIM_PERIOD);
        last = b->now;
        assert_int_equal(probe.to, probe.target);
        probes[probe.to]++;
        assert_int_equal(felt_swim_ack(b->swim, b->now + 300, probe.to, probe.seq),
                         FELT_VERDICT_TAKEN);
    }
    assert_int_equal(probes[0], 0);
    for (uint32_t i = 1; i < 5; i++)
        assert_int_equal(probes[i], 2);
}

/* G-3.1.1 */
static void with_nothing_amiss_there_is_one_timer_a_period(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 3);
    felt_usec begun = b->now;
    unsigned wakes = 0;

    (void)state;
    for (; b->now < begun + 20 * FELT_SWIM_PERIOD; wakes++) {
        next(b);
        answer(b, 5);
    }
    assert_in_range(wakes, 20, 22);
}

/* G-3.1.1, G-3.5.1 */
static void when_we_are_not_well_period_and_patience_are_longer(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 3);
    felt_usec sent_at;

    (void)state;
    run(b, 10 * FELT_SWIM_PERIOD, 5);
    ail(b, 3);
    until(b, FELT_SWIM_PROBE);
    sent_at = b->now;
    until(b, FELT_SWIM_PROBE_REQUEST);
    assert_int_equal(b->now - sent_at, 4 * FELT_RTT_TIMEOUT_MIN);
    until(b, FELT_SWIM_PROBE); /* a check: it failed meanwhile */
    assert_int_equal(b->now - sent_at, 4 * (FELT_RTT_TIMEOUT_MIN + FELT_SWIM_HELP_TIME));
    assert_true(felt_swim_health(b->swim) > 3);
}

/* G-3.1.2 */
static void a_direct_ack_measures_the_round_trip_and_asks_nobody_else(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 3);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);
    felt_usec sent_at = b->now;

    (void)state;
    felt_swim_ack(b->swim, sent_at + 700, probe.to, probe.seq);
    assert_int_equal(rtt_of(b, probe.to), 700);
    do {
        next(b);
        assert_int_equal(count_sends(b, FELT_SWIM_PROBE_REQUEST), 0);
    } while (b->now < sent_at + FELT_SWIM_PERIOD);
    answer(b, 5);
    run(b, 10 * FELT_SWIM_PERIOD, 5);
    assert_int_equal(n_in(b, FELT_MEMBER_ALIVE), 5);
}

/* G-3.1.2 */
static void the_patience_with_who_was_never_measured_follows_from_the_others(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 3);
    struct felt_swim_send first = until(b, FELT_SWIM_PROBE), second;
    felt_usec sent_at = b->now;

    (void)state;
    next(b);
    assert_int_equal(b->now - sent_at, UNMEASURED);
    assert_int_equal(count_sends(b, FELT_SWIM_PROBE_REQUEST), 1);
    answer(b, 3);
    second = until(b, FELT_SWIM_PROBE);
    sent_at = b->now;
    assert_int_not_equal(first.to, second.to);
    until(b, FELT_SWIM_PROBE_REQUEST);
    /* The second one's answer to the first's second probe came at once. */
    assert_int_equal(b->now - sent_at, 3 * FELT_RTT_TIMEOUT_MIN);
}

static void the_same_ack_counts_for_its_probe_only(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 3);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);

    (void)state;
    assert_int_equal(ack(b, probe.to, probe.seq + 1), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(ack(b, probe.to, probe.seq), FELT_VERDICT_TAKEN);
    until(b, FELT_SWIM_PROBE);
    assert_int_equal(ack(b, probe.to, probe.seq), FELT_VERDICT_MISDIRECTED);
}

/* G-3.1.2 */
static void without_a_direct_answer_three_helpers_are_asked_and_the_member_once_more(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 30; seed++) {
        _cleanup_(bench_freep) struct bench *b = bench_new(20, seed);
        struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);
        const struct felt_swim_send *sends;
        uint32_t n;

        next(b);
        sends = felt_swim_sends(b->swim, &n);
        assert_int_equal(n, FELT_SWIM_INDIRECT + 1);
        for (uint32_t i = 0; i < FELT_SWIM_INDIRECT; i++) {
            assert_int_equal(sends[i].kind, FELT_SWIM_PROBE_REQUEST);
            assert_int_equal(sends[i].target, probe.target);
            assert_int_equal(sends[i].seq, probe.seq);
            assert_int_not_equal(sends[i].to, probe.target);
            assert_int_not_equal(sends[i].to, FELT_MEMBER_SELF);
            for (uint32_t j = 0; j < i; j++)
                assert_int_not_equal(sends[i].to, sends[j].to);
        }
        assert_int_equal(sends[3].kind, FELT_SWIM_PROBE);
        assert_int_equal(sends[3].to, probe.target);
        assert_int_not_equal(sends[3].seq, probe.seq);
    }
}

/* G-3.1.2 */
static void the_last_helper_there_is_is_found_among_the_dead(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(MEMBERS_MAX, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);
    uint32_t alive = probe.to == 40 ? 41 : 40;

    (void)state;
    for (uint32_t i = 1; i < MEMBERS_MAX; i++)
        if (i != alive && i != probe.to)
            felt_members_set_state(b->members, i, FELT_MEMBER_DEAD, 1);
    next(b);
    assert_int_equal(count_sends(b, FELT_SWIM_PROBE_REQUEST), 1);
    assert_int_equal(sent(b, FELT_SWIM_PROBE_REQUEST).to, alive);
}

/* G-3.1.2 */
static void the_second_probe_is_measured_by_itself_and_the_first_still_counts(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 3);
    struct felt_swim_send first = until(b, FELT_SWIM_PROBE), second;

    (void)state;
    next(b);
    second = sent(b, FELT_SWIM_PROBE);
    b->now += 900;
    assert_int_equal(ack(b, second.to, second.seq), FELT_VERDICT_TAKEN);
    assert_int_equal(rtt_of(b, first.to), 900);
    /* Late, but it shows how slow it may be. */
    assert_int_equal(ack(b, first.to, first.seq), FELT_VERDICT_TAKEN);
    assert_true(rtt_of(b, first.to) > 900);
    until(b, FELT_SWIM_PROBE);
    assert_int_equal(state_of(b, first.to), FELT_MEMBER_ALIVE);
}

/* G-3.1.4 */
static void with_two_members_there_is_no_helper_and_it_fails_after_the_second_probe(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(2, 1);
    felt_usec sent_at;

    (void)state;
    until(b, FELT_SWIM_PROBE);
    sent_at = b->now;
    next(b);
    assert_int_equal(n_sends(b), 1);
    assert_int_equal(sent(b, FELT_SWIM_PROBE).to, 1);
    next(b);
    assert_int_equal(b->now - sent_at, UNMEASURED + FELT_SWIM_HELP_TIME);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_SUSPECT);
    assert_int_equal(felt_swim_health(b->swim), 0); /* there was nobody to hear */
}

/* G-3.1.2 */
static void an_ack_through_a_helper_saves_the_member_and_measures_nothing(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE), request;

    (void)state;
    request = until(b, FELT_SWIM_PROBE_REQUEST);
    assert_int_equal(ack(b, request.to, request.seq), FELT_VERDICT_TAKEN);
    until(b, FELT_SWIM_PROBE); /* the next period */
    assert_int_equal(state_of(b, probe.target), FELT_MEMBER_ALIVE);
    assert_int_equal(rtt_of(b, probe.target), 0);
    assert_int_equal(rtt_of(b, request.to), 0);
}

static void an_ack_of_somebody_who_was_not_asked_is_misdirected(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(9, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);

    (void)state;
    for (uint32_t i = 1; i < 9; i++)
        if (i != probe.to)
            assert_int_equal(ack(b, i, probe.seq), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(ack(b, probe.to, probe.seq), FELT_VERDICT_TAKEN);
}

/* G-3.1.4 */
static void a_nack_is_no_answer_and_must_come_from_a_helper(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE), request;

    (void)state;
    request = until(b, FELT_SWIM_PROBE_REQUEST);
    assert_int_equal(felt_swim_nack(b->swim, b->now, probe.target, probe.seq, false),
                     FELT_VERDICT_MISDIRECTED);
    assert_int_equal(felt_swim_nack(b->swim, b->now, request.to, probe.seq + 1, false),
                     FELT_VERDICT_MISDIRECTED);
    assert_int_equal(state_of(b, probe.target), FELT_MEMBER_ALIVE);
    assert_int_equal(felt_swim_nack(b->swim, b->now, request.to, probe.seq, false),
                     FELT_VERDICT_TAKEN);
    assert_int_equal(state_of(b, probe.target), FELT_MEMBER_SUSPECT);
}

/* G-3.1.4, G-3.3.3 */
static void when_all_helpers_have_said_no_it_has_failed_and_they_confirm(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(9, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);
    struct felt_liveness accounts[FELT_SUSPICION_ORIGINS];
    const struct felt_swim_send *sends;
    uint32_t n;

    (void)state;
    until(b, FELT_SWIM_PROBE_REQUEST);
    sends = felt_swim_sends(b->swim, &n);
    for (uint32_t k = 0; k < FELT_SWIM_INDIRECT; k++) {
        assert_int_equal(state_of(b, probe.target), FELT_MEMBER_ALIVE);
        /* Twice from one is not two. */
        felt_swim_nack(b->swim, b->now, sends[k].to, probe.seq, false);
        felt_swim_nack(b->swim, b->now, sends[k].to, probe.seq, false);
    }
    assert_int_equal(suspicion_of(b, probe.target)->confirmed, FELT_SUSPICION_CONFIRMED_MAX);
    assert_int_equal(felt_swim_accounts(b->swim, probe.target, accounts), FELT_SUSPICION_ORIGINS);
    assert_int_equal(accounts[0].origin, SELF_ORIGIN);
    for (uint32_t k = 0; k < FELT_SWIM_INDIRECT; k++)
        assert_int_equal(accounts[k + 1].origin, sends[k].to + 1);
    assert_int_equal(felt_swim_health(b->swim), 0);
    assert_int_equal(dies_after(b, probe.target, 0), SHORT);
}

/* G-3.1.4, G-3.5.1 */
static void helpers_that_say_nothing_are_evidence_about_us_and_may_still_confirm(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(9, 1);
    struct felt_swim_send probe, request;
    felt_usec asked_at;

    (void)state;
    run(b, 20 * FELT_SWIM_PERIOD, 9);
    probe = until(b, FELT_SWIM_PROBE);
    request = until(b, FELT_SWIM_PROBE_REQUEST);
    asked_at = b->now;
    next(b);
    assert_int_equal(b->now - asked_at, FELT_SWIM_HELP_TIME);
    assert_int_equal(suspicion_of(b, probe.target)->confirmed, 0);
    assert_int_equal(felt_swim_health(b->swim), 1);
    assert_int_equal(felt_swim_nack(b->swim, b->now, request.to, probe.seq, false),
                     FELT_VERDICT_TAKEN);
    assert_int_equal(suspicion_of(b, probe.target)->confirmed, 1);
}

/* G-3.1.4 */
static void a_failed_probe_is_a_suspicion_and_a_rumour(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);
    const struct felt_swim_change *changes;
    struct felt_liveness news;
    uint32_t n;

    (void)state;
    next(b); /* helpers */
    assert_int_equal(state_of(b, probe.target), FELT_MEMBER_ALIVE);
    next(b);
    assert_int_equal(state_of(b, probe.target), FELT_MEMBER_SUSPECT);
    changes = felt_swim_changes(b->swim, &n);
    assert_int_equal(n, 1);
    assert_int_equal(changes[0].member, probe.target);
    assert_int_equal(changes[0].state, FELT_MEMBER_SUSPECT);
    assert_int_equal(felt_rumours_peek(b->rumours, FELT_RUMOUR_LIVENESS, 0)->key, probe.target);
    news = felt_swim_liveness(b->swim, probe.target);
    assert_int_equal(news.state, FELT_LIVENESS_SUSPECT);
    assert_int_equal(news.origin, SELF_ORIGIN);
    assert_int_equal(news.incarnation, 1);
}

/* G-3.1.4 */
static void who_was_heard_of_anew_meanwhile_is_not_suspected(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);

    (void)state;
    until(b, FELT_SWIM_PROBE_REQUEST);
    tell(b, probe.target, FELT_LIVENESS_ALIVE, 2, 0);
    nack_all(b, false);
    assert_int_equal(state_of(b, probe.target), FELT_MEMBER_ALIVE);
    next(b);
    assert_int_equal(state_of(b, probe.target), FELT_MEMBER_ALIVE);
}

/* G-3.5.1 */
static void an_answered_probe_makes_us_better(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 3);
    struct felt_swim_send probe;

    (void)state;
    ail(b, 2);
    probe = until(b, FELT_SWIM_PROBE);
    ack(b, probe.to, probe.seq);
    assert_int_equal(felt_swim_health(b->swim), 1);
    ack(b, probe.to, probe.seq);
    assert_int_equal(felt_swim_health(b->swim), 1);
}

/* G-3.1.8 */
static void a_refused_probe_asks_helpers_at_once(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(9, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);

    (void)state;
    felt_swim_clear(b->swim);
    refuse(b, probe.to == 1 ? 2 : 1); /* somebody else's port */
    assert_int_equal(n_sends(b), 0);
    refuse(b, probe.to);
    assert_int_equal(count_sends(b, FELT_SWIM_PROBE_REQUEST), FELT_SWIM_INDIRECT);
    assert_int_equal(count_sends(b, FELT_SWIM_PROBE), 0);
    refuse(b, probe.to);
    assert_int_equal(n_sends(b), FELT_SWIM_INDIRECT);
    assert_int_equal(state_of(b, probe.to), FELT_MEMBER_ALIVE);
    /* They could be right where we are not. */
    ack(b, sent(b, FELT_SWIM_PROBE_REQUEST).to, probe.seq);
    run(b, FELT_SWIM_HELP_TIME / 2, 9);
    assert_int_equal(state_of(b, probe.to), FELT_MEMBER_ALIVE);
}

/* G-3.1.8 */
static void two_refusals_are_a_death(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(9, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE), request;

    (void)state;
    refuse(b, probe.to);
    request = sent(b, FELT_SWIM_PROBE_REQUEST);
    felt_swim_nack(b->swim, b->now, request.to, request.seq, true);
    assert_int_equal(state_of(b, probe.to), FELT_MEMBER_DEAD);
}

/* G-3.1.8 */
static void a_helpers_refusal_alone_is_a_confirmation_until_ours_comes(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(9, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);

    (void)state;
    until(b, FELT_SWIM_PROBE_REQUEST);
    nack_all(b, true);
    assert_int_equal(state_of(b, probe.to), FELT_MEMBER_SUSPECT);
    refuse(b, probe.to);
    assert_int_equal(state_of(b, probe.to), FELT_MEMBER_DEAD);
}

/* G-3.1.8 */
static void our_refusal_alone_is_no_death_while_others_could_confirm(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(9, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);

    (void)state;
    refuse(b, probe.to);
    nack_all(b, false);
    assert_int_equal(state_of(b, probe.to), FELT_MEMBER_SUSPECT);
}

/* G-3.1.9, G-3.5.1 */
static void a_probe_that_we_could_not_send_says_nothing_of_the_member(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(9, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);
    felt_usec sent_at = b->now;

    (void)state;
    cut_off(b, probe.to == 1 ? 2 : 1);
    assert_int_equal(felt_swim_health(b->swim), 0);
    cut_off(b, probe.to);
    cut_off(b, probe.to);
    assert_int_equal(felt_swim_health(b->swim), 1);
    next(b);
    assert_int_equal(b->now - sent_at, FELT_SWIM_PERIOD);
    assert_int_equal(n_in(b, FELT_MEMBER_ALIVE), 9);
    assert_int_equal(n_sends(b), 1); /* the next one's */
}

/* G-3.1.1 */
static void neither_the_dead_nor_who_left_are_probed_or_asked_for_help(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(6, 1);
    const struct felt_swim_send *sends;
    uint32_t n;

    (void)state;
    tell(b, 2, FELT_LIVENESS_LEFT, 1, 0);
    tell(b, 3, FELT_LIVENESS_LEFT, 1, 0);
    while (b->now < START + 50 * FELT_SWIM_PERIOD) {
        next(b);
        sends = felt_swim_sends(b->swim, &n);
        for (uint32_t i = 0; i < n; i++)
            assert_false(sends[i].to == 2 || sends[i].to == 3);
        answer(b, 5); /* number 5 is silent: help is asked for */
    }
    assert_int_equal(state_of(b, 5), FELT_MEMBER_DEAD);
}

static void published_swim_waits_for_the_end_of_the_period(void **state)
{
    struct felt_swim_tuning plain = {.alpha = 5, .plain = true};
    _cleanup_(bench_freep) struct bench *b = bench_tuned(9, 1, &plain);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);
    felt_usec sent_at = b->now;

    (void)state;
    until(b, FELT_SWIM_PROBE_REQUEST);
    assert_int_equal(b->now - sent_at, FELT_RTT_TIMEOUT_MAX);
    assert_int_equal(n_sends(b), FELT_SWIM_INDIRECT);
    nack_all(b, true);
    refuse(b, probe.to);
    cut_off(b, probe.to);
    assert_int_equal(state_of(b, probe.to), FELT_MEMBER_ALIVE);
    next(b);
    assert_int_equal(b->now - sent_at, FELT_SWIM_PERIOD);
    assert_int_equal(state_of(b, probe.to), FELT_MEMBER_SUSPECT);
    assert_int_equal(dies_after(b, probe.to, 0), 5 * FELT_SWIM_PERIOD);
    assert_int_equal(felt_swim_health(b->swim), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone_it_sends_nothing),
        cmocka_unit_test(the_first_probe_is_spread_over_one_period),
        cmocka_unit_test(one_member_is_probed_each_period_and_each_in_its_round),
        cmocka_unit_test(with_nothing_amiss_there_is_one_timer_a_period),
        cmocka_unit_test(when_we_are_not_well_period_and_patience_are_longer),
        cmocka_unit_test(a_direct_ack_measures_the_round_trip_and_asks_nobody_else),
        cmocka_unit_test(the_patience_with_who_was_never_measured_follows_from_the_others),
        cmocka_unit_test(the_same_ack_counts_for_its_probe_only),
        cmocka_unit_test(without_a_direct_answer_three_helpers_are_asked_and_the_member_once_more),
        cmocka_unit_test(the_last_helper_there_is_is_found_among_the_dead),
        cmocka_unit_test(the_second_probe_is_measured_by_itself_and_the_first_still_counts),
        cmocka_unit_test(with_two_members_there_is_no_helper_and_it_fails_after_the_second_probe),
        cmocka_unit_test(an_ack_through_a_helper_saves_the_member_and_measures_nothing),
        cmocka_unit_test(an_ack_of_somebody_who_was_not_asked_is_misdirected),
        cmocka_unit_test(a_nack_is_no_answer_and_must_come_from_a_helper),
        cmocka_unit_test(when_all_helpers_have_said_no_it_has_failed_and_they_confirm),
        cmocka_unit_test(helpers_that_say_nothing_are_evidence_about_us_and_may_still_confirm),
        cmocka_unit_test(a_failed_probe_is_a_suspicion_and_a_rumour),
        cmocka_unit_test(who_was_heard_of_anew_meanwhile_is_not_suspected),
        cmocka_unit_test(an_answered_probe_makes_us_better),
        cmocka_unit_test(a_refused_probe_asks_helpers_at_once),
        cmocka_unit_test(two_refusals_are_a_death),
        cmocka_unit_test(a_helpers_refusal_alone_is_a_confirmation_until_ours_comes),
        cmocka_unit_test(our_refusal_alone_is_no_death_while_others_could_confirm),
        cmocka_unit_test(a_probe_that_we_could_not_send_says_nothing_of_the_member),
        cmocka_unit_test(neither_the_dead_nor_who_left_are_probed_or_asked_for_help),
        cmocka_unit_test(published_swim_waits_for_the_end_of_the_period),
    };

    return RUN_TESTS(tests);
}
