/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <string.h>

#include "node/core.h"

/* The peer probes the node and shows digests; `members` and `slots` say which of them differ. */
static void show(struct scene *s, bool members, bool slots, uint64_t era)
{
    struct felt_message m = {.type = FELT_MESSAGE_PROBE};

    m.probe.target = bench_self(&s->b).id;
    m.probe.digest.era = era;
    m.probe.digest.members = felt_members_digest(s->b.node->members) + members;
    m.probe.digest.slots = felt_slot_map_digest(s->b.node->map) + slots;
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
}

static bool asked(struct scene *s, enum felt_message_type type)
{
    struct felt_message m;

    return peer_reads(&s->p, &s->b, type, &m);
}

/* One run over the whole network of 255 slots. */
static struct felt_message whole(const struct felt_id *owner, uint64_t era, uint32_t seq)
{
    struct felt_message m = {.type = FELT_MESSAGE_SLOTS};

    m.slots.era = era;
    m.slots.save = 1;
    m.slots.total = 255;
    m.slots.n = 1;
    m.slots.runs[0] = (struct felt_run){.count = 255, .owner = *owner, .term = era, .seq = seq};
    return m;
}

/* G-4.2.1 */
static void equal_digests_ask_for_nothing(void **state)
{
    struct scene *s = *state;

    for (int i = 0; i < 50; i++) {
        s->b.now += FELT_USEC_SEC;
        show(s, false, false, 1);
        assert_false(asked(s, FELT_MESSAGE_SYNC_MEMBERS));
        assert_false(asked(s, FELT_MESSAGE_SYNC_SLOTS));
    }
}

/* G-4.2.1 */
static void digests_that_differ_for_two_seconds_are_asked_about(void **state)
{
    struct scene *s = *state;

    show(s, true, true, 1);
    s->b.now += 2 * FELT_USEC_SEC - 1;
    show(s, true, true, 1);
    assert_false(asked(s, FELT_MESSAGE_SYNC_MEMBERS));
    assert_false(asked(s, FELT_MESSAGE_SYNC_SLOTS));
    s->b.now += 1;
    show(s, true, true, 1);
    assert_true(asked(s, FELT_MESSAGE_SYNC_MEMBERS));
    assert_true(asked(s, FELT_MESSAGE_SYNC_SLOTS));
    show(s, true, true, 1); /* at most twice a second */
    assert_false(asked(s, FELT_MESSAGE_SYNC_MEMBERS));
    assert_false(asked(s, FELT_MESSAGE_SYNC_SLOTS));
    s->b.now += FELT_USEC_SEC / 2;
    show(s, true, true, 1);
    assert_true(asked(s, FELT_MESSAGE_SYNC_MEMBERS));
}

/* G-4.2.1 */
static void a_digest_that_agrees_in_between_begins_the_time_anew(void **state)
{
    struct scene *s = *state;

    show(s, true, false, 1);
    s->b.now += FELT_USEC_SEC;
    show(s, false, false, 1);
    s->b.now += FELT_USEC_SEC;
    show(s, true, false, 1);
    assert_false(asked(s, FELT_MESSAGE_SYNC_MEMBERS));
}

/* G-4.2.2 */
static void buckets_that_differ_are_answered_with_a_summary_of_their_members(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_SYNC_MEMBERS}, answer;

    memcpy(m.sync_members.hashes, felt_members_buckets(s->b.node->members),
           sizeof(m.sync_members.hashes));
    peer_tell(&s->p, &s->b, &m);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SUMMARY, &answer));
    memset(m.sync_members.hashes, 0, sizeof(m.sync_members.hashes));
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SUMMARY, &answer));
    assert_int_equal(answer.summary.n, 2);
}

/* G-4.2.2 */
static void what_a_summary_has_and_we_do_not_is_fetched(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_SUMMARY}, answer;

    m.summary.n = 3;
    m.summary.entries[0] = (struct felt_summary_entry){
        .id = s->q.identity.id, .version = 1, .state = FELT_LIVENESS_ALIVE}; /* unknown */
    m.summary.entries[1] = (struct felt_summary_entry){
        .id = s->p.identity.id, .version = 1, .state = FELT_LIVENESS_ALIVE}; /* as ours */
    m.summary.entries[2] = (struct felt_summary_entry){
        .id = bench_self(&s->b).id, .version = UINT64_MAX}; /* of us we know best */
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_FETCH, &answer));
    assert_int_equal(answer.fetch.n, 1);
    assert_true(felt_id_equal(&answer.fetch.ids[0], &s->q.identity.id));
    m.summary.n = 1;
    m.summary.entries[0] = (struct felt_summary_entry){.id = s->p.identity.id, .version = 2};
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_FETCH, &answer)); /* newer than ours */
}

/* G-4.2.2, G-2.4 */
static void what_is_fetched_comes_with_how_it_stands(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_FETCH}, answer;

    m.fetch.n = 2;
    m.fetch.ids[0] = s->q.identity.id; /* we have none */
    m.fetch.ids[1] = bench_self(&s->b).id;
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_DESCRIPTOR, &answer));
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_LIVENESS, &answer));
    assert_int_equal(peer_got(&s->p, &s->b), 1);
}

/* G-4.2.2 */
static void buckets_of_slots_that_differ_come_as_slots(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_SYNC_SLOTS}, answer;

    m.sync_slots.era = 1;
    memcpy(m.sync_slots.hashes, felt_slot_map_buckets(s->b.node->map), sizeof(m.sync_slots.hashes));
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
    m.sync_slots.hashes[5]++;
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
    assert_int_equal(answer.slots.first, 20); /* ceil(5 * 255 / 64) */
    m.sync_slots.era = 2;
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_BUSY);
}

/* L-3.2.3 */
static void no_slots_leave_while_a_gift_is_not_durable(void **state)
{
    struct scene *s = *state;
    struct felt_message pull = {.type = FELT_MESSAGE_PULL_SLOTS}, answer;
    struct felt_message sync = {.type = FELT_MESSAGE_SYNC_SLOTS, .sync_slots = {.era = 1}};
    uint8_t cookie[FELT_COOKIE_LEN];
    uint64_t save;

    assert_int_equal(peer_tell(&s->p, &s->b, &pull), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
    peer_cookie(&s->q, &s->b, cookie);
    peer_write_join(&s->q, 1, cookie, NULL);
    peer_send(&s->q, &s->b);
    save = s->b.effects.state_save;
    assert_int_equal(peer_tell(&s->p, &s->b, &pull), FELT_VERDICT_BUSY);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
    assert_int_equal(peer_tell(&s->p, &s->b, &sync), FELT_VERDICT_BUSY);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    assert_int_equal(peer_tell(&s->p, &s->b, &pull), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
}

static void a_pull_from_beyond_the_network_gets_nothing(void **state)
{
    struct scene *s = *state;
    struct felt_message pull = {.type = FELT_MESSAGE_PULL_SLOTS}, answer;

    pull.pull_slots.first = UINT32_MAX;
    peer_tell(&s->p, &s->b, &pull);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &answer));
}

/* L-2.3.2 */
static void newer_entries_are_merged_and_reported(void **state)
{
    struct scene *s = *state;
    struct felt_message m = whole(&s->p.identity.id, 1, 9);

    m.slots.first = 250;
    m.slots.runs[0].count = 5;
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_non_null(bench_event(&s->b, FELT_EVENT_PEER_CHANGED));
    assert_true(felt_slot_map_owns(s->b.node->map, &s->p.identity.id, 250));
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN); /* stale is no refusal */
    assert_null(bench_event(&s->b, FELT_EVENT_PEER_CHANGED));
}

/* L-2.1.2 */
static void a_fork_is_an_event_that_names_the_slot(void **state)
{
    struct scene *s = *state;
    struct felt_message m = whole(&s->q.identity.id, 1, 0);

    m.slots.first = 7;
    m.slots.runs[0].count = 1;
    peer_tell(&s->p, &s->b, &m);
    assert_non_null(bench_event(&s->b, FELT_EVENT_FORK));
    assert_int_equal(bench_event(&s->b, FELT_EVENT_FORK)->slot, 7);
}

/* L-2.3.1 */
static void slots_of_another_network_are_malformed(void **state)
{
    struct scene *s = *state;
    struct felt_message m = whole(&s->p.identity.id, 1, 9);

    m.slots.total = 256;
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_MALFORMED);
    m.slots.era = 2; /* of a later era, too */
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_MALFORMED);
    assert_int_equal(bench_self(&s->b).era, 1);
}

/* L-2.4.1 */
static void a_part_of_a_later_eras_map_changes_nothing_and_the_rest_is_pulled(void **state)
{
    struct scene *s = *state;
    struct felt_message m = whole(&s->p.identity.id, 3, 0);
    uint64_t before = felt_slot_map_digest(s->b.node->map);

    m.slots.runs[0].count = 100;
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_true(felt_slot_map_digest(s->b.node->map) == before);
    assert_int_equal(bench_self(&s->b).era, 1);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PULL_SLOTS, &m));
    assert_int_equal(m.pull_slots.first, 100);
    bench_wait(&s->b, FELT_USEC_SEC); /* no answer: asked again */
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PULL_SLOTS, &m));
}

/* L-2.4.1, L-3.3.3 */
static void a_whole_map_of_a_later_era_is_taken_in_one_step_and_saved(void **state)
{
    struct scene *s = *state;
    struct felt_message m = whole(&s->p.identity.id, 3, 0);

    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_int_equal(bench_self(&s->b).era, 3);
    assert_int_equal(bench_self(&s->b).n_slots_own, 0);
    assert_non_null(bench_event(&s->b, FELT_EVENT_LEASE_LOST));
    assert_true(s->b.effects.state.len > 0);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &m));
}

/* L-2.4.2: what we gave in our own map is not undone by an earlier picture of it. */
static void at_catching_up_the_map_is_merged_and_not_replaced(void **state)
{
    struct scene *s = *state;
    struct felt_id self = bench_self(&s->b).id;
    struct felt_message m = whole(&self, 3, 0);
    uint32_t given = felt_slot_map_stake(s->b.node->map, &s->p.identity.id);

    m.slots.runs[0].term = 1; /* the era is later, its entries are from before the gift */
    peer_tell(&s->p, &s->b, &m);
    assert_int_equal(bench_self(&s->b).era, 3);
    assert_int_equal(felt_slot_map_stake(s->b.node->map, &s->p.identity.id), given);
}

/* G-4.2.3 */
static void a_digest_of_a_later_era_pulls_the_map(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    show(s, false, true, 2);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PULL_SLOTS, &m));
    assert_int_equal(m.pull_slots.first, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(equal_digests_ask_for_nothing),
        SCENE(digests_that_differ_for_two_seconds_are_asked_about),
        SCENE(a_digest_that_agrees_in_between_begins_the_time_anew),
        SCENE(buckets_that_differ_are_answered_with_a_summary_of_their_members),
        SCENE(what_a_summary_has_and_we_do_not_is_fetched),
        SCENE(what_is_fetched_comes_with_how_it_stands),
        SCENE(buckets_of_slots_that_differ_come_as_slots),
        SCENE(no_slots_leave_while_a_gift_is_not_durable),
        SCENE(a_pull_from_beyond_the_network_gets_nothing),
        SCENE(newer_entries_are_merged_and_reported),
        SCENE(a_fork_is_an_event_that_names_the_slot),
        SCENE(slots_of_another_network_are_malformed),
        SCENE(a_part_of_a_later_eras_map_changes_nothing_and_the_rest_is_pulled),
        SCENE(a_whole_map_of_a_later_era_is_taken_in_one_step_and_saved),
        SCENE(at_catching_up_the_map_is_merged_and_not_replaced),
        SCENE(a_digest_of_a_later_era_pulls_the_map),
    };

    return RUN_TESTS(tests);
}
