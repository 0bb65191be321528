/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "base/prng.h"
#include "lease/gift.h"
#include "tests/unit/lease/keep.h"
#include "tests/unit/lease/owner.h"

#define SLOTS 40

static const struct felt_freed nothing;

/* Asks owner `self`, in a map that donors are counted from, everybody alive. The lowest slot of
 * each is its lease. */
static struct felt_gift_decision decide(const struct felt_slot_map *map, uint32_t self,
                                        uint32_t owners, uint32_t wish)
{
    struct felt_donor donors[16];
    struct felt_gift_question q = {.map = map,
                                   .self = owner(self),
                                   .lease = FELT_SLOT_NONE,
                                   .wish = wish,
                                   .freed = &nothing,
                                   .donors = donors,
                                   .n_donors = owners};
    struct felt_gift_decision d;

    for (uint32_t n = 1; n <= owners; n++) {
        struct felt_id id = owner(n);
        uint32_t stake = felt_slot_map_stake(map, &id);

        donors[n - 1] = (struct felt_donor){.id = id, .reserve = stake > 0 ? stake - 1 : 0};
    }
    for (uint32_t slot = felt_slot_map_slots(map); slot-- > 0;)
        if (felt_slot_map_owns(map, &q.self, slot))
            q.lease = slot;
    felt_gift_decide(&q, &d);
    return d;
}

static uint32_t amount(const struct felt_gift_decision *d)
{
    uint32_t sum = 0;

    assert_int_equal(d->result, FELT_GIFT_GIVEN);
    assert_in_range(d->n, 1, FELT_RECORD_GIFT_SLOTS_MAX);
    for (uint32_t i = 0; i < d->n; i++)
        sum += d->ranges[i].count;
    return sum;
}

static bool gives(const struct felt_gift_decision *d, uint32_t slot)
{
    for (uint32_t i = 0; i < d->n; i++)
        if (slot >= d->ranges[i].first && slot < d->ranges[i].first + d->ranges[i].count)
            return true;
    return false;
}

static void assert_refers(const struct felt_gift_decision *d, uint32_t n)
{
    struct felt_id id = owner(n);

    assert_int_equal(d->result, FELT_GIFT_ASK);
    assert_true(felt_id_equal(&d->referral, &id));
}

/* L-3.2.2 */
static void the_only_owner_gives_half_of_its_reserve_from_the_top(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);
    struct felt_gift_decision d = decide(map, 1, 1, FELT_SLOT_NONE);

    (void)state;
    assert_int_equal(amount(&d), 19); /* half of 39 */
    assert_int_equal(d.n, 1);
    assert_int_equal(d.ranges[0].first, 21);
    assert_false(gives(&d, 0));
}

/* L-3.2.2 */
static void nobody_gives_more_than_a_fair_share(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);
    struct felt_gift_decision d;

    (void)state;
    set_slots(map, 36, 1, 2);
    set_slots(map, 37, 1, 3);
    set_slots(map, 38, 1, 4);
    set_slots(map, 39, 1, 5);
    d = decide(map, 1, 5, FELT_SLOT_NONE);
    assert_int_equal(amount(&d), 7); /* ceil(40 / 6), less than half of 35 */
}

/* L-3.2.2 */
static void where_others_wait_their_shares_are_left_to_them(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);
    struct felt_donor donor = {.id = owner(1), .reserve = SLOTS - 1};
    struct felt_gift_question q = {.map = map,
                                   .self = owner(1),
                                   .lease = 0,
                                   .wish = FELT_SLOT_NONE,
                                   .freed = &nothing,
                                   .donors = &donor,
                                   .n_donors = 1,
                                   .n_waiting = 6};
    struct felt_gift_decision d;

    (void)state;
    felt_gift_decide(&q, &d);
    assert_int_equal(amount(&d), 5); /* of 40 for the giver, the joiner, and six more */
    q.n_waiting = 1000;
    felt_gift_decide(&q, &d);
    assert_int_equal(amount(&d), 1);
}

/* L-3.2.2 */
static void a_reserve_of_one_is_given_whole_and_one_of_three_gives_one(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *two = map_of(2, 1);
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *four = map_of(4, 1);
    struct felt_gift_decision d = decide(two, 1, 1, FELT_SLOT_NONE);

    (void)state;
    assert_int_equal(amount(&d), 1);
    assert_true(gives(&d, 1));
    d = decide(four, 1, 1, FELT_SLOT_NONE);
    assert_int_equal(amount(&d), 1);
}

/* L-3.2.2: whatever the map looks like */
static void the_lease_and_what_belongs_to_others_is_never_given(void **state)
{
    (void)state;
    for (uint32_t lease = 0; lease < SLOTS; lease++) {
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);
        struct felt_donor donor = {.id = owner(1)};
        struct felt_gift_question q = {.map = map,
                                       .self = owner(1),
                                       .lease = lease,
                                       .wish = FELT_SLOT_NONE,
                                       .freed = &nothing,
                                       .donors = &donor,
                                       .n_donors = 1};
        struct felt_gift_decision d;

        for (uint32_t i = 0; i < SLOTS; i += 3)
            if (i != lease)
                set_slots(map, i, 1, 2);
        donor.reserve = felt_slot_map_stake(map, &q.self) - 1;
        felt_gift_decide(&q, &d);
        assert_in_range(amount(&d), 1, donor.reserve);
        assert_false(gives(&d, lease));
        for (uint32_t i = 0; i < SLOTS; i++)
            if (gives(&d, i))
                assert_owner(map, i, 1);
    }
}

static void a_reserve_in_many_pieces_gives_fewer_slots_rather_than_too_many_ranges(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);
    struct felt_gift_decision d;

    (void)state;
    for (uint32_t i = 0; i < SLOTS; i += 2)
        set_slots(map, i, 1, 2);
    d = decide(map, 1, 2, FELT_SLOT_NONE); /* half of 19 would be 9 pieces */
    assert_int_equal(amount(&d), FELT_RECORD_GIFT_SLOTS_MAX);
    assert_int_equal(d.n, FELT_RECORD_GIFT_SLOTS_MAX);
}

/* L-3.2.2 */
static void a_wish_of_ours_comes_first_and_counts(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);
    struct felt_gift_decision d = decide(map, 1, 1, 5);

    (void)state;
    assert_int_equal(d.ranges[0].first, 5);
    assert_int_equal(d.ranges[0].count, 1);
    assert_int_equal(amount(&d), 19);
    d = decide(map, 1, 1, SLOTS - 1); /* at the top, where it would be picked anyway */
    assert_true(gives(&d, SLOTS - 1));
    assert_int_equal(amount(&d), 19);
}

static void a_wish_in_the_only_reserved_slot_is_all_there_is_to_give(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(2, 1);
    struct felt_gift_decision d = decide(map, 1, 1, 1);

    (void)state;
    assert_int_equal(amount(&d), 1);
    assert_true(gives(&d, 1));
}

static void a_wish_for_our_own_lease_gets_other_slots(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);
    struct felt_gift_decision d = decide(map, 1, 1, 0);

    (void)state;
    assert_int_equal(amount(&d), 19);
    assert_false(gives(&d, 0));
}

/* L-3.2.2 */
static void what_was_leased_is_given_last_and_the_longest_unused_first(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(9, 1);
    struct felt_donor donor = {.id = owner(1), .reserve = 8};
    struct felt_freed freed = {0};
    struct felt_gift_question q = {.map = map,
                                   .self = owner(1),
                                   .lease = 0,
                                   .wish = FELT_SLOT_NONE,
                                   .freed = &freed,
                                   .donors = &donor,
                                   .n_donors = 1};
    struct felt_gift_decision d;

    (void)state;
    for (uint32_t slot = 3; slot <= 8; slot++) /* 8 became free last */
        felt_freed_note(&freed, slot);
    felt_gift_decide(&q, &d);
    assert_int_equal(amount(&d), 4);
    assert_true(gives(&d, 1) && gives(&d, 2));
    assert_true(gives(&d, 3) && gives(&d, 4));
    q.wish = 8;
    felt_gift_decide(&q, &d);
    assert_int_equal(amount(&d), 4);
    assert_true(gives(&d, 8) && gives(&d, 1) && gives(&d, 2) && gives(&d, 3));
}

/* L-3.2.1 */
static void a_wish_in_anothers_reserve_is_that_ones_to_give(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);
    struct felt_gift_decision d;

    (void)state;
    set_slots(map, 30, 3, 2);
    d = decide(map, 1, 2, 31);
    assert_refers(&d, 2); /* though we have more */
    d = decide(map, 2, 2, 31);
    assert_int_equal(amount(&d), 1); /* though it has less than the mean */
    assert_true(gives(&d, 31));
}

static void a_wish_for_what_is_anothers_last_slot_is_passed_over(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);
    struct felt_gift_decision d;

    (void)state;
    set_slots(map, 30, 1, 2);
    d = decide(map, 1, 2, 30);
    assert_int_equal(d.result, FELT_GIFT_GIVEN);
    assert_false(gives(&d, 30));
}

static void a_wish_that_a_silent_member_owns_is_passed_over(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);
    struct felt_gift_decision d;

    (void)state;
    set_slots(map, 30, 5, 9); /* 9 is not among the live ones */
    d = decide(map, 1, 1, 30);
    assert_int_equal(d.result, FELT_GIFT_GIVEN);
    assert_false(gives(&d, 30));
}

/* L-3.2.1 */
static void below_half_of_the_mean_it_names_the_member_with_most(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);
    struct felt_gift_decision d;

    (void)state;
    set_slots(map, 30, 3, 2); /* reserves 32, 2, 4 */
    set_slots(map, 33, 5, 3);
    d = decide(map, 2, 3, FELT_SLOT_NONE);
    assert_refers(&d, 1);
    d = decide(map, 3, 3, FELT_SLOT_NONE);
    assert_refers(&d, 1);
}

/* L-3.2.1 */
static void at_half_of_the_mean_it_gives_itself(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(16, 1);
    struct felt_gift_decision d;

    (void)state;
    set_slots(map, 12, 4, 2); /* reserves 11 and 3: the mean is 7 */
    d = decide(map, 2, 2, FELT_SLOT_NONE);
    assert_refers(&d, 1);
    set_slots(map, 11, 1, 2); /* 10 and 4 */
    d = decide(map, 1, 2, FELT_SLOT_NONE);
    assert_int_equal(d.result, FELT_GIFT_GIVEN);
    d = decide(map, 2, 2, FELT_SLOT_NONE);
    assert_int_equal(d.result, FELT_GIFT_GIVEN);
}

/* L-3.2.1 */
static void of_equal_reserves_the_lowest_id_is_named(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(30, 4);
    struct felt_donor donors[4] = {{.id = owner(4), .reserve = 7},
                                   {.id = owner(3), .reserve = 9},
                                   {.id = owner(2), .reserve = 9},
                                   {.id = owner(1), .reserve = 0}};
    struct felt_gift_question q = {.map = map,
                                   .self = owner(1),
                                   .lease = FELT_SLOT_NONE,
                                   .wish = FELT_SLOT_NONE,
                                   .freed = &nothing,
                                   .donors = donors,
                                   .n_donors = 4};
    struct felt_gift_decision d;

    (void)state;
    felt_gift_decide(&q, &d);
    assert_refers(&d, 2);
    donors[1] = (struct felt_donor){.id = owner(2), .reserve = 9};
    donors[2] = (struct felt_donor){.id = owner(3), .reserve = 9};
    felt_gift_decide(&q, &d);
    assert_refers(&d, 2);
}

/* L-3.2.1 */
static void where_nobody_has_a_reserve_there_is_none(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(2, 1);
    struct felt_gift_decision d;

    (void)state;
    set_slots(map, 1, 1, 2);
    d = decide(map, 1, 2, FELT_SLOT_NONE);
    assert_int_equal(d.result, FELT_GIFT_NONE);
    assert_int_equal(d.n, 0);
    d = decide(map, 3, 3, FELT_SLOT_NONE); /* one that owns nothing at all */
    assert_int_equal(d.result, FELT_GIFT_NONE);
}

static void a_network_of_one_slot_has_nothing_to_give(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(1, 1);
    struct felt_gift_decision d = decide(map, 1, 1, 0);

    (void)state;
    assert_int_equal(d.result, FELT_GIFT_NONE);
}

/* Joiners one after the other, each asking somebody at random, following referrals. */
static void the_network_is_given_out_to_its_last_slot(void **state)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);

    (void)state;
    for (uint32_t n = 2; n <= 16; n++) {
        uint32_t asked = 1 + n % (n - 1), hops = 0;
        struct felt_gift_decision d = decide(map, asked, n - 1, FELT_SLOT_NONE);

        while (d.result == FELT_GIFT_ASK && hops++ < 2)
            d = decide(map, felt_get_be32(d.referral.b), n - 1, FELT_SLOT_NONE);
        assert_int_equal(d.result, FELT_GIFT_GIVEN);
        for (uint32_t i = 0; i < d.n; i++)
            set_slots(map, d.ranges[i].first, d.ranges[i].count, n);
        for (uint32_t k = 1; k <= n; k++) {
            struct felt_id id = owner(k);

            assert_true(felt_slot_map_stake(map, &id) > 0);
        }
    }
}

/* L-8.2.4: whatever is reserved, and however much */
static void what_is_reserved_for_others_is_in_no_gift(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 824);
    for (unsigned round = 0; round < 500; round++) {
        _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = map_of(SLOTS, 1);
        _cleanup_(felt_notices_freep) struct felt_notices *notices = keep(SLOTS, NULL, 0);
        struct felt_claim claim = {.notices = notices, .name = "joiner"};
        struct felt_donor donor = {.id = owner(1)};
        struct felt_gift_question q = {.map = map,
                                       .self = owner(1),
                                       .lease = 0,
                                       .wish = (uint32_t)felt_prng_below(&prng, SLOTS),
                                       .freed = &nothing,
                                       .claim = &claim,
                                       .donors = &donor,
                                       .n_donors = 1};
        uint64_t share = felt_prng_below(&prng, 11);
        struct felt_gift_decision d;

        for (uint32_t slot = 1; slot < SLOTS; slot++) {
            bool others = felt_prng_below(&prng, 10) < share;

            if (others || slot % 13 == 0)
                put_notice(notices, slot, 1, others ? "somebody" : "joiner");
            donor.reserve += !others;
        }
        if (felt_claim_denied(&claim, q.wish))
            q.wish = FELT_SLOT_NONE; /* as the donor does */
        felt_gift_decide(&q, &d);
        if (donor.reserve == 0) {
            assert_int_equal(d.result, FELT_GIFT_NONE);
            continue;
        }
        assert_in_range(amount(&d), 1, donor.reserve);
        for (uint32_t slot = 0; slot < SLOTS; slot++)
            assert_false(gives(&d, slot) && felt_claim_denied(&claim, slot));
    }
}

/* L-3.2.4 */
static void the_log_finds_a_gift_by_joiner_and_request(void **state)
{
    struct felt_gift_log log = {0};
    struct felt_gift_record gift = {.joiner = owner(1), .request = {7}, .n = 1};
    const struct felt_gift_record *found;
    struct felt_id other = owner(2);

    (void)state;
    assert_null(felt_gift_log_find(&log, &gift.joiner, gift.request));
    gift.ranges[0] = (struct felt_slot_range){.first = 5, .count = 2};
    felt_gift_log_add(&log, &gift);
    found = felt_gift_log_find(&log, &gift.joiner, gift.request);
    assert_non_null(found);
    assert_int_equal(found->ranges[0].first, 5);
    assert_null(felt_gift_log_find(&log, &other, gift.request));
    assert_null(felt_gift_log_find(&log, &gift.joiner, (const uint8_t[FELT_REQUEST_ID_LEN]){8}));
}

/* L-3.2.4 */
static void the_oldest_gift_makes_room_in_a_full_log(void **state)
{
    struct felt_gift_log log = {0};

    (void)state;
    for (uint32_t n = 1; n <= FELT_RECORD_GIFTS_MAX + 2; n++) {
        struct felt_gift_record gift = {.joiner = owner(n), .request = {7}};

        felt_gift_log_add(&log, &gift);
    }
    assert_int_equal(log.n, FELT_RECORD_GIFTS_MAX);
    for (uint32_t n = 1; n <= FELT_RECORD_GIFTS_MAX + 2; n++) {
        struct felt_id id = owner(n);

        assert_int_equal(
            felt_gift_log_find(&log, &id, (const uint8_t[FELT_REQUEST_ID_LEN]){7}) != NULL, n > 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_only_owner_gives_half_of_its_reserve_from_the_top),
        cmocka_unit_test(nobody_gives_more_than_a_fair_share),
        cmocka_unit_test(where_others_wait_their_shares_are_left_to_them),
        cmocka_unit_test(a_reserve_of_one_is_given_whole_and_one_of_three_gives_one),
        cmocka_unit_test(the_lease_and_what_belongs_to_others_is_never_given),
        cmocka_unit_test(a_reserve_in_many_pieces_gives_fewer_slots_rather_than_too_many_ranges),
        cmocka_unit_test(a_wish_of_ours_comes_first_and_counts),
        cmocka_unit_test(a_wish_in_the_only_reserved_slot_is_all_there_is_to_give),
        cmocka_unit_test(a_wish_for_our_own_lease_gets_other_slots),
        cmocka_unit_test(what_was_leased_is_given_last_and_the_longest_unused_first),
        cmocka_unit_test(a_wish_in_anothers_reserve_is_that_ones_to_give),
        cmocka_unit_test(a_wish_for_what_is_anothers_last_slot_is_passed_over),
        cmocka_unit_test(a_wish_that_a_silent_member_owns_is_passed_over),
        cmocka_unit_test(below_half_of_the_mean_it_names_the_member_with_most),
        cmocka_unit_test(at_half_of_the_mean_it_gives_itself),
        cmocka_unit_test(of_equal_reserves_the_lowest_id_is_named),
        cmocka_unit_test(where_nobody_has_a_reserve_there_is_none),
        cmocka_unit_test(a_network_of_one_slot_has_nothing_to_give),
        cmocka_unit_test(the_network_is_given_out_to_its_last_slot),
        cmocka_unit_test(what_is_reserved_for_others_is_in_no_gift),
        cmocka_unit_test(the_log_finds_a_gift_by_joiner_and_request),
        cmocka_unit_test(the_oldest_gift_makes_room_in_a_full_log),
    };

    return RUN_TESTS(tests);
}
