/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "gossip/member.h"
#include "node/difference.h"

#define T (100 * FELT_USEC_SEC)

static struct felt_difference fresh(void)
{
    struct felt_difference d;

    felt_difference_init(&d);
    return d;
}

/* G-4.2.1 */
static void rumours_have_time_to_arrive(void **state)
{
    struct felt_difference d = fresh();

    (void)state;
    assert_false(felt_difference_seen(&d, T, 1, true));
    assert_false(felt_difference_seen(&d, T + FELT_DIFFERENCE_SPREAD - 1, 2, true));
    assert_true(felt_difference_seen(&d, T + FELT_DIFFERENCE_SPREAD, 3, true));
}

static void pulls_have_a_pause_between_them(void **state)
{
    struct felt_difference d = fresh();
    felt_usec t = T + FELT_DIFFERENCE_SPREAD;

    (void)state;
    (void)felt_difference_seen(&d, T, 1, true);
    assert_true(felt_difference_seen(&d, t, 1, true));
    assert_false(felt_difference_seen(&d, t + FELT_DIFFERENCE_PAUSE - 1, 2, true));
    assert_true(felt_difference_seen(&d, t + FELT_DIFFERENCE_PAUSE, 2, true));
}

static void equality_with_the_one_that_differed_ends_it(void **state)
{
    struct felt_difference d = fresh();
    felt_usec t = T + FELT_DIFFERENCE_SPREAD;

    (void)state;
    (void)felt_difference_seen(&d, T, 1, true);
    assert_false(felt_difference_seen(&d, t, 1, false));
    assert_false(felt_difference_seen(&d, t, 2, true));
    assert_true(felt_difference_seen(&d, t + FELT_DIFFERENCE_SPREAD, 2, true));
}

static void equality_with_others_does_not(void **state)
{
    struct felt_difference d = fresh();

    (void)state;
    (void)felt_difference_seen(&d, T, 1, true);
    for (felt_usec t = T; t < T + FELT_DIFFERENCE_SPREAD; t += FELT_DIFFERENCE_SPREAD / 10)
        assert_false(felt_difference_seen(&d, t, 2, false));
    assert_true(felt_difference_seen(&d, T + FELT_DIFFERENCE_SPREAD, 1, true));
}

static void a_difference_that_was_not_seen_for_long_is_another_one(void **state)
{
    struct felt_difference d = fresh();
    felt_usec t = T + FELT_DIFFERENCE_OVER;

    (void)state;
    (void)felt_difference_seen(&d, T, 1, true);
    assert_false(felt_difference_seen(&d, t, 2, true));
    assert_true(felt_difference_seen(&d, t + FELT_DIFFERENCE_SPREAD, 2, true));
}

static void in_a_hurry_only_the_pause_counts_until_somebody_is_equal(void **state)
{
    struct felt_difference d = fresh();

    (void)state;
    felt_difference_hurry(&d, T);
    assert_false(d.met);
    assert_true(felt_difference_seen(&d, T, 1, true));
    assert_false(felt_difference_seen(&d, T + 1, 2, true));
    assert_true(felt_difference_seen(&d, T + FELT_DIFFERENCE_PAUSE, 2, true));
    assert_false(felt_difference_seen(&d, T + FELT_DIFFERENCE_PAUSE, 2, false));
    assert_true(d.met);
    assert_false(felt_difference_seen(&d, T + 2 * FELT_DIFFERENCE_PAUSE, 3, true));
}

static void a_pull_of_ones_own_accord_counts_for_the_pause(void **state)
{
    struct felt_difference d = fresh();

    (void)state;
    felt_difference_hurry(&d, T);
    felt_difference_pulled(&d, T);
    assert_false(felt_difference_seen(&d, T + FELT_DIFFERENCE_PAUSE - 1, 1, true));
    assert_true(felt_difference_seen(&d, T + FELT_DIFFERENCE_PAUSE, 1, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rumours_have_time_to_arrive),
        cmocka_unit_test(pulls_have_a_pause_between_them),
        cmocka_unit_test(equality_with_the_one_that_differed_ends_it),
        cmocka_unit_test(equality_with_others_does_not),
        cmocka_unit_test(a_difference_that_was_not_seen_for_long_is_another_one),
        cmocka_unit_test(in_a_hurry_only_the_pause_counts_until_somebody_is_equal),
        cmocka_unit_test(a_pull_of_ones_own_accord_counts_for_the_pause),
    };

    return RUN_TESTS(tests);
}
