/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "lease/decision.h"
#include "tests/unit/lease/owner.h"

/* L-6.4.1. */
static void exactly_the_listed_slots_are_the_heirs_whoever_had_them(void **state)
{
    struct felt_decision d = {
        .era = 2,
        .value = {.heir = owner(9), .n = 2, .ranges = {{.first = 1, .count = 2}, {7, 1}}}};
    struct felt_slot_map *map = map_of(8, 1);

    (void)state;
    set_slots(map, 0, 2, 2); /* given meanwhile, or never owned by who was silent */
    assert_true(felt_decision_apply(map, &d));
    for (uint32_t slot = 0; slot < 8; slot++) {
        struct felt_slot e = felt_slot_map_get(map, slot);
        bool listed = slot == 1 || slot == 2 || slot == 7;

        assert_owner(map, slot, listed ? 9 : slot == 0 ? 2 : 1);
        assert_int_equal(e.term, listed ? 2 : 1);
        if (listed)
            assert_int_equal(e.seq, 0);
    }
    felt_slot_map_free(map);
}

static void applied_again_it_does_not_undo_a_gift_of_the_heir(void **state)
{
    struct felt_decision d = {
        .era = 2, .value = {.heir = owner(9), .n = 1, .ranges = {{.first = 0, .count = 8}}}};
    struct felt_slot_map *map = map_of(8, 1);

    (void)state;
    assert_true(felt_decision_apply(map, &d));
    set_slots(map, 3, 1, 4);
    assert_true(felt_decision_apply(map, &d));
    assert_owner(map, 3, 4);
    assert_owner(map, 4, 9);
    felt_slot_map_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exactly_the_listed_slots_are_the_heirs_whoever_had_them),
        cmocka_unit_test(applied_again_it_does_not_undo_a_gift_of_the_heir),
    };

    return RUN_TESTS(tests);
}
