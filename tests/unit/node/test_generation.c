/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <string.h>

#include "node/core.h"
#include "node/state.h"

#define HOUR (3600 * FELT_USEC_SEC)

static uint32_t place(const struct scene *s, const struct peer *p)
{
    return felt_members_find(s->b.node->members, &p->identity.id);
}

static enum felt_member_state state_of(const struct scene *s, const struct peer *p)
{
    return felt_members_peek(s->b.node->members, place(s, p))->state;
}

static void say_farewell(struct scene *s, struct peer *p)
{
    p->descriptor.version++;
    p->descriptor.left = true;
    p->descriptor.has_lease = false;
    peer_begin(p);
    peer_write_self(p);
    assert_int_equal(peer_send(p, &s->b), FELT_VERDICT_TAKEN);
}

/* All that it owns is ours. */
static void take_all(struct scene *s, const struct peer *p)
{
    struct felt_id self = bench_self(&s->b).id;

    for (uint32_t slot = 0; slot < felt_slot_map_slots(s->b.node->map); slot++)
        if (felt_slot_map_owns(s->b.node->map, &p->identity.id, slot))
            assert_true(felt_slot_map_give(s->b.node->map, slot, &self));
}

/* The time has come at which a generation may be raised. */
static void let_it_age(struct scene *s)
{
    s->b.node->generation.next_us = s->b.now;
    bench_wait(&s->b, 0);
}

static struct felt_message probe(const struct scene *s, bool equal)
{
    struct felt_message m = {.type = FELT_MESSAGE_PROBE, .probe = {.seq = 1}};

    m.probe.target = bench_self(&s->b).id;
    m.probe.digest.era = 1;
    m.probe.digest.slots = felt_slot_map_digest(s->b.node->map);
    m.probe.digest.members = felt_members_digest(s->b.node->members) + !equal;
    return m;
}

static void send_probe(struct scene *s, struct peer *p, bool equal)
{
    struct felt_message m = probe(s, equal);

    peer_tell(p, &s->b, &m);
}

static void tell_of(struct scene *s, struct peer *p, const struct felt_id *id,
                    enum felt_liveness_state what)
{
    struct felt_message m = {.type = FELT_MESSAGE_LIVENESS, .liveness = {.n = 1}};

    m.liveness.entries[0] = (struct felt_liveness){.id = *id, .state = what, .incarnation = 5};
    peer_tell(p, &s->b, &m);
}

/* G-6.4.1 */
static void every_datagram_carries_it_and_it_is_saved(void **state)
{
    _cleanup_(felt_record_done) struct felt_record record = {0};
    struct scene *s = *state;
    enum felt_node_refusal refusal;
    struct felt_envelope envelope;
    size_t len;

    assert_int_equal(s->b.node->generation.number, 0);
    s->b.node->generation.number = 7;
    send_probe(s, &s->p, true);
    assert_int_equal(s->b.effects.n_datagrams, 1);
    assert_int_equal(felt_seal_open(&s->p.seal, s->b.effects.datagrams[0].bytes, s->p.opened, &len),
                     FELT_VERDICT_TAKEN);
    assert_int_equal(felt_reader_begin(s->p.reader, felt_bytes(s->p.opened, len), &envelope), 0);
    assert_true(envelope.generation == 7);

    say_farewell(s, &s->p);
    bench_wait(&s->b, FELT_SAVE_LAZY);
    assert_int_equal(felt_state_decode(s->b.effects.state, &record, &refusal), 0);
    assert_true(record.generation == 7);
}

/* G-6.4.1 */
static void a_restarted_node_knows_its_generation_and_who_left_when(void **state)
{
    struct scene *s = *state;
    struct felt_node_config config = bench_config();
    uint8_t *saved;
    uint32_t i;

    peer_join(&s->q, &s->b);
    say_farewell(s, &s->p);
    let_it_age(s);
    say_farewell(s, &s->q);
    bench_settle(&s->b);
    bench_wait(&s->b, FELT_SAVE_LAZY);
    saved = malloc(s->b.effects.state.len);
    memcpy(saved, s->b.effects.state.data, s->b.effects.state.len);
    config.state = felt_bytes(saved, s->b.effects.state.len);
    config.now = s->b.now;
    bench_done(&s->b);
    bench_new(&s->b, &config);
    free(saved);
    assert_true(s->b.node->generation.number == 1);
    i = place(s, &s->p);
    assert_int_equal(felt_members_peek(s->b.node->members, i)->state, FELT_MEMBER_LEFT);
    assert_true(felt_generation_noted(s->b.node, i) == 1);
    i = place(s, &s->q);
    assert_int_equal(felt_members_peek(s->b.node->members, i)->state, FELT_MEMBER_LEFT);
    assert_true(felt_generation_noted(s->b.node, i) == 0);
}

/* G-6.4.2 */
static void a_larger_one_is_taken_over_from_who_knows_the_same_members(void **state)
{
    struct scene *s = *state;

    s->p.generation = 1;
    send_probe(s, &s->p, false);
    assert_true(s->b.node->generation.number == 0);
    send_probe(s, &s->p, true);
    assert_true(s->b.node->generation.number == 1);
    s->p.generation = 0; /* a smaller one is not */
    send_probe(s, &s->p, true);
    assert_true(s->b.node->generation.number == 1);
}

/* G-6.4.2 */
static void it_is_raised_half_a_day_after_it_began_if_somebody_left(void **state)
{
    struct scene *s = *state;
    felt_usec began;

    let_it_age(s);
    assert_true(s->b.node->generation.number == 0); /* nobody left */
    assert_true(felt_generation_deadline(s->b.node) == FELT_USEC_NEVER);
    s->b.node->generation.next_us = s->b.now + 1;
    say_farewell(s, &s->p);
    assert_true(felt_generation_deadline(s->b.node) != FELT_USEC_NEVER);
    began = s->b.now;
    let_it_age(s);
    assert_true(s->b.node->generation.number == 1);
    assert_in_range(felt_generation_deadline(s->b.node), began + 12 * HOUR, began + 13 * HOUR);
    bench_wait(&s->b, 0);
    assert_true(s->b.node->generation.number == 1);
}

/* G-6.4.2 */
static void who_is_cut_off_from_half_of_the_members_raises_nothing(void **state)
{
    struct scene *s = *state;

    peer_join(&s->q, &s->b);
    say_farewell(s, &s->p);
    felt_members_set_state(s->b.node->members, place(s, &s->q), FELT_MEMBER_DEAD, 0);
    let_it_age(s);
    assert_true(s->b.node->generation.number == 0);
    assert_true(felt_generation_deadline(s->b.node) > s->b.now);
    felt_members_set_state(s->b.node->members, place(s, &s->q), FELT_MEMBER_ALIVE, 0);
    let_it_age(s);
    assert_true(s->b.node->generation.number == 1);
}

/* G-6.4.3, G-6.3.1 */
static void who_left_is_forgotten_when_two_whole_generations_are_over(void **state)
{
    struct scene *s = *state;

    take_all(s, &s->p);
    say_farewell(s, &s->p);
    for (uint64_t n = 1; n <= 3; n++) {
        assert_int_equal(state_of(s, &s->p), FELT_MEMBER_LEFT);
        let_it_age(s);
        assert_true(s->b.node->generation.number == n);
    }
    assert_int_equal(place(s, &s->p), FELT_MEMBER_NONE);
    assert_int_equal(bench_self(&s->b).n_members, 1);
    assert_true(felt_generation_deadline(s->b.node) == FELT_USEC_NEVER);
}

/* G-6.4.3, G-1.2 */
static void an_owner_is_not_forgotten(void **state)
{
    struct scene *s = *state;

    say_farewell(s, &s->p);
    for (int n = 0; n < 6; n++)
        let_it_age(s);
    assert_int_equal(state_of(s, &s->p), FELT_MEMBER_LEFT);
    take_all(s, &s->p);
    let_it_age(s);
    assert_int_equal(place(s, &s->p), FELT_MEMBER_NONE);
}

/* G-6.4.3 */
static void who_was_back_in_between_begins_anew(void **state)
{
    struct scene *s = *state;

    take_all(s, &s->p);
    say_farewell(s, &s->p);
    let_it_age(s);
    let_it_age(s);
    s->p.descriptor.version++;
    s->p.descriptor.left = false;
    peer_begin(&s->p);
    peer_write_self(&s->p);
    peer_send(&s->p, &s->b);
    tell_of(s, &s->p, &s->p.identity.id, FELT_LIVENESS_ALIVE);
    assert_int_equal(state_of(s, &s->p), FELT_MEMBER_ALIVE);
    say_farewell(s, &s->p);
    let_it_age(s);
    let_it_age(s);
    assert_int_equal(state_of(s, &s->p), FELT_MEMBER_LEFT);
    let_it_age(s);
    assert_int_equal(place(s, &s->p), FELT_MEMBER_NONE);
}

/* G-6.1.4 */
static void after_a_farewell_only_a_newer_descriptor_counts(void **state)
{
    struct scene *s = *state;
    uint64_t with = felt_members_digest(s->b.node->members);

    say_farewell(s, &s->p);
    assert_int_equal(state_of(s, &s->p), FELT_MEMBER_LEFT);
    assert_non_null(bench_event(&s->b, FELT_EVENT_MEMBER_LEFT));
    assert_true(felt_members_digest(s->b.node->members) != with);
    tell_of(s, &s->p, &s->p.identity.id, FELT_LIVENESS_ALIVE);
    assert_int_equal(state_of(s, &s->p), FELT_MEMBER_LEFT);
    tell_of(s, &s->p, &s->p.identity.id, FELT_LIVENESS_SUSPECT);
    assert_int_equal(state_of(s, &s->p), FELT_MEMBER_LEFT);
}

/* G-6.3.2 */
static void of_a_stranger_that_left_nothing_is_fetched_and_nothing_taken(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    tell_of(s, &s->p, &s->q.identity.id, FELT_LIVENESS_LEFT);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_FETCH, &m));
    s->q.descriptor.left = true;
    peer_begin(&s->p);
    peer_write_other(&s->p, &s->q);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_TAKEN);
    assert_int_equal(place(s, &s->q), FELT_MEMBER_NONE);
    tell_of(s, &s->p, &s->q.identity.id, FELT_LIVENESS_DEAD); /* so one can tell */
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_FETCH, &m));
}

/* G-6.4.4 */
static void who_is_two_behind_is_not_believed_about_strangers(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    s->b.node->generation.number = 2;
    tell_of(s, &s->p, &s->q.identity.id, FELT_LIVENESS_ALIVE);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_FETCH, &m));
    peer_begin(&s->p);
    peer_write_other(&s->p, &s->q);
    peer_send(&s->p, &s->b);
    assert_int_equal(place(s, &s->q), FELT_MEMBER_NONE);
    s->p.generation = 1;
    tell_of(s, &s->p, &s->q.identity.id, FELT_LIVENESS_ALIVE);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_FETCH, &m));
    peer_begin(&s->p);
    peer_write_other(&s->p, &s->q);
    peer_send(&s->p, &s->b);
    assert_int_not_equal(place(s, &s->q), FELT_MEMBER_NONE);
}

/* G-6.4.4 */
static void who_is_two_behind_is_believed_about_itself(void **state)
{
    struct scene *s = *state;

    s->b.node->generation.number = 5;
    peer_join(&s->q, &s->b);
    assert_int_not_equal(place(s, &s->q), FELT_MEMBER_NONE);
    s->q.descriptor.version++;
    s->q.descriptor.mtu = 1300;
    peer_begin(&s->q);
    peer_write_self(&s->q);
    peer_send(&s->q, &s->b);
    assert_int_equal(bench_said_by(&s->b, &s->q.identity.id).mtu, 1300);
}

/* G-6.4.5 */
static void who_meets_one_two_ahead_starts_over_with_it(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    uint32_t lease = bench_self(&s->b).lease_slot;

    peer_join(&s->q, &s->b);
    s->b.node->sync.members.met = s->b.node->sync.slots.met = true;
    assert_true(bench_self(&s->b).synced);
    s->p.generation = 2;
    send_probe(s, &s->p, false);
    assert_non_null(bench_event(&s->b, FELT_EVENT_STARTED_OVER));
    assert_non_null(bench_event(&s->b, FELT_EVENT_PEER_CHANGED));
    assert_true(s->b.node->generation.number == 2);
    assert_int_equal(place(s, &s->q), FELT_MEMBER_NONE);
    assert_int_not_equal(place(s, &s->p), FELT_MEMBER_NONE);
    assert_false(bench_self(&s->b).synced); /* so nothing is taken from the kernel */
    assert_true(bench_self(&s->b).has_lease);
    assert_int_equal(bench_self(&s->b).lease_slot, lease);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SYNC_MEMBERS, &m));
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_HELLO, &m));
    send_probe(s, &s->p, false); /* that was it */
    assert_null(bench_event(&s->b, FELT_EVENT_STARTED_OVER));
}

/* G-6.4.5 */
static void who_is_one_behind_or_has_the_same_tables_does_not_start_over(void **state)
{
    struct scene *s = *state;

    peer_join(&s->q, &s->b);
    s->p.generation = 1;
    send_probe(s, &s->p, false);
    assert_null(bench_event(&s->b, FELT_EVENT_STARTED_OVER));
    s->p.generation = 9;
    send_probe(s, &s->p, true);
    assert_null(bench_event(&s->b, FELT_EVENT_STARTED_OVER));
    assert_true(s->b.node->generation.number == 9);
    assert_int_not_equal(place(s, &s->q), FELT_MEMBER_NONE);
}

/* G-6.4.6 */
static void a_stranger_two_ahead_gets_a_hello_and_changes_nothing_yet(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    s->q.generation = 2;
    peer_enter(&s->q, &s->b);
    send_probe(s, &s->q, false);
    assert_null(bench_event(&s->b, FELT_EVENT_STARTED_OVER));
    assert_true(s->b.node->generation.number == 0);
    assert_int_not_equal(place(s, &s->p), FELT_MEMBER_NONE);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_HELLO, &m));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(every_datagram_carries_it_and_it_is_saved),
        SCENE(a_restarted_node_knows_its_generation_and_who_left_when),
        SCENE(a_larger_one_is_taken_over_from_who_knows_the_same_members),
        SCENE(it_is_raised_half_a_day_after_it_began_if_somebody_left),
        SCENE(who_is_cut_off_from_half_of_the_members_raises_nothing),
        SCENE(who_left_is_forgotten_when_two_whole_generations_are_over),
        SCENE(an_owner_is_not_forgotten),
        SCENE(who_was_back_in_between_begins_anew),
        SCENE(after_a_farewell_only_a_newer_descriptor_counts),
        SCENE(of_a_stranger_that_left_nothing_is_fetched_and_nothing_taken),
        SCENE(who_is_two_behind_is_not_believed_about_strangers),
        SCENE(who_is_two_behind_is_believed_about_itself),
        SCENE(who_meets_one_two_ahead_starts_over_with_it),
        SCENE(who_is_one_behind_or_has_the_same_tables_does_not_start_over),
        SCENE(a_stranger_two_ahead_gets_a_hello_and_changes_nothing_yet),
    };

    return RUN_TESTS(tests);
}
