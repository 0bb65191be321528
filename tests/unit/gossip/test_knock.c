/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "tests/unit/gossip/swim_bench.h"

/* Member i is dead to us. */
static void kill_member(struct bench *b, uint32_t i)
{
    tell(b, i, FELT_LIVENESS_SUSPECT, 1, 70);
    tell(b, i, FELT_LIVENESS_DEAD, 1, 0);
    assert_int_equal(state_of(b, i), FELT_MEMBER_DEAD);
    felt_swim_clear(b->swim);
}

/* G-3.1.1, G-3.1.5 */
static void the_dead_are_not_probed_in_turn_but_knocked_at_for_ever(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(4, 1);
    unsigned knocks = 0;

    (void)state;
    kill_member(b, 2);
    while (b->now < START + 20 * FELT_SWIM_KNOCK) {
        const struct felt_swim_send *sends;
        uint32_t n;

        next(b);
        sends = felt_swim_sends(b->swim, &n);
        for (uint32_t i = 0; i < n; i++) {
            if (sends[i].kind == FELT_SWIM_PROBE && sends[i].to == 2)
                knocks++;
            else
                ack(b, sends[i].to, sends[i].seq);
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
    kill_member(b, 1);
    knock = until(b, FELT_SWIM_PROBE);
    assert_int_equal(knock.to, 1);
    assert_int_equal(ack(b, 1, knock.seq), FELT_VERDICT_TAKEN);
    assert_int_equal(ack(b, 1, knock.seq), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_DEAD);
    assert_int_equal(tell(b, 1, FELT_LIVENESS_ALIVE, 2, 0), FELT_VERDICT_TAKEN);
    assert_int_equal(state_of(b, 1), FELT_MEMBER_ALIVE);
}

/* G-3.1.5 */
static void each_of_the_dead_is_knocked_at_in_the_end(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(6, 1);
    unsigned knocks[6] = {0};

    (void)state;
    for (uint32_t i = 3; i < 6; i++)
        kill_member(b, i);
    while (b->now < START + 60 * FELT_SWIM_KNOCK) {
        const struct felt_swim_send *sends;
        uint32_t n;

        next(b);
        sends = felt_swim_sends(b->swim, &n);
        for (uint32_t i = 0; i < n; i++)
            knocks[sends[i].to]++;
        answer(b, 3);
    }
    for (uint32_t i = 3; i < 6; i++)
        assert_true(knocks[i] > 5);
}

/* G-3.1.5 */
static void nobody_knocks_at_who_left_or_at_a_place_that_is_free(void **state)
{
    _cleanup_(bench_freep) struct bench *b = bench_new(5, 1);

    (void)state;
    kill_member(b, 2);
    kill_member(b, 3);
    tell(b, 2, FELT_LIVENESS_LEFT, 1, 0);
    felt_swim_removed(b->swim, 3);
    felt_members_remove(b->members, 3);
    while (b->now < START + 5 * FELT_SWIM_KNOCK) {
        const struct felt_swim_send *sends;
        uint32_t n;

        next(b);
        sends = felt_swim_sends(b->swim, &n);
        for (uint32_t i = 0; i < n; i++)
            assert_false(sends[i].to == 2 || sends[i].to == 3);
        answer(b, 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_dead_are_not_probed_in_turn_but_knocked_at_for_ever),
        cmocka_unit_test(a_knock_that_is_answered_is_taken_but_only_news_revives),
        cmocka_unit_test(each_of_the_dead_is_knocked_at_in_the_end),
        cmocka_unit_test(nobody_knocks_at_who_left_or_at_a_place_that_is_free),
    };

    return RUN_TESTS(tests);
}
