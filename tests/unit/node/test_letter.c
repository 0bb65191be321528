/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <string.h>

#include "node/letter.h"

/* Posting outside of a step: what was sent is read from the outbox. */
static void look(struct scene *s)
{
    felt_outbox_effects(s->b.node->outbox, &s->b.effects);
}

static void quiet(struct scene *s)
{
    for (unsigned k = 0; k < FELT_RUMOUR_KINDS; k++)
        while (felt_rumours_peek(s->b.node->rumours, (enum felt_rumour_kind)k, 0))
            felt_rumours_sent(s->b.node->rumours, (enum felt_rumour_kind)k, 1, 1);
    felt_outbox_clear(s->b.node->outbox);
}

static struct felt_message nack(uint32_t seq)
{
    return (struct felt_message){.type = FELT_MESSAGE_NACK, .nack = {.seq = seq}};
}

/* G-4.3.1 */
static void an_empty_letter_is_not_sent(void **state)
{
    struct scene *s = *state;
    struct felt_letter letter;

    quiet(s);
    felt_letter_open(&letter, s->b.node, 1);
    assert_false(felt_letter_post(&letter));
    look(s);
    assert_int_equal(s->b.effects.n_datagrams, 0);
}

static void what_was_written_arrives_at_the_announced_address(void **state)
{
    struct scene *s = *state;
    struct felt_message m = nack(5);
    struct felt_letter letter;
    uint64_t sent = bench_self(&s->b).datagrams_sent;

    quiet(s);
    felt_letter_open(&letter, s->b.node, 1);
    assert_true(felt_letter_write(&letter, &m));
    assert_true(felt_letter_post(&letter));
    look(s);
    assert_int_equal(peer_got(&s->p, &s->b), 1);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_NACK, &m));
    assert_int_equal(m.nack.seq, 5);
    assert_int_equal(bench_self(&s->b).datagrams_sent, sent + 1);
}

/* P-3.1.2 */
static void every_letter_has_a_number_of_its_own_sent_or_not(void **state)
{
    struct scene *s = *state;
    struct felt_letter letter;
    uint64_t counter = s->b.node->counter;

    felt_letter_open(&letter, s->b.node, 1);
    felt_letter_open_to(&letter, s->b.node, &s->q.at, FELT_MEMBER_NONE);
    assert_true(s->b.node->counter == counter + 2);
}

/* P-2.1 */
static void what_does_not_fit_leaves_the_letter_as_it_was(void **state)
{
    struct scene *s = *state;
    struct felt_message m = nack(UINT32_MAX);
    struct felt_letter letter;
    size_t len;

    quiet(s);
    felt_letter_open(&letter, s->b.node, 1);
    while (felt_letter_write(&letter, &m))
        ;
    len = letter.len;
    assert_true(felt_letter_room(&letter) < 10);
    assert_false(felt_letter_write_member(&letter, FELT_MEMBER_SELF));
    assert_int_equal(felt_letter_write_slots(&letter, 3, 255), 3);
    assert_int_equal(letter.len, len);
    assert_true(felt_letter_post(&letter));
    look(s);
    assert_in_range(s->b.effects.datagrams[0].bytes.len, FELT_DATAGRAM_MAX - 10, FELT_DATAGRAM_MAX);
}

/* G-2.4 */
static void a_member_is_written_whole_or_not_at_all(void **state)
{
    struct scene *s = *state;
    struct felt_message m = nack(UINT32_MAX);
    struct felt_letter letter;

    for (size_t room = 0; room < 500; room++) {
        size_t before;

        felt_letter_open_to(&letter, s->b.node, &s->p.at, FELT_MEMBER_NONE);
        while (felt_letter_room(&letter) > room && felt_letter_write(&letter, &m))
            ;
        before = letter.len;
        if (felt_letter_write_member(&letter, 1)) {
            assert_true(letter.len > before + FELT_SIGNATURE_LEN);
            felt_outbox_clear(s->b.node->outbox);
            assert_true(felt_letter_post(&letter));
            look(s);
            assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_DESCRIPTOR, &m));
            assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_LIVENESS, &m));
            m = nack(UINT32_MAX);
        } else {
            assert_int_equal(letter.len, before);
        }
    }
}

/* G-4.4.1 */
static void rumours_ride_in_what_is_left_but_not_to_strangers(void **state)
{
    struct scene *s = *state;
    struct felt_message m = nack(5);
    struct felt_letter letter;

    quiet(s);
    felt_rumours_add(s->b.node->rumours, FELT_RUMOUR_LIVENESS, 1, 1);
    felt_rumours_add(s->b.node->rumours, FELT_RUMOUR_DESCRIPTOR, 0, 1);
    felt_rumours_add(s->b.node->rumours, FELT_RUMOUR_SLOTS, 128, 100);
    felt_letter_open_to(&letter, s->b.node, &s->q.at, FELT_MEMBER_NONE);
    felt_letter_write(&letter, &m);
    felt_letter_post(&letter);
    felt_letter_open(&letter, s->b.node, 1);
    felt_letter_post(&letter);
    look(s);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_NACK, &m));
    assert_false(peer_reads(&s->q, &s->b, FELT_MESSAGE_LIVENESS, &m));
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_LIVENESS, &m));
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_DESCRIPTOR, &m));
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &m));
    assert_int_equal(m.slots.first, 128);
    assert_int_equal(m.slots.runs[0].count, 100);
    assert_int_equal(felt_rumours_peek(s->b.node->rumours, FELT_RUMOUR_SLOTS, 0)->sent, 1);
}

/* Reservations of `count` slots from first on, for names of that length. */
static void put_notices(struct scene *s, uint32_t first, uint32_t count, size_t len)
{
    uint8_t value[FELT_NOTICE_VALUE_MAX] = {1};

    memset(value + 1, 'n', len);
    for (uint32_t key = first; key < first + count; key++) {
        struct felt_notice notice = {
            .key = key, .version = UINT64_MAX, .value = felt_bytes(value, 1 + len)};

        assert_int_equal(felt_notices_merge(s->b.node->notices, &notice), FELT_MERGE_NEWER);
    }
}

/* G-4.4.2 */
static void a_flood_of_one_class_leaves_room_for_the_others(void **state)
{
    struct scene *s = *state;
    struct felt_letter letter;
    struct felt_message m;

    for (uint8_t n = 3; n <= 19; n++) { /* many descriptors to tell, and how they stand */
        struct peer p;

        peer_init(&p, n);
        peer_join(&p, &s->b);
        peer_done(&p);
    }
    felt_rumours_add(s->b.node->rumours, FELT_RUMOUR_SLOTS, 128, 1);
    for (uint32_t key = 0; key < 100; key++) { /* and notices, of the longest */
        put_notices(s, key, 1, FELT_NAME_MAX);
        felt_rumours_add(s->b.node->rumours, FELT_RUMOUR_NOTICES, key, 1);
    }
    felt_outbox_clear(s->b.node->outbox);
    felt_letter_open(&letter, s->b.node, 1);
    felt_letter_post(&letter);
    look(s);
    assert_int_equal(peer_got(&s->p, &s->b), 1);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &m));
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_NOTICES, &m));
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_DESCRIPTOR, &m));
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_LIVENESS, &m));
}

/* L-3.2.3 */
static void rumours_of_slots_stay_at_home_while_a_gift_is_not_durable(void **state)
{
    struct scene *s = *state;
    struct felt_letter letter;
    struct felt_message m;

    quiet(s);
    felt_rumours_add(s->b.node->rumours, FELT_RUMOUR_SLOTS, 128, 1);
    felt_saver_must(&s->b.node->saver);
    felt_letter_open(&letter, s->b.node, 1);
    assert_false(felt_letter_post(&letter));
    felt_rumours_add(s->b.node->rumours, FELT_RUMOUR_LIVENESS, 0, 1);
    felt_letter_open(&letter, s->b.node, 1);
    assert_true(felt_letter_post(&letter));
    look(s);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_LIVENESS, &m));
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &m));
    assert_int_equal(felt_rumours_peek(s->b.node->rumours, FELT_RUMOUR_SLOTS, 0)->sent, 0);
}

/* L-2.3.1 */
static void a_ragged_map_is_written_as_far_as_it_fits_and_reads_back(void **state)
{
    struct scene *s = *state;
    struct felt_node *node = s->b.node;
    struct felt_letter letter;
    struct felt_message m;
    uint32_t next = 0;

    for (uint32_t i = 0; i < 255; i++) {
        struct felt_id id = {{(uint8_t)(1 + i * 7 % 100), (uint8_t)i}};

        if (i % 2)
            felt_slot_map_give(node->map, i, &id);
    }
    quiet(s);
    while (next < 255) {
        uint32_t first = next, count = 0;

        felt_outbox_clear(node->outbox);
        felt_letter_open_to(&letter, node, &s->p.at, FELT_MEMBER_NONE);
        next = felt_letter_write_slots(&letter, first, 255);
        assert_true(next > first);
        assert_true(felt_letter_post(&letter));
        look(s);
        assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SLOTS, &m));
        assert_int_equal(m.slots.first, first);
        for (uint32_t k = 0; k < m.slots.n; k++) {
            assert_true(felt_slot_map_owns(node->map, &m.slots.runs[k].owner, first + count));
            count += m.slots.runs[k].count;
        }
        assert_int_equal(count, next - first);
    }
}

/* G-4.2.2 */
static void behind_slots_there_is_always_room_to_say_that_this_was_the_answer(void **state)
{
    struct scene *s = *state;
    struct felt_message answered = {.type = FELT_MESSAGE_ANSWERED};

    answered.answered.question = FELT_MESSAGE_PULL_SLOTS;
    answered.answered.more = true;
    answered.answered.next = UINT32_MAX;
    for (uint32_t i = 0; i < 255; i++) {
        struct felt_id id = {{(uint8_t)(1 + i % 30), (uint8_t)i}};

        felt_slot_map_give(s->b.node->map, i, &id);
    }
    quiet(s);
    for (uint32_t padding = 0; padding < 100; padding++) {
        struct felt_message hello = {.type = FELT_MESSAGE_HELLO, .hello = {.padding = padding}};
        struct felt_letter letter;

        felt_letter_open_to(&letter, s->b.node, &s->p.at, FELT_MEMBER_NONE);
        assert_true(felt_letter_write(&letter, &hello));
        for (uint32_t next = 0, before = 1; next != before;) {
            before = next;
            next = felt_letter_write_slots(&letter, next, 255);
        }
        assert_true(felt_letter_write(&letter, &answered));
    }
}

/* G-4.2.2 */
static void behind_notices_too(void **state)
{
    struct scene *s = *state;
    struct felt_message answered = {.type = FELT_MESSAGE_ANSWERED};

    answered.answered.question = FELT_MESSAGE_SYNC_NOTICES;
    answered.answered.more = true;
    answered.answered.next = FELT_BUCKETS - 1;
    for (uint32_t slot = 0; slot < 255; slot++)
        put_notices(s, slot, 1, 1 + slot % FELT_NAME_MAX);
    quiet(s);
    for (uint32_t padding = 0; padding < 100; padding++) {
        struct felt_message hello = {.type = FELT_MESSAGE_HELLO, .hello = {.padding = padding}};
        struct felt_letter letter;
        uint32_t bucket = 0;

        felt_letter_open_to(&letter, s->b.node, &s->p.at, FELT_MEMBER_NONE);
        assert_true(felt_letter_write(&letter, &hello));
        while (bucket < FELT_BUCKETS && felt_letter_write_notices(&letter, bucket, 0, 4) >= 3)
            bucket++;
        assert_in_range(bucket, 3, FELT_BUCKETS - 1);
        assert_true(felt_letter_write(&letter, &answered));
    }
}

/* G-4.1 */
static void the_digest_is_that_of_the_tables(void **state)
{
    struct scene *s = *state;
    struct felt_digest d = felt_node_digest(s->b.node);

    assert_int_equal(d.era, 1);
    assert_true(d.slots == felt_slot_map_digest(s->b.node->map));
    assert_true(d.members == felt_members_digest(s->b.node->members));
    bench_done(&s->b);
    bench_join(&s->b, &s->p.at);
    d = felt_node_digest(s->b.node);
    assert_int_equal(d.era, 0);
    assert_true(d.slots == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(an_empty_letter_is_not_sent),
        SCENE(what_was_written_arrives_at_the_announced_address),
        SCENE(every_letter_has_a_number_of_its_own_sent_or_not),
        SCENE(what_does_not_fit_leaves_the_letter_as_it_was),
        SCENE(a_member_is_written_whole_or_not_at_all),
        SCENE(rumours_ride_in_what_is_left_but_not_to_strangers),
        SCENE(a_flood_of_one_class_leaves_room_for_the_others),
        SCENE(rumours_of_slots_stay_at_home_while_a_gift_is_not_durable),
        SCENE(a_ragged_map_is_written_as_far_as_it_fits_and_reads_back),
        SCENE(behind_notices_too),
        SCENE(behind_slots_there_is_always_room_to_say_that_this_was_the_answer),
        SCENE(the_digest_is_that_of_the_tables),
    };

    return RUN_TESTS(tests);
}
