/* SPDX-License-Identifier: Apache-2.0 */
/* The models of etcd, flanneld and felt-etcd-bridge; and the checker, which is shown made-up
 * violations. */
#include "tests/unit/test.h"

#include <string.h>

#include "node/bridge.h"
#include "node/core.h"
#include "sim/bridge.h"
#include "sim/check.h"
#include "tests/unit/sim/scene.h"

#define HOSTS 6

static const struct felt_input waking = {.kind = FELT_INPUT_WAKE, .now = 1};

static void a_key_is_made_once_changed_by_its_index_and_gone_in_time(void **state)
{
    _cleanup_(sim_etcd_freep) struct sim_etcd *e = sim_etcd_new(4);
    struct felt_ip a = felt_ip_v4(0xc0000201), b = felt_ip_v4(0xc0000202);
    uint64_t index;

    (void)state;
    assert_null(sim_etcd_get(e, 10, 2));
    assert_true(sim_etcd_create(e, 10, 2, &a, 5));
    assert_false(sim_etcd_create(e, 11, 2, &b, 5));
    index = sim_etcd_get(e, 11, 2)->index;
    assert_true(sim_etcd_swap(e, 12, 2, index, &b, 5));
    assert_false(sim_etcd_swap(e, 12, 2, index, &a, 5));
    assert_false(sim_etcd_delete(e, 12, 2, index));
    assert_true(felt_ip_equal(&sim_etcd_get(e, 16, 2)->ip, &b));
    assert_null(sim_etcd_get(e, 17, 2));
    assert_false(sim_etcd_swap(e, 17, 2, index + 1, &a, 5));
    sim_etcd_set(e, 17, 2, &a, 5);
    sim_etcd_set(e, 18, 2, &b, 5); /* blindly */
    assert_true(sim_etcd_delete(e, 18, 2, sim_etcd_get(e, 18, 2)->index));
    assert_null(sim_etcd_get(e, 18, 2));
}

static struct sim *mixed(uint64_t seed)
{
    struct sim *sim = sim_new(&(struct sim_config){.seed = seed,
                                                   .hosts_max = HOSTS,
                                                   .net_config = "{\"Network\":\"10.1.0.0/20\"}",
                                                   .devices = true,
                                                   .disk_us = SIM_DISK_LATENCY});

    sim->calm = true;
    for (uint32_t i = 0; i < HOSTS; i++)
        sim_host_add(sim);
    sim_host_start(sim, 0);
    sim_run(sim, 2 * FELT_USEC_SEC);
    sim->bridge = sim_bridge_new(sim, felt_slot_map_slots(sim->hosts[0].node->map));
    sim_bridge_start(sim->bridge, 0);
    return sim;
}

/* L-9.3.3: both sides draw from 15 subnets at once. */
static void felt_and_flanneld_nodes_share_a_network(void **state)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        _cleanup_(sim_checking_freep) struct sim_checking *checking = NULL;
        _cleanup_(sim_freep) struct sim *sim = mixed(seed);
        uint32_t leases = 0, uses = 0;
        char text[200];

        (void)state;
        checking = sim_checking_new(sim);
        for (uint32_t i = 0; i < SIM_FLANNELDS; i++)
            sim_flanneld_start(&sim->bridge->flannelds, i);
        for (uint32_t i = 1; i < HOSTS; i++)
            sim_host_start(sim, i);
        sim_run(sim, 120 * FELT_USEC_SEC);
        assert_string_equal(sim->violation.text, "");
        if (!sim_bridge_rests(sim->bridge, text, sizeof(text)))
            fail_msg("%s", text);
        for (uint32_t i = 0; i < HOSTS; i++)
            leases += sim->hosts[i].node->lease_used;
        for (uint32_t slot = 0; slot < sim->bridge->etcd->n; slot++)
            uses += sim_flanneld_of(&sim->bridge->flannelds, slot) != NULL;
        assert_int_equal(leases, HOSTS);
        assert_int_equal(uses, SIM_FLANNELDS);
        assert_true(sim->bridge->made >= HOSTS);
        sim_checking_free(FELT_TAKE(checking));
    }
}

/* L-9.4.1: what flanneld sets blindly over a key of ours is taken back once, and then yielded. */
static void who_is_robbed_moves(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = mixed(7);
    struct sim_flanneld *thief = &sim->bridge->flannelds.list[0];
    uint32_t slot;

    (void)state;
    sim_host_start(sim, 1);
    sim_run(sim, 10 * FELT_USEC_SEC);
    slot = sim->hosts[1].node->lease;
    assert_true(sim->hosts[1].node->lease_used);
    sim_flanneld_start(&sim->bridge->flannelds, 0);
    thief->slot = slot; /* it was its own once, and it knows nothing else */
    thief->uses = true;
    sim_run(sim, SIM_BRIDGE_WINDOW);
    assert_true(sim->bridge->yielded > 0);
    assert_true(sim->hosts[1].node->lease_used);
    assert_int_not_equal(sim->hosts[1].node->lease, slot);
    assert_ptr_equal(sim_flanneld_of(&sim->bridge->flannelds, slot), thief);
}

/* A bridge that says what is not so, for the checker. */
static struct sim *scene(void **context)
{
    struct sim *sim = mixed(3);
    struct felt_effects none = {0};

    sim_host_start(sim, 1);
    sim_run(sim, 10 * FELT_USEC_SEC);
    sim_bridge_stop(sim->bridge);
    *context = sim_check_bridge.begin(sim);
    sim_check_bridge.stepped(*context, sim, 0, &waking, &none);
    sim_check_bridge.stepped(*context, sim, 1, &waking, &none);
    assert_false(sim->violation.found);
    return sim;
}

static void look(void *context, struct sim *sim, uint32_t host)
{
    struct felt_effects none = {0};

    sim_check_bridge.stepped(context, sim, host, &waking, &none);
}

static void a_gift_of_what_has_no_key_or_of_who_may_not_give_is_seen(void **state)
{
    static const struct {
        uint32_t giver, first, count;
        bool cleared;
        const char *words; /* NULL: it is well */
    } cases[] = {
        {0, 9, 1, true, NULL},
        {0, 9, 1, false, "whose key was not made in etcd for it"},
        {0, 9, 2, true, "gives more than one slot"},
        {1, 9, 1, true, "knows that an etcd bridge is on beside another"},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        void *context;
        _cleanup_(sim_freep) struct sim *sim = scene(&context);
        struct felt_gift_record gift = {.joiner = {{9}}, .request = {(uint8_t)i, 1}, .n = 1};

        gift.ranges[0] = (struct felt_slot_range){.first = cases[i].first, .count = cases[i].count};
        if (cases[i].cleared)
            sim->bridge->slots[9].node = gift.joiner;
        felt_gift_log_add(&sim->hosts[cases[i].giver].node->gifts, &gift);
        look(context, sim, cases[i].giver);
        assert_int_equal(sim->violation.found, cases[i].words != NULL);
        if (cases[i].words)
            assert_non_null(strstr(sim->violation.text, cases[i].words));
        sim_check_bridge.end(context);
    }
}

static void the_use_of_what_is_foreign_is_seen(void **state)
{
    static const uint8_t value[] = {8, 17, 198, 51, 100, 9};
    void *context;
    _cleanup_(sim_freep) struct sim *sim = scene(&context);
    const struct felt_node *node = sim->hosts[1].node;
    struct felt_notice notice = {
        .key = node->lease, .version = 9, .value = felt_bytes(value, sizeof(value))};

    (void)state;
    assert_int_equal(felt_notices_merge(node->notices, &notice), FELT_MERGE_NEWER);
    look(context, sim, 1);
    assert_non_null(strstr(sim->violation.text, "and knows it to be foreign"));
    sim_check_bridge.end(context);
}

static void a_slot_that_both_use_for_too_long_is_seen(void **state)
{
    void *context;
    _cleanup_(sim_freep) struct sim *sim = scene(&context);
    struct sim_flanneld *d = &sim->bridge->flannelds.list[0];

    (void)state;
    d->runs = d->uses = true;
    d->slot = sim->hosts[1].node->lease;
    sim->bridge->working_us = sim->now;
    look(context, sim, 1);
    sim->now += SIM_BRIDGE_WINDOW;
    look(context, sim, 1);
    assert_false(sim->violation.found);
    sim->now++;
    sim->bridge->working_us = 0; /* the bridge could do nothing about it: it counts anew */
    look(context, sim, 1);
    assert_false(sim->violation.found);
    sim->bridge->working_us = sim->now;
    look(context, sim, 1);
    sim->now += SIM_BRIDGE_WINDOW + 1;
    look(context, sim, 1);
    assert_non_null(strstr(sim->violation.text, "have used slot"));
    sim_check_bridge.end(context);
}

/* And where its last owner's disk is lost it needs not: nobody can say so to anybody. */
static void a_bridge_that_ends_is_waited_for_while_somebody_has_the_slot_map(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = mixed(5);
    char text[200];

    (void)state;
    sim_host_start(sim, 1);
    sim_run(sim, 10 * FELT_USEC_SEC);
    sim_bridge_stop(sim->bridge);
    sim->bridge->ending = true;
    assert_false(sim_bridge_rests(sim->bridge, text, sizeof(text)));
    assert_string_equal(text, "the bridge is not cut over everywhere");
    sim_host_stop(sim, 0, SIM_OFF);
    assert_false(sim_bridge_rests(sim->bridge, text, sizeof(text)));
    sim_host_stop(sim, 1, SIM_OFF);
    sim_disk_wipe(&sim->hosts[1].disk);
    sim_host_start(sim, 1);
    assert_true(sim_bridge_rests(sim->bridge, text, sizeof(text)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_made_once_changed_by_its_index_and_gone_in_time),
        cmocka_unit_test(felt_and_flanneld_nodes_share_a_network),
        cmocka_unit_test(who_is_robbed_moves),
        cmocka_unit_test(a_gift_of_what_has_no_key_or_of_who_may_not_give_is_seen),
        cmocka_unit_test(the_use_of_what_is_foreign_is_seen),
        cmocka_unit_test(a_slot_that_both_use_for_too_long_is_seen),
        cmocka_unit_test(a_bridge_that_ends_is_waited_for_while_somebody_has_the_slot_map),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
