/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <stdio.h>

#include "node/core.h"

/* q joins from p's address, and p, which owns slots, is dead. */
static void rebuild(struct scene *s, const char *name)
{
    s->q.at = s->p.at;
    s->q.descriptor.advertise = s->p.at;
    snprintf(s->q.descriptor.name, sizeof(s->q.descriptor.name), "%s", name);
    peer_join(&s->q, &s->b);
    felt_members_set_state(s->b.node->members, 1, FELT_MEMBER_DEAD, 1);
    assert_true(felt_slot_map_stake(s->b.node->map, &s->p.identity.id) > 0);
}

/* Steps until the node looks; q keeps answering. Whether it challenged p's id. */
static bool look(struct scene *s, struct felt_message *ret_challenge)
{
    for (int i = 0; i < 60; i++) {
        bench_wait(&s->b, 100 * FELT_USEC_MS);
        if (peer_reads(&s->q, &s->b, FELT_MESSAGE_CHALLENGE, ret_challenge))
            return true;
        peer_acks(&s->q, &s->b);
    }
    return false;
}

static const struct felt_id *heir_of_p(const struct scene *s)
{
    return felt_superseded_by(s->b.node, &s->p.identity.id);
}

/* L-7.5.1 */
static void a_machine_that_was_rebuilt_is_its_own_heir(void **state)
{
    struct felt_message challenge;
    struct scene *s = *state;

    rebuild(s, "peer");
    assert_null(heir_of_p(s));
    assert_true(look(s, &challenge));
    assert_true(felt_id_equal(&challenge.challenge.target, &s->p.identity.id));
    assert_null(heir_of_p(s));
    for (int i = 0; i < FELT_CHALLENGE_TRIES; i++)
        bench_wait(&s->b, FELT_CHALLENGE_PAUSE);
    assert_non_null(heir_of_p(s));
    assert_true(felt_id_equal(heir_of_p(s), &s->q.identity.id));
    assert_null(felt_superseded_by(s->b.node, &s->q.identity.id));
}

/* L-7.5.1 */
static void one_that_still_answers_there_has_no_heir(void **state)
{
    struct felt_message challenge, present = {.type = FELT_MESSAGE_PRESENT};
    struct scene *s = *state;

    rebuild(s, "peer");
    assert_true(look(s, &challenge));
    present.present.nonce = challenge.challenge.nonce;
    assert_int_equal(peer_tell(&s->p, &s->b, &present), FELT_VERDICT_TAKEN);
    for (int i = 0; i < FELT_CHALLENGE_TRIES; i++)
        bench_wait(&s->b, FELT_CHALLENGE_PAUSE);
    assert_null(heir_of_p(s));
}

/* L-7.5.1 */
static void another_name_or_address_is_another_machine(void **state)
{
    struct felt_message challenge;
    struct scene *s = *state;

    rebuild(s, "other");
    assert_false(look(s, &challenge));
    assert_null(heir_of_p(s));
}

static void another_port_is_another_machine(void **state)
{
    struct felt_message challenge;
    struct scene *s = *state;

    peer_join(&s->q, &s->b); /* the same name, at an address of its own */
    felt_members_set_state(s->b.node->members, 1, FELT_MEMBER_DEAD, 1);
    assert_false(look(s, &challenge));
    assert_null(heir_of_p(s));
}

/* L-7.5.1 */
static void it_ends_when_the_dead_one_is_back_or_the_heir_is_gone(void **state)
{
    struct felt_message challenge;
    struct scene *s = *state;
    uint32_t p = 1, q;

    rebuild(s, "peer");
    assert_true(look(s, &challenge));
    for (int i = 0; i < FELT_CHALLENGE_TRIES; i++)
        bench_wait(&s->b, FELT_CHALLENGE_PAUSE);
    q = felt_members_find(s->b.node->members, &s->q.identity.id);
    assert_non_null(heir_of_p(s));
    felt_members_set_state(s->b.node->members, q, FELT_MEMBER_DEAD, 1);
    assert_null(heir_of_p(s));
    felt_members_set_state(s->b.node->members, q, FELT_MEMBER_ALIVE, 2);
    assert_non_null(heir_of_p(s));
    felt_members_set_state(s->b.node->members, p, FELT_MEMBER_ALIVE, 2);
    assert_null(heir_of_p(s));
}

/* L-7.5.1: nobody but we can answer at our own address. */
static void we_may_be_the_heir_ourselves(void **state)
{
    struct felt_message challenge;
    struct scene *s = *state;

    s->q.descriptor.advertise = bench_self(&s->b).advertise;
    snprintf(s->q.descriptor.name, sizeof(s->q.descriptor.name), "bench");
    peer_join(&s->q, &s->b);
    felt_members_set_state(s->b.node->members,
                           felt_members_find(s->b.node->members, &s->q.identity.id),
                           FELT_MEMBER_DEAD, 1);
    assert_false(look(s, &challenge));
    assert_true(
        felt_id_equal(felt_superseded_by(s->b.node, &s->q.identity.id), felt_node_id(s->b.node)));
}

/* What the node answers to q, which asks for slots. */
static enum felt_gift_result ask(struct scene *s, uint8_t request)
{
    uint8_t cookie[FELT_COOKIE_LEN];
    struct felt_message m;

    peer_cookie(&s->q, &s->b, cookie);
    peer_write_join(&s->q, request, cookie, NULL);
    assert_int_equal(peer_send(&s->q, &s->b), FELT_VERDICT_TAKEN);
    bench_settle(&s->b);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    return m.gift.result;
}

/* L-7.5.2 */
static void who_is_to_inherit_is_given_nothing_for_half_a_minute(void **state)
{
    struct scene *s = *state;

    rebuild(s, "peer");
    assert_int_equal(ask(s, 1), FELT_GIFT_HEIR);
    felt_members_set_state(s->b.node->members, 1, FELT_MEMBER_ALIVE, 2);
    assert_int_equal(ask(s, 2), FELT_GIFT_HEIR); /* it has not been missed yet */
    s->b.node->supersede.waits[0].until_us = s->b.node->now + 1;
    assert_int_equal(ask(s, 3), FELT_GIFT_HEIR);
    s->b.node->supersede.waits[0].until_us = s->b.node->now;
    assert_int_equal(ask(s, 4), FELT_GIFT_GIVEN);
}

/* L-7.5.2 */
static void who_has_left_leaves_nothing_behind(void **state)
{
    struct scene *s = *state;

    rebuild(s, "peer");
    felt_members_set_state(s->b.node->members, 1, FELT_MEMBER_LEFT, 1);
    assert_int_equal(ask(s, 1), FELT_GIFT_GIVEN);
}

static void another_name_is_given_to_at_once(void **state)
{
    struct scene *s = *state;

    rebuild(s, "another");
    assert_int_equal(ask(s, 1), FELT_GIFT_GIVEN);
}

/* L-7.5.2: exactly half is no majority. */
static void where_nothing_can_be_decided_nobody_waits_for_it(void **state)
{
    struct scene *s = *state;
    struct felt_slot_map *map = s->b.node->map;
    uint32_t n = felt_slot_map_slots(map), own = felt_slot_map_stake(map, &s->b.node->identity.id);

    for (uint32_t slot = 0; slot < n && own > n / 2; slot++)
        if (felt_slot_map_owns(map, &s->b.node->identity.id, slot) && slot != s->b.node->lease)
            own -= felt_slot_map_give(map, slot, &s->p.identity.id);
    rebuild(s, "peer");
    assert_int_equal(ask(s, 1), FELT_GIFT_GIVEN);
}

/* L-7.5.3 */
static void the_lease_of_before_is_that_of_the_dead_one(void **state)
{
    struct scene *s = *state;
    uint32_t q;

    s->p.descriptor.has_lease = true;
    s->p.descriptor.lease = 77;
    s->p.descriptor.version++;
    peer_begin(&s->p);
    peer_write_self(&s->p);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_TAKEN);
    rebuild(s, "peer");
    q = felt_members_find(s->b.node->members, &s->q.identity.id);
    assert_int_equal(felt_supersede_legacy(s->b.node, q), 77);
    felt_members_set_state(s->b.node->members, 1, FELT_MEMBER_ALIVE, 2);
    assert_int_equal(felt_supersede_legacy(s->b.node, q), FELT_SLOT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_machine_that_was_rebuilt_is_its_own_heir),
        SCENE(one_that_still_answers_there_has_no_heir),
        SCENE(another_name_or_address_is_another_machine),
        SCENE(another_port_is_another_machine),
        SCENE(it_ends_when_the_dead_one_is_back_or_the_heir_is_gone),
        SCENE(we_may_be_the_heir_ourselves),
        SCENE(who_is_to_inherit_is_given_nothing_for_half_a_minute),
        SCENE(who_has_left_leaves_nothing_behind),
        SCENE(another_name_is_given_to_at_once),
        SCENE(where_nothing_can_be_decided_nobody_waits_for_it),
        SCENE(the_lease_of_before_is_that_of_the_dead_one),
    };

    return RUN_TESTS(tests);
}
