/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "base/idiom.h"
#include "base/prng.h"
#include "lease/balance.h"

#define MEMBERS_MAX 40
#define ROUNDS_MAX  4 /* minutes in which all is to be spread; issue: five */

static struct felt_id number(uint32_t n)
{
    struct felt_id id = {{0}};

    id.b[0] = (uint8_t)(n >> 8);
    id.b[1] = (uint8_t)n;
    return id;
}

struct cluster {
    uint32_t n;
    uint32_t stakes[MEMBERS_MAX];
};

static uint64_t total(const struct cluster *c)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < c->n; i++)
        sum += c->stakes[i];
    return sum;
}

/* What member `self` gives to each when it sees the cluster like that; gifts are added to ret. */
static uint32_t give(const struct cluster *seen, uint32_t self, struct cluster *ret)
{
    struct felt_heir members[MEMBERS_MAX];
    struct felt_id id = number(self);
    uint32_t all = 0, sum;

    for (uint32_t i = 0; i < seen->n; i++)
        members[i] = (struct felt_heir){.id = number(i), .stake = seen->stakes[i], .share = 77};
    sum = felt_balance_decide(members, seen->n, &id);
    for (uint32_t i = 0; i < seen->n; i++) {
        uint32_t to = (uint32_t)members[i].id.b[0] << 8 | members[i].id.b[1];

        /* The others have no say in what is not poor: shares of the rich are nothing. */
        ret->stakes[to] += members[i].share;
        all += members[i].share;
        assert_true(to != self || members[i].share == 0);
    }
    assert_int_equal(all, sum);
    ret->stakes[self] -= sum;
    return sum;
}

/* All look at once, and see the same. */
static struct cluster round_of(const struct cluster *c)
{
    struct cluster next = *c;

    for (uint32_t i = 0; i < c->n; i++)
        give(c, i, &next);
    return next;
}

static bool is_spread(const struct cluster *c)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (felt_balance_is_rich(c->stakes[i], total(c), c->n))
            return false;
    return true;
}

static struct cluster random_cluster(struct felt_prng *prng)
{
    struct cluster c = {.n = 1 + (uint32_t)felt_prng_below(prng, MEMBERS_MAX)};
    uint64_t most = 1 + felt_prng_below(prng, 2000);

    for (uint32_t i = 0; i < c.n; i++)
        c.stakes[i] = felt_prng_below(prng, 3) ? (uint32_t)felt_prng_below(prng, most) : 0;
    c.stakes[felt_prng_below(prng, c.n)] = (uint32_t)felt_prng_below(prng, 65536);
    return c;
}

/* L-3.7.1: the edges, mean by mean */
static void rich_is_more_than_an_eighth_and_more_than_one_above_the_mean(void **state)
{
    (void)state;
    assert_false(felt_balance_is_rich(1, 1, 1));
    assert_false(felt_balance_is_rich(2, 4, 4)); /* one above a mean of one */
    assert_true(felt_balance_is_rich(3, 4, 4));
    assert_false(felt_balance_is_rich(2, 3, 3)); /* mean 1 */
    assert_true(felt_balance_is_rich(3, 6, 4));  /* mean 1.5: 3 is 1.5 above */
    assert_false(felt_balance_is_rich(9, 32, 4));
    assert_true(felt_balance_is_rich(10, 32, 4)); /* mean 8: an eighth is one */
    assert_false(felt_balance_is_rich(18, 64, 4));
    assert_true(felt_balance_is_rich(19, 64, 4)); /* mean 16: an eighth is two */
    assert_false(felt_balance_is_rich(65536, 65536, 1));
    assert_false(felt_balance_is_rich(0, 0, 3));
}

/* L-3.7.2 */
static void the_rich_keep_the_mean_and_the_poorest_get_the_rest(void **state)
{
    struct cluster c = {.n = 4, .stakes = {20, 2, 5, 1}}, next = c; /* mean 7 */

    (void)state;
    assert_int_equal(give(&c, 0, &next), 13);
    assert_int_equal(next.stakes[0], 7);
    assert_int_equal(next.stakes[1], 7);
    assert_int_equal(next.stakes[2], 7);
    assert_int_equal(next.stakes[3], 7);
    next = c;
    assert_int_equal(give(&c, 2, &next), 0);
}

static void nobody_gives_in_a_cluster_of_one_or_of_equals(void **state)
{
    struct cluster one = {.n = 1, .stakes = {255}}, equals = {.n = 3, .stakes = {5, 5, 6}};
    struct cluster next = one;

    (void)state;
    assert_int_equal(give(&one, 0, &next), 0);
    next = round_of(&equals);
    assert_memory_equal(&next, &equals, sizeof(next));
}

/* L-3.7.2 */
static void two_that_give_at_once_do_not_give_to_the_same_one(void **state)
{
    struct cluster c = {.n = 4, .stakes = {10, 10, 0, 0}}, next;

    (void)state;
    next = round_of(&c);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(next.stakes[i], 5);
}

/* L-3.7.1 */
static void where_all_see_the_same_one_round_suffices(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 1);
    for (int k = 0; k < 3000; k++) {
        struct cluster c = random_cluster(&prng), next = round_of(&c);

        assert_true(total(&c) == total(&next));
        assert_true(is_spread(&next));
    }
}

/* One after the other, each with what those before it gave in sight, or with an older view: some
 * have not heard yet of what was given in this very round. */
static void gifts_in_any_order_and_with_views_of_the_last_round_spread_in_a_few_rounds(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 2);
    for (int k = 0; k < 3000; k++) {
        struct cluster c = random_cluster(&prng);
        uint64_t all = total(&c);
        uint32_t order[MEMBERS_MAX];

        for (uint32_t i = 0; i < c.n; i++)
            order[i] = i;
        for (int round = 0; round < ROUNDS_MAX; round++) {
            struct cluster before = c;

            felt_prng_shuffle_u32(&prng, order, c.n);
            for (uint32_t i = 0; i < c.n; i++) {
                struct cluster seen = felt_prng_below(&prng, 4) ? c : before;

                seen.stakes[order[i]] = c.stakes[order[i]]; /* of itself it knows best */
                give(&seen, order[i], &c);
            }
        }
        assert_true(total(&c) == all);
        /* A last one, in which all have heard of everything. */
        c = round_of(&c);
        assert_true(is_spread(&c));
    }
}

/* Joiners come while it goes on; issue 4: none more than an eighth, or one slot, above the mean. */
static void after_any_sequence_of_joins_stake_is_spread_in_one_more_round(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 3);
    for (int k = 0; k < 1000; k++) {
        struct cluster c = {.n = 1, .stakes = {1 + (uint32_t)felt_prng_below(&prng, 5000)}};

        while (c.n < MEMBERS_MAX) {
            uint32_t donor = (uint32_t)felt_prng_below(&prng, c.n), gift;

            gift = c.stakes[donor] > 1 ? (c.stakes[donor] - 1) / 2 + (c.stakes[donor] == 2) : 0;
            c.stakes[donor] -= gift;
            c.stakes[c.n++] = gift;
            if (felt_prng_below(&prng, 4) == 0)
                c = round_of(&c);
        }
        c = round_of(&c);
        assert_true(is_spread(&c));
    }
}

static void nobody_who_has_something_is_left_with_nothing(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 4);
    for (int k = 0; k < 1000; k++) {
        struct cluster c = random_cluster(&prng), next = round_of(&c);

        for (uint32_t i = 0; i < c.n; i++)
            assert_true(c.stakes[i] == 0 || next.stakes[i] > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rich_is_more_than_an_eighth_and_more_than_one_above_the_mean),
        cmocka_unit_test(the_rich_keep_the_mean_and_the_poorest_get_the_rest),
        cmocka_unit_test(nobody_gives_in_a_cluster_of_one_or_of_equals),
        cmocka_unit_test(two_that_give_at_once_do_not_give_to_the_same_one),
        cmocka_unit_test(where_all_see_the_same_one_round_suffices),
        cmocka_unit_test(
            gifts_in_any_order_and_with_views_of_the_last_round_spread_in_a_few_rounds),
        cmocka_unit_test(after_any_sequence_of_joins_stake_is_spread_in_one_more_round),
        cmocka_unit_test(nobody_who_has_something_is_left_with_nothing),
    };

    return RUN_TESTS(tests);
}
