/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "lease/restate.h"
#include "tests/unit/lease/owner.h"

#define SLOTS 10
#define TERM  (UINT64_C(1) << 21)

/* 1: slots 0 to 3; 2: 4 to 6; 3: 7 to 9. */
static struct felt_slot_map *three_owners(void)
{
    struct felt_slot_map *map = map_of(SLOTS, 1);

    set_slots(map, 4, 3, 2);
    set_slots(map, 7, 3, 3);
    return map;
}

/* L-6.9.1 */
static void what_the_gone_owned_is_the_heirs_and_every_slot_is_stated_anew(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = three_owners();
    struct felt_id gone[2] = {owner(2), owner(3)}, heir = owner(1);

    (void)state;
    assert_int_equal(felt_restate(map, TERM, gone, 2, &heir), 6);
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        struct felt_slot entry = felt_slot_map_get(map, slot);

        assert_owner(map, slot, 1);
        assert_true(entry.term == TERM);
        assert_int_equal(entry.seq, 0);
    }
    assert_int_equal(felt_slot_map_owners(map), 1);
}

static void an_heir_that_owned_nothing_and_an_owner_that_stays(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = three_owners();
    struct felt_id gone = owner(2), heir = owner(4);

    (void)state;
    assert_int_equal(felt_restate(map, TERM, &gone, 1, &heir), 3);
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        assert_owner(map, slot, slot < 4 ? 1 : slot < 7 ? 4 : 3);
        assert_true(felt_slot_map_get(map, slot).term == TERM);
    }
}

static void where_the_gone_own_nothing_the_map_stays_as_it_is(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = three_owners();
    struct felt_id gone = owner(5), heir = owner(1);
    uint64_t before = felt_slot_map_digest(map);

    (void)state;
    assert_int_equal(felt_restate(map, TERM, &gone, 1, &heir), 0);
    assert_true(felt_slot_map_digest(map) == before);
}

/* L-6.9.1, L-6.9.3: what the other side decided meanwhile loses, slot by slot. */
static void it_wins_over_a_decision_that_it_never_heard_of(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = three_owners(),
                                                        *other = three_owners();
    struct felt_id gone = owner(2), heir = owner(1);
    struct felt_slot decided = {.owner = owner(3), .term = 2};

    (void)state;
    felt_slot_map_merge(other, 0, &decided); /* 1 was taken for dead there */
    assert_int_equal(felt_restate(map, TERM, &gone, 1, &heir), 3);
    assert_int_equal(felt_slot_map_merge_all(other, map), FELT_MERGE_NEWER);
    assert_owner(other, 0, 1);
    assert_true(felt_slot_map_digest(other) == felt_slot_map_digest(map));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_gone_owned_is_the_heirs_and_every_slot_is_stated_anew),
        cmocka_unit_test(an_heir_that_owned_nothing_and_an_owner_that_stays),
        cmocka_unit_test(where_the_gone_own_nothing_the_map_stays_as_it_is),
        cmocka_unit_test(it_wins_over_a_decision_that_it_never_heard_of),
    };

    return RUN_TESTS(tests);
}
