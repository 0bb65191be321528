/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "tests/unit/gossip/swim_bench.h"

#define ALIVE   FELT_LIVENESS_ALIVE
#define SUSPECT FELT_LIVENESS_SUSPECT
#define DEAD    FELT_LIVENESS_DEAD
#define LEFT    FELT_LIVENESS_LEFT

/* How member 1 may stand before it is told. All at incarnation 5. */
enum before { WELL, SUSPECTED, TOLD_DEAD, GONE, DEPARTED };

static struct bench *bench_with(enum before before)
{
    struct bench *b = bench_new(10, 1);

    tell(b, 1, ALIVE, 5, 0);
    if (before == SUSPECTED || before == GONE)
        tell(b, 1, SUSPECT, 5, 70);
    if (before == TOLD_DEAD || before == GONE)
        tell(b, 1, DEAD, 5, 0);
    if (before == DEPARTED)
        tell(b, 1, LEFT, 5, 0);
    felt_swim_clear(b->swim);
    felt_rumours_sent(b->rumours, FELT_RUMOUR_REFUTATION,
                      felt_rumours_peek(b->rumours, FELT_RUMOUR_REFUTATION, 0) != NULL, 1);
    felt_rumours_sent(b->rumours, FELT_RUMOUR_LIVENESS,
                      felt_rumours_peek(b->rumours, FELT_RUMOUR_LIVENESS, 0) != NULL, 1);
    assert_true(felt_rumours_empty(b->rumours));
    return b;
}

/* What comes of it: the state, at that incarnation. Where nothing does, nothing is told on. */
static void expect(enum before before, enum felt_liveness_state what, uint64_t incarnation,
                   enum felt_member_state after, uint64_t incarnation_after)
{
    _cleanup_(bench_freep) struct bench *b = bench_with(before);
    enum felt_member_state was = state_of(b, 1);
    enum felt_verdict verdict = tell(b, 1, what, incarnation, what == SUSPECT ? 71 : 0);
    const struct felt_swim_change *changes;
    uint32_t n;

    assert_int_equal(state_of(b, 1), after);
    assert_true(felt_members_peek(b->members, 1)->incarnation == incarnation_after);
    if (verdict != FELT_VERDICT_TAKEN) {
        assert_int_equal(verdict, FELT_VERDICT_STALE);
        assert_true(felt_rumours_empty(b->rumours));
        assert_int_equal(was, after);
    }
    changes = felt_swim_changes(b->swim, &n);
    assert_int_equal(n, was != after);
    if (n > 0)
        assert_int_equal(changes[0].state, after);
}

static void expect_nothing(enum before before, enum felt_liveness_state what, uint64_t incarnation)
{
    static const enum felt_member_state states[] = {[WELL] = FELT_MEMBER_ALIVE,
                                                    [SUSPECTED] = FELT_MEMBER_SUSPECT,
                                                    [TOLD_DEAD] = FELT_MEMBER_SUSPECT,
                                                    [GONE] = FELT_MEMBER_DEAD,
                                                    [DEPARTED] = FELT_MEMBER_LEFT};
    _cleanup_(bench_freep) struct bench *b = bench_with(before);

    expect(before, what, incarnation, states[before], 5);
    assert_int_equal(tell(b, 1, what, incarnation, what == SUSPECT ? 71 : 0), FELT_VERDICT_STALE);
}

/* G-3.2.1 */
static void a_larger_incarnation_brings_anybody_to_life(void **state)
{
    (void)state;
    for (enum before before = WELL; before <= DEPARTED; before++)
        expect(before, ALIVE, 6, FELT_MEMBER_ALIVE, 6);
}

/* G-3.2.2 */
static void a_suspicion_at_our_incarnation_begins_one_confirms_one_or_comes_too_late(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_with(SUSPECTED);

    (void)state;
    expect(WELL, SUSPECT, 5, FELT_MEMBER_SUSPECT, 5);
    expect(SUSPECTED, SUSPECT, 5, FELT_MEMBER_SUSPECT, 5);
    expect_nothing(GONE, SUSPECT, 5);
    expect_nothing(DEPARTED, SUSPECT, 5);
    tell(b, 1, SUSPECT, 5, 71);
    assert_int_equal(suspicion_of(b, 1)->confirmed, 1);
    assert_int_equal(felt_rumours_peek(b->rumours, FELT_RUMOUR_LIVENESS, 0)->key, 1);
}

/* G-3.2.3 */
static void a_suspicion_of_a_later_life_begins_anew(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_with(SUSPECTED);

    (void)state;
    for (enum before before = WELL; before <= DEPARTED; before++)
        expect(before, SUSPECT, 6, FELT_MEMBER_SUSPECT, 6);
    tell(b, 1, SUSPECT, 5, 71);
    b->now += 1000;
    tell(b, 1, SUSPECT, 6, 71);
    assert_int_equal(suspicion_of(b, 1)->confirmed, 0);
    assert_int_equal(suspicion_of(b, 1)->n_origins, 1);
    assert_int_equal(suspicion_of(b, 1)->start_us, b->now);
}

/* G-3.2.4 */
static void a_death_is_believed_of_a_suspect_and_the_living_have_time_to_deny_it(void **state)
{
    (void)state;
    expect(WELL, DEAD, 5, FELT_MEMBER_SUSPECT, 5);
    expect(SUSPECTED, DEAD, 5, FELT_MEMBER_DEAD, 5);
    expect_nothing(TOLD_DEAD, DEAD, 5);
    expect_nothing(GONE, DEAD, 5);
    expect_nothing(DEPARTED, DEAD, 5);
}

/* G-3.2.5 */
static void a_death_of_a_later_life_is_one_of_that_life(void **state)
{
    (void)state;
    expect(WELL, DEAD, 6, FELT_MEMBER_SUSPECT, 6);
    expect(SUSPECTED, DEAD, 6, FELT_MEMBER_DEAD, 6);
    expect(TOLD_DEAD, DEAD, 6, FELT_MEMBER_DEAD, 6);
    expect(GONE, DEAD, 6, FELT_MEMBER_DEAD, 6);
    expect(DEPARTED, DEAD, 6, FELT_MEMBER_DEAD, 6);
}

/* G-3.2.6 */
static void news_of_an_earlier_life_is_none_and_that_it_lives_we_know(void **state)
{
    (void)state;
    for (enum before before = WELL; before <= DEPARTED; before++) {
        expect_nothing(before, ALIVE, 5);
        for (enum felt_liveness_state what = ALIVE; what <= LEFT; what++)
            expect_nothing(before, what, 4);
    }
}

/* G-3.2.8 */
static void a_departure_counts_for_all_who_are_not_gone_yet(void **state)
{
    (void)state;
    for (enum before before = WELL; before <= GONE; before++)
        expect(before, LEFT, 5, FELT_MEMBER_LEFT, 5);
    expect_nothing(DEPARTED, LEFT, 5);
}

/* G-3.2.9 */
static void a_departure_of_a_later_life_counts_for_all(void **state)
{
    (void)state;
    for (enum before before = WELL; before <= DEPARTED; before++)
        expect(before, LEFT, 6, FELT_MEMBER_LEFT, 6);
}

/* G-3.2.10, G-4.4.2 */
static void a_change_is_a_rumour_of_the_kind_that_it_is(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(10, 1);

    (void)state;
    tell(b, 1, SUSPECT, 1, 70);
    assert_int_equal(felt_rumours_peek(b->rumours, FELT_RUMOUR_LIVENESS, 0)->key, 1);
    assert_null(felt_rumours_peek(b->rumours, FELT_RUMOUR_REFUTATION, 0));
    tell(b, 1, ALIVE, 2, 0);
    assert_null(felt_rumours_peek(b->rumours, FELT_RUMOUR_LIVENESS, 0));
    assert_int_equal(felt_rumours_peek(b->rumours, FELT_RUMOUR_REFUTATION, 0)->key, 1);
    tell(b, 1, LEFT, 2, 0);
    assert_int_equal(felt_rumours_peek(b->rumours, FELT_RUMOUR_LIVENESS, 0)->key, 1);
    assert_null(felt_rumours_peek(b->rumours, FELT_RUMOUR_REFUTATION, 0));
    assert_int_equal(felt_swim_liveness(b->swim, 1).state, LEFT);
}

/* G-3.2.10 */
static void of_whom_nothing_is_known_a_death_is_believed(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 1);
    uint32_t i;

    (void)state;
    assert_int_equal(crowd_add(b->members, 6, 0, &i), FELT_VERDICT_TAKEN);
    felt_swim_added(b->swim, i);
    assert_int_equal(tell(b, i, DEAD, 7, 0), FELT_VERDICT_TAKEN);
    assert_int_equal(state_of(b, i), FELT_MEMBER_DEAD);
    assert_true(felt_members_peek(b->members, i)->incarnation == 7);
}

static void a_rumour_of_somebody_unknown_is_a_strangers(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);

    (void)state;
    assert_int_equal(tell(b, 70, DEAD, 1, 0), FELT_VERDICT_STRANGER);
    assert_int_equal(felt_members_count(b->members), 3);
    assert_true(felt_rumours_empty(b->rumours));
}

static void published_swim_believes_a_death_at_once(void **state)
{
    struct felt_swim_tuning plain = {.plain = true};
    _cleanup_(bench_freep) struct bench *b = bench_tuned(10, 1, &plain);

    (void)state;
    tell(b, 1, DEAD, 1, 0);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_DEAD);
    tell(b, 2, SUSPECT, 1, 70);
    tell(b, 2, SUSPECT, 1, 71);
    assert_int_equal(suspicion_of(b, 2)->confirmed, 0);
}

/* G-3.4.1, G-3.5.1 */
static void it_refutes_what_is_said_of_itself_with_one_more(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);
    const struct felt_member *self = felt_members_peek(b->members, FELT_MEMBER_SELF);

    (void)state;
    assert_int_equal(tell(b, 0, SUSPECT, 1, 2), FELT_VERDICT_TAKEN);
    assert_int_equal(self->state, FELT_MEMBER_ALIVE);
    assert_int_equal(self->incarnation, 2);
    assert_int_equal(felt_swim_health(b->swim), 1);
    assert_int_equal(felt_rumours_peek(b->rumours, FELT_RUMOUR_REFUTATION, 0)->key, 0);
    assert_int_equal(felt_rumours_peek(b->rumours, FELT_RUMOUR_DESCRIPTOR, 0)->key, 0);
    assert_int_equal(tell(b, 0, SUSPECT, 1, 2), FELT_VERDICT_STALE);
    assert_int_equal(tell(b, 0, ALIVE, 2, 0), FELT_VERDICT_STALE);
    assert_int_equal(self->incarnation, 2);
    assert_int_equal(tell(b, 0, DEAD, 2, 0), FELT_VERDICT_TAKEN);
    assert_int_equal(self->incarnation, 3);
    assert_int_equal(felt_swim_health(b->swim), 2);
    assert_int_equal(tell(b, 0, LEFT, 3, 0), FELT_VERDICT_TAKEN);
    assert_int_equal(self->incarnation, 4);
    assert_int_equal(self->state, FELT_MEMBER_ALIVE);
    /* Of a later life that we know nothing of: we are the later one. It is no sign of ill health.
     */
    assert_int_equal(felt_swim_health(b->swim), 3);
    assert_int_equal(tell(b, 0, ALIVE, 9, 0), FELT_VERDICT_TAKEN);
    assert_int_equal(self->incarnation, 10);
    assert_int_equal(felt_swim_health(b->swim), 3);
}

/* G-3.4.2 */
static void who_has_not_heard_its_last_word_is_told_again(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);
    const struct felt_rumour *rumour;

    (void)state;
    tell(b, 0, SUSPECT, 1, 2);
    felt_rumours_sent(b->rumours, FELT_RUMOUR_REFUTATION, 1, 1);
    felt_rumours_sent(b->rumours, FELT_RUMOUR_DESCRIPTOR, 1, 1);
    assert_true(felt_rumours_empty(b->rumours));
    assert_int_equal(tell(b, 0, ALIVE, 1, 0), FELT_VERDICT_STALE);
    assert_true(felt_rumours_empty(b->rumours));
    assert_int_equal(tell(b, 0, DEAD, 1, 0), FELT_VERDICT_STALE);
    rumour = felt_rumours_peek(b->rumours, FELT_RUMOUR_REFUTATION, 0);
    assert_non_null(rumour);
    assert_int_equal(rumour->key, FELT_MEMBER_SELF);
    assert_int_equal(felt_members_peek(b->members, FELT_MEMBER_SELF)->incarnation, 2);
    assert_int_equal(felt_rumours_peek(b->rumours, FELT_RUMOUR_DESCRIPTOR, 0)->key, 0);
}

/* G-3.4.2 */
static void who_has_said_farewell_refutes_nothing(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);
    static const uint8_t signature[FELT_SIGNATURE_LEN] = {1};
    struct felt_descriptor farewell = {.version = 2, .name = "somebody", .left = true};

    (void)state;
    assert_int_equal(felt_members_describe(b->members, FELT_MEMBER_SELF, &farewell,
                                           felt_bytes("bye", 3), signature),
                     FELT_VERDICT_TAKEN);
    assert_int_equal(tell(b, 0, SUSPECT, 1, 2), FELT_VERDICT_STALE);
    assert_int_equal(tell(b, 0, LEFT, 1, 0), FELT_VERDICT_STALE);
    assert_int_equal(tell(b, 0, DEAD, 0, 0), FELT_VERDICT_STALE);
    assert_int_equal(felt_members_peek(b->members, FELT_MEMBER_SELF)->incarnation, 1);
    assert_true(felt_rumours_empty(b->rumours));
}

/* G-3.4.1 */
static void the_last_incarnation_there_is_does_not_overflow(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(3, 1);
    const struct felt_member *self = felt_members_peek(b->members, FELT_MEMBER_SELF);

    (void)state;
    tell(b, 0, DEAD, UINT64_MAX, 0);
    assert_true(self->incarnation >= 1);
    assert_int_equal(self->state, FELT_MEMBER_ALIVE);
    tell(b, 0, DEAD, UINT64_MAX - 1, 0);
    assert_true(self->incarnation == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_larger_incarnation_brings_anybody_to_life),
        cmocka_unit_test(a_suspicion_at_our_incarnation_begins_one_confirms_one_or_comes_too_late),
        cmocka_unit_test(a_suspicion_of_a_later_life_begins_anew),
        cmocka_unit_test(a_death_is_believed_of_a_suspect_and_the_living_have_time_to_deny_it),
        cmocka_unit_test(a_death_of_a_later_life_is_one_of_that_life),
        cmocka_unit_test(news_of_an_earlier_life_is_none_and_that_it_lives_we_know),
        cmocka_unit_test(a_departure_counts_for_all_who_are_not_gone_yet),
        cmocka_unit_test(a_departure_of_a_later_life_counts_for_all),
        cmocka_unit_test(a_change_is_a_rumour_of_the_kind_that_it_is),
        cmocka_unit_test(of_whom_nothing_is_known_a_death_is_believed),
        cmocka_unit_test(a_rumour_of_somebody_unknown_is_a_strangers),
        cmocka_unit_test(published_swim_believes_a_death_at_once),
        cmocka_unit_test(it_refutes_what_is_said_of_itself_with_one_more),
        cmocka_unit_test(who_has_not_heard_its_last_word_is_told_again),
        cmocka_unit_test(who_has_said_farewell_refutes_nothing),
        cmocka_unit_test(the_last_incarnation_there_is_does_not_overflow),
    };

    return RUN_TESTS(tests);
}
