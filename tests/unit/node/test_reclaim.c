/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include "lease/acceptor.h"
#include "lease/voice.h"
#include "node/core.h"

#define LEASE (60 * FELT_USEC_SEC)

/* p, which owns 127 of 255 slots, is dead and has lapsed. `left` of the node's other slots are
 * q's, which lives: with 2 or more the node alone is no majority. */
static void begin(struct scene *s, uint32_t left)
{
    struct felt_node *node;
    uint32_t given = 0;

    peer_join(&s->q, &s->b);
    node = s->b.node;
    for (uint32_t slot = 0; slot < 255; slot++)
        if (felt_slot_map_owns(node->map, &s->q.identity.id, slot))
            assert_true(felt_slot_map_give(node->map, slot, felt_node_id(node)));
    for (uint32_t slot = 0; slot < 255 && given < left; slot++)
        if (slot != node->lease && felt_slot_map_owns(node->map, felt_node_id(node), slot)) {
            assert_true(felt_slot_map_give(node->map, slot, &s->q.identity.id));
            given++;
        }
    assert_int_equal(felt_slot_map_stake(node->map, &s->p.identity.id), 127);
    assert_int_equal(felt_slot_map_stake(node->map, &s->q.identity.id), left);
    felt_members_set_state(node->members, felt_members_find(node->members, &s->p.identity.id),
                           FELT_MEMBER_DEAD, 0);
    node->lease_time_us = LEASE;
    assert_int_equal(felt_silence_learn(node->hearing.silence, &s->p.identity.id, LEASE), 0);
    node->hearing.next_us = s->b.now;
}

static struct felt_voice voice_of_q(const struct scene *s)
{
    struct felt_voice voice;

    felt_voice_of(s->b.node->map, &s->q.identity.id, &voice);
    return voice;
}

static void promise(struct scene *s, uint64_t round, uint32_t silent,
                    const struct felt_ballot *accepted, const struct felt_value *value)
{
    struct felt_message m = {.type = FELT_MESSAGE_PROMISE};

    m.promise.era = 1;
    m.promise.round = round;
    m.promise.voice = voice_of_q(s);
    m.promise.silent = silent;
    if (accepted) {
        m.promise.accepted = *accepted;
        m.promise.value = *value;
    }
    peer_tell(&s->q, &s->b, &m);
}

static void accepted(struct scene *s, uint64_t round)
{
    struct felt_message m = {.type = FELT_MESSAGE_ACCEPTED};

    m.accepted.era = 1;
    m.accepted.round = round;
    m.accepted.voice = voice_of_q(s);
    peer_tell(&s->q, &s->b, &m);
}

/* L-6.3.4, L-6.3.7 */
static void a_majority_of_one_decides_alone_what_is_silent(void **state)
{
    struct scene *s = *state;
    const felt_usec end = s->b.now + 5 * FELT_USEC_SEC;

    begin(s, 0);
    while (bench_self(&s->b).era == 1) {
        assert_true(s->b.now < end);
        scene_go_on(s);
    }
    assert_int_equal(bench_self(&s->b).n_slots_own, 255);
    assert_int_equal(bench_event(&s->b, FELT_EVENT_RECLAIMED)->n_slots, 127);
    assert_true(
        felt_id_equal(&bench_event(&s->b, FELT_EVENT_RECLAIMED)->id, felt_node_id(s->b.node)));
}

/* L-6.2.3, L-6.3.3, L-6.4.1 */
static void with_anothers_voice_it_is_decided_and_each_own_vote_is_durable_first(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    begin(s, 10);
    m = scene_await(s, FELT_MESSAGE_PREPARE, 5 * FELT_USEC_SEC);
    assert_true(felt_saver_settled(&s->b.node->saver));
    assert_true(s->b.node->acceptor.promised.round == m.prepare.round);
    assert_int_equal(m.prepare.n, 1);
    assert_true(felt_id_equal(&m.prepare.suspects[0].id, &s->p.identity.id));
    promise(s, m.prepare.round, 1, NULL, NULL);
    assert_false(peer_reads(&s->q, &s->b, FELT_MESSAGE_ACCEPT, &m));
    assert_true(s->b.effects.state.len > 0);
    m = scene_await(s, FELT_MESSAGE_ACCEPT, FELT_USEC_SEC);
    assert_true(felt_saver_settled(&s->b.node->saver));
    assert_true(felt_id_equal(&m.accept.value.heir, felt_node_id(s->b.node)));
    accepted(s, m.accept.round);
    assert_true(bench_self(&s->b).era == 2);
    assert_int_equal(felt_slot_map_stake(s->b.node->map, &s->p.identity.id), 0);
}

/* L-6.3.4 */
static void an_owner_that_one_voter_hears_keeps_its_slots(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    begin(s, 10);
    m = scene_await(s, FELT_MESSAGE_PREPARE, 5 * FELT_USEC_SEC);
    promise(s, m.prepare.round, 0, NULL, NULL);
    bench_settle(&s->b);
    assert_int_equal(s->b.node->reclaim.proposal.phase, FELT_PROPOSAL_NONE);
    assert_true(felt_ballot_is_none(&s->b.node->acceptor.accepted));
    m = scene_await(s, FELT_MESSAGE_PREPARE, 20 * FELT_USEC_SEC); /* and is asked about again */
}

/* L-6.3.4 */
static void what_a_voter_has_accepted_is_proposed_again(void **state)
{
    struct felt_value value = {.n = 1, .ranges = {{.first = 200, .count = 2}}};
    struct felt_ballot ballot = {.round = 1};
    struct scene *s = *state;
    struct felt_message m;

    begin(s, 10);
    ballot.id = value.heir = s->q.identity.id;
    m = scene_await(s, FELT_MESSAGE_PREPARE, 5 * FELT_USEC_SEC);
    promise(s, m.prepare.round, 1, &ballot, &value);
    m = scene_await(s, FELT_MESSAGE_ACCEPT, FELT_USEC_SEC);
    assert_true(felt_id_equal(&m.accept.value.heir, &s->q.identity.id));
    assert_int_equal(m.accept.value.ranges[0].first, 200);
}

/* L-6.3.5 */
static void who_is_outbid_stops_and_comes_back_with_a_larger_ballot(void **state)
{
    struct felt_message m, outbid = {.type = FELT_MESSAGE_OUTBID};
    struct scene *s = *state;

    begin(s, 10);
    m = scene_await(s, FELT_MESSAGE_PREPARE, 5 * FELT_USEC_SEC);
    outbid.outbid.era = 1;
    outbid.outbid.round = m.prepare.round;
    outbid.outbid.promised = 77;
    peer_tell(&s->q, &s->b, &outbid);
    assert_int_equal(s->b.node->reclaim.proposal.phase, FELT_PROPOSAL_NONE);
    m = scene_await(s, FELT_MESSAGE_PREPARE, 10 * FELT_USEC_SEC);
    assert_true(m.prepare.round > 77);
}

/* L-6.3.5 */
static void who_promises_a_larger_ballot_stops(void **state)
{
    struct felt_message m, larger = {.type = FELT_MESSAGE_PREPARE};
    struct scene *s = *state;

    begin(s, 10);
    m = scene_await(s, FELT_MESSAGE_PREPARE, 5 * FELT_USEC_SEC);
    larger.prepare.era = 1;
    larger.prepare.round = m.prepare.round + 1;
    peer_tell(&s->q, &s->b, &larger);
    assert_int_equal(s->b.node->reclaim.proposal.phase, FELT_PROPOSAL_NONE);
    promise(s, m.prepare.round, 1, NULL, NULL); /* too late */
    bench_settle(&s->b);
    assert_true(felt_ballot_is_none(&s->b.node->acceptor.accepted));
}

/* L-6.3.5 */
static void a_voter_that_does_not_answer_is_asked_four_times(void **state)
{
    struct scene *s = *state;
    unsigned asked = 1;
    uint64_t round;

    begin(s, 10);
    round = scene_await(s, FELT_MESSAGE_PREPARE, 5 * FELT_USEC_SEC).prepare.round;
    while (s->b.node->reclaim.proposal.phase != FELT_PROPOSAL_NONE && asked < 10) {
        struct felt_message m;

        scene_go_on(s);
        asked += peer_reads(&s->q, &s->b, FELT_MESSAGE_PREPARE, &m) && m.prepare.round == round;
    }
    assert_int_equal(asked, 4);
}

/* L-6.3.6 */
static void what_was_accepted_and_not_decided_is_finished(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_ACCEPT};
    felt_usec before;

    begin(s, 10);
    s->b.node->lease_time_us = 0; /* nobody lapses */
    m.accept.era = 1;
    m.accept.round = 3;
    m.accept.value = (struct felt_value){
        .heir = s->q.identity.id, .n = 1, .ranges = {{.first = 200, .count = 2}}};
    peer_tell(&s->q, &s->b, &m);
    bench_settle(&s->b);
    before = s->b.now;
    m = scene_await(s, FELT_MESSAGE_PREPARE, 20 * FELT_USEC_SEC);
    assert_true(s->b.now - before >= FELT_RECLAIM_FINISH);
    assert_true(m.prepare.round > 3);
    assert_int_equal(m.prepare.n, 0);
    promise(s, m.prepare.round, 0, NULL, NULL);
    m = scene_await(s, FELT_MESSAGE_ACCEPT, FELT_USEC_SEC);
    assert_int_equal(m.accept.value.ranges[0].first, 200);
}

/* L-6.3.7 */
static void who_votes_for_somebody_elses_ballot_waits_with_its_own(void **state)
{
    struct felt_message m = {.type = FELT_MESSAGE_PREPARE};
    struct scene *s = *state;

    begin(s, 10);
    bench_wait(&s->b, 0); /* a tick: p has lapsed */
    assert_true(s->b.node->reclaim.due_us < s->b.now + 3 * FELT_USEC_SEC);
    m.prepare.era = 1;
    m.prepare.round = 3;
    peer_tell(&s->q, &s->b, &m);
    assert_true(s->b.node->reclaim.due_us >= s->b.now + 4 * FELT_USEC_SEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_majority_of_one_decides_alone_what_is_silent),
        SCENE(with_anothers_voice_it_is_decided_and_each_own_vote_is_durable_first),
        SCENE(an_owner_that_one_voter_hears_keeps_its_slots),
        SCENE(what_a_voter_has_accepted_is_proposed_again),
        SCENE(who_is_outbid_stops_and_comes_back_with_a_larger_ballot),
        SCENE(who_promises_a_larger_ballot_stops),
        SCENE(a_voter_that_does_not_answer_is_asked_four_times),
        SCENE(what_was_accepted_and_not_decided_is_finished),
        SCENE(who_votes_for_somebody_elses_ballot_waits_with_its_own),
    };

    return RUN_TESTS(tests);
}
