/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include "lease/voice.h"
#include "node/core.h"
#include "node/letter.h"
#include "node/order.h"

static void die(struct scene *s, const struct peer *peer)
{
    struct felt_members *members = s->b.node->members;
    uint32_t i = felt_members_find(members, &peer->identity.id);

    felt_members_set_state(members, i, FELT_MEMBER_DEAD, 0);
    felt_members_contact(members, i)->heard_us = s->b.now - FELT_ORDER_QUIET;
}

/* p, which owns 127 of 255 slots, is dead; `left` of the node's other slots are q's, which lives.
 * Nobody ever lapses. */
static void begin(struct scene *s, uint32_t left)
{
    struct felt_node *node = s->b.node;
    uint32_t given = 0;

    peer_join(&s->q, &s->b);
    for (uint32_t slot = 0; slot < 255; slot++)
        if (felt_slot_map_owns(node->map, &s->q.identity.id, slot))
            assert_true(felt_slot_map_give(node->map, slot, felt_node_id(node)));
    for (uint32_t slot = 0; slot < 255 && given < left; slot++)
        if (slot != node->lease && felt_slot_map_owns(node->map, felt_node_id(node), slot)) {
            assert_true(felt_slot_map_give(node->map, slot, &s->q.identity.id));
            given++;
        }
    assert_int_equal(felt_slot_map_stake(node->map, &s->p.identity.id), 127);
    node->lease_time_us = 0;
    bench_settle(&s->b);
    die(s, &s->p);
}

static enum felt_order_refusal may(struct scene *s, const struct felt_id *id, bool force)
{
    return felt_node_may_reclaim(s->b.node, id, 1, force);
}

static enum felt_verdict give_up(struct scene *s, const struct felt_id *id, bool force)
{
    struct felt_input input = {.kind = FELT_INPUT_RECLAIM};

    input.reclaim.ids = id;
    input.reclaim.n = 1;
    input.reclaim.force = force;
    bench_step(&s->b, input);
    return s->b.verdict;
}

static void promise(struct scene *s, uint64_t round, uint32_t silent)
{
    struct felt_message m = {.type = FELT_MESSAGE_PROMISE};

    m.promise.era = 1;
    m.promise.round = round;
    felt_voice_of(s->b.node->map, &s->q.identity.id, &m.promise.voice);
    m.promise.silent = silent;
    peer_tell(&s->q, &s->b, &m);
}

static void accepted(struct scene *s, uint64_t round)
{
    struct felt_message m = {.type = FELT_MESSAGE_ACCEPTED};

    m.accepted.era = 1;
    m.accepted.round = round;
    felt_voice_of(s->b.node->map, &s->q.identity.id, &m.accepted.voice);
    peer_tell(&s->q, &s->b, &m);
}

static const struct felt_order *order_of_p(struct scene *s)
{
    return felt_node_order(s->b.node, &s->p.identity.id);
}

/* ---- what is refused ---- */

/* L-6.8.1 */
static void itself_the_living_and_who_owns_nothing_cannot_be_given_up(void **state)
{
    struct scene *s = *state;
    struct felt_id nobody_here = {{9}};

    begin(s, 10);
    for (int force = 0; force < 2; force++) {
        assert_int_equal(may(s, felt_node_id(s->b.node), force), FELT_ORDER_SELF);
        assert_int_equal(may(s, &s->q.identity.id, force), FELT_ORDER_ALIVE);
        assert_int_equal(may(s, &nobody_here, force), FELT_ORDER_OWNS_NOTHING);
    }
    felt_members_set_state(s->b.node->members,
                           felt_members_find(s->b.node->members, &s->q.identity.id),
                           FELT_MEMBER_SUSPECT, 0);
    assert_int_equal(may(s, &s->q.identity.id, false), FELT_ORDER_ALIVE);
    assert_int_equal(give_up(s, &s->q.identity.id, false), FELT_VERDICT_BUSY);
    assert_null(felt_node_order(s->b.node, &s->q.identity.id));
}

/* L-6.8.1 */
static void who_is_not_confirmed_leaves_or_knows_no_map_orders_nothing(void **state)
{
    struct scene *s = *state;
    struct felt_node *node;

    begin(s, 10);
    node = s->b.node;
    assert_int_equal(may(s, &s->p.identity.id, false), FELT_ORDER_OK);
    node->confirm.phase = FELT_CONFIRM_ASKING;
    assert_int_equal(may(s, &s->p.identity.id, false), FELT_ORDER_NOT_YET);
    assert_int_equal(may(s, &s->p.identity.id, true), FELT_ORDER_NOT_YET);
    node->confirm.phase = FELT_CONFIRM_DONE;
    node->leaver.phase = FELT_LEAVING_GIVES;
    assert_int_equal(may(s, &s->p.identity.id, false), FELT_ORDER_NOT_YET);
    node->leaver.phase = FELT_LEAVING_NOT;
    node->era = 0;
    assert_int_equal(may(s, &s->p.identity.id, false), FELT_ORDER_NOT_YET);
}

/* L-6.8.1, L-6.9.1 */
static void without_a_majority_only_force_helps_and_with_one_it_is_not_needed(void **state)
{
    struct scene *s = *state;

    begin(s, 10);
    assert_int_equal(may(s, &s->p.identity.id, true), FELT_ORDER_MAJORITY);
    felt_members_set_state(s->b.node->members,
                           felt_members_find(s->b.node->members, &s->q.identity.id),
                           FELT_MEMBER_SUSPECT, 0);
    assert_int_equal(may(s, &s->p.identity.id, false), FELT_ORDER_NO_MAJORITY);
    assert_int_equal(may(s, &s->p.identity.id, true), FELT_ORDER_MAJORITY); /* perhaps */
    die(s, &s->q);
    assert_int_equal(may(s, &s->p.identity.id, false), FELT_ORDER_NO_MAJORITY);
    assert_int_equal(may(s, &s->p.identity.id, true), FELT_ORDER_OK);
    s->b.node->saver.failing = true;
    assert_int_equal(may(s, &s->p.identity.id, true), FELT_ORDER_SAVING_FAILS);
    s->b.node->saver.failing = false;
    s->b.node->era = INT64_MAX - FELT_ORDER_FORCE;
    assert_int_equal(may(s, &s->p.identity.id, true), FELT_ORDER_LAST_ERA);
}

/* L-6.8.1 */
static void who_owns_nothing_can_force_but_not_propose(void **state)
{
    struct scene *s = *state;
    struct felt_node *node;

    begin(s, 10);
    node = s->b.node;
    for (uint32_t slot = 0; slot < 255; slot++)
        if (felt_slot_map_owns(node->map, felt_node_id(node), slot))
            assert_true(felt_slot_map_give(node->map, slot, &s->q.identity.id));
    assert_int_equal(may(s, &s->p.identity.id, false), FELT_ORDER_NO_VOICE);
    die(s, &s->q);
    assert_int_equal(may(s, &s->p.identity.id, true), FELT_ORDER_OK);
}

/* L-6.8.1 */
static void sixteen_are_as_many_as_a_ballot_names(void **state)
{
    struct felt_id ids[FELT_ORDERS_MAX + 1];
    struct scene *s = *state;

    begin(s, 10);
    for (size_t i = 0; i < FELT_ORDERS_MAX + 1; i++)
        ids[i] = s->p.identity.id;
    assert_int_equal(felt_node_may_reclaim(s->b.node, ids, FELT_ORDERS_MAX, false), FELT_ORDER_OK);
    assert_int_equal(felt_node_may_reclaim(s->b.node, ids, FELT_ORDERS_MAX + 1, false),
                     FELT_ORDER_TOO_MANY);
}

/* ---- by a majority ---- */

/* L-6.8.1, L-6.8.2 */
static void what_an_operator_gave_up_is_decided_without_the_lease_time(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    begin(s, 10);
    assert_int_equal(give_up(s, &s->p.identity.id, false), FELT_VERDICT_TAKEN);
    assert_int_equal(order_of_p(s)->outcome, FELT_ORDER_ASKING);
    m = scene_await(s, FELT_MESSAGE_PREPARE, FELT_USEC_SEC);
    assert_int_equal(m.prepare.n, 1);
    assert_int_equal(m.prepare.ordered, 1);
    assert_true(felt_id_equal(&m.prepare.suspects[0].id, &s->p.identity.id));
    promise(s, m.prepare.round, 1);
    m = scene_await(s, FELT_MESSAGE_ACCEPT, FELT_USEC_SEC);
    accepted(s, m.accept.round);
    assert_true(bench_self(&s->b).era == 2);
    assert_int_equal(order_of_p(s)->outcome, FELT_ORDER_DONE);
    assert_int_equal(order_of_p(s)->n_slots, 127);
    assert_true(felt_id_equal(&order_of_p(s)->heir, felt_node_id(s->b.node)));
    assert_false(order_of_p(s)->several);
}

/* L-6.8.3: it takes two eras, and each has an heir of its own. */
static void who_gets_it_bit_by_bit_is_several(void **state)
{
    struct felt_message m = {.type = FELT_MESSAGE_DECISION};
    struct scene *s = *state;
    uint32_t first = 0;

    begin(s, 10);
    give_up(s, &s->p.identity.id, false);
    while (!felt_slot_map_owns(s->b.node->map, &s->p.identity.id, first))
        first++;
    m.decision.era = 2;
    m.decision.value = (struct felt_value){
        .heir = s->q.identity.id, .n = 1, .ranges = {{.first = first, .count = 1}}};
    peer_tell(&s->q, &s->b, &m);
    assert_int_equal(order_of_p(s)->outcome, FELT_ORDER_ASKING);
    assert_int_equal(order_of_p(s)->n_slots, 1);
    m.decision.era = 3;
    m.decision.value = (struct felt_value){.heir = *felt_node_id(s->b.node),
                                           .n = 1,
                                           .ranges = {{.first = first + 1, .count = 254 - first}}};
    peer_tell(&s->q, &s->b, &m);
    assert_int_equal(order_of_p(s)->outcome, FELT_ORDER_DONE);
    assert_int_equal(order_of_p(s)->n_slots, 127);
    assert_true(felt_id_equal(&order_of_p(s)->heir, &s->q.identity.id));
    assert_true(order_of_p(s)->several);
}

/* L-6.8.1: a second word about the same one. */
static void said_twice_it_is_one_order(void **state)
{
    struct scene *s = *state;
    uint64_t round;

    begin(s, 10);
    give_up(s, &s->p.identity.id, false);
    round = scene_await(s, FELT_MESSAGE_PREPARE, FELT_USEC_SEC).prepare.round;
    assert_int_equal(give_up(s, &s->p.identity.id, false), FELT_VERDICT_TAKEN);
    assert_int_equal(s->b.node->orders.n, 1);
    promise(s, round, 1); /* and the ballot is still open */
    scene_await(s, FELT_MESSAGE_ACCEPT, FELT_USEC_SEC);
}

/* L-6.8.3 */
static void a_voter_that_hears_it_keeps_it_and_is_named_after_three_ballots(void **state)
{
    struct scene *s = *state;
    const felt_usec begun = (begin(s, 10), s->b.now);

    give_up(s, &s->p.identity.id, false);
    for (unsigned k = 0; k < FELT_ORDER_OBJECTIONS; k++) {
        assert_int_equal(order_of_p(s)->outcome, FELT_ORDER_ASKING);
        promise(s, scene_await(s, FELT_MESSAGE_PREPARE, 5 * FELT_USEC_SEC).prepare.round, 0);
        scene_go_on(s);
    }
    assert_int_equal(order_of_p(s)->outcome, FELT_ORDER_HEARD);
    assert_true(felt_id_equal(&order_of_p(s)->objector, &s->q.identity.id));
    assert_true(s->b.now - begun < 10 * FELT_USEC_SEC);
    assert_true(bench_self(&s->b).era == 1);
    assert_int_equal(felt_slot_map_stake(s->b.node->map, &s->p.identity.id), 127);
    /* It is over: nobody is asked any more. */
    for (int k = 0; k < 100; k++) {
        struct felt_message m;

        assert_false(peer_reads(&s->q, &s->b, FELT_MESSAGE_PREPARE, &m));
        scene_go_on(s);
    }
}

/* L-6.8.3 */
static void where_nobody_answers_it_is_over_after_a_minute(void **state)
{
    struct scene *s = *state;
    const felt_usec begun = (begin(s, 10), s->b.now);

    give_up(s, &s->p.identity.id, false);
    while (order_of_p(s)->outcome == FELT_ORDER_ASKING) {
        assert_true(s->b.now - begun <= FELT_ORDER_LIMIT + FELT_ORDER_LOOK);
        scene_go_on(s);
    }
    assert_int_equal(order_of_p(s)->outcome, FELT_ORDER_UNDECIDED);
    assert_true(s->b.now - begun >= FELT_ORDER_LIMIT);
}

/* L-6.8.3 */
static void when_it_comes_back_it_keeps_what_it_has(void **state)
{
    struct scene *s = *state;

    begin(s, 10);
    give_up(s, &s->p.identity.id, false);
    scene_await(s, FELT_MESSAGE_PREPARE, FELT_USEC_SEC);
    felt_members_set_state(s->b.node->members,
                           felt_members_find(s->b.node->members, &s->p.identity.id),
                           FELT_MEMBER_ALIVE, 7);
    scene_go_on(s);
    assert_int_equal(order_of_p(s)->outcome, FELT_ORDER_BACK);
    assert_non_null(bench_event(&s->b, FELT_EVENT_NOT_RECLAIMED));
}

/* L-6.8.2 */
static void who_was_heard_a_moment_ago_is_proposed_a_moment_later(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    felt_usec heard;

    begin(s, 10);
    heard = s->b.now;
    felt_members_contact(s->b.node->members,
                         felt_members_find(s->b.node->members, &s->p.identity.id))
        ->heard_us = heard;
    assert_int_equal(give_up(s, &s->p.identity.id, false), FELT_VERDICT_TAKEN);
    m = scene_await(s, FELT_MESSAGE_PREPARE, 2 * FELT_ORDER_QUIET);
    assert_true(s->b.now - heard >= FELT_ORDER_QUIET);
    assert_int_equal(m.prepare.ordered, 1);
}

/* ---- by force ---- */

/* L-6.9.1 */
static void force_goes_far_ahead_and_states_every_slot_anew(void **state)
{
    struct scene *s = *state;
    struct felt_id ids[2];
    struct felt_input input = {.kind = FELT_INPUT_RECLAIM};
    struct felt_node *node;

    begin(s, 10);
    node = s->b.node;
    die(s, &s->q);
    ids[0] = s->p.identity.id;
    ids[1] = s->q.identity.id;
    node->acceptor.promised = (struct felt_ballot){.round = 7, .id = s->q.identity.id};
    input.reclaim.ids = ids;
    input.reclaim.n = 2;
    input.reclaim.force = true;
    bench_step(&s->b, input);
    assert_int_equal(s->b.verdict, FELT_VERDICT_TAKEN);
    assert_true(node->era >= 1 + FELT_ORDER_FORCE && node->era < 1 + 2 * FELT_ORDER_FORCE);
    for (uint32_t slot = 0; slot < 255; slot++) {
        struct felt_slot entry = felt_slot_map_get(node->map, slot);

        assert_true(entry.term == node->era && entry.seq == 0);
        assert_true(felt_id_equal(&entry.owner, felt_node_id(node)));
    }
    assert_true(felt_ballot_is_none(&node->acceptor.promised));
    assert_true(node->decision.era == 0);
    assert_int_equal(bench_event(&s->b, FELT_EVENT_FORCED)->n_slots, 137);
    assert_non_null(bench_event(&s->b, FELT_EVENT_FORCED));
}

/* L-6.9.2 */
static void it_is_durable_before_it_is_told(void **state)
{
    struct scene *s = *state;
    struct felt_digest before, shown;
    struct felt_message pull = {.type = FELT_MESSAGE_PULL_SLOTS}, m;

    begin(s, 10);
    die(s, &s->q);
    before = felt_node_digest(s->b.node);
    assert_int_equal(give_up(s, &s->p.identity.id, true), FELT_VERDICT_TAKEN);
    shown = felt_node_digest(s->b.node);
    assert_true(shown.era == before.era && shown.slots == before.slots);
    assert_int_equal(order_of_p(s)->outcome, FELT_ORDER_ASKING);
    pull.pull_slots.era = 1;
    peer_tell(&s->q, &s->b, &pull);
    assert_false(peer_reads(&s->q, &s->b, FELT_MESSAGE_SLOTS, &m));
    bench_step(&s->b,
               (struct felt_input){.kind = FELT_INPUT_SAVED, .save = s->b.node->saver.begun});
    shown = felt_node_digest(s->b.node);
    assert_true(shown.era == s->b.node->era && shown.slots != before.slots);
    assert_int_equal(order_of_p(s)->outcome, FELT_ORDER_DONE);
    peer_tell(&s->q, &s->b, &pull);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_SLOTS, &m));
    assert_true(m.slots.era == s->b.node->era);
}

/* L-6.9.1 */
static void one_gone_of_several_may_be_enough_for_a_majority(void **state)
{
    struct scene *s = *state;

    begin(s, 10);
    die(s, &s->q);
    assert_int_equal(give_up(s, &s->p.identity.id, true), FELT_VERDICT_TAKEN);
    bench_settle(&s->b);
    assert_int_equal(may(s, &s->q.identity.id, true), FELT_ORDER_MAJORITY);
    assert_int_equal(give_up(s, &s->q.identity.id, false), FELT_VERDICT_TAKEN);
    for (int k = 0; k < 20 && felt_slot_map_stake(s->b.node->map, &s->q.identity.id) > 0; k++)
        scene_go_on(s);
    assert_int_equal(bench_self(&s->b).n_slots_own, 255);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(itself_the_living_and_who_owns_nothing_cannot_be_given_up),
        SCENE(who_is_not_confirmed_leaves_or_knows_no_map_orders_nothing),
        SCENE(without_a_majority_only_force_helps_and_with_one_it_is_not_needed),
        SCENE(who_owns_nothing_can_force_but_not_propose),
        SCENE(sixteen_are_as_many_as_a_ballot_names),
        SCENE(what_an_operator_gave_up_is_decided_without_the_lease_time),
        SCENE(who_gets_it_bit_by_bit_is_several),
        SCENE(said_twice_it_is_one_order),
        SCENE(a_voter_that_hears_it_keeps_it_and_is_named_after_three_ballots),
        SCENE(where_nobody_answers_it_is_over_after_a_minute),
        SCENE(when_it_comes_back_it_keeps_what_it_has),
        SCENE(who_was_heard_a_moment_ago_is_proposed_a_moment_later),
        SCENE(force_goes_far_ahead_and_states_every_slot_anew),
        SCENE(it_is_durable_before_it_is_told),
        SCENE(one_gone_of_several_may_be_enough_for_a_majority),
    };

    return RUN_TESTS(tests);
}
