/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of a world are called a, b, c, ... and live at 192.0.2.1, .2, .3, ... The bridge is beside
 * a unless a test says otherwise; what felt-etcd-bridge would do the tests do. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "node/bridge.h"
#include "node/bridge_lease.h"
#include "node/core.h"
#include "node/demand.h"
#include "node/foreign.h"
#include "tests/unit/node/cluster.h"

#define NETWORK       "{\"Network\":\"10.1.0.0/16\"}"
#define THREE_SUBNETS "{\"Network\":\"10.2.0.0/28\",\"SubnetLen\":30}"

static enum felt_verdict order(struct world *w, int host, enum felt_bridge_order what, bool force)
{
    enum felt_verdict verdict = world_tell(
        w, host, (struct felt_input){.kind = FELT_INPUT_BRIDGE, .bridge = {(int)what, force}});

    world_run(w, SECONDS(3));
    return verdict;
}

static struct felt_bridge_view view(struct world *w, int host)
{
    struct felt_bridge_view v;

    felt_node_bridge(world_node(w, host), &v);
    return v;
}

static uint32_t stake(struct world *w, int host)
{
    struct felt_self_view self;

    felt_node_self(world_node(w, host), &self);
    return self.n_slots_own;
}

static const struct felt_id *id_of(struct world *w, int host)
{
    return felt_node_id(world_node(w, host));
}

static enum felt_verdict clear(struct world *w, int host, const struct felt_id *node, uint32_t slot)
{
    return world_tell(w, host,
                      (struct felt_input){.kind = FELT_INPUT_CLEARED, .cleared = {*node, slot}});
}

/* Clears whatever is wanted, as often as it takes; how many demands there were. */
static unsigned clear_all(struct world *w, int host)
{
    const struct felt_demand *d;
    unsigned n = 0;

    while ((d = felt_node_demand(world_node(w, host), 0)) && !d->cleared) {
        struct felt_id node = d->node;

        assert_int_equal(clear(w, host, &node, d->slot), FELT_VERDICT_TAKEN);
        world_run(w, SECONDS(1));
        n++;
    }
    return n;
}

static enum felt_verdict say_foreign(struct world *w, int host, uint32_t slot, const char *ip)
{
    struct felt_foreign_change change = {.slot = slot, .gone = !ip};

    if (ip) {
        assert_int_equal(felt_ip_parse(ip, &change.foreign.ip), 0);
        change.foreign.backend = FELT_FOREIGN_HOST_GW;
    }
    return world_tell(w, host,
                      (struct felt_input){.kind = FELT_INPUT_FOREIGN, .foreign = {&change, 1}});
}

static struct world *bridged(const char *net_config, int n)
{
    struct world *w = world_of(net_config, n);

    assert_int_equal(order(w, 0, FELT_BRIDGE_BEGIN, false), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(5));
    return w;
}

/* L-9.1.1, L-9.3.1 */
static void all_that_is_not_leased_comes_to_the_bridge_node(void **state)
{
    struct world *w = world_of(NETWORK, 4);

    (void)state;
    assert_true(stake(w, 1) > 1 && stake(w, 2) > 1);
    assert_int_equal(view(w, 0).phase, FELT_BRIDGE_OFF);
    assert_int_equal(order(w, 0, FELT_BRIDGE_BEGIN, false), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(5));
    assert_int_equal(stake(w, 0), 255 - 3);
    for (int i = 1; i < 4; i++) {
        struct felt_bridge_view v = view(w, i);

        assert_int_equal(stake(w, i), 1);
        assert_int_equal(v.phase, FELT_BRIDGE_ON);
        assert_false(v.self);
        assert_true(v.alive);
        assert_string_equal(v.name, "a");
    }
    assert_true(view(w, 0).self);
    world_run(w, SECONDS(200)); /* L-9.3.1: nothing is balanced */
    assert_int_equal(stake(w, 0), 255 - 3);
    assert_true(world_agrees(w));
    assert_int_equal(world_double_owners(w), 0);
    world_free(w);
}

/* L-9.3.2, L-9.3.3 */
static void a_joiner_gets_one_slot_and_only_when_the_bridge_has_cleared_it(void **state)
{
    struct world *w = bridged(NETWORK, 2);
    const struct felt_demand *d;
    struct felt_self_view self;
    uint32_t slot;

    (void)state;
    world_log(w);
    world_join(w, 1); /* through who is not the bridge node */
    world_run(w, SECONDS(10));
    assert_int_equal(world_lease(w, 2), -1);
    felt_node_self(world_node(w, 2), &self);
    assert_string_equal(self.waiting,
                        "the etcd bridge on a has not made the key of a subnet in etcd yet");
    assert_non_null(strstr(world_log(w), "c waiting for a lease"));
    d = felt_node_demand(world_node(w, 0), 0);
    assert_non_null(d);
    assert_null(felt_node_demand(world_node(w, 0), 1));
    assert_true(felt_id_equal(&d->node, id_of(w, 2)));
    assert_false(d->cleared);
    slot = d->slot;
    assert_int_equal(clear(w, 0, id_of(w, 2), slot), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(1));
    assert_int_equal(world_lease(w, 2), slot);
    assert_int_equal(stake(w, 2), 1);
    assert_null(felt_node_demand(world_node(w, 0), 0));
    world_run(w, SECONDS(5));
    assert_true(world_agrees(w));
    world_free(w);
}

/* L-9.3.3 */
static void what_is_cleared_for_nobody_or_in_use_is_refused(void **state)
{
    struct world *w = bridged(NETWORK, 2);
    struct felt_id c;
    uint32_t slot;

    (void)state;
    assert_int_equal(clear(w, 0, id_of(w, 1), 9), FELT_VERDICT_BUSY); /* b asks for nothing */
    world_join(w, 0);
    world_run(w, SECONDS(3));
    c = *id_of(w, 2);
    assert_int_equal(clear(w, 0, &c, (uint32_t)world_lease(w, 0)), FELT_VERDICT_BUSY);
    assert_int_equal(clear(w, 0, &c, (uint32_t)world_lease(w, 1)), FELT_VERDICT_BUSY);
    assert_int_equal(clear(w, 1, &c, 9), FELT_VERDICT_BUSY); /* not the bridge node */
    assert_int_equal(say_foreign(w, 0, 9, "198.51.100.9"), FELT_VERDICT_TAKEN);
    assert_int_equal(clear(w, 0, &c, 9), FELT_VERDICT_BUSY);
    slot = felt_node_demand(world_node(w, 0), 0)->slot;
    assert_int_equal(clear(w, 0, &c, slot == 40 ? 41 : 40),
                     FELT_VERDICT_TAKEN); /* another will do */
    world_run(w, SECONDS(2));
    assert_int_equal(world_lease(w, 2), slot == 40 ? 41 : 40);
    world_free(w);
}

/* L-9.3.2 */
static void a_demand_that_turns_out_to_be_foreign_becomes_one_for_another_slot(void **state)
{
    struct world *w = bridged(NETWORK, 1);
    uint32_t slot, other;

    (void)state;
    world_join_wish(w, 0, "10.1.40.0/24");
    world_run(w, SECONDS(3));
    slot = felt_node_demand(world_node(w, 0), 0)->slot;
    assert_int_equal(slot, 39);
    assert_int_equal(say_foreign(w, 0, slot, "198.51.100.9"), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(2));
    other = felt_node_demand(world_node(w, 0), 0)->slot;
    assert_int_not_equal(other, slot);
    assert_int_equal(clear_all(w, 0), 1);
    assert_int_equal(world_lease(w, 1), other);
    world_free(w);
}

/* L-9.3.2 */
static void two_that_wait_are_to_get_two_slots_and_who_is_gone_is_forgotten(void **state)
{
    struct world *w = bridged(NETWORK, 1);

    (void)state;
    world_join(w, 0);
    world_join(w, 0);
    world_run(w, SECONDS(5));
    assert_non_null(felt_node_demand(world_node(w, 0), 1));
    assert_null(felt_node_demand(world_node(w, 0), 2));
    assert_int_not_equal(felt_node_demand(world_node(w, 0), 0)->slot,
                         felt_node_demand(world_node(w, 0), 1)->slot);
    world_kill(w, 1);
    world_run(w, SECONDS(35));
    assert_non_null(felt_node_demand(world_node(w, 0), 0));
    assert_null(felt_node_demand(world_node(w, 0), 1));
    assert_true(felt_id_equal(&felt_node_demand(world_node(w, 0), 0)->node, id_of(w, 2)));
    world_free(w);
}

/* L-9.2.2: as a machine that changes over from flanneld */
static void who_comes_from_the_address_of_a_foreign_lease_gets_exactly_that_slot(void **state)
{
    struct world *w = bridged(NETWORK, 2);
    struct felt_notice_place at = {0};
    struct felt_foreign_view v;

    (void)state;
    assert_int_equal(say_foreign(w, 0, 77, "192.0.2.3"), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(3));
    assert_int_equal(view(w, 1).n_foreign, 1);
    world_join(w, 1); /* c */
    world_run(w, SECONDS(3));
    assert_int_equal(felt_node_demand(world_node(w, 0), 0)->slot, 77);
    assert_int_equal(clear_all(w, 0), 1);
    assert_int_equal(world_lease(w, 2), 77);
    world_run(w, SECONDS(3));
    assert_true(felt_node_next_foreign(world_node(w, 1), &at, &v));
    assert_true(v.changed_over);
    assert_int_equal(view(w, 1).n_foreign, 0);
    assert_int_equal(say_foreign(w, 0, 77, NULL), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(3));
    at = (struct felt_notice_place){0};
    assert_false(felt_node_next_foreign(world_node(w, 1), &at, &v));
    assert_int_equal(world_lease(w, 2), 77);
    world_free(w);
}

/* L-9.4.1 */
static void who_leases_what_is_foreign_takes_another_one_and_gives_that_back(void **state)
{
    struct world *w = bridged(NETWORK, 3);
    uint32_t lost = (uint32_t)world_lease(w, 1);

    (void)state;
    world_log(w);
    assert_int_equal(say_foreign(w, 0, lost, "198.51.100.9"), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(3));
    assert_non_null(strstr(world_log(w), "b lease lost"));
    assert_int_equal(world_lease(w, 1), -1);
    assert_int_equal(stake(w, 1), 0);
    assert_int_equal(clear_all(w, 0), 1);
    assert_true(world_lease(w, 1) >= 0);
    assert_int_not_equal(world_lease(w, 1), lost);
    assert_int_equal(stake(w, 1), 1);
    assert_true(world_agrees(w));
    world_free(w);
}

/* L-9.4.1, L-9.3.4 */
static void the_bridge_node_itself_waits_for_a_cleared_slot_too(void **state)
{
    struct world *w = bridged(NETWORK, 2);
    uint32_t lost = (uint32_t)world_lease(w, 0);
    struct felt_self_view self;

    (void)state;
    assert_int_equal(say_foreign(w, 0, lost, "198.51.100.9"), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(20));
    assert_int_equal(world_lease(w, 0), -1);
    felt_node_self(world_node(w, 0), &self);
    assert_string_equal(self.waiting,
                        "the etcd bridge has not made the key of a subnet in etcd yet");
    assert_true(felt_id_equal(&felt_node_demand(world_node(w, 0), 0)->node, id_of(w, 0)));
    assert_int_equal(clear_all(w, 0), 1);
    assert_true(world_lease(w, 0) >= 0);
    assert_int_not_equal(world_lease(w, 0), lost);
    world_free(w);
}

/* L-9.3.5 */
static void a_leaver_gives_what_it_has_to_the_bridge_node(void **state)
{
    struct world *w = bridged(NETWORK, 4);
    uint32_t slot = (uint32_t)world_lease(w, 2);

    (void)state;
    assert_int_equal(world_leave(w, 2), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(5));
    assert_true(felt_slot_map_owns(world_node(w, 1)->map, id_of(w, 0), slot));
    assert_int_equal(stake(w, 0), 255 - 2);
    world_free(w);
}

/* L-9.3.6 */
static void without_the_bridge_node_nobody_gives_and_it_goes_on_when_that_is_back(void **state)
{
    struct world *w = bridged(NETWORK, 3);
    struct felt_self_view self;

    (void)state;
    world_kill(w, 0);
    world_run(w, SECONDS(60));
    world_join(w, 1); /* d */
    world_run(w, SECONDS(30));
    assert_int_equal(world_lease(w, 3), -1);
    felt_node_self(world_node(w, 3), &self);
    assert_non_null(strstr(self.waiting, "the node beside it, a, is silent"));
    assert_true(world_lease(w, 1) >= 0 && world_lease(w, 2) >= 0); /* what runs goes on */
    world_restart(w, 0);
    world_run(w, SECONDS(10));
    assert_int_equal(view(w, 0).phase, FELT_BRIDGE_ON); /* it is in the state */
    assert_int_equal(clear_all(w, 0), 1);
    assert_true(world_lease(w, 3) >= 0);
    world_free(w);
}

/* L-9.3.2: each refusal would be answered by the next question, as fast as the network goes. */
static void a_bridge_node_whose_port_is_closed_is_not_asked_faster(void **state)
{
    struct world *w = bridged(NETWORK, 2);
    struct felt_input in = {.kind = FELT_INPUT_REFUSED};
    int joiner = world_join(w, 1);
    const struct felt_asker *asker;
    felt_usec next;

    (void)state;
    world_run(w, SECONDS(5));
    world_kill(w, 0);
    world_run(w, SECONDS(1));
    asker = &world_node(w, joiner)->asker;
    assert_true(asker->asked);
    in.endpoint = asker->to;
    next = asker->next_us;
    assert_int_equal(world_tell(w, joiner, in), FELT_VERDICT_TAKEN);
    assert_int_equal(asker->next_us, next);
    world_free(w);
}

/* L-9.1.2 */
static void there_is_one_bridge_node_unless_that_is_dead(void **state)
{
    struct world *w = bridged(NETWORK, 3);

    (void)state;
    assert_int_equal(felt_node_may_bridge(world_node(w, 1), FELT_BRIDGE_BEGIN, false),
                     FELT_BRIDGE_OTHER);
    assert_int_equal(order(w, 1, FELT_BRIDGE_BEGIN, false), FELT_VERDICT_BUSY);
    assert_int_equal(order(w, 1, FELT_BRIDGE_END, true), FELT_VERDICT_BUSY);
    assert_int_equal(order(w, 0, FELT_BRIDGE_BEGIN, false), FELT_VERDICT_TAKEN); /* said again */
    world_kill(w, 0);
    world_run(w, SECONDS(60));
    assert_int_equal(order(w, 1, FELT_BRIDGE_BEGIN, false), FELT_VERDICT_TAKEN);
    assert_true(view(w, 1).self);
    assert_string_equal(view(w, 2).name, "b");
    world_restart(w, 0);
    world_run(w, SECONDS(20));
    assert_false(view(w, 0).self);
    assert_int_equal(stake(w, 0), 1); /* and gives what it has */
    assert_int_equal(stake(w, 1), 255 - 2);
    assert_true(world_agrees(w));
    world_free(w);
}

/* L-9.1.2: the map comes before the notices. */
static void who_joins_begins_no_bridge_before_it_knows_what_others_know(void **state)
{
    struct world *w = bridged(NETWORK, 2);
    int joiner = world_join(w, 0);
    enum felt_bridge_refusal refusal = FELT_BRIDGE_NOT_READY;
    bool had_map = false;

    (void)state;
    for (int i = 0; i < 1000 && refusal == FELT_BRIDGE_NOT_READY; i++) {
        world_run(w, 10 * FELT_USEC_MS);
        had_map |= world_node(w, joiner)->era > 0 && view(w, joiner).phase == FELT_BRIDGE_OFF;
        refusal = felt_node_may_bridge(world_node(w, joiner), FELT_BRIDGE_BEGIN, false);
    }
    assert_true(had_map);
    assert_int_equal(refusal, FELT_BRIDGE_OTHER);
    world_free(w);
}

/* L-9.1.2: nobody is there whom it could hear it of. */
static void who_joined_and_is_alone_since_may_begin_a_bridge(void **state)
{
    struct world *w = bridged(NETWORK, 1);
    int joiner = world_join(w, 0);

    (void)state;
    for (int i = 0; i < 1000 && world_node(w, joiner)->era == 0; i++)
        world_run(w, 10 * FELT_USEC_MS);
    world_kill(w, 0);
    assert_int_equal(order(w, joiner, FELT_BRIDGE_BEGIN, false), FELT_VERDICT_BUSY);
    world_run(w, SECONDS(60));
    assert_int_equal(order(w, joiner, FELT_BRIDGE_BEGIN, false), FELT_VERDICT_TAKEN);
    assert_true(view(w, joiner).self);
    world_free(w);
}

/* L-9.5.1, L-9.5.2 */
static void cut_over_it_gives_at_once_and_can_be_undone_until_it_has(void **state)
{
    struct world *w = bridged(NETWORK, 2);

    (void)state;
    assert_int_equal(order(w, 0, FELT_BRIDGE_UNDO, false), FELT_VERDICT_BUSY);
    assert_int_equal(order(w, 0, FELT_BRIDGE_END, false), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(300)); /* L-9.5.3: nothing is balanced yet */
    assert_int_equal(stake(w, 1), 1);
    assert_int_equal(view(w, 1).phase, FELT_BRIDGE_ENDED);
    assert_false(view(w, 1).given);
    assert_int_equal(order(w, 0, FELT_BRIDGE_UNDO, false), FELT_VERDICT_TAKEN);
    assert_int_equal(view(w, 1).phase, FELT_BRIDGE_ON);
    assert_int_equal(order(w, 0, FELT_BRIDGE_END, false), FELT_VERDICT_TAKEN);
    world_join(w, 0);
    world_run(w, SECONDS(3));
    assert_true(world_lease(w, 2) >= 0);
    assert_true(stake(w, 2) > 1);
    assert_true(view(w, 0).given);
    assert_int_equal(felt_node_may_bridge(world_node(w, 0), FELT_BRIDGE_UNDO, false),
                     FELT_BRIDGE_GIVEN);
    world_run(w, SECONDS(200));
    assert_true(stake(w, 1) > 50); /* L-9.5.3: somebody has joined, so it is balanced */
    world_free(w);
}

/* L-9.5.4 */
static void an_end_that_had_not_heard_of_a_later_beginning_is_said_once_more(void **state)
{
    struct world *w = bridged(NETWORK, 2);

    (void)state;
    world_cut(w, 0, 1, true);
    world_run(w, SECONDS(60));
    assert_int_equal(order(w, 1, FELT_BRIDGE_BEGIN, false), FELT_VERDICT_TAKEN);
    assert_int_equal(order(w, 1, FELT_BRIDGE_END, false), FELT_VERDICT_TAKEN);
    assert_int_equal(order(w, 1, FELT_BRIDGE_BEGIN, false), FELT_VERDICT_TAKEN);
    assert_int_equal(order(w, 0, FELT_BRIDGE_END, false), FELT_VERDICT_TAKEN);
    world_cut(w, 0, 1, false);
    world_run(w, SECONDS(60));
    assert_int_equal(view(w, 0).phase, FELT_BRIDGE_ON);
    assert_true(view(w, 1).self);
    assert_int_equal(order(w, 1, FELT_BRIDGE_END, false), FELT_VERDICT_TAKEN);
    assert_int_equal(view(w, 0).phase, FELT_BRIDGE_ENDED);
    world_free(w);
}

/* L-9.5.3 */
static void ten_minutes_after_the_cut_over_it_is_balanced(void **state)
{
    struct world *w = bridged(NETWORK, 2);

    (void)state;
    assert_int_equal(order(w, 0, FELT_BRIDGE_END, false), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(9 * 60));
    assert_int_equal(stake(w, 1), 1);
    world_run(w, SECONDS(4 * 60));
    assert_true(stake(w, 1) > 100);
    world_free(w);
}

/* L-9.5.1 */
static void while_foreign_leases_are_in_use_it_is_not_cut_over_unless_forced(void **state)
{
    struct world *w = bridged(NETWORK, 2);

    (void)state;
    assert_int_equal(say_foreign(w, 0, 9, "198.51.100.9"), FELT_VERDICT_TAKEN);
    assert_int_equal(felt_node_may_bridge(world_node(w, 0), FELT_BRIDGE_END, false),
                     FELT_BRIDGE_LEASED);
    assert_int_equal(order(w, 0, FELT_BRIDGE_END, false), FELT_VERDICT_BUSY);
    assert_int_equal(order(w, 0, FELT_BRIDGE_END, true), FELT_VERDICT_TAKEN);
    assert_int_equal(say_foreign(w, 0, 9, NULL), FELT_VERDICT_BUSY); /* there is no bridge now */
    for (int i = 0; i < 4; i++) { /* they stay, as reservations */
        world_join_wish(w, 0, "10.1.10.0/24");
        world_run(w, SECONDS(3));
        assert_int_not_equal(world_lease(w, 2 + i), 9);
    }
    world_free(w);
}

/* L-9.3.2 */
static void where_nothing_is_left_to_give_a_joiner_is_told_so(void **state)
{
    struct world *w = bridged(THREE_SUBNETS, 1);
    struct felt_self_view self;

    (void)state;
    assert_int_equal(say_foreign(w, 0, world_lease(w, 0) == 0 ? 1 : 0, "198.51.100.9"),
                     FELT_VERDICT_TAKEN);
    world_join(w, 0);
    world_run(w, SECONDS(3));
    assert_int_equal(clear_all(w, 0), 1);
    assert_true(world_lease(w, 1) >= 0);
    world_join(w, 0);
    world_run(w, SECONDS(10));
    assert_null(felt_node_demand(world_node(w, 0), 0));
    felt_node_self(world_node(w, 2), &self);
    assert_string_equal(self.waiting, "the only free subnet is reserved for another node");
    world_free(w);
}

/* L-9.3.7 */
static void what_etcd_is_to_hold_are_the_leases_of_members_alive_and_dead(void **state)
{
    struct world *w = bridged(NETWORK, 3);
    uint64_t before = felt_node_bridge_generation(world_node(w, 0));
    struct felt_bridge_lease lease;
    unsigned n = 0;

    (void)state;
    world_kill(w, 2);
    world_run(w, SECONDS(60));
    for (uint32_t at = 0; felt_node_next_bridge_lease(world_node(w, 0), &at, &lease);) {
        assert_true(lease.announced);
        n++;
    }
    assert_int_equal(n, 3);
    assert_true(felt_node_bridge_generation(world_node(w, 0)) != before);
    assert_int_equal(world_leave(w, 1), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(40));
    n = 0;
    for (uint32_t at = 0; felt_node_next_bridge_lease(world_node(w, 0), &at, &lease);)
        n++;
    assert_int_equal(n, 2);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_not_leased_comes_to_the_bridge_node),
        cmocka_unit_test(a_joiner_gets_one_slot_and_only_when_the_bridge_has_cleared_it),
        cmocka_unit_test(what_is_cleared_for_nobody_or_in_use_is_refused),
        cmocka_unit_test(a_demand_that_turns_out_to_be_foreign_becomes_one_for_another_slot),
        cmocka_unit_test(two_that_wait_are_to_get_two_slots_and_who_is_gone_is_forgotten),
        cmocka_unit_test(who_comes_from_the_address_of_a_foreign_lease_gets_exactly_that_slot),
        cmocka_unit_test(who_leases_what_is_foreign_takes_another_one_and_gives_that_back),
        cmocka_unit_test(the_bridge_node_itself_waits_for_a_cleared_slot_too),
        cmocka_unit_test(a_leaver_gives_what_it_has_to_the_bridge_node),
        cmocka_unit_test(without_the_bridge_node_nobody_gives_and_it_goes_on_when_that_is_back),
        cmocka_unit_test(a_bridge_node_whose_port_is_closed_is_not_asked_faster),
        cmocka_unit_test(there_is_one_bridge_node_unless_that_is_dead),
        cmocka_unit_test(who_joins_begins_no_bridge_before_it_knows_what_others_know),
        cmocka_unit_test(who_joined_and_is_alone_since_may_begin_a_bridge),
        cmocka_unit_test(cut_over_it_gives_at_once_and_can_be_undone_until_it_has),
        cmocka_unit_test(an_end_that_had_not_heard_of_a_later_beginning_is_said_once_more),
        cmocka_unit_test(ten_minutes_after_the_cut_over_it_is_balanced),
        cmocka_unit_test(while_foreign_leases_are_in_use_it_is_not_cut_over_unless_forced),
        cmocka_unit_test(where_nothing_is_left_to_give_a_joiner_is_told_so),
        cmocka_unit_test(what_etcd_is_to_hold_are_the_leases_of_members_alive_and_dead),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
