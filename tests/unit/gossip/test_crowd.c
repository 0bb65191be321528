/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "gossip/crowd.h"

static bool silent(struct felt_crowd *crowd, uint32_t n_suspect, uint32_t n)
{
    bool before = crowd->silent, changed;

    crowd->n_suspect = n_suspect;
    changed = felt_crowd_update(crowd, n);
    assert_int_equal(changed, crowd->silent != before);
    return crowd->silent;
}

/* G-3.3.6 */
static void it_begins_with_more_than_a_third_and_not_with_a_third(void **state)
{
    struct felt_crowd crowd = {0};

    (void)state;
    assert_false(silent(&crowd, 0, 9));
    assert_false(silent(&crowd, 3, 9));
    assert_true(silent(&crowd, 4, 9));
}

/* G-3.3.6 */
static void one_is_no_crowd(void **state)
{
    struct felt_crowd crowd = {0};

    (void)state;
    assert_false(silent(&crowd, 1, 1));
    assert_false(silent(&crowd, 1, 2));
    assert_true(silent(&crowd, 2, 2));
}

/* G-3.3.6 */
static void it_is_over_with_a_sixth(void **state)
{
    struct felt_crowd crowd = {0};

    (void)state;
    assert_true(silent(&crowd, 5, 12));
    assert_true(silent(&crowd, 4, 12));
    assert_true(silent(&crowd, 3, 12));
    assert_false(silent(&crowd, 2, 12));
    assert_false(silent(&crowd, 3, 12));
}

static void with_nobody_left_it_is_over(void **state)
{
    struct felt_crowd crowd = {0};

    (void)state;
    assert_true(silent(&crowd, 2, 2));
    assert_true(silent(&crowd, 1, 1));
    assert_false(silent(&crowd, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_with_more_than_a_third_and_not_with_a_third),
        cmocka_unit_test(one_is_no_crowd),
        cmocka_unit_test(it_is_over_with_a_sixth),
        cmocka_unit_test(with_nobody_left_it_is_over),
    };

    return RUN_TESTS(tests);
}
