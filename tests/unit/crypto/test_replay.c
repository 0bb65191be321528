/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdbool.h>

#include "base/idiom.h"
#include "base/prng.h"
#include "crypto/replay.h"

/* Asks, and takes what may be taken. */
static enum felt_verdict offer(struct felt_replay *r, uint64_t session, uint64_t counter)
{
    enum felt_verdict v = felt_replay_check(r, session, counter);

    if (v == FELT_VERDICT_TAKEN)
        felt_replay_take(r, session, counter);
    return v;
}

/* P-3.1.3 */
static void each_counter_is_taken_once(void **state)
{
    struct felt_replay r = {0};

    (void)state;
    for (unsigned c = 0; c < 1000; c++) {
        assert_int_equal(offer(&r, 1, c), FELT_VERDICT_TAKEN);
        assert_int_equal(offer(&r, 1, c), FELT_VERDICT_REPLAYED);
    }
}

static void asking_changes_nothing(void **state)
{
    struct felt_replay r = {0}, before;

    (void)state;
    felt_replay_take(&r, 5, 100);
    before = r;
    (void)felt_replay_check(&r, 5, 101);
    (void)felt_replay_check(&r, 6, 0);
    (void)felt_replay_check(&r, 4, 101);
    (void)felt_replay_check(&r, 5, 100);
    assert_memory_equal(&r, &before, sizeof(r));
}

static void counters_may_come_in_any_order_within_the_window(void **state)
{
    struct felt_replay r = {0};

    (void)state;
    for (unsigned c = FELT_REPLAY_WINDOW; c-- > 0;)
        assert_int_equal(offer(&r, 1, c), FELT_VERDICT_TAKEN);
    for (unsigned c = 0; c < FELT_REPLAY_WINDOW; c++)
        assert_int_equal(offer(&r, 1, c), FELT_VERDICT_REPLAYED);
}

/* P-3.1.3 */
static void the_window_ends_256_below_the_largest(void **state)
{
    struct felt_replay r = {0};

    (void)state;
    assert_int_equal(offer(&r, 1, 1000), FELT_VERDICT_TAKEN);
    assert_int_equal(offer(&r, 1, 1000 - 256), FELT_VERDICT_REPLAYED);
    assert_int_equal(offer(&r, 1, 1000 - 255), FELT_VERDICT_TAKEN);
    assert_int_equal(offer(&r, 1, 1000 - 255), FELT_VERDICT_REPLAYED);
    assert_int_equal(offer(&r, 1, 0), FELT_VERDICT_REPLAYED);
}

static void a_leap_of_just_the_window_forgets_all_but_the_last(void **state)
{
    static const uint64_t leaps[] = {FELT_REPLAY_WINDOW - 1, FELT_REPLAY_WINDOW,
                                     FELT_REPLAY_WINDOW + 1, 1000000};

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(leaps); i++) {
        struct felt_replay r = {0};

        for (uint64_t c = 0; c <= 500; c++)
            assert_int_equal(offer(&r, 1, c), FELT_VERDICT_TAKEN);
        assert_int_equal(offer(&r, 1, 500 + leaps[i]), FELT_VERDICT_TAKEN);
        for (uint64_t c = 501; c < 500 + leaps[i]; c += leaps[i] / 200 + 1)
            assert_int_equal(offer(&r, 1, c), 500 + leaps[i] - c < FELT_REPLAY_WINDOW
                                                  ? FELT_VERDICT_TAKEN
                                                  : FELT_VERDICT_REPLAYED);
        assert_int_equal(offer(&r, 1, 500), FELT_VERDICT_REPLAYED);
    }
}

/* P-3.1.3 */
static void a_later_session_begins_anew_and_an_earlier_one_is_stale(void **state)
{
    struct felt_replay r = {0};

    (void)state;
    assert_int_equal(offer(&r, 7, 1000), FELT_VERDICT_TAKEN);
    assert_int_equal(offer(&r, 6, 5000), FELT_VERDICT_STALE);
    assert_int_equal(offer(&r, 8, 3), FELT_VERDICT_TAKEN);
    assert_int_equal(offer(&r, 8, 1000), FELT_VERDICT_TAKEN);
    assert_int_equal(offer(&r, 8, 3), FELT_VERDICT_REPLAYED);
    assert_int_equal(offer(&r, 7, 2000), FELT_VERDICT_STALE);
    assert_int_equal(offer(&r, UINT64_MAX, 0), FELT_VERDICT_TAKEN);
    assert_int_equal(offer(&r, UINT64_MAX, 0), FELT_VERDICT_REPLAYED);
    assert_int_equal(offer(&r, UINT64_MAX - 1, 0), FELT_VERDICT_STALE);
}

static void the_largest_counters_are_taken_once_like_any(void **state)
{
    struct felt_replay r = {0};

    (void)state;
    assert_int_equal(offer(&r, 1, UINT64_MAX - 300), FELT_VERDICT_TAKEN);
    for (uint64_t c = UINT64_MAX - 200; c < UINT64_MAX; c++)
        assert_int_equal(offer(&r, 1, c), FELT_VERDICT_TAKEN);
    /* A window that was moved up to it by counting would never arrive. */
    assert_int_equal(offer(&r, 1, UINT64_MAX), FELT_VERDICT_TAKEN);
    assert_int_equal(offer(&r, 1, UINT64_MAX), FELT_VERDICT_REPLAYED);
    assert_int_equal(offer(&r, 1, UINT64_MAX - 200), FELT_VERDICT_REPLAYED);
    assert_int_equal(offer(&r, 1, UINT64_MAX - 201), FELT_VERDICT_TAKEN);
    assert_int_equal(offer(&r, 1, UINT64_MAX - 256), FELT_VERDICT_REPLAYED);
    assert_int_equal(offer(&r, 1, 0), FELT_VERDICT_REPLAYED);
}

static void any_order_of_datagrams_agrees_with_a_plain_set(void **state)
{
    enum { COUNTERS = 3000, DATAGRAMS = 20000 };
    unsigned verdicts[FELT_VERDICTS] = {0};
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 0x4e);
    for (unsigned round = 0; round < 10; round++) {
        bool seen[COUNTERS] = {false};
        struct felt_replay r = {0};
        uint64_t session = 0, last = 0;

        for (unsigned n = 0; n < DATAGRAMS; n++) {
            enum felt_verdict want = FELT_VERDICT_TAKEN;
            uint64_t s = session + (felt_prng_below(&prng, 2000) == 0), c;

            if (s > 1 && felt_prng_below(&prng, 50) == 0)
                s--;
            s += s == 0;
            /* Mostly near the largest, on either side. */
            c = last + felt_prng_below(&prng, felt_prng_below(&prng, 100) ? 4 : 400);
            c -= FELT_MIN(c, felt_prng_below(&prng, 300) * felt_prng_below(&prng, 2));
            c %= COUNTERS;
            if (s < session)
                want = FELT_VERDICT_STALE;
            else if (s == session && (seen[c] || c + FELT_REPLAY_WINDOW <= last))
                want = FELT_VERDICT_REPLAYED;
            assert_int_equal(offer(&r, s, c), want);
            verdicts[want]++;
            if (want != FELT_VERDICT_TAKEN)
                continue;
            if (s > session) {
                for (unsigned i = 0; i < COUNTERS; i++)
                    seen[i] = false;
                last = c;
            }
            session = s;
            seen[c] = true;
            last = FELT_MAX(last, c);
        }
    }
    assert_true(verdicts[FELT_VERDICT_TAKEN] > 1000 && verdicts[FELT_VERDICT_STALE] > 1000 &&
                verdicts[FELT_VERDICT_REPLAYED] > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_counter_is_taken_once),
        cmocka_unit_test(asking_changes_nothing),
        cmocka_unit_test(counters_may_come_in_any_order_within_the_window),
        cmocka_unit_test(the_window_ends_256_below_the_largest),
        cmocka_unit_test(a_leap_of_just_the_window_forgets_all_but_the_last),
        cmocka_unit_test(a_later_session_begins_anew_and_an_earlier_one_is_stale),
        cmocka_unit_test(the_largest_counters_are_taken_once_like_any),
        cmocka_unit_test(any_order_of_datagrams_agrees_with_a_plain_set),
    };

    return RUN_TESTS(tests);
}
