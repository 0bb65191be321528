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

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_machine_that_was_rebuilt_is_its_own_heir),
        SCENE(one_that_still_answers_there_has_no_heir),
        SCENE(another_name_or_address_is_another_machine),
        SCENE(another_port_is_another_machine),
        SCENE(it_ends_when_the_dead_one_is_back_or_the_heir_is_gone),
        SCENE(we_may_be_the_heir_ourselves),
    };

    return RUN_TESTS(tests);
}
