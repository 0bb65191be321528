/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <string.h>

#include "node/core.h"
#include "node/state.h"

static uint32_t stake(const struct scene *s, const struct felt_id *id)
{
    return felt_slot_map_stake(s->b.node->map, id);
}

static struct felt_id self(const struct scene *s)
{
    return bench_self(&s->b).id;
}

static enum felt_verdict leave(struct scene *s)
{
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_LEAVE});
    return s->b.verdict;
}

/* Up to the farewell. */
static void leave_durably(struct scene *s)
{
    assert_int_equal(leave(s), FELT_VERDICT_TAKEN);
    bench_saved(&s->b);
}

/* The probe that the last step sent behind a farewell. */
static bool hears_farewell(struct peer *p, const struct bench *b, struct felt_message *ret_probe)
{
    struct felt_descriptor d;
    struct felt_message m;

    if (!peer_reads(p, b, FELT_MESSAGE_DESCRIPTOR, &m))
        return false;
    assert_int_equal(felt_descriptor_decode(m.descriptor.body, &d), 0);
    assert_true(felt_identity_verify(d.public_key, m.descriptor.body, m.descriptor.signature));
    return d.left && !d.has_lease && peer_reads(p, b, FELT_MESSAGE_PROBE, ret_probe);
}

/* The peer acks it, with the node's own slot digest or with another one. */
static void ack(struct scene *s, struct peer *p, const struct felt_message *probe, bool equal)
{
    struct felt_message m = {.type = FELT_MESSAGE_ACK, .ack = {.seq = probe->probe.seq}};

    m.ack.digest.era = 1;
    m.ack.digest.members = 1;
    m.ack.digest.slots = felt_slot_map_digest(s->b.node->map) + !equal;
    peer_tell(p, &s->b, &m);
}

/* G-6.1.1 */
static void the_last_one_cannot_leave(void **state)
{
    struct scene *s = *state;
    uint32_t p = felt_members_find(s->b.node->members, &s->p.identity.id), own;
    struct felt_id id = self(s);

    own = stake(s, &id);
    felt_members_set_state(s->b.node->members, p, FELT_MEMBER_DEAD, 0);
    assert_int_equal(leave(s), FELT_VERDICT_BUSY);
    assert_int_equal(stake(s, &id), own);
    assert_true(bench_self(&s->b).has_lease);
    assert_int_equal(s->b.effects.state.len, 0);
    felt_members_set_state(s->b.node->members, p, FELT_MEMBER_ALIVE, 0);
    assert_int_equal(leave(s), FELT_VERDICT_TAKEN);
    assert_int_equal(leave(s), FELT_VERDICT_TAKEN); /* said twice */
}

/* G-6.1.1, L-2.1.3 */
static void all_is_given_under_a_larger_seq_and_the_lease_is_not_used(void **state)
{
    struct scene *s = *state;
    struct felt_id id = self(s);
    uint32_t lease = bench_self(&s->b).lease_slot, total = felt_slot_map_slots(s->b.node->map);

    assert_int_equal(leave(s), FELT_VERDICT_TAKEN);
    assert_int_equal(stake(s, &id), 0);
    assert_int_equal(stake(s, &s->p.identity.id), total);
    assert_int_equal(felt_slot_map_get(s->b.node->map, lease).seq, 1);
    assert_false(bench_self(&s->b).has_lease);
    assert_string_equal(bench_self(&s->b).waiting, "it is leaving the cluster");
    assert_null(bench_event(&s->b, FELT_EVENT_LEASE_LOST)); /* nobody took it from us */
    assert_non_null(bench_event(&s->b, FELT_EVENT_PEER_CHANGED));
    bench_settle(&s->b);
    for (int i = 0; i < 10; i++)
        bench_wait(&s->b, 100 * FELT_USEC_MS);
    assert_false(bench_self(&s->b).has_lease); /* nor is another one taken */
}

/* G-6.1.1, L-3.5 */
static void the_poorest_get_most(void **state)
{
    struct scene *s = *state;
    uint32_t p, q;

    peer_join(&s->q, &s->b);
    assert_int_equal(leave(s), FELT_VERDICT_TAKEN);
    p = stake(s, &s->p.identity.id);
    q = stake(s, &s->q.identity.id);
    assert_int_equal(p + q, felt_slot_map_slots(s->b.node->map));
    assert_in_range(p > q ? p - q : q - p, 0, 1);
}

/* G-6.1.2, L-3.2.3 */
static void nothing_is_told_before_the_gifts_are_durable(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    assert_int_equal(leave(s), FELT_VERDICT_TAKEN);
    for (int i = 0; i < 20; i++) {
        uint64_t save = s->b.effects.state_save;

        assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &m));
        assert_false(hears_farewell(&s->p, &s->b, &m));
        bench_wait(&s->b, 50 * FELT_USEC_MS);
        s->b.effects.state_save = s->b.effects.state.len ? s->b.effects.state_save : save;
    }
    bench_step(&s->b,
               (struct felt_input){.kind = FELT_INPUT_SAVED, .save = s->b.effects.state_save});
    assert_true(hears_farewell(&s->p, &s->b, &m));
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &m));
}

/* G-6.1.2, G-6.1.3, S-2.4 */
static void it_is_gone_when_who_was_told_knows_its_slots_and_the_disk_has_that(void **state)
{
    _cleanup_(felt_record_done) struct felt_record record = {0};
    enum felt_node_refusal refusal;
    struct scene *s = *state;
    struct felt_message m;

    leave_durably(s);
    assert_true(hears_farewell(&s->p, &s->b, &m));
    ack(s, &s->p, &m, false); /* it has not merged them yet */
    bench_wait(&s->b, FELT_LEAVER_TELL);
    assert_true(hears_farewell(&s->p, &s->b, &m));
    ack(s, &s->p, &m, true);
    assert_null(bench_event(&s->b, FELT_EVENT_LEFT));
    bench_wait(&s->b, FELT_LEAVER_TELL);
    assert_int_equal(s->b.effects.n_datagrams, 0);
    assert_null(bench_event(&s->b, FELT_EVENT_LEFT));
    assert_int_equal(felt_state_decode(s->b.effects.state, &record, &refusal), 0);
    assert_false(record.in_cluster);
    assert_int_equal(record.n_members + record.n_runs + record.n_gifts, 0);
    assert_true(record.session == 0);
    assert_memory_equal(record.identity, (uint8_t[32]){0}, sizeof(record.identity));
    bench_saved(&s->b);
    assert_non_null(bench_event(&s->b, FELT_EVENT_LEFT));
}

/* G-6.1.3 */
static void who_is_gone_says_and_hears_nothing_more(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    leave_durably(s);
    assert_true(hears_farewell(&s->p, &s->b, &m));
    ack(s, &s->p, &m, true);
    bench_wait(&s->b, FELT_LEAVER_TELL);
    bench_saved(&s->b);
    assert_true(s->b.effects.deadline == FELT_USEC_NEVER);
    for (int i = 0; i < 100; i++) {
        bench_wait(&s->b, FELT_USEC_SEC);
        assert_int_equal(s->b.effects.n_datagrams + s->b.effects.n_events, 0);
        assert_int_equal(s->b.effects.state.len, 0);
    }
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_BUSY);
    assert_int_equal(s->b.effects.n_datagrams, 0);
}

/* G-6.1.3 */
static void started_again_it_joins_anew_as_somebody_else(void **state)
{
    struct scene *s = *state;
    struct felt_node_config config = bench_config();
    struct felt_id id = self(s);
    struct felt_self_view again;
    struct felt_message m;
    uint8_t *saved;

    leave_durably(s);
    assert_true(hears_farewell(&s->p, &s->b, &m));
    ack(s, &s->p, &m, true);
    bench_wait(&s->b, FELT_LEAVER_TELL);
    saved = malloc(s->b.effects.state.len);
    memcpy(saved, s->b.effects.state.data, s->b.effects.state.len);
    config.state = felt_bytes(saved, s->b.effects.state.len);
    config.now = s->b.now;
    config.seed[0]++;
    bench_done(&s->b);
    bench_new(&s->b, &config);
    free(saved);
    again = bench_self(&s->b);
    assert_false(felt_id_equal(&again.id, &id));
    assert_false(again.in_cluster);
    assert_true(again.session == 1);
    assert_int_equal(again.n_members, 1);
    assert_false(bench_said_by(&s->b, &again.id).left);
    bench_wait(&s->b, 0);
    bench_settle(&s->b);
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SEEDS,
                                          .seeds = {.endpoints = &s->p.at, .n = 1}});
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_HELLO, &m));
}

/* G-6.1.2 */
static void without_an_answer_it_goes_on_telling(void **state)
{
    struct scene *s = *state;
    unsigned told = 0;

    leave_durably(s);
    for (felt_usec t = 0; t < 120 * FELT_USEC_SEC; t += FELT_LEAVER_TELL) {
        struct felt_message m;

        bench_wait(&s->b, FELT_LEAVER_TELL);
        told += hears_farewell(&s->p, &s->b, &m);
        assert_null(bench_event(&s->b, FELT_EVENT_LEFT));
        bench_settle(&s->b);
    }
    assert_in_range(told, 500, 601); /* but for those moments when it thinks the peer dead */
    assert_false(felt_leaver_closing(s->b.node));
}

/* G-6.1.2 */
static void all_of_two_must_know_and_after_half_a_minute_one_is_enough(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    felt_usec began = s->b.now;

    peer_join(&s->q, &s->b);
    leave_durably(s);
    assert_true(hears_farewell(&s->p, &s->b, &m));
    assert_non_null(strstr(bench_self(&s->b).waiting, "not confirmed yet by "));
    ack(s, &s->p, &m, true);
    while (s->b.now < began + FELT_LEAVER_PATIENT) {
        assert_false(felt_leaver_closing(s->b.node));
        if (s->b.now > began + FELT_LEAVER_PATIENT / 2) /* it names the one that is missing */
            assert_string_equal(bench_self(&s->b).waiting,
                                "it is leaving the cluster: not confirmed yet by peer");
        bench_settle(&s->b);
        bench_wait(&s->b, 10 * FELT_USEC_MS);
        peer_acks(&s->p, &s->b); /* they live on, but q does not merge */
        peer_acks(&s->q, &s->b);
    }
    bench_settle(&s->b);
    bench_wait(&s->b, FELT_LEAVER_TELL);
    assert_true(felt_leaver_closing(s->b.node));
}

/* Slots 9 and 10 were given to us. */
static void give_two(struct scene *s)
{
    struct felt_message m = {.type = FELT_MESSAGE_SLOTS};
    struct felt_id id = self(s);

    m.slots.era = 1;
    m.slots.total = 255;
    m.slots.first = 9;
    m.slots.n = 1;
    m.slots.runs[0] = (struct felt_run){.count = 2, .owner = id, .term = 1, .seq = 50};
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_int_equal(stake(s, &id), 2);
}

/* G-6.1.2 */
static void what_it_is_given_before_its_gifts_are_durable_goes_before_the_farewell(void **state)
{
    struct scene *s = *state;
    struct felt_id id = self(s);
    struct felt_message probe;
    uint64_t save;

    assert_int_equal(leave(s), FELT_VERDICT_TAKEN);
    save = s->b.effects.state_save;
    give_two(s);
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    assert_false(felt_members_peek(s->b.node->members, FELT_MEMBER_SELF)->descriptor->left);
    assert_int_equal(stake(s, &id), 0);
    bench_saved(&s->b);
    assert_true(hears_farewell(&s->p, &s->b, &probe));
}

/* G-6.1.2 */
static void with_nobody_alive_to_give_it_to_there_is_no_farewell_yet(void **state)
{
    struct scene *s = *state;
    uint32_t p = felt_members_find(s->b.node->members, &s->p.identity.id);
    struct felt_member *self_there = felt_members_at(s->b.node->members, FELT_MEMBER_SELF);
    struct felt_id id = self(s);
    uint64_t save;

    assert_int_equal(leave(s), FELT_VERDICT_TAKEN);
    save = s->b.effects.state_save;
    give_two(s);
    felt_members_set_state(s->b.node->members, p, FELT_MEMBER_DEAD, 0);
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    bench_wait(&s->b, FELT_LEAVER_TELL);
    assert_false(self_there->descriptor->left);
    assert_int_equal(stake(s, &id), 2);
    felt_members_set_state(s->b.node->members, p, FELT_MEMBER_ALIVE, 0);
    bench_wait(&s->b, FELT_LEAVER_TELL);
    assert_int_equal(stake(s, &id), 0);
    bench_saved(&s->b);
    assert_true(self_there->descriptor->left);
}

/* G-5.8: or it would wait for answers that go to where it was. */
static void a_leaver_that_moves_says_where_it_is(void **state)
{
    struct felt_input in = {.kind = FELT_INPUT_ADDRESS};
    const struct felt_signed_descriptor *said;
    struct scene *s = *state;
    struct felt_descriptor d;

    leave_durably(s);
    in.address.advertise = s->q.at;
    in.address.public_ip = s->q.at.ip;
    bench_step(&s->b, in);
    said = felt_members_peek(s->b.node->members, FELT_MEMBER_SELF)->descriptor;
    felt_signed_descriptor_read(said, &d);
    assert_true(d.left);
    assert_true(felt_endpoint_equal(&said->advertise, &s->q.at));
}

/* The peer probes somebody who is not here any more, behind what it says of itself. */
static void probes_another(struct scene *s)
{
    struct felt_message m = {.type = FELT_MESSAGE_PROBE, .probe = {.seq = 7}};

    m.probe.target = s->q.identity.id;
    m.probe.digest.members = 1;
    peer_begin(&s->p);
    peer_write_self(&s->p);
    peer_write(&s->p, &m);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_MISDIRECTED);
}

/* G-3.1.3 */
static void a_leaver_that_looks_for_somebody_else_here_is_told_who_is_here(void **state)
{
    struct felt_message m;
    struct scene *s = *state;

    probes_another(s);
    bench_wait(&s->b, FELT_USEC_MS);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_HELLO, &m));
    s->p.descriptor.left = true;
    s->p.descriptor.has_lease = false;
    s->p.descriptor.version++;
    probes_another(s);
    for (int i = 0; i < 10 && !peer_reads(&s->p, &s->b, FELT_MESSAGE_HELLO, &m); i++)
        bench_wait(&s->b, FELT_USEC_MS);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_HELLO, &m));
}

/* G-6.1.2 */
static void what_it_is_given_meanwhile_it_gives_away_too(void **state)
{
    struct felt_message m;
    struct scene *s = *state;
    struct felt_id id = self(s);
    uint64_t save;

    leave_durably(s);
    give_two(s);
    bench_wait(&s->b, FELT_LEAVER_TELL);
    assert_int_equal(stake(s, &id), 0);
    assert_int_equal(felt_slot_map_get(s->b.node->map, 9).seq, 51);
    save = s->b.effects.state_save;
    for (int i = 0; i < 10; i++) {
        bench_wait(&s->b, 50 * FELT_USEC_MS);
        assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &m)); /* not durable yet */
    }
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &m));
}

static void who_asks_a_leaver_for_slots_is_told_to_ask_again(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    uint8_t cookie[FELT_COOKIE_LEN];

    leave_durably(s);
    peer_cookie(&s->q, &s->b, cookie);
    peer_write_join(&s->q, 1, cookie, NULL);
    peer_send(&s->q, &s->b);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    assert_int_equal(m.gift.result, FELT_GIFT_BUSY);
}

/* G-6.3.2 */
static void a_leaver_that_we_do_not_know_is_heard_and_given_nothing(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    uint8_t cookie[FELT_COOKIE_LEN];
    uint32_t i;

    s->q.descriptor.left = true;
    peer_cookie(&s->q, &s->b, cookie);
    peer_write_join(&s->q, 1, cookie, NULL);
    peer_send(&s->q, &s->b);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_DESCRIPTOR, &m));
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    assert_int_equal(m.gift.result, FELT_GIFT_BUSY);
    assert_int_equal(stake(s, &s->q.identity.id), 0);
    i = felt_members_find(s->b.node->members, &s->q.identity.id);
    assert_int_equal(felt_members_peek(s->b.node->members, i)->state, FELT_MEMBER_LEFT);
    assert_null(bench_event(&s->b, FELT_EVENT_MEMBER_ALIVE));
}

/* G-3.4.2 */
static void a_leaver_does_not_deny_that_it_has_left(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_LIVENESS, .liveness = {.n = 1}};

    leave_durably(s);
    m.liveness.entries[0] = (struct felt_liveness){
        .id = self(s), .state = FELT_LIVENESS_LEFT, .incarnation = felt_session_floor(9)};
    peer_tell(&s->p, &s->b, &m);
    assert_true(felt_members_peek(s->b.node->members, FELT_MEMBER_SELF)->incarnation ==
                felt_session_floor(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(the_last_one_cannot_leave),
        SCENE(all_is_given_under_a_larger_seq_and_the_lease_is_not_used),
        SCENE(the_poorest_get_most),
        SCENE(nothing_is_told_before_the_gifts_are_durable),
        SCENE(it_is_gone_when_who_was_told_knows_its_slots_and_the_disk_has_that),
        SCENE(who_is_gone_says_and_hears_nothing_more),
        SCENE(started_again_it_joins_anew_as_somebody_else),
        SCENE(without_an_answer_it_goes_on_telling),
        SCENE(all_of_two_must_know_and_after_half_a_minute_one_is_enough),
        SCENE(what_it_is_given_before_its_gifts_are_durable_goes_before_the_farewell),
        SCENE(with_nobody_alive_to_give_it_to_there_is_no_farewell_yet),
        SCENE(a_leaver_that_moves_says_where_it_is),
        SCENE(a_leaver_that_looks_for_somebody_else_here_is_told_who_is_here),
        SCENE(what_it_is_given_meanwhile_it_gives_away_too),
        SCENE(who_asks_a_leaver_for_slots_is_told_to_ask_again),
        SCENE(a_leaver_that_we_do_not_know_is_heard_and_given_nothing),
        SCENE(a_leaver_does_not_deny_that_it_has_left),
    };

    return RUN_TESTS(tests);
}
