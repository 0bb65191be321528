/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "node/saver.h"

#define NOW (9 * FELT_USEC_SEC)

static const struct felt_held lease = {.kind = FELT_HELD_LEASE};
static const struct felt_held answer = {.kind = FELT_HELD_ANSWER};

static bool released(struct felt_saver *s, enum felt_held_kind kind)
{
    struct felt_held held;

    return felt_saver_release(s, kind, &held);
}

static void a_fresh_saver_has_nothing_to_do(void **state)
{
    struct felt_saver s;

    (void)state;
    felt_saver_init(&s, 0);
    assert_false(felt_saver_due(&s, NOW));
    assert_true(felt_saver_deadline(&s) == FELT_USEC_NEVER);
    assert_true(felt_saver_settled(&s));
    assert_false(released(&s, FELT_HELD_START));
    assert_false(felt_saver_done(&s, 0));
    assert_false(felt_saver_failed(&s, 0, NOW));
}

/* S-3.1 */
static void numbers_go_on_from_those_of_the_state(void **state)
{
    struct felt_saver s;

    (void)state;
    felt_saver_init(&s, 41);
    assert_int_equal(felt_saver_must(&s), 42);
    assert_int_equal(felt_saver_begin(&s), 42);
}

/* S-3.2 */
static void nothing_is_released_before_its_save_is_done(void **state)
{
    struct felt_saver s;

    (void)state;
    felt_saver_init(&s, 0);
    assert_true(felt_saver_hold(&s, &lease));
    assert_false(felt_saver_settled(&s));
    assert_false(released(&s, FELT_HELD_LEASE));
    assert_true(felt_saver_due(&s, NOW));
    assert_int_equal(felt_saver_begin(&s), 1);
    assert_false(felt_saver_due(&s, NOW));
    assert_false(released(&s, FELT_HELD_LEASE));
    assert_true(felt_saver_done(&s, 1));
    assert_true(felt_saver_settled(&s));
    assert_false(released(&s, FELT_HELD_ANSWER)); /* another kind */
    assert_true(released(&s, FELT_HELD_LEASE));
    assert_false(released(&s, FELT_HELD_LEASE)); /* once */
}

/* S-3.1 */
static void a_change_during_a_save_waits_for_the_next_one(void **state)
{
    struct felt_saver s;

    (void)state;
    felt_saver_init(&s, 0);
    felt_saver_hold(&s, &lease);
    felt_saver_begin(&s);
    felt_saver_hold(&s, &answer);
    felt_saver_done(&s, 1);
    assert_true(released(&s, FELT_HELD_LEASE));
    assert_false(released(&s, FELT_HELD_ANSWER));
    assert_false(felt_saver_settled(&s));
    assert_true(felt_saver_due(&s, NOW));
    assert_int_equal(felt_saver_begin(&s), 2);
    felt_saver_done(&s, 2);
    assert_true(released(&s, FELT_HELD_ANSWER));
    assert_false(felt_saver_due(&s, NOW));
}

static void many_changes_are_one_save(void **state)
{
    struct felt_saver s;

    (void)state;
    felt_saver_init(&s, 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(felt_saver_must(&s), 1);
    felt_saver_begin(&s);
    for (int i = 0; i < 10; i++)
        assert_int_equal(felt_saver_must(&s), 2);
    felt_saver_done(&s, 1);
    felt_saver_begin(&s);
    felt_saver_done(&s, 2);
    assert_false(felt_saver_due(&s, NOW));
    assert_true(felt_saver_settled(&s));
}

static void what_is_queued_waits_for_what_was_changed_before_it_and_changes_nothing(void **state)
{
    struct felt_saver s;

    (void)state;
    felt_saver_init(&s, 3);
    assert_true(felt_saver_queue(&s, &answer));
    assert_false(felt_saver_due(&s, NOW));
    assert_true(released(&s, FELT_HELD_ANSWER)); /* there was nothing to wait for */
    felt_saver_must(&s);
    felt_saver_queue(&s, &answer);
    assert_false(released(&s, FELT_HELD_ANSWER));
    felt_saver_begin(&s);
    felt_saver_done(&s, 4);
    assert_true(released(&s, FELT_HELD_ANSWER));
}

static void the_oldest_of_a_kind_comes_first(void **state)
{
    struct felt_saver s;
    struct felt_held held = {.kind = FELT_HELD_ASK};

    (void)state;
    felt_saver_init(&s, 0);
    for (uint8_t i = 1; i <= 3; i++) {
        held.request[0] = i;
        felt_saver_hold(&s, &held);
        felt_saver_hold(&s, &lease);
    }
    felt_saver_begin(&s);
    felt_saver_done(&s, 1);
    for (uint8_t i = 1; i <= 3; i++) {
        assert_true(felt_saver_release(&s, FELT_HELD_ASK, &held));
        assert_int_equal(held.request[0], i);
    }
    for (int i = 0; i < 3; i++)
        assert_true(released(&s, FELT_HELD_LEASE));
    assert_int_equal(s.n_held, 0);
}

static void it_holds_so_many_and_no_more(void **state)
{
    struct felt_saver s;

    (void)state;
    felt_saver_init(&s, 0);
    for (int i = 0; i < FELT_HELD_MAX; i++)
        assert_true(felt_saver_hold(&s, &answer));
    assert_false(felt_saver_hold(&s, &answer));
    assert_false(felt_saver_queue(&s, &answer));
    felt_saver_begin(&s);
    felt_saver_done(&s, 1);
    assert_true(released(&s, FELT_HELD_ANSWER));
    assert_true(felt_saver_hold(&s, &answer));
}

/* S-3.4 */
static void a_failed_save_releases_nothing_and_is_tried_again_ever_later(void **state)
{
    static const felt_usec pauses[] = {1, 2, 4, 8, 16, 30, 30, 30}; /* seconds */
    struct felt_saver s;
    felt_usec now = NOW;

    (void)state;
    felt_saver_init(&s, 0);
    felt_saver_hold(&s, &lease);
    for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
        uint64_t save = felt_saver_begin(&s);

        assert_true(felt_saver_failed(&s, save, now));
        assert_true(s.failing);
        assert_false(released(&s, FELT_HELD_LEASE));
        assert_false(felt_saver_settled(&s));
        assert_int_equal(felt_saver_deadline(&s), now + pauses[i] * FELT_USEC_SEC);
        assert_false(felt_saver_due(&s, now + pauses[i] * FELT_USEC_SEC - 1));
        now += pauses[i] * FELT_USEC_SEC;
        assert_true(felt_saver_due(&s, now));
    }
    felt_saver_done(&s, felt_saver_begin(&s));
    assert_false(s.failing);
    assert_true(released(&s, FELT_HELD_LEASE));
    assert_true(felt_saver_settled(&s));
    /* And the next failure begins with the short pause. */
    felt_saver_must(&s);
    assert_true(felt_saver_due(&s, now));
    felt_saver_failed(&s, felt_saver_begin(&s), now);
    assert_int_equal(felt_saver_deadline(&s), now + FELT_SAVE_RETRY_MIN);
}

static void the_outcome_of_another_save_is_no_outcome(void **state)
{
    struct felt_saver s;

    (void)state;
    felt_saver_init(&s, 0);
    felt_saver_hold(&s, &lease);
    felt_saver_begin(&s);
    assert_false(felt_saver_done(&s, 0));
    assert_false(felt_saver_done(&s, 2));
    assert_false(felt_saver_failed(&s, 2, NOW));
    assert_false(released(&s, FELT_HELD_LEASE));
    assert_true(felt_saver_done(&s, 1));
    assert_false(felt_saver_done(&s, 1));
}

/* S-3.3 */
static void a_lazy_change_waits_for_company_but_not_for_ever(void **state)
{
    struct felt_saver s;

    (void)state;
    felt_saver_init(&s, 0);
    felt_saver_lazy(&s, NOW);
    felt_saver_lazy(&s, NOW + FELT_SAVE_LAZY / 2); /* does not put it off */
    assert_true(felt_saver_settled(&s));           /* nothing waits for it */
    assert_int_equal(felt_saver_deadline(&s), NOW + FELT_SAVE_LAZY);
    assert_false(felt_saver_due(&s, NOW + FELT_SAVE_LAZY - 1));
    assert_true(felt_saver_due(&s, NOW + FELT_SAVE_LAZY));
    felt_saver_must(&s);
    assert_true(felt_saver_due(&s, NOW));
    felt_saver_begin(&s);
    felt_saver_done(&s, 1);
    assert_true(felt_saver_deadline(&s) == FELT_USEC_NEVER);
}

static void a_lazy_change_during_a_save_gets_a_save_of_its_own(void **state)
{
    struct felt_saver s;

    (void)state;
    felt_saver_init(&s, 0);
    felt_saver_must(&s);
    felt_saver_begin(&s);
    felt_saver_lazy(&s, NOW);
    felt_saver_done(&s, 1);
    assert_int_equal(felt_saver_deadline(&s), NOW + FELT_SAVE_LAZY);
}

/* S-3.3 */
static void a_lazy_change_is_due_at_once_when_the_end_is_near(void **state)
{
    struct felt_saver s;

    (void)state;
    felt_saver_init(&s, 0);
    felt_saver_flush(&s);
    assert_true(felt_saver_deadline(&s) == FELT_USEC_NEVER); /* there was none */
    felt_saver_lazy(&s, NOW);
    felt_saver_flush(&s);
    assert_true(felt_saver_due(&s, NOW));
    felt_saver_begin(&s);
    felt_saver_done(&s, 1);
    assert_true(felt_saver_deadline(&s) == FELT_USEC_NEVER);
}

static void the_end_comes_during_a_save_and_the_next_one_follows_it(void **state)
{
    struct felt_saver s;

    (void)state;
    felt_saver_init(&s, 0);
    felt_saver_must(&s);
    felt_saver_begin(&s);
    felt_saver_lazy(&s, NOW);
    felt_saver_flush(&s);
    assert_false(felt_saver_due(&s, NOW));
    felt_saver_done(&s, 1);
    assert_true(felt_saver_due(&s, NOW));
}

/* S-3.4, S-3.5 */
static void at_the_end_a_disk_that_failed_is_tried_once_more_and_no_oftener(void **state)
{
    struct felt_saver s;

    (void)state;
    felt_saver_init(&s, 0);
    felt_saver_must(&s);
    felt_saver_begin(&s);
    felt_saver_failed(&s, 1, NOW);
    assert_false(felt_saver_due(&s, NOW));
    felt_saver_flush(&s);
    assert_true(felt_saver_due(&s, NOW));
    felt_saver_begin(&s);
    felt_saver_failed(&s, 2, NOW);
    assert_false(felt_saver_due(&s, NOW));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fresh_saver_has_nothing_to_do),
        cmocka_unit_test(numbers_go_on_from_those_of_the_state),
        cmocka_unit_test(nothing_is_released_before_its_save_is_done),
        cmocka_unit_test(a_change_during_a_save_waits_for_the_next_one),
        cmocka_unit_test(many_changes_are_one_save),
        cmocka_unit_test(what_is_queued_waits_for_what_was_changed_before_it_and_changes_nothing),
        cmocka_unit_test(the_oldest_of_a_kind_comes_first),
        cmocka_unit_test(it_holds_so_many_and_no_more),
        cmocka_unit_test(a_failed_save_releases_nothing_and_is_tried_again_ever_later),
        cmocka_unit_test(the_outcome_of_another_save_is_no_outcome),
        cmocka_unit_test(a_lazy_change_waits_for_company_but_not_for_ever),
        cmocka_unit_test(a_lazy_change_during_a_save_gets_a_save_of_its_own),
        cmocka_unit_test(a_lazy_change_is_due_at_once_when_the_end_is_near),
        cmocka_unit_test(the_end_comes_during_a_save_and_the_next_one_follows_it),
        cmocka_unit_test(at_the_end_a_disk_that_failed_is_tried_once_more_and_no_oftener),
    };

    return RUN_TESTS(tests);
}
