/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/id_map.h"
#include "base/prng.h"

/* An id whose home is the same for all that share `hash`. */
static struct felt_id id_of(uint32_t hash, uint32_t rest)
{
    struct felt_id id = {{0}};

    felt_put_be32(id.b, hash);
    felt_put_be32(id.b + 12, rest);
    return id;
}

/* The ids that values stand for: the map's owner has them. */
enum { VALUES = 60001 };
static struct felt_id ids_of_values[VALUES];

static const struct felt_id *id_of_value(const void *owner, uint32_t value)
{
    const struct felt_id *ids = owner;

    assert_true(value < VALUES);
    return &ids[value];
}

static struct felt_id_map *map_for(uint32_t entries_max)
{
    struct felt_id_map *map = NULL;

    assert_int_equal(felt_id_map_new(entries_max, id_of_value, ids_of_values, &map), 0);
    return map;
}

static bool put(struct felt_id_map *map, const struct felt_id *id, uint32_t value)
{
    struct felt_id before = ids_of_values[value];

    ids_of_values[value] = *id;
    if (felt_id_map_put(map, id, value))
        return true;
    ids_of_values[value] = before;
    return false;
}

static void an_empty_map_has_nobody_and_removes_nobody(void **state)
{
    _cleanup_(felt_id_map_freep) struct felt_id_map *map = NULL;
    struct felt_id id = id_of(1, 1), nobody = {{0}};

    (void)state;
    map = map_for(10);
    assert_int_equal(felt_id_map_count(map), 0);
    assert_int_equal(felt_id_map_get(map, &id), FELT_ID_MAP_NONE);
    assert_int_equal(felt_id_map_get(map, &nobody), FELT_ID_MAP_NONE);
    assert_false(felt_id_map_remove(map, &id));
    felt_id_map_free(NULL);
}

static void a_map_for_nobody_takes_nobody(void **state)
{
    _cleanup_(felt_id_map_freep) struct felt_id_map *map = NULL;
    struct felt_id id = id_of(1, 1);

    (void)state;
    map = map_for(0);
    assert_false(put(map, &id, 0));
    assert_int_equal(felt_id_map_count(map), 0);
    assert_int_equal(felt_id_map_get(map, &id), FELT_ID_MAP_NONE);
}

static void values_are_kept_at_their_limits_and_overwritten(void **state)
{
    _cleanup_(felt_id_map_freep) struct felt_id_map *map = NULL;
    struct felt_id id = id_of(UINT32_MAX, 1), nobody = {{0}};

    (void)state;
    map = map_for(2);
    assert_true(put(map, &id, 0));
    assert_int_equal(felt_id_map_get(map, &id), 0);
    assert_true(put(map, &id, VALUES - 1));
    assert_int_equal(felt_id_map_get(map, &id), VALUES - 1);
    assert_int_equal(felt_id_map_count(map), 1);
    assert_true(put(map, &nobody, 3)); /* all zero is an id like any other here */
    assert_int_equal(felt_id_map_get(map, &nobody), 3);
}

static void a_full_map_refuses_the_next_but_still_overwrites(void **state)
{
    enum { MAX = 100 };
    _cleanup_(felt_id_map_freep) struct felt_id_map *map = NULL;
    struct felt_id id = id_of(MAX, MAX);

    (void)state;
    map = map_for(MAX);
    for (uint32_t i = 0; i < MAX; i++) {
        struct felt_id each = id_of(i, i);

        assert_true(put(map, &each, i));
    }
    assert_false(put(map, &id, 5));
    assert_int_equal(felt_id_map_get(map, &id), FELT_ID_MAP_NONE);
    assert_int_equal(felt_id_map_count(map), MAX);
    id = id_of(7, 7);
    assert_true(put(map, &id, 1000));
    assert_true(felt_id_map_remove(map, &id));
    assert_false(felt_id_map_remove(map, &id));
    id = id_of(MAX, MAX);
    assert_true(put(map, &id, 5));
    assert_int_equal(felt_id_map_get(map, &id), 5);
}

static void ids_of_one_home_do_not_hide_each_other_when_some_leave(void **state)
{
    _cleanup_(felt_id_map_freep) struct felt_id_map *map = NULL;
    struct felt_id ids[6];

    (void)state;
    map = map_for(6);
    for (uint32_t i = 0; i < 6; i++) {
        ids[i] = id_of(15, i); /* the last cell of the first table: they run over its end */
        assert_true(put(map, &ids[i], i));
    }
    for (uint32_t gone = 0; gone < 6; gone++) {
        assert_true(felt_id_map_remove(map, &ids[gone]));
        for (uint32_t i = 0; i < 6; i++)
            assert_int_equal(felt_id_map_get(map, &ids[i]), i <= gone ? FELT_ID_MAP_NONE : i);
    }
}

static void any_order_of_puts_and_removals_agrees_with_a_plain_table(void **state)
{
    enum { IDS = 400, LIMIT = 150, OPERATIONS = 60000 };
    uint32_t values[IDS], count = 0, refused = 0;
    _cleanup_(felt_id_map_freep) struct felt_id_map *map = NULL;
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 0x1d);
    map = map_for(LIMIT);
    for (uint32_t i = 0; i < IDS; i++)
        values[i] = FELT_ID_MAP_NONE;
    for (uint32_t n = 0; n < OPERATIONS; n++) {
        uint32_t i = (uint32_t)felt_prng_below(&prng, IDS);
        /* Few homes, so that chains are long, the end of the table among them. */
        struct felt_id id = id_of(i % 23 + UINT32_MAX - 11, i);
        bool was = values[i] != FELT_ID_MAP_NONE;

        /* Times of growth and times of shrinking. */
        if (felt_prng_below(&prng, 100) < (n / 2000 % 2 ? 30 : 70)) {
            bool fits = was || count < LIMIT;

            assert_int_equal(put(map, &id, n), fits);
            if (fits)
                values[i] = n;
            refused += !fits;
            count += fits && !was;
        } else {
            assert_int_equal(felt_id_map_remove(map, &id), was);
            values[i] = FELT_ID_MAP_NONE;
            count -= was;
        }
        assert_int_equal(felt_id_map_count(map), count);
        i = (uint32_t)felt_prng_below(&prng, IDS);
        id = id_of(i % 23 + UINT32_MAX - 11, i);
        assert_int_equal(felt_id_map_get(map, &id), values[i]);
    }
    assert_true(refused > 0); /* else the limit was never met */
}

static void a_large_map_finds_all_and_nobody_else(void **state)
{
    enum { MANY = 20000 };
    _cleanup_(felt_id_map_freep) struct felt_id_map *map = NULL;
    struct felt_id id = {{0}};
    struct felt_prng prng;

    (void)state;
    map = map_for(MANY);
    felt_prng_init(&prng, 9);
    for (uint32_t i = 0; i < MANY; i++) {
        felt_put_be64(id.b, felt_prng_next(&prng));
        assert_true(put(map, &id, i));
    }
    felt_prng_init(&prng, 9);
    for (uint32_t i = 0; i < MANY; i++) {
        felt_put_be64(id.b, felt_prng_next(&prng));
        assert_int_equal(felt_id_map_get(map, &id), i);
        id.b[15] = 1;
        assert_int_equal(felt_id_map_get(map, &id), FELT_ID_MAP_NONE);
        id.b[15] = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_has_nobody_and_removes_nobody),
        cmocka_unit_test(a_map_for_nobody_takes_nobody),
        cmocka_unit_test(values_are_kept_at_their_limits_and_overwritten),
        cmocka_unit_test(a_full_map_refuses_the_next_but_still_overwrites),
        cmocka_unit_test(ids_of_one_home_do_not_hide_each_other_when_some_leave),
        cmocka_unit_test(any_order_of_puts_and_removals_agrees_with_a_plain_table),
        cmocka_unit_test(a_large_map_finds_all_and_nobody_else),
    };

    return RUN_TESTS(tests);
}
