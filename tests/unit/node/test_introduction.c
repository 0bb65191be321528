/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <string.h>

#include "node/core.h"

#define STEP (10 * FELT_USEC_MS) /* no probe waits for longer */

static void give_seeds(struct scene *s, const struct felt_endpoint *seeds, size_t n)
{
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SEEDS,
                                          .seeds = {.endpoints = seeds, .n = n}});
}

static void look(struct scene *s)
{
    s->b.node->introduction.round_us = s->b.now;
    bench_wait(&s->b, 0);
}

static bool gets_hello(struct scene *s, struct peer *p)
{
    struct felt_message m;

    return peer_reads(p, &s->b, FELT_MESSAGE_HELLO, &m);
}

/* The stranger q answers a hello; the join is left in *ret_join. */
static bool answers(struct scene *s, struct felt_message *ret_join)
{
    struct felt_message m = {.type = FELT_MESSAGE_COOKIE, .cookie = {.cookie = {42}}};

    peer_tell(&s->q, &s->b, &m);
    return peer_reads(&s->q, &s->b, FELT_MESSAGE_JOIN, ret_join);
}

/* What a member answers to a join. */
static void welcome(struct scene *s, const struct felt_message *join)
{
    struct felt_message m = {.type = FELT_MESSAGE_WELCOME};

    peer_begin(&s->q);
    memcpy(m.welcome.request, join->join.request, FELT_REQUEST_ID_LEN);
    peer_write(&s->q, &m);
    peer_write_self(&s->q);
    m = (struct felt_message){.type = FELT_MESSAGE_GIFT, .gift = {.result = FELT_GIFT_GIVEN}};
    memcpy(m.gift.request, join->join.request, FELT_REQUEST_ID_LEN);
    peer_write(&s->q, &m);
    assert_int_equal(peer_send(&s->q, &s->b), FELT_VERDICT_TAKEN);
}

static bool knows(const struct scene *s, const struct peer *p)
{
    return felt_members_find(s->b.node->members, &p->identity.id) != FELT_MEMBER_NONE;
}

/* G-5.6 */
static void a_seed_without_a_live_member_gets_a_hello_each_half_minute(void **state)
{
    struct scene *s = *state;
    struct felt_endpoint seeds[2];
    unsigned to_p = 0, to_q = 0;

    seeds[0] = s->p.at;
    seeds[1] = s->q.at;
    give_seeds(s, seeds, 2);
    for (felt_usec t = 0; t < 300 * FELT_USEC_SEC; t += STEP) {
        bench_wait(&s->b, STEP);
        to_p += gets_hello(s, &s->p);
        to_q += gets_hello(s, &s->q);
        peer_acks(&s->p, &s->b);
        bench_settle(&s->b);
    }
    assert_int_equal(to_p, 0);
    assert_in_range(to_q, 7, 14);
    felt_members_set_state(s->b.node->members, 1, FELT_MEMBER_DEAD, 0);
    look(s);
    assert_true(gets_hello(s, &s->p));
}

/* G-5.6: another machine may have its address since, and those who all are suspect stay so for
 * long. */
static void a_seed_whose_member_is_suspect_gets_a_hello(void **state)
{
    struct scene *s = *state;

    give_seeds(s, &s->p.at, 1);
    bench_settle(&s->b);
    assert_false(gets_hello(s, &s->p));
    look(s);
    assert_false(gets_hello(s, &s->p));
    felt_members_set_state(s->b.node->members, 1, FELT_MEMBER_SUSPECT, 0);
    look(s);
    assert_true(gets_hello(s, &s->p));
}

/* G-5.6 */
static void seeds_at_new_addresses_get_a_hello_at_once(void **state)
{
    struct scene *s = *state;
    struct felt_endpoint seeds[2];

    seeds[0] = s->p.at;
    seeds[1] = s->q.at;
    give_seeds(s, seeds, 1);
    assert_false(gets_hello(s, &s->p)); /* it lives there */
    give_seeds(s, seeds, 2);
    assert_false(gets_hello(s, &s->p));
    assert_true(gets_hello(s, &s->q));
    give_seeds(s, seeds, 2);
    assert_false(gets_hello(s, &s->q)); /* nothing is new */
}

/* G-5.6 */
static void our_own_address_among_the_seeds_is_served(void **state)
{
    struct scene *s = *state;
    struct felt_endpoint seed = bench_self(&s->b).advertise;

    give_seeds(s, &seed, 1);
    look(s);
    for (size_t i = 0; i < s->b.effects.n_datagrams; i++)
        assert_false(felt_endpoint_equal(&s->b.effects.datagrams[i].to, &seed));
}

/* G-5.6, G-5.3 */
static void the_answer_makes_each_known_to_the_other(void **state)
{
    struct scene *s = *state;
    struct felt_message m, join;
    uint32_t own = bench_self(&s->b).n_slots_own;

    give_seeds(s, &s->q.at, 1);
    peer_enter(&s->q, &s->b);
    assert_true(answers(s, &join));
    assert_true(join.join.era == 1);
    assert_int_equal(join.join.cookie[0], 42);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_DESCRIPTOR, &m));
    welcome(s, &join);
    assert_true(knows(s, &s->q));
    assert_int_equal(bench_self(&s->b).n_slots_own, own);
    look(s);
    assert_false(gets_hello(s, &s->q));
}

/* G-5.6 */
static void a_cookie_that_answers_nothing_is_refused(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    peer_enter(&s->q, &s->b);
    assert_false(answers(s, &m));
    assert_int_equal(s->b.verdict, FELT_VERDICT_MISDIRECTED);
    give_seeds(s, &s->q.at, 1);
    look(s);
    bench_wait(&s->b, 3 * FELT_USEC_SEC);
    assert_false(answers(s, &m)); /* too late */
}

/* P-3.2.2 */
static void a_welcome_with_another_request_vouches_for_nobody(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_WELCOME};

    peer_enter(&s->q, &s->b);
    peer_begin(&s->q);
    peer_write(&s->q, &m);
    peer_write_self(&s->q);
    peer_send(&s->q, &s->b);
    assert_false(knows(s, &s->q));
}

/* G-6.4.5, G-6.4.6 */
static void who_is_to_know_us_gets_hellos_until_it_does(void **state)
{
    struct scene *s = *state;
    struct felt_message join;
    unsigned hellos;

    peer_enter(&s->q, &s->b);
    felt_introduction_begin(s->b.node, &s->q.at);
    hellos = 0;
    for (int i = 0; i < 100; i++) {
        bench_wait(&s->b, 100 * FELT_USEC_MS);
        hellos += gets_hello(s, &s->q);
    }
    assert_in_range(hellos, 3, 6); /* longer every time */
    assert_true(answers(s, &join));
    welcome(s, &join);
    assert_false(s->b.node->introduction.open);
    for (int i = 0; i < 60; i++) {
        bench_wait(&s->b, FELT_USEC_SEC);
        assert_false(gets_hello(s, &s->q));
    }
}

/* G-5.7: else whoever begins with one that is gone for good is known to nobody ever after. */
static void where_one_does_not_answer_the_next_hello_goes_to_the_last_who_did_not_know_us(
    void **state)
{
    struct scene *s = *state;
    const struct felt_endpoint gone = {.ip = felt_ip_v4(0xc0000263), .port = 8470};
    struct felt_message join;
    unsigned hellos = 0;

    peer_enter(&s->q, &s->b);
    felt_introduction_begin(s->b.node, &gone);
    felt_introduction_begin(s->b.node, &s->p.at);
    felt_introduction_begin(s->b.node, &s->q.at);
    bench_wait(&s->b, 0);
    assert_false(gets_hello(s, &s->q)); /* it has its time */
    for (int i = 0; i < 100; i++) {
        bench_wait(&s->b, 100 * FELT_USEC_MS);
        assert_false(gets_hello(s, &s->p));
        hellos += gets_hello(s, &s->q);
    }
    assert_in_range(hellos, 2, 5); /* the pause goes on to double */
    felt_introduction_begin(s->b.node, &gone);
    assert_true(answers(s, &join));
    welcome(s, &join);
    assert_false(s->b.node->introduction.open);
    felt_introduction_begin(s->b.node, &s->q.at);
    bench_wait(&s->b, FELT_USEC_SEC);
    assert_true(gets_hello(s, &s->q)); /* and not who was to be next */
}

/* G-5.7 */
static void a_strangers_probe_is_acked_with_zeros(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_PROBE, .probe = {.seq = 3}};

    m.probe.target = bench_self(&s->b).id;
    peer_tell(&s->q, &s->b, &m);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_ACK, &m));
    assert_int_equal(m.ack.seq, 3);
    assert_true(m.ack.digest.era == 0 && m.ack.digest.slots == 0 && m.ack.digest.members == 0);
}

/* G-5.7 */
static void who_is_acked_with_zeros_makes_itself_known(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    for (int i = 0; i < 200 && !peer_reads(&s->p, &s->b, FELT_MESSAGE_PROBE, &m); i++)
        bench_wait(&s->b, STEP);
    m = (struct felt_message){.type = FELT_MESSAGE_ACK, .ack = {.seq = m.probe.seq}};
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_true(gets_hello(s, &s->p));
    m = (struct felt_message){.type = FELT_MESSAGE_COOKIE};
    peer_tell(&s->p, &s->b, &m);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_JOIN, &m));
    m = (struct felt_message){.type = FELT_MESSAGE_ACK, .ack = {.seq = 12345}};
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_MISDIRECTED);
}

/* G-5.6 */
static void seeds_are_wanted_once_and_while_nobody_is_alive(void **state)
{
    struct scene *s = *state;

    look(s);
    assert_non_null(bench_event(&s->b, FELT_EVENT_SEEDS_WANTED));
    look(s);
    assert_null(bench_event(&s->b, FELT_EVENT_SEEDS_WANTED));
    /* Where all have moved, it takes minutes until all suspects are dead. */
    for (enum felt_member_state is = FELT_MEMBER_SUSPECT; is <= FELT_MEMBER_DEAD; is++) {
        felt_members_set_state(s->b.node->members, 1, is, 0);
        for (int i = 0; i < 3; i++) {
            look(s);
            assert_non_null(bench_event(&s->b, FELT_EVENT_SEEDS_WANTED));
        }
    }
}

/* G-5.3 */
static void a_member_of_a_later_era_is_answered_with_our_descriptor_and_no_configuration(
    void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_JOIN, .join = {.request = {7}, .era = 1}};

    peer_cookie(&s->q, &s->b, m.join.cookie);
    peer_enter(&s->q, &s->b);
    peer_begin(&s->q);
    peer_write(&s->q, &m);
    peer_write_self(&s->q);
    assert_int_equal(peer_send(&s->q, &s->b), FELT_VERDICT_TAKEN);
    bench_saved(&s->b);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_WELCOME, &m));
    assert_int_equal(m.welcome.config.len, 0);
    assert_int_equal(m.welcome.request[0], 7);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_DESCRIPTOR, &m));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_seed_without_a_live_member_gets_a_hello_each_half_minute),
        SCENE(a_seed_whose_member_is_suspect_gets_a_hello),
        SCENE(seeds_at_new_addresses_get_a_hello_at_once),
        SCENE(our_own_address_among_the_seeds_is_served),
        SCENE(the_answer_makes_each_known_to_the_other),
        SCENE(a_cookie_that_answers_nothing_is_refused),
        SCENE(a_welcome_with_another_request_vouches_for_nobody),
        SCENE(who_is_to_know_us_gets_hellos_until_it_does),
        SCENE(where_one_does_not_answer_the_next_hello_goes_to_the_last_who_did_not_know_us),
        SCENE(a_strangers_probe_is_acked_with_zeros),
        SCENE(who_is_acked_with_zeros_makes_itself_known),
        SCENE(seeds_are_wanted_once_and_while_nobody_is_alive),
        SCENE(a_member_of_a_later_era_is_answered_with_our_descriptor_and_no_configuration),
    };

    return RUN_TESTS(tests);
}
