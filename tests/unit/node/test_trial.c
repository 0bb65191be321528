/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <stdlib.h>
#include <string.h>

#include "node/core.h"

#define MTU    1450
#define MINUTE (60 * FELT_USEC_SEC)
#define DUAL                                                                            \
    "{\"Network\":\"10.1.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fd00:1::/48\"," \
    "\"Backend\":{\"Type\":\"vxlan\"}}"

/* The founder has a device, and p a lease and one as well; the first trial is over. */
static void give_devices(struct scene *s)
{
    struct felt_input in = {.kind = FELT_INPUT_BACKEND,
                            .backend = {.type = FELT_BACKEND_VXLAN, .mtu = MTU, .data = ""}};
    struct felt_descriptor *d = &s->p.descriptor;

    d->version++;
    d->has_lease = true;
    for (d->lease = 0; !felt_slot_map_owns(s->b.node->map, &s->p.identity.id, d->lease);)
        d->lease++;
    strcpy(d->backend, "vxlan");
    d->mtu = MTU - 50;
    peer_begin(&s->p);
    peer_write_self(&s->p);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_TAKEN);
    bench_step(&s->b, in);
    bench_settle(&s->b);
}

/* What the last step sent through the overlay; NULL: nothing. */
static const struct felt_datagram *through(const struct scene *s)
{
    for (size_t i = 0; i < s->b.effects.n_datagrams; i++)
        if (s->b.effects.datagrams[i].overlay)
            return &s->b.effects.datagrams[i];
    return NULL;
}

static struct felt_message read_it(struct scene *s, const struct felt_datagram *d)
{
    struct felt_envelope envelope;
    struct felt_message m;
    size_t len;

    assert_int_equal(felt_seal_open(&s->p.seal, d->bytes, s->p.opened, &len), FELT_VERDICT_TAKEN);
    assert_int_equal(felt_reader_begin(s->p.reader, felt_bytes(s->p.opened, len), &envelope), 0);
    assert_int_equal(felt_reader_next(s->p.reader, &m), 1);
    return m;
}

static enum felt_verdict tell_from(struct scene *s, struct peer *from, const struct felt_message *m,
                                   struct felt_endpoint at, bool overlay)
{
    struct felt_input in = {.kind = FELT_INPUT_DATAGRAM};

    peer_begin(from);
    peer_write(from, m);
    in.datagram.from = at;
    in.datagram.bytes = peer_seal(from);
    in.datagram.overlay = overlay;
    bench_step(&s->b, in);
    return s->b.verdict;
}

/* Its address has the family of what goes through the overlay in a network of IPv4. */
static enum felt_verdict tell(struct scene *s, struct peer *from, const struct felt_message *m,
                              bool overlay)
{
    return tell_from(s, from, m, from->at, overlay);
}

static enum felt_verdict answer(struct scene *s, struct peer *from, uint32_t seq, bool overlay)
{
    struct felt_message m = {.type = FELT_MESSAGE_PATH_ANSWER, .path_answer.seq = seq};

    return tell(s, from, &m, overlay);
}

/* Through the overlay, from there. */
static enum felt_verdict answer_over(struct scene *s, struct peer *from, uint32_t seq,
                                     struct felt_ip ip)
{
    struct felt_message m = {.type = FELT_MESSAGE_PATH_ANSWER, .path_answer.seq = seq};

    return tell_from(s, from, &m, (struct felt_endpoint){.ip = ip, .port = 8470}, true);
}

/* Goes on, p being alive, until something goes through the overlay or so much time is over. */
static const struct felt_datagram *wait_for_one(struct scene *s, felt_usec limit)
{
    felt_usec end = s->b.now + limit;

    while (s->b.effects.deadline <= end) {
        bench_wait(&s->b, felt_usec_sub(s->b.effects.deadline, s->b.now));
        if (through(s))
            return through(s);
        peer_acks(&s->p, &s->b);
    }
    return NULL;
}

/* Trials of an hour, all of them answered: how many, and how many were large, of each family. */
static void count_an_hour(struct scene *s, unsigned n[2], unsigned large[2])
{
    felt_usec end;

    give_devices(s);
    while (wait_for_one(s, MINUTE) && s->b.now < 2 * MINUTE)
        ;
    end = s->b.now + 60 * MINUTE;
    while (s->b.now < end) {
        const struct felt_datagram *d = wait_for_one(s, MINUTE);
        struct felt_message m;
        size_t half;

        assert_non_null(d);
        half = d->to.ip.family == FELT_FAMILY_V6;
        n[half]++;
        large[half] += d->pad_to > 0;
        m = read_it(s, d);
        assert_int_equal(m.path_probe.family, d->to.ip.family);
        assert_int_equal(answer_over(s, &s->p, m.path_probe.seq, d->to.ip), FELT_VERDICT_TAKEN);
    }
}

static enum felt_path_state of_p(const struct scene *s)
{
    uint32_t i = felt_members_find(s->b.node->members, &s->p.identity.id);

    return (enum felt_path_state)felt_members_peek(s->b.node->members, i)->contact->paths[0].state;
}

static struct felt_endpoint end_of_p(const struct scene *s)
{
    return (struct felt_endpoint){
        .ip = felt_netconf_subnet(&s->b.node->config, s->p.descriptor.lease).ip, .port = 8470};
}

/* O-1.1, O-3.6 */
static void the_first_is_large_and_goes_where_the_lease_says(void **state)
{
    const struct felt_datagram *d;
    struct felt_endpoint to;
    struct scene *s = *state;

    give_devices(s);
    to = end_of_p(s);
    d = wait_for_one(s, FELT_TRIAL_SETTLE + FELT_USEC_SEC);
    assert_non_null(d);
    assert_true(felt_endpoint_equal(&d->to, &to));
    assert_int_equal(d->pad_to, MTU - 50); /* the smaller of both */
    assert_int_equal(read_it(s, d).type, FELT_MESSAGE_PATH_PROBE);
    assert_int_equal(answer(s, &s->p, read_it(s, d).path_probe.seq, true), FELT_VERDICT_TAKEN);
    assert_int_equal(of_p(s), FELT_PATH_PASSES);
}

/* O-3.1: whatever else happens, so many an hour. */
static void one_in_six_is_large_and_there_is_one_each_20_s(void **state)
{
    unsigned n[2] = {0}, large[2] = {0};

    count_an_hour(*state, n, large);
    assert_in_range(n[0], 165, 195);
    assert_in_range(large[0], n[0] / 6 - 2, n[0] / 6 + 2);
    assert_int_equal(n[1], 0);
}

static int dual_setup(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));

    assert_non_null(s);
    bench_found(&s->b, DUAL);
    peer_init(&s->p, 1);
    peer_init(&s->q, 2);
    peer_join(&s->p, &s->b);
    *state = s;
    return 0;
}

/* O-3.8: no more than in a network of one family. */
static void of_two_families_one_in_two_is_of_each(void **state)
{
    unsigned n[2] = {0}, large[2] = {0};

    count_an_hour(*state, n, large);
    assert_in_range(n[0] + n[1], 165, 195);
    assert_in_range(n[0], n[1] - 2, n[1] + 2);
    assert_in_range(large[0] + large[1], (n[0] + n[1]) / 6 - 2, (n[0] + n[1]) / 6 + 2);
    assert_in_range(large[0], large[1] - 1, large[1] + 1);
}

/* O-2.1, O-2.2 */
static void a_family_is_answered_by_itself_and_counts_by_itself(void **state)
{
    struct felt_message m = {.type = FELT_MESSAGE_PATH_PROBE, .path_probe = {7, FELT_FAMILY_V6}},
                        back;
    struct scene *s = *state;
    struct felt_endpoint at = {.port = 8470};
    struct felt_dual subnets;
    struct felt_input shut = {.kind = FELT_INPUT_PATH_END,
                              .path_end = {.family = FELT_FAMILY_V6, .open = false}};
    const struct felt_datagram *d;

    give_devices(s);
    subnets = felt_netconf_subnets(&s->b.node->config, s->p.descriptor.lease);
    at.ip = subnets.v6.ip;
    assert_int_equal(tell_from(s, &s->p, &m, at, true), FELT_VERDICT_TAKEN);
    assert_true(felt_ip_equal(&through(s)->to.ip, &at.ip));
    /* A question whose answer comes over the other family is open still. */
    d = wait_for_one(s, MINUTE);
    at.ip = d->to.ip.family == FELT_FAMILY_V6 ? subnets.v4.ip : subnets.v6.ip;
    back = read_it(s, d);
    assert_int_equal(answer_over(s, &s->p, back.path_probe.seq, at.ip), FELT_VERDICT_TAKEN);
    assert_int_equal(s->b.node->trials.n_open, 1);
    assert_int_equal(of_p(s), FELT_PATH_UNKNOWN);
    /* Without an end there is no answer, also beside the overlay. */
    assert_int_equal(tell(s, &s->p, &m, false), FELT_VERDICT_TAKEN);
    bench_step(&s->b, shut);
    assert_int_equal(tell(s, &s->p, &m, false), FELT_VERDICT_BUSY);
    m.path_probe.family = FELT_FAMILY_V4;
    assert_int_equal(tell(s, &s->p, &m, false), FELT_VERDICT_TAKEN);
}

/* O-3.2 */
static void without_an_answer_it_is_tried_four_times_and_asked_beside(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    uint32_t seq = 0;

    give_devices(s);
    for (unsigned k = 0; k < FELT_TRIAL_TRIES; k++) {
        const struct felt_datagram *d = wait_for_one(s, k ? FELT_TRIAL_WAIT : MINUTE);

        assert_non_null(d);
        m = read_it(s, d);
        assert_int_equal(m.type, FELT_MESSAGE_PATH_PROBE);
        assert_int_equal(m.path_probe.seq, k ? seq : m.path_probe.seq);
        seq = m.path_probe.seq;
        assert_int_equal(peer_reads(&s->p, &s->b, FELT_MESSAGE_PATH_PROBE, &m), k > 0);
    }
    /* O-3.3: it is alive, but did not answer beside either: it may not know such questions. */
    assert_null(wait_for_one(s, 2 * FELT_TRIAL_WAIT));
    assert_int_equal(s->b.node->trials.n_open, 0);
    assert_int_equal(of_p(s), FELT_PATH_UNKNOWN);
}

/* O-2.2: it is there, and that is all. */
static void an_answer_beside_the_overlay_says_that_the_overlay_fails(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    bool large_first = true;
    felt_usec end = s->b.now + MINUTE;

    give_devices(s);
    for (unsigned k = 0; k < 2 * FELT_TRIAL_TRIES; k++) {
        const struct felt_datagram *d = wait_for_one(s, MINUTE);

        large_first &= k >= FELT_TRIAL_TRIES || d->pad_to > 0;
        if (peer_reads(&s->p, &s->b, FELT_MESSAGE_PATH_PROBE, &m))
            assert_int_equal(answer(s, &s->p, m.path_probe.seq, false), FELT_VERDICT_TAKEN);
        assert_int_equal(of_p(s), FELT_PATH_UNKNOWN);
    }
    assert_true(large_first);
    while (of_p(s) == FELT_PATH_UNKNOWN && s->b.effects.deadline < end) {
        bench_wait(&s->b, felt_usec_sub(s->b.effects.deadline, s->b.now));
        if (of_p(s) == FELT_PATH_UNKNOWN)
            peer_acks(&s->p, &s->b);
    }
    assert_int_equal(of_p(s), FELT_PATH_FAILS);
    assert_string_equal(bench_event(&s->b, FELT_EVENT_PATH_FAILS)->text, s->p.descriptor.name);
}

/* O-3.3: as after felt_members_remove() and news of it from others. */
static void who_was_forgotten_during_its_trial_is_not_judged(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    uint32_t i;

    give_devices(s);
    for (unsigned k = 0; k < 2 * FELT_TRIAL_TRIES; k++) {
        assert_non_null(wait_for_one(s, MINUTE));
        if (peer_reads(&s->p, &s->b, FELT_MESSAGE_PATH_PROBE, &m))
            assert_int_equal(answer(s, &s->p, m.path_probe.seq, false), FELT_VERDICT_TAKEN);
    }
    assert_int_equal(s->b.node->trials.n_open, 1);
    i = felt_members_find(s->b.node->members, &s->p.identity.id);
    for (unsigned k = 0; k < 20 && s->b.node->trials.n_open > 0; k++) {
        peer_acks(&s->p, &s->b);
        free(felt_members_at(s->b.node->members, i)->contact);
        felt_members_at(s->b.node->members, i)->contact = NULL;
        assert_int_equal(felt_members_peek(s->b.node->members, i)->state, FELT_MEMBER_ALIVE);
        bench_wait(&s->b, felt_usec_sub(s->b.effects.deadline, s->b.now));
    }
    assert_int_equal(s->b.node->trials.n_open, 0);
    assert_int_equal(s->b.node->trials.n_failing, 0);
    assert_null(bench_event(&s->b, FELT_EVENT_PATH_FAILS));
}

/* O-2.2 */
static void an_answer_of_another_or_to_nothing_does_not_count(void **state)
{
    struct scene *s = *state;
    uint32_t seq;

    peer_join(&s->q, &s->b);
    give_devices(s);
    seq = read_it(s, wait_for_one(s, MINUTE)).path_probe.seq;
    assert_int_equal(answer(s, &s->p, seq + 1, true), FELT_VERDICT_STALE);
    assert_int_equal(answer(s, &s->q, seq, true), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(of_p(s), FELT_PATH_UNKNOWN);
    assert_int_equal(answer(s, &s->p, seq, true), FELT_VERDICT_TAKEN);
    assert_int_equal(answer(s, &s->p, seq, true), FELT_VERDICT_STALE);
}

/* O-2.1: wherever it says that it comes from. */
static void a_question_is_answered_small_and_the_way_that_it_came(void **state)
{
    struct felt_message m = {.type = FELT_MESSAGE_PATH_PROBE, .path_probe = {7, FELT_FAMILY_V4}},
                        back;
    struct scene *s = *state;
    struct felt_endpoint to;

    assert_int_equal(tell(s, &s->p, &m, true), FELT_VERDICT_BUSY); /* where is it? */
    assert_int_equal(s->b.effects.n_datagrams, 0);
    give_devices(s);
    to = end_of_p(s);
    assert_int_equal(tell(s, &s->p, &m, true), FELT_VERDICT_TAKEN);
    assert_non_null(through(s));
    assert_true(felt_endpoint_equal(&through(s)->to, &to));
    assert_int_equal(through(s)->pad_to, 0);
    back = read_it(s, through(s));
    assert_int_equal(back.type, FELT_MESSAGE_PATH_ANSWER);
    assert_int_equal(back.path_answer.seq, 7);
    assert_int_equal(tell(s, &s->p, &m, false), FELT_VERDICT_TAKEN);
    assert_null(through(s));
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PATH_ANSWER, &back));
    assert_int_equal(back.path_answer.seq, 7);
}

/* O-1.3 */
static void nothing_else_is_taken_from_the_overlay(void **state)
{
    struct felt_message probe = {.type = FELT_MESSAGE_PROBE},
                        question = {.type = FELT_MESSAGE_PATH_PROBE,
                                    .path_probe.family = FELT_FAMILY_V4};
    struct scene *s = *state;

    give_devices(s);
    peer_enter(&s->q, &s->b);
    probe.probe.target = *felt_node_id(s->b.node);
    assert_int_equal(tell(s, &s->p, &probe, true), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(s->b.effects.n_datagrams, 0);
    assert_int_equal(tell(s, &s->q, &question, true), FELT_VERDICT_STRANGER);
    assert_int_equal(tell(s, &s->q, &question, false), FELT_VERDICT_STRANGER);
    assert_null(through(s));
    /* It was heard, and a copy of it is one. */
    assert_int_equal(tell(s, &s->p, &question, true), FELT_VERDICT_TAKEN);
    s->p.counter--;
    assert_int_equal(tell(s, &s->p, &question, true), FELT_VERDICT_REPLAYED);
    assert_int_equal(bench_self(&s->b).verdicts[FELT_VERDICT_REPLAYED], 1);
    /* An old life of its identity hears of that where its gossip comes from, or not at all. */
    s->p.session++;
    assert_int_equal(tell(s, &s->p, &question, true), FELT_VERDICT_TAKEN);
    s->p.session--;
    assert_int_equal(tell(s, &s->p, &question, true), FELT_VERDICT_STALE);
    assert_int_equal(s->b.effects.n_datagrams, 0);
    assert_int_equal(tell(s, &s->p, &question, false), FELT_VERDICT_STALE);
    assert_int_equal(s->b.effects.n_datagrams, 1);
}

/* O-3.6 */
static void another_lease_is_another_path(void **state)
{
    struct scene *s = *state;
    const struct felt_datagram *d;

    give_devices(s);
    d = wait_for_one(s, MINUTE);
    answer(s, &s->p, read_it(s, d).path_probe.seq, true);
    assert_int_equal(of_p(s), FELT_PATH_PASSES);
    s->p.descriptor.version++;
    strcpy(s->p.descriptor.backend_data, "{\"VtepMAC\":\"02:00:00:00:00:02\"}");
    peer_begin(&s->p);
    peer_write_self(&s->p);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_TAKEN);
    assert_int_equal(s->b.node->trials.n_soon, 1);
    d = wait_for_one(s, FELT_TRIAL_SETTLE);
    assert_non_null(d);
    assert_int_equal(d->pad_to, MTU - 50);
    assert_int_equal(of_p(s), FELT_PATH_UNKNOWN);
}

/* O-3.3: also of a member without a lease, and by a node without a device, nothing is known. */
static void without_a_path_there_is_none_that_fails(void **state)
{
    struct felt_input in = {.kind = FELT_INPUT_BACKEND,
                            .backend = {.type = FELT_BACKEND_VXLAN, .mtu = 0, .data = ""}};
    struct scene *s = *state;
    uint32_t i;

    give_devices(s);
    bench_wait(&s->b, 0);
    i = felt_members_find(s->b.node->members, &s->p.identity.id);
    for (int k = 0; k < 2; k++) {
        felt_members_contact(s->b.node->members, i)->paths[0].state = FELT_PATH_FAILS;
        s->b.node->trials.n_failing = 1;
        s->b.node->trials.again_us = s->b.now;
        if (k == 0)
            felt_slot_map_give(s->b.node->map, s->p.descriptor.lease, felt_node_id(s->b.node));
        bench_step(&s->b, k == 0 ? (struct felt_input){.kind = FELT_INPUT_WAKE} : in);
        assert_int_equal(of_p(s), FELT_PATH_UNKNOWN);
        assert_int_equal(s->b.node->trials.n_failing, 0);
    }
}

/* O-3.3: what was not heard while we did not run means nothing. */
static void a_trial_is_put_off_by_a_stall(void **state)
{
    struct scene *s = *state;

    give_devices(s);
    assert_non_null(wait_for_one(s, MINUTE));
    assert_int_equal(s->b.node->trials.n_open, 1);
    bench_wait(&s->b, 30 * FELT_USEC_SEC);
    assert_int_equal(s->b.node->trials.n_open, 1);
    assert_int_equal(s->b.node->trials.open[0].tries, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(the_first_is_large_and_goes_where_the_lease_says),
        SCENE(one_in_six_is_large_and_there_is_one_each_20_s),
        cmocka_unit_test_setup_teardown(of_two_families_one_in_two_is_of_each, dual_setup,
                                        scene_teardown),
        cmocka_unit_test_setup_teardown(a_family_is_answered_by_itself_and_counts_by_itself,
                                        dual_setup, scene_teardown),
        SCENE(without_an_answer_it_is_tried_four_times_and_asked_beside),
        SCENE(an_answer_beside_the_overlay_says_that_the_overlay_fails),
        SCENE(who_was_forgotten_during_its_trial_is_not_judged),
        SCENE(an_answer_of_another_or_to_nothing_does_not_count),
        SCENE(a_question_is_answered_small_and_the_way_that_it_came),
        SCENE(nothing_else_is_taken_from_the_overlay),
        SCENE(another_lease_is_another_path),
        SCENE(without_a_path_there_is_none_that_fails),
        SCENE(a_trial_is_put_off_by_a_stall),
    };

    return RUN_TESTS(tests);
}
