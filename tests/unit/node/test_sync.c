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
    show(s, true, true, 1); /* one pull at a time */
    assert_false(asked(s, FELT_MESSAGE_SYNC_MEMBERS));
    assert_false(asked(s, FELT_MESSAGE_SYNC_SLOTS));
}

/* G-4.2.1: it is over at once, and the tables still differ: they disagree. */
static void pulls_begin_at_most_twice_a_second(void **state)
{
    struct scene *s = *state;
    struct felt_message members = {.type = FELT_MESSAGE_SUMMARY}, slots;
    unsigned n = 0;

    members.summary.n = 1;
    members.summary.entries[0] = (struct felt_summary_entry){.id = s->p.identity.id};
    slots = (struct felt_message){.type = FELT_MESSAGE_ANSWERED,
                                  .answered = {.question = FELT_MESSAGE_SYNC_MEMBERS}};
    show(s, true, false, 1);
    s->b.now += FELT_DIFFERENCE_SPREAD;
    for (int k = 0; k < 100; k++) {
        s->b.now += FELT_USEC_SEC / 20;
        show(s, true, false, 1);
        if (!asked(s, FELT_MESSAGE_SYNC_MEMBERS))
            continue;
        n++;
        peer_begin(&s->p);
        peer_write(&s->p, &members);
        peer_write(&s->p, &slots);
        peer_send(&s->p, &s->b);
        assert_null(s->b.node->sync.member_pull);
    }
    assert_in_range(n, 9, 11);
}

static void the_deadline_is_that_of_what_was_asked(void **state)
{
    struct scene *s = *state;

    assert_true(felt_sync_deadline(s->b.node) == FELT_USEC_NEVER);
    show(s, true, false, 1);
    s->b.now += FELT_DIFFERENCE_SPREAD;
    show(s, true, false, 1);
    assert_true(felt_sync_deadline(s->b.node) > s->b.now);
    assert_true(felt_sync_deadline(s->b.node) <= s->b.now + FELT_USEC_SEC);
    assert_true(s->b.effects.deadline <= felt_sync_deadline(s->b.node));
}

/* G-4.2.6 */
static void patience_is_that_of_the_round_trip_and_doubles_with_each_silence(void **state)
{
    struct scene *s = *state;
    uint32_t p = felt_members_find(s->b.node->members, &s->p.identity.id);
    struct felt_contact *contact = felt_members_contact(s->b.node->members, p);

    assert_true(felt_sync_patience(s->b.node, p, 0) == 500 * FELT_USEC_MS);
    felt_rtt_measured(&contact->rtt, FELT_USEC_MS);
    assert_true(felt_sync_patience(s->b.node, p, 0) == 200 * FELT_USEC_MS);
    assert_true(felt_sync_patience(s->b.node, p, 1) == 400 * FELT_USEC_MS);
    assert_true(felt_sync_patience(s->b.node, p, 4) == 3200 * FELT_USEC_MS);
    assert_true(felt_sync_patience(s->b.node, p, 5) == 3200 * FELT_USEC_MS);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(equal_digests_ask_for_nothing),
        SCENE(digests_that_differ_for_two_seconds_are_asked_about),
        SCENE(pulls_begin_at_most_twice_a_second),
        SCENE(a_digest_that_agrees_in_between_begins_the_time_anew),
        SCENE(the_deadline_is_that_of_what_was_asked),
        SCENE(patience_is_that_of_the_round_trip_and_doubles_with_each_silence),
    };

    return RUN_TESTS(tests);
}
