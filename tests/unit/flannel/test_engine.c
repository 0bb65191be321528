/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the bridge about keys, and about what is given (proto/etcd.md 6 to 8). */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/flannel/engine_rules.h"

/* B-7.1, B-6.1 */
static void a_node_that_joins_gets_a_key_and_then_the_subnet(void **state)
{
    const struct etcd_model_key *k;
    uint32_t slot = joined(3);

    (void)state;
    k = bw_key(&w, slot);
    assert_string_equal(k->value,
                        "{\"PublicIP\":\"192.168.0.4\",\"BackendType\":\"vxlan\","
                        "\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:03\"}} ");
    assert_in_range(k->expires_us, w.now + 86000 * SEC, w.now + 86400 * SEC);
    assert_int_equal(w.bridges[0].state, FELT_FLANNEL_OK);
    assert_string_equal(w.bridges[0].text, "1 subnets of felt nodes, 0 foreign, 0 skipped");
}

/* B-6.1 */
static void a_key_is_renewed_at_half_of_its_life_and_when_the_device_changes(void **state)
{
    uint32_t slot = joined(0);
    uint64_t index = bw_key(&w, slot)->modified;

    (void)state;
    bw_run(&w, 11 * HOUR);
    assert_int_equal(bw_key(&w, slot)->modified, index);
    bw_run(&w, 2 * HOUR);
    assert_in_range(bw_key(&w, slot)->expires_us, w.now + 22 * HOUR, w.now + 24 * HOUR);
    w.machines[0].lease.device.mac[5] = 0x77;
    bw_run(&w, 60 * SEC);
    assert_non_null(strstr(bw_key(&w, slot)->value, "02:00:00:00:00:77"));
    settled();
}

/* B-6.2 */
static void a_node_that_leaves_takes_its_key_along(void **state)
{
    uint32_t slot = joined(0);

    (void)state;
    bw_felt_leave(&w, 0);
    bw_run(&w, 20 * SEC);
    assert_null(bw_key(&w, slot));
    assert_int_equal(stats_of(0).removed, 1);
    settled();
}

/* B-6.2: the first bridge was killed before it could; the next one waits longer, as it knows less.
 */
static void a_key_that_an_earlier_bridge_left_goes_after_ten_minutes(void **state)
{
    uint32_t slot = joined(0);

    (void)state;
    bw_bridge_kill(&w, 0);
    bw_felt_leave(&w, 0);
    bw_bridge_start(&w, 0);
    bw_run(&w, 500 * SEC);
    assert_true(marked(slot));
    bw_run(&w, 300 * SEC);
    assert_null(bw_key(&w, slot));
}

/* B-6.2: a lease is one from the moment it is given, also for a bridge that starts then. */
static void the_key_of_a_node_that_has_not_spoken_yet_stays(void **state)
{
    uint32_t slot;
    uint64_t index;

    (void)state;
    w.machines[0].unheard_until_us = w.now + HOUR;
    bw_bridge_start(&w, 0);
    bw_felt_join(&w, 0);
    bw_run(&w, 60 * SEC);
    slot = bw_slot_of(&w, 0);
    assert_string_equal(bw_key(&w, slot)->value, "{\"PublicIP\":\"192.168.0.1\"} ");
    index = bw_key(&w, slot)->modified;
    bw_bridge_stop(&w, 0);
    bw_bridge_start(&w, 0);
    bw_run(&w, 1000 * SEC);
    assert_non_null(bw_key(&w, slot));
    assert_int_equal(bw_key(&w, slot)->modified, index);
    bw_run(&w, HOUR);
    settled();
}

/* B-8.1 */
static void a_flanneld_is_foreign_from_its_first_key_to_its_last(void **state)
{
    uint32_t slot = foreign(7);

    (void)state;
    assert_true(felt_flannel_lease_equal(&w.foreign[slot], &w.machines[7].lease));
    bw_flanneld_stop(&w, 7);
    bw_run(&w, 25 * HOUR); /* it expires */
    assert_false(w.has_foreign[slot]);
    settled();
}

/* B-7.3 */
static void a_machine_that_changes_over_keeps_its_subnet(void **state)
{
    uint32_t slot = foreign(7);

    (void)state;
    bw_change_over(&w, 7);
    bw_run(&w, 5 * SEC);
    assert_int_equal(bw_slot_of(&w, 7), slot);
    assert_true(marked(slot));
    assert_false(w.has_foreign[slot]);
    settled();
}

/* B-7.1, B-7.3: nobody has told of the key, but it was there before that of the claim. */
static void so_it_does_where_the_bridge_had_not_heard_of_its_key(void **state)
{
    uint32_t slot;

    (void)state;
    w.names = true;
    (void)joined(0);
    w.mute_watch = true;
    bw_flanneld_start(&w, 7);
    bw_run(&w, SEC);
    slot = bw_slot_of(&w, 7);
    assert_false(w.has_foreign[slot]);
    bw_change_over(&w, 7);
    bw_run(&w, 10 * SEC);
    assert_int_equal(bw_slot_of(&w, 7), slot);
    bw_run(&w, 20 * SEC); /* what was claimed first goes */
    settled();
}

/* B-7.1, B-2.3 */
static void nothing_is_given_that_overlaps_a_key_not_heard_of(void **state)
{
    (void)state;
    w.names = true;
    assert_int_equal(joined(0), 0);
    w.mute_watch = true;
    etcd_model_set(w.etcd, "/coreos.com/network/subnets/10.5.2.0-23", "{}", 0); /* 1 and 2 */
    bw_felt_join(&w, 1);
    bw_run(&w, 20 * SEC);
    assert_int_equal(bw_slot_of(&w, 1), 3);
    assert_null(bw_key(&w, 1));
    assert_null(bw_key(&w, 2));
}

/* B-6.6 */
static void a_reservation_is_kept_without_a_ttl_and_left_as_it_was(void **state)
{
    const uint32_t slot = 9;

    (void)state;
    bw_vandal(&w, slot, "{\"PublicIP\":\"192.168.0.6\"}", 0);
    bw_bridge_start(&w, 0);
    bw_run(&w, 5 * SEC);
    assert_true(w.has_foreign[slot]);
    assert_string_equal(w.foreign[slot].backend, "");
    bw_felt_join(&w, 5);
    bw_run(&w, 5 * SEC);
    assert_int_equal(bw_slot_of(&w, 5), slot);
    assert_int_equal(bw_key(&w, slot)->expires_us, FELT_USEC_NEVER);
    assert_true(marked(slot));
    bw_felt_leave(&w, 5);
    bw_run(&w, 20 * SEC);
    assert_string_equal(bw_key(&w, slot)->value, "{\"PublicIP\":\"192.168.0.6\"}");
    assert_int_equal(bw_key(&w, slot)->expires_us, FELT_USEC_NEVER);
    assert_true(w.has_foreign[slot]);
}

/* B-6.7: feltd was killed there, and flanneld started; nobody knows yet. */
static void a_key_that_its_own_machine_overwrote_is_left_to_it(void **state)
{
    static const char value[] = "{\"PublicIP\":\"192.168.0.1\",\"BackendType\":\"vxlan\","
                                "\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:99\"}}";
    uint32_t slot = joined(0);

    (void)state;
    bw_vandal(&w, slot, value, 86400);
    bw_run(&w, 10 * SEC);
    assert_string_equal(bw_key(&w, slot)->value, value);
    assert_int_equal(bw_slot_of(&w, 0), slot);
    bw_felt_leave(&w, 0);
    bw_run(&w, 60 * SEC);
    assert_string_equal(bw_key(&w, slot)->value, value);
    assert_true(w.has_foreign[slot]);
    settled();
}

/* B-6.7: that flanneld is gone again, and feltd was there all the time. */
static void but_not_until_it_expires(void **state)
{
    uint32_t slot = joined(0);

    (void)state;
    bw_vandal(&w, slot, "{\"PublicIP\":\"192.168.0.1\"}", 86400);
    bw_run(&w, 23 * HOUR + 2940 * SEC);
    assert_false(marked(slot));
    bw_run(&w, 120 * SEC);
    assert_true(marked(slot));
    assert_int_equal(bw_slot_of(&w, 0), slot);
    settled();
}

/* B-6.7 */
static void a_key_that_was_taken_over_in_vain_is_given_back(void **state)
{
    uint32_t slot = foreign(7);

    (void)state;
    w.deaf = true;
    bw_change_over(&w, 7);
    bw_run(&w, 2 * SEC);
    assert_true(marked(slot));
    bw_felt_leave(&w, 7);
    bw_run(&w, SEC);
    w.deaf = false;
    /* As many as there are, so that it would be given if it could be. */
    for (uint32_t i = 8; i < 8 + BW_SLOTS; i++)
        bw_felt_join(&w, i);
    bw_run(&w, 60 * SEC);
    assert_true(bw_key(&w, slot) && !marked(slot));
    assert_true(w.has_foreign[slot]);
    settled();
}

/* B-6.3 */
static void a_stolen_key_is_taken_back_once_and_then_yielded(void **state)
{
    uint32_t slot = joined(0);

    (void)state;
    bw_flanneld_steal(&w, 20, slot);
    bw_run(&w, 5 * SEC);
    assert_true(marked(slot));
    assert_int_equal(bw_slot_of(&w, 0), slot);
    assert_int_equal(stats_of(0).taken_back, 1);
    bw_flanneld_steal(&w, 20, slot);
    bw_run(&w, 5 * SEC);
    assert_false(marked(slot));
    assert_int_equal(stats_of(0).yielded, 1);
    assert_true(w.has_foreign[slot]);
    assert_int_not_equal(bw_slot_of(&w, 0), slot);
    assert_int_not_equal(bw_slot_of(&w, 0), BW_NONE);
    settled();
}

/* B-6.3 */
static void after_an_hour_it_is_taken_back_again(void **state)
{
    uint32_t slot = joined(0);

    (void)state;
    bw_flanneld_steal(&w, 20, slot);
    bw_run(&w, HOUR + 5 * SEC);
    bw_flanneld_steal(&w, 20, slot);
    bw_run(&w, 5 * SEC);
    assert_true(marked(slot));
    assert_int_equal(stats_of(0).taken_back, 2);
    assert_int_equal(stats_of(0).yielded, 0);
}

/* B-6.4 */
static void a_key_that_is_deleted_is_created_again(void **state)
{
    uint32_t slot = joined(0);

    (void)state;
    bw_vandal(&w, slot, NULL, 0);
    bw_run(&w, 5 * SEC);
    assert_true(marked(slot));
    assert_int_equal(bw_slot_of(&w, 0), slot);
    settled();
}

/* B-6.4: nobody stole it, so it is not taken back. */
static void a_key_that_another_got_meanwhile_is_yielded(void **state)
{
    uint32_t slot = joined(0);

    (void)state;
    bw_bridge_kill(&w, 0);
    bw_vandal(&w, slot, NULL, 0);
    w.machines[20].role = BW_FLANNELD;
    bw_vandal(&w, slot, "{\"PublicIP\":\"192.168.0.21\",\"BackendType\":\"host-gw\"}", 86400);
    w.machines[20].slot = slot;
    bw_bridge_start(&w, 0);
    bw_run(&w, 60 * SEC);
    assert_int_equal(stats_of(0).taken_back, 0);
    assert_int_not_equal(bw_slot_of(&w, 0), slot);
    assert_string_equal(w.foreign[slot].backend, "host-gw");
    settled();
}

/* B-6.5 */
static void garbage_over_a_key_of_ours_is_written_over(void **state)
{
    uint32_t slot = joined(0);

    (void)state;
    bw_vandal(&w, slot, "garbage", 86400);
    bw_run(&w, 5 * SEC);
    assert_true(marked(slot));
    settled();
}

/* B-2.3, B-3.5 */
static void what_cannot_be_read_is_counted_said_once_and_never_given(void **state)
{
    uint32_t given = 0;

    (void)state;
    w.names = true;
    bw_bridge_start(&w, 0);
    etcd_model_set(w.etcd, "/coreos.com/network/subnets/nonsense", "x", 0);
    etcd_model_set(w.etcd, "/coreos.com/network/subnets/10.6.0.0-24", "{}", 0);
    /* Subnets 0 and 1 */
    etcd_model_set(w.etcd, "/coreos.com/network/subnets/10.5.0.0-23", "{}", 0);
    etcd_model_set(w.etcd, "/coreos.com/network/subnets/10.5.2.0-25", "{}", 0);
    bw_vandal(&w, 2, "garbage", 0);
    bw_run(&w, SEC);
    assert_int_equal(stats_of(0).skipped, 5);
    for (uint32_t i = 0; i < 14; i++)
        bw_felt_join(&w, i);
    bw_run(&w, 120 * SEC);
    assert_null(bw_key(&w, 0));
    assert_null(bw_key(&w, 1));
    assert_string_equal(bw_key(&w, 2)->value, "garbage");
    for (uint32_t i = 0; i < 14; i++)
        given += bw_slot_of(&w, i) != BW_NONE;
    assert_int_equal(given, BW_SLOTS - 3);
    etcd_model_delete(w.etcd, "/coreos.com/network/subnets/10.5.0.0-23");
    bw_run(&w, 60 * SEC);
    assert_non_null(bw_key(&w, 0));
    assert_int_equal(stats_of(0).skipped, 4);
}

/* B-7.2 */
static void a_demand_that_ends_takes_its_key_and_its_word_back(void **state)
{
    (void)state;
    cleared(0);
    w.machines[0].slot = BW_NONE;
    bw_felt_leave(&w, 0);
    bw_run(&w, 60 * SEC);
    assert_int_equal(w.n_cleared, 0);
    for (uint32_t s = 0; s < BW_SLOTS; s++)
        assert_null(bw_key(&w, s));
}

/* B-6.2, B-7.2 */
static void no_key_is_removed_before_feltd_shows_that_it_heard(void **state)
{
    uint32_t keys = 0;

    (void)state;
    cleared(0);
    w.deaf = true;
    bw_felt_leave(&w, 0);
    bw_run(&w, 120 * SEC);
    for (uint32_t s = 0; s < BW_SLOTS; s++)
        keys += marked(s);
    assert_int_equal(keys, 1);
    w.deaf = false;
    bw_run(&w, 60 * SEC);
    settled();
}

/* B-6.2: who does not answer may still give what is cleared. */
static void without_feltd_no_key_is_removed(void **state)
{
    struct felt_flannel_demand demand = {.node = w.machines[0].id,
                                         .public_ip = w.machines[0].lease.public_ip,
                                         .slot = FELT_FLANNEL_NO_SLOT};
    struct felt_flannel_felt felt = {.on = true, .demands = &demand, .n_demands = 1};
    struct felt_flannel_input input = {.event = FELT_FLANNEL_FELT, .felt = &felt};

    (void)state;
    cleared(0);
    /* It shows what it has heard, and is not seen again. */
    felt.clear_seq = w.clear_seq;
    input.now = w.now;
    felt_flannel_step(w.bridges[0].engine, &input, &w.fx);
    input.event = FELT_FLANNEL_FELT_LOST;
    for (int i = 1; i < 30; i++) {
        input.now = w.now + (felt_usec)i * SEC;
        felt_flannel_step(w.bridges[0].engine, &input, &w.fx);
        for (size_t r = 0; r < w.fx.n_requests; r++)
            assert_string_equal(w.fx.requests[r].op.name, "felt/bridge");
        assert_false(w.fx.clear);
        input.event = FELT_FLANNEL_TICK;
    }
}

/* B-7.1: once for the claim, once for the device that the node tells when it has the subnet. */
static void a_key_that_another_process_made_is_written_before_it_is_cleared(void **state)
{
    (void)state;
    w.names = true;
    bw_vandal(&w, 0, "{\"PublicIP\":\"192.168.0.1\"} ", 86400);
    assert_int_equal(joined(0), 0);
    assert_int_equal(stats_of(0).renewed, 2);
}

/* B-7.4 */
static void the_last_subnet_is_given_and_who_comes_after_waits(void **state)
{
    uint32_t waiting = 0;

    (void)state;
    bw_bridge_start(&w, 0);
    for (uint32_t i = 0; i <= BW_SLOTS; i++)
        bw_felt_join(&w, i);
    bw_run(&w, 60 * SEC);
    for (uint32_t i = 0; i <= BW_SLOTS; i++)
        waiting += bw_slot_of(&w, i) == BW_NONE;
    assert_int_equal(waiting, 1);
    settled();
    bw_felt_leave(&w, bw_slot_of(&w, 0) == BW_NONE ? 1 : 0);
    bw_run(&w, 60 * SEC);
    settled();
}

/* B-1.1 */
static void a_network_without_ipv4_has_no_bridge(void **state)
{
    static const char text[] = "{\"EnableIPv4\":false,\"EnableIPv6\":true,\"IPv6Network\":"
                               "\"fd00::/48\",\"Backend\":{\"Type\":\"vxlan\"}}";
    struct felt_flannel_config config = w.config;
    struct felt_flannel *engine = NULL;
    struct felt_netconf_error error;

    (void)state;
    assert_int_equal(felt_netconf_parse(text, strlen(text), &config.netconf, &error), 0);
    assert_int_equal(felt_flannel_new(&config, &engine), -EINVAL);
    assert_null(engine);
    felt_flannel_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(a_node_that_joins_gets_a_key_and_then_the_subnet),
        RULE(a_key_is_renewed_at_half_of_its_life_and_when_the_device_changes),
        RULE(a_node_that_leaves_takes_its_key_along),
        RULE(a_key_that_an_earlier_bridge_left_goes_after_ten_minutes),
        RULE(the_key_of_a_node_that_has_not_spoken_yet_stays),
        RULE(a_flanneld_is_foreign_from_its_first_key_to_its_last),
        RULE(a_machine_that_changes_over_keeps_its_subnet),
        RULE(so_it_does_where_the_bridge_had_not_heard_of_its_key),
        RULE(nothing_is_given_that_overlaps_a_key_not_heard_of),
        RULE(a_reservation_is_kept_without_a_ttl_and_left_as_it_was),
        RULE(a_key_that_its_own_machine_overwrote_is_left_to_it),
        RULE(but_not_until_it_expires),
        RULE(a_key_that_was_taken_over_in_vain_is_given_back),
        RULE(a_stolen_key_is_taken_back_once_and_then_yielded),
        RULE(after_an_hour_it_is_taken_back_again),
        RULE(a_key_that_is_deleted_is_created_again),
        RULE(a_key_that_another_got_meanwhile_is_yielded),
        RULE(garbage_over_a_key_of_ours_is_written_over),
        RULE(what_cannot_be_read_is_counted_said_once_and_never_given),
        RULE(a_demand_that_ends_takes_its_key_and_its_word_back),
        RULE(no_key_is_removed_before_feltd_shows_that_it_heard),
        RULE(without_feltd_no_key_is_removed),
        RULE(a_key_that_another_process_made_is_written_before_it_is_cleared),
        RULE(the_last_subnet_is_given_and_who_comes_after_waits),
        RULE(a_network_without_ipv4_has_no_bridge),
    };

    return RUN_TESTS(tests);
}
