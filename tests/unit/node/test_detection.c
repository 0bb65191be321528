/* SPDX-License-Identifier: Apache-2.0 */
/* What sockets, clocks and other members tell the node of who is there, and what it tells on. */
#include "tests/unit/node/scene.h"

#include "gossip/health.h"
#include "node/core.h"
#include "node/letter.h"

static enum felt_member_state how(const struct scene *s, const struct peer *p)
{
    uint32_t i = felt_members_find(s->b.node->members, &p->identity.id);

    assert_int_not_equal(i, FELT_MEMBER_NONE);
    return (enum felt_member_state)felt_members_peek(s->b.node->members, i)->state;
}

static uint32_t place(const struct scene *s, const struct peer *p)
{
    return felt_members_find(s->b.node->members, &p->identity.id);
}

/* p says how `about` stands. */
static void say(struct scene *s, const struct peer *about, enum felt_liveness_state what,
                uint64_t incarnation, uint32_t origin)
{
    struct felt_message m = {.type = FELT_MESSAGE_LIVENESS};

    m.liveness.n = 1;
    m.liveness.entries[0] = (struct felt_liveness){
        .id = about->identity.id, .state = what, .incarnation = incarnation, .origin = origin};
    peer_tell(&s->p, &s->b, &m);
}

static void refused(struct scene *s, const struct peer *p)
{
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_REFUSED, .endpoint = p->at});
}

/* Goes on, p answering, until the node probes q. */
static struct felt_message until_q_is_probed(struct scene *s)
{
    struct felt_message m = {0};

    for (int k = 0; k < 1000; k++) {
        bench_wait(&s->b, felt_usec_sub(s->b.effects.deadline, s->b.now));
        if (peer_reads(&s->q, &s->b, FELT_MESSAGE_PROBE, &m))
            return m;
        peer_acks(&s->p, &s->b);
    }
    fail_msg("q is never probed");
    return m;
}

/* G-3.1.8 */
static void two_refusals_make_a_death(void **state)
{
    struct scene *s = *state;
    struct felt_message m, nack = {.type = FELT_MESSAGE_NACK, .nack = {.refused = true}};

    peer_join(&s->q, &s->b);
    until_q_is_probed(s);
    refused(s, &s->q);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PROBE_REQUEST, &m));
    assert_true(felt_id_equal(&m.probe_request.target, &s->q.identity.id));
    assert_int_equal(how(s, &s->q), FELT_MEMBER_ALIVE);
    nack.nack.seq = m.probe_request.seq;
    assert_int_equal(peer_tell(&s->p, &s->b, &nack), FELT_VERDICT_TAKEN);
    assert_int_equal(how(s, &s->q), FELT_MEMBER_DEAD);
    assert_non_null(bench_event(&s->b, FELT_EVENT_MEMBER_DEAD));
}

/* G-3.1.7, G-3.1.8 */
static void who_asked_for_help_hears_of_a_refusal(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_PROBE_REQUEST,
                             .probe_request = {.seq = 3, .target = s->q.identity.id}};

    peer_join(&s->q, &s->b);
    peer_tell(&s->p, &s->b, &m);
    refused(s, &s->q);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_NACK, &m));
    assert_int_equal(m.nack.seq, 3);
    assert_true(m.nack.refused);
}

/* G-3.1.7 */
static void who_asked_for_help_hears_of_silence(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_PROBE_REQUEST,
                             .probe_request = {.seq = 3, .target = s->q.identity.id}};
    bool heard = false;

    peer_join(&s->q, &s->b);
    peer_tell(&s->p, &s->b, &m);
    for (int k = 0; k < 50 && !heard; k++) {
        bench_wait(&s->b, 10 * FELT_USEC_MS);
        heard = peer_reads(&s->p, &s->b, FELT_MESSAGE_NACK, &m);
    }
    assert_true(heard);
    assert_false(m.nack.refused);
}

/* G-3.1.9, G-3.5.1 */
static void what_we_can_not_send_is_evidence_about_us(void **state)
{
    struct scene *s = *state;

    peer_join(&s->q, &s->b);
    until_q_is_probed(s);
    assert_int_equal(bench_self(&s->b).health, 0);
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_UNREACHABLE, .endpoint = s->q.at});
    assert_int_equal(bench_self(&s->b).health, 1);
    bench_wait(&s->b, FELT_SWIM_PERIOD - 1);
    assert_int_equal(how(s, &s->q), FELT_MEMBER_ALIVE);
}

/* G-3.5.2 */
static void a_node_that_is_woken_too_late_has_stalled(void **state)
{
    struct scene *s = *state;

    bench_wait(&s->b, felt_usec_sub(s->b.effects.deadline, s->b.now) + FELT_SWIM_STALL);
    assert_int_equal(bench_self(&s->b).health, 0);
    bench_wait(&s->b, felt_usec_sub(s->b.effects.deadline, s->b.now) + FELT_SWIM_STALL + 1);
    assert_int_equal(bench_self(&s->b).health, 1);
}

/* Goes on, p answering, and q, too, where it lives. */
static void next(struct scene *s, bool q_lives)
{
    bench_wait(&s->b, felt_usec_sub(s->b.effects.deadline, s->b.now));
    peer_acks(&s->p, &s->b);
    if (q_lives)
        peer_acks(&s->q, &s->b);
}

/* G-3.5.2: what is only looked at while somebody is dead is due long since when somebody dies.
 * Found by felt-sim --seed 0x13ce. */
static void the_first_death_of_a_long_life_is_no_stall(void **state)
{
    struct scene *s = *state;
    unsigned health;

    peer_join(&s->q, &s->b);
    while (s->b.now < BENCH_START + 7200 * FELT_USEC_SEC)
        next(s, true);
    assert_int_equal(felt_swim_health(s->b.node->swim), 0);
    for (int k = 0; k < 1000 && how(s, &s->q) != FELT_MEMBER_DEAD; k++)
        next(s, false);
    assert_int_equal(how(s, &s->q), FELT_MEMBER_DEAD);
    health = felt_swim_health(s->b.node->swim);
    for (int k = 0; k < 5; k++)
        bench_wait(&s->b, felt_usec_sub(s->b.effects.deadline, s->b.now));
    assert_int_equal(felt_swim_health(s->b.node->swim), health);
}

/* G-3.5.2 */
static void after_a_stall_an_answer_that_waited_is_in_time(void **state)
{
    struct scene *s = *state;
    struct felt_message probe, ack = {.type = FELT_MESSAGE_ACK};

    peer_join(&s->q, &s->b);
    probe = until_q_is_probed(s);
    bench_wait(&s->b, 60 * FELT_USEC_SEC);
    assert_int_equal(how(s, &s->q), FELT_MEMBER_ALIVE);
    ack.ack.seq = probe.probe.seq;
    assert_int_equal(peer_tell(&s->q, &s->b, &ack), FELT_VERDICT_TAKEN);
    assert_int_equal(how(s, &s->q), FELT_MEMBER_ALIVE);
}

/* G-3.3.6 */
static void a_silent_crowd_is_reported_when_it_begins_and_when_it_is_over(void **state)
{
    struct scene *s = *state;

    peer_join(&s->q, &s->b);
    say(s, &s->q, FELT_LIVENESS_SUSPECT, 5, 9);
    assert_null(bench_event(&s->b, FELT_EVENT_CROWD_SILENT));
    say(s, &s->p, FELT_LIVENESS_SUSPECT, 5, 9);
    assert_non_null(bench_event(&s->b, FELT_EVENT_CROWD_SILENT));
    assert_true(bench_self(&s->b).crowd_silent);
    bench_wait(&s->b, 1);
    assert_null(bench_event(&s->b, FELT_EVENT_CROWD_SILENT));
    say(s, &s->p, FELT_LIVENESS_ALIVE, 6, 0);
    assert_true(bench_self(&s->b).crowd_silent);
    say(s, &s->q, FELT_LIVENESS_ALIVE, 6, 0);
    assert_non_null(bench_event(&s->b, FELT_EVENT_CROWD_SILENT));
    assert_false(bench_self(&s->b).crowd_silent);
}

/* G-3.3.3 */
static void a_suspicion_is_told_once_for_each_who_has_it(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    peer_join(&s->q, &s->b);
    bench_wait(&s->b, 10 * FELT_USEC_MS);
    say(s, &s->q, FELT_LIVENESS_SUSPECT, 5, 9);
    say(s, &s->q, FELT_LIVENESS_SUSPECT, 5, 8);
    felt_rumours_drop(s->b.node->rumours, FELT_RUMOUR_REFUTATION, FELT_MEMBER_SELF);
    felt_rumours_drop(s->b.node->rumours, FELT_RUMOUR_REFUTATION, place(s, &s->p));
    for (int k = 0; k < 20; k++) {
        bench_wait(&s->b, 10 * FELT_USEC_MS);
        if (peer_reads(&s->p, &s->b, FELT_MESSAGE_LIVENESS, &m))
            break;
    }
    assert_int_equal(m.type, FELT_MESSAGE_LIVENESS);
    assert_int_equal(m.liveness.n, 2);
    for (uint32_t k = 0; k < 2; k++) {
        assert_true(felt_id_equal(&m.liveness.entries[k].id, &s->q.identity.id));
        assert_int_equal(m.liveness.entries[k].state, FELT_LIVENESS_SUSPECT);
    }
    assert_int_equal(m.liveness.entries[0].origin, 9);
    assert_int_equal(m.liveness.entries[1].origin, 8);
}

/* G-4.4.2 */
static void a_flood_of_refutations_leaves_room_for_a_suspicion(void **state)
{
    struct scene *s = *state;
    struct felt_rumours *rumours = s->b.node->rumours;
    struct felt_letter letter;
    uint32_t sent = 0, n_refutations = 0;

    for (uint8_t n = 3; n <= 18; n++) {
        struct peer p;

        peer_init(&p, n);
        peer_begin(&s->p);
        peer_write_other(&s->p, &p);
        assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_TAKEN);
        felt_rumours_add(rumours, FELT_RUMOUR_REFUTATION, place(s, &p), 1);
        peer_done(&p);
    }
    peer_join(&s->q, &s->b);
    say(s, &s->q, FELT_LIVENESS_SUSPECT, 5, 9);
    felt_rumours_add(rumours, FELT_RUMOUR_LIVENESS, place(s, &s->q), 1); /* never sent */
    felt_outbox_clear(s->b.node->outbox);
    felt_letter_open(&letter, s->b.node, place(s, &s->p));
    assert_true(felt_letter_post(&letter));
    assert_int_equal(felt_rumours_peek(rumours, FELT_RUMOUR_LIVENESS, 0)->sent, 1);
    for (; felt_rumours_peek(rumours, FELT_RUMOUR_REFUTATION, n_refutations); n_refutations++)
        sent += felt_rumours_peek(rumours, FELT_RUMOUR_REFUTATION, n_refutations)->sent > 0;
    assert_in_range(sent, 4, n_refutations - 1);
}

static void the_tuning_reaches_the_detector(void **state)
{
    struct felt_node_config config = bench_config();
    struct bench b;

    (void)state;
    config.limits.tuning = (struct felt_swim_tuning){.alpha = 7, .plain = true};
    bench_new(&b, &config);
    assert_int_equal(felt_swim_tuning(b.node->swim)->alpha, 7);
    assert_true(felt_swim_tuning(b.node->swim)->plain);
    bench_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(two_refusals_make_a_death),
        SCENE(who_asked_for_help_hears_of_a_refusal),
        SCENE(who_asked_for_help_hears_of_silence),
        SCENE(what_we_can_not_send_is_evidence_about_us),
        SCENE(a_node_that_is_woken_too_late_has_stalled),
        SCENE(the_first_death_of_a_long_life_is_no_stall),
        SCENE(after_a_stall_an_answer_that_waited_is_in_time),
        SCENE(a_silent_crowd_is_reported_when_it_begins_and_when_it_is_over),
        SCENE(a_suspicion_is_told_once_for_each_who_has_it),
        SCENE(a_flood_of_refutations_leaves_room_for_a_suspicion),
        cmocka_unit_test(the_tuning_reaches_the_detector),
    };

    return RUN_TESTS(tests);
}
