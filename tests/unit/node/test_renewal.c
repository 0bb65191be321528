/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/comeback.h"

#include <string.h>

/* L-7.4.1 */
static void who_is_behind_becomes_somebody_else_with_the_same_acquaintances(void **state)
{
    struct scene *s = *state;
    const struct felt_event *event;
    struct felt_self_view before, self;
    uint64_t digest;

    come_back(s, NULL);
    before = bench_self(&s->b);
    digest = felt_slot_map_digest(s->b.node->map);
    says(s, &s->p, FELT_IDENTITY_BEHIND);
    self = bench_self(&s->b);
    assert_false(felt_id_equal(&self.id, &before.id));
    assert_false(self.has_lease);
    assert_int_equal(self.n_slots_own, 0);
    assert_true(self.in_cluster && memcmp(self.cluster, before.cluster, sizeof(self.cluster)) == 0);
    assert_int_equal(self.n_members, before.n_members);
    assert_true(felt_slot_map_digest(s->b.node->map) == digest);
    assert_int_equal(s->b.node->gifts.n, 0);
    event = bench_event(&s->b, FELT_EVENT_IDENTITY_RENEWED);
    assert_non_null(event);
    assert_true(felt_id_equal(&event->id, &before.id));
    assert_true(strlen(event->text) > 0);
    assert_int_equal(bench_event(&s->b, FELT_EVENT_LEASE_LOST)->slot, before.lease_slot);
}

/* L-7.4.1 */
static void the_new_identity_is_durable_before_it_says_anything(void **state)
{
    _cleanup_(felt_record_done) struct felt_record record = {0};
    struct scene *s = *state;
    enum felt_node_refusal refusal;
    struct felt_identity saved;
    struct felt_message m;

    come_back(s, NULL);
    says(s, &s->p, FELT_IDENTITY_BEHIND);
    assert_int_equal(s->b.effects.n_datagrams, 0);
    assert_int_equal(felt_state_decode(s->b.effects.state, &record, &refusal), 0);
    felt_identity_from_seed(record.identity, &saved);
    assert_true(felt_id_equal(&saved.id, felt_node_id(s->b.node)));
    assert_false(record.has_lease);
    assert_int_equal(record.n_gifts, 0);
    bench_saved(&s->b);
    /* It introduces itself to whoever told it. */
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_HELLO, &m));
    assert_true(bench_self(&s->b).confirmed);
}

/* L-7.4.1 */
static void a_save_of_the_old_one_that_is_under_way_is_waited_for(void **state)
{
    struct scene *s = *state;
    struct felt_id id;
    uint64_t save;

    come_back(s, NULL);
    says(s, &s->p, FELT_IDENTITY_CURRENT);
    id = *felt_node_id(s->b.node);
    felt_saver_must(&s->b.node->saver);
    bench_wait(&s->b, 0);
    assert_true(s->b.effects.state.len > 0);
    save = s->b.effects.state_save;
    says(s, &s->p, FELT_IDENTITY_TWIN);
    assert_false(felt_id_equal(&id, felt_node_id(s->b.node)));
    assert_int_equal(s->b.effects.state.len, 0);
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    assert_int_equal(s->b.effects.n_datagrams, 0);
    assert_true(s->b.effects.state.len > 0 && s->b.effects.state_save == save + 1);
    bench_saved(&s->b);
    assert_true(s->b.effects.n_datagrams > 0);
}

/* L-7.4.1: also long after it was confirmed. */
static void a_twin_gives_way_whenever_it_is_found(void **state)
{
    struct scene *s = *state;
    struct felt_id id = *felt_node_id(s->b.node), second;

    says(s, &s->p, FELT_IDENTITY_TWIN);
    second = *felt_node_id(s->b.node);
    assert_false(felt_id_equal(&id, &second));
    bench_settle(&s->b);
    says(s, &s->p, FELT_IDENTITY_BEHIND); /* and again: no identity is made twice */
    assert_false(felt_id_equal(&second, felt_node_id(s->b.node)));
    assert_false(felt_id_equal(&id, felt_node_id(s->b.node)));
}

/* L-7.4.1 */
static void the_old_one_is_a_member_like_others(void **state)
{
    struct scene *s = *state;
    struct peer old;

    peer_init(&old, 100); /* at our address */
    old.identity = s->b.node->identity;
    memcpy(old.descriptor.public_key, old.identity.public_key, FELT_PUBLIC_KEY_LEN);
    says(s, &s->p, FELT_IDENTITY_TWIN);
    bench_settle(&s->b);
    peer_begin(&s->p);
    peer_write_other(&s->p, &old);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_TAKEN);
    assert_int_equal(bench_self(&s->b).n_members, 3);
    assert_int_equal(felt_slot_map_stake(s->b.node->map, &old.identity.id), 128);
    peer_done(&old);
}

static struct felt_node_config on_machine(uint8_t machine)
{
    struct felt_node_config config = bench_config();

    memset(config.machine, machine, sizeof(config.machine));
    memset(config.seed, machine + 1, sizeof(config.seed));
    return config;
}

/* L-7.4.2 */
static void a_state_of_another_machine_begins_with_a_new_identity(void **state)
{
    struct felt_node_config here = on_machine(1), there = on_machine(2);
    struct scene *s = *state;
    struct felt_self_view self;
    struct felt_id id;

    come_back(s, &here);
    id = *felt_node_id(s->b.node);
    come_back(s, &here);
    assert_true(felt_id_equal(&id, felt_node_id(s->b.node)));
    come_back(s, &there);
    self = bench_self(&s->b);
    assert_false(felt_id_equal(&id, &self.id));
    assert_true(self.in_cluster && !self.has_lease && self.confirmed);
    assert_int_equal(self.n_members, 2);
    come_back(s, &there); /* which is its own now */
    assert_true(felt_id_equal(&self.id, felt_node_id(s->b.node)));
}

/* L-7.4.2 */
static void a_new_identity_at_the_start_is_reported_once(void **state)
{
    struct felt_node_config here = on_machine(1), there = on_machine(2);
    struct scene *s = *state;
    struct felt_id id;
    uint8_t *bytes;
    size_t len;

    come_back(s, &here);
    id = *felt_node_id(s->b.node);
    bytes = felt_state_of_node(s->b.node, 9, &len);
    bench_done(&s->b);
    there.state = felt_bytes(bytes, len);
    there.now = s->b.now;
    bench_new(&s->b, &there);
    free(bytes);
    bench_wait(&s->b, 0);
    assert_true(felt_id_equal(&bench_event(&s->b, FELT_EVENT_IDENTITY_RENEWED)->id, &id));
    bench_saved(&s->b);
    assert_null(bench_event(&s->b, FELT_EVENT_IDENTITY_RENEWED));
}

/* L-7.4.2 */
static void a_machine_that_is_not_known_decides_nothing(void **state)
{
    struct felt_node_config here = on_machine(1), there = on_machine(2);
    struct scene *s = *state;
    struct felt_id id = *felt_node_id(s->b.node);

    come_back(s, &here); /* the state knew none */
    assert_true(felt_id_equal(&id, felt_node_id(s->b.node)));
    come_back(s, NULL); /* this process knows none, */
    assert_true(felt_id_equal(&id, felt_node_id(s->b.node)));
    come_back(s, &there); /* and the state still names the first */
    assert_false(felt_id_equal(&id, felt_node_id(s->b.node)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(who_is_behind_becomes_somebody_else_with_the_same_acquaintances),
        SCENE(the_new_identity_is_durable_before_it_says_anything),
        SCENE(a_save_of_the_old_one_that_is_under_way_is_waited_for),
        SCENE(a_twin_gives_way_whenever_it_is_found),
        SCENE(the_old_one_is_a_member_like_others),
        SCENE(a_state_of_another_machine_begins_with_a_new_identity),
        SCENE(a_new_identity_at_the_start_is_reported_once),
        SCENE(a_machine_that_is_not_known_decides_nothing),
    };

    return RUN_TESTS(tests);
}
