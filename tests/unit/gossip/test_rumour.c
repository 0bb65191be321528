/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "gossip/rumour.h"

#define KIND_MAX 4
#define LIVENESS FELT_RUMOUR_LIVENESS

static struct felt_rumours *rumours_new(void)
{
    struct felt_rumours *r = NULL;

    assert_int_equal(felt_rumours_new(KIND_MAX, &r), 0);
    return r;
}

static uint32_t count(const struct felt_rumours *r, enum felt_rumour_kind kind)
{
    uint32_t n = 0;

    while (felt_rumours_peek(r, kind, n))
        n++;
    return n;
}

static void there_is_nothing_to_tell_at_first(void **state)
{
    _cleanup_(felt_rumours_freep) struct felt_rumours *r = rumours_new();

    (void)state;
    assert_true(felt_rumours_empty(r));
    for (unsigned k = 0; k < FELT_RUMOUR_KINDS; k++)
        assert_null(felt_rumours_peek(r, (enum felt_rumour_kind)k, 0));
    felt_rumours_sent(r, LIVENESS, 0, 1);
    felt_rumours_free(NULL);
}

static void the_newest_comes_first(void **state)
{
    _cleanup_(felt_rumours_freep) struct felt_rumours *r = rumours_new();

    (void)state;
    felt_rumours_add(r, LIVENESS, 1, 1);
    felt_rumours_add(r, LIVENESS, 2, 1);
    assert_int_equal(felt_rumours_peek(r, LIVENESS, 0)->key, 2);
    assert_int_equal(felt_rumours_peek(r, LIVENESS, 1)->key, 1);
    assert_false(felt_rumours_empty(r));
}

static void kinds_are_apart(void **state)
{
    _cleanup_(felt_rumours_freep) struct felt_rumours *r = rumours_new();

    (void)state;
    felt_rumours_add(r, FELT_RUMOUR_SLOTS, 5, 10);
    felt_rumours_add(r, FELT_RUMOUR_DESCRIPTOR, 5, 1);
    assert_int_equal(count(r, LIVENESS), 0);
    assert_int_equal(count(r, FELT_RUMOUR_SLOTS), 1);
    assert_int_equal(felt_rumours_peek(r, FELT_RUMOUR_SLOTS, 0)->count, 10);
    felt_rumours_sent(r, FELT_RUMOUR_SLOTS, 1, 1);
    assert_int_equal(count(r, FELT_RUMOUR_SLOTS), 0);
    assert_int_equal(count(r, FELT_RUMOUR_DESCRIPTOR), 1);
}

static void the_same_key_is_there_once_and_starts_anew(void **state)
{
    _cleanup_(felt_rumours_freep) struct felt_rumours *r = rumours_new();

    (void)state;
    felt_rumours_add(r, LIVENESS, 1, 1);
    felt_rumours_sent(r, LIVENESS, 1, 5);
    felt_rumours_add(r, LIVENESS, 2, 1);
    assert_int_equal(felt_rumours_peek(r, LIVENESS, 1)->sent, 1);
    felt_rumours_add(r, LIVENESS, 1, 1);
    assert_int_equal(count(r, LIVENESS), 2);
    assert_int_equal(felt_rumours_peek(r, LIVENESS, 0)->key, 1);
    assert_int_equal(felt_rumours_peek(r, LIVENESS, 0)->sent, 0);
}

static void one_range_of_slots_is_not_another_of_the_same_first_slot(void **state)
{
    _cleanup_(felt_rumours_freep) struct felt_rumours *r = rumours_new();

    (void)state;
    felt_rumours_add(r, FELT_RUMOUR_SLOTS, 1, 1);
    felt_rumours_add(r, FELT_RUMOUR_SLOTS, 1, 2);
    assert_int_equal(count(r, FELT_RUMOUR_SLOTS), 2);
}

/* G-4.4.1 */
static void each_is_sent_as_often_as_the_limit_says_and_then_forgotten(void **state)
{
    _cleanup_(felt_rumours_freep) struct felt_rumours *r = rumours_new();
    unsigned sent[4] = {0};

    (void)state;
    for (uint32_t key = 1; key <= 3; key++)
        felt_rumours_add(r, LIVENESS, key, 1);
    for (int i = 0; i < 15; i++) {
        sent[felt_rumours_peek(r, LIVENESS, 0)->key]++;
        felt_rumours_sent(r, LIVENESS, 1, 5);
    }
    for (uint32_t key = 1; key <= 3; key++)
        assert_int_equal(sent[key], 5);
    assert_true(felt_rumours_empty(r));
}

static void those_sent_take_turns_with_those_that_wait(void **state)
{
    _cleanup_(felt_rumours_freep) struct felt_rumours *r = rumours_new();

    (void)state;
    for (uint32_t key = 1; key <= 4; key++)
        felt_rumours_add(r, LIVENESS, key, 1);
    felt_rumours_sent(r, LIVENESS, 2, 9);
    assert_int_equal(felt_rumours_peek(r, LIVENESS, 0)->key, 2);
    assert_int_equal(felt_rumours_peek(r, LIVENESS, 1)->key, 1);
    assert_int_equal(felt_rumours_peek(r, LIVENESS, 2)->key, 4);
    felt_rumours_sent(r, LIVENESS, 4, 9);
    assert_int_equal(count(r, LIVENESS), 4);
}

/* G-4.4.3 */
static void a_full_queue_forgets_the_one_sent_most(void **state)
{
    _cleanup_(felt_rumours_freep) struct felt_rumours *r = rumours_new();

    (void)state;
    felt_rumours_add(r, LIVENESS, 1, 1);
    felt_rumours_sent(r, LIVENESS, 1, 9); /* 1 was sent once */
    for (uint32_t key = 2; key <= KIND_MAX; key++)
        felt_rumours_add(r, LIVENESS, key, 1);
    felt_rumours_add(r, LIVENESS, 9, 1);
    assert_int_equal(count(r, LIVENESS), KIND_MAX);
    for (uint32_t i = 0; i < KIND_MAX; i++)
        assert_int_not_equal(felt_rumours_peek(r, LIVENESS, i)->key, 1);
    assert_int_equal(felt_rumours_peek(r, LIVENESS, 0)->key, 9);
}

/* G-4.4.2 */
static void what_is_dropped_is_told_no_more_and_the_others_keep_their_order(void **state)
{
    _cleanup_(felt_rumours_freep) struct felt_rumours *r = rumours_new();

    (void)state;
    for (uint32_t key = 1; key <= 3; key++)
        felt_rumours_add(r, LIVENESS, key, 1);
    felt_rumours_add(r, FELT_RUMOUR_REFUTATION, 2, 1);
    felt_rumours_drop(r, LIVENESS, 2);
    felt_rumours_drop(r, LIVENESS, 9);
    assert_int_equal(count(r, LIVENESS), 2);
    assert_int_equal(felt_rumours_peek(r, LIVENESS, 0)->key, 3);
    assert_int_equal(felt_rumours_peek(r, LIVENESS, 1)->key, 1);
    assert_int_equal(count(r, FELT_RUMOUR_REFUTATION), 1);
    felt_rumours_drop(r, LIVENESS, 1);
    felt_rumours_drop(r, LIVENESS, 3);
    felt_rumours_drop(r, LIVENESS, 3);
    assert_int_equal(count(r, LIVENESS), 0);
}

/* G-4.4.3 */
static void it_never_holds_more_than_its_limit(void **state)
{
    _cleanup_(felt_rumours_freep) struct felt_rumours *r = rumours_new();

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        felt_rumours_add(r, LIVENESS, i * 7 % 13, 1);
        assert_true(count(r, LIVENESS) <= KIND_MAX);
        assert_int_equal(felt_rumours_peek(r, LIVENESS, 0)->key, i * 7 % 13);
        if (i % 3 == 0)
            felt_rumours_sent(r, LIVENESS, count(r, LIVENESS) / 2, 3);
    }
}

/* G-4.4.4 */
static void while_hushed_nothing_is_added_and_what_is_there_stays(void **state)
{
    _cleanup_(felt_rumours_freep) struct felt_rumours *r = rumours_new();

    (void)state;
    felt_rumours_add(r, LIVENESS, 1, 1);
    felt_rumours_hush(r, true);
    felt_rumours_add(r, LIVENESS, 2, 1);
    assert_int_equal(count(r, LIVENESS), 1);
    assert_int_equal(felt_rumours_peek(r, LIVENESS, 0)->key, 1);
    felt_rumours_hush(r, false);
    felt_rumours_add(r, LIVENESS, 2, 1);
    assert_int_equal(count(r, LIVENESS), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_nothing_to_tell_at_first),
        cmocka_unit_test(the_newest_comes_first),
        cmocka_unit_test(kinds_are_apart),
        cmocka_unit_test(the_same_key_is_there_once_and_starts_anew),
        cmocka_unit_test(one_range_of_slots_is_not_another_of_the_same_first_slot),
        cmocka_unit_test(each_is_sent_as_often_as_the_limit_says_and_then_forgotten),
        cmocka_unit_test(those_sent_take_turns_with_those_that_wait),
        cmocka_unit_test(a_full_queue_forgets_the_one_sent_most),
        cmocka_unit_test(what_is_dropped_is_told_no_more_and_the_others_keep_their_order),
        cmocka_unit_test(while_hushed_nothing_is_added_and_what_is_there_stays),
        cmocka_unit_test(it_never_holds_more_than_its_limit),
    };

    return RUN_TESTS(tests);
}
