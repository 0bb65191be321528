/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <string.h>

#include "lease/acceptor.h"
#include "node/core.h"

/* p gets so many slots from first on. */
static struct felt_message decision(const struct scene *s, uint64_t era, uint32_t first,
                                    uint32_t count)
{
    struct felt_message m = {.type = FELT_MESSAGE_DECISION};

    m.decision.era = era;
    m.decision.value.heir = s->p.identity.id;
    m.decision.value.n = 1;
    m.decision.value.ranges[0] = (struct felt_slot_range){.first = first, .count = count};
    return m;
}

static struct felt_acceptor record(const struct scene *s, uint64_t round)
{
    struct felt_acceptor a = {.promised = {.round = round, .id = s->p.identity.id}};

    a.accepted = a.promised;
    a.value = decision(s, 2, (uint32_t)round, 1).decision.value;
    return a;
}

/* A run of p's in the network of 255 slots. */
static struct felt_message slots(const struct scene *s, uint64_t era, uint32_t first,
                                 uint32_t count)
{
    struct felt_message m = {.type = FELT_MESSAGE_SLOTS};

    m.slots.era = era;
    m.slots.total = 255;
    m.slots.first = first;
    m.slots.n = 1;
    m.slots.runs[0] =
        (struct felt_run){.count = count, .owner = s->p.identity.id, .term = era, .seq = 7};
    return m;
}

/* L-6.4.1 */
static void a_decision_gives_the_listed_slots_and_empties_the_record(void **state)
{
    struct scene *s = *state;
    struct felt_message m = decision(s, 2, 10, 5);
    uint32_t own = bench_self(&s->b).n_slots_own;

    s->b.node->acceptor = record(s, 3);
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_true(bench_self(&s->b).era == 2);
    assert_int_equal(bench_self(&s->b).n_slots_own, own - 5);
    assert_true(felt_slot_map_get(s->b.node->map, 12).term == 2);
    assert_true(felt_slot_map_get(s->b.node->map, 15).term == 1);
    assert_true(felt_ballot_is_none(&s->b.node->acceptor.promised));
    assert_non_null(bench_event(&s->b, FELT_EVENT_RECLAIMED));
    assert_int_equal(bench_event(&s->b, FELT_EVENT_RECLAIMED)->n_slots, 5);
    assert_true(s->b.effects.state.len > 0);
}

/* L-6.4.1 */
static void who_loses_its_lease_to_a_decision_stops_using_it(void **state)
{
    struct scene *s = *state;
    uint32_t lease = bench_self(&s->b).lease_slot;
    struct felt_message m = decision(s, 2, lease, 1);

    peer_tell(&s->p, &s->b, &m);
    assert_non_null(bench_event(&s->b, FELT_EVENT_LEASE_LOST));
    assert_int_equal(bench_event(&s->b, FELT_EVENT_LEASE_LOST)->slot, lease);
    bench_settle(&s->b);
    assert_true(bench_self(&s->b).has_lease);
    assert_int_not_equal(bench_self(&s->b).lease_slot, lease);
}

static void only_the_next_eras_decision_is_taken(void **state)
{
    struct scene *s = *state;
    struct felt_message same = decision(s, 1, 10, 5), far = decision(s, 3, 10, 5),
                        beyond = decision(s, 2, 250, 6);

    same.decision.era = 2;
    peer_tell(&s->p, &s->b, &far);
    assert_true(bench_self(&s->b).era == 1);
    assert_int_equal(peer_tell(&s->p, &s->b, &beyond), FELT_VERDICT_MALFORMED);
    peer_tell(&s->p, &s->b, &same);
    bench_settle(&s->b);
    assert_true(bench_self(&s->b).era == 2);
    peer_tell(&s->p, &s->b, &same); /* again: a gift since then must not be undone */
    assert_null(bench_event(&s->b, FELT_EVENT_RECLAIMED));
    assert_true(bench_self(&s->b).era == 2);
}

/* L-6.4.2 */
static void a_learner_tells_members_at_once(void **state)
{
    struct scene *s = *state;
    struct felt_message m = decision(s, 2, 10, 5), told;

    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_DECISION, &told)); /* there is nobody else */
    assert_true(told.decision.era == 2);
    assert_memory_equal(&told.decision.value.ranges[0], &m.decision.value.ranges[0],
                        sizeof(struct felt_slot_range));
}

/* L-6.4.2 */
static void who_shows_a_digest_of_the_era_before_is_told(void **state)
{
    struct scene *s = *state;
    struct felt_message m = decision(s, 2, 10, 5), probe = {.type = FELT_MESSAGE_PROBE}, told;

    peer_tell(&s->p, &s->b, &m);
    bench_settle(&s->b);
    probe.probe.target = bench_self(&s->b).id;
    probe.probe.digest.era = 1;
    peer_tell(&s->p, &s->b, &probe);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_DECISION, &told));
}

/* L-6.4.2, L-2.4.1 */
static void who_pulls_gets_the_decision_if_one_behind_and_else_the_map(void **state)
{
    struct scene *s = *state;
    struct felt_message m = decision(s, 2, 10, 5), pull = {.type = FELT_MESSAGE_PULL_SLOTS}, told;

    peer_tell(&s->p, &s->b, &m);
    bench_settle(&s->b);
    pull.pull_slots.era = 1;
    peer_tell(&s->p, &s->b, &pull);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_DECISION, &told));
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &told));
    pull.pull_slots.era = 0;
    peer_tell(&s->p, &s->b, &pull);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &told));
    /* Not knowing the decision itself, it shows the map. */
    s->b.node->decision.era = 0;
    pull.pull_slots.era = 1;
    peer_tell(&s->p, &s->b, &pull);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &told));
}

/* L-6.2.2 */
static void slots_carry_the_record(void **state)
{
    struct scene *s = *state;
    struct felt_message pull = {.type = FELT_MESSAGE_PULL_SLOTS}, told;

    s->b.node->acceptor = record(s, 3);
    peer_tell(&s->p, &s->b, &pull);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &told));
    assert_true(told.slots.record.accepted.round == 3);
    assert_int_equal(told.slots.record.value.ranges[0].first, 3);
}

/* L-2.3.2, L-6.2.1 */
static void the_record_of_the_same_era_is_merged_and_that_of_an_earlier_one_is_not(void **state)
{
    struct scene *s = *state;
    struct felt_message m = slots(s, 1, 20, 1), d = decision(s, 2, 10, 5);

    m.slots.record = record(s, 3);
    peer_tell(&s->p, &s->b, &m);
    assert_true(felt_slot_map_owns(s->b.node->map, &s->p.identity.id, 20));
    assert_true(s->b.node->acceptor.accepted.round == 3);
    m.slots.record = record(s, 2);
    peer_tell(&s->p, &s->b, &m);
    assert_true(s->b.node->acceptor.accepted.round == 3);
    peer_tell(&s->p, &s->b, &d);
    bench_settle(&s->b);
    m = slots(s, 1, 21, 1); /* p has not heard of era 2 */
    m.slots.record = record(s, 9);
    peer_tell(&s->p, &s->b, &m);
    assert_true(felt_slot_map_owns(s->b.node->map, &s->p.identity.id, 21));
    assert_true(felt_ballot_is_none(&s->b.node->acceptor.promised));
}

/* L-2.4.1 */
static void with_a_later_eras_map_come_the_records_of_all_its_messages(void **state)
{
    struct scene *s = *state;
    struct felt_message first = slots(s, 4, 0, 100), rest = slots(s, 4, 100, 155);

    s->b.node->acceptor = record(s, 200);
    first.slots.record = record(s, 8);
    rest.slots.record = record(s, 5);
    peer_tell(&s->p, &s->b, &first);
    assert_true(s->b.node->acceptor.accepted.round == 200);
    peer_tell(&s->p, &s->b, &rest);
    assert_true(bench_self(&s->b).era == 4);
    assert_true(s->b.node->acceptor.accepted.round == 8);
    assert_true(s->b.effects.state.len > 0);
    assert_true(s->b.node->decision.era == 0);
}

/* L-6.2.3, L-6.5.2, L-6.6.1 */
static void record_decision_silences_and_lease_time_survive_a_restart(void **state)
{
    struct scene *s = *state;
    struct felt_node_config config = bench_config();
    struct felt_message m = decision(s, 2, 10, 5), p = {.type = FELT_MESSAGE_PREPARE};
    uint8_t *saved;
    struct bench again;

    felt_setter_lease_time(s->b.node, 3600 * FELT_USEC_SEC);
    assert_int_equal(
        felt_silence_learn(s->b.node->hearing.silence, &s->p.identity.id, 90 * FELT_USEC_SEC), 0);
    peer_tell(&s->p, &s->b, &m);
    bench_settle(&s->b);
    p.prepare.era = 2;
    p.prepare.round = 6;
    peer_tell(&s->p, &s->b, &p);
    saved = malloc(s->b.effects.state.len);
    assert_non_null(saved);
    memcpy(saved, s->b.effects.state.data, s->b.effects.state.len);
    config.state = felt_bytes(saved, s->b.effects.state.len);
    bench_new(&again, &config);
    assert_true(again.node->acceptor.promised.round == 6);
    assert_true(again.node->decision.era == 2);
    assert_int_equal(again.node->decision.value.ranges[0].first, 10);
    assert_true(felt_silence_of(again.node->hearing.silence, &s->p.identity.id) ==
                90 * FELT_USEC_SEC);
    assert_true(again.node->lease_time_us == 3600 * FELT_USEC_SEC);
    bench_done(&again);
    free(saved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_decision_gives_the_listed_slots_and_empties_the_record),
        SCENE(who_loses_its_lease_to_a_decision_stops_using_it),
        SCENE(only_the_next_eras_decision_is_taken),
        SCENE(a_learner_tells_members_at_once),
        SCENE(who_shows_a_digest_of_the_era_before_is_told),
        SCENE(who_pulls_gets_the_decision_if_one_behind_and_else_the_map),
        SCENE(slots_carry_the_record),
        SCENE(the_record_of_the_same_era_is_merged_and_that_of_an_earlier_one_is_not),
        SCENE(with_a_later_eras_map_come_the_records_of_all_its_messages),
        SCENE(record_decision_silences_and_lease_time_survive_a_restart),
    };

    return RUN_TESTS(tests);
}
