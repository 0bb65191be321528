/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/comeback.h"

/* p comes back: a new session that begins with save number `start`. */
static void restart(struct peer *p, uint64_t session, uint64_t start)
{
    p->session = session;
    p->counter = 0;
    p->start = start;
    p->save = start;
}

/* The node hears from p: so much was durable. */
static void heard(struct scene *s, uint64_t save)
{
    struct felt_message nack = {.type = FELT_MESSAGE_NACK};

    s->p.save = save;
    peer_tell(&s->p, &s->b, &nack);
}

/* L-7.1.1, L-7.1.3, L-7.2.2 */
static void who_begins_with_what_was_seen_last_is_current_and_with_less_is_behind(void **state)
{
    struct scene *s = *state;

    heard(s, 9);
    restart(&s->p, 7, 9);
    assert_int_equal(asks(s, &s->p), FELT_VERDICT_TAKEN);
    assert_int_equal(told(s, &s->p), FELT_IDENTITY_CURRENT);
    restart(&s->p, 7, 8);
    asks(s, &s->p);
    assert_int_equal(told(s, &s->p), FELT_IDENTITY_BEHIND);
    restart(&s->p, 7, 10); /* saved, and not told anybody */
    asks(s, &s->p);
    assert_int_equal(told(s, &s->p), FELT_IDENTITY_CURRENT);
}

/* L-7.1.1: a smaller number does not undo a larger one. */
static void the_largest_save_is_remembered_also_across_a_restart_of_ours(void **state)
{
    struct scene *s = *state;

    heard(s, 9);
    heard(s, 4);
    come_back(s, NULL);
    restart(&s->p, 7, 8);
    asks(s, &s->p); /* we are not confirmed ourselves */
    assert_int_equal(told(s, &s->p), FELT_IDENTITY_BEHIND);
}

/* L-7.1.3 */
static void an_earlier_session_is_behind(void **state)
{
    struct scene *s = *state;

    restart(&s->p, 7, 9);
    heard(s, 9);
    restart(&s->p, 6, 9);
    asks(s, &s->p);
    assert_int_equal(told(s, &s->p), FELT_IDENTITY_BEHIND);
}

/* L-7.1.3 */
static void a_later_session_may_be_known_from_a_descriptor_that_others_passed_on(void **state)
{
    struct scene *s = *state;

    peer_join(&s->q, &s->b);
    s->p.descriptor.version = felt_session_floor(8) + 1;
    peer_begin(&s->q);
    peer_write_other(&s->q, &s->p);
    assert_int_equal(peer_send(&s->q, &s->b), FELT_VERDICT_TAKEN);
    restart(&s->p, 7, 9);
    asks(s, &s->p);
    assert_int_equal(told(s, &s->p), FELT_IDENTITY_BEHIND);
    restart(&s->p, 8, 9);
    asks(s, &s->p);
    assert_int_equal(told(s, &s->p), FELT_IDENTITY_CURRENT);
}

/* L-7.2.2 */
static void a_stranger_is_unknown(void **state)
{
    struct scene *s = *state;

    peer_enter(&s->q, &s->b);
    assert_int_equal(asks(s, &s->q), FELT_VERDICT_TAKEN);
    assert_int_equal(told(s, &s->q), FELT_IDENTITY_UNKNOWN);
    assert_int_equal(bench_self(&s->b).n_members, 2);
}

/* L-7.2.2, P-3.2.3 */
static void an_answer_is_not_larger_than_its_question(void **state)
{
    struct scene *s = *state;

    peer_enter(&s->q, &s->b);
    s->q.session = UINT64_MAX;
    asks(s, &s->q);
    assert_int_equal(s->b.effects.n_datagrams, 1);
    assert_true(s->b.effects.datagrams[0].bytes.len <= s->q.len + FELT_SEAL_OVERHEAD);
}

/* L-7.1.3 */
static void what_else_somebody_behind_says_is_refused_and_it_is_told_so_now_and_then(void **state)
{
    struct felt_message nack = {.type = FELT_MESSAGE_NACK};
    struct scene *s = *state;

    heard(s, 9);
    restart(&s->p, 7, 8);
    assert_int_equal(peer_tell(&s->p, &s->b, &nack), FELT_VERDICT_STALE);
    assert_int_equal(told(s, &s->p), FELT_IDENTITY_BEHIND);
    assert_int_equal(peer_tell(&s->p, &s->b, &nack), FELT_VERDICT_STALE);
    assert_int_equal(told(s, &s->p), -1);
    bench_wait(&s->b, 10 * FELT_USEC_MS);
    assert_int_equal(peer_tell(&s->p, &s->b, &nack), FELT_VERDICT_STALE);
    assert_int_equal(told(s, &s->p), FELT_IDENTITY_BEHIND);
    /* It has not taken the place of the other one. */
    restart(&s->p, 1, 0);
    s->p.counter = 1000;
    assert_int_not_equal(peer_tell(&s->p, &s->b, &nack), FELT_VERDICT_STALE);
}

/* The node challenges p where its descriptor says that it is. */
static bool challenged(struct scene *s, struct peer *at, struct felt_message *ret_challenge)
{
    return peer_reads(at, &s->b, FELT_MESSAGE_CHALLENGE, ret_challenge);
}

/* p asks from elsewhere; `there` is where it was. */
static void move(struct scene *s, struct peer *there, struct felt_message *ret_challenge)
{
    peer_init(there, 1);
    peer_enter(there, &s->b);
    there->counter = s->p.counter;
    s->p.at.port++;
    restart(&s->p, 7, 9);
    asks(s, &s->p);
    assert_int_equal(told(s, &s->p), -1);
    assert_true(challenged(s, there, ret_challenge));
    assert_true(felt_id_equal(&ret_challenge->challenge.target, &s->p.identity.id));
}

static void answer(struct scene *s, struct peer *from, uint64_t nonce)
{
    struct felt_message m = {.type = FELT_MESSAGE_PRESENT, .present = {.nonce = nonce}};

    peer_tell(from, &s->b, &m);
}

/* L-7.3.1 */
static void who_answers_where_the_asker_was_makes_it_a_twin(void **state)
{
    struct felt_message challenge;
    struct scene *s = *state;
    struct peer there;

    move(s, &there, &challenge);
    answer(s, &there, challenge.challenge.nonce);
    assert_int_equal(told(s, &s->p), FELT_IDENTITY_TWIN);
    peer_done(&there);
}

/* L-7.3.1 */
static void where_nobody_answers_the_asker_has_moved(void **state)
{
    struct felt_message challenge;
    struct scene *s = *state;
    struct peer there;

    move(s, &there, &challenge);
    for (int i = 1; i < 3; i++) {
        bench_wait(&s->b, 150 * FELT_USEC_MS);
        assert_true(challenged(s, &there, &challenge));
        assert_int_equal(told(s, &s->p), -1);
    }
    bench_wait(&s->b, 150 * FELT_USEC_MS);
    assert_false(challenged(s, &there, &challenge));
    assert_int_equal(told(s, &s->p), FELT_IDENTITY_CURRENT);
    peer_done(&there);
}

/* L-7.3.1 */
static void silence_where_it_was_says_nothing_of_one_that_moved_meanwhile(void **state)
{
    struct felt_message challenge;
    struct scene *s = *state;
    struct peer there;

    peer_join(&s->q, &s->b);
    move(s, &there, &challenge);
    there.descriptor.version = 2; /* the original is somewhere else by now */
    there.descriptor.advertise.port += 7;
    peer_begin(&s->q);
    peer_write_other(&s->q, &there);
    assert_int_equal(peer_send(&s->q, &s->b), FELT_VERDICT_TAKEN);
    for (int i = 0; i < 5; i++) {
        bench_wait(&s->b, 150 * FELT_USEC_MS);
        assert_int_equal(told(s, &s->p), -1);
    }
    assert_int_equal(s->b.node->challenges.n, 0);
    peer_done(&there);
}

/* L-7.3.1 */
static void one_process_may_have_two_addresses(void **state)
{
    struct felt_message challenge;
    struct scene *s = *state;
    struct peer there;

    move(s, &there, &challenge);
    there.session = s->p.session;
    answer(s, &there, challenge.challenge.nonce);
    assert_int_equal(told(s, &s->p), FELT_IDENTITY_CURRENT);
    peer_done(&there);
}

/* L-7.3.1: it may have come back a moment ago. */
static void who_is_dead_is_challenged_too(void **state)
{
    struct felt_message challenge;
    struct scene *s = *state;
    struct peer there;

    felt_members_set_state(s->b.node->members, 1, FELT_MEMBER_DEAD, 1);
    move(s, &there, &challenge);
    answer(s, &there, challenge.challenge.nonce);
    assert_int_equal(told(s, &s->p), FELT_IDENTITY_TWIN);
    peer_done(&there);
}

/* L-7.3.2 */
static void a_copy_of_ourselves_hears_that_we_are_here(void **state)
{
    struct scene *s = *state;
    struct peer copy;

    peer_init(&copy, 3);
    copy.identity = s->b.node->identity;
    peer_enter(&copy, &s->b);
    copy.session = s->b.node->session + 5;
    assert_int_equal(asks(s, &copy), FELT_VERDICT_TAKEN);
    assert_int_equal(told(s, &copy), FELT_IDENTITY_TWIN);
    /* Our own question that comes back to us is not one. */
    copy.session = s->b.node->session;
    assert_int_equal(asks(s, &copy), FELT_VERDICT_MISDIRECTED);
    /* While we are not confirmed, the others choose between us. */
    come_back(s, NULL);
    copy.session = s->b.node->session + 5;
    assert_int_equal(asks(s, &copy), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(told(s, &copy), -1);
    peer_done(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(who_begins_with_what_was_seen_last_is_current_and_with_less_is_behind),
        SCENE(the_largest_save_is_remembered_also_across_a_restart_of_ours),
        SCENE(an_earlier_session_is_behind),
        SCENE(a_later_session_may_be_known_from_a_descriptor_that_others_passed_on),
        SCENE(a_stranger_is_unknown),
        SCENE(an_answer_is_not_larger_than_its_question),
        SCENE(what_else_somebody_behind_says_is_refused_and_it_is_told_so_now_and_then),
        SCENE(who_answers_where_the_asker_was_makes_it_a_twin),
        SCENE(where_nobody_answers_the_asker_has_moved),
        SCENE(silence_where_it_was_says_nothing_of_one_that_moved_meanwhile),
        SCENE(one_process_may_have_two_addresses),
        SCENE(who_is_dead_is_challenged_too),
        SCENE(a_copy_of_ourselves_hears_that_we_are_here),
    };

    return RUN_TESTS(tests);
}
