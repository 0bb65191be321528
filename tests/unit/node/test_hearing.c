/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include "node/core.h"

#define LEASE (60 * FELT_USEC_SEC)

/* p is dead, and the lease time is a minute: a tick is a second. */
static void let_die(struct scene *s)
{
    uint32_t p = felt_members_find(s->b.node->members, &s->p.identity.id);

    s->b.node->lease_time_us = LEASE;
    felt_members_set_state(s->b.node->members, p, FELT_MEMBER_DEAD, 0);
    s->b.node->hearing.next_us = s->b.now;
}

static void tick(struct scene *s, felt_usec after)
{
    s->b.now += after;
    felt_members_set_state(s->b.node->members,
                           felt_members_find(s->b.node->members, &s->p.identity.id),
                           FELT_MEMBER_DEAD, 0);
    bench_wait(&s->b, 0);
    bench_settle(&s->b);
}

static felt_usec of_p(const struct scene *s)
{
    return felt_silence_of(s->b.node->hearing.silence, &s->p.identity.id);
}

/* L-6.5.1 */
static void silence_counts_by_ticks_and_one_at_a_time_after_a_long_sleep(void **state)
{
    struct scene *s = *state;

    let_die(s);
    tick(s, 0);
    assert_true(s->b.node->hearing.majority);
    assert_true(of_p(s) == FELT_USEC_SEC);
    tick(s, FELT_USEC_SEC);
    assert_true(of_p(s) == 2 * FELT_USEC_SEC);
    tick(s, 3600 * FELT_USEC_SEC);
    assert_true(of_p(s) == 3 * FELT_USEC_SEC);
}

/* L-6.5.1 */
static void who_is_cut_off_from_the_majority_does_not_count(void **state)
{
    struct scene *s = *state;

    let_die(s);
    for (uint32_t slot = 0; slot < 255; slot++)
        if (slot != bench_self(&s->b).lease_slot)
            felt_slot_map_give(s->b.node->map, slot, &s->p.identity.id);
    tick(s, 0);
    tick(s, FELT_USEC_SEC);
    assert_false(s->b.node->hearing.majority);
    assert_true(of_p(s) == 0);
}

/* L-6.5.3, L-6.6.1 */
static void an_owner_lapses_at_the_lease_time_and_never_where_there_is_none(void **state)
{
    struct scene *s = *state;
    struct felt_id p = s->p.identity.id;
    uint32_t i = felt_members_find(s->b.node->members, &p);

    let_die(s);
    felt_silence_learn(s->b.node->hearing.silence, &p, LEASE - FELT_USEC_SEC);
    assert_false(felt_hearing_lapsed(s->b.node, &p, false));
    assert_true(felt_hearing_lapsed(s->b.node, &p, true));
    felt_silence_learn(s->b.node->hearing.silence, &p, LEASE);
    assert_true(felt_hearing_lapsed(s->b.node, &p, false));
    s->b.node->lease_time_us = 0;
    assert_false(felt_hearing_lapsed(s->b.node, &p, true));
    s->b.node->lease_time_us = LEASE;
    felt_members_set_state(s->b.node->members, i, FELT_MEMBER_ALIVE, 1);
    assert_false(felt_hearing_lapsed(s->b.node, &p, true));
}

/* L-6.5.2 */
static void who_has_no_map_yet_is_told_of_silences_beside_it(void **state)
{
    struct scene *s = *state;
    struct felt_message pull = {.type = FELT_MESSAGE_PULL_SLOTS}, told;

    felt_silence_learn(s->b.node->hearing.silence, &s->q.identity.id, 90 * FELT_USEC_SEC);
    peer_tell(&s->p, &s->b, &pull);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SILENCES, &told));
    assert_int_equal(told.silences.n, 1);
    assert_true(felt_id_equal(&told.silences.entries[0].id, &s->q.identity.id));
    assert_true(told.silences.entries[0].seconds == 90);
    pull.pull_slots.era = 1;
    peer_tell(&s->p, &s->b, &pull);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SILENCES, &told));
}

/* L-6.5.2 */
static void who_has_ticked_itself_takes_no_silence_of_others(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_SILENCES};

    m.silences.n = 1;
    m.silences.entries[0] = (struct felt_silent){.id = s->q.identity.id, .seconds = 90};
    s->b.node->hearing.ticks = 1;
    peer_tell(&s->p, &s->b, &m);
    assert_int_equal(felt_silence_count(s->b.node->hearing.silence), 0);
    s->b.node->hearing.ticks = 0;
    peer_tell(&s->p, &s->b, &m);
    assert_true(felt_silence_of(s->b.node->hearing.silence, &s->q.identity.id) ==
                90 * FELT_USEC_SEC);
}

/* L-6.6.1 */
static void a_welcome_says_the_lease_time(void **state)
{
    struct scene *s = *state;
    struct felt_message welcome;

    felt_setter_lease_time(s->b.node, 3600 * FELT_USEC_SEC);
    peer_asks(&s->q, &s->b);
    assert_true(peer_is_welcomed(&s->q, &s->b, &welcome));
    assert_true(welcome.welcome.lease_time == 3600);
}

/* L-6.6.2 */
static void a_shorter_lease_time_makes_nobody_lapse_who_was_seldom_looked_at(void **state)
{
    struct scene *s = *state;
    struct felt_id p = s->p.identity.id;

    let_die(s);
    felt_hearing_lease_time(s->b.node, 24 * 3600 * FELT_USEC_SEC);
    assert_true(s->b.node->hearing.next_us == s->b.now + FELT_HEARING_TICK_MAX);
    for (int k = 0; k < 59; k++)
        tick(s, FELT_HEARING_TICK_MAX);
    assert_true(of_p(s) == 59 * FELT_HEARING_TICK_MAX); /* half an hour */
    felt_hearing_lease_time(s->b.node, LEASE);
    assert_true(of_p(s) == 59 * FELT_USEC_SEC);
    assert_false(felt_hearing_lapsed(s->b.node, &p, false));
    tick(s, FELT_USEC_SEC); /* the next look is by the new ticks */
    assert_true(felt_hearing_lapsed(s->b.node, &p, false));
}

/* L-6.6.2 */
static void a_longer_lease_time_keeps_what_was_counted_and_begins_a_tick(void **state)
{
    struct scene *s = *state;

    let_die(s);
    tick(s, 0);
    tick(s, FELT_USEC_SEC);
    felt_hearing_lease_time(s->b.node, 24 * 3600 * FELT_USEC_SEC);
    assert_true(of_p(s) == 2 * FELT_USEC_SEC);
    tick(s, FELT_USEC_SEC); /* no tick of half a minute after a second */
    assert_true(of_p(s) == 2 * FELT_USEC_SEC);
    tick(s, FELT_HEARING_TICK_MAX);
    assert_true(of_p(s) == 2 * FELT_USEC_SEC + FELT_HEARING_TICK_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(silence_counts_by_ticks_and_one_at_a_time_after_a_long_sleep),
        SCENE(who_is_cut_off_from_the_majority_does_not_count),
        SCENE(an_owner_lapses_at_the_lease_time_and_never_where_there_is_none),
        SCENE(who_has_no_map_yet_is_told_of_silences_beside_it),
        SCENE(who_has_ticked_itself_takes_no_silence_of_others),
        SCENE(a_welcome_says_the_lease_time),
        SCENE(a_shorter_lease_time_makes_nobody_lapse_who_was_seldom_looked_at),
        SCENE(a_longer_lease_time_keeps_what_was_counted_and_begins_a_tick),
    };

    return RUN_TESTS(tests);
}
