/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/prng.h"
#include "lease/acceptor.h"
#include "lease/value.h"
#include "tests/unit/lease/owner.h"

#define ROUNDS 2000

static struct felt_ballot ballot(uint64_t round, uint32_t n)
{
    return (struct felt_ballot){.round = round, .id = owner(n)};
}

/* The value that a ballot has wherever it is met: there is one for each. */
static struct felt_value value_of(const struct felt_ballot *b)
{
    return (struct felt_value){
        .heir = b->id, .n = 1, .ranges = {{.first = (uint32_t)b->round, .count = 1}}};
}

static struct felt_acceptor random_record(struct felt_prng *prng)
{
    struct felt_acceptor a = {0}, from = {0};

    from.promised = ballot(felt_prng_below(prng, 4), 1 + (uint32_t)felt_prng_below(prng, 3));
    if (felt_prng_below(prng, 2) == 0) {
        from.accepted =
            ballot(1 + felt_prng_below(prng, 4), 1 + (uint32_t)felt_prng_below(prng, 3));
        from.value = value_of(&from.accepted);
    }
    felt_acceptor_merge(&a, &from); /* puts the promise where it belongs */
    return a;
}

static void assert_same(const struct felt_acceptor *a, const struct felt_acceptor *b)
{
    assert_int_equal(felt_ballot_cmp(&a->promised, &b->promised), 0);
    assert_int_equal(felt_ballot_cmp(&a->accepted, &b->accepted), 0);
    if (!felt_ballot_is_none(&a->accepted))
        assert_true(felt_value_equal(&a->value, &b->value));
}

/* L-6.2.1. */
static void merging_is_a_lattice_and_a_promise_is_never_below_what_is_accepted(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 1);
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct felt_acceptor a = random_record(&prng), b = random_record(&prng),
                             c = random_record(&prng), ab = a, ba = b, bc = b, ab_c, a_bc = a;

        felt_acceptor_merge(&ab, &b);
        felt_acceptor_merge(&ba, &a);
        assert_same(&ab, &ba);
        ab_c = ab;
        felt_acceptor_merge(&ab_c, &c);
        felt_acceptor_merge(&bc, &c);
        felt_acceptor_merge(&a_bc, &bc);
        assert_same(&ab_c, &a_bc);
        assert_false(felt_acceptor_merge(&ab_c, &a));
        assert_same(&ab_c, &a_bc);
        assert_true(felt_ballot_cmp(&ab_c.promised, &ab_c.accepted) >= 0);
        assert_true(felt_ballot_cmp(&ab_c.promised, &a.promised) >= 0);
        assert_true(felt_ballot_cmp(&ab_c.accepted, &b.accepted) >= 0);
    }
}

static void a_promise_is_given_to_a_larger_ballot_and_again_to_the_same_one(void **state)
{
    struct felt_ballot low = ballot(3, 1), high = ballot(3, 2);
    struct felt_acceptor a = {0};

    (void)state;
    assert_int_equal(felt_acceptor_prepare(&a, &high), FELT_VERDICT_TAKEN);
    assert_int_equal(felt_acceptor_prepare(&a, &high), FELT_VERDICT_TAKEN);
    assert_int_equal(felt_acceptor_prepare(&a, &low), FELT_VERDICT_STALE);
    assert_int_equal(felt_ballot_cmp(&a.promised, &high), 0);
    assert_true(felt_ballot_is_none(&a.accepted));
}

static void what_is_accepted_is_at_least_what_was_promised(void **state)
{
    struct felt_ballot low = ballot(3, 1), high = ballot(4, 1);
    struct felt_value v = value_of(&low), w = value_of(&high);
    struct felt_acceptor a = {0};

    (void)state;
    assert_int_equal(felt_acceptor_accept(&a, &low, &v), FELT_VERDICT_TAKEN);
    assert_int_equal(felt_ballot_cmp(&a.promised, &low), 0);
    assert_int_equal(felt_acceptor_prepare(&a, &high), FELT_VERDICT_TAKEN);
    assert_int_equal(felt_acceptor_accept(&a, &low, &v), FELT_VERDICT_STALE);
    assert_int_equal(felt_acceptor_accept(&a, &high, &w), FELT_VERDICT_TAKEN);
    assert_true(felt_value_equal(&a.value, &w));
    assert_int_equal(felt_acceptor_accept(&a, &high, &w), FELT_VERDICT_TAKEN);
}

static void a_second_value_for_one_ballot_is_refused(void **state)
{
    struct felt_ballot b = ballot(3, 1), other = ballot(5, 1);
    struct felt_value v = value_of(&b), w = value_of(&other);
    struct felt_acceptor a = {0};

    (void)state;
    assert_int_equal(felt_acceptor_accept(&a, &b, &v), FELT_VERDICT_TAKEN);
    assert_int_equal(felt_acceptor_accept(&a, &b, &w), FELT_VERDICT_MALFORMED);
    assert_true(felt_value_equal(&a.value, &v));
}

static void a_new_era_begins_with_nothing_promised(void **state)
{
    struct felt_ballot b = ballot(3, 1);
    struct felt_value v = value_of(&b);
    struct felt_acceptor a = {0};

    (void)state;
    felt_acceptor_accept(&a, &b, &v);
    felt_acceptor_clear(&a);
    assert_true(felt_ballot_is_none(&a.promised));
    assert_true(felt_ballot_is_none(&a.accepted));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merging_is_a_lattice_and_a_promise_is_never_below_what_is_accepted),
        cmocka_unit_test(a_promise_is_given_to_a_larger_ballot_and_again_to_the_same_one),
        cmocka_unit_test(what_is_accepted_is_at_least_what_was_promised),
        cmocka_unit_test(a_second_value_for_one_ballot_is_refused),
        cmocka_unit_test(a_new_era_begins_with_nothing_promised),
    };

    return RUN_TESTS(tests);
}
