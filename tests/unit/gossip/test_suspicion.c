/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "gossip/suspicion.h"

#define NOW    (7 * FELT_USEC_SEC)
#define PERIOD FELT_USEC_SEC
#define SHORT  (3 * PERIOD) /* of up to ten members */
#define LONG   (6 * SHORT)

/* G-3.3.1 */
static void without_a_confirmation_it_lasts_its_longest(void **state)
{
    struct felt_suspicion s;

    (void)state;
    felt_suspicion_begin(&s, NOW, 1, PERIOD, 10);
    assert_int_equal(s.confirmed_max, 3);
    assert_int_equal(felt_suspicion_deadline(&s), NOW + LONG);
}

/* G-3.3.2 */
static void each_confirmation_shrinks_it_and_the_last_brings_the_minimum(void **state)
{
    struct felt_suspicion s;
    felt_usec last;

    (void)state;
    felt_suspicion_begin(&s, NOW, 1, PERIOD, 10);
    last = felt_suspicion_deadline(&s);
    for (uint32_t origin = 2; origin <= 4; origin++) {
        assert_true(felt_suspicion_confirm(&s, origin));
        assert_true(felt_suspicion_deadline(&s) < last);
        last = felt_suspicion_deadline(&s);
    }
    assert_int_equal(last, NOW + SHORT);
}

static void the_first_confirmation_weighs_the_most(void **state)
{
    struct felt_suspicion s;
    felt_usec none, one, two;

    (void)state;
    felt_suspicion_begin(&s, NOW, 1, PERIOD, 10);
    none = felt_suspicion_deadline(&s);
    felt_suspicion_confirm(&s, 2);
    one = felt_suspicion_deadline(&s);
    felt_suspicion_confirm(&s, 3);
    two = felt_suspicion_deadline(&s);
    assert_true(none - one > one - two);
    /* log(2) / log(4) is a half */
    assert_in_range(one, NOW + (SHORT + LONG) / 2 - PERIOD / 10,
                    NOW + (SHORT + LONG) / 2 + PERIOD / 10);
}

/* G-3.3.2 */
static void the_same_peer_confirms_once_and_who_began_never(void **state)
{
    struct felt_suspicion s;
    felt_usec before;

    (void)state;
    felt_suspicion_begin(&s, NOW, 1, PERIOD, 10);
    assert_false(felt_suspicion_confirm(&s, 1));
    assert_true(felt_suspicion_confirm(&s, 2));
    before = felt_suspicion_deadline(&s);
    for (int i = 0; i < 5; i++) {
        assert_false(felt_suspicion_confirm(&s, 2));
        assert_false(felt_suspicion_confirm(&s, 1));
    }
    assert_int_equal(s.confirmed, 1);
    assert_int_equal(felt_suspicion_deadline(&s), before);
}

static void one_confirmation_too_many_changes_nothing(void **state)
{
    struct felt_suspicion s;

    (void)state;
    felt_suspicion_begin(&s, NOW, 1, PERIOD, 10);
    for (uint32_t origin = 2; origin <= 4; origin++)
        felt_suspicion_confirm(&s, origin);
    assert_false(felt_suspicion_confirm(&s, 5));
    assert_int_equal(s.confirmed, FELT_SUSPICION_CONFIRMED_MAX);
    assert_int_equal(felt_suspicion_deadline(&s), NOW + SHORT);
}

/* G-3.3.2 */
static void small_clusters_need_as_many_as_could_confirm(void **state)
{
    struct felt_suspicion s;

    (void)state;
    for (uint32_t n = 0; n <= 2; n++) {
        felt_suspicion_begin(&s, NOW, 1, PERIOD, n);
        assert_int_equal(s.confirmed_max, 0);
        assert_false(felt_suspicion_confirm(&s, 9));
        assert_int_equal(felt_suspicion_deadline(&s), NOW + SHORT);
    }
    felt_suspicion_begin(&s, NOW, 1, PERIOD, 3);
    assert_int_equal(s.confirmed_max, 1);
    assert_int_equal(felt_suspicion_deadline(&s), NOW + LONG);
    assert_true(felt_suspicion_confirm(&s, 2));
    assert_int_equal(felt_suspicion_deadline(&s), NOW + SHORT);
}

/* G-3.3.1 */
static void it_lasts_longer_in_a_larger_cluster(void **state)
{
    struct felt_suspicion small, large;

    (void)state;
    felt_suspicion_begin(&small, NOW, 1, PERIOD, 10);
    felt_suspicion_begin(&large, NOW, 1, PERIOD, 10000);
    assert_in_range(large.min_us, 4 * small.min_us - PERIOD / 10, 4 * small.min_us + PERIOD / 10);
    assert_int_equal(large.max_us, 6 * large.min_us);
}

static void it_does_not_end_before_it_began_at_the_end_of_time(void **state)
{
    struct felt_suspicion s;

    (void)state;
    felt_suspicion_begin(&s, FELT_USEC_NEVER - 1, 1, PERIOD, 10);
    assert_true(felt_suspicion_deadline(&s) == FELT_USEC_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_confirmation_it_lasts_its_longest),
        cmocka_unit_test(each_confirmation_shrinks_it_and_the_last_brings_the_minimum),
        cmocka_unit_test(the_first_confirmation_weighs_the_most),
        cmocka_unit_test(the_same_peer_confirms_once_and_who_began_never),
        cmocka_unit_test(one_confirmation_too_many_changes_nothing),
        cmocka_unit_test(small_clusters_need_as_many_as_could_confirm),
        cmocka_unit_test(it_lasts_longer_in_a_larger_cluster),
        cmocka_unit_test(it_does_not_end_before_it_began_at_the_end_of_time),
    };

    return RUN_TESTS(tests);
}
