/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "lease/choose.h"
#include "tests/unit/lease/keep.h"
#include "tests/unit/lease/owner.h"

static const struct felt_freed nothing;

/* Which slot of a network of ten, of which it owns 3 to 6, owner 2 chooses. */
static uint32_t choice(uint32_t wish)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(10, 1);
    struct felt_id self = owner(2);

    set_slots(map, 3, 4, 2);
    return felt_lease_choose(map, &self, wish, &nothing, NULL);
}

static const uint32_t all_but_5[] = {3, 6, 4}, all[] = {6, 5, 3, 4};

/* The same, after these became free, one after the other. */
static uint32_t choice_after(uint32_t wish, const uint32_t *slots, size_t n)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(10, 1);
    struct felt_freed freed = {0};
    struct felt_id self = owner(2);

    set_slots(map, 3, 4, 2);
    for (size_t i = 0; i < n; i++)
        felt_freed_note(&freed, slots[i]);
    return felt_lease_choose(map, &self, wish, &freed, NULL);
}

/* L-3.3.4 */
static void what_was_never_leased_comes_before_what_was(void **state)
{
    (void)state;
    assert_int_equal(choice_after(FELT_SLOT_NONE, all, 1), 3);
    assert_int_equal(choice_after(FELT_SLOT_NONE, all_but_5, 1), 4);
    assert_int_equal(choice_after(FELT_SLOT_NONE, all_but_5, 3), 5);
}

/* L-3.3.4 */
static void of_slots_that_were_leased_it_is_the_one_unused_for_longest(void **state)
{
    (void)state;
    assert_int_equal(choice_after(FELT_SLOT_NONE, all, 4), 6);
}

static void a_wish_is_taken_even_if_it_was_just_leased(void **state)
{
    (void)state;
    assert_int_equal(choice_after(4, all, 4), 4);
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
    assert_int_equal(felt_lease_choose(map, &self, 4, &nothing, NULL), FELT_SLOT_NONE);
    assert_int_equal(felt_lease_choose(unknown, &self, FELT_SLOT_NONE, &nothing, NULL),
                     FELT_SLOT_NONE);
}

static void the_only_slot_is_chosen(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(1, 2);
    struct felt_id self = owner(2);

    (void)state;
    assert_int_equal(felt_lease_choose(map, &self, FELT_SLOT_NONE, &nothing, NULL), 0);
}

/* What owner 2, of the name "two", chooses of its slots 3 to 6 after these reservations. */
static uint32_t choice_with(uint32_t wish, const struct keep *keeps, size_t n)
{
    _cleanup_(felt_notices_freep) struct felt_notices *notices = keep(10, keeps, n);
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(10, 1);
    struct felt_claim claim = {.notices = notices, .name = "two"};
    struct felt_id self = owner(2);

    set_slots(map, 3, 4, 2);
    return felt_lease_choose(map, &self, wish, &nothing, &claim);
}

/* L-8.2.4 */
static void what_is_reserved_for_somebody_else_is_nobodys_choice(void **state)
{
    const struct keep two[] = {{3, "one"}, {4, "192.0.2.1"}};
    const struct keep all_of_them[] = {{3, "one"}, {4, "one"}, {5, "x"}, {6, "192.0.2.9"}};

    (void)state;
    assert_int_equal(choice_with(FELT_SLOT_NONE, two, 2), 5);
    assert_int_equal(choice_with(4, two, 2), 5);
    assert_int_equal(choice_with(6, two, 2), 6);
    assert_int_equal(choice_with(FELT_SLOT_NONE, all_of_them, 4), FELT_SLOT_NONE);
    assert_int_equal(choice_with(4, all_of_them, 4), FELT_SLOT_NONE);
}

/* L-8.2.3 */
static void what_is_reserved_for_us_comes_before_the_wish(void **state)
{
    const struct keep ours[] = {{6, "two"}}, elsewhere[] = {{8, "two"}};

    (void)state;
    assert_int_equal(choice_with(FELT_SLOT_NONE, ours, 1), 6);
    assert_int_equal(choice_with(4, ours, 1), 6);
    assert_int_equal(choice_with(4, elsewhere, 1), 4); /* we do not own it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wish_that_we_own_is_taken),
        cmocka_unit_test(without_a_wish_or_with_anothers_it_is_our_lowest_slot),
        cmocka_unit_test(a_wish_beyond_the_network_is_no_wish),
        cmocka_unit_test(who_owns_nothing_has_no_choice),
        cmocka_unit_test(the_only_slot_is_chosen),
        cmocka_unit_test(what_was_never_leased_comes_before_what_was),
        cmocka_unit_test(of_slots_that_were_leased_it_is_the_one_unused_for_longest),
        cmocka_unit_test(a_wish_is_taken_even_if_it_was_just_leased),
        cmocka_unit_test(what_is_reserved_for_somebody_else_is_nobodys_choice),
        cmocka_unit_test(what_is_reserved_for_us_comes_before_the_wish),
    };

    return RUN_TESTS(tests);
}
