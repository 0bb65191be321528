/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "lease/choose.h"
#include "tests/unit/lease/owner.h"

/* Which slot of a network of ten, of which it owns 3 to 6, owner 2 chooses. */
static uint32_t choice(uint32_t wish)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(10, 1);
    struct felt_id self = owner(2);

    set_slots(map, 3, 4, 2);
    return felt_lease_choose(map, &self, wish);
}

/* L-3.3.1 */
static void a_wish_that_we_own_is_taken(void **state)
{
    (void)state;
    assert_int_equal(choice(3), 3);
    assert_int_equal(choice(5), 5);
    assert_int_equal(choice(6), 6);
}

/* L-3.3.1 */
static void without_a_wish_or_with_anothers_it_is_our_lowest_slot(void **state)
{
    (void)state;
    assert_int_equal(choice(FELT_SLOT_NONE), 3);
    assert_int_equal(choice(2), 3);
    assert_int_equal(choice(9), 3);
}

static void a_wish_beyond_the_network_is_no_wish(void **state)
{
    (void)state;
    assert_int_equal(choice(10), 3);
}

static void who_owns_nothing_has_no_choice(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(10, 1);
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *unknown = map_of(10, 0);
    struct felt_id self = owner(2);

    (void)state;
    assert_int_equal(felt_lease_choose(map, &self, 4), FELT_SLOT_NONE);
    assert_int_equal(felt_lease_choose(unknown, &self, FELT_SLOT_NONE), FELT_SLOT_NONE);
}

static void the_only_slot_is_chosen(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(1, 2);
    struct felt_id self = owner(2);

    (void)state;
    assert_int_equal(felt_lease_choose(map, &self, FELT_SLOT_NONE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wish_that_we_own_is_taken),
        cmocka_unit_test(without_a_wish_or_with_anothers_it_is_our_lowest_slot),
        cmocka_unit_test(a_wish_beyond_the_network_is_no_wish),
        cmocka_unit_test(who_owns_nothing_has_no_choice),
        cmocka_unit_test(the_only_slot_is_chosen),
    };

    return RUN_TESTS(tests);
}
