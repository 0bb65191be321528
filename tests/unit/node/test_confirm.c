/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/comeback.h"

#include "tests/support/world.h"

FELT_DEFINE_CLEANUP(struct world *, world_free)

static bool asked(struct scene *s, struct peer *peer)
{
    struct felt_message m;

    return peer_reads(peer, &s->b, FELT_MESSAGE_CONFIRM, &m);
}

/* How often the last step sent anything but the question. */
static size_t other_datagrams(const struct scene *s)
{
    return s->b.effects.n_datagrams - peer_got(&s->p, &s->b) - peer_got(&s->q, &s->b);
}

/* L-7.2.1 */
static void who_comes_back_uses_its_lease_and_says_nothing_but_its_question(void **state)
{
    struct felt_message probe = {.type = FELT_MESSAGE_PROBE};
    struct scene *s = *state;

    come_back(s, NULL);
    assert_true(bench_self(&s->b).has_lease);
    assert_false(bench_self(&s->b).confirmed);
    assert_true(asked(s, &s->p));
    assert_int_equal(s->b.effects.n_datagrams, 1);
    probe.probe.target = *felt_node_id(s->b.node);
    assert_int_equal(peer_tell(&s->p, &s->b, &probe), FELT_VERDICT_BUSY);
    assert_int_equal(s->b.effects.n_datagrams, 1);
    assert_true(asked(s, &s->p)); /* it is there, so it is asked again */
}

/* L-7.2.1 */
static void it_asks_again_with_a_pause_that_doubles_to_five_seconds(void **state)
{
    static const felt_usec pauses[] = {700, 1400, 2800, 5000, 5000};
    struct scene *s = *state;

    come_back(s, NULL);
    for (size_t i = 0; i < FELT_ARRAY_LEN(pauses); i++) {
        bench_wait(&s->b, pauses[i] * FELT_USEC_MS - 1);
        assert_int_equal(peer_got(&s->p, &s->b), 0);
        bench_wait(&s->b, 1);
        assert_true(asked(s, &s->p));
        assert_int_equal(other_datagrams(s), 0);
    }
    assert_false(bench_self(&s->b).confirmed);
}

/* L-7.2.1 */
static void one_that_is_waited_for_and_shows_itself_is_asked_where_it_is(void **state)
{
    struct felt_message nack = {.type = FELT_MESSAGE_NACK};
    struct scene *s = *state;

    come_back(s, NULL);
    s->p.at.port++;
    peer_tell(&s->p, &s->b, &nack);
    assert_true(asked(s, &s->p));
    peer_enter(&s->q, &s->b);
    peer_tell(&s->q, &s->b, &nack); /* a stranger */
    assert_int_equal(s->b.effects.n_datagrams, 0);
}

/* L-7.2.3 */
static void the_only_one_that_it_asked_confirms_it(void **state)
{
    struct scene *s = *state;

    come_back(s, NULL);
    assert_int_equal(says(s, &s->p, FELT_IDENTITY_CURRENT), FELT_VERDICT_TAKEN);
    assert_true(bench_self(&s->b).confirmed);
    assert_true(peer_got(&s->p, &s->b) > 0); /* and it speaks */
}

/* L-7.4.1 */
static void a_verdict_on_another_session_is_ignored(void **state)
{
    struct felt_message m = {.type = FELT_MESSAGE_CONFIRMED};
    struct scene *s = *state;
    struct felt_id id;

    come_back(s, NULL);
    id = *felt_node_id(s->b.node);
    m.confirmed.session = s->b.node->session + 1;
    for (int v = FELT_IDENTITY_CURRENT; v <= FELT_IDENTITY_TWIN; v++) {
        m.confirmed.verdict = (enum felt_identity_verdict)v;
        assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_STALE);
    }
    assert_false(bench_self(&s->b).confirmed);
    assert_true(felt_id_equal(&id, felt_node_id(s->b.node)));
}

/* L-7.2.3 */
static void others_that_were_asked_have_until_the_end_of_the_round(void **state)
{
    struct scene *s = *state;

    peer_join(&s->q, &s->b);
    come_back(s, NULL);
    assert_true(asked(s, &s->p) && asked(s, &s->q));
    says(s, &s->p, FELT_IDENTITY_CURRENT);
    assert_false(bench_self(&s->b).confirmed);
    says(s, &s->p, FELT_IDENTITY_CURRENT); /* twice is once */
    assert_false(bench_self(&s->b).confirmed);
    bench_wait(&s->b, FELT_CONFIRM_ROUND - 1);
    assert_false(bench_self(&s->b).confirmed);
    bench_wait(&s->b, 1);
    assert_true(bench_self(&s->b).confirmed);
}

static void one_that_knows_better_outweighs_one_that_does_not(void **state)
{
    struct scene *s = *state;
    struct felt_id id;

    peer_join(&s->q, &s->b);
    come_back(s, NULL);
    id = *felt_node_id(s->b.node);
    says(s, &s->p, FELT_IDENTITY_CURRENT);
    says(s, &s->q, FELT_IDENTITY_BEHIND);
    assert_false(felt_id_equal(&id, felt_node_id(s->b.node)));
}

/* L-7.2.3 */
static void whom_nobody_knows_in_three_rounds_was_forgotten(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    come_back(s, NULL);
    for (int round = 1; round <= 3; round++) {
        assert_false(bench_self(&s->b).confirmed);
        assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_HELLO, &m));
        says(s, &s->p, FELT_IDENTITY_UNKNOWN);
        bench_wait(&s->b, FELT_CONFIRM_ROUND_MAX);
    }
    assert_true(bench_self(&s->b).confirmed);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_HELLO, &m));
}

/* L-7.2.3 */
static void a_round_without_any_answer_begins_the_count_anew(void **state)
{
    struct scene *s = *state;

    come_back(s, NULL);
    for (int round = 1; round <= 5; round++) {
        if (round != 3)
            says(s, &s->p, FELT_IDENTITY_UNKNOWN);
        bench_wait(&s->b, FELT_CONFIRM_ROUND_MAX);
    }
    assert_false(bench_self(&s->b).confirmed);
}

/* What the node answers to q, which joins. */
static enum felt_gift_result join(struct scene *s)
{
    uint8_t cookie[FELT_COOKIE_LEN];
    struct felt_message m;

    peer_enter(&s->q, &s->b);
    peer_cookie(&s->q, &s->b, cookie);
    peer_begin(&s->q);
    peer_write_join(&s->q, 3, cookie, NULL);
    peer_write_self(&s->q);
    assert_int_equal(peer_send(&s->q, &s->b), FELT_VERDICT_TAKEN);
    if (s->b.effects.state.len > 0)
        bench_saved(&s->b);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    return m.gift.result;
}

/* L-7.2.4 */
static void it_gives_nothing_before_its_map_has_equalled_anothers(void **state)
{
    struct felt_message probe = {.type = FELT_MESSAGE_PROBE};
    struct scene *s = *state;

    come_back(s, NULL);
    says(s, &s->p, FELT_IDENTITY_CURRENT);
    assert_true(bench_self(&s->b).confirmed);
    assert_false(felt_confirmed(s->b.node));
    assert_int_equal(join(s), FELT_GIFT_BUSY);
    probe.probe.target = *felt_node_id(s->b.node);
    probe.probe.digest = (struct felt_digest){
        .era = s->b.node->era, .slots = felt_slot_map_digest(s->b.node->map), .members = 1};
    peer_tell(&s->p, &s->b, &probe);
    assert_true(felt_confirmed(s->b.node));
    assert_int_equal(join(s), FELT_GIFT_GIVEN);
}

/* L-7.2.5 */
static void an_operators_word_is_enough(void **state)
{
    struct scene *s = *state;

    come_back(s, NULL);
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_TRUST});
    assert_true(bench_self(&s->b).confirmed);
    assert_true(felt_confirmed(s->b.node));
    assert_int_equal(join(s), FELT_GIFT_GIVEN);
}

/* L-7.2.1 */
static void who_has_no_peers_has_nothing_to_confirm(void **state)
{
    struct scene *s = *state;

    assert_true(felt_confirmed(s->b.node)); /* a founder */
    felt_members_set_state(s->b.node->members, 1, FELT_MEMBER_LEFT, 1);
    come_back(s, NULL);
    assert_true(bench_self(&s->b).confirmed);
    assert_true(felt_confirmed(s->b.node));
}

/* L-7.1.2 */
static void two_lives_of_one_state_have_two_sessions(void **state)
{
    struct felt_node_config config = bench_config();
    uint64_t first, last = 0;
    struct scene *s = *state;

    first = s->b.node->session;
    for (uint8_t i = 1; i < 5; i++) {
        struct scene copy = *s; /* its node is not freed twice: it is never freed by the copy */
        size_t len;
        uint8_t *bytes = felt_state_of_node(s->b.node, 9, &len);

        memset(config.seed, i, sizeof(config.seed));
        config.state = felt_bytes(bytes, len);
        bench_new(&copy.b, &config);
        assert_true(copy.b.node->session > first && copy.b.node->session <= first + 65536);
        assert_true(copy.b.node->session != last);
        last = copy.b.node->session;
        bench_done(&copy.b);
        free(bytes);
    }
}

/* L-7.2.2 */
static void those_who_are_restarted_together_confirm_each_other(void **state)
{
    _cleanup_(world_freep) struct world *w = world_new(1);

    (void)state;
    world_found(w, BENCH_CONFIG);
    for (int i = 1; i < 4; i++) {
        world_join(w, 0);
        world_run(w, 5 * FELT_USEC_SEC);
    }
    for (int i = 0; i < 4; i++)
        world_kill(w, i);
    world_run(w, FELT_USEC_SEC);
    for (int i = 0; i < 4; i++)
        world_restart(w, i);
    world_run(w, 2 * FELT_USEC_SEC);
    for (int i = 0; i < 4; i++)
        assert_true(felt_confirmed(world_node(w, i)));
    assert_int_equal(world_double_owners(w), 0);
}

/* L-7.2.3: half of a cut-off site. */
static void one_that_comes_back_alone_waits_for_another(void **state)
{
    _cleanup_(world_freep) struct world *w = world_new(2);

    (void)state;
    world_found(w, BENCH_CONFIG);
    world_join(w, 0);
    world_run(w, 5 * FELT_USEC_SEC);
    world_kill(w, 0);
    world_kill(w, 1);
    world_restart(w, 0);
    world_run(w, 600 * FELT_USEC_SEC);
    assert_false(felt_confirmed(world_node(w, 0)));
    assert_true(world_lease(w, 0) >= 0);
    world_restart(w, 1);
    world_run(w, 10 * FELT_USEC_SEC);
    assert_true(felt_confirmed(world_node(w, 0)) && felt_confirmed(world_node(w, 1)));
    assert_true(world_agrees(w));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(who_comes_back_uses_its_lease_and_says_nothing_but_its_question),
        SCENE(it_asks_again_with_a_pause_that_doubles_to_five_seconds),
        SCENE(one_that_is_waited_for_and_shows_itself_is_asked_where_it_is),
        SCENE(the_only_one_that_it_asked_confirms_it),
        SCENE(a_verdict_on_another_session_is_ignored),
        SCENE(others_that_were_asked_have_until_the_end_of_the_round),
        SCENE(one_that_knows_better_outweighs_one_that_does_not),
        SCENE(whom_nobody_knows_in_three_rounds_was_forgotten),
        SCENE(a_round_without_any_answer_begins_the_count_anew),
        SCENE(it_gives_nothing_before_its_map_has_equalled_anothers),
        SCENE(an_operators_word_is_enough),
        SCENE(who_has_no_peers_has_nothing_to_confirm),
        SCENE(two_lives_of_one_state_have_two_sessions),
        cmocka_unit_test(those_who_are_restarted_together_confirm_each_other),
        cmocka_unit_test(one_that_comes_back_alone_waits_for_another),
    };

    return RUN_TESTS(tests);
}
