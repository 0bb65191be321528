/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "agent/adoption.h"

#define NOW   (1000 * FELT_USEC_SEC)
#define GRACE (30 * FELT_USEC_SEC)

static felt_usec wait_us;

static void our_own_device_and_members_that_have_told_need_no_grace(void **state)
{
    struct felt_adoption adoption = {.grace_us = GRACE};

    (void)state;
    assert_int_equal(felt_adoption_knowledge(&adoption, NOW, true, false, true, &wait_us),
                     FELT_PLAN_ALL_PEERS);
    assert_int_equal(wait_us, 0);
}

static void without_the_others_tables_nothing_is_stale_however_long_it_takes(void **state)
{
    struct felt_adoption adoption = {.grace_us = GRACE};

    (void)state;
    for (felt_usec i = 0; i < 3; i++) {
        assert_int_equal(
            felt_adoption_knowledge(&adoption, NOW + i * GRACE, false, false, true, &wait_us),
            FELT_PLAN_SOME_PEERS);
        assert_int_equal(wait_us, 0);
    }
}

static void another_agents_device_gets_all_of_the_grace(void **state)
{
    struct felt_adoption adoption = {.grace_us = GRACE};

    (void)state;
    assert_int_equal(felt_adoption_knowledge(&adoption, NOW, true, true, true, &wait_us),
                     FELT_PLAN_SOME_PEERS);
    assert_int_equal(wait_us, GRACE);
    assert_int_equal(
        felt_adoption_knowledge(&adoption, NOW + GRACE - 1, true, true, true, &wait_us),
        FELT_PLAN_SOME_PEERS);
    assert_int_equal(wait_us, 1);
    assert_int_equal(felt_adoption_knowledge(&adoption, NOW + GRACE, true, true, true, &wait_us),
                     FELT_PLAN_ALL_PEERS);
    assert_int_equal(wait_us, 0);
}

static void a_silent_member_holds_up_nothing_after_the_grace(void **state)
{
    struct felt_adoption adoption = {.grace_us = GRACE};

    (void)state;
    assert_int_equal(felt_adoption_knowledge(&adoption, NOW, true, false, false, &wait_us),
                     FELT_PLAN_SOME_PEERS);
    assert_int_equal(felt_adoption_knowledge(&adoption, NOW + 1, true, false, true, &wait_us),
                     FELT_PLAN_ALL_PEERS);
    assert_int_equal(felt_adoption_knowledge(&adoption, NOW + GRACE, true, false, false, &wait_us),
                     FELT_PLAN_ALL_PEERS);
}

static void no_grace_is_none(void **state)
{
    struct felt_adoption adoption = {0};

    (void)state;
    assert_int_equal(felt_adoption_knowledge(&adoption, NOW, true, true, false, &wait_us),
                     FELT_PLAN_ALL_PEERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own_device_and_members_that_have_told_need_no_grace),
        cmocka_unit_test(without_the_others_tables_nothing_is_stale_however_long_it_takes),
        cmocka_unit_test(another_agents_device_gets_all_of_the_grace),
        cmocka_unit_test(no_grace_is_none),
        cmocka_unit_test(a_silent_member_holds_up_nothing_after_the_grace),
    };

    return RUN_TESTS(tests);
}
