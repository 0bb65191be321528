/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "lease/voice.h"
#include "tests/unit/lease/owner.h"

static void a_voter_speaks_for_what_it_owns_by_its_own_map(void **state)
{
    struct felt_slot_map *map = map_of(10, 1);
    struct felt_id voter = owner(2);
    struct felt_voice voice;

    (void)state;
    set_slots(map, 2, 2, 2);
    set_slots(map, 4, 1, 3);
    set_slots(map, 4, 1, 2); /* another seq, so another run, but one range */
    set_slots(map, 9, 1, 2);
    felt_voice_of(map, &voter, &voice);
    assert_true(voice.whole);
    assert_true(voice.digest == felt_slot_map_digest(map));
    assert_int_equal(voice.n, 2);
    assert_int_equal(voice.ranges[0].first, 2);
    assert_int_equal(voice.ranges[0].count, 3);
    assert_int_equal(voice.ranges[1].first, 9);
    felt_slot_map_free(map);
}

static void who_owns_nothing_has_an_empty_voice(void **state)
{
    struct felt_slot_map *map = map_of(10, 1);
    struct felt_id voter = owner(2);
    struct felt_voice voice;

    (void)state;
    felt_voice_of(map, &voter, &voice);
    assert_true(voice.whole);
    assert_int_equal(voice.n, 0);
    felt_slot_map_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_voter_speaks_for_what_it_owns_by_its_own_map),
        cmocka_unit_test(who_owns_nothing_has_an_empty_voice),
    };

    return RUN_TESTS(tests);
}
