/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "node/core.h"
#include "tests/support/world.h"

#define S FELT_USEC_SEC

static uint32_t stake(struct world *w, int host)
{
    struct felt_self_view self;

    felt_node_self(world_node(w, host), &self);
    return self.n_slots_own;
}

/* L-3.7.1, L-3.7.3 */
static void after_joins_stake_is_spread_within_minutes_and_leases_stay(void **state)
{
    struct world *w = world_new(1);
    int leases[5];

    (void)state;
    world_found(w, "{\"Network\":\"10.1.0.0/16\"}");
    for (int i = 1; i < 5; i++) {
        world_run(w, 3 * S);
        world_join(w, i - 1); /* one through the other, so that the last ones get little */
    }
    world_run(w, 5 * S);
    for (int i = 0; i < 5; i++)
        leases[i] = world_lease(w, i);
    assert_true(stake(w, 0) > 51 + 6); /* else there is nothing to see */
    world_run(w, 180 * S);
    for (int i = 0; i < 5; i++) {
        assert_in_range(stake(w, i), 45, 57); /* 51 each, and an eighth */
        assert_int_equal(world_lease(w, i), leases[i]);
    }
    assert_true(world_agrees(w));
    assert_int_equal(world_double_owners(w), 0);
    world_free(w);
}

/* L-3.7.2 */
static void while_saving_fails_nothing_is_given_away(void **state)
{
    struct world *w = world_new(2);
    uint32_t before;
    int rich = 0;

    (void)state;
    world_found(w, "{\"Network\":\"10.1.0.0/16\"}");
    for (int i = 1; i < 3; i++) {
        world_run(w, 1 * S);
        world_join(w, 0);
    }
    world_run(w, 5 * S);
    for (int i = 1; i < 3; i++)
        rich = stake(w, i) > stake(w, rich) ? i : rich;
    before = stake(w, rich);
    assert_true(before > 95);
    world_disk(w, rich, false);
    world_run(w, 180 * S);
    for (int i = 0; i < 3; i++) /* as all see it: what it has decided itself is told to nobody */
        if (i != rich)
            assert_int_equal(
                felt_slot_map_stake(world_node(w, i)->map, felt_node_id(world_node(w, rich))),
                before);
    world_disk(w, rich, true);
    world_run(w, 180 * S);
    assert_true(world_agrees(w));
    assert_int_equal(stake(w, 0) + stake(w, 1) + stake(w, 2), 255);
    assert_in_range(stake(w, rich), 75, 95);
    world_free(w);
}

static void killed_at_any_moment_of_it_nothing_is_owned_twice_or_lost(void **state)
{
    (void)state;
    for (unsigned ms = 0; ms < 20; ms++) {
        struct world *w = world_new(3);
        uint32_t before;

        world_found(w, "{\"Network\":\"10.1.0.0/16\"}");
        world_run(w, 1 * S);
        world_join(w, 0);
        world_run(w, 1 * S);
        world_join(w, 1);
        world_run(w, 5 * S);
        before = stake(w, 0);
        for (int i = 0; i < 120000 && stake(w, 0) == before; i++)
            world_run(w, 1 * FELT_USEC_MS);
        assert_true(stake(w, 0) < before);
        world_run(w, ms * FELT_USEC_MS); /* its disk takes five */
        world_kill(w, 0);
        world_run(w, 3 * S);
        world_restart(w, 0);
        world_run(w, 180 * S);
        assert_true(world_agrees(w));
        assert_int_equal(stake(w, 0) + stake(w, 1) + stake(w, 2), 255);
        assert_int_equal(world_double_owners(w), 0);
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_joins_stake_is_spread_within_minutes_and_leases_stay),
        cmocka_unit_test(while_saving_fails_nothing_is_given_away),
        cmocka_unit_test(killed_at_any_moment_of_it_nothing_is_owned_twice_or_lost),
    };

    return RUN_TESTS(tests);
}
