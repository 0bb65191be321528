/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "tests/unit/gossip/swim_bench.h"

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

/* G-3.1.2 */
static void a_direct_ack_measures_the_round_trip_and_asks_nobody_else(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 3);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);
    felt_usec sent_at = b->now;

    (void)state;
    felt_swim_ack(b->swim, sent_at + 700, probe.to, probe.seq);
    assert_int_equal(felt_members_peek(b->members, probe.to)->contact->rtt.smoothed_us, 700);
    do {
        next(b);
        assert_int_equal(count_sends(b, FELT_SWIM_PROBE_REQUEST), 0);
    } while (b->now < sent_at + FELT_SWIM_PERIOD);
    felt_swim_ack(b->swim, b->now, sent(b, FELT_SWIM_PROBE).to, sent(b, FELT_SWIM_PROBE).seq);
    run(b, 10 * FELT_SWIM_PERIOD, 5);
    for (uint32_t i = 1; i < 5; i++)
        assert_int_equal(state_of(b, i), FELT_MEMBER_ALIVE);
}

static void the_same_ack_counts_for_its_probe_only(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 3);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);

    (void)state;
    assert_int_equal(felt_swim_ack(b->swim, b->now, probe.to, probe.seq + 1),
                     FELT_VERDICT_MISDIRECTED);
    assert_int_equal(felt_swim_ack(b->swim, b->now, probe.to, probe.seq), FELT_VERDICT_TAKEN);
    until(b, FELT_SWIM_PROBE);
    assert_int_equal(felt_swim_ack(b->swim, b->now, probe.to, probe.seq), FELT_VERDICT_MISDIRECTED);
}

/* G-3.1.2 */
static void without_a_direct_answer_up_to_three_different_helpers_are_asked(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 30; seed++) {
        _cleanup_(bench_freep) struct bench *b = bench_new(20, seed);
        struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);
        const struct felt_swim_send *sends;
        uint32_t n;

        next(b);
        sends = felt_swim_sends(b->swim, &n);
        assert_in_range(n, 1, FELT_SWIM_INDIRECT);
        for (uint32_t i = 0; i < n; i++) {
            assert_int_equal(sends[i].kind, FELT_SWIM_PROBE_REQUEST);
            assert_int_equal(sends[i].target, probe.target);
            assert_int_equal(sends[i].seq, probe.seq);
            assert_int_not_equal(sends[i].to, probe.target);
            assert_int_not_equal(sends[i].to, FELT_MEMBER_SELF);
            for (uint32_t j = 0; j < i; j++)
                assert_int_not_equal(sends[i].to, sends[j].to);
        }
    }
}

static void with_two_members_there_is_no_helper_to_ask(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(2, 1);

    (void)state;
    until(b, FELT_SWIM_PROBE);
    next(b);
    assert_int_equal(n_sends(b), 0);
}

/* G-3.1.2 */
static void an_ack_through_a_helper_saves_the_member_and_measures_nothing(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE), request;

    (void)state;
    request = until(b, FELT_SWIM_PROBE_REQUEST);
    assert_int_equal(felt_swim_ack(b->swim, b->now, request.to, request.seq), FELT_VERDICT_TAKEN);
    until(b, FELT_SWIM_PROBE); /* the next period */
    assert_int_equal(state_of(b, probe.target), FELT_MEMBER_ALIVE);
    assert_null(felt_members_peek(b->members, probe.target)->contact);
    assert_null(felt_members_peek(b->members, request.to)->contact);
}

/* G-3.1.2, G-3.1.4 */
static void a_nack_is_no_answer_and_must_come_from_a_helper(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE), request;

    (void)state;
    request = until(b, FELT_SWIM_PROBE_REQUEST);
    assert_int_equal(felt_swim_nack(b->swim, probe.target, probe.seq), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(felt_swim_nack(b->swim, request.to, probe.seq + 1), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(felt_swim_nack(b->swim, request.to, probe.seq), FELT_VERDICT_TAKEN);
    until(b, FELT_SWIM_PROBE);
    assert_int_equal(state_of(b, probe.target), FELT_MEMBER_SUSPECT);
}

/* G-3.1.4, G-3.3.3 */
static void an_unanswered_period_is_a_suspicion_and_a_rumour(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 1);
    struct felt_swim_send probe = until(b, FELT_SWIM_PROBE);
    const struct felt_swim_change *changes;
    struct felt_liveness news;
    uint32_t n;

    (void)state;
    next(b); /* helpers */
    assert_int_equal(state_of(b, probe.target), FELT_MEMBER_ALIVE);
    next(b); /* the next period */
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

/* G-3.2.7, G-3.3.2 */
static void a_suspect_that_stays_silent_dies_at_its_deadline(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(2, 1);
    felt_usec begun;

    (void)state;
    until(b, FELT_SWIM_PROBE);
    until(b, FELT_SWIM_PROBE);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_SUSPECT);
    begun = b->now;
    /* Of two members none can confirm: the shortest time, three periods. */
    run(b, 3 * FELT_SWIM_PERIOD - 1, 0);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_SUSPECT);
    run(b, 1, 0);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_DEAD);
    assert_int_equal(b->now, begun + 3 * FELT_SWIM_PERIOD);
    assert_int_equal(felt_swim_liveness(b->swim, 1).origin, 0);
}

/* How long a suspicion of member 1 lasts that was confirmed by these. */
static felt_usec lasts(const uint32_t *origins, uint32_t n)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(10, 1);
    felt_usec begun = b->now;

    assert_int_equal(tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 3), FELT_VERDICT_TAKEN);
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(tell(b, 1, FELT_LIVENESS_SUSPECT, 1, origins[i]), FELT_VERDICT_TAKEN);
    while (state_of(b, 1) != FELT_MEMBER_DEAD) {
        const struct felt_swim_send *sends;
        uint32_t k;

        next(b);
        sends = felt_swim_sends(b->swim, &k);
        while (k-- > 0) /* we can reach it ourselves, so we do not confirm */
            felt_swim_ack(b->swim, b->now, sends[k].to, sends[k].seq);
    }
    return b->now - begun;
}

/* G-3.2.2, G-3.3.2 */
static void confirmations_of_others_bring_the_end_nearer_each_counted_once(void **state)
{
    const uint32_t origins[] = {4, 5, 6}, same[] = {4, 4, 4, 3, 3};
    felt_usec none = lasts(NULL, 0), one = lasts(origins, 1), two = lasts(origins, 2);

    (void)state;
    assert_int_equal(none, 18 * FELT_SWIM_PERIOD);
    assert_true(one < none);
    assert_true(two < one);
    assert_int_equal(lasts(origins, 3), 3 * FELT_SWIM_PERIOD);
    assert_int_equal(lasts(same, 5), one);
}

/* G-3.2.2, G-3.3.2 */
static void our_own_unanswered_probe_confirms_what_another_began(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);
    felt_usec begun = b->now;

    (void)state;
    tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 3);
    run(b, 4 * FELT_SWIM_PERIOD, 0);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_DEAD);
    assert_int_equal(b->now, begun + 4 * FELT_SWIM_PERIOD);
}

/* G-3.3.3 */
static void the_latest_who_agreed_travels_as_the_origin(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(10, 1);

    (void)state;
    tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 3);
    assert_int_equal(felt_swim_liveness(b->swim, 1).origin, 3);
    tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 7);
    assert_int_equal(felt_swim_liveness(b->swim, 1).origin, 7);
}

/* G-3.2.1, G-3.2.6 */
static void a_higher_incarnation_refutes_a_suspicion_and_an_equal_one_does_not(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 1);

    (void)state;
    tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 3);
    assert_int_equal(tell(b, 1, FELT_LIVENESS_ALIVE, 1, 0), FELT_VERDICT_STALE);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_SUSPECT);
    assert_int_equal(tell(b, 1, FELT_LIVENESS_ALIVE, 2, 0), FELT_VERDICT_TAKEN);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_ALIVE);
    run(b, 40 * FELT_SWIM_PERIOD, 5); /* nothing is left of the suspicion */
    assert_int_equal(state_of(b, 1), FELT_MEMBER_ALIVE);
    assert_int_equal(tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 4), FELT_VERDICT_STALE);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_ALIVE);
}

/* G-3.2.3 */
static void a_suspicion_of_a_later_life_begins_anew(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(10, 1);

    (void)state;
    tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 3);
    tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 4);
    assert_int_equal(felt_members_peek(b->members, 1)->suspicion->confirmed, 1);
    tell(b, 1, FELT_LIVENESS_SUSPECT, 2, 4);
    assert_int_equal(felt_members_peek(b->members, 1)->suspicion->confirmed, 0);
    assert_int_equal(felt_members_peek(b->members, 1)->incarnation, 2);
}

/* G-3.2.2, G-3.2.4, G-3.2.6 */
static void a_dead_member_stays_dead_at_its_incarnation(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 1);

    (void)state;
    assert_int_equal(tell(b, 1, FELT_LIVENESS_DEAD, 1, 0), FELT_VERDICT_TAKEN);
    assert_int_equal(tell(b, 1, FELT_LIVENESS_ALIVE, 1, 0), FELT_VERDICT_STALE);
    assert_int_equal(tell(b, 1, FELT_LIVENESS_SUSPECT, 1, 3), FELT_VERDICT_STALE);
    assert_int_equal(tell(b, 1, FELT_LIVENESS_DEAD, 1, 0), FELT_VERDICT_STALE);
    assert_int_equal(tell(b, 1, FELT_LIVENESS_DEAD, 0, 0), FELT_VERDICT_STALE);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_DEAD);
}

/* G-3.2.3, G-3.2.5 */
static void a_suspicion_or_a_death_of_a_later_life_counts_for_the_dead_and_the_living(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 1);

    (void)state;
    assert_int_equal(tell(b, 1, FELT_LIVENESS_DEAD, 2, 0), FELT_VERDICT_TAKEN);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_DEAD);
    assert_int_equal(tell(b, 1, FELT_LIVENESS_DEAD, 3, 0), FELT_VERDICT_TAKEN);
    assert_true(felt_members_peek(b->members, 1)->incarnation == 3);
    assert_int_equal(tell(b, 1, FELT_LIVENESS_SUSPECT, 4, 3), FELT_VERDICT_TAKEN);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_SUSPECT);
    assert_int_equal(tell(b, 1, FELT_LIVENESS_DEAD, 4, 0), FELT_VERDICT_TAKEN);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_DEAD);
}

/* G-3.2.1 */
static void a_higher_incarnation_brings_the_dead_back(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 1);
    const struct felt_swim_change *changes;
    uint32_t n;

    (void)state;
    tell(b, 1, FELT_LIVENESS_DEAD, 1, 0);
    felt_swim_clear(b->swim);
    assert_int_equal(tell(b, 1, FELT_LIVENESS_ALIVE, 2, 0), FELT_VERDICT_TAKEN);
    changes = felt_swim_changes(b->swim, &n);
    assert_int_equal(n, 1);
    assert_int_equal(changes[0].state, FELT_MEMBER_ALIVE);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_ALIVE);
}

/* G-3.4.1 */
static void it_refutes_what_is_said_of_itself_with_one_more(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);
    const struct felt_member *self = felt_members_peek(b->members, FELT_MEMBER_SELF);

    (void)state;
    assert_int_equal(tell(b, 0, FELT_LIVENESS_SUSPECT, 1, 2), FELT_VERDICT_TAKEN);
    assert_int_equal(self->state, FELT_MEMBER_ALIVE);
    assert_int_equal(self->incarnation, 2);
    assert_int_equal(felt_rumours_peek(b->rumours, FELT_RUMOUR_LIVENESS, 0)->key, 0);
    assert_int_equal(tell(b, 0, FELT_LIVENESS_SUSPECT, 1, 2), FELT_VERDICT_STALE);
    assert_int_equal(tell(b, 0, FELT_LIVENESS_ALIVE, 2, 0), FELT_VERDICT_STALE);
    assert_int_equal(self->incarnation, 2);
    assert_int_equal(tell(b, 0, FELT_LIVENESS_DEAD, 2, 0), FELT_VERDICT_TAKEN);
    assert_int_equal(self->incarnation, 3);
    /* Of a later life that we know nothing of: we are the later one. */
    assert_int_equal(tell(b, 0, FELT_LIVENESS_ALIVE, 9, 0), FELT_VERDICT_TAKEN);
    assert_int_equal(self->incarnation, 10);
}

/* G-3.4.2 */
static void who_has_not_heard_its_last_word_is_told_again(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);
    const struct felt_rumour *rumour;

    (void)state;
    tell(b, 0, FELT_LIVENESS_SUSPECT, 1, 2);
    felt_rumours_sent(b->rumours, FELT_RUMOUR_LIVENESS, 1, 1);
    assert_true(felt_rumours_empty(b->rumours));
    assert_int_equal(tell(b, 0, FELT_LIVENESS_ALIVE, 1, 0), FELT_VERDICT_STALE);
    assert_true(felt_rumours_empty(b->rumours));
    assert_int_equal(tell(b, 0, FELT_LIVENESS_DEAD, 1, 0), FELT_VERDICT_STALE);
    rumour = felt_rumours_peek(b->rumours, FELT_RUMOUR_LIVENESS, 0);
    assert_non_null(rumour);
    assert_int_equal(rumour->key, FELT_MEMBER_SELF);
    assert_int_equal(felt_members_peek(b->members, FELT_MEMBER_SELF)->incarnation, 2);
}

/* G-3.4.1 */
static void the_last_incarnation_there_is_does_not_overflow(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);
    const struct felt_member *self = felt_members_peek(b->members, FELT_MEMBER_SELF);

    (void)state;
    tell(b, 0, FELT_LIVENESS_DEAD, UINT64_MAX, 0);
    assert_true(self->incarnation >= 1);
    assert_int_equal(self->state, FELT_MEMBER_ALIVE);
    tell(b, 0, FELT_LIVENESS_DEAD, UINT64_MAX - 1, 0);
    assert_true(self->incarnation == UINT64_MAX);
}

static void a_rumour_of_somebody_unknown_is_a_strangers(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);

    (void)state;
    assert_int_equal(tell(b, 70, FELT_LIVENESS_DEAD, 1, 0), FELT_VERDICT_STRANGER);
    assert_int_equal(felt_members_count(b->members), 3);
    assert_true(felt_rumours_empty(b->rumours));
}

/* G-3.1.2 */
static void it_helps_with_a_probe_of_its_own_and_passes_the_ack_on(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(4, 1);
    struct felt_swim_send probe, ack;

    (void)state;
    assert_int_equal(felt_swim_help(b->swim, b->now, 1, 2, 555), FELT_VERDICT_TAKEN);
    probe = sent(b, FELT_SWIM_PROBE);
    assert_int_equal(probe.to, 2);
    felt_swim_clear(b->swim);
    assert_int_equal(felt_swim_ack(b->swim, b->now, 3, probe.seq), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(felt_swim_ack(b->swim, b->now, 2, probe.seq), FELT_VERDICT_TAKEN);
    ack = sent(b, FELT_SWIM_ACK);
    assert_int_equal(ack.to, 1);
    assert_int_equal(ack.target, 2);
    assert_int_equal(ack.seq, 555);
    /* And is done with it: no nack later, no second ack. */
    assert_int_equal(felt_swim_ack(b->swim, b->now, 2, probe.seq), FELT_VERDICT_MISDIRECTED);
}

/* G-3.1.2 */
static void help_without_an_answer_ends_in_one_nack(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(4, 1);
    unsigned nacks = 0;

    (void)state;
    felt_swim_help(b->swim, b->now, 1, 2, 555);
    while (b->now < START + 5 * FELT_SWIM_PERIOD) {
        next(b);
        if (count_sends(b, FELT_SWIM_NACK) > 0) {
            assert_int_equal(sent(b, FELT_SWIM_NACK).to, 1);
            assert_int_equal(sent(b, FELT_SWIM_NACK).seq, 555);
            assert_int_equal(b->now, START + FELT_RTT_TIMEOUT_MAX);
            nacks++;
        }
    }
    assert_int_equal(nacks, 1);
}

static void it_does_not_probe_itself_or_the_asker_for_others(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(4, 1);

    (void)state;
    assert_int_equal(felt_swim_help(b->swim, b->now, 1, FELT_MEMBER_SELF, 5),
                     FELT_VERDICT_MISDIRECTED);
    assert_int_equal(felt_swim_help(b->swim, b->now, 1, 1, 5), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(n_sends(b), 0);
}

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
    assert_true(taken >= 16);
    assert_int_equal(felt_swim_help(b->swim, b->now, 3, 2, 1), FELT_VERDICT_BUSY);
    run(b, FELT_SWIM_PERIOD, 0);
    assert_int_equal(felt_swim_help(b->swim, b->now, 3, 2, 1), FELT_VERDICT_TAKEN);
}

/* G-3.1.1, G-3.1.5 */
static void the_dead_are_not_probed_in_turn_but_knocked_at_for_ever(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(4, 1);
    unsigned knocks = 0;

    (void)state;
    tell(b, 2, FELT_LIVENESS_DEAD, 1, 0);
    while (b->now < START + 20 * FELT_SWIM_KNOCK) {
        const struct felt_swim_send *sends;
        uint32_t n;

        next(b);
        sends = felt_swim_sends(b->swim, &n);
        for (uint32_t i = 0; i < n; i++) {
            if (sends[i].kind == FELT_SWIM_PROBE && sends[i].to == 2)
                knocks++;
            else
                felt_swim_ack(b->swim, b->now, sends[i].to, sends[i].seq);
        }
    }
    assert_in_range(knocks, 15, 27); /* one each 7.5 to 12.5 seconds */
    assert_int_equal(state_of(b, 2), FELT_MEMBER_DEAD);
}

/* G-3.1.5, G-3.2.1 */
static void a_knock_that_is_answered_is_taken_but_only_news_revives(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(2, 1);
    struct felt_swim_send knock;

    (void)state;
    tell(b, 1, FELT_LIVENESS_DEAD, 1, 0);
    knock = until(b, FELT_SWIM_PROBE);
    assert_int_equal(knock.to, 1);
    assert_int_equal(felt_swim_ack(b->swim, b->now, 1, knock.seq), FELT_VERDICT_TAKEN);
    assert_int_equal(felt_swim_ack(b->swim, b->now, 1, knock.seq), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_DEAD);
    assert_int_equal(tell(b, 1, FELT_LIVENESS_ALIVE, 2, 0), FELT_VERDICT_TAKEN);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_ALIVE);
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
    assert_int_equal(felt_members_count_state(b->members, FELT_MEMBER_DEAD), MEMBERS_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone_it_sends_nothing),
        cmocka_unit_test(the_first_probe_is_spread_over_one_period),
        cmocka_unit_test(one_member_is_probed_each_period_and_each_in_its_round),
        cmocka_unit_test(a_direct_ack_measures_the_round_trip_and_asks_nobody_else),
        cmocka_unit_test(the_same_ack_counts_for_its_probe_only),
        cmocka_unit_test(without_a_direct_answer_up_to_three_different_helpers_are_asked),
        cmocka_unit_test(with_two_members_there_is_no_helper_to_ask),
        cmocka_unit_test(an_ack_through_a_helper_saves_the_member_and_measures_nothing),
        cmocka_unit_test(a_nack_is_no_answer_and_must_come_from_a_helper),
        cmocka_unit_test(an_unanswered_period_is_a_suspicion_and_a_rumour),
        cmocka_unit_test(a_suspect_that_stays_silent_dies_at_its_deadline),
        cmocka_unit_test(confirmations_of_others_bring_the_end_nearer_each_counted_once),
        cmocka_unit_test(our_own_unanswered_probe_confirms_what_another_began),
        cmocka_unit_test(the_latest_who_agreed_travels_as_the_origin),
        cmocka_unit_test(a_higher_incarnation_refutes_a_suspicion_and_an_equal_one_does_not),
        cmocka_unit_test(a_suspicion_of_a_later_life_begins_anew),
        cmocka_unit_test(a_dead_member_stays_dead_at_its_incarnation),
        cmocka_unit_test(a_suspicion_or_a_death_of_a_later_life_counts_for_the_dead_and_the_living),
        cmocka_unit_test(a_higher_incarnation_brings_the_dead_back),
        cmocka_unit_test(it_refutes_what_is_said_of_itself_with_one_more),
        cmocka_unit_test(who_has_not_heard_its_last_word_is_told_again),
        cmocka_unit_test(the_last_incarnation_there_is_does_not_overflow),
        cmocka_unit_test(a_rumour_of_somebody_unknown_is_a_strangers),
        cmocka_unit_test(it_helps_with_a_probe_of_its_own_and_passes_the_ack_on),
        cmocka_unit_test(help_without_an_answer_ends_in_one_nack),
        cmocka_unit_test(it_does_not_probe_itself_or_the_asker_for_others),
        cmocka_unit_test(too_many_who_want_help_at_once_are_refused_until_some_are_done),
        cmocka_unit_test(the_dead_are_not_probed_in_turn_but_knocked_at_for_ever),
        cmocka_unit_test(a_knock_that_is_answered_is_taken_but_only_news_revives),
        cmocka_unit_test(many_deaths_at_once_are_reported_over_several_wakes_and_none_is_lost),
    };

    return RUN_TESTS(tests);
}
