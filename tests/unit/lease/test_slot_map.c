/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/prng.h"
#include "lease/slot_map.h"
#include "tests/unit/lease/owner.h"

#define SLOTS  61 /* fewer than buckets, and no divisor */
#define OWNERS 5
#define ROUNDS 300

static struct felt_slot_map *empty(uint32_t n_slots)
{
    return map_of(n_slots, 0);
}

/* An entry as some node may hold it: (term, seq) decides the owner, so there is no fork. */
static struct felt_slot random_entry(struct felt_prng *prng, uint32_t slot)
{
    struct felt_slot e = {.term = 1 + felt_prng_below(prng, 3),
                          .seq = (uint32_t)felt_prng_below(prng, 3)};

    e.owner = owner(1 + (uint32_t)(slot + e.term * 7 + e.seq * 3) % OWNERS);
    return e;
}

static struct felt_slot_map *random_map(struct felt_prng *prng, bool forks)
{
    struct felt_slot_map *map = empty(SLOTS);

    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        struct felt_slot e = random_entry(prng, slot);

        if (felt_prng_below(prng, 4) == 0)
            continue; /* unknown */
        if (forks)
            e.owner = owner(1 + (uint32_t)felt_prng_below(prng, OWNERS));
        felt_slot_map_merge(map, slot, &e);
    }
    return map;
}

static struct felt_slot_map *copy(const struct felt_slot_map *from)
{
    struct felt_slot_map *map = empty(felt_slot_map_slots(from));

    felt_slot_map_merge_all(map, from);
    return map;
}

static void assert_same(const struct felt_slot_map *a, const struct felt_slot_map *b)
{
    assert_int_equal(felt_slot_map_slots(a), felt_slot_map_slots(b));
    assert_int_equal(felt_slot_map_known(a), felt_slot_map_known(b));
    for (uint32_t i = 0; i < felt_slot_map_slots(a); i++) {
        struct felt_slot x = felt_slot_map_get(a, i), y = felt_slot_map_get(b, i);

        assert_true(x.term == y.term);
        assert_int_equal(x.seq, y.seq);
        assert_true(felt_id_equal(&x.owner, &y.owner));
    }
    assert_true(felt_slot_map_digest(a) == felt_slot_map_digest(b));
    assert_memory_equal(felt_slot_map_buckets(a), felt_slot_map_buckets(b),
                        FELT_BUCKETS * sizeof(uint64_t));
}

/* Counts by hand what the map counts as it goes. */
static void assert_counts(const struct felt_slot_map *map)
{
    uint32_t stakes = 0, owners = 0, known = 0;
    uint64_t sum = 0;

    for (uint32_t n = 1; n <= OWNERS; n++) {
        struct felt_id id = owner(n);
        uint32_t stake = 0;

        for (uint32_t i = 0; i < felt_slot_map_slots(map); i++)
            stake += felt_slot_map_owns(map, &id, i);
        assert_int_equal(felt_slot_map_stake(map, &id), stake);
        stakes += stake;
        owners += stake > 0;
    }
    for (uint32_t i = 0; i < felt_slot_map_slots(map); i++)
        known += felt_slot_map_get(map, i).term > 0;
    for (uint32_t b = 0; b < FELT_BUCKETS; b++)
        sum += felt_slot_map_buckets(map)[b];
    assert_int_equal(felt_slot_map_known(map), known);
    assert_int_equal(stakes, known);
    assert_int_equal(felt_slot_map_owners(map), owners);
    assert_true(felt_slot_map_digest(map) == sum);
}

static void a_new_map_knows_nothing(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = empty(SLOTS);
    struct felt_id id = owner(1);

    (void)state;
    assert_int_equal(felt_slot_map_slots(map), SLOTS);
    assert_int_equal(felt_slot_map_known(map), 0);
    assert_int_equal(felt_slot_map_owners(map), 0);
    assert_int_equal(felt_slot_map_stake(map, &id), 0);
    assert_false(felt_slot_map_owns(map, &id, 0));
    assert_false(felt_slot_map_owns(map, &(struct felt_id){{0}}, 0));
    assert_true(felt_slot_map_digest(map) == 0);
    assert_int_equal(felt_slot_map_run(map, 0, SLOTS).count, SLOTS);
    assert_true(felt_slot_map_run(map, 0, SLOTS).term == 0);
    felt_slot_map_free(NULL);
}

/* L-2.1.1 */
static void the_larger_term_wins_and_then_the_larger_seq(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = empty(1);
    struct felt_slot e = {.owner = owner(1), .term = 2, .seq = 5};

    (void)state;
    assert_int_equal(felt_slot_map_merge(map, 0, &e), FELT_MERGE_NEWER);
    assert_int_equal(felt_slot_map_merge(map, 0, &e), FELT_MERGE_SAME);
    e = (struct felt_slot){.owner = owner(2), .term = 2, .seq = 4};
    assert_int_equal(felt_slot_map_merge(map, 0, &e), FELT_MERGE_OLDER);
    e = (struct felt_slot){.owner = owner(2), .term = 1, .seq = UINT32_MAX};
    assert_int_equal(felt_slot_map_merge(map, 0, &e), FELT_MERGE_OLDER);
    assert_owner(map, 0, 1);
    e = (struct felt_slot){.owner = owner(2), .term = 2, .seq = 6};
    assert_int_equal(felt_slot_map_merge(map, 0, &e), FELT_MERGE_NEWER);
    e = (struct felt_slot){.owner = owner(3), .term = 3, .seq = 0};
    assert_int_equal(felt_slot_map_merge(map, 0, &e), FELT_MERGE_NEWER);
    assert_owner(map, 0, 3);
}

/* L-2.1.1 */
static void merging_is_commutative(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 1);
    for (int k = 0; k < ROUNDS; k++) {
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *a = random_map(&prng, k % 2);
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *b = random_map(&prng, k % 2);
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *ab = copy(a);
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *ba = copy(b);

        felt_slot_map_merge_all(ab, b);
        felt_slot_map_merge_all(ba, a);
        assert_same(ab, ba);
    }
}

/* L-2.1.1 */
static void merging_is_associative(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 2);
    for (int k = 0; k < ROUNDS; k++) {
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *a = random_map(&prng, k % 2);
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *b = random_map(&prng, k % 2);
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *c = random_map(&prng, k % 2);
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *left = copy(a);
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *right = copy(b);

        felt_slot_map_merge_all(left, b);
        felt_slot_map_merge_all(left, c);
        felt_slot_map_merge_all(right, c);
        felt_slot_map_merge_all(right, a);
        assert_same(left, right);
    }
}

/* L-2.1.1 */
static void merging_is_idempotent_and_says_so(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 3);
    for (int k = 0; k < ROUNDS; k++) {
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *a = random_map(&prng, true);
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *b = copy(a);

        assert_int_equal(felt_slot_map_merge_all(b, a), FELT_MERGE_SAME);
        assert_same(a, b);
    }
}

static void no_entry_ever_falls(void **state)
{
    struct felt_prng prng;
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = empty(SLOTS);

    (void)state;
    felt_prng_init(&prng, 4);
    for (int k = 0; k < 20 * ROUNDS; k++) {
        uint32_t slot = (uint32_t)felt_prng_below(&prng, SLOTS);
        struct felt_slot e = random_entry(&prng, slot), before = felt_slot_map_get(map, slot);
        struct felt_slot after;

        felt_slot_map_merge(map, slot, &e);
        after = felt_slot_map_get(map, slot);
        assert_true(after.term > before.term ||
                    (after.term == before.term && after.seq >= before.seq));
        assert_true(after.term > e.term || (after.term == e.term && after.seq >= e.seq));
    }
}

static void counts_and_digest_kept_on_the_way_equal_those_of_a_map_from_scratch(void **state)
{
    struct felt_prng prng;
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = empty(SLOTS);

    (void)state;
    felt_prng_init(&prng, 5);
    for (int k = 0; k < 20 * ROUNDS; k++) {
        uint32_t slot = (uint32_t)felt_prng_below(&prng, SLOTS);
        struct felt_slot e = random_entry(&prng, slot);
        struct felt_id to = owner(1 + (uint32_t)felt_prng_below(&prng, OWNERS));

        if (k % 3 == 0 && felt_slot_map_get(map, slot).term > 0)
            assert_true(felt_slot_map_give(map, slot, &to));
        else
            felt_slot_map_merge(map, slot, &e);
        if (k % 20 == 0) {
            _cleanup_(felt_slot_map_freep) struct felt_slot_map *scratch = copy(map);

            assert_counts(map);
            assert_same(map, scratch);
        }
    }
}

/* L-2.1.2 */
static void in_a_fork_the_lower_id_wins_whatever_the_order(void **state)
{
    static const uint32_t orders[][3] = {{1, 2, 3}, {1, 3, 2}, {2, 1, 3},
                                         {2, 3, 1}, {3, 1, 2}, {3, 2, 1}};

    (void)state;
    for (size_t k = 0; k < FELT_ARRAY_LEN(orders); k++) {
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = empty(1);

        for (int i = 0; i < 3; i++) {
            struct felt_slot e = {.owner = owner(orders[k][i]), .term = 1, .seq = 1};

            assert_int_equal(felt_slot_map_merge(map, 0, &e),
                             i == 0 ? FELT_MERGE_NEWER : FELT_MERGE_FORK);
        }
        assert_owner(map, 0, 1);
        assert_int_equal(felt_slot_map_owners(map), 1);
    }
}

/* L-2.1.2 */
static void the_worst_outcome_of_a_whole_merge_is_told(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(3, 1);
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *other = map_of(3, 1);

    (void)state;
    assert_int_equal(felt_slot_map_merge_all(map, other), FELT_MERGE_SAME);
    set_slots(map, 0, 1, 2);
    assert_int_equal(felt_slot_map_merge_all(map, other), FELT_MERGE_OLDER);
    set_slots(other, 1, 1, 2);
    assert_int_equal(felt_slot_map_merge_all(map, other), FELT_MERGE_NEWER);
    set_slots(other, 0, 1, 3);
    assert_int_equal(felt_slot_map_merge_all(map, other), FELT_MERGE_FORK);
    assert_owner(map, 0, 2);
}

/* L-2.1.3 */
static void giving_raises_seq_by_one_and_keeps_the_term(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = empty(2);
    struct felt_slot e = {.owner = owner(1), .term = 7, .seq = 3};
    struct felt_id to = owner(2), from = owner(1);

    (void)state;
    felt_slot_map_merge(map, 1, &e);
    assert_true(felt_slot_map_give(map, 1, &to));
    assert_owner(map, 1, 2);
    assert_true(felt_slot_map_get(map, 1).term == 7);
    assert_int_equal(felt_slot_map_get(map, 1).seq, 4);
    assert_int_equal(felt_slot_map_stake(map, &from), 0);
    assert_int_equal(felt_slot_map_stake(map, &to), 1);
    assert_int_equal(felt_slot_map_merge(map, 1, &e), FELT_MERGE_OLDER);
}

static void a_slot_whose_seq_is_at_its_end_is_given_no_more(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = empty(1);
    struct felt_slot e = {.owner = owner(1), .term = 1, .seq = UINT32_MAX};
    struct felt_id to = owner(2);

    (void)state;
    felt_slot_map_merge(map, 0, &e);
    assert_false(felt_slot_map_give(map, 0, &to));
    assert_owner(map, 0, 1);
}

static void owners_come_and_go_without_end(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(2, 1);

    (void)state;
    for (uint32_t n = 2; n < 5000; n++) {
        struct felt_id id = owner(n), before = owner(n - 1);

        set_slots(map, 0, 1, n);
        assert_int_equal(felt_slot_map_stake(map, &id), 1);
        assert_int_equal(felt_slot_map_stake(map, &before), n == 2 ? 1 : 0);
        assert_int_equal(felt_slot_map_owners(map), 2);
    }
    assert_owner(map, 1, 1);
}

static void a_slot_changes_hands_where_every_slot_has_an_owner_of_its_own(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(3, 1);
    struct felt_slot later = {.owner = owner(9), .term = 1, .seq = 5};

    (void)state;
    set_slots(map, 1, 1, 2);
    set_slots(map, 2, 1, 3);
    set_slots(map, 2, 1, 4);
    assert_owner(map, 2, 4);
    assert_int_equal(felt_slot_map_merge(map, 0, &later), FELT_MERGE_NEWER);
    assert_owner(map, 0, 9);
    assert_int_equal(felt_slot_map_owners(map), 3);
}

static void runs_are_as_long_as_owner_term_and_seq_are_equal(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(10, 1);
    struct felt_run run;

    (void)state;
    set_slots(map, 3, 4, 2);
    set_slots(map, 6, 1, 2); /* same owner, later seq */
    run = felt_slot_map_run(map, 0, 10);
    assert_int_equal(run.count, 3);
    assert_int_equal(run.seq, 0);
    run = felt_slot_map_run(map, 3, 10);
    assert_int_equal(run.count, 3);
    assert_int_equal(run.seq, 1);
    assert_true(felt_id_equal(&run.owner, &(struct felt_id){{0, 0, 0, 2}}));
    assert_int_equal(felt_slot_map_run(map, 6, 10).count, 1);
    assert_int_equal(felt_slot_map_run(map, 7, 10).count, 3);
    assert_int_equal(felt_slot_map_run(map, 7, 9).count, 2);
    assert_int_equal(felt_slot_map_run(map, 9, 10).count, 1);
    assert_int_equal(felt_slot_map_run(map, 4, 5).count, 1);
}

static void runs_cover_a_map_whole_whatever_is_in_it(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 6);
    for (int k = 0; k < ROUNDS; k++) {
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = random_map(&prng, true);
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *again = empty(SLOTS);
        uint32_t at = 0;

        while (at < SLOTS) {
            struct felt_run run = felt_slot_map_run(map, at, SLOTS);
            struct felt_slot e = {.owner = run.owner, .term = run.term, .seq = run.seq};

            assert_true(run.count > 0);
            for (uint32_t end = at + run.count; at < end; at++)
                if (e.term > 0)
                    felt_slot_map_merge(again, at, &e);
        }
        assert_same(map, again);
    }
}

/* G-4.2.1 */
static void buckets_cut_the_slots_without_gap_or_overlap(void **state)
{
    static const uint32_t sizes[] = {1, 2, 63, 64, 65, 255, 1000, 65535, 65536};

    (void)state;
    for (size_t k = 0; k < FELT_ARRAY_LEN(sizes); k++) {
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = empty(sizes[k]);
        uint32_t at = 0;

        for (uint32_t b = 0; b < FELT_BUCKETS; b++) {
            uint32_t first, end;

            felt_slot_map_bucket(map, b, &first, &end);
            assert_int_equal(first, at);
            assert_true(end >= first);
            if (end > first) {
                assert_int_equal((uint64_t)first * FELT_BUCKETS / sizes[k], b);
                assert_int_equal((uint64_t)(end - 1) * FELT_BUCKETS / sizes[k], b);
            }
            at = end;
        }
        assert_int_equal(at, sizes[k]);
    }
}

static void a_changed_slot_changes_its_own_bucket_only(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *a = map_of(1000, 1);
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *b = map_of(1000, 1);

    (void)state;
    set_slots(b, 500, 1, 2);
    for (uint32_t k = 0; k < FELT_BUCKETS; k++) {
        uint32_t first, end;

        felt_slot_map_bucket(a, k, &first, &end);
        assert_int_equal(felt_slot_map_buckets(a)[k] != felt_slot_map_buckets(b)[k],
                         first <= 500 && 500 < end);
    }
}

static void a_network_of_one_slot_works(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(1, 1);

    (void)state;
    assert_int_equal(felt_slot_map_run(map, 0, 1).count, 1);
    assert_counts(map);
    set_slots(map, 0, 1, 2);
    assert_counts(map);
}

static void the_largest_network_works_with_an_owner_for_each_slot(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(FELT_SLOTS_MAX, 1);

    (void)state;
    assert_int_equal(felt_slot_map_run(map, 0, FELT_SLOTS_MAX).count, FELT_SLOTS_MAX);
    set_slots(map, FELT_SLOTS_MAX - 1, 1, 2);
    assert_int_equal(felt_slot_map_run(map, 0, FELT_SLOTS_MAX).count, FELT_SLOTS_MAX - 1);
    assert_owner(map, FELT_SLOTS_MAX - 1, 2);
    /* In this order each new owner finds a free place early. */
    for (uint32_t i = 0; i < 2000; i++)
        set_slots(map, i, 1, 10 + i);
    assert_int_equal(felt_slot_map_owners(map), 2002);
    assert_int_equal(felt_slot_map_known(map), FELT_SLOTS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_map_knows_nothing),
        cmocka_unit_test(the_larger_term_wins_and_then_the_larger_seq),
        cmocka_unit_test(merging_is_commutative),
        cmocka_unit_test(merging_is_associative),
        cmocka_unit_test(merging_is_idempotent_and_says_so),
        cmocka_unit_test(no_entry_ever_falls),
        cmocka_unit_test(counts_and_digest_kept_on_the_way_equal_those_of_a_map_from_scratch),
        cmocka_unit_test(in_a_fork_the_lower_id_wins_whatever_the_order),
        cmocka_unit_test(the_worst_outcome_of_a_whole_merge_is_told),
        cmocka_unit_test(giving_raises_seq_by_one_and_keeps_the_term),
        cmocka_unit_test(a_slot_whose_seq_is_at_its_end_is_given_no_more),
        cmocka_unit_test(owners_come_and_go_without_end),
        cmocka_unit_test(a_slot_changes_hands_where_every_slot_has_an_owner_of_its_own),
        cmocka_unit_test(runs_are_as_long_as_owner_term_and_seq_are_equal),
        cmocka_unit_test(runs_cover_a_map_whole_whatever_is_in_it),
        cmocka_unit_test(buckets_cut_the_slots_without_gap_or_overlap),
        cmocka_unit_test(a_changed_slot_changes_its_own_bucket_only),
        cmocka_unit_test(a_network_of_one_slot_works),
        cmocka_unit_test(the_largest_network_works_with_an_owner_for_each_slot),
    };

    return RUN_TESTS(tests);
}
