/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/prng.h"
#include "lease/exchange.h"
#include "tests/unit/lease/owner.h"
#include "wire/reader.h"

#define SLOTS 1000

/* A map in which each slot has another owner than the one before. */
static struct felt_slot_map *ragged(void)
{
    struct felt_slot_map *map = map_of(SLOTS, 1);

    for (uint32_t i = 0; i < SLOTS; i += 2)
        set_slots(map, i, 1, 2 + i % 7);
    return map;
}

static struct felt_message slots_of(const struct felt_slot_map *map, uint64_t era, uint32_t first,
                                    uint32_t end, uint32_t *ret_next)
{
    struct felt_message m = {0};

    *ret_next = felt_exchange_fill(map, first, end, &m);
    m.slots.era = era;
    return m;
}

static void a_map_of_one_owner_is_one_run(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);
    struct felt_message m;
    uint32_t next;

    (void)state;
    m = slots_of(map, 1, 0, SLOTS, &next);
    assert_int_equal(m.type, FELT_MESSAGE_SLOTS);
    assert_int_equal(next, SLOTS);
    assert_int_equal(m.slots.total, SLOTS);
    assert_int_equal(m.slots.first, 0);
    assert_int_equal(m.slots.n, 1);
    assert_int_equal(m.slots.runs[0].count, SLOTS);
}

static void a_part_of_a_map_stays_within_its_ends(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);
    struct felt_message m;
    uint32_t next;

    (void)state;
    m = slots_of(map, 1, 10, 20, &next);
    assert_int_equal(next, 20);
    assert_int_equal(m.slots.first, 10);
    assert_int_equal(m.slots.runs[0].count, 10);
    m = slots_of(map, 1, 20, 20, &next);
    assert_int_equal(next, 20);
    assert_int_equal(m.slots.n, 0);
}

/* L-2.3.2 */
static void message_after_message_a_whole_map_comes_over(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *from = ragged();
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *to = map_of(SLOTS, 1);
    struct felt_exchange_news news;
    uint32_t next = 0, messages = 0, newer = 0;

    (void)state;
    while (next < SLOTS) {
        struct felt_message m = slots_of(from, 1, next, SLOTS, &next);

        assert_in_range(m.slots.n, 1, FELT_RUNS_MAX);
        assert_int_equal(felt_exchange_merge(to, &m, &news), FELT_VERDICT_TAKEN);
        newer += news.newer;
        assert_int_equal(news.forks, 0);
        messages++;
    }
    assert_int_equal(messages, (SLOTS + FELT_RUNS_MAX - 1) / FELT_RUNS_MAX);
    assert_int_equal(newer, SLOTS / 2);
    assert_true(felt_slot_map_digest(from) == felt_slot_map_digest(to));
}

static void a_message_twice_is_stale_the_second_time(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *from = map_of(SLOTS, 1);
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *to = map_of(SLOTS, 1);
    struct felt_exchange_news news;
    struct felt_message m;
    uint32_t next;

    (void)state;
    set_slots(from, 5, 3, 2);
    m = slots_of(from, 1, 0, SLOTS, &next);
    assert_int_equal(felt_exchange_merge(to, &m, &news), FELT_VERDICT_TAKEN);
    assert_int_equal(news.newer, 3);
    assert_int_equal(felt_exchange_merge(to, &m, &news), FELT_VERDICT_STALE);
    assert_int_equal(news.newer, 0);
}

/* L-2.3.1 */
static void another_number_of_slots_is_malformed_and_changes_nothing(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *from = map_of(SLOTS, 2);
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *to = map_of(SLOTS + 1, 1);
    struct felt_exchange_news news = {.newer = 77};
    struct felt_message m;
    uint64_t before = felt_slot_map_digest(to);
    uint32_t next;

    (void)state;
    m = slots_of(from, 1, 0, SLOTS, &next);
    m.slots.runs[0].seq = 9;
    assert_int_equal(felt_exchange_merge(to, &m, &news), FELT_VERDICT_MALFORMED);
    assert_int_equal(news.newer, 77);
    assert_true(felt_slot_map_digest(to) == before);
}

/* L-2.1.2 */
static void forks_are_counted_and_one_of_them_named(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *a = map_of(SLOTS, 1);
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *b = map_of(SLOTS, 1);
    struct felt_exchange_news news;
    struct felt_message m;
    uint32_t next;

    (void)state;
    set_slots(a, 7, 2, 2);
    set_slots(b, 7, 2, 3);
    m = slots_of(a, 1, 0, SLOTS, &next);
    assert_int_equal(felt_exchange_merge(b, &m, &news), FELT_VERDICT_TAKEN);
    assert_int_equal(news.forks, 2);
    assert_int_equal(news.newer, 0);
    assert_int_equal(news.fork_slot, 8);
    assert_owner(b, 7, 2);
}

/* L-2.4.1 */
static void catching_up_is_complete_with_the_last_slot_in_whatever_order(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *from = ragged();
    _cleanup_(felt_catchup_done) struct felt_catchup catchup = {0};
    uint32_t next;

    (void)state;
    assert_int_equal(felt_catchup_missing(&catchup), 0);
    assert_false(felt_catchup_complete(&catchup));
    for (uint32_t part = 10; part-- > 0;) {
        struct felt_message m = slots_of(from, 4, part * 100, part * 100 + 100, &next);

        assert_false(felt_catchup_complete(&catchup));
        assert_int_equal(felt_catchup_missing(&catchup), 0);
        assert_int_equal(felt_catchup_take(&catchup, SLOTS, &m), FELT_VERDICT_TAKEN);
    }
    assert_true(felt_catchup_complete(&catchup));
    assert_int_equal(felt_catchup_missing(&catchup), SLOTS);
    assert_true(felt_slot_map_digest(catchup.map) == felt_slot_map_digest(from));
}

static void what_is_missing_is_named_by_its_first_slot(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *from = ragged();
    _cleanup_(felt_catchup_done) struct felt_catchup catchup = {0};
    struct felt_message m;
    uint32_t next;

    (void)state;
    m = slots_of(from, 4, 0, 100, &next);
    felt_catchup_take(&catchup, SLOTS, &m);
    assert_int_equal(felt_catchup_missing(&catchup), 100);
    m = slots_of(from, 4, 200, 300, &next);
    felt_catchup_take(&catchup, SLOTS, &m);
    assert_int_equal(felt_catchup_missing(&catchup), 100);
    /* Twice is no harm, and no news either. */
    assert_int_equal(felt_catchup_take(&catchup, SLOTS, &m), FELT_VERDICT_TAKEN);
    m = slots_of(from, 4, 100, 200, &next);
    felt_catchup_take(&catchup, SLOTS, &m);
    assert_int_equal(felt_catchup_missing(&catchup), 300);
}

/* L-2.4.1 */
static void a_later_era_begins_anew_and_an_earlier_one_is_stale(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *old = map_of(SLOTS, 1);
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *new = map_of(SLOTS, 2);
    _cleanup_(felt_catchup_done) struct felt_catchup catchup = {0};
    struct felt_message first, second;
    uint32_t next;

    (void)state;
    first = slots_of(old, 4, 0, 500, &next);
    second = slots_of(new, 5, 500, SLOTS, &next);
    felt_catchup_take(&catchup, SLOTS, &first);
    assert_int_equal(felt_catchup_take(&catchup, SLOTS, &second), FELT_VERDICT_TAKEN);
    assert_true(catchup.era == 5);
    assert_int_equal(felt_slot_map_known(catchup.map), 500); /* nothing of era 4 is left */
    assert_int_equal(felt_catchup_missing(&catchup), 0);
    assert_int_equal(felt_catchup_take(&catchup, SLOTS, &first), FELT_VERDICT_STALE);
    assert_int_equal(felt_slot_map_known(catchup.map), 500);
}

static void catching_up_refuses_another_number_of_slots(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *from = map_of(SLOTS, 1);
    _cleanup_(felt_catchup_done) struct felt_catchup catchup = {0};
    struct felt_message m;
    uint32_t next;

    (void)state;
    m = slots_of(from, 4, 0, SLOTS, &next);
    assert_int_equal(felt_catchup_take(&catchup, SLOTS + 1, &m), FELT_VERDICT_MALFORMED);
    assert_null(catchup.map);
}

/* ---- through the wire codec and back ---- */

#define WIRE_SLOTS  300
#define WIRE_OWNERS 9 /* more would need more messages, and say no more */

/* A map as some node may hold it: (slot, term, seq) decides the owner, so there is no fork. */
static struct felt_slot_map *random_map(struct felt_prng *prng)
{
    struct felt_slot_map *map = map_of(WIRE_SLOTS, 1);
    uint32_t slot = 0;

    while (slot < WIRE_SLOTS) {
        uint32_t end = slot + 1 + (uint32_t)felt_prng_below(prng, 40);
        struct felt_slot e = {.term = 1 + felt_prng_below(prng, 3),
                              .seq = (uint32_t)felt_prng_below(prng, 4)};

        for (; slot < FELT_MIN(end, (uint32_t)WIRE_SLOTS); slot++) {
            e.owner = owner(1 + (uint32_t)(slot / 7 + e.term * 5 + e.seq * 3) % WIRE_OWNERS);
            felt_slot_map_merge(map, slot, &e);
        }
    }
    return map;
}

static struct felt_slot_map *copy_of(const struct felt_slot_map *from)
{
    struct felt_slot_map *map = map_of(WIRE_SLOTS, 0);

    felt_slot_map_merge_all(map, from);
    return map;
}

/* One message, encoded, decoded and merged. */
static void carry(struct felt_slot_map *to, struct felt_message *m)
{
    static const struct felt_envelope envelope = {.sender = {{1}}, .session = 1, .counter = 1};
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_exchange_news news;
    uint8_t bytes[4 * FELT_DATAGRAM_MAX]; /* sealed letters hold fewer runs; here it is the codec */
    struct felt_message read;
    struct felt_envelope from;
    size_t head, len;

    assert_int_equal(felt_envelope_encode(&envelope, bytes, sizeof(bytes), &head), 0);
    assert_int_equal(felt_message_encode(m, bytes + head, sizeof(bytes) - head, &len), 0);
    assert_int_equal(felt_reader_new(&reader), 0);
    assert_int_equal(felt_reader_begin(reader, felt_bytes(bytes, head + len), &from), 0);
    assert_int_equal(felt_reader_next(reader, &read), 1);
    assert_int_not_equal(felt_exchange_merge(to, &read, &news), FELT_VERDICT_MALFORMED);
    assert_int_equal(news.forks, 0);
}

/* The whole of `from`, in messages of random length, in random order, some of them twice. */
static void send_all(struct felt_prng *prng, const struct felt_slot_map *from,
                     struct felt_slot_map *to)
{
    uint32_t firsts[WIRE_SLOTS], n = 0, next = 0;

    while (next < WIRE_SLOTS) {
        firsts[n++] = next;
        next += 1 + (uint32_t)felt_prng_below(prng, 60);
    }
    for (uint32_t k = 0; k < 2 * n; k++) {
        uint32_t i = k < n ? k : (uint32_t)felt_prng_below(prng, n);
        uint32_t end = i + 1 < n ? firsts[i + 1] : WIRE_SLOTS, at = firsts[i];

        while (at < end) {
            struct felt_message m = slots_of(from, 3, at, end, &at);

            carry(to, &m);
        }
    }
}

/* L-2.1.1, L-2.3.2: whatever order, and however often, what crossed the wire merges to the same. */
static void what_crosses_the_wire_merges_as_the_maps_do(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 11);
    for (int round = 0; round < 60; round++) {
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *a = random_map(&prng);
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *b = random_map(&prng);
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *merged = copy_of(a);
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *ab = map_of(WIRE_SLOTS, 0);
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *ba = map_of(WIRE_SLOTS, 0);

        felt_slot_map_merge_all(merged, b);
        send_all(&prng, a, ab);
        assert_true(felt_slot_map_digest(ab) == felt_slot_map_digest(a)); /* nothing got lost */
        send_all(&prng, b, ab);
        send_all(&prng, b, ba);
        send_all(&prng, a, ba);
        send_all(&prng, a, ba); /* idempotent */
        assert_true(felt_slot_map_digest(ab) == felt_slot_map_digest(merged));
        assert_true(felt_slot_map_digest(ba) == felt_slot_map_digest(merged));
        for (uint32_t slot = 0; slot < WIRE_SLOTS; slot++) { /* monotone */
            struct felt_slot old = felt_slot_map_get(a, slot), new = felt_slot_map_get(ab, slot);

            assert_true(new.term > old.term || (new.term == old.term &&new.seq >= old.seq));
        }
    }
}

/* As many slots as there may be, each with another entry than its neighbours. */
static void the_largest_map_there_may_be_crosses_the_wire(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *from = map_of(FELT_SLOTS_MAX, 1);
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *to = map_of(FELT_SLOTS_MAX, 0);
    uint32_t messages = 0;

    (void)state;
    for (uint32_t slot = 0; slot < FELT_SLOTS_MAX; slot += 2)
        set_slots(from, slot, 1, 2 + slot % 5);
    for (uint32_t at = 0; at < FELT_SLOTS_MAX; messages++) {
        struct felt_message m = slots_of(from, 1, at, FELT_SLOTS_MAX, &at);

        carry(to, &m);
    }
    assert_int_equal(felt_slot_map_known(to), FELT_SLOTS_MAX);
    assert_true(felt_slot_map_digest(from) == felt_slot_map_digest(to));
    assert_int_equal(messages, (FELT_SLOTS_MAX + FELT_RUNS_MAX - 1) / FELT_RUNS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_of_one_owner_is_one_run),
        cmocka_unit_test(a_part_of_a_map_stays_within_its_ends),
        cmocka_unit_test(message_after_message_a_whole_map_comes_over),
        cmocka_unit_test(a_message_twice_is_stale_the_second_time),
        cmocka_unit_test(another_number_of_slots_is_malformed_and_changes_nothing),
        cmocka_unit_test(forks_are_counted_and_one_of_them_named),
        cmocka_unit_test(catching_up_is_complete_with_the_last_slot_in_whatever_order),
        cmocka_unit_test(what_is_missing_is_named_by_its_first_slot),
        cmocka_unit_test(a_later_era_begins_anew_and_an_earlier_one_is_stale),
        cmocka_unit_test(catching_up_refuses_another_number_of_slots),
        cmocka_unit_test(what_crosses_the_wire_merges_as_the_maps_do),
        cmocka_unit_test(the_largest_map_there_may_be_crosses_the_wire),
    };

    return RUN_TESTS(tests);
}
