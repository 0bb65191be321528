/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "lease/freed.h"

static void at_first_nothing_was_ever_leased(void **state)
{
    struct felt_freed freed = {0};

    (void)state;
    assert_int_equal(felt_freed_rank(&freed, 0), 0);
    assert_int_equal(felt_freed_rank(&freed, 65535), 0);
}

/* L-3.3.4 */
static void what_became_free_later_has_the_larger_rank(void **state)
{
    struct felt_freed freed = {0};

    (void)state;
    felt_freed_note(&freed, 7);
    felt_freed_note(&freed, 0);
    felt_freed_note(&freed, 65535);
    assert_int_equal(felt_freed_rank(&freed, 7), 1);
    assert_int_equal(felt_freed_rank(&freed, 0), 2);
    assert_int_equal(felt_freed_rank(&freed, 65535), 3);
    assert_int_equal(felt_freed_rank(&freed, 1), 0);
}

static void leased_and_freed_again_it_is_the_last_one_and_there_once(void **state)
{
    struct felt_freed freed = {0};

    (void)state;
    felt_freed_note(&freed, 1);
    felt_freed_note(&freed, 2);
    felt_freed_note(&freed, 3);
    felt_freed_note(&freed, 1);
    assert_int_equal(freed.n, 3);
    assert_int_equal(felt_freed_rank(&freed, 2), 1);
    assert_int_equal(felt_freed_rank(&freed, 3), 2);
    assert_int_equal(felt_freed_rank(&freed, 1), 3);
    felt_freed_note(&freed, 1);
    assert_int_equal(freed.n, 3);
    assert_int_equal(felt_freed_rank(&freed, 1), 3);
}

static void the_longest_unused_one_is_forgotten_for_one_too_many(void **state)
{
    struct felt_freed freed = {0};

    (void)state;
    for (uint32_t slot = 0; slot < FELT_FREED_MAX; slot++)
        felt_freed_note(&freed, slot);
    assert_int_equal(freed.n, FELT_FREED_MAX);
    assert_int_equal(felt_freed_rank(&freed, 0), 1);
    felt_freed_note(&freed, FELT_FREED_MAX);
    assert_int_equal(freed.n, FELT_FREED_MAX);
    assert_int_equal(felt_freed_rank(&freed, 0), 0);
    assert_int_equal(felt_freed_rank(&freed, 1), 1);
    assert_int_equal(felt_freed_rank(&freed, FELT_FREED_MAX), FELT_FREED_MAX);
    felt_freed_note(&freed, 2); /* one that is there makes nobody go */
    assert_int_equal(felt_freed_rank(&freed, 1), 1);
    assert_int_equal(felt_freed_rank(&freed, 3), 2);
    assert_int_equal(felt_freed_rank(&freed, 2), FELT_FREED_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_first_nothing_was_ever_leased),
        cmocka_unit_test(what_became_free_later_has_the_larger_rank),
        cmocka_unit_test(leased_and_freed_again_it_is_the_last_one_and_there_once),
        cmocka_unit_test(the_longest_unused_one_is_forgotten_for_one_too_many),
    };

    return RUN_TESTS(tests);
}
