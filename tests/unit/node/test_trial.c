/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <stdlib.h>
#include <string.h>

#include "node/core.h"
#include "tests/support/world.h"

#define NETWORK "{\"Network\":\"10.1.0.0/16\"}"
#define MTU     1450
#define MINUTE  (60 * FELT_USEC_SEC)
/* Of three: a turn of both others, four tries, and as much again for small after large. */
#define FOUND (3 * FELT_TRIAL_PERIOD)

/* ---- hosts that have a way, or none ---- */

static struct world *hosts_with(int n, const char *network, enum felt_backend type)
{
    struct world *w = world_new(1);

    assert_int_equal(world_found(w, network), 0);
    for (int i = 1; i < n; i++)
        assert_int_equal(world_join(w, 0), i);
    world_run(w, 10 * FELT_USEC_SEC);
    for (int i = 0; i < n; i++)
        world_device(w, i, type, MTU);
    world_run(w, 30 * FELT_USEC_SEC);
    world_log(w);
    return w;
}

static struct world *three_hosts(void)
{
    return hosts_with(3, NETWORK, FELT_BACKEND_VXLAN);
}

static struct felt_member_view view(struct world *w, int host, int other)
{
    const struct felt_id *id = felt_node_id(world_node(w, other));
    struct felt_member_view m;

    for (uint32_t i = 0; felt_node_next_member(world_node(w, host), world_now(w), &i, &m);)
        if (felt_id_equal(&m.id, id))
            return m;
    fail_msg("host %d does not know %d", host, other);
    return m;
}

static enum felt_path_state path(struct world *w, int host, int other)
{
    return view(w, host, other).path;
}

static void all_pass_but(struct world *w, int a, int b)
{
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            if (i != k && !(i == a && k == b) && !(i == b && k == a))
                assert_int_equal(path(w, i, k), FELT_PATH_PASSES);
}

/* O-3.6 */
static void who_gets_a_device_tries_all_of_a_few_at_once(void **state)
{
    struct world *w = three_hosts();

    (void)state;
    all_pass_but(w, -1, -1);
    assert_in_range(view(w, 0, 1).path_rtt_us, 1, FELT_USEC_MS);
    assert_int_equal(view(w, 0, 1).path_since_us, 0);
    assert_int_equal(path(w, 0, 0), FELT_PATH_UNKNOWN); /* itself */
    world_free(w);
}

/* O-3.4, O-3.5, O-3.7 */
static void what_is_filtered_fails_at_both_ends_is_told_once_and_is_back_when_it_passes(
    void **state)
{
    struct world *w = three_hosts();

    (void)state;
    world_filter(w, 1, 2, 1); /* one way: then neither question nor answer gets through */
    world_run(w, FOUND);
    assert_int_equal(path(w, 1, 2), FELT_PATH_FAILS);
    assert_int_equal(path(w, 2, 1), FELT_PATH_FAILS);
    assert_true(view(w, 1, 2).path_since_us > 0);
    all_pass_but(w, 1, 2);
    world_run(w, 10 * MINUTE);
    assert_string_equal(strstr(world_log(w), "path fails") ? "told" : "not told", "told");
    world_run(w, 10 * MINUTE);
    assert_string_equal(world_log(w), "");
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            assert_int_equal(world_sees(w, i, k), FELT_MEMBER_ALIVE);
    world_filter(w, 1, 2, 0);
    world_run(w, 2 * FELT_TRIAL_AGAIN);
    all_pass_but(w, -1, -1);
    assert_non_null(strstr(world_log(w), "b path passes c"));
    world_free(w);
}

/* O-3.1, O-3.4: small ones pass. Answers are small, so it is one direction that shows. */
static void an_mtu_that_is_too_large_is_told_apart_from_a_filter(void **state)
{
    struct world *w = three_hosts();

    (void)state;
    world_filter(w, 0, 1, MTU - 1);
    world_run(w, 2 * FELT_TRIAL_LARGE_EVERY * FELT_TRIAL_PERIOD * 5 / 4 + FOUND);
    assert_int_equal(path(w, 0, 1), FELT_PATH_LARGE_FAILS);
    assert_int_equal(path(w, 1, 0), FELT_PATH_PASSES);
    assert_int_equal(path(w, 0, 2), FELT_PATH_PASSES);
    world_run(w, 10 * MINUTE); /* small ones pass all the time */
    assert_int_equal(path(w, 0, 1), FELT_PATH_LARGE_FAILS);
    world_log(w);
    world_filter(w, 0, 1, 0);
    world_run(w, 2 * FELT_TRIAL_AGAIN);
    assert_int_equal(path(w, 0, 1), FELT_PATH_PASSES);
    assert_non_null(strstr(world_log(w), "a path passes b"));
    world_free(w);
}

/* O-3.5: it is a way back from a filter to an MTU that is too large. */
static void who_passes_again_with_small_packets_is_tried_with_a_large_one(void **state)
{
    struct world *w = three_hosts();

    (void)state;
    world_filter(w, 0, 1, 1);
    world_run(w, FOUND);
    assert_int_equal(path(w, 0, 1), FELT_PATH_FAILS);
    world_filter(w, 0, 1, MTU - 1);
    world_run(w, 2 * FELT_TRIAL_AGAIN + 3 * FELT_TRIAL_TRIES * FELT_TRIAL_WAIT);
    assert_int_equal(path(w, 0, 1), FELT_PATH_LARGE_FAILS);
    world_free(w);
}

/* O-3.3 */
static void the_dead_the_mute_and_the_slow_are_not_judged(void **state)
{
    struct world *w = three_hosts();

    (void)state;
    for (int round = 0; round < 10; round++) {
        world_kill(w, 2);
        world_run(w, FOUND);
        world_restart(w, 2);
        world_device(w, 2, FELT_BACKEND_VXLAN, MTU);
        world_run(w, 7 * FELT_USEC_SEC);
        world_cut(w, 0, 1, true);
        world_run(w, 3 * FELT_USEC_SEC);
        world_cut(w, 0, 1, false);
        world_pause(w, 1, 11 * FELT_USEC_SEC);
        world_run(w, FOUND);
    }
    assert_null(strstr(world_log(w), "path"));
    world_free(w);
}

/* O-3.3: a member that fails and then dies is nobody's problem of that kind. */
static void of_the_dead_nothing_is_shown(void **state)
{
    struct world *w = three_hosts();

    (void)state;
    world_filter(w, 0, 1, 1);
    world_run(w, FOUND);
    assert_int_equal(path(w, 0, 1), FELT_PATH_FAILS);
    world_kill(w, 1);
    world_run(w, 30 * FELT_USEC_SEC);
    for (int k = 0; k < 2; k++) {
        struct felt_member_view m;
        uint32_t i = 0;

        while (felt_node_next_member(world_node(w, 0), world_now(w), &i, &m))
            if (m.state == FELT_MEMBER_DEAD)
                assert_int_equal(m.path, FELT_PATH_UNKNOWN);
        world_run(w, MINUTE);
    }
    /* And when it is back, nothing is known before it is tried. */
    world_restart(w, 1);
    world_run(w, 3 * FELT_USEC_SEC);
    assert_int_equal(world_sees(w, 0, 1), FELT_MEMBER_ALIVE);
    assert_int_equal(path(w, 0, 1), FELT_PATH_UNKNOWN);
    world_device(w, 1, FELT_BACKEND_VXLAN, MTU);
    world_filter(w, 0, 1, 0);
    world_run(w, FOUND);
    assert_int_equal(path(w, 0, 1), FELT_PATH_PASSES);
    world_free(w);
}

/* O-3.1 */
static void host_gw_is_not_tried(void **state)
{
    struct world *w =
        hosts_with(2, "{\"Network\":\"10.1.0.0/16\",\"Backend\":{\"Type\":\"host-gw\"}}",
                   FELT_BACKEND_HOST_GW);

    (void)state;
    world_filter(w, 0, 1, 1);
    world_run(w, 10 * MINUTE);
    assert_int_equal(path(w, 0, 1), FELT_PATH_UNKNOWN);
    assert_string_equal(world_log(w), "");
    world_free(w);
}

/* ---- one node, step by step ---- */

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

static enum felt_verdict tell(struct scene *s, struct peer *from, const struct felt_message *m,
                              bool overlay)
{
    struct felt_input in = {.kind = FELT_INPUT_DATAGRAM};

    peer_begin(from);
    peer_write(from, m);
    in.datagram.from = from->at;
    in.datagram.bytes = peer_seal(from);
    in.datagram.overlay = overlay;
    bench_step(&s->b, in);
    return s->b.verdict;
}

static enum felt_verdict answer(struct scene *s, struct peer *from, uint32_t seq, bool overlay)
{
    struct felt_message m = {.type = FELT_MESSAGE_PATH_ANSWER, .path_answer.seq = seq};

    return tell(s, from, &m, overlay);
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

static enum felt_path_state of_p(const struct scene *s)
{
    uint32_t i = felt_members_find(s->b.node->members, &s->p.identity.id);

    return (enum felt_path_state)felt_members_peek(s->b.node->members, i)->contact->path.state;
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
    unsigned n = 0, large = 0;
    struct scene *s = *state;
    felt_usec end;

    give_devices(s);
    wait_for_one(s, MINUTE);
    end = s->b.now + 60 * MINUTE;
    for (; s->b.now < end; n++) {
        const struct felt_datagram *d = wait_for_one(s, MINUTE);
        uint32_t seq;

        assert_non_null(d);
        large += d->pad_to > 0;
        seq = read_it(s, d).path_probe.seq;
        assert_int_equal(answer(s, &s->p, seq, true), FELT_VERDICT_TAKEN);
    }
    assert_in_range(n, 165, 195);
    assert_in_range(large, n / 6 - 2, n / 6 + 2);
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
    struct felt_message m = {.type = FELT_MESSAGE_PATH_PROBE, .path_probe.seq = 7}, back;
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
                        question = {.type = FELT_MESSAGE_PATH_PROBE};
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
        felt_members_contact(s->b.node->members, i)->path.state = FELT_PATH_FAILS;
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
        cmocka_unit_test(who_gets_a_device_tries_all_of_a_few_at_once),
        cmocka_unit_test(
            what_is_filtered_fails_at_both_ends_is_told_once_and_is_back_when_it_passes),
        cmocka_unit_test(an_mtu_that_is_too_large_is_told_apart_from_a_filter),
        cmocka_unit_test(who_passes_again_with_small_packets_is_tried_with_a_large_one),
        cmocka_unit_test(the_dead_the_mute_and_the_slow_are_not_judged),
        cmocka_unit_test(of_the_dead_nothing_is_shown),
        cmocka_unit_test(host_gw_is_not_tried),
        SCENE(the_first_is_large_and_goes_where_the_lease_says),
        SCENE(one_in_six_is_large_and_there_is_one_each_20_s),
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
