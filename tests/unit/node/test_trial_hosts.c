/* SPDX-License-Identifier: Apache-2.0 */
/* Trials between several hosts with a network between them; one node step by step is in
 * test_trial.c. */
#include "tests/unit/test.h"

#include <string.h>

#include "node/core.h"
#include "tests/support/world.h"

#define NETWORK "{\"Network\":\"10.1.0.0/16\"}"
#define MTU     1450
#define MINUTE  (60 * FELT_USEC_SEC)
/* Of three: a turn of both others, four tries, and as much again for small after large. */
#define FOUND (3 * FELT_TRIAL_PERIOD)

static struct world *hosts_with(int n, const char *network, enum felt_backend type)
{
    struct world *w = world_new(1);

    assert_int_equal(world_found(w, network), 0);
    for (int i = 1; i < n; i++)
        assert_int_equal(world_join(w, 0), i);
    world_run(w, 10 * FELT_USEC_SEC);
    for (int i = 0; i < n; i++)
        world_device(w, i, type, MTU);
    world_run(w, 30 * FELT_USEC_SEC);
    world_log(w);
    return w;
}

static struct world *three_hosts(void)
{
    return hosts_with(3, NETWORK, FELT_BACKEND_VXLAN);
}

static struct felt_member_view view(struct world *w, int host, int other)
{
    const struct felt_id *id = felt_node_id(world_node(w, other));
    struct felt_member_view m;

    for (uint32_t i = 0; felt_node_next_member(world_node(w, host), world_now(w), &i, &m);)
        if (felt_id_equal(&m.id, id))
            return m;
    fail_msg("host %d does not know %d", host, other);
    return m;
}

static enum felt_path_state path(struct world *w, int host, int other)
{
    return view(w, host, other).paths[0].state;
}

/* Of IPv6 packets, beside IPv4. */
static enum felt_path_state path6(struct world *w, int host, int other)
{
    return view(w, host, other).paths[1].state;
}

static void all_pass_but(struct world *w, int a, int b)
{
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            if (i != k && !(i == a && k == b) && !(i == b && k == a))
                assert_int_equal(path(w, i, k), FELT_PATH_PASSES);
}

/* O-3.6 */
static void who_gets_a_device_tries_all_of_a_few_at_once(void **state)
{
    struct world *w = three_hosts();

    (void)state;
    all_pass_but(w, -1, -1);
    assert_in_range(view(w, 0, 1).paths[0].rtt_us, 1, FELT_USEC_MS);
    assert_int_equal(view(w, 0, 1).paths[0].since_us, 0);
    assert_int_equal(path(w, 0, 0), FELT_PATH_UNKNOWN); /* itself */
    world_free(w);
}

/* O-3.4, O-3.5, O-3.7 */
static void what_is_filtered_fails_at_both_ends_is_told_once_and_is_back_when_it_passes(
    void **state)
{
    struct world *w = three_hosts();

    (void)state;
    world_filter(w, 1, 2, 1); /* one way: then neither question nor answer gets through */
    world_run(w, FOUND);
    assert_int_equal(path(w, 1, 2), FELT_PATH_FAILS);
    assert_int_equal(path(w, 2, 1), FELT_PATH_FAILS);
    assert_true(view(w, 1, 2).paths[0].since_us > 0);
    all_pass_but(w, 1, 2);
    world_run(w, 10 * MINUTE);
    assert_string_equal(strstr(world_log(w), "path fails") ? "told" : "not told", "told");
    world_run(w, 10 * MINUTE);
    assert_string_equal(world_log(w), "");
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            assert_int_equal(world_sees(w, i, k), FELT_MEMBER_ALIVE);
    world_filter(w, 1, 2, 0);
    world_run(w, 2 * FELT_TRIAL_AGAIN);
    all_pass_but(w, -1, -1);
    assert_non_null(strstr(world_log(w), "b path passes c"));
    world_free(w);
}

/* O-3.1, O-3.4: small ones pass. Answers are small, so it is one direction that shows. */
static void an_mtu_that_is_too_large_is_told_apart_from_a_filter(void **state)
{
    struct world *w = three_hosts();

    (void)state;
    world_filter(w, 0, 1, MTU - 1);
    world_run(w, 2 * FELT_TRIAL_LARGE_EVERY * FELT_TRIAL_PERIOD * 5 / 4 + FOUND);
    assert_int_equal(path(w, 0, 1), FELT_PATH_LARGE_FAILS);
    assert_int_equal(path(w, 1, 0), FELT_PATH_PASSES);
    assert_int_equal(path(w, 0, 2), FELT_PATH_PASSES);
    world_run(w, 10 * MINUTE); /* small ones pass all the time */
    assert_int_equal(path(w, 0, 1), FELT_PATH_LARGE_FAILS);
    world_log(w);
    world_filter(w, 0, 1, 0);
    world_run(w, 2 * FELT_TRIAL_AGAIN);
    assert_int_equal(path(w, 0, 1), FELT_PATH_PASSES);
    assert_non_null(strstr(world_log(w), "a path passes b"));
    world_free(w);
}

/* O-3.5: it is a way back from a filter to an MTU that is too large. */
static void who_passes_again_with_small_packets_is_tried_with_a_large_one(void **state)
{
    struct world *w = three_hosts();

    (void)state;
    world_filter(w, 0, 1, 1);
    world_run(w, FOUND);
    assert_int_equal(path(w, 0, 1), FELT_PATH_FAILS);
    world_filter(w, 0, 1, MTU - 1);
    world_run(w, 2 * FELT_TRIAL_AGAIN + 3 * FELT_TRIAL_TRIES * FELT_TRIAL_WAIT);
    assert_int_equal(path(w, 0, 1), FELT_PATH_LARGE_FAILS);
    world_free(w);
}

/* O-3.3 */
static void the_dead_the_mute_and_the_slow_are_not_judged(void **state)
{
    struct world *w = three_hosts();

    (void)state;
    for (int round = 0; round < 10; round++) {
        world_kill(w, 2);
        world_run(w, FOUND);
        world_restart(w, 2);
        world_device(w, 2, FELT_BACKEND_VXLAN, MTU);
        world_run(w, 7 * FELT_USEC_SEC);
        world_cut(w, 0, 1, true);
        world_run(w, 3 * FELT_USEC_SEC);
        world_cut(w, 0, 1, false);
        world_pause(w, 1, 11 * FELT_USEC_SEC);
        world_run(w, FOUND);
    }
    assert_null(strstr(world_log(w), "path"));
    world_free(w);
}

/* O-3.3: a member that fails and then dies is nobody's problem of that kind. */
static void of_the_dead_nothing_is_shown(void **state)
{
    struct world *w = three_hosts();

    (void)state;
    world_filter(w, 0, 1, 1);
    world_run(w, FOUND);
    assert_int_equal(path(w, 0, 1), FELT_PATH_FAILS);
    world_kill(w, 1);
    world_run(w, 30 * FELT_USEC_SEC);
    for (int k = 0; k < 2; k++) {
        struct felt_member_view m;
        uint32_t i = 0;

        while (felt_node_next_member(world_node(w, 0), world_now(w), &i, &m))
            if (m.state == FELT_MEMBER_DEAD)
                assert_int_equal(m.paths[0].state, FELT_PATH_UNKNOWN);
        world_run(w, MINUTE);
    }
    /* And when it is back, nothing is known before it is tried. */
    world_restart(w, 1);
    world_run(w, 3 * FELT_USEC_SEC);
    assert_int_equal(world_sees(w, 0, 1), FELT_MEMBER_ALIVE);
    assert_int_equal(path(w, 0, 1), FELT_PATH_UNKNOWN);
    world_device(w, 1, FELT_BACKEND_VXLAN, MTU);
    world_filter(w, 0, 1, 0);
    world_run(w, FOUND);
    assert_int_equal(path(w, 0, 1), FELT_PATH_PASSES);
    world_free(w);
}

/* O-3.1: a network in between that drops what has addresses of containers, as clouds do. */
static void host_gw_is_tried_where_its_bridges_are(void **state)
{
    struct world *w =
        hosts_with(2, "{\"Network\":\"10.1.0.0/16\",\"Backend\":{\"Type\":\"host-gw\"}}",
                   FELT_BACKEND_HOST_GW);

    (void)state;
    assert_int_equal(path(w, 0, 1), FELT_PATH_PASSES);
    world_filter(w, 0, 1, 1);
    world_run(w, FOUND);
    assert_int_equal(path(w, 0, 1), FELT_PATH_FAILS);
    assert_int_equal(path(w, 1, 0), FELT_PATH_FAILS);
    world_log(w);
    /* No container was started there: there is no bridge. */
    world_path_end(w, 1, FELT_FAMILY_V4, false);
    assert_int_equal(path(w, 1, 0), FELT_PATH_UNKNOWN);
    world_kill(w, 0); /* who knows nothing of it any more */
    world_restart(w, 0);
    world_device(w, 0, FELT_BACKEND_HOST_GW, MTU);
    world_run(w, 10 * MINUTE);
    assert_int_equal(path(w, 0, 1), FELT_PATH_UNKNOWN);
    assert_null(strstr(world_log(w), "path"));
    world_filter(w, 0, 1, 0);
    world_path_end(w, 1, FELT_FAMILY_V4, true);
    world_run(w, FOUND);
    assert_int_equal(path(w, 0, 1), FELT_PATH_PASSES);
    assert_int_equal(path(w, 1, 0), FELT_PATH_PASSES);
    world_free(w);
}

/* ---- a network of both families ---- */

#define DUAL                                                                            \
    "{\"Network\":\"10.1.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fd00:1::/48\"," \
    "\"Backend\":{\"Type\":\"vxlan\"}}"
/* As FOUND, of two families by turns. */
#define FOUND_IN_TURNS (2 * FOUND)

static void all_pass_of_both(struct world *w)
{
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            if (i != k) {
                assert_int_equal(path(w, i, k), FELT_PATH_PASSES);
                assert_int_equal(path6(w, i, k), FELT_PATH_PASSES);
            }
}

/* O-3.8: each of the two is found by itself, told, and found well again. */
static void of_two_families_each_is_judged_by_itself(void **state)
{
    struct world *w = hosts_with(3, DUAL, FELT_BACKEND_VXLAN);

    (void)state;
    all_pass_of_both(w);
    world_filter_family(w, 0, 1, FELT_FAMILY_V6, 1);
    world_filter_family(w, 1, 2, FELT_FAMILY_V4, 1);
    world_run(w, FOUND_IN_TURNS);
    assert_int_equal(path(w, 0, 1), FELT_PATH_PASSES);
    assert_int_equal(path6(w, 0, 1), FELT_PATH_FAILS);
    assert_int_equal(path6(w, 1, 0), FELT_PATH_FAILS);
    assert_int_equal(path(w, 1, 2), FELT_PATH_FAILS);
    assert_int_equal(path6(w, 1, 2), FELT_PATH_PASSES);
    assert_int_equal(path(w, 0, 2), FELT_PATH_PASSES);
    assert_int_equal(path6(w, 0, 2), FELT_PATH_PASSES);
    world_filter_family(w, 0, 1, FELT_FAMILY_V6, 0);
    world_filter_family(w, 1, 2, FELT_FAMILY_V4, 0);
    world_run(w, 4 * FELT_TRIAL_AGAIN);
    all_pass_of_both(w);
    world_free(w);
}

/* O-3.8: whatever the number of members, as its parity must not decide who is tried how. */
static void large_packets_of_the_second_family_are_tried_too(void **state)
{
    (void)state;
    for (int n = 2; n <= 3; n++) {
        struct world *w = hosts_with(n, DUAL, FELT_BACKEND_VXLAN);

        world_filter_family(w, 0, 1, FELT_FAMILY_V6, MTU - 1);
        world_run(w, 4 * FELT_TRIAL_LARGE_EVERY * FELT_TRIAL_PERIOD * 5 / 4 + FOUND_IN_TURNS);
        assert_int_equal(path6(w, 0, 1), FELT_PATH_LARGE_FAILS);
        assert_int_equal(path(w, 0, 1), FELT_PATH_PASSES);
        world_free(w);
    }
}

/* O-3.3: who has no end of that family neither judges nor is judged. */
static void an_end_that_is_not_there_is_no_filter(void **state)
{
    struct world *w = hosts_with(3, DUAL, FELT_BACKEND_VXLAN);

    (void)state;
    world_filter_family(w, 0, 2, FELT_FAMILY_V6, 1);
    world_run(w, FOUND_IN_TURNS);
    assert_int_equal(path6(w, 0, 2), FELT_PATH_FAILS);
    world_log(w);
    world_path_end(w, 2, FELT_FAMILY_V6, false);
    world_filter_family(w, 1, 2, FELT_FAMILY_V6, 1); /* as it is without an address there */
    world_run(w, 10 * MINUTE);
    assert_int_equal(path6(w, 2, 0), FELT_PATH_UNKNOWN);
    assert_int_equal(path6(w, 1, 2), FELT_PATH_PASSES); /* as it was last seen */
    assert_int_equal(path(w, 2, 0), FELT_PATH_PASSES);
    assert_string_equal(world_log(w), "");
    world_filter_family(w, 0, 2, FELT_FAMILY_V6, 0);
    world_filter_family(w, 1, 2, FELT_FAMILY_V6, 0);
    world_path_end(w, 2, FELT_FAMILY_V6, true);
    world_run(w, 2 * FELT_TRIAL_AGAIN);
    all_pass_of_both(w);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_gets_a_device_tries_all_of_a_few_at_once),
        cmocka_unit_test(
            what_is_filtered_fails_at_both_ends_is_told_once_and_is_back_when_it_passes),
        cmocka_unit_test(an_mtu_that_is_too_large_is_told_apart_from_a_filter),
        cmocka_unit_test(who_passes_again_with_small_packets_is_tried_with_a_large_one),
        cmocka_unit_test(the_dead_the_mute_and_the_slow_are_not_judged),
        cmocka_unit_test(of_the_dead_nothing_is_shown),
        cmocka_unit_test(host_gw_is_tried_where_its_bridges_are),
        cmocka_unit_test(of_two_families_each_is_judged_by_itself),
        cmocka_unit_test(large_packets_of_the_second_family_are_tried_too),
        cmocka_unit_test(an_end_that_is_not_there_is_no_filter),
    };

    return RUN_TESTS(tests);
}
