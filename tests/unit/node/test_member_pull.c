/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/large.h"
#include "tests/unit/node/scene.h"

#include <string.h>

#include "node/core.h"
#include "node/member_pull.h"

/* ---- a peer on the bench ---- */

/* The peer shows that its members differ until the node asks. */
static void make_it_ask(struct scene *s)
{
    struct felt_message m = {.type = FELT_MESSAGE_PROBE};

    m.probe.target = bench_self(&s->b).id;
    m.probe.digest.members = felt_members_digest(s->b.node->members) + 1;
    if (!s->b.node->sync.members.hurry) {
        peer_tell(&s->p, &s->b, &m);
        s->b.now += FELT_DIFFERENCE_SPREAD;
    }
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SYNC_MEMBERS, &m));
}

static struct felt_message answered(bool more, uint32_t next)
{
    return (struct felt_message){
        .type = FELT_MESSAGE_ANSWERED,
        .answered = {.question = FELT_MESSAGE_SYNC_MEMBERS, .more = more, .next = next}};
}

/* One that says that node 2 is known there. */
static struct felt_message shows_q(const struct scene *s)
{
    struct felt_message m = {.type = FELT_MESSAGE_SUMMARY};

    m.summary.n = 1;
    m.summary.entries[0] =
        (struct felt_summary_entry){.id = s->q.identity.id, .version = 1, .incarnation = 5};
    return m;
}

static bool runs(const struct scene *s)
{
    return s->b.node->sync.member_pull != NULL;
}

/* G-4.2.2 */
static void what_a_summary_has_and_we_do_not_is_fetched(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_SUMMARY}, answer;

    make_it_ask(s);
    m.summary.n = 3;
    m.summary.entries[0] = (struct felt_summary_entry){.id = s->q.identity.id, .version = 1};
    m.summary.entries[1] = (struct felt_summary_entry){.id = s->p.identity.id, .version = 1};
    m.summary.entries[2] = (struct felt_summary_entry){.id = bench_self(&s->b).id, .version = 9};
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_FETCH, &answer));
    assert_int_equal(answer.fetch.n, 1);
    assert_true(felt_id_equal(&answer.fetch.ids[0], &s->q.identity.id));
    m.summary.n = 1;
    m.summary.entries[0] = (struct felt_summary_entry){.id = s->p.identity.id, .version = 2};
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_FETCH, &answer)); /* newer than ours */
    assert_true(felt_id_equal(&answer.fetch.ids[0], &s->p.identity.id));
    peer_tell(&s->p, &s->b, &m);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_FETCH, &answer)); /* it is on its way */
}

static void a_summary_that_nobody_asked_for_is_not_looked_at(void **state)
{
    struct scene *s = *state;
    struct felt_message m = shows_q(s), answer;

    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_FETCH, &answer));
    m = answered(true, 3);
    peer_tell(&s->p, &s->b, &m);
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SYNC_MEMBERS, &answer));
}

/* G-4.2.1 */
static void that_nothing_differs_ends_the_pull_and_the_difference(void **state)
{
    struct scene *s = *state;
    struct felt_message m = answered(false, 0);

    make_it_ask(s);
    assert_true(runs(s));
    assert_false(s->b.node->sync.members.met);
    peer_tell(&s->p, &s->b, &m);
    assert_false(runs(s));
    assert_true(s->b.node->sync.members.met);
    assert_int_equal(s->b.node->sync.members.from, FELT_MEMBER_NONE);
}

/* G-4.2.5: a small repair takes one question, one fetch and their answers. */
static void a_small_difference_ends_with_what_was_fetched(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    make_it_ask(s);
    peer_begin(&s->p);
    m = shows_q(s);
    peer_write(&s->p, &m);
    m = answered(false, 0);
    peer_write(&s->p, &m);
    peer_send(&s->p, &s->b);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_FETCH, &m));
    assert_true(runs(s));
    peer_begin(&s->p);
    peer_write_other(&s->p, &s->q);
    peer_send(&s->p, &s->b);
    assert_false(runs(s));
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SYNC_MEMBERS, &m));
}

/* G-4.2.5 */
static void an_answer_at_its_limit_is_asked_on_from_where_it_stopped(void **state)
{
    struct scene *s = *state;
    struct felt_message m = answered(true, 17), question;

    make_it_ask(s);
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SYNC_MEMBERS, &question));
    assert_int_equal(question.sync_members.first, 17);
}

/* Whoever says for ever that there is more is asked no more than once for each bucket. */
static void a_round_ends_after_all_buckets(void **state)
{
    struct scene *s = *state;
    struct felt_message m = answered(true, 17), question;
    int n = 0;

    make_it_ask(s);
    while (runs(s)) {
        peer_tell(&s->p, &s->b, &m);
        n += peer_reads(&s->p, &s->b, FELT_MESSAGE_SYNC_MEMBERS, &question);
        assert_true(n <= FELT_BUCKETS);
    }
    assert_true(n > 0);
}

/* G-4.2.6 */
static void who_is_silent_is_asked_less_and_less_and_then_not_at_all(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    felt_usec begin, last, gap = 0;
    int n = 1;

    make_it_ask(s);
    begin = last = s->b.now;
    while (runs(s)) {
        bench_wait(&s->b, 50 * FELT_USEC_MS);
        if (peer_reads(&s->p, &s->b, FELT_MESSAGE_SYNC_MEMBERS, &m)) {
            assert_true(s->b.now - last > gap);
            gap = s->b.now - last;
            last = s->b.now;
            n++;
        }
        assert_true(s->b.now < begin + 20 * FELT_USEC_SEC);
    }
    assert_int_equal(n, 4);
    assert_true(s->b.now - last > gap);
}

/* G-4.2.5: who may know little wants to be sure. */
static void in_a_hurry_a_last_question_shows_that_nothing_was_lost(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    felt_sync_hurry(s->b.node);
    make_it_ask(s);
    peer_begin(&s->p);
    m = shows_q(s);
    peer_write(&s->p, &m);
    m = answered(false, 0);
    peer_write(&s->p, &m);
    peer_send(&s->p, &s->b);
    peer_begin(&s->p);
    peer_write_other(&s->p, &s->q);
    peer_send(&s->p, &s->b);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SYNC_MEMBERS, &m));
    m = answered(false, 0);
    peer_tell(&s->p, &s->b, &m);
    assert_true(s->b.node->sync.members.met);
    assert_false(runs(s));
}

/* G-4.2.6 */
static void after_a_silence_another_member_is_asked(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    bool other = false;

    peer_join(&s->q, &s->b);
    make_it_ask(s);
    for (int k = 0; k < 12 && !other; k++) {
        bench_wait(&s->b, 50 * FELT_USEC_MS);
        assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SYNC_MEMBERS, &m));
        other = peer_reads(&s->q, &s->b, FELT_MESSAGE_SYNC_MEMBERS, &m);
    }
    assert_true(other);
}

/* G-4.4.4 */
static void what_was_pulled_is_not_told_on_and_what_came_by_itself_is(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    struct peer r;
    uint32_t i;

    peer_init(&r, 3);
    make_it_ask(s);
    peer_begin(&s->p);
    m = shows_q(s);
    peer_write(&s->p, &m);
    m = answered(false, 0);
    peer_write(&s->p, &m);
    peer_send(&s->p, &s->b);
    peer_begin(&s->p);
    peer_write_other(&s->p, &s->q);
    m = (struct felt_message){.type = FELT_MESSAGE_LIVENESS, .liveness = {.n = 1}};
    m.liveness.entries[0] = (struct felt_liveness){.id = s->q.identity.id, .incarnation = 5};
    peer_write(&s->p, &m);
    peer_send(&s->p, &s->b);
    i = felt_members_find(s->b.node->members, &s->q.identity.id);
    assert_int_not_equal(i, FELT_MEMBER_NONE);
    assert_true(felt_members_peek(s->b.node->members, i)->incarnation == 5);
    for (unsigned kind = 0; kind < FELT_RUMOUR_KINDS; kind++) {
        const struct felt_rumour *rumour;

        for (uint32_t k = 0;
             (rumour = felt_rumours_peek(s->b.node->rumours, (enum felt_rumour_kind)kind, k)); k++)
            assert_true(kind == FELT_RUMOUR_SLOTS || rumour->key != i);
    }
    assert_false(runs(s));
    peer_begin(&s->p);
    peer_write_other(&s->p, &r);
    peer_send(&s->p, &s->b);
    i = felt_members_find(s->b.node->members, &r.identity.id);
    assert_int_equal(felt_rumours_peek(s->b.node->rumours, FELT_RUMOUR_DESCRIPTOR, 0)->key, i);
    peer_done(&r);
}

/* ---- large tables ---- */

#define LATENCY (25 * FELT_USEC_MS)
#define RTT     (2 * LATENCY)
#define DONORS  3
#define NEW     DONORS /* the node that knows only the others */
#define MANY    5000

static void start(struct large *l)
{
    struct large_state rich = {.members = MANY}, poor = {0};

    large_begin(l, LATENCY);
    for (int i = 0; i < DONORS; i++)
        large_start(l, &rich, DONORS + 1);
    /* Their tables differ while the news of their own start is on the way. */
    large_run(l, l->now + 10 * FELT_USEC_SEC);
    assert_true(large_same_members(l, 0, 1) && large_same_members(l, 1, 2));
    for (int i = 0; i < DONORS; i++)
        l->hosts[i].sent = l->hosts[i].most = 0;
    l->n_datagrams = 0;
    large_start(l, &poor, DONORS + 1);
}

/* Runs until the newcomer has the table of the donor. Returns how long that took, in round trips.
 */
static unsigned round_trips_to_sync(struct large *l, unsigned donor, felt_usec limit)
{
    felt_usec begin = l->now;

    while (!large_same_members(l, NEW, donor)) {
        large_run(l, l->now + FELT_USEC_MS);
        assert_true(l->now < begin + limit);
    }
    return (unsigned)((l->now - begin + RTT - 1) / RTT);
}

static unsigned count_rumours(const struct felt_node *node)
{
    unsigned n = 0;

    for (unsigned kind = 0; kind < FELT_RUMOUR_KINDS; kind++)
        for (uint32_t k = 0; felt_rumours_peek(node->rumours, (enum felt_rumour_kind)kind, k); k++)
            n++;
    return n;
}

/* G-4.2.3, G-4.2.5: more than a megabyte of descriptors. */
static void five_thousand_members_take_a_few_round_trips(void **state)
{
    struct large l;

    (void)state;
    start(&l);
    assert_true(round_trips_to_sync(&l, 0, 5 * FELT_USEC_SEC) <= 14);
    assert_true(l.hosts[NEW].sent < 400);
    assert_true(l.n_datagrams < 2 * MANY / 5 + 400);
    for (int i = 0; i < DONORS; i++)
        assert_true(l.hosts[i].most <= 40); /* bounded work per step */
    assert_true(count_rumours(l.hosts[NEW].node) < 10);
    /* It ends, and costs nothing more. */
    large_run(&l, l.now + FELT_USEC_SEC);
    assert_null(l.hosts[NEW].node->sync.member_pull);
    l.n_datagrams = 0;
    large_run(&l, l.now + 10 * FELT_USEC_SEC);
    assert_true(l.n_datagrams < 400);
    large_done(&l);
}

/* G-4.2.6 */
static void what_gets_lost_is_asked_for_again(void **state)
{
    struct large l;

    (void)state;
    start(&l);
    l.lose_one_in = 20;
    round_trips_to_sync(&l, 0, 10 * FELT_USEC_SEC);
    large_done(&l);
}

/* G-4.2.6 */
static void a_donor_that_falls_silent_is_replaced(void **state)
{
    struct large l;
    unsigned donor = 0;

    (void)state;
    start(&l);
    large_run(&l, l.now + 3 * RTT);
    for (unsigned i = 1; i < DONORS; i++)
        if (l.hosts[i].sent > l.hosts[donor].sent)
            donor = i;
    assert_true(l.hosts[donor].sent > 20);
    l.hosts[donor].silent = true;
    round_trips_to_sync(&l, donor == 0 ? 1 : 0, 10 * FELT_USEC_SEC);
    large_done(&l);
}

static void several_donors_share_the_work(void **state)
{
    struct large l;
    unsigned busy = 0;

    (void)state;
    start(&l);
    round_trips_to_sync(&l, 0, 5 * FELT_USEC_SEC);
    for (unsigned i = 0; i < DONORS; i++)
        busy += l.hosts[i].sent > 100;
    assert_true(busy >= 2);
    large_done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(what_a_summary_has_and_we_do_not_is_fetched),
        SCENE(a_summary_that_nobody_asked_for_is_not_looked_at),
        SCENE(that_nothing_differs_ends_the_pull_and_the_difference),
        SCENE(a_small_difference_ends_with_what_was_fetched),
        SCENE(an_answer_at_its_limit_is_asked_on_from_where_it_stopped),
        SCENE(a_round_ends_after_all_buckets),
        SCENE(who_is_silent_is_asked_less_and_less_and_then_not_at_all),
        SCENE(in_a_hurry_a_last_question_shows_that_nothing_was_lost),
        SCENE(after_a_silence_another_member_is_asked),
        SCENE(what_was_pulled_is_not_told_on_and_what_came_by_itself_is),
        cmocka_unit_test(five_thousand_members_take_a_few_round_trips),
        cmocka_unit_test(what_gets_lost_is_asked_for_again),
        cmocka_unit_test(a_donor_that_falls_silent_is_replaced),
        cmocka_unit_test(several_donors_share_the_work),
    };

    return RUN_TESTS(tests);
}
