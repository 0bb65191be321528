/* SPDX-License-Identifier: Apache-2.0 */
/* Whole nodes whose process, disk or machine fails. */
#include "tests/unit/node/bench.h"

#include <string.h>

#include "tests/unit/node/cluster.h"

/* L-5.2: kill the giver at every millisecond around a gift, and let it come back from its disk. */
static void a_giver_that_crashes_around_a_gift_never_has_what_it_gave(void **state)
{
    (void)state;
    for (unsigned ms = 0; ms < 60; ms++) {
        _cleanup_(world_freep) struct world *w = world_new(ms);
        int b;

        world_found(w, BENCH_CONFIG);
        world_run(w, SECONDS(1));
        world_disk_time(w, 0, 20 * FELT_USEC_MS);
        b = world_join(w, 0);
        world_run(w, ms * FELT_USEC_MS);
        world_kill(w, 0);
        world_run(w, SECONDS(2));
        world_restart(w, 0);
        world_run(w, SECONDS(60));
        assert_true(world_lease(w, 0) >= 0);
        assert_true(world_lease(w, b) >= 0);
        assert_true(world_agrees(w));
        assert_int_equal(world_double_owners(w), 0);
    }
}

/* L-3.3.1 */
static void a_joiner_that_crashes_around_its_gift_ends_with_one_lease(void **state)
{
    (void)state;
    for (unsigned ms = 0; ms < 60; ms++) {
        _cleanup_(world_freep) struct world *w = world_new(ms);
        int b;

        world_found(w, BENCH_CONFIG);
        world_run(w, SECONDS(1));
        b = world_join(w, 0);
        world_disk_time(w, b, 15 * FELT_USEC_MS);
        world_run(w, ms * FELT_USEC_MS);
        world_kill(w, b);
        world_run(w, SECONDS(1));
        world_restart(w, b);
        world_run(w, SECONDS(60));
        assert_true(world_lease(w, b) >= 0);
        assert_int_equal(world_sees(w, 0, b), FELT_MEMBER_ALIVE);
        assert_int_equal(world_double_owners(w), 0);
    }
}

/* S-3.4 */
static void while_a_founders_disk_fails_nobody_gets_slots_and_then_they_do(void **state)
{
    _cleanup_(world_freep) struct world *w = cluster(1, 2);
    int c;

    (void)state;
    world_disk(w, 0, false);
    world_disk(w, 1, false);
    c = world_join(w, 0);
    world_run(w, SECONDS(120));
    assert_int_equal(world_lease(w, c), -1);
    assert_non_null(strstr(world_log(w), "a cannot save"));
    assert_int_equal(world_sees(w, 1, 0), FELT_MEMBER_ALIVE);
    world_disk(w, 0, true);
    world_disk(w, 1, true);
    world_run(w, SECONDS(60));
    assert_true(world_lease(w, c) >= 0);
    assert_true(world_agrees(w));
    assert_int_equal(world_double_owners(w), 0);
}

static void a_joiner_whose_disk_fails_does_not_use_its_lease(void **state)
{
    _cleanup_(world_freep) struct world *w = cluster(1, 2);
    int c = world_join(w, 0);

    (void)state;
    world_run(w, 7 * FELT_USEC_MS); /* its session is saved */
    world_disk(w, c, false);
    world_run(w, SECONDS(60));
    assert_int_equal(world_lease(w, c), -1);
    world_disk(w, c, true);
    world_run(w, SECONDS(40));
    assert_true(world_lease(w, c) >= 0);
}

static void a_wiped_machine_comes_back_as_somebody_new_and_gets_another_lease(void **state)
{
    _cleanup_(world_freep) struct world *w = cluster(1, 3);
    struct felt_self_view before, after;

    (void)state;
    felt_node_self(world_node(w, 2), &before);
    world_kill(w, 2);
    world_wipe(w, 2);
    world_restart(w, 2);
    world_run(w, SECONDS(60));
    felt_node_self(world_node(w, 2), &after);
    assert_false(felt_id_equal(&before.id, &after.id));
    assert_true(world_lease(w, 2) >= 0);
    assert_int_equal(after.n_members, 4);
    assert_int_equal(world_double_owners(w), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_giver_that_crashes_around_a_gift_never_has_what_it_gave),
        cmocka_unit_test(a_joiner_that_crashes_around_its_gift_ends_with_one_lease),
        cmocka_unit_test(while_a_founders_disk_fails_nobody_gets_slots_and_then_they_do),
        cmocka_unit_test(a_joiner_whose_disk_fails_does_not_use_its_lease),
        cmocka_unit_test(a_wiped_machine_comes_back_as_somebody_new_and_gets_another_lease),
    };

    return RUN_TESTS(tests);
}
