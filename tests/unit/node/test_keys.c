/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <string.h>

#include "node/core.h"
#include "node/letter.h"
#include "node/state.h"

#define GRACE_SEC 3600

static struct felt_keys_view view(const struct scene *s)
{
    struct felt_keys_view v;

    felt_node_keys(s->b.node, &v);
    return v;
}

static void order(struct scene *s, enum felt_keys_order what)
{
    struct felt_input in = {.kind = FELT_INPUT_KEYS, .keys.order = (int)what};

    memset(in.keys.salt, 3, sizeof(in.keys.salt));
    in.keys.grace_s = GRACE_SEC;
    bench_step(&s->b, in);
}

/* The ring as it would be, without a node. */
static struct felt_keyring ring_at(enum felt_keyring_phase phase)
{
    struct felt_cluster_key key = bench_key();
    uint8_t salt[FELT_KEYRING_SALT];
    struct felt_keyring ring;

    memset(salt, 3, sizeof(salt));
    felt_keyring_init(&ring, &key);
    felt_keyring_install(&ring, salt, GRACE_SEC);
    if (phase != FELT_KEYRING_INSTALLED)
        felt_keyring_use(&ring);
    if (phase == FELT_KEYRING_ONE)
        felt_keyring_remove(&ring);
    return ring;
}

/* The peer says that it lives, and which ring it holds. */
static void say(struct scene *s, uint32_t mark)
{
    struct felt_message m = {.type = FELT_MESSAGE_PROBE};

    s->p.ring = mark;
    m.probe.target = bench_self(&s->b).id;
    m.probe.digest = felt_node_digest(s->b.node);
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
}

static void seal_with(struct peer *peer, const struct felt_cluster_key *key)
{
    felt_seal_key_init(&peer->seal, key);
}

/* Time passes, the peer lives and tells that mark, and what is to be saved is. */
static void pass(struct scene *s, felt_usec time, uint32_t mark)
{
    for (felt_usec end = s->b.now + time; s->b.now < end;) {
        bench_settle(&s->b);
        bench_wait(&s->b, 100 * FELT_USEC_MS);
        peer_acks(&s->p, &s->b);
        bench_settle(&s->b);
        say(s, mark);
    }
    bench_settle(&s->b);
}

static bool knows(const struct scene *s, const struct peer *peer)
{
    return felt_members_find(s->b.node->members, &peer->identity.id) != FELT_MEMBER_NONE;
}

/* G-7.1.1, G-7.1.2, L-8.1.2 */
static void a_new_key_is_told_of_when_it_is_durable_and_not_before(void **state)
{
    struct scene *s = *state;
    struct felt_keyring ring = ring_at(FELT_KEYRING_INSTALLED);
    struct felt_message m;

    bench_settle(&s->b);
    order(s, FELT_KEYS_ROTATE);
    assert_int_equal(s->b.verdict, FELT_VERDICT_TAKEN);
    assert_int_equal(view(s).phase, FELT_KEYRING_INSTALLED);
    assert_false(view(s).durable);
    assert_null(bench_event(&s->b, FELT_EVENT_KEYS));
    assert_int_equal(felt_keys_mark(s->b.node), 0);
    bench_saved(&s->b);
    assert_non_null(bench_event(&s->b, FELT_EVENT_KEYS));
    assert_int_equal(felt_keys_mark(s->b.node), felt_keyring_mark(&ring));
    say(s, 0);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_ACK, &m));
    assert_int_equal(s->p.told_ring, felt_keyring_mark(&ring));
}

/* G-7.1.3 */
static void the_new_key_seals_once_every_live_member_has_it(void **state)
{
    struct scene *s = *state;
    struct felt_keyring ring = ring_at(FELT_KEYRING_INSTALLED);

    bench_settle(&s->b);
    order(s, FELT_KEYS_ROTATE);
    pass(s, 3 * FELT_USEC_SEC, 0);
    assert_int_equal(view(s).phase, FELT_KEYRING_INSTALLED);
    assert_int_equal(view(s).n_waiting, 1);
    pass(s, FELT_USEC_SEC, 0x1234); /* another ring's */
    assert_int_equal(view(s).phase, FELT_KEYRING_INSTALLED);
    assert_int_equal(view(s).n_waiting, 1);
    pass(s, 1 * FELT_USEC_SEC, felt_keyring_mark(&ring));
    assert_int_equal(view(s).phase, FELT_KEYRING_USED);
    assert_memory_equal(felt_node_key(s->b.node), &ring.key, sizeof(ring.key));
}

/* G-7.1.5 */
static void who_has_not_been_heard_to_have_it_is_asked(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    unsigned n = 0;

    bench_settle(&s->b);
    order(s, FELT_KEYS_ROTATE);
    for (int i = 0; i < 20; i++) {
        bench_settle(&s->b);
        bench_wait(&s->b, 100 * FELT_USEC_MS);
        n += peer_reads(&s->p, &s->b, FELT_MESSAGE_PROBE, &m) && m.probe.seq == 0;
    }
    assert_in_range(n, 3, 5); /* one each half second */
}

/* Up to where the new key seals. */
static struct felt_keyring use(struct scene *s)
{
    struct felt_keyring ring = ring_at(FELT_KEYRING_USED);

    bench_settle(&s->b);
    order(s, FELT_KEYS_ROTATE);
    pass(s, 2 * FELT_USEC_SEC, felt_keyring_mark(&ring) & ~1u);
    assert_int_equal(view(s).phase, FELT_KEYRING_USED);
    return ring;
}

/* G-7.1.4 */
static void the_old_key_goes_ten_seconds_after_all_use_the_new_one(void **state)
{
    struct scene *s = *state;
    struct felt_keyring ring = use(s);
    struct felt_keys_view before = view(s);

    seal_with(&s->p, &ring.key);
    pass(s, 20 * FELT_USEC_SEC, felt_keyring_mark(&ring) & ~1u); /* it has it, and no more */
    assert_int_equal(view(s).phase, FELT_KEYRING_USED);
    pass(s, 9 * FELT_USEC_SEC, felt_keyring_mark(&ring));
    assert_int_equal(view(s).phase, FELT_KEYRING_USED);
    assert_int_equal(view(s).n_waiting, 0);
    pass(s, 3 * FELT_USEC_SEC, felt_keyring_mark(&ring));
    assert_int_equal(view(s).phase, FELT_KEYRING_ONE);
    assert_true(felt_node_key_opens(s->b.node, before.sealing));
    assert_false(felt_node_key_opens(s->b.node, before.accepted));
    assert_true(felt_node_key_replaced(s->b.node, before.accepted));
}

/* G-7.1.4 */
static void who_is_dead_is_waited_for_until_the_grace_is_over(void **state)
{
    struct scene *s = *state;
    uint32_t i = felt_members_find(s->b.node->members, &s->p.identity.id);

    bench_settle(&s->b);
    felt_members_set_state(s->b.node->members, i, FELT_MEMBER_DEAD, 1);
    order(s, FELT_KEYS_ROTATE);
    for (int k = 0; k < 20; k++) {
        bench_settle(&s->b);
        bench_wait(&s->b, 100 * FELT_USEC_MS);
    }
    assert_int_equal(view(s).phase, FELT_KEYRING_USED); /* that waits for the living */
    assert_int_equal(view(s).n_waiting, 1);
    while (view(s).grace_us > 60 * FELT_USEC_SEC) {
        bench_settle(&s->b);
        bench_wait(&s->b, FELT_MIN(felt_usec_sub(s->b.effects.deadline, s->b.now) + 1,
                                   200 * FELT_USEC_MS));
    }
    assert_int_equal(view(s).phase, FELT_KEYRING_USED);
    for (int k = 0; k < 700 && view(s).phase != FELT_KEYRING_ONE; k++) {
        bench_settle(&s->b);
        bench_wait(&s->b, 100 * FELT_USEC_MS);
    }
    assert_int_equal(view(s).phase, FELT_KEYRING_ONE);
}

/* G-7.1.4 */
static void time_that_we_slept_is_no_part_of_the_grace(void **state)
{
    struct scene *s = *state;
    felt_usec left;

    use(s);
    left = view(s).grace_us;
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_WAKE});
    bench_wait(&s->b, 2 * GRACE_SEC * FELT_USEC_SEC);
    bench_settle(&s->b);
    assert_int_equal(view(s).phase, FELT_KEYRING_USED);
    assert_true(felt_usec_sub(left, view(s).grace_us) < 10 * FELT_USEC_SEC);
}

/* G-7.2.1, G-7.2.3 */
static void who_speaks_under_either_key_is_answered_under_it(void **state)
{
    struct scene *s = *state;
    struct felt_cluster_key old = bench_key();
    struct felt_keyring ring = use(s);
    struct felt_message m;

    seal_with(&s->p, &ring.key);
    say(s, 0);
    assert_int_equal(peer_got(&s->p, &s->b), 1);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_ACK, &m));
    seal_with(&s->p, &old);
    say(s, 0);
    assert_int_equal(peer_got(&s->p, &s->b), 1);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_ACK, &m));
    bench_settle(&s->b);
    /* A stranger with an old token, whose cookie is of that key, too. */
    peer_join(&s->q, &s->b);
    assert_true(knows(s, &s->q));
}

/* G-7.2.2 */
static void who_may_have_either_key_gets_both_and_who_has_one_gets_that(void **state)
{
    struct scene *s = *state;
    struct felt_keyring ring = use(s);
    uint32_t i = felt_members_find(s->b.node->members, &s->p.identity.id);
    struct felt_node *node = s->b.node;
    struct felt_contact *contact = felt_members_contact(node->members, i);
    struct felt_seals seals;

    seals = felt_keys_for(node, &s->p.at, FELT_MEMBER_NONE);
    assert_int_equal(seals.n, 2);
    seals = felt_keys_for(node, &s->p.at, i); /* it told that it has the new one */
    assert_int_equal(seals.n, 1);
    assert_ptr_equal(seals.keys[0], &node->keys.sealing.seal);
    contact->ring = 0; /* it spoke under the old one last */
    seals = felt_keys_for(node, &s->p.at, i);
    assert_int_equal(seals.n, 1);
    assert_ptr_equal(seals.keys[0], &node->keys.accepted.seal);
    contact->opened = 0; /* it has not spoken since we started */
    assert_int_equal(felt_keys_for(node, &s->p.at, i).n, 2);
    contact->ring = felt_keyring_mark(&ring);
    felt_members_set_state(node->members, i, FELT_MEMBER_DEAD, 1);
    assert_int_equal(felt_keys_for(node, &s->p.at, i).n, 2);
}

/* P-2.2.3 */
static void a_replaced_key_does_not_open_and_is_named(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_HELLO, .hello.padding = FELT_HELLO_PADDING};
    char old[9];

    use(s);
    felt_hex_encode(view(s).accepted, FELT_KEY_ID_LEN, old);
    order(s, FELT_KEYS_REMOVE);
    assert_int_equal(s->b.verdict, FELT_VERDICT_TAKEN);
    bench_settle(&s->b);
    assert_int_equal(peer_tell(&s->q, &s->b, &m), FELT_VERDICT_UNKNOWN_KEY);
    assert_non_null(bench_event(&s->b, FELT_EVENT_WRONG_KEY));
    assert_string_equal(bench_event(&s->b, FELT_EVENT_WRONG_KEY)->text, old);
}

/* G-7.1.6 */
static void what_cannot_be_is_refused(void **state)
{
    struct scene *s = *state;

    bench_settle(&s->b);
    assert_int_equal(felt_node_may_keys(s->b.node, FELT_KEYS_REMOVE), FELT_KEYS_NOTHING);
    order(s, FELT_KEYS_ROTATE);
    bench_settle(&s->b);
    assert_int_equal(felt_node_may_keys(s->b.node, FELT_KEYS_ROTATE), FELT_KEYS_UNDER_WAY);
    assert_int_equal(felt_node_may_keys(s->b.node, FELT_KEYS_REMOVE), FELT_KEYS_NOT_USED);
    order(s, FELT_KEYS_ROTATE);
    assert_int_equal(s->b.verdict, FELT_VERDICT_BUSY);
    s->b.node->leaver.phase = FELT_LEAVING_CLOSES;
    assert_int_equal(felt_node_may_keys(s->b.node, FELT_KEYS_ROTATE), FELT_KEYS_NOT_READY);
    s->b.node->leaver.phase = 0;
}

/* Starts the node again from what it last had saved; by hand with that key. */
static void restart(struct scene *s, const struct felt_cluster_key *key, bool by_hand)
{
    struct felt_node_config config = bench_config();
    uint8_t *state;
    size_t len;

    state = felt_state_of_node(s->b.node, s->b.node->saver.begun + 1, &len);
    config.state = felt_bytes(state, len);
    config.key = *key;
    config.key_by_hand = by_hand;
    bench_done(&s->b);
    bench_new(&s->b, &config);
    free(state);
}

/* S-4.1 */
static void the_ring_of_the_state_wins_over_the_key_that_a_node_is_given(void **state)
{
    struct scene *s = *state;
    struct felt_cluster_key old = bench_key(), other = {{9}};
    struct felt_keyring ring = use(s);

    restart(s, &old, false);
    assert_memory_equal(felt_node_key(s->b.node), &ring.key, sizeof(ring.key));
    assert_int_equal(view(s).phase, FELT_KEYRING_USED);
    assert_true(view(s).durable);
    restart(s, &other, false);
    assert_memory_equal(felt_node_key(s->b.node), &ring.key, sizeof(ring.key));
}

/* G-7.3.1 */
static void a_key_put_there_by_hand_is_the_next_version_of_the_ring(void **state)
{
    struct scene *s = *state;
    struct felt_cluster_key other = {{9}};
    struct felt_notice before, after;
    uint32_t key;

    use(s);
    key = felt_slot_map_slots(s->b.node->map) + 1;
    felt_notices_get(s->b.node->notices, key, &before);
    restart(s, &other, true);
    felt_notices_get(s->b.node->notices, key, &after);
    assert_int_equal(after.version, before.version + 1);
    assert_memory_equal(felt_node_key(s->b.node), &other, sizeof(other));
    assert_int_equal(view(s).phase, FELT_KEYRING_ONE);
    assert_false(view(s).durable);
    restart(s, &other, true); /* after a crash before it was taken away: it is the same */
    felt_notices_get(s->b.node->notices, key, &after);
    assert_int_equal(after.version, before.version + 1);
}

/* L-8.1.4: notices are saved with the map, and a joiner without one has saved none. */
/* G-7.1.7 */
static void a_joiner_is_told_the_ring_with_its_welcome(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    bench_settle(&s->b);
    order(s, FELT_KEYS_ROTATE);
    bench_settle(&s->b);
    peer_asks(&s->q, &s->b);
    assert_true(peer_is_welcomed(&s->q, &s->b, &m));
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_NOTICES, &m));
    assert_int_equal(m.notices.entries[0].key, felt_keys_key(s->b.node->notices));
}

static void a_joiner_tells_nothing_of_a_ring_that_it_cannot_save_yet(void **state)
{
    struct scene *s = *state;
    uint64_t era = s->b.node->era;

    bench_settle(&s->b);
    s->b.node->era = 0;
    s->b.node->keys.unsaved = true;
    felt_keys_noticed(s->b.node, 0); /* of no matter */
    order(s, FELT_KEYS_ROTATE);
    assert_int_equal(s->b.verdict, FELT_VERDICT_BUSY);
    assert_false(view(s).durable);
    s->b.node->era = era;
    felt_keys_report(s->b.node);
    assert_false(view(s).durable); /* it is asked for now */
    bench_wait(&s->b, 1);
    bench_settle(&s->b);
    assert_true(view(s).durable);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_new_key_is_told_of_when_it_is_durable_and_not_before),
        SCENE(the_new_key_seals_once_every_live_member_has_it),
        SCENE(who_has_not_been_heard_to_have_it_is_asked),
        SCENE(the_old_key_goes_ten_seconds_after_all_use_the_new_one),
        SCENE(who_is_dead_is_waited_for_until_the_grace_is_over),
        SCENE(time_that_we_slept_is_no_part_of_the_grace),
        SCENE(who_speaks_under_either_key_is_answered_under_it),
        SCENE(who_may_have_either_key_gets_both_and_who_has_one_gets_that),
        SCENE(a_replaced_key_does_not_open_and_is_named),
        SCENE(what_cannot_be_is_refused),
        SCENE(the_ring_of_the_state_wins_over_the_key_that_a_node_is_given),
        SCENE(a_key_put_there_by_hand_is_the_next_version_of_the_ring),
        SCENE(a_joiner_is_told_the_ring_with_its_welcome),
        SCENE(a_joiner_tells_nothing_of_a_ring_that_it_cannot_save_yet),
    };

    return RUN_TESTS(tests);
}
