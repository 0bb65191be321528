/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "lease/silence.h"
#include "tests/unit/lease/owner.h"

#define TICK FELT_USEC_SEC

static struct felt_silence *begun(void)
{
    struct felt_silence *s = NULL;

    assert_int_equal(felt_silence_new(&s), 0);
    return s;
}

/* One tick in which owners 1 to n are there, of whom `heard` (a bit for each) are heard. */
static void tick(struct felt_silence *s, uint32_t n, uint32_t heard, felt_usec by)
{
    felt_silence_tick_begin(s);
    for (uint32_t k = n; k > 0; k--) {
        struct felt_id id = owner(k);

        felt_silence_tick_owner(s, &id, heard >> k & 1, by);
    }
    felt_silence_tick_end(s);
}

static felt_usec of(const struct felt_silence *s, uint32_t n)
{
    struct felt_id id = owner(n);

    return felt_silence_of(s, &id);
}

/* L-6.5.1. */
static void it_grows_by_a_tick_at_a_time_for_those_who_are_not_heard(void **state)
{
    struct felt_silence *s = begun();

    (void)state;
    tick(s, 3, 1u << 1, TICK);
    tick(s, 3, 1u << 1, TICK);
    assert_true(of(s, 1) == 0);
    assert_true(of(s, 2) == 2 * TICK);
    assert_true(of(s, 3) == 2 * TICK);
    assert_int_equal(felt_silence_count(s), 2);
    felt_silence_free(s);
}

static void without_the_majority_it_does_not_grow_and_is_not_forgotten(void **state)
{
    struct felt_silence *s = begun();

    (void)state;
    tick(s, 2, 0, TICK);
    tick(s, 2, 0, 0);
    assert_true(of(s, 2) == TICK);
    felt_silence_free(s);
}

static void who_is_heard_begins_at_nothing(void **state)
{
    struct felt_silence *s = begun();

    (void)state;
    tick(s, 2, 0, TICK);
    tick(s, 2, 1u << 2, TICK);
    assert_true(of(s, 2) == 0);
    tick(s, 2, 0, TICK);
    assert_true(of(s, 2) == TICK);
    assert_true(of(s, 1) == 3 * TICK);
    felt_silence_free(s);
}

static void who_owns_nothing_any_more_is_forgotten(void **state)
{
    struct felt_silence *s = begun();

    (void)state;
    tick(s, 3, 0, TICK);
    tick(s, 2, 0, TICK);
    assert_int_equal(felt_silence_count(s), 2);
    assert_true(of(s, 3) == 0);
    felt_silence_free(s);
}

static void of_two_accounts_the_longer_silence_counts(void **state)
{
    struct felt_silence *s = begun();
    struct felt_id a = owner(1), b = owner(2), id;

    (void)state;
    tick(s, 1, 0, 5 * TICK);
    assert_int_equal(felt_silence_learn(s, &a, TICK), 0);
    assert_int_equal(felt_silence_learn(s, &b, 7 * TICK), 0);
    assert_true(of(s, 1) == 5 * TICK);
    assert_true(of(s, 2) == 7 * TICK);
    assert_true(felt_silence_at(s, 1, &id) == 7 * TICK);
    assert_true(felt_id_equal(&id, &b));
    felt_silence_free(s);
}

/* L-6.6.2 */
static void with_shorter_ticks_it_counts_as_often_as_it_was_looked_at(void **state)
{
    struct felt_silence *s = begun();

    (void)state;
    tick(s, 1, 0, 30 * TICK);
    tick(s, 1, 0, 30 * TICK);
    tick(s, 1, 0, 29 * TICK);
    felt_silence_rescale(s, 30 * TICK, 3 * TICK);
    assert_true(of(s, 1) == 6 * TICK); /* what is no whole tick is none */
    felt_silence_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_grows_by_a_tick_at_a_time_for_those_who_are_not_heard),
        cmocka_unit_test(without_the_majority_it_does_not_grow_and_is_not_forgotten),
        cmocka_unit_test(who_is_heard_begins_at_nothing),
        cmocka_unit_test(who_owns_nothing_any_more_is_forgotten),
        cmocka_unit_test(of_two_accounts_the_longer_silence_counts),
        cmocka_unit_test(with_shorter_ticks_it_counts_as_often_as_it_was_looked_at),
    };

    return RUN_TESTS(tests);
}
