/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the bridge about its lock, and about listing and watching (proto/etcd.md 5 and 9).
 */
#include "tests/unit/test.h"

#include <string.h>

#include "tests/unit/flannel/engine_rules.h"

/* B-9.1, B-4.2 */
static void a_history_that_was_cleared_is_a_listing_more(void **state)
{
    uint32_t slot = joined(0);

    (void)state;
    w.etcd_down = true;
    bw_run(&w, 2 * SEC);
    bw_flanneld_stop(&w, 7);
    w.etcd_down = false;
    etcd_model_forget(w.etcd);
    bw_vandal(&w, slot, NULL, 0);
    bw_flanneld_start(&w, 7);
    bw_run(&w, 60 * SEC);
    assert_int_equal(stats_of(0).listings, 2);
    settled();
}

/* B-9.1 */
static void a_watch_that_owes_what_the_bridge_did_is_a_listing_more(void **state)
{
    (void)joined(0);
    (void)state;
    w.mute_watch = true;
    bw_run(&w, 60 * SEC);
    assert_int_equal(stats_of(0).listings, 1);
    bw_felt_join(&w, 1);
    bw_run(&w, 2 * SEC);
    assert_int_equal(bw_slot_of(&w, 1), BW_NONE);
    bw_run(&w, 3 * SEC);
    assert_int_not_equal(bw_slot_of(&w, 1), BW_NONE);
    /* Its key is written once more, with the device. */
    bw_run(&w, 60 * SEC);
    assert_int_equal(stats_of(0).listings, 3);
    settled();
}

/* B-9.1: the answer to a watch that was dropped never comes. */
static void listings_without_end_leave_nothing_behind(void **state)
{
    (void)joined(0);
    (void)state;
    bw_run(&w, 24 * HOUR);
    assert_in_range(stats_of(0).listings, 100, 150);
    settled();
}

/* B-9.1: empty, and its count begins anew. */
static void an_etcd_that_was_replaced_gets_all_keys_again(void **state)
{
    uint32_t slot;

    (void)state;
    etcd_model_forget(w.etcd); /* so that it does not catch up soon */
    slot = joined(0);
    etcd_model_free(w.etcd);
    w.etcd = etcd_model_new();
    etcd_model_advance(w.etcd, w.now);
    bw_run(&w, 620 * SEC);
    assert_true(marked(slot));
    bw_felt_join(&w, 1);
    bw_run(&w, 60 * SEC);
    assert_in_range(stats_of(0).listings, 2, 4);
    settled();
}

/* B-9.2 */
static void without_etcd_nothing_new_is_given_and_all_else_goes_on(void **state)
{
    uint32_t slot = joined(0);

    (void)state;
    w.etcd_down = true;
    bw_felt_join(&w, 1);
    bw_run(&w, 120 * SEC);
    assert_int_equal(w.bridges[0].state, FELT_FLANNEL_DOWN);
    assert_int_equal(bw_slot_of(&w, 0), slot);
    assert_int_equal(bw_slot_of(&w, 1), BW_NONE);
    w.etcd_down = false;
    bw_run(&w, 60 * SEC);
    assert_int_equal(w.bridges[0].state, FELT_FLANNEL_OK);
    settled();
}

/* B-5.1, B-5.2 */
static void a_second_bridge_waits_and_takes_over_within_two_minutes(void **state)
{
    (void)joined(0);
    (void)state;
    bw_bridge_start(&w, 1);
    bw_run(&w, 300 * SEC);
    assert_int_equal(w.bridges[0].state, FELT_FLANNEL_OK);
    assert_int_equal(w.bridges[1].state, FELT_FLANNEL_WAITING);
    assert_string_equal(w.bridges[1].text, "waits for the lock that the bridge on h0 has");
    bw_bridge_kill(&w, 0);
    bw_felt_join(&w, 1);
    bw_run(&w, 120 * SEC);
    settled();
    assert_int_not_equal(bw_slot_of(&w, 1), BW_NONE);
}

/* B-5.1 */
static void the_lock_of_a_bridge_on_another_node_is_waited_for_until_it_expires(void **state)
{
    const struct etcd_model_key *lock;
    felt_usec expires_us;

    (void)joined(0);
    (void)state;
    lock = etcd_model_get(w.etcd, "/coreos.com/network/felt/bridge");
    expires_us = lock->expires_us;
    assert_in_range(expires_us, w.now + 35 * SEC, w.now + 60 * SEC);
    bw_bridge_kill(&w, 0);
    bw_bridge_start(&w, 1);
    bw_run(&w, expires_us - w.now - SEC);
    assert_int_equal(w.bridges[1].state, FELT_FLANNEL_WAITING);
    bw_run(&w, 8 * SEC);
    assert_int_equal(w.bridges[1].state, FELT_FLANNEL_OK);
    settled();
}

/* B-5.2, B-11.3: it need not expire. */
static void the_lock_of_a_killed_bridge_of_the_same_node_is_taken_over_at_once(void **state)
{
    (void)joined(0);
    (void)state;
    bw_bridge_kill(&w, 0);
    bw_bridge_start(&w, 0);
    assert_int_equal(w.bridges[0].state, FELT_FLANNEL_WAITING);
    bw_run(&w, SEC);
    assert_int_equal(w.bridges[0].state, FELT_FLANNEL_OK);
}

/* B-5.3 */
static void who_ends_in_order_gives_the_lock_back(void **state)
{
    (void)joined(0);
    (void)state;
    assert_non_null(etcd_model_get(w.etcd, "/coreos.com/network/felt/bridge"));
    bw_bridge_stop(&w, 0);
    assert_null(etcd_model_get(w.etcd, "/coreos.com/network/felt/bridge"));
    bw_bridge_start(&w, 1);
    bw_run(&w, 3 * SEC);
    settled();
}

/* B-5.4 */
static void where_the_mode_is_off_nothing_is_touched(void **state)
{
    uint32_t slot = joined(0);
    uint64_t index;

    (void)state;
    w.on = false;
    bw_run(&w, 60 * SEC); /* the lock goes */
    index = etcd_model_index(w.etcd);
    bw_felt_leave(&w, 0);
    bw_run(&w, 2 * HOUR);
    assert_int_equal(etcd_model_index(w.etcd), index);
    assert_true(marked(slot));
    assert_int_equal(w.bridges[0].state, FELT_FLANNEL_WAITING);
}

/* B-5.1 */
static void who_was_stopped_for_long_changes_nothing_before_it_has_the_lock(void **state)
{
    struct felt_flannel_own own[2] = {{.slot = 3}, {.slot = 4}};
    struct felt_flannel_felt felt = {.on = true, .own = own, .n_own = 2};
    struct felt_flannel_input input = {.event = FELT_FLANNEL_FELT, .felt = &felt};

    (void)joined(0);
    (void)state;
    for (int i = 0; i < 2; i++) {
        own[i].lease.public_ip = felt_ip_v4(0x0a000001 + (uint32_t)i);
        memset(&own[i].node, 0x70 + i, sizeof(own[i].node));
    }
    input.now = w.now + 30 * SEC;
    felt_flannel_step(w.bridges[0].engine, &input, &w.fx);
    assert_in_range(w.fx.n_requests, 2, 4);
    own[0].slot = 5;
    own[1].slot = 6;
    input.now = w.now + 100 * SEC;
    felt_flannel_step(w.bridges[0].engine, &input, &w.fx);
    for (size_t i = 0; i < w.fx.n_requests; i++)
        assert_string_equal(w.fx.requests[i].op.name, "felt/bridge");
    assert_int_equal(w.fx.n_set + w.fx.n_gone + w.fx.n_cleared, 0);
}

/* A terminal obeys nothing in it, and it is UTF-8 wherever it is cut. */
static void what_etcd_refuses_with_is_told_as_one_plain_line(void **state)
{
    const struct felt_etcd_reply refusal = {
        .error = 110, .message = "no\n\xc3\xa4\033[2J", .cause = "/\xc3"};
    const struct felt_flannel_felt felt = {.on = true};
    struct felt_flannel_input input = {.event = FELT_FLANNEL_FELT, .now = w.now, .felt = &felt};
    _cleanup_(felt_flannel_freep) struct felt_flannel *engine = NULL;

    (void)state;
    assert_int_equal(felt_flannel_new(&w.config, &engine), 0);
    felt_flannel_step(engine, &input, &w.fx);
    assert_int_equal(w.fx.n_requests, 1);
    input = (struct felt_flannel_input){
        .event = FELT_FLANNEL_ANSWER, .now = w.now, .id = w.fx.requests[0].id, .reply = &refusal};
    felt_flannel_step(engine, &input, &w.fx);
    assert_true(w.fx.report);
    assert_int_equal(w.fx.state, FELT_FLANNEL_DOWN);
    assert_string_equal(w.fx.text, "etcd refuses: no????[2J (110) /?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(a_history_that_was_cleared_is_a_listing_more),
        RULE(a_watch_that_owes_what_the_bridge_did_is_a_listing_more),
        RULE(listings_without_end_leave_nothing_behind),
        RULE(an_etcd_that_was_replaced_gets_all_keys_again),
        RULE(without_etcd_nothing_new_is_given_and_all_else_goes_on),
        RULE(a_second_bridge_waits_and_takes_over_within_two_minutes),
        RULE(the_lock_of_a_bridge_on_another_node_is_waited_for_until_it_expires),
        RULE(the_lock_of_a_killed_bridge_of_the_same_node_is_taken_over_at_once),
        RULE(who_ends_in_order_gives_the_lock_back),
        RULE(where_the_mode_is_off_nothing_is_touched),
        RULE(who_was_stopped_for_long_changes_nothing_before_it_has_the_lock),
        RULE(what_etcd_refuses_with_is_told_as_one_plain_line),
    };

    return RUN_TESTS(tests);
}
