/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdbool.h>
#include <string.h>

#include "gossip/ring.h"

#define MEMBERS_MAX 50

static struct felt_ring *ring_of(uint32_t n, struct felt_prng *prng)
{
    struct felt_ring *ring = NULL;

    felt_prng_init(prng, 42);
    assert_int_equal(felt_ring_new(MEMBERS_MAX, &ring), 0);
    for (uint32_t i = 0; i < n; i++)
        felt_ring_add(ring, prng, i);
    assert_int_equal(felt_ring_count(ring), n);
    return ring;
}

static void the_only_member_comes_every_time(void **state)
{
    struct felt_prng prng;
    _cleanup_(felt_ring_freep) struct felt_ring *ring = ring_of(1, &prng);

    (void)state;
    for (int k = 0; k < 5; k++)
        assert_int_equal(felt_ring_next(ring, &prng), 0);
    felt_ring_free(NULL);
}

/* G-3.1.1 */
static void each_round_has_every_member_once(void **state)
{
    struct felt_prng prng;
    _cleanup_(felt_ring_freep) struct felt_ring *ring = ring_of(MEMBERS_MAX, &prng);

    (void)state;
    for (int round = 0; round < 20; round++) {
        bool seen[MEMBERS_MAX] = {false};

        for (uint32_t k = 0; k < MEMBERS_MAX; k++) {
            uint32_t i = felt_ring_next(ring, &prng);

            assert_true(i < MEMBERS_MAX);
            assert_false(seen[i]);
            seen[i] = true;
        }
    }
}

static void rounds_differ_in_their_order(void **state)
{
    struct felt_prng prng;
    _cleanup_(felt_ring_freep) struct felt_ring *ring = ring_of(MEMBERS_MAX, &prng);
    uint32_t first[MEMBERS_MAX], second[MEMBERS_MAX];

    (void)state;
    for (uint32_t k = 0; k < MEMBERS_MAX; k++)
        first[k] = felt_ring_next(ring, &prng);
    for (uint32_t k = 0; k < MEMBERS_MAX; k++)
        second[k] = felt_ring_next(ring, &prng);
    assert_memory_not_equal(first, second, sizeof(first));
}

/* G-3.1.1 */
static void a_newcomer_is_probed_in_what_is_left_of_the_round(void **state)
{
    (void)state;
    for (uint32_t taken = 0; taken < 10; taken++) {
        struct felt_prng prng;
        _cleanup_(felt_ring_freep) struct felt_ring *ring = ring_of(10, &prng);
        unsigned seen[11] = {0};

        for (uint32_t k = 0; k < taken; k++)
            seen[felt_ring_next(ring, &prng)]++;
        felt_ring_add(ring, &prng, 10);
        for (uint32_t k = taken; k < 11; k++)
            seen[felt_ring_next(ring, &prng)]++;
        for (uint32_t i = 0; i < 11; i++)
            assert_int_equal(seen[i], 1);
    }
}

static void places_of_newcomers_are_spread_over_the_round(void **state)
{
    unsigned early = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct felt_prng prng;
        _cleanup_(felt_ring_freep) struct felt_ring *ring = ring_of(10, &prng);

        felt_prng_init(&prng, seed);
        felt_ring_add(ring, &prng, 10);
        for (uint32_t k = 0; k < 5; k++)
            early += felt_ring_next(ring, &prng) == 10;
    }
    /* 5 of 11 places; far from both ends of what chance allows */
    assert_in_range(early, 50, 140);
}

static void who_is_taken_out_comes_no_more_and_the_others_once_each(void **state)
{
    (void)state;
    for (uint32_t drawn = 0; drawn <= 10; drawn++) {
        struct felt_prng prng;
        _cleanup_(felt_ring_freep) struct felt_ring *ring = ring_of(10, &prng);
        bool seen[10] = {false};

        for (uint32_t k = 0; k < drawn; k++)
            seen[felt_ring_next(ring, &prng)] = true;
        felt_ring_remove(ring, 4);
        felt_ring_remove(ring, 4); /* it is not there any more */
        assert_int_equal(felt_ring_count(ring), 9);
        seen[4] = true;
        /* What is left of the round, and nothing twice. */
        for (uint32_t left = 0; left < 10; left++) {
            bool all = true;
            uint32_t i;

            for (uint32_t k = 0; k < 10; k++)
                all &= seen[k];
            if (all)
                break;
            i = felt_ring_next(ring, &prng);
            assert_false(seen[i]);
            seen[i] = true;
        }
        for (uint32_t k = 0; k < 10; k++)
            assert_true(seen[k]);
        for (uint32_t k = 0; k < 30; k++)
            assert_int_not_equal(felt_ring_next(ring, &prng), 4);
    }
}

static void the_last_one_can_be_taken_out_and_come_again(void **state)
{
    struct felt_prng prng;
    _cleanup_(felt_ring_freep) struct felt_ring *ring = ring_of(1, &prng);

    (void)state;
    felt_ring_next(ring, &prng);
    felt_ring_remove(ring, 0);
    assert_int_equal(felt_ring_count(ring), 0);
    felt_ring_add(ring, &prng, 3);
    assert_int_equal(felt_ring_next(ring, &prng), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_taken_out_comes_no_more_and_the_others_once_each),
        cmocka_unit_test(the_last_one_can_be_taken_out_and_come_again),
        cmocka_unit_test(the_only_member_comes_every_time),
        cmocka_unit_test(each_round_has_every_member_once),
        cmocka_unit_test(rounds_differ_in_their_order),
        cmocka_unit_test(a_newcomer_is_probed_in_what_is_left_of_the_round),
        cmocka_unit_test(places_of_newcomers_are_spread_over_the_round),
    };

    return RUN_TESTS(tests);
}
