/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "lease/value.h"
#include "tests/unit/lease/owner.h"

/* L-6.1.1 */
static void the_slots_of_the_named_owners_are_listed_and_no_others(void **state)
{
    struct felt_slot_map *map = map_of(20, 1);
    struct felt_id owners[] = {owner(2), owner(3)}, heir = owner(9);
    struct felt_value v;

    (void)state;
    set_slots(map, 3, 4, 2);
    set_slots(map, 7, 2, 3);
    set_slots(map, 12, 1, 4);
    set_slots(map, 19, 1, 3);
    assert_int_equal(felt_value_of_owners(map, owners, 2, &heir, &v), 7);
    assert_int_equal(v.n, 2);
    assert_int_equal(v.ranges[0].first, 3);
    assert_int_equal(v.ranges[0].count, 6); /* two owners side by side are one range */
    assert_int_equal(v.ranges[1].first, 19);
    assert_true(felt_id_equal(&v.heir, &heir));
    assert_true(felt_value_fits(&v, 20));
    assert_false(felt_value_fits(&v, 19));
    felt_slot_map_free(map);
}

static void of_owners_of_nothing_there_is_no_value(void **state)
{
    struct felt_slot_map *map = map_of(20, 1);
    struct felt_value v = {.n = 7};
    struct felt_id nobody = owner(5);

    (void)state;
    assert_int_equal(felt_value_of_owners(map, &nobody, 1, &nobody, &v), 0);
    assert_int_equal(v.n, 7);
    felt_slot_map_free(map);
}

/* L-6.1.2. */
static void what_does_not_fit_a_value_is_left_for_the_next_era(void **state)
{
    struct felt_slot_map *map = map_of(400, 1);
    struct felt_id dead = owner(2);
    struct felt_value v;

    (void)state;
    for (uint32_t i = 0; i < 100; i++)
        set_slots(map, 4 * i, 1, 2);
    assert_int_equal(felt_value_of_owners(map, &dead, 1, &dead, &v), FELT_VALUE_RANGES_MAX);
    assert_int_equal(v.n, FELT_VALUE_RANGES_MAX);
    assert_int_equal(v.ranges[v.n - 1].first, 4 * (FELT_VALUE_RANGES_MAX - 1));
    felt_slot_map_free(map);
}

static void values_differ_by_heir_and_by_list(void **state)
{
    struct felt_value a = {.heir = owner(1), .n = 1, .ranges = {{.first = 2, .count = 3}}}, b = a;

    (void)state;
    assert_true(felt_value_equal(&a, &b));
    b.heir = owner(2);
    assert_false(felt_value_equal(&a, &b));
    b = a;
    b.ranges[0].count = 4;
    assert_false(felt_value_equal(&a, &b));
    b.n = 0;
    assert_false(felt_value_equal(&a, &b));
    assert_false(felt_value_fits(&b, 100));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_slots_of_the_named_owners_are_listed_and_no_others),
        cmocka_unit_test(of_owners_of_nothing_there_is_no_value),
        cmocka_unit_test(what_does_not_fit_a_value_is_left_for_the_next_era),
        cmocka_unit_test(values_differ_by_heir_and_by_list),
    };

    return RUN_TESTS(tests);
}
