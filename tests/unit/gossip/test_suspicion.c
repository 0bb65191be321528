/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "gossip/suspicion.h"

#define NOW   (7 * FELT_USEC_SEC)
#define SELF  77
#define SHORT (8 * FELT_SWIM_CHECK) /* of up to a hundred members */
#define LONG  (6 * SHORT)

static const struct felt_swim_tuning usual = {.alpha = FELT_SWIM_ALPHA, .beta = FELT_SWIM_BETA};

/* One begun by `origin`. */
static struct felt_suspicion begun(uint32_t origin)
{
    struct felt_suspicion_limits limits = felt_suspicion_limits(&usual, FELT_SWIM_CHECK, 10);
    struct felt_suspicion s;

    felt_suspicion_begin(&s, NOW, origin, &limits);
    return s;
}

/* How long it lasts. */
static felt_usec lasts(const struct felt_suspicion *s)
{
    return felt_suspicion_deadline(s, true) - NOW;
}

/* G-3.3.1 */
static void without_a_confirmation_it_lasts_its_longest(void **state)
{
    struct felt_suspicion s = begun(1);

    (void)state;
    assert_int_equal(SHORT, 1600 * FELT_USEC_MS);
    assert_int_equal(lasts(&s), LONG);
    assert_true(s.check.next_us == FELT_USEC_NEVER);
}

/* G-3.3.2 */
static void each_confirmation_shrinks_it_and_the_last_brings_the_minimum(void **state)
{
    struct felt_suspicion s = begun(1);
    felt_usec last = lasts(&s);

    (void)state;
    for (uint32_t origin = 2; origin <= 4; origin++) {
        assert_true(felt_suspicion_confirm(&s, origin));
        assert_true(lasts(&s) < last);
        last = lasts(&s);
    }
    assert_int_equal(last, SHORT);
}

/* G-3.3.2 */
static void the_first_confirmation_weighs_the_most(void **state)
{
    struct felt_suspicion s = begun(1);
    felt_usec none = lasts(&s), one, two;

    (void)state;
    felt_suspicion_confirm(&s, 2);
    one = lasts(&s);
    felt_suspicion_confirm(&s, 3);
    two = lasts(&s);
    assert_true(none - one > one - two);
    /* log(2) / log(4) is a half */
    assert_in_range(one, (SHORT + LONG) * 49 / 100, (SHORT + LONG) * 51 / 100);
}

/* G-3.3.2 */
static void the_same_peer_confirms_once_and_who_began_never(void **state)
{
    struct felt_suspicion s = begun(1);
    felt_usec before;

    (void)state;
    assert_false(felt_suspicion_confirm(&s, 1));
    assert_true(felt_suspicion_confirm(&s, 2));
    before = lasts(&s);
    for (int i = 0; i < 5; i++) {
        assert_false(felt_suspicion_confirm(&s, 2));
        assert_false(felt_suspicion_confirm(&s, 1));
    }
    assert_int_equal(s.confirmed, 1);
    assert_int_equal(lasts(&s), before);
}

/* G-3.3.2 */
static void one_confirmation_too_many_changes_nothing(void **state)
{
    struct felt_suspicion s = begun(1);

    (void)state;
    for (uint32_t origin = 2; origin <= 4; origin++)
        felt_suspicion_confirm(&s, origin);
    assert_false(felt_suspicion_confirm(&s, 5));
    assert_false(felt_suspicion_confirm_own(&s, NOW + FELT_USEC_SEC, SELF, true));
    assert_int_equal(s.confirmed, FELT_SUSPICION_CONFIRMED_MAX);
    assert_int_equal(s.n_origins, FELT_SUSPICION_ORIGINS);
    assert_int_equal(lasts(&s), SHORT);
}

/* G-3.3.4 */
static void our_first_failure_confirms_what_another_began_and_further_ones_only_among_few(
    void **state)
{
    struct felt_suspicion s = begun(1);

    (void)state;
    assert_true(felt_suspicion_confirm_own(&s, NOW + 1, SELF, false));
    assert_false(felt_suspicion_confirm_own(&s, NOW + 1 + FELT_SUSPICION_OWN_PAUSE, SELF, false));
    assert_int_equal(s.confirmed, 1);
    assert_true(felt_suspicion_confirm_own(&s, NOW + 1 + FELT_SUSPICION_OWN_PAUSE, SELF, true));
    assert_int_equal(s.confirmed, 2);
    assert_int_equal(s.n_origins, 2);
}

/* G-3.3.4 */
static void among_few_our_own_failures_count_once_a_second(void **state)
{
    struct felt_suspicion s = begun(SELF);
    felt_usec at = NOW;

    (void)state;
    for (unsigned k = 1; k <= FELT_SUSPICION_CONFIRMED_MAX; k++) {
        assert_false(felt_suspicion_confirm_own(&s, at + FELT_SUSPICION_OWN_PAUSE - 1, SELF, true));
        at += FELT_SUSPICION_OWN_PAUSE;
        assert_true(felt_suspicion_confirm_own(&s, at, SELF, true));
        assert_int_equal(s.confirmed, k);
    }
    assert_int_equal(lasts(&s), SHORT);
}

/* G-3.3.1 */
static void it_lasts_longer_among_more_than_a_hundred(void **state)
{
    struct felt_suspicion_limits one = felt_suspicion_limits(&usual, FELT_SWIM_CHECK, 1),
                                 hundred = felt_suspicion_limits(&usual, FELT_SWIM_CHECK, 100),
                                 many = felt_suspicion_limits(&usual, FELT_SWIM_CHECK, 10000);

    (void)state;
    assert_int_equal(one.min_us, SHORT);
    assert_in_range(hundred.min_us, SHORT, SHORT * 101 / 100);
    assert_in_range(many.min_us, 2 * SHORT * 99 / 100, 2 * SHORT * 101 / 100);
    assert_int_equal(many.max_us, 6 * many.min_us);
}

/* G-3.3.1 */
static void all_of_it_grows_with_the_unit_and_the_tuning(void **state)
{
    struct felt_swim_tuning tuning = {.alpha = 2, .beta = 3};
    struct felt_suspicion_limits limits = felt_suspicion_limits(&tuning, FELT_SWIM_CHECK, 10),
                                 ill = felt_suspicion_limits(&usual, 9 * FELT_SWIM_CHECK, 10);

    (void)state;
    assert_int_equal(limits.min_us, SHORT / 2);
    assert_int_equal(limits.max_us, 3 * limits.min_us);
    assert_int_equal(ill.min_us, 9 * SHORT);
}

static void published_swim_waits_a_fixed_time(void **state)
{
    struct felt_swim_tuning plain = {.alpha = 5, .beta = 6, .plain = true};
    struct felt_suspicion_limits limits = felt_suspicion_limits(&plain, FELT_USEC_SEC, 3);

    (void)state;
    assert_int_equal(limits.min_us, 5 * FELT_USEC_SEC);
    assert_int_equal(limits.max_us, limits.min_us);
}

/* G-3.3.6 */
static void it_lasts_its_longest_where_confirmations_do_not_count(void **state)
{
    struct felt_suspicion s = begun(1);

    (void)state;
    felt_suspicion_confirm_all(&s);
    assert_int_equal(felt_suspicion_deadline(&s, true), NOW + SHORT);
    assert_int_equal(felt_suspicion_deadline(&s, false), NOW + LONG);
}

/* G-3.5.2 */
static void what_is_put_off_ends_and_is_checked_that_much_later(void **state)
{
    struct felt_suspicion s = begun(1);

    (void)state;
    s.check.next_us = NOW + 5;
    s.check.sent_us = NOW;
    felt_suspicion_put_off(&s, 1000);
    assert_int_equal(lasts(&s), LONG + 1000);
    assert_int_equal(s.check.next_us, NOW + 1005);
    assert_int_equal(s.check.sent_us, 0);
    s.check.next_us = FELT_USEC_NEVER;
    felt_suspicion_put_off(&s, 1000);
    assert_true(s.check.next_us == FELT_USEC_NEVER);
}

static void it_does_not_end_before_it_began_at_the_end_of_time(void **state)
{
    struct felt_suspicion_limits limits = felt_suspicion_limits(&usual, FELT_SWIM_CHECK, 10);
    struct felt_suspicion s;

    (void)state;
    felt_suspicion_begin(&s, FELT_USEC_NEVER - 1, 1, &limits);
    assert_true(felt_suspicion_deadline(&s, true) == FELT_USEC_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_confirmation_it_lasts_its_longest),
        cmocka_unit_test(each_confirmation_shrinks_it_and_the_last_brings_the_minimum),
        cmocka_unit_test(the_first_confirmation_weighs_the_most),
        cmocka_unit_test(the_same_peer_confirms_once_and_who_began_never),
        cmocka_unit_test(one_confirmation_too_many_changes_nothing),
        cmocka_unit_test(
            our_first_failure_confirms_what_another_began_and_further_ones_only_among_few),
        cmocka_unit_test(among_few_our_own_failures_count_once_a_second),
        cmocka_unit_test(it_lasts_longer_among_more_than_a_hundred),
        cmocka_unit_test(all_of_it_grows_with_the_unit_and_the_tuning),
        cmocka_unit_test(published_swim_waits_a_fixed_time),
        cmocka_unit_test(it_lasts_its_longest_where_confirmations_do_not_count),
        cmocka_unit_test(what_is_put_off_ends_and_is_checked_that_much_later),
        cmocka_unit_test(it_does_not_end_before_it_began_at_the_end_of_time),
    };

    return RUN_TESTS(tests);
}
