/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of a world are called a, b, c, ... and live at 192.0.2.1, .2, .3, ... Slot n of NETWORK is
 * 10.1.(n + 1).0/24. */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "node/core.h"
#include "node/reserve.h"
#include "tests/unit/node/cluster.h"

#define NETWORK       "{\"Network\":\"10.1.0.0/16\"}"
#define THREE_SUBNETS "{\"Network\":\"10.2.0.0/28\",\"SubnetLen\":30}"

static struct felt_reserve_answer reserve(struct world *w, int host, uint32_t slot,
                                          const char *text)
{
    struct felt_reserve_answer answer;
    struct felt_whom whom;
    enum felt_verdict verdict;

    if (text)
        assert_int_equal(felt_whom_parse(text, &whom), 0);
    felt_node_may_reserve(world_node(w, host), slot, text ? &whom : NULL, &answer);
    verdict =
        world_tell(w, host,
                   (struct felt_input){.kind = FELT_INPUT_RESERVE,
                                       .reserve = {.slot = slot, .whom = text ? &whom : NULL}});
    assert_int_equal(verdict,
                     answer.refusal == FELT_RESERVE_OK ? FELT_VERDICT_TAKEN : FELT_VERDICT_BUSY);
    world_run(w, SECONDS(3));
    return answer;
}

static void assert_reserved(struct world *w, int host, uint32_t slot, const char *text)
{
    assert_int_equal(reserve(w, host, slot, text).refusal, FELT_RESERVE_OK);
}

/* What host lists of the slot; "" for nothing. */
static const char *listed(struct world *w, int host, uint32_t slot)
{
    static char line[200];
    struct felt_notice_place place = {0};
    struct felt_reservation_view v;
    char text[FELT_WHOM_TEXT];

    line[0] = '\0';
    while (felt_node_next_reservation(world_node(w, host), &place, &v))
        if (v.slot == slot)
            snprintf(line, sizeof(line), "%s%s%s%s", felt_whom_format(&v.whom, text),
                     v.leased ? " leased by " : "", v.holder, v.conflict ? ", a conflict" : "");
    return line;
}

/* L-8.2.1, L-8.2.3 */
static void a_joiner_gets_what_is_reserved_for_its_name_or_its_address(void **state)
{
    struct world *w = world_of(NETWORK, 2);

    (void)state;
    assert_reserved(w, 0, 40, "c");
    assert_reserved(w, 1, 41, "192.0.2.4");
    world_join(w, 0); /* c */
    world_run(w, SECONDS(5));
    world_join_wish(w, 1, "10.1.100.0/24"); /* d, at 192.0.2.4 */
    world_run(w, SECONDS(5));
    assert_int_equal(world_lease(w, 2), 40);
    assert_int_equal(world_lease(w, 3), 41);
    assert_string_equal(listed(w, 1, 40), "c leased by c");
    assert_non_null(strstr(world_log(w), "d lease taken slot=41 this one is reserved"));
    assert_true(world_agrees(w));
    world_free(w);
}

/* L-8.2.1 */
static void what_is_reserved_for_the_same_already_makes_no_new_version(void **state)
{
    struct world *w = world_of(NETWORK, 2);
    struct felt_reserve_answer again;
    struct felt_notice notice;

    (void)state;
    assert_false(reserve(w, 0, 40, "c").already);
    again = reserve(w, 1, 40, "c");
    assert_int_equal(again.refusal, FELT_RESERVE_OK);
    assert_true(again.already);
    assert_true(felt_notices_get(world_node(w, 1)->notices, 40, &notice));
    assert_true(notice.version == 1);
    world_free(w);
}

/* L-8.2.4 */
static void a_wish_for_what_is_reserved_for_another_is_not_met_and_it_says_why(void **state)
{
    struct world *w = world_of(NETWORK, 2);

    (void)state;
    assert_reserved(w, 0, 40, "node-7");
    world_log(w);
    world_join_wish(w, 1, "10.1.41.0/24");
    world_run(w, SECONDS(5));
    assert_int_not_equal(world_lease(w, 2), 40);
    assert_true(world_lease(w, 2) >= 0);
    assert_non_null(strstr(world_log(w), "the wished one is reserved for node-7"));
    world_free(w);
}

/* L-8.2.6 */
static void where_all_that_is_free_is_reserved_a_joiner_waits_and_is_told_so(void **state)
{
    struct world *w = world_of(THREE_SUBNETS, 1);
    struct felt_self_view self;

    (void)state;
    assert_reserved(w, 0, 1, "x");
    assert_reserved(w, 0, 2, "c");
    world_join(w, 0); /* b */
    world_run(w, SECONDS(10));
    assert_int_equal(world_lease(w, 1), -1);
    felt_node_self(world_node(w, 1), &self);
    assert_string_equal(self.waiting, "all 2 free subnets are reserved for others");
    world_join(w, 0); /* c */
    world_run(w, SECONDS(10));
    assert_int_equal(world_lease(w, 2), 2);
    felt_node_self(world_node(w, 1), &self);
    assert_string_equal(self.waiting, "the only free subnet is reserved for another node");
    assert_reserved(w, 2, 1, NULL);
    world_run(w, SECONDS(15));
    assert_int_equal(world_lease(w, 1), 1);
    world_free(w);
}

/* L-8.2.5 */
static void a_refusal_names_what_stands_in_the_way(void **state)
{
    struct world *w = world_of(NETWORK, 3);
    uint32_t b = (uint32_t)world_lease(w, 1);
    struct felt_reserve_answer answer;

    (void)state;
    answer = reserve(w, 0, b, "x");
    assert_int_equal(answer.refusal, FELT_RESERVE_LEASED);
    assert_string_equal(answer.holder, "b");
    assert_reserved(w, 0, b, "b"); /* its own */
    answer = reserve(w, 0, 99, "b");
    assert_int_equal(answer.refusal, FELT_RESERVE_ELSEWHERE);
    assert_int_equal(answer.slot, b);
    answer = reserve(w, 2, 50, "c");
    assert_int_equal(answer.refusal, FELT_RESERVE_OK);
    assert_true(answer.leases_now);
    assert_int_equal(answer.lease, world_lease(w, 2));
    answer = reserve(w, 1, 50, "y");
    assert_int_equal(answer.refusal, FELT_RESERVE_TAKEN);
    assert_string_equal(answer.whom.name, "c");
    answer = reserve(w, 1, 51, NULL);
    assert_int_equal(answer.refusal, FELT_RESERVE_NOTHING);
    assert_reserved(w, 1, 50, NULL);
    assert_string_equal(listed(w, 0, 50), "");
    world_kill(w, 1); /* dead, it keeps its lease */
    world_run(w, SECONDS(30));
    assert_reserved(w, 0, b, NULL);
    assert_int_equal(reserve(w, 0, b, "x").refusal, FELT_RESERVE_LEASED);
    world_free(w);
}

/* L-8.2.5 */
static void there_are_4096_and_no_more(void **state)
{
    struct world *w = world_of("{\"Network\":\"10.0.0.0/8\"}", 2);
    struct felt_reserve_answer answer;
    struct felt_whom whom = {0};
    unsigned seconds = 0;

    (void)state;
    for (uint32_t i = 0; i < FELT_NOTICES_LIVE_MAX; i++) {
        snprintf(whom.name, sizeof(whom.name), "n%u", i);
        assert_int_equal(
            world_tell(w, 0,
                       (struct felt_input){.kind = FELT_INPUT_RESERVE, .reserve = {i + 1, &whom}}),
            FELT_VERDICT_TAKEN);
    }
    /* They are known in a moment, though a queue of rumours holds 1,024. L-8.1.5 */
    while (felt_notices_live(world_node(w, 1)->notices) < FELT_NOTICES_LIVE_MAX && seconds++ < 10)
        world_run(w, SECONDS(1));
    assert_in_range(seconds, 1, 10);
    answer = reserve(w, 0, 9000, "one-more");
    assert_int_equal(answer.refusal, FELT_RESERVE_FULL);
    /* A joiner learns of all of them, beside the map and by asking on. L-8.1.5 */
    world_join(w, 0);
    world_run(w, SECONDS(20));
    assert_true(world_agrees(w));
    assert_int_equal(felt_notices_live(world_node(w, 2)->notices), FELT_NOTICES_LIVE_MAX);
    assert_true(world_lease(w, 2) > FELT_NOTICES_LIVE_MAX);
    world_free(w);
}

/* L-8.1.4, L-8.1.2 */
static void what_was_reserved_survives_that_all_are_killed(void **state)
{
    struct world *w = world_of(NETWORK, 3);

    (void)state;
    assert_reserved(w, 1, 40, "d");
    assert_reserved(w, 1, 41, "x");
    assert_reserved(w, 0, 41, NULL);
    for (int i = 0; i < 3; i++)
        world_kill(w, i);
    for (int i = 0; i < 3; i++)
        world_restart(w, i);
    world_run(w, SECONDS(30));
    for (int i = 0; i < 3; i++) {
        assert_string_equal(listed(w, i, 40), "d");
        assert_string_equal(listed(w, i, 41), "");
        assert_int_equal(felt_notices_count(world_node(w, i)->notices), 2);
    }
    world_join(w, 2);
    world_run(w, SECONDS(5));
    assert_int_equal(world_lease(w, 3), 40);
    world_free(w);
}

/* L-8.2.7, L-8.2.3: whoever owns it by then. */
static void ownership_moves_and_the_reservation_stays(void **state)
{
    struct world *w = world_of(NETWORK, 3);

    (void)state;
    assert_reserved(w, 0, 200, "d");
    world_run(w, SECONDS(200)); /* stake is spread */
    for (int i = 0; i < 3; i++)
        if (felt_slot_map_owns(world_node(w, 0)->map, felt_node_id(world_node(w, i)), 200)) {
            assert_int_equal(world_leave(w, i), FELT_VERDICT_TAKEN);
            world_run(w, SECONDS(10));
            world_join(w, i == 0 ? 1 : 0);
            break;
        }
    world_run(w, SECONDS(10));
    assert_int_equal(world_lease(w, 3), 200);
    world_free(w);
}

/* L-8.2.8, L-8.2.4 */
static void a_lease_in_use_stays_and_the_list_says_that_they_conflict(void **state)
{
    struct world *w = world_of(NETWORK, 2);

    (void)state;
    world_cut(w, 0, 1, true);
    world_run(w, SECONDS(30));
    assert_reserved(w, 0, 250, "x"); /* b's reserve, and b does not hear of it */
    world_join_wish(w, 1, "10.1.251.0/24");
    world_cut(w, 0, 2, true);
    world_run(w, SECONDS(5));
    if (world_lease(w, 2) != 250)
        fail_msg("the slot is not b's to give");
    world_cut(w, 0, 1, false);
    world_cut(w, 0, 2, false);
    world_run(w, SECONDS(60));
    assert_true(world_agrees(w));
    for (int i = 0; i < 3; i++)
        assert_string_equal(listed(w, i, 250), "x leased by c, a conflict");
    assert_int_equal(world_lease(w, 2), 250);
    world_kill(w, 2);
    world_restart(w, 2);
    world_run(w, SECONDS(10));
    assert_int_equal(world_lease(w, 2), 250); /* L-5.3 */
    world_free(w);
}

/* L-8.2.6 */
static void who_owns_only_what_is_reserved_for_others_is_given_more(void **state)
{
    struct world *w = world_of(THREE_SUBNETS, 2);
    struct felt_node *b = world_node(w, 1);

    (void)state;
    /* b owns one slot; it is to lose it as its lease, and it is reserved for another. */
    assert_int_equal(felt_slot_map_stake(b->map, felt_node_id(b)), 1);
    assert_true(felt_crier_enter(b, b->lease, felt_bytes("\x01x", 2)));
    b->has_lease = b->lease_used = false;
    felt_asker_restart(b);
    world_run(w, SECONDS(15));
    assert_true(world_lease(w, 1) >= 0);
    assert_int_equal(felt_slot_map_stake(b->map, felt_node_id(b)), 2);
    world_free(w);
}

/* L-8.2.4 */
static void a_choice_that_is_not_used_yet_is_given_up(void **state)
{
    struct world *w = world_of(NETWORK, 1);
    struct felt_node *b;

    (void)state;
    world_join(w, 0);
    world_disk_time(w, 1, SECONDS(5));
    b = world_node(w, 1);
    for (int i = 0; i < 600 && !b->has_lease; i++)
        world_run(w, FELT_USEC_SEC / 10);
    assert_true(b->has_lease && !b->lease_used); /* it is being saved */
    assert_true(felt_crier_enter(b, b->lease, felt_bytes("\x01x", 2)));
    world_run(w, SECONDS(20));
    assert_true(world_lease(w, 1) >= 0);
    assert_string_equal(listed(w, 1, (uint32_t)world_lease(w, 1)), "");
    world_free(w);
}

/* L-8.2.6: who owns nothing that it could lease needs none of it for itself. */
static void an_owner_without_a_lease_gives_what_it_has_to_the_one_it_is_reserved_for(void **state)
{
    struct world *w = world_of(THREE_SUBNETS, 1);

    (void)state;
    assert_reserved(w, 0, 1, "x");
    assert_reserved(w, 0, 2, "d");
    world_join(w, 0); /* b and c wait */
    world_join(w, 0);
    world_run(w, SECONDS(5));
    assert_int_equal(world_leave(w, 0), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(20));
    assert_true((world_lease(w, 1) == 0) != (world_lease(w, 2) == 0)); /* one goes on waiting, */
    assert_true(felt_slot_map_stake(world_node(w, 1)->map, felt_node_id(world_node(w, 1))) > 0);
    assert_true(felt_slot_map_stake(world_node(w, 1)->map, felt_node_id(world_node(w, 2))) > 0);
    world_join(w, 1); /* and owns what d is to have */
    world_run(w, SECONDS(20));
    assert_int_equal(world_lease(w, 3), 2);
    world_free(w);
}

static void before_there_is_a_map_nothing_is_reserved(void **state)
{
    struct world *w = world_of(NETWORK, 1);
    struct felt_notice_place place = {0};
    struct felt_reservation_view view;

    (void)state;
    world_cut(w, 0, 1, true);
    world_join(w, 0);
    world_run(w, SECONDS(1));
    assert_int_equal(reserve(w, 1, 0, "x").refusal, FELT_RESERVE_NOT_READY);
    assert_false(felt_node_next_reservation(world_node(w, 1), &place, &view));
    world_free(w);
}

/* L-8.2.9 */
static void a_founder_begins_with_reservations_and_its_own_is_its_lease(void **state)
{
    struct felt_node_config config = bench_config();
    struct felt_wanted wanted[2] = {{.whom = {.name = "x"}}, {.whom = {.ip = config.public_ip}}};
    enum felt_node_refusal refusal;
    struct felt_node *node;
    struct bench b;

    (void)state;
    assert_int_equal(felt_cidr_parse("10.1.1.0/24", &wanted[0].subnet), 0);
    assert_int_equal(felt_cidr_parse("10.1.41.0/24", &wanted[1].subnet), 0);
    config.net_config = BENCH_CONFIG;
    config.reservations = wanted;
    config.n_reservations = 2;
    bench_new(&b, &config);
    bench_wait(&b, 0);
    bench_settle(&b);
    assert_int_equal(bench_self(&b).lease_slot, 40);
    assert_int_equal(felt_notices_live(b.node->notices), 2);
    bench_done(&b);
    assert_int_equal(felt_cidr_parse("10.9.1.0/24", &wanted[0].subnet), 0);
    assert_int_equal(felt_node_new(&config, &node, &refusal), -EINVAL);
    assert_int_equal(refusal, FELT_NODE_BAD_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_joiner_gets_what_is_reserved_for_its_name_or_its_address),
        cmocka_unit_test(what_is_reserved_for_the_same_already_makes_no_new_version),
        cmocka_unit_test(a_wish_for_what_is_reserved_for_another_is_not_met_and_it_says_why),
        cmocka_unit_test(where_all_that_is_free_is_reserved_a_joiner_waits_and_is_told_so),
        cmocka_unit_test(a_refusal_names_what_stands_in_the_way),
        cmocka_unit_test(there_are_4096_and_no_more),
        cmocka_unit_test(what_was_reserved_survives_that_all_are_killed),
        cmocka_unit_test(ownership_moves_and_the_reservation_stays),
        cmocka_unit_test(a_lease_in_use_stays_and_the_list_says_that_they_conflict),
        cmocka_unit_test(who_owns_only_what_is_reserved_for_others_is_given_more),
        cmocka_unit_test(a_choice_that_is_not_used_yet_is_given_up),
        cmocka_unit_test(an_owner_without_a_lease_gives_what_it_has_to_the_one_it_is_reserved_for),
        cmocka_unit_test(before_there_is_a_map_nothing_is_reserved),
        cmocka_unit_test(a_founder_begins_with_reservations_and_its_own_is_its_lease),
    };

    return RUN_TESTS(tests);
}
