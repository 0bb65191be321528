/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <string.h>

#include "node/core.h"
#include "node/donor.h"

static uint32_t stake(const struct scene *s, const struct peer *p)
{
    return felt_slot_map_stake(s->b.node->map, &p->identity.id);
}

static void ask(struct scene *s, struct peer *p, uint8_t request, const char *wish)
{
    uint8_t cookie[FELT_COOKIE_LEN];

    peer_cookie(p, &s->b, cookie);
    peer_write_join(p, request, cookie, wish);
    assert_int_equal(peer_send(p, &s->b), FELT_VERDICT_TAKEN);
}

/* L-3.2.3, S-3.2 */
static void a_gift_is_neither_answered_nor_told_before_it_is_durable(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    ask(s, &s->q, 5, NULL);
    assert_true(stake(s, &s->q) > 0); /* it is made */
    assert_true(s->b.effects.state.len > 0);
    for (int i = 0; i < 40; i++) { /* the disk takes four seconds */
        struct felt_bytes state_bytes = s->b.effects.state;
        uint64_t save = s->b.effects.state_save;

        assert_false(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
        assert_false(peer_reads(&s->q, &s->b, FELT_MESSAGE_SLOTS, &m));
        assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &m));
        bench_wait(&s->b, 100 * FELT_USEC_MS);
        assert_int_equal(s->b.effects.state.len, 0); /* one save at a time */
        s->b.effects.state = state_bytes;            /* still under way */
        s->b.effects.state_save = save;
    }
    bench_saved(&s->b);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_WELCOME, &m));
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    assert_int_equal(m.gift.result, FELT_GIFT_GIVEN);
    assert_int_equal(m.gift.request[0], 5);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_SLOTS, &m));
}

/* L-3.2.3: the answer shows the map, and something else in it is not durable yet. */
static void an_answer_waits_for_whatever_else_changed_meanwhile(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_SLOTS};
    uint64_t save;

    ask(s, &s->q, 5, NULL);
    save = s->b.effects.state_save;
    m.slots.era = 1;
    m.slots.total = 255;
    m.slots.n = 1;
    m.slots.runs[0] = /* our lease is lost, and another one chosen */
        (struct felt_run){.count = 1, .owner = s->p.identity.id, .term = 1, .seq = 100};
    peer_tell(&s->p, &s->b, &m);
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    assert_false(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    bench_saved(&s->b);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
}

/* S-3.4 */
static void while_saving_fails_nothing_is_given_and_then_it_is(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    ask(s, &s->q, 5, NULL);
    for (int i = 0; i < 5; i++) {
        bench_save_failed(&s->b);
        assert_int_equal(bench_event(&s->b, FELT_EVENT_SAVE_FAILING) != NULL, i == 0);
        assert_false(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
        bench_wait(&s->b, 31 * FELT_USEC_SEC);
        assert_false(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    }
    bench_saved(&s->b);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    assert_int_equal(m.gift.result, FELT_GIFT_GIVEN);
}

/* L-3.2.4 */
static void the_same_request_gets_the_same_slots(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    uint32_t before;

    ask(s, &s->q, 5, NULL);
    bench_settle(&s->b);
    before = stake(s, &s->q);
    ask(s, &s->q, 5, NULL);
    assert_int_equal(s->b.effects.state.len, 0);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    assert_int_equal(m.gift.result, FELT_GIFT_GIVEN);
    assert_int_equal(stake(s, &s->q), before);
}

/* L-3.2.4 */
static void who_lost_its_gift_before_it_heard_of_it_gets_another(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    ask(s, &s->q, 5, NULL);
    bench_settle(&s->b);
    for (uint32_t slot = 0; slot < felt_slot_map_slots(s->b.node->map); slot++)
        if (felt_slot_map_owns(s->b.node->map, &s->q.identity.id, slot))
            assert_true(felt_slot_map_give(s->b.node->map, slot, felt_node_id(s->b.node)));
    ask(s, &s->q, 5, NULL);
    bench_settle(&s->b);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    assert_int_equal(m.gift.result, FELT_GIFT_GIVEN);
    assert_true(stake(s, &s->q) > 0);
}

/* L-3.2.4 */
static void who_owns_something_gets_no_second_gift_for_a_new_request(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    uint32_t before;

    ask(s, &s->q, 5, NULL);
    bench_settle(&s->b);
    before = stake(s, &s->q);
    ask(s, &s->q, 6, NULL);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    assert_int_equal(m.gift.request[0], 6);
    assert_int_equal(stake(s, &s->q), before);
}

/* L-3.2.4 */
static void the_same_request_before_the_save_is_answered_after_it_and_given_once(void **state)
{
    struct scene *s = *state;
    uint64_t save;
    uint32_t before;

    ask(s, &s->q, 5, NULL);
    save = s->b.effects.state_save;
    before = stake(s, &s->q);
    ask(s, &s->q, 5, NULL);
    assert_int_equal(s->b.effects.state.len, 0);
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    assert_true(peer_got(&s->q, &s->b) >= 1);
    bench_settle(&s->b);
    assert_int_equal(stake(s, &s->q), before);
}

/* L-3.2.3: it may have been forgotten while the disk was at work (gossip.md 6.4), and joins anew.
 */
static void who_is_no_member_any_more_when_its_turn_comes_is_told_to_come_back(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    struct peer late;
    uint64_t save;

    ask(s, &s->q, 5, NULL);
    save = s->b.effects.state_save;
    peer_init(&late, 10);
    ask(s, &late, 1, NULL); /* without a wish it would be referred to who has more */
    felt_members_remove(s->b.node->members,
                        felt_members_find(s->b.node->members, &late.identity.id));
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    assert_true(peer_reads(&late, &s->b, FELT_MESSAGE_GIFT, &m));
    assert_int_equal(m.gift.result, FELT_GIFT_BUSY);
    assert_int_equal(stake(s, &late), 0);
    peer_done(&late);
}

/* L-3.2.3 */
static void those_who_ask_during_a_save_are_given_to_with_one_more(void **state)
{
    struct scene *s = *state;
    struct peer late[5];
    struct felt_message m;
    uint64_t save;

    ask(s, &s->q, 5, NULL);
    save = s->b.effects.state_save;
    for (uint8_t i = 0; i < 5; i++) {
        /* Wishes, so that none of them is referred to somebody who has more. */
        static const char *const wishes[] = {"10.1.2.0/24", "10.1.3.0/24", "10.1.4.0/24",
                                             "10.1.5.0/24", "10.1.6.0/24"};

        peer_init(&late[i], (uint8_t)(10 + i));
        ask(s, &late[i], 1, wishes[i]);
        assert_int_equal(stake(s, &late[i]), 0);
        assert_int_equal(s->b.effects.state.len, 0);
    }
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    for (int i = 0; i < 5; i++) {
        assert_true(stake(s, &late[i]) > 0);
        assert_false(peer_reads(&late[i], &s->b, FELT_MESSAGE_GIFT, &m));
    }
    assert_int_equal(s->b.effects.state_save, save + 1);
    bench_saved(&s->b);
    for (int i = 0; i < 5; i++) {
        assert_true(peer_reads(&late[i], &s->b, FELT_MESSAGE_GIFT, &m));
        assert_int_equal(m.gift.result, FELT_GIFT_GIVEN);
        peer_done(&late[i]);
    }
    assert_int_equal(s->b.effects.state.len, 0);
}

/* L-3.2.1, L-3.2.2 */
static void a_wish_is_in_the_gift(void **state)
{
    struct scene *s = *state;
    uint32_t slot;
    struct felt_cidr wish;

    assert_int_equal(felt_cidr_parse("10.1.77.0/24", &wish), 0);
    assert_int_equal(felt_netconf_slot(&s->b.node->config, &wish, &slot), 0);
    ask(s, &s->q, 5, "10.1.77.0/24");
    assert_true(felt_slot_map_owns(s->b.node->map, &s->q.identity.id, slot));
}

static void a_wish_that_the_network_does_not_have_is_no_wish(void **state)
{
    struct scene *s = *state;

    ask(s, &s->q, 5, "172.16.0.0/24");
    assert_true(stake(s, &s->q) > 0);
}

/* L-3.2.1: what p was given lies in p's reserve, but for its lowest slot. */
static void a_wish_in_anothers_reserve_is_referred_and_the_joiner_introduced(void **state)
{
    struct scene *s = *state;
    struct felt_cidr wish;
    struct felt_message m;

    wish = felt_netconf_subnet(&s->b.node->config, 254); /* gifts come from the top */
    assert_true(felt_slot_map_owns(s->b.node->map, &s->p.identity.id, 254));
    ask(s, &s->q, 5, FELT_CIDR(&wish));
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    assert_int_equal(m.gift.result, FELT_GIFT_ASK);
    assert_true(felt_id_equal(&m.gift.referral, &s->p.identity.id));
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_WELCOME, &m));
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_DESCRIPTOR, &m));
    assert_int_equal(stake(s, &s->q), 0);
}

/* L-3.2.1 */
static void in_a_network_of_one_subnet_there_is_none_to_give(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    bench_done(&s->b);
    bench_found(&s->b, "{\"Network\":\"10.1.0.0/16\",\"SubnetLen\":24,"
                       "\"SubnetMin\":\"10.1.5.0\",\"SubnetMax\":\"10.1.5.0\"}");
    ask(s, &s->q, 5, NULL);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    assert_int_equal(m.gift.result, FELT_GIFT_NONE);
}

/* L-3.2.3 */
static void more_than_it_can_hold_are_told_to_come_back(void **state)
{
    struct scene *s = *state;
    uint8_t cookie[FELT_COOKIE_LEN];
    struct felt_message m;
    uint64_t save;
    int n = 0;

    ask(s, &s->q, 5, NULL);
    save = s->b.effects.state_save;
    peer_cookie(&s->q, &s->b, cookie);
    do {
        peer_write_join(&s->q, (uint8_t)n, cookie, NULL);
        assert_int_equal(peer_send(&s->q, &s->b), FELT_VERDICT_TAKEN);
    } while (!peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m) && ++n < 1000);
    assert_int_equal(m.gift.result, FELT_GIFT_BUSY);
    assert_in_range(n, 8, FELT_HELD_MAX);
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    bench_settle(&s->b);
    ask(s, &s->q, 200, NULL);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    assert_int_equal(m.gift.result, FELT_GIFT_GIVEN);
}

static void the_dead_and_the_one_who_asks_are_no_donors(void **state)
{
    struct scene *s = *state;
    uint32_t n, p = felt_members_find(s->b.node->members, &s->p.identity.id);
    struct felt_donor *donors = felt_donor_list(s->b.node, FELT_MEMBER_NONE, &n);

    assert_int_equal(n, 2);
    assert_int_equal(donors[1].reserve, stake(s, &s->p) - 1);
    free(donors);
    free(felt_donor_list(s->b.node, p, &n));
    assert_int_equal(n, 1);
    felt_members_set_state(s->b.node->members, p, FELT_MEMBER_DEAD, 1);
    free(felt_donor_list(s->b.node, FELT_MEMBER_NONE, &n));
    assert_int_equal(n, 1);
}

/* G-5.3, G-4.2.2 */
static void a_newcomers_answer_is_one_letter_that_says_where_the_map_goes_on(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    ask(s, &s->q, 1, NULL);
    bench_saved(&s->b);
    assert_int_equal(peer_got(&s->q, &s->b), 1);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_WELCOME, &m));
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_SLOTS, &m));
    assert_int_equal(m.slots.first, 0);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_ANSWERED, &m));
    assert_int_equal(m.answered.question, FELT_MESSAGE_PULL_SLOTS);
    assert_false(m.answered.more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_gift_is_neither_answered_nor_told_before_it_is_durable),
        SCENE(an_answer_waits_for_whatever_else_changed_meanwhile),
        SCENE(who_is_no_member_any_more_when_its_turn_comes_is_told_to_come_back),
        SCENE(while_saving_fails_nothing_is_given_and_then_it_is),
        SCENE(the_same_request_gets_the_same_slots),
        SCENE(who_lost_its_gift_before_it_heard_of_it_gets_another),
        SCENE(who_owns_something_gets_no_second_gift_for_a_new_request),
        SCENE(the_same_request_before_the_save_is_answered_after_it_and_given_once),
        SCENE(those_who_ask_during_a_save_are_given_to_with_one_more),
        SCENE(a_wish_is_in_the_gift),
        SCENE(a_wish_that_the_network_does_not_have_is_no_wish),
        SCENE(a_wish_in_anothers_reserve_is_referred_and_the_joiner_introduced),
        SCENE(in_a_network_of_one_subnet_there_is_none_to_give),
        SCENE(more_than_it_can_hold_are_told_to_come_back),
        SCENE(the_dead_and_the_one_who_asks_are_no_donors),
        SCENE(a_newcomers_answer_is_one_letter_that_says_where_the_map_goes_on),
    };

    return RUN_TESTS(tests);
}
