/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include "lease/acceptor.h"
#include "node/core.h"

static struct felt_message prepare(uint64_t era, uint64_t round)
{
    struct felt_message m = {.type = FELT_MESSAGE_PREPARE};

    m.prepare.era = era;
    m.prepare.round = round;
    return m;
}

static struct felt_message accept(const struct scene *s, uint64_t round)
{
    struct felt_message m = {.type = FELT_MESSAGE_ACCEPT};

    m.accept.era = 1;
    m.accept.round = round;
    m.accept.value.heir = s->p.identity.id;
    m.accept.value.n = 1;
    m.accept.value.ranges[0] = (struct felt_slot_range){.first = 3, .count = 2};
    return m;
}

static uint32_t voices(const struct felt_voice *voice)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < voice->n; i++)
        n += voice->ranges[i].count;
    return n;
}

/* L-6.2.3, L-6.3.1 */
static void a_promise_is_durable_before_it_is_given(void **state)
{
    struct scene *s = *state;
    struct felt_message m = prepare(1, 5), answer;

    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_PROMISE, &answer));
    assert_true(s->b.node->acceptor.promised.round == 5);
    bench_save_failed(&s->b);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_PROMISE, &answer));
    bench_wait(&s->b, FELT_SAVE_RETRY_MIN);
    bench_saved(&s->b);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PROMISE, &answer));
    assert_true(answer.promise.era == 1 && answer.promise.round == 5);
    assert_true(answer.promise.voice.whole);
    assert_int_equal(voices(&answer.promise.voice), bench_self(&s->b).n_slots_own);
    assert_true(answer.promise.accepted.round == 0);
}

/* L-6.3.2 */
static void an_acceptance_is_durable_before_it_is_said(void **state)
{
    struct scene *s = *state;
    struct felt_message m = accept(s, 5), answer;

    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_ACCEPTED, &answer));
    bench_saved(&s->b);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_ACCEPTED, &answer));
    assert_int_equal(voices(&answer.accepted.voice), bench_self(&s->b).n_slots_own);
    /* A later proposer hears of it. */
    m = prepare(1, 6);
    peer_tell(&s->p, &s->b, &m);
    bench_saved(&s->b);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PROMISE, &answer));
    assert_true(answer.promise.accepted.round == 5);
    assert_true(felt_id_equal(&answer.promise.value.heir, &s->p.identity.id));
}

/* L-6.3.5 */
static void a_smaller_ballot_is_told_of_the_larger_promise(void **state)
{
    struct scene *s = *state;
    struct felt_message m = prepare(1, 5), answer;

    peer_tell(&s->p, &s->b, &m);
    bench_settle(&s->b);
    m = prepare(1, 4);
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_OUTBID, &answer));
    assert_true(answer.outbid.round == 4 && answer.outbid.promised == 5);
    m = accept(s, 4);
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_OUTBID, &answer));
    assert_true(felt_ballot_is_none(&s->b.node->acceptor.accepted));
}

static void asked_again_a_voter_promises_again(void **state)
{
    struct scene *s = *state;
    struct felt_message m = prepare(1, 5), answer;

    for (int k = 0; k < 2; k++) {
        peer_tell(&s->p, &s->b, &m);
        bench_saved(&s->b);
        assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PROMISE, &answer));
    }
}

/* L-6.1.3 */
static void a_value_beyond_the_network_is_malformed(void **state)
{
    struct scene *s = *state;
    struct felt_message m = accept(s, 5);

    m.accept.value.ranges[0].count = 253; /* 3 to 255 of 255 */
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_MALFORMED);
    assert_true(felt_ballot_is_none(&s->b.node->acceptor.promised));
}

/* L-6.4.3 */
static void a_vote_of_a_later_era_is_not_answered_but_caught_up_with(void **state)
{
    struct scene *s = *state;
    struct felt_message m = prepare(2, 5), answer;

    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PULL_SLOTS, &answer));
    assert_true(answer.pull_slots.era == 1);
    bench_settle(&s->b);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_PROMISE, &answer));
    assert_true(felt_ballot_is_none(&s->b.node->acceptor.promised));
}

/* L-6.4.3 */
static void a_promise_that_is_not_durable_when_the_era_ends_is_never_given(void **state)
{
    struct scene *s = *state;
    struct felt_message m = prepare(1, 5), decision = {.type = FELT_MESSAGE_DECISION}, answer;

    peer_tell(&s->p, &s->b, &m);
    decision.decision.era = 2;
    decision.decision.value = accept(s, 5).accept.value;
    peer_tell(&s->p, &s->b, &decision);
    assert_true(bench_self(&s->b).era == 2);
    for (int k = 0; s->b.effects.state.len > 0; k++) {
        assert_true(k < 10);
        bench_saved(&s->b);
        assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_PROMISE, &answer));
    }
}

/* What the node says to a proposer about q, of which it knows nothing but what is in its map. */
static uint32_t said_of_q(struct scene *s, uint64_t round, uint64_t hash)
{
    struct felt_message m = prepare(1, round), answer;

    m.prepare.n = 1;
    m.prepare.suspects[0] = (struct felt_suspect){.id = s->q.identity.id, .slots = hash};
    peer_tell(&s->p, &s->b, &m);
    bench_saved(&s->b);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PROMISE, &answer));
    return answer.promise.silent;
}

/* L-6.3.1, L-6.5.3 */
static void a_suspect_is_named_where_it_has_lapsed_and_owns_what_was_said(void **state)
{
    struct scene *s = *state;
    struct felt_silence *silence = s->b.node->hearing.silence;
    uint64_t hash;

    s->b.node->lease_time_us = 60 * FELT_USEC_SEC;
    assert_true(felt_slot_map_give(s->b.node->map, 9, &s->q.identity.id));
    hash = felt_slot_map_owned_hash(s->b.node->map, &s->q.identity.id);
    assert_int_equal(felt_silence_learn(silence, &s->q.identity.id, 58 * FELT_USEC_SEC), 0);
    assert_int_equal(said_of_q(s, 5, hash), 0);
    assert_int_equal(felt_silence_learn(silence, &s->q.identity.id, 59 * FELT_USEC_SEC), 0);
    assert_int_equal(said_of_q(s, 6, hash), 1);
    assert_int_equal(said_of_q(s, 7, hash + 1), 0);
    s->b.node->lease_time_us = 0;
    assert_int_equal(said_of_q(s, 8, hash), 0);
}

/* What it says of q where an operator gave q up. */
static uint32_t said_of_ordered_q(struct scene *s, uint64_t round)
{
    struct felt_message m = prepare(1, round), answer;

    m.prepare.n = 1;
    m.prepare.ordered = 1;
    m.prepare.suspects[0] =
        (struct felt_suspect){.id = s->q.identity.id,
                              .slots = felt_slot_map_owned_hash(s->b.node->map, &s->q.identity.id)};
    peer_tell(&s->p, &s->b, &m);
    bench_saved(&s->b);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PROMISE, &answer));
    return answer.promise.silent;
}

/* L-6.8.2 */
static void an_ordered_suspect_may_go_where_it_is_dead_and_not_where_it_is_heard(void **state)
{
    struct scene *s = *state;
    struct felt_members *members = s->b.node->members;
    uint32_t i;

    s->b.node->lease_time_us = 0;
    assert_true(felt_slot_map_give(s->b.node->map, 9, &s->q.identity.id));
    assert_int_equal(said_of_ordered_q(s, 5), 1); /* not known at all */
    peer_join(&s->q, &s->b);
    i = felt_members_find(members, &s->q.identity.id);
    assert_int_equal(said_of_ordered_q(s, 6), 0);
    felt_members_set_state(members, i, FELT_MEMBER_SUSPECT, 0);
    assert_int_equal(said_of_ordered_q(s, 7), 0);
    felt_members_set_state(members, i, FELT_MEMBER_DEAD, 0);
    assert_int_equal(said_of_ordered_q(s, 8), 0); /* but it was heard just now */
    felt_members_contact(members, i)->heard_us = s->b.now - FELT_ORDER_QUIET;
    assert_int_equal(said_of_ordered_q(s, 9), 1);
}

/* L-6.3.8 */
static void who_owns_nothing_or_leaves_has_no_vote(void **state)
{
    struct scene *s = *state;
    struct felt_message m = prepare(1, 5), answer;

    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_LEAVE});
    assert_int_equal(s->b.verdict, FELT_VERDICT_TAKEN);
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_BUSY);
    bench_settle(&s->b);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_PROMISE, &answer));
    assert_true(felt_ballot_is_none(&s->b.node->acceptor.promised));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_promise_is_durable_before_it_is_given),
        SCENE(an_acceptance_is_durable_before_it_is_said),
        SCENE(a_smaller_ballot_is_told_of_the_larger_promise),
        SCENE(asked_again_a_voter_promises_again),
        SCENE(a_value_beyond_the_network_is_malformed),
        SCENE(a_vote_of_a_later_era_is_not_answered_but_caught_up_with),
        SCENE(a_promise_that_is_not_durable_when_the_era_ends_is_never_given),
        SCENE(a_suspect_is_named_where_it_has_lapsed_and_owns_what_was_said),
        SCENE(an_ordered_suspect_may_go_where_it_is_dead_and_not_where_it_is_heard),
        SCENE(who_owns_nothing_or_leaves_has_no_vote),
    };

    return RUN_TESTS(tests);
}
