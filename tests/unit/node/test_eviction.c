/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include "node/core.h"

/* p owns nothing and is dead; q is there, so that the node is not cut off. */
static void let_die(struct scene *s)
{
    struct felt_id self = bench_self(&s->b).id;
    uint32_t p = felt_members_find(s->b.node->members, &s->p.identity.id);

    peer_join(&s->q, &s->b);
    for (uint32_t slot = 0; slot < felt_slot_map_slots(s->b.node->map); slot++)
        if (felt_slot_map_owns(s->b.node->map, &s->p.identity.id, slot))
            assert_true(felt_slot_map_give(s->b.node->map, slot, &self));
    felt_members_set_state(s->b.node->members, p, FELT_MEMBER_DEAD, 4);
}

/* The next look is now. */
static void look(struct scene *s)
{
    s->b.node->eviction.next_us = s->b.now;
    bench_wait(&s->b, 0);
}

static const struct felt_member *p_of(const struct scene *s)
{
    return felt_members_peek(s->b.node->members,
                             felt_members_find(s->b.node->members, &s->p.identity.id));
}

/* G-6.2.1 */
static void who_is_dead_and_owns_nothing_at_two_looks_has_left(void **state)
{
    struct scene *s = *state;
    bool told = false;

    let_die(s);
    look(s);
    assert_int_equal(p_of(s)->state, FELT_MEMBER_DEAD);
    assert_true(felt_eviction_deadline(s->b.node) == s->b.now + 3600 * FELT_USEC_SEC);
    look(s);
    assert_int_equal(p_of(s)->state, FELT_MEMBER_LEFT);
    assert_true(p_of(s)->incarnation == 4);
    assert_non_null(bench_event(&s->b, FELT_EVENT_MEMBER_LEFT));
    for (int i = 0; i < 20 && !told; i++) {
        told = peer_hears(&s->q, &s->b, &s->p.identity.id, FELT_LIVENESS_LEFT);
        bench_wait(&s->b, 100 * FELT_USEC_MS);
    }
    assert_true(told);
    assert_true(felt_eviction_deadline(s->b.node) == FELT_USEC_NEVER); /* nobody else is dead */
}

/* G-6.2.1, G-3.5.2 */
static void who_may_have_come_back_while_we_slept_is_not_evicted(void **state)
{
    struct scene *s = *state;

    let_die(s);
    look(s);
    bench_wait(&s->b, 12 * 3600 * FELT_USEC_SEC); /* at one go */
    assert_int_equal(p_of(s)->state, FELT_MEMBER_DEAD);
    look(s);
    assert_int_equal(p_of(s)->state, FELT_MEMBER_LEFT);
}

/* G-6.2.1, G-1.2 */
static void an_owner_is_never_evicted(void **state)
{
    struct scene *s = *state;

    let_die(s);
    assert_true(felt_slot_map_give(s->b.node->map, 100, &s->p.identity.id));
    for (int i = 0; i < 10; i++)
        look(s);
    assert_int_equal(p_of(s)->state, FELT_MEMBER_DEAD);
}

/* G-6.2.1 */
static void who_was_back_in_between_is_looked_at_anew(void **state)
{
    struct scene *s = *state;
    uint32_t p;

    let_die(s);
    p = felt_members_find(s->b.node->members, &s->p.identity.id);
    look(s);
    felt_members_set_state(s->b.node->members, p, FELT_MEMBER_DEAD, 5);
    look(s);
    assert_int_equal(p_of(s)->state, FELT_MEMBER_DEAD);
    look(s);
    assert_int_equal(p_of(s)->state, FELT_MEMBER_LEFT);
}

/* G-6.2.1 */
static void who_is_cut_off_evicts_nobody(void **state)
{
    struct scene *s = *state;
    uint32_t q;

    let_die(s);
    q = felt_members_find(s->b.node->members, &s->q.identity.id);
    look(s);
    felt_members_set_state(s->b.node->members, q, FELT_MEMBER_DEAD, 0);
    look(s);
    look(s);
    assert_int_equal(p_of(s)->state, FELT_MEMBER_DEAD);
    felt_members_set_state(s->b.node->members, q, FELT_MEMBER_ALIVE, 0);
    look(s); /* what it saw before does not count */
    assert_int_equal(p_of(s)->state, FELT_MEMBER_DEAD);
}

/* G-6.2.1, G-3.4.1 */
static void who_hears_that_it_is_evicted_says_otherwise(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_LIVENESS, .liveness = {.n = 1}};
    const struct felt_member *self = felt_members_peek(s->b.node->members, FELT_MEMBER_SELF);
    uint64_t incarnation = self->incarnation;

    m.liveness.entries[0] = (struct felt_liveness){
        .id = bench_self(&s->b).id, .state = FELT_LIVENESS_LEFT, .incarnation = incarnation};
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    self = felt_members_peek(s->b.node->members, FELT_MEMBER_SELF);
    assert_int_equal(self->state, FELT_MEMBER_ALIVE);
    assert_true(self->incarnation == incarnation + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(who_is_dead_and_owns_nothing_at_two_looks_has_left),
        SCENE(who_may_have_come_back_while_we_slept_is_not_evicted),
        SCENE(an_owner_is_never_evicted),
        SCENE(who_was_back_in_between_is_looked_at_anew),
        SCENE(who_is_cut_off_evicts_nobody),
        SCENE(who_hears_that_it_is_evicted_says_otherwise),
    };

    return RUN_TESTS(tests);
}
