/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/large.h"
#include "tests/unit/node/scene.h"

#include <string.h>

#include "node/core.h"
#include "node/slot_pull.h"

/* The peer probes the node and shows digests; `slots` says whether its map differs. */
static void show(struct scene *s, bool slots, uint64_t era)
{
    struct felt_message m = {.type = FELT_MESSAGE_PROBE};

    m.probe.target = bench_self(&s->b).id;
    m.probe.digest.era = era;
    m.probe.digest.members = felt_members_digest(s->b.node->members);
    m.probe.digest.slots = felt_slot_map_digest(s->b.node->map) + slots;
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
}

/* One run over the whole network of 255 slots. */
static struct felt_message whole(const struct felt_id *owner, uint64_t era, uint32_t seq)
{
    struct felt_message m = {.type = FELT_MESSAGE_SLOTS};

    m.slots.era = era;
    m.slots.total = 255;
    m.slots.n = 1;
    m.slots.runs[0] = (struct felt_run){.count = 255, .owner = *owner, .term = era, .seq = seq};
    return m;
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

    show(s, true, 2);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PULL_SLOTS, &m));
    assert_int_equal(m.pull_slots.first, 0);
}

/* G-4.2.5 */
static void a_part_of_the_map_is_asked_on_as_soon_as_it_has_come(void **state)
{
    struct scene *s = *state;
    struct felt_message part = whole(&s->p.identity.id, 3, 0), m;

    show(s, true, 3);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PULL_SLOTS, &m));
    part.slots.runs[0].count = 100;
    peer_tell(&s->p, &s->b, &part);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_PULL_SLOTS, &m)); /* more may follow */
    m = (struct felt_message){
        .type = FELT_MESSAGE_ANSWERED,
        .answered = {.question = FELT_MESSAGE_PULL_SLOTS, .more = true, .next = 100}};
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PULL_SLOTS, &m));
    assert_int_equal(m.pull_slots.first, 100);
}

/* G-4.2.6 */
static void an_answer_that_does_not_help_is_not_asked_for_again_at_once(void **state)
{
    struct scene *s = *state;
    struct felt_message m,
        end = {.type = FELT_MESSAGE_ANSWERED,
               .answered = {.question = FELT_MESSAGE_PULL_SLOTS, .more = true, .next = 100}};

    show(s, true, 3);
    peer_tell(&s->p, &s->b, &end);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_PULL_SLOTS, &m));
}

/* G-4.2.6 */
static void a_silent_owner_of_a_later_map_is_asked_less_and_less(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    felt_usec last = s->b.now, gap = 0;
    int n = 1;

    show(s, true, 3);
    while (n < 5) {
        bench_wait(&s->b, 50 * FELT_USEC_MS);
        if (!peer_reads(&s->p, &s->b, FELT_MESSAGE_PULL_SLOTS, &m))
            continue;
        assert_true(s->b.now - last > gap);
        gap = s->b.now - last;
        last = s->b.now;
        n++;
    }
}

/* G-4.2.6 */
static void after_a_silence_another_owner_of_a_later_map_is_asked_at_once(void **state)
{
    struct scene *s = *state;
    struct felt_message probe = {.type = FELT_MESSAGE_PROBE}, m;

    probe.probe.target = bench_self(&s->b).id;
    probe.probe.digest.era = 3;
    peer_join(&s->q, &s->b);
    peer_tell(&s->p, &s->b, &probe);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_PULL_SLOTS, &m));
    peer_tell(&s->q, &s->b, &probe);
    assert_false(peer_reads(&s->q, &s->b, FELT_MESSAGE_PULL_SLOTS, &m)); /* one at a time */
    bench_wait(&s->b, 500 * FELT_USEC_MS);
    peer_tell(&s->q, &s->b, &probe);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_PULL_SLOTS, &m));
}

static bool is_rumour(const struct felt_node *node, uint32_t slot)
{
    const struct felt_rumour *rumour;

    for (uint32_t k = 0; (rumour = felt_rumours_peek(node->rumours, FELT_RUMOUR_SLOTS, k)); k++)
        if (rumour->key == slot)
            return true;
    return false;
}

/* G-4.4.4 */
static void slots_that_were_pulled_are_not_told_on_and_others_are(void **state)
{
    struct scene *s = *state;
    struct felt_message m = whole(&s->p.identity.id, 1, 9), question;

    show(s, true, 1);
    s->b.now += FELT_DIFFERENCE_SPREAD;
    show(s, true, 1);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SYNC_SLOTS, &question));
    m.slots.first = 250;
    m.slots.runs[0].count = 5;
    peer_tell(&s->p, &s->b, &m);
    assert_true(felt_slot_map_owns(s->b.node->map, &s->p.identity.id, 250));
    assert_false(is_rumour(s->b.node, 250));
    question = (struct felt_message){.type = FELT_MESSAGE_ANSWERED,
                                     .answered = {.question = FELT_MESSAGE_SYNC_SLOTS}};
    peer_tell(&s->p, &s->b, &question);
    assert_false(s->b.node->sync.slot_pull.running);
    m.slots.first = 240;
    peer_tell(&s->p, &s->b, &m);
    assert_true(is_rumour(s->b.node, 240));
}

/* G-4.2.1 */
static void that_no_slot_differs_ends_the_difference(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_ANSWERED,
                             .answered = {.question = FELT_MESSAGE_SYNC_SLOTS}};

    show(s, true, 1);
    s->b.now += FELT_DIFFERENCE_SPREAD;
    show(s, true, 1);
    assert_false(s->b.node->sync.slots.met);
    peer_tell(&s->p, &s->b, &m);
    assert_true(s->b.node->sync.slots.met);
    assert_int_equal(s->b.node->sync.slots.from, FELT_MEMBER_NONE);
}

/* ---- large maps ---- */

#define LATENCY (25 * FELT_USEC_MS)
#define RTT     (2 * LATENCY)
#define CONFIG  "{\"Network\":\"10.64.0.0/12\"}" /* 4,095 slots */

/* Two nodes, the second behind; how long it takes from the first question, in round trips. */
static unsigned round_trips(struct large *l, const struct large_state *old, unsigned lose_one_in)
{
    const struct large_state new = {.config = CONFIG, .era = 2, .owners = 1000, .seq = 1};
    felt_usec limit = LARGE_START + 30 * FELT_USEC_SEC, begin = 0;

    large_begin(l, LATENCY);
    large_start(l, &new, 2);
    large_start(l, old, 2);
    l->lose_one_in = lose_one_in;
    while (!large_same_slots(l, 0, 1)) {
        large_run(l, l->now + FELT_USEC_MS);
        if (begin == 0 && l->hosts[1].node->sync.slot_pull.running)
            begin = l->now;
        assert_true(l->now < limit);
    }
    return (unsigned)((l->now - begin + RTT - 1) / RTT);
}

/* G-4.2.5: each slot a run of its own, 200 letters. */
static void a_large_map_of_a_later_era_takes_a_few_round_trips(void **state)
{
    const struct large_state old = {.config = CONFIG, .era = 1, .owners = 1};
    struct large l;

    (void)state;
    assert_true(round_trips(&l, &old, 0) <= 6);
    assert_true(l.hosts[0].most <= 50);
    large_done(&l);
}

/* G-4.2.5 */
static void a_map_that_differs_everywhere_takes_no_more(void **state)
{
    const struct large_state old = {.config = CONFIG, .era = 2, .owners = 1};
    struct large l;

    (void)state;
    assert_true(round_trips(&l, &old, 0) <= 6);
    assert_true(l.hosts[0].most <= 50);
    assert_null(felt_rumours_peek(l.hosts[1].node->rumours, FELT_RUMOUR_SLOTS, 0));
    large_done(&l);
}

/* G-4.2.6 */
static void lost_slots_are_asked_for_again(void **state)
{
    const struct large_state old = {.config = CONFIG, .era = 1, .owners = 1};
    struct large l;

    (void)state;
    round_trips(&l, &old, 20);
    large_done(&l);
}

/* L-6.9.3 */
static void an_era_that_is_many_ahead_is_caught_up_with_and_said(void **state)
{
    struct scene *s = *state;
    struct felt_message m = whole(&s->p.identity.id, 1 + FELT_ORDER_FORCE, 0);

    show(s, true, 1 + FELT_ORDER_FORCE);
    peer_tell(&s->p, &s->b, &m);
    assert_true(bench_self(&s->b).era == 1 + FELT_ORDER_FORCE);
    assert_non_null(bench_event(&s->b, FELT_EVENT_FORCED));
    assert_true(felt_id_is_nobody(&bench_event(&s->b, FELT_EVENT_FORCED)->id));
    assert_non_null(bench_event(&s->b, FELT_EVENT_LEASE_LOST));
}

/* L-6.9.4 */
static void a_later_map_that_is_lost_again_is_not_waited_for(void **state)
{
    struct scene *s = *state;
    struct felt_message part = whole(&s->p.identity.id, 1 + FELT_ORDER_FORCE, 0);

    part.slots.runs[0].count = 100;
    show(s, true, 1 + FELT_ORDER_FORCE);
    peer_tell(&s->p, &s->b, &part);
    assert_true(s->b.node->sync.slot_pull.running);
    show(s, false, 1); /* the disk of who forced it was lost */
    assert_false(s->b.node->sync.slot_pull.running);
    part = whole(&s->p.identity.id, 3, 0);
    assert_int_equal(peer_tell(&s->p, &s->b, &part), FELT_VERDICT_TAKEN);
    assert_true(bench_self(&s->b).era == 3);
}

/* L-2.4.1 */
static void the_one_that_is_asked_is_believed_where_it_is_of_an_earlier_era(void **state)
{
    struct scene *s = *state;
    struct felt_message part = whole(&s->p.identity.id, 1 + FELT_ORDER_FORCE, 0);

    part.slots.runs[0].count = 100;
    peer_tell(&s->p, &s->b, &part);
    part = whole(&s->p.identity.id, 3, 0); /* p has lost the later one, and never had the rest */
    part.slots.runs[0].count = 100;
    peer_tell(&s->p, &s->b, &part);
    part.slots.first = 100;
    part.slots.runs[0].count = 155;
    peer_tell(&s->p, &s->b, &part);
    assert_int_equal(bench_self(&s->b).era, 3);
}

/* L-6.9.4 */
static void who_does_not_answer_is_asked_for_a_later_map_eight_times(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    unsigned asked = 1;

    show(s, true, 1 + FELT_ORDER_FORCE);
    for (int k = 0; k < 1200; k++) { /* a minute */
        bench_wait(&s->b, 50 * FELT_USEC_MS);
        asked += peer_reads(&s->p, &s->b, FELT_MESSAGE_PULL_SLOTS, &m);
    }
    assert_int_equal(asked, 8);
    assert_false(s->b.node->sync.slot_pull.running);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(newer_entries_are_merged_and_reported),
        SCENE(a_fork_is_an_event_that_names_the_slot),
        SCENE(slots_of_another_network_are_malformed),
        SCENE(a_part_of_a_later_eras_map_changes_nothing_and_the_rest_is_pulled),
        SCENE(a_whole_map_of_a_later_era_is_taken_in_one_step_and_saved),
        SCENE(at_catching_up_the_map_is_merged_and_not_replaced),
        SCENE(a_digest_of_a_later_era_pulls_the_map),
        SCENE(a_part_of_the_map_is_asked_on_as_soon_as_it_has_come),
        SCENE(an_answer_that_does_not_help_is_not_asked_for_again_at_once),
        SCENE(a_silent_owner_of_a_later_map_is_asked_less_and_less),
        SCENE(after_a_silence_another_owner_of_a_later_map_is_asked_at_once),
        SCENE(slots_that_were_pulled_are_not_told_on_and_others_are),
        SCENE(that_no_slot_differs_ends_the_difference),
        cmocka_unit_test(a_large_map_of_a_later_era_takes_a_few_round_trips),
        cmocka_unit_test(a_map_that_differs_everywhere_takes_no_more),
        cmocka_unit_test(lost_slots_are_asked_for_again),
        SCENE(an_era_that_is_many_ahead_is_caught_up_with_and_said),
        SCENE(the_one_that_is_asked_is_believed_where_it_is_of_an_earlier_era),
        SCENE(a_later_map_that_is_lost_again_is_not_waited_for),
        SCENE(who_does_not_answer_is_asked_for_a_later_map_eight_times),
    };

    return RUN_TESTS(tests);
}
