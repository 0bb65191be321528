/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/idiom.h"
#include "plan/ways.h"

#define NONE FELT_FAMILY_NONE
#define V4   FELT_FAMILY_V4
#define V6   FELT_FAMILY_V6
#define H4   FELT_PLAN_HAS_V4
#define H6   FELT_PLAN_HAS_V6

static void packets_travel_over_their_own_family_where_both_have_it(void **state)
{
    static const struct {
        unsigned ours, theirs;
        uint8_t of_v4, of_v6;
    } cases[] = {
        {H4 | H6, H4 | H6, V4, V6}, {H4 | H6, H4, V4, V4}, {H4 | H6, H6, V6, V6},
        {H4, H4, V4, V4},           {H6, H6, V6, V6},      {H4, H6, NONE, NONE},
        {0, H4 | H6, NONE, NONE},   {0, 0, NONE, NONE},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        assert_int_equal(felt_plan_outer(V4, cases[i].ours, cases[i].theirs), cases[i].of_v4);
        assert_int_equal(felt_plan_outer(V6, cases[i].ours, cases[i].theirs), cases[i].of_v6);
    }
}

static void both_ends_come_to_the_same_way(void **state)
{
    (void)state;
    for (unsigned ours = 0; ours < 4; ours++)
        for (unsigned theirs = 0; theirs < 4; theirs++) {
            assert_int_equal(felt_plan_outer(V4, ours, theirs), felt_plan_outer(V4, theirs, ours));
            assert_int_equal(felt_plan_outer(V6, ours, theirs), felt_plan_outer(V6, theirs, ours));
        }
}

static void a_machine_has_a_device_over_each_family_of_the_network_or_the_one_that_it_has(
    void **state)
{
    (void)state;
    assert_int_equal(felt_plan_devices(H4, H4), H4);
    assert_int_equal(felt_plan_devices(H4, H4 | H6), H4);
    assert_int_equal(felt_plan_devices(H4, H6), H6);
    assert_int_equal(felt_plan_devices(H6, H4), H4);
    assert_int_equal(felt_plan_devices(H6, H4 | H6), H6);
    assert_int_equal(felt_plan_devices(H4 | H6, H4), H4);
    assert_int_equal(felt_plan_devices(H4 | H6, H6), H6);
    assert_int_equal(felt_plan_devices(H4 | H6, H4 | H6), H4 | H6);
}

static void a_family_is_a_set_of_one(void **state)
{
    (void)state;
    assert_int_equal(felt_plan_has(V4), H4);
    assert_int_equal(felt_plan_has(V6), H6);
    assert_int_equal(felt_plan_has(NONE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_travel_over_their_own_family_where_both_have_it),
        cmocka_unit_test(both_ends_come_to_the_same_way),
        cmocka_unit_test(
            a_machine_has_a_device_over_each_family_of_the_network_or_the_one_that_it_has),
        cmocka_unit_test(a_family_is_a_set_of_one),
    };

    return RUN_TESTS(tests);
}
