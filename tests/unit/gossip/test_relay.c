/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "tests/unit/gossip/swim_bench.h"

/* G-3.1.7 */
static void it_helps_with_a_probe_of_its_own_and_passes_the_ack_on(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(4, 1);
    struct felt_swim_send probe, answer;

    (void)state;
    assert_int_equal(felt_swim_help(b->swim, b->now, 1, 2, 555), FELT_VERDICT_TAKEN);
    probe = sent(b, FELT_SWIM_PROBE);
    assert_int_equal(probe.to, 2);
    felt_swim_clear(b->swim);
    assert_int_equal(ack(b, 3, probe.seq), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(ack(b, 2, probe.seq), FELT_VERDICT_TAKEN);
    answer = sent(b, FELT_SWIM_ACK);
    assert_int_equal(answer.to, 1);
    assert_int_equal(answer.target, 2);
    assert_int_equal(answer.seq, 555);
    /* And is done with it: no nack later, no second ack. */
    assert_int_equal(ack(b, 2, probe.seq), FELT_VERDICT_MISDIRECTED);
}

/* G-3.1.7 */
static void help_without_an_answer_ends_in_one_nack(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(4, 1);
    unsigned nacks = 0;

    (void)state;
    felt_swim_help(b->swim, b->now, 1, 2, 555);
    while (b->now < START + 5 * FELT_SWIM_PERIOD) {
        next(b);
        assert_int_equal(count_sends(b, FELT_SWIM_NACK_REFUSED), 0);
        if (count_sends(b, FELT_SWIM_NACK) > 0) {
            assert_int_equal(sent(b, FELT_SWIM_NACK).to, 1);
            assert_int_equal(sent(b, FELT_SWIM_NACK).seq, 555);
            /* It was never measured, but who asked does not wait that long. */
            assert_int_equal(b->now, START + FELT_RELAY_PATIENCE);
            nacks++;
        }
    }
    assert_int_equal(nacks, 1);
}

/* G-3.1.7 */
static void the_nack_comes_after_our_own_patience_with_the_target(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(4, 1);
    felt_usec asked_at;

    (void)state;
    run(b, 20 * FELT_SWIM_PERIOD, 4);
    asked_at = b->now;
    felt_swim_help(b->swim, b->now, 1, 2, 555);
    until(b, FELT_SWIM_NACK);
    assert_int_equal(b->now - asked_at, FELT_RTT_TIMEOUT_MIN);
}

/* G-3.1.7, G-3.1.8 */
static void a_refusal_is_passed_on_at_once(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(4, 1);
    struct felt_swim_send nack;

    (void)state;
    felt_swim_help(b->swim, b->now, 1, 2, 555);
    felt_swim_clear(b->swim);
    refuse(b, 3);
    assert_int_equal(n_sends(b), 0);
    refuse(b, 2);
    nack = sent(b, FELT_SWIM_NACK_REFUSED);
    assert_int_equal(nack.to, 1);
    assert_int_equal(nack.seq, 555);
    felt_swim_clear(b->swim);
    refuse(b, 2);
    assert_int_equal(n_sends(b), 0);
}

/* G-3.1.9 */
static void what_we_could_not_send_for_another_is_not_answered(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(4, 1);

    (void)state;
    felt_swim_help(b->swim, b->now, 1, 2, 555);
    cut_off(b, 2);
    while (b->now < START + 5 * FELT_SWIM_PERIOD) {
        next(b);
        assert_int_equal(count_sends(b, FELT_SWIM_NACK), 0);
    }
}

/* G-3.5.2 */
static void after_a_stall_the_target_has_its_time_again(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(4, 1);

    (void)state;
    felt_swim_help(b->swim, b->now, 1, 2, 555);
    b->now += 3 * FELT_SWIM_PERIOD;
    felt_swim_stalled(b->swim, b->now, 3 * FELT_SWIM_PERIOD);
    until(b, FELT_SWIM_NACK);
    assert_int_equal(b->now, START + 3 * FELT_SWIM_PERIOD + FELT_RELAY_PATIENCE);
}

/* G-3.1.7 */
static void it_does_not_probe_itself_the_asker_or_who_left_for_others(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(4, 1);

    (void)state;
    assert_int_equal(felt_swim_help(b->swim, b->now, 1, FELT_MEMBER_SELF, 5),
                     FELT_VERDICT_MISDIRECTED);
    assert_int_equal(felt_swim_help(b->swim, b->now, 1, 1, 5), FELT_VERDICT_MISDIRECTED);
    tell(b, 2, FELT_LIVENESS_LEFT, 1, 0);
    assert_int_equal(felt_swim_help(b->swim, b->now, 1, 2, 5), FELT_VERDICT_STALE);
    assert_int_equal(n_sends(b), 0);
}

/* G-3.1.7 */
static void too_many_who_want_help_at_once_are_refused_until_some_are_done(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(4, 1);
    uint32_t taken = 0;

    (void)state;
    while (felt_swim_help(b->swim, b->now, 1, 2, taken) == FELT_VERDICT_TAKEN) {
        taken++;
        assert_true(taken < 1000);
        felt_swim_clear(b->swim);
    }
    assert_int_equal(taken, FELT_RELAYS_MAX);
    assert_int_equal(felt_swim_help(b->swim, b->now, 3, 2, 1), FELT_VERDICT_BUSY);
    run(b, FELT_SWIM_PERIOD, 0);
    assert_int_equal(felt_swim_help(b->swim, b->now, 3, 2, 1), FELT_VERDICT_TAKEN);
}

static void nacks_that_find_no_room_are_sent_with_the_next_wake(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(MEMBERS_MAX, 1);
    uint32_t nacks = 0;

    (void)state;
    for (uint32_t k = 0; k < FELT_RELAYS_MAX; k++)
        felt_swim_help(b->swim, b->now, 1, 2, k);
    felt_swim_clear(b->swim);
    /* What else is to be sent fills half of the room. */
    for (uint32_t k = 0; k < FELT_RELAYS_MAX; k++)
        tell(b, 3 + k, FELT_LIVENESS_SUSPECT, 1, 70);
    b->now += FELT_SWIM_PERIOD;
    for (int k = 0; k < 20; k++) {
        felt_swim_wake(b->swim, b->now);
        nacks += count_sends(b, FELT_SWIM_NACK);
        felt_swim_clear(b->swim);
    }
    assert_int_equal(nacks, FELT_RELAYS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_helps_with_a_probe_of_its_own_and_passes_the_ack_on),
        cmocka_unit_test(help_without_an_answer_ends_in_one_nack),
        cmocka_unit_test(the_nack_comes_after_our_own_patience_with_the_target),
        cmocka_unit_test(a_refusal_is_passed_on_at_once),
        cmocka_unit_test(what_we_could_not_send_for_another_is_not_answered),
        cmocka_unit_test(after_a_stall_the_target_has_its_time_again),
        cmocka_unit_test(it_does_not_probe_itself_the_asker_or_who_left_for_others),
        cmocka_unit_test(too_many_who_want_help_at_once_are_refused_until_some_are_done),
        cmocka_unit_test(nacks_that_find_no_room_are_sent_with_the_next_wake),
    };

    return RUN_TESTS(tests);
}
