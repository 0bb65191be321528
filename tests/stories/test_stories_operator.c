/* SPDX-License-Identifier: Apache-2.0 */
/* What operators do: leave, reclaim, force, reserve, and bring an etcd bridge. */
#include "tests/unit/test.h"

#include "lease/reservation.h"
#include "node/bridge.h"
#include "node/demand.h"
#include "node/foreign.h"
#include "tests/stories/story.h"

#define HOURS(n) ((n)*3600 * FELT_USEC_SEC)

/* The operator of one node says of others that they are gone for good. */
static enum felt_verdict give_up(struct story *s, int host, const struct felt_id *ids, size_t n,
                                 bool force)
{
    struct felt_input input = {.kind = FELT_INPUT_RECLAIM};

    input.reclaim.ids = ids;
    input.reclaim.n = n;
    input.reclaim.force = force;
    return world_tell(s->w, host, input);
}

static struct felt_id id_of(struct story *s, int host)
{
    struct felt_self_view self;

    felt_node_self(world_node(s->w, host), &self);
    return self.id;
}

static void script_reclaim(struct story *s)
{
    struct felt_id c;

    story_three(s);
    c = id_of(s, 2);
    story_say(s, "a's operator gives c up, which runs: refused");
    assert_int_equal(give_up(s, 0, &c, 1, false), FELT_VERDICT_BUSY);
    story_say(s, "c is killed");
    world_kill(s->w, 2);
    world_run(s->w, SECONDS(20));
    story_say(s, "a's operator gives c up");
    assert_int_equal(give_up(s, 0, &c, 1, false), FELT_VERDICT_TAKEN);
    world_run(s->w, SECONDS(10));
    story_say(s, "c is started again, and takes another subnet");
    world_restart(s->w, 2);
    world_run(s->w, SECONDS(30));
    assert_true(world_agrees(s->w));
    assert_int_equal(world_double_owners(s->w), 0);
}

/* L-6.9.1, L-6.9.3, L-2.4.1 */
static void script_force(struct story *s)
{
    struct felt_id gone[2];

    story_three(s);
    gone[0] = id_of(s, 1);
    gone[1] = id_of(s, 2);
    story_say(s, "the links between a and the others fail");
    world_cut(s->w, 0, 1, true);
    world_cut(s->w, 0, 2, true);
    world_run(s->w, SECONDS(30));
    story_say(s, "a's operator gives b and c up: no majority");
    assert_int_equal(give_up(s, 0, gone, 2, false), FELT_VERDICT_BUSY);
    story_say(s, "and forces it");
    assert_int_equal(give_up(s, 0, gone, 2, true), FELT_VERDICT_TAKEN);
    world_run(s->w, SECONDS(10));
    story_say(s, "d joins through a");
    world_join(s->w, 0);
    world_run(s->w, SECONDS(10));
    story_say(s, "the links are back: b and c lose what they had, and take other subnets");
    world_cut(s->w, 0, 1, false);
    world_cut(s->w, 0, 2, false);
    world_run(s->w, SECONDS(60));
    assert_true(world_agrees(s->w));
    assert_int_equal(world_double_owners(s->w), 0);
}

static void script_leave(struct story *s)
{
    story_three(s);
    story_say(s, "c leaves");
    assert_int_equal(world_leave(s->w, 2), FELT_VERDICT_TAKEN);
    world_run(s->w, SECONDS(10));
    story_say(s, "a leaves as well; b has all now");
    world_leave(s->w, 0);
    world_run(s->w, SECONDS(10));
    world_kill(s->w, 0);
    world_kill(s->w, 2);
    assert_true(world_agrees(s->w));
    story_say(s, "b, the last one, can not leave");
    assert_int_equal(world_leave(s->w, 1), FELT_VERDICT_BUSY);
    world_run(s->w, SECONDS(10));
    story_say(s, "d joins through b");
    world_join(s->w, 1);
    world_run(s->w, SECONDS(10));
    assert_true(world_agrees(s->w));
}

static void script_leave_and_return(struct story *s)
{
    story_three(s);
    story_say(s, "c leaves");
    world_leave(s->w, 2);
    world_run(s->w, SECONDS(10));
    story_say(s, "c is started again, and joins as it did first");
    world_kill(s->w, 2);
    world_restart(s->w, 2);
    world_run(s->w, SECONDS(30));
    assert_true(world_agrees(s->w));
}

/* The news of a death that nobody is there to tell of. */
static void script_forget(struct story *s)
{
    story_three(s);
    story_say(s, "d joins through a");
    world_join(s->w, 0);
    world_run(s->w, SECONDS(10));
    story_say(s, "c is killed, and d leaves");
    world_kill(s->w, 2);
    world_leave(s->w, 3);
    world_run(s->w, SECONDS(10));
    world_kill(s->w, 3);
    story_say(s, "two days later a and b have forgotten d, and not c");
    world_run(s->w, HOURS(48));
    assert_false(world_knows(s->w, 0, 3));
    assert_false(world_knows(s->w, 1, 3));
    assert_int_equal(world_sees(s->w, 0, 2), FELT_MEMBER_DEAD);
    story_say(s, "c is started again: it knows d still");
    assert_true(world_agrees(s->w));
    world_restart(s->w, 2);
    assert_true(world_knows(s->w, 2, 3));
    world_run(s->w, SECONDS(60));
    for (int host = 0; host < 3; host++)
        assert_false(world_knows(s->w, host, 3));
    assert_true(world_agrees(s->w));
}

static void reserve(struct story *s, int host, uint32_t slot, const char *text)
{
    struct felt_input in = {.kind = FELT_INPUT_RESERVE, .reserve = {.slot = slot}};
    struct felt_whom whom;

    if (text)
        assert_int_equal(felt_whom_parse(text, &whom), 0);
    in.reserve.whom = text ? &whom : NULL;
    assert_int_equal(world_tell(s->w, host, in), FELT_VERDICT_TAKEN);
    world_run(s->w, SECONDS(5));
}

/* L-8.2.1 to L-8.2.6 */
static void script_reserve(struct story *s)
{
    story_found(s, THREE_SUBNETS);
    story_say(s,
              "a reserves slot 1 for c, and slot 2 for whoever comes from 192.0.2.4, which is d");
    reserve(s, 0, 1, "c");
    reserve(s, 0, 2, "192.0.2.4");
    story_say(s, "b joins through a, and would like slot 1");
    world_join_wish(s->w, 0, "10.2.0.8/30");
    world_run(s->w, SECONDS(10));
    story_say(s, "c joins through a, and would like slot 2");
    world_join_wish(s->w, 0, "10.2.0.12/30");
    world_run(s->w, SECONDS(10));
    story_say(s, "all but d are killed and started again");
    for (int host = 0; host < 3; host++)
        world_kill(s->w, host);
    for (int host = 0; host < 3; host++)
        world_restart(s->w, host);
    world_run(s->w, SECONDS(60));
    story_say(s, "c does not keep slot 2 for 192.0.2.4 any more: b has it");
    reserve(s, 2, 2, NULL);
    world_run(s->w, SECONDS(20));
    assert_true(world_agrees(s->w));
    story_say(s, "d comes, too late");
    world_join(s->w, 0);
    world_run(s->w, SECONDS(10));
    assert_true(world_agrees(s->w));
}

static void bridge(struct story *s, enum felt_bridge_order order, bool force)
{
    struct felt_input in = {.kind = FELT_INPUT_BRIDGE,
                            .bridge = {.order = (int)order, .force = force}};

    assert_int_equal(world_tell(s->w, 0, in), FELT_VERDICT_TAKEN);
    world_run(s->w, SECONDS(5));
}

static void foreign(struct story *s, uint32_t slot, const char *ip)
{
    struct felt_foreign_change change = {.slot = slot, .gone = !ip};

    if (ip)
        assert_int_equal(felt_ip_parse(ip, &change.foreign.ip), 0);
    change.foreign.backend = FELT_FOREIGN_HOST_GW;
    assert_int_equal(world_tell(s->w, 0,
                                (struct felt_input){.kind = FELT_INPUT_FOREIGN,
                                                    .foreign = {.changes = &change, .n = 1}}),
                     FELT_VERDICT_TAKEN);
    world_run(s->w, SECONDS(5));
}

/* The key of what is wanted is in etcd now. */
static void clear(struct story *s)
{
    struct felt_demand demand;

    assert_non_null(felt_node_demand(world_node(s->w, 0), 0));
    demand = *felt_node_demand(world_node(s->w, 0), 0);
    assert_int_equal(
        world_tell(s->w, 0,
                   (struct felt_input){.kind = FELT_INPUT_CLEARED,
                                       .cleared = {.node = demand.node, .slot = demand.slot}}),
        FELT_VERDICT_TAKEN);
    world_run(s->w, SECONDS(5));
}

/* L-9.1.1 to L-9.5.2 */
static void script_bridge(struct story *s)
{
    story_found(s, NETWORK);
    story_say(s, "b joins, and an etcd bridge begins beside a");
    world_join(s->w, 0);
    world_run(s->w, SECONDS(5));
    bridge(s, FELT_BRIDGE_BEGIN, false);
    story_say(
        s, "192.0.2.3, a flanneld, has slot 77 in etcd; c is that machine with feltd, and waits");
    foreign(s, 77, "192.0.2.3");
    world_join(s->w, 1);
    world_run(s->w, SECONDS(10));
    story_say(s, "c's key is in etcd, and slot 77 is not foreign any more");
    clear(s);
    foreign(s, 77, NULL);
    story_say(s, "a flanneld has taken b's slot, and does not move");
    foreign(s, (uint32_t)world_lease(s->w, 1), "198.51.100.9");
    clear(s);
    story_say(s, "a is killed, d joins, a is back, and d's key is made");
    world_kill(s->w, 0);
    world_run(s->w, SECONDS(30));
    world_join(s->w, 1);
    world_run(s->w, SECONDS(10));
    world_restart(s->w, 0);
    world_run(s->w, SECONDS(10));
    clear(s);
    story_say(s, "it is cut over by force; that is undone, and done again");
    bridge(s, FELT_BRIDGE_END, true);
    bridge(s, FELT_BRIDGE_UNDO, false);
    bridge(s, FELT_BRIDGE_END, true);
    story_say(s, "e joins, as ever");
    world_join(s->w, 2);
    world_run(s->w, SECONDS(10));
    assert_true(world_agrees(s->w));
    assert_int_equal(world_double_owners(s->w), 0);
}

/* ---- the tests ---- */

static void a_bridge_to_etcd_comes_and_goes(void **state)
{
    (void)state;
    story_run("bridge", script_bridge);
}

static void what_is_reserved_goes_to_nobody_else(void **state)
{
    (void)state;
    story_run("reserve", script_reserve);
}

static void one_leaves_and_then_another_but_not_the_last(void **state)
{
    (void)state;
    story_run("leave", script_leave);
}

static void who_left_comes_back(void **state)
{
    (void)state;
    story_run("leave-and-return", script_leave_and_return);
}

static void who_left_is_forgotten_and_one_who_slept_meanwhile_does_not_bring_it_back(void **state)
{
    (void)state;
    story_run("forget", script_forget);
}

static void an_operator_gives_a_dead_one_up_which_comes_back(void **state)
{
    (void)state;
    story_run("reclaim", script_reclaim);
}

static void an_operator_forces_what_a_majority_cannot_decide(void **state)
{
    (void)state;
    story_run("force", script_force);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_reserved_goes_to_nobody_else),
        cmocka_unit_test(a_bridge_to_etcd_comes_and_goes),
        cmocka_unit_test(an_operator_gives_a_dead_one_up_which_comes_back),
        cmocka_unit_test(an_operator_forces_what_a_majority_cannot_decide),
        cmocka_unit_test(one_leaves_and_then_another_but_not_the_last),
        cmocka_unit_test(who_left_comes_back),
        cmocka_unit_test(who_left_is_forgotten_and_one_who_slept_meanwhile_does_not_bring_it_back),
    };

    return RUN_TESTS(tests);
}
