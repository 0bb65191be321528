/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/log.h"
#include "agent/reconciler_story.h"

static struct felt_plan_peer peer(uint8_t i)
{
    return (struct felt_plan_peer){
        .subnet = {.ip = felt_ip_v4(0x0a000000u + ((uint32_t)i << 8)), .len = 24},
        .public_ip = felt_ip_v4(0xac100000u + i),
        .mac = {2, 0, 0, 0, 0, i},
        .id = {{i}}};
}

static void want(struct felt_plan_desired *desired, const struct felt_plan_peer *peers, size_t n)
{
    *desired = (struct felt_plan_desired){0};
    assert_int_equal(felt_plan_desired_set(desired, FELT_PLAN_ALL_PEERS, NULL, peers, n), 0);
}

static void a_peer_that_stays_the_same_keeps_its_story(void **state)
{
    struct felt_plan_peer before[] = {peer(1), peer(2), peer(4)};
    struct felt_plan_peer after[] = {peer(0), peer(1), peer(3), peer(4), peer(5)};
    struct felt_peer_story stories[] = {
        {.settled = true}, {.settled = true}, {.told = FELT_PLAN_NO_MAC}};
    struct felt_plan_desired last, next;
    struct felt_peer_story *carried;

    (void)state;
    want(&last, before, 3);
    want(&next, after, 5);
    carried = felt_peer_story_carry(&last, stories, &next);
    assert_non_null(carried);
    assert_false(carried[0].settled);
    assert_true(carried[1].settled);
    assert_false(carried[2].settled);
    assert_int_equal(carried[3].told, FELT_PLAN_NO_MAC);
    assert_false(carried[4].settled);
    free(carried);
    felt_plan_desired_done(&last);
    felt_plan_desired_done(&next);
}

static void a_peer_that_changed_anything_is_news(void **state)
{
    (void)state;
    for (int what = 0; what < 4; what++) {
        struct felt_plan_peer before = peer(1), after = peer(1);
        struct felt_peer_story story = {.settled = true};
        struct felt_plan_desired last, next;
        struct felt_peer_story *carried;

        if (what == 0)
            after.mac[5] = 9;
        else if (what == 1)
            after.public_ip = felt_ip_v4(1);
        else if (what == 2)
            after.id.b[5] = 9;
        else
            after.subnet.len = 25;
        want(&last, &before, 1);
        want(&next, &after, 1);
        carried = felt_peer_story_carry(&last, &story, &next);
        assert_non_null(carried);
        assert_false(carried[0].settled);
        free(carried);
        felt_plan_desired_done(&last);
        felt_plan_desired_done(&next);
    }
}

static void a_peer_is_settled_when_all_of_its_entries_went_and_not_before(void **state)
{
    struct felt_plan_peer peers[] = {peer(1), peer(2), peer(3), peer(4)};
    struct felt_plan_op ops[] = {{.kind = FELT_OP_NEIGH_SET, .peer = 0},
                                 {.kind = FELT_OP_FDB_SET, .peer = 0},
                                 {.kind = FELT_OP_NEIGH_SET, .peer = 1},
                                 {.kind = FELT_OP_FDB_SET, .peer = 1},
                                 {.kind = FELT_OP_ROUTE_DEL, .peer = FELT_PLAN_NO_PEER}};
    struct felt_plan_trouble trouble = {.problem = FELT_PLAN_NO_MAC, .peer = 2};
    bool plain[4] = {true};
    struct felt_plan plan = {
        .ops = ops, .n_ops = 5, .troubles = &trouble, .n_troubles = 1, .plain = plain};
    int results[] = {0, 0, 0, -EINVAL, 0};
    struct felt_peer_story stories[4] = {{0}, {.settled = true}, {.settled = true}, {0}};
    struct felt_plan_desired desired;

    (void)state;
    want(&desired, peers, 4);
    assert_int_equal(felt_peer_story_tell(&desired, &plan, results, false, stories), 0);
    assert_true(stories[0].settled);
    assert_false(stories[1].settled);
    assert_false(stories[2].settled);
    assert_int_equal(stories[2].told, FELT_PLAN_NO_MAC);
    assert_true(stories[3].settled); /* nothing was needed: it was right already */
    assert_true(stories[0].plain);
    assert_false(stories[3].plain);
    plain[0] = false; /* in vxlan from now on */
    felt_peer_story_tell(&desired, &plan, results, false, stories);
    assert_false(stories[0].plain);
    felt_plan_desired_done(&desired);
}

static void a_repair_is_of_a_peer_that_was_settled_before(void **state)
{
    struct felt_plan_peer peers[] = {peer(1), peer(2), peer(3)};
    struct felt_plan_op ops[] = {{.kind = FELT_OP_NEIGH_SET, .peer = 0},
                                 {.kind = FELT_OP_FDB_SET, .peer = 0},
                                 {.kind = FELT_OP_NEIGH_SET, .peer = 1}};
    bool plain[3] = {false};
    struct felt_plan plan = {.ops = ops, .n_ops = 3, .plain = plain};
    struct felt_peer_story stories[3] = {{.settled = true}, {0}, {.settled = true}};
    struct felt_plan_desired desired;
    int results[3] = {0};

    (void)state;
    want(&desired, peers, 3);
    assert_int_equal(felt_peer_story_tell(&desired, &plan, results, false, stories), 1);
    assert_int_equal(felt_peer_story_tell(&desired, &plan, results, true, stories), 2);
    felt_plan_desired_done(&desired);
}

static void a_trouble_that_ends_can_be_told_again(void **state)
{
    struct felt_plan_peer peers[] = {peer(1)};
    bool plain[1] = {true};
    struct felt_plan plan = {.plain = plain};
    struct felt_peer_story stories[1] = {{.told = FELT_PLAN_NO_MAC}};
    struct felt_plan_desired desired;
    int results[1] = {0};

    (void)state;
    want(&desired, peers, 1);
    felt_peer_story_tell(&desired, &plan, results, false, stories);
    assert_true(stories[0].settled);
    assert_int_equal(stories[0].told, FELT_PLAN_FINE);
    felt_plan_desired_done(&desired);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_that_stays_the_same_keeps_its_story),
        cmocka_unit_test(a_peer_that_changed_anything_is_news),
        cmocka_unit_test(a_peer_is_settled_when_all_of_its_entries_went_and_not_before),
        cmocka_unit_test(a_repair_is_of_a_peer_that_was_settled_before),
        cmocka_unit_test(a_trouble_that_ends_can_be_told_again),
    };

    felt_log_set_max(FELT_LOG_ERROR);
    return RUN_TESTS(tests);
}
