/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "base/prng.h"
#include "sim/queue.h"

static void add(struct sim_queue *queue, felt_usec when, uint64_t a)
{
    sim_queue_add(queue, &(struct sim_happening){.when = when, .kind = SIM_SCRIPT, .a = a});
}

static void an_empty_queue_never_happens(void **state)
{
    _cleanup_(sim_queue_freep) struct sim_queue *queue = sim_queue_new();

    (void)state;
    assert_int_equal(sim_queue_count(queue), 0);
    assert_true(sim_queue_first(queue) == FELT_USEC_NEVER);
}

static void the_earliest_comes_first(void **state)
{
    _cleanup_(sim_queue_freep) struct sim_queue *queue = sim_queue_new();

    (void)state;
    add(queue, 3, 0);
    add(queue, 1, 0);
    add(queue, 2, 0);
    for (felt_usec when = 1; when <= 3; when++) {
        assert_int_equal(sim_queue_first(queue), when);
        assert_int_equal(sim_queue_take(queue).when, when);
    }
    assert_int_equal(sim_queue_count(queue), 0);
}

static void what_happens_at_one_instant_happens_in_the_order_of_making(void **state)
{
    _cleanup_(sim_queue_freep) struct sim_queue *queue = sim_queue_new();

    (void)state;
    for (uint64_t i = 0; i < 100; i++)
        add(queue, 7, i);
    for (uint64_t i = 0; i < 100; i++)
        assert_int_equal(sim_queue_take(queue).a, i);
}

static void ten_thousand_at_random_come_in_order(void **state)
{
    _cleanup_(sim_queue_freep) struct sim_queue *queue = sim_queue_new();
    struct felt_prng prng;
    uint64_t order[64] = {0};
    felt_usec last = 0;

    (void)state;
    felt_prng_init(&prng, 1);
    for (uint64_t i = 0; i < 10000; i++)
        add(queue, felt_prng_below(&prng, 64), i + 1);
    for (unsigned i = 0; i < 10000; i++) {
        struct sim_happening h = sim_queue_take(queue);

        assert_true(h.when >= last);
        assert_true(h.a > order[h.when]);
        order[h.when] = h.a;
        last = h.when;
    }
    assert_int_equal(sim_queue_count(queue), 0);
}

/* Of host 1 only what was put off, in the order of making. */
static void what_was_put_off_can_be_hastened(void **state)
{
    static const uint64_t expected[] = {1, 2, 5, 3, 4};
    _cleanup_(sim_queue_freep) struct sim_queue *queue = sim_queue_new();
    static const struct sim_happening all[] = {
        {.when = 90, .turn = 90, .host = 1, .kind = SIM_SAVED, .a = 1},
        {.when = 90, .turn = 90, .host = 1, .kind = SIM_SEEDS, .a = 2},
        {.when = 91, .turn = 0, .host = 1, .kind = SIM_SAVED, .a = 3},
        {.when = 92, .turn = 92, .host = 2, .kind = SIM_SAVED, .a = 4},
        {.when = 80, .turn = 80, .host = 1, .kind = SIM_SAVED, .a = 5},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(all); i++)
        sim_queue_add(queue, &all[i]);
    sim_queue_hasten(queue, 1, 50);
    for (size_t i = 0; i < FELT_ARRAY_LEN(all); i++) {
        struct sim_happening h = sim_queue_take(queue);

        assert_int_equal(h.a, expected[i]);
        assert_int_equal(h.when, i < 3 ? 50 : all[expected[i] - 1].when);
    }
}

static void a_datagram_is_a_copy(void **state)
{
    _cleanup_(sim_queue_freep) struct sim_queue *queue = sim_queue_new();
    uint8_t bytes[] = {1, 2, 3};
    struct sim_happening h = {.when = 1, .kind = SIM_ARRIVES, .len = 3};

    (void)state;
    h.bytes = sim_queue_copy(queue, felt_bytes(bytes, 3));
    sim_queue_add(queue, &h);
    memset(bytes, 0, sizeof(bytes));
    h = sim_queue_take(queue);
    assert_memory_equal(h.bytes, ((uint8_t[]){1, 2, 3}), 3);
    sim_queue_drop_bytes(queue, &h);
    assert_null(h.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_queue_never_happens),
        cmocka_unit_test(the_earliest_comes_first),
        cmocka_unit_test(what_happens_at_one_instant_happens_in_the_order_of_making),
        cmocka_unit_test(ten_thousand_at_random_come_in_order),
        cmocka_unit_test(what_was_put_off_can_be_hastened),
        cmocka_unit_test(a_datagram_is_a_copy),
    };

    return RUN_TESTS(tests);
}
