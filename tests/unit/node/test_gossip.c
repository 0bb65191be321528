/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <string.h>

#include "node/core.h"

static struct felt_message probe_of(const struct felt_id *target)
{
    struct felt_message m = {.type = FELT_MESSAGE_PROBE, .probe = {.seq = 77, .target = *target}};

    return m;
}

static struct felt_message rumour(const struct felt_id *id, enum felt_liveness_state what,
                                  uint64_t incarnation)
{
    struct felt_message m = {.type = FELT_MESSAGE_LIVENESS};

    m.liveness.n = 1;
    m.liveness.entries[0] =
        (struct felt_liveness){.id = *id, .state = what, .incarnation = incarnation, .origin = 9};
    return m;
}

static const struct felt_member *member(const struct scene *s, const struct peer *p)
{
    uint32_t i = felt_members_find(s->b.node->members, &p->identity.id);

    assert_int_not_equal(i, FELT_MEMBER_NONE);
    return felt_members_peek(s->b.node->members, i);
}

/* G-4.1 */
static void a_probe_is_answered_with_its_number_and_our_digests(void **state)
{
    struct scene *s = *state;
    struct felt_id self = bench_self(&s->b).id;
    struct felt_message m = probe_of(&self);

    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_ACK, &m));
    assert_int_equal(m.ack.seq, 77);
    assert_int_equal(m.ack.digest.era, 1);
    assert_true(m.ack.digest.members == felt_members_digest(s->b.node->members));
    assert_true(m.ack.digest.slots == felt_slot_map_digest(s->b.node->map));
}

/* G-3.1.3 */
static void a_probe_of_somebody_else_is_not_answered(void **state)
{
    struct scene *s = *state;
    struct felt_message m = probe_of(&s->q.identity.id);

    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_MISDIRECTED);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_ACK, &m));
}

/* P-3.2.2, P-3.2.3 */
static void a_strangers_probe_is_answered_no_larger_and_changes_nothing(void **state)
{
    struct scene *s = *state;
    struct felt_id self = bench_self(&s->b).id;
    struct felt_message m = probe_of(&self);
    size_t asked;

    peer_begin(&s->q);
    peer_write(&s->q, &m);
    asked = peer_seal(&s->q).len;
    assert_int_equal(peer_send(&s->q, &s->b), FELT_VERDICT_STRANGER);
    assert_int_equal(peer_got(&s->q, &s->b), 1);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_ACK, &m));
    assert_in_range(s->b.effects.datagrams[0].bytes.len, 1, asked);
    assert_int_equal(bench_self(&s->b).n_members, 2);
}

/* G-2.2 */
static void a_descriptor_is_taken_once_and_only_with_its_signature(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_DESCRIPTOR};
    uint8_t body[FELT_DESCRIPTOR_MAX];

    m.descriptor.body = felt_bytes(body, felt_descriptor_encode(&s->q.descriptor, body));
    felt_identity_sign(&s->p.identity, m.descriptor.body, m.descriptor.signature);
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_FORGED); /* anothers signature */
    assert_int_equal(bench_self(&s->b).n_members, 2);
    felt_identity_sign(&s->q.identity, m.descriptor.body, m.descriptor.signature);
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_int_equal(bench_self(&s->b).n_members, 3);
    assert_non_null(bench_event(&s->b, FELT_EVENT_MEMBER_ALIVE));
    assert_non_null(bench_event(&s->b, FELT_EVENT_PEER_CHANGED));
    peer_tell(&s->p, &s->b, &m);
    assert_null(bench_event(&s->b, FELT_EVENT_MEMBER_ALIVE));
    assert_null(bench_event(&s->b, FELT_EVENT_PEER_CHANGED));
    m.descriptor.body = felt_bytes("nonsense", 8);
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_MALFORMED);
}

/* G-2.2 */
static void only_a_newer_descriptor_of_a_member_replaces_the_one_there_is(void **state)
{
    struct scene *s = *state;

    s->p.descriptor.mtu = 1234;
    peer_begin(&s->p);
    peer_write_self(&s->p);
    peer_send(&s->p, &s->b);
    assert_int_equal(bench_said_by(&s->b, &s->p.identity.id).mtu, 0);
    s->p.descriptor.version++;
    peer_begin(&s->p);
    peer_write_self(&s->p);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_TAKEN);
    assert_int_equal(bench_said_by(&s->b, &s->p.identity.id).mtu, 1234);
    assert_non_null(bench_event(&s->b, FELT_EVENT_PEER_CHANGED));
}

static void nobody_else_can_change_what_we_say_of_ourselves(void **state)
{
    struct scene *s = *state;
    struct felt_descriptor own = bench_said_by(&s->b, felt_node_id(s->b.node));
    struct felt_message m = {.type = FELT_MESSAGE_DESCRIPTOR};
    uint8_t body[FELT_DESCRIPTOR_MAX];

    own.version += 10;
    own.mtu = 9;
    m.descriptor.body = felt_bytes(body, felt_descriptor_encode(&own, body));
    felt_identity_sign(&s->b.node->identity, m.descriptor.body, m.descriptor.signature);
    peer_tell(&s->p, &s->b, &m);
    assert_int_equal(bench_said_by(&s->b, felt_node_id(s->b.node)).mtu, 0);
}

/* G-4.2.4 */
static void a_rumour_about_somebody_unknown_is_asked_about(void **state)
{
    struct scene *s = *state;
    struct felt_message m = rumour(&s->q.identity.id, FELT_LIVENESS_ALIVE, 5);

    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_FETCH, &m));
    assert_int_equal(m.fetch.n, 1);
    assert_true(felt_id_equal(&m.fetch.ids[0], &s->q.identity.id));
    assert_int_equal(bench_self(&s->b).n_members, 2);
}

/* G-3.2.4, G-3.2.1, G-1.2 */
static void deaths_and_returns_are_events_and_the_dead_keep_their_slots(void **state)
{
    struct scene *s = *state;
    uint32_t stake = felt_slot_map_stake(s->b.node->map, &s->p.identity.id);
    struct felt_message m = rumour(&s->p.identity.id, FELT_LIVENESS_DEAD, 3);

    /* p says so itself: good enough for a test */
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_non_null(bench_event(&s->b, FELT_EVENT_MEMBER_DEAD));
    assert_string_equal(bench_event(&s->b, FELT_EVENT_MEMBER_DEAD)->text, "peer");
    assert_int_equal(member(s, &s->p)->state, FELT_MEMBER_DEAD);
    assert_int_equal(felt_slot_map_stake(s->b.node->map, &s->p.identity.id), stake);
    m = rumour(&s->p.identity.id, FELT_LIVENESS_ALIVE, 4);
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_non_null(bench_event(&s->b, FELT_EVENT_MEMBER_ALIVE));
}

/* G-3.1.6 */
static void whoever_is_thought_dead_hears_it_in_whatever_we_send(void **state)
{
    struct scene *s = *state;
    struct felt_id self = bench_self(&s->b).id;
    struct felt_message m = rumour(&s->p.identity.id, FELT_LIVENESS_DEAD, 3);

    peer_tell(&s->p, &s->b, &m);
    m = probe_of(&self);
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_LIVENESS, &m));
    assert_true(felt_id_equal(&m.liveness.entries[0].id, &s->p.identity.id));
    assert_int_equal(m.liveness.entries[0].state, FELT_LIVENESS_DEAD);
    assert_true(m.liveness.entries[0].incarnation == 3);
}

/* G-3.4.1, G-2.3 */
static void a_rumour_about_ourselves_is_refuted_at_once(void **state)
{
    struct scene *s = *state;
    struct felt_id self = bench_self(&s->b).id;
    uint64_t own = felt_session_floor(1);
    struct felt_message m = rumour(&self, FELT_LIVENESS_SUSPECT, own);
    bool refuted = false;

    peer_tell(&s->p, &s->b, &m);
    for (int i = 0; i < 20 && !refuted; i++) {
        bench_wait(&s->b, 10 * FELT_USEC_MS);
        if (!peer_reads(&s->p, &s->b, FELT_MESSAGE_LIVENESS, &m))
            continue;
        for (uint32_t k = 0; k < m.liveness.n; k++)
            refuted |= felt_id_equal(&m.liveness.entries[k].id, &self) &&
                       m.liveness.entries[k].incarnation == own + 1 &&
                       m.liveness.entries[k].state == FELT_LIVENESS_ALIVE;
    }
    assert_true(refuted);
}

static void a_request_to_probe_somebody_unknown_is_refused(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_PROBE_REQUEST,
                             .probe_request = {.seq = 3, .target = s->q.identity.id}};

    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_STRANGER);
}

/* G-3.1.2 */
static void it_probes_for_another_and_passes_the_ack_on(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_PROBE_REQUEST,
                             .probe_request = {.seq = 3, .target = s->q.identity.id}};
    struct felt_message ack = {.type = FELT_MESSAGE_ACK};

    peer_join(&s->q, &s->b);
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_PROBE, &m));
    assert_true(felt_id_equal(&m.probe.target, &s->q.identity.id));
    ack.ack.seq = m.probe.seq;
    assert_int_equal(peer_tell(&s->q, &s->b, &ack), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_ACK, &m));
    assert_int_equal(m.ack.seq, 3);
}

/* G-4.3.1, G-4.4.1 */
static void news_is_told_a_few_times_and_then_there_is_silence(void **state)
{
    struct scene *s = *state;
    unsigned told = 0, last = 0;
    struct felt_message m;

    for (unsigned i = 0; i < 100; i++) {
        bench_wait(&s->b, 100 * FELT_USEC_MS);
        if (peer_got(&s->p, &s->b) == 0)
            continue;
        if (peer_reads(&s->p, &s->b, FELT_MESSAGE_PROBE, &m)) { /* stay alive */
            struct felt_message ack = {.type = FELT_MESSAGE_ACK};

            ack.ack.seq = m.probe.seq;
            ack.ack.digest = m.probe.digest;
            peer_tell(&s->p, &s->b, &ack);
            continue;
        }
        told++;
        last = i;
    }
    assert_in_range(told, 1, 20);
    assert_in_range(last, 0, 50);
    assert_true(felt_rumours_empty(s->b.node->rumours));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_probe_is_answered_with_its_number_and_our_digests),
        SCENE(a_probe_of_somebody_else_is_not_answered),
        SCENE(a_strangers_probe_is_answered_no_larger_and_changes_nothing),
        SCENE(a_descriptor_is_taken_once_and_only_with_its_signature),
        SCENE(only_a_newer_descriptor_of_a_member_replaces_the_one_there_is),
        SCENE(nobody_else_can_change_what_we_say_of_ourselves),
        SCENE(a_rumour_about_somebody_unknown_is_asked_about),
        SCENE(deaths_and_returns_are_events_and_the_dead_keep_their_slots),
        SCENE(whoever_is_thought_dead_hears_it_in_whatever_we_send),
        SCENE(a_rumour_about_ourselves_is_refuted_at_once),
        SCENE(a_request_to_probe_somebody_unknown_is_refused),
        SCENE(it_probes_for_another_and_passes_the_ack_on),
        SCENE(news_is_told_a_few_times_and_then_there_is_silence),
    };

    return RUN_TESTS(tests);
}
