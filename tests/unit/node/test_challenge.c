/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/comeback.h"

static enum felt_verdict challenge(struct scene *s, struct peer *from, const struct felt_id *target)
{
    struct felt_message m = {.type = FELT_MESSAGE_CHALLENGE, .challenge = {.nonce = 77}};

    m.challenge.target = *target;
    return peer_tell(from, &s->b, &m);
}

/* L-7.3.2 */
static void only_who_is_meant_answers_a_challenge_whoever_asks(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    peer_enter(&s->q, &s->b); /* a stranger */
    assert_int_equal(challenge(s, &s->q, felt_node_id(s->b.node)), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_PRESENT, &m));
    assert_true(m.present.nonce == 77);
    assert_int_equal(challenge(s, &s->q, &s->p.identity.id), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(s->b.effects.n_datagrams, 0);
}

/* L-7.2.1 */
static void it_answers_also_before_it_is_confirmed(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    come_back(s, NULL);
    assert_int_equal(challenge(s, &s->p, felt_node_id(s->b.node)), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PRESENT, &m));
}

static struct felt_challenge to_heir(struct scene *s, uint8_t heir)
{
    return (struct felt_challenge){.purpose = FELT_CHALLENGE_HEIR,
                                   .target = s->p.identity.id,
                                   .at = s->p.at,
                                   .heir = {{heir}}};
}

static enum felt_verdict answers(struct scene *s, struct peer *from, uint64_t nonce)
{
    struct felt_message m = {.type = FELT_MESSAGE_PRESENT, .present = {.nonce = nonce}};

    return peer_tell(from, &s->b, &m);
}

/* L-7.3.1: neither another nonce nor another sender. */
static void an_answer_to_nothing_is_misdirected(void **state)
{
    struct felt_challenge c = to_heir(*state, 1);
    struct scene *s = *state;
    uint64_t nonce;

    bench_wait(&s->b, 0);
    peer_enter(&s->q, &s->b);
    felt_challenge_begin(s->b.node, &c);
    nonce = s->b.node->challenges.open[0].nonce;
    assert_int_equal(answers(s, &s->p, nonce + 1), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(answers(s, &s->q, nonce), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(s->b.node->challenges.n, 1);
    assert_int_equal(answers(s, &s->p, nonce), FELT_VERDICT_TAKEN);
    assert_int_equal(s->b.node->challenges.n, 0);
    assert_int_equal(answers(s, &s->p, nonce), FELT_VERDICT_MISDIRECTED);
}

static void the_same_challenge_runs_once_and_only_so_many_do(void **state)
{
    struct scene *s = *state;

    for (uint8_t i = 0; i < FELT_CHALLENGES_MAX + 3; i++) {
        struct felt_challenge c = to_heir(s, i);

        felt_challenge_begin(s->b.node, &c);
        felt_challenge_begin(s->b.node, &c);
        assert_int_equal(s->b.node->challenges.n, FELT_MIN(i + 1, FELT_CHALLENGES_MAX));
    }
    for (int i = 0; i < FELT_CHALLENGE_TRIES; i++)
        bench_wait(&s->b, FELT_CHALLENGE_PAUSE);
    assert_int_equal(s->b.node->challenges.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(only_who_is_meant_answers_a_challenge_whoever_asks),
        SCENE(it_answers_also_before_it_is_confirmed),
        SCENE(an_answer_to_nothing_is_misdirected),
        SCENE(the_same_challenge_runs_once_and_only_so_many_do),
    };

    return RUN_TESTS(tests);
}
