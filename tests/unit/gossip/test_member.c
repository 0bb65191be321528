/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>

#include "gossip/member.h"
#include "tests/unit/gossip/crowd.h"

static const uint8_t signature[FELT_SIGNATURE_LEN] = {2};

static void every_state_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(felt_member_state_name(FELT_MEMBER_ALIVE), "alive");
    assert_string_equal(felt_member_state_name(FELT_MEMBER_SUSPECT), "suspect");
    assert_string_equal(felt_member_state_name(FELT_MEMBER_DEAD), "dead");
    assert_string_equal(felt_member_state_name(FELT_MEMBER_LEFT), "left");
}

static void an_empty_table_has_digest_zero_and_finds_nobody(void **state)
{
    _cleanup_(felt_members_freep) struct felt_members *m = crowd_new(0, 1);
    struct felt_id id = crowd_id(1);

    (void)state;
    assert_int_equal(felt_members_count(m), 0);
    assert_int_equal(felt_members_count_live(m), 0);
    assert_true(felt_members_digest(m) == 0);
    assert_int_equal(felt_members_find(m, &id), FELT_MEMBER_NONE);
    felt_members_free(NULL);
}

/* G-1.1 */
static void each_member_is_found_at_its_place(void **state)
{
    _cleanup_(felt_members_freep) struct felt_members *m = crowd_new(100, 100);

    (void)state;
    for (uint32_t n = 1; n <= 100; n++) {
        struct felt_id id = crowd_id(n);
        const struct felt_member *member = felt_members_peek(m, n - 1);

        assert_int_equal(felt_members_find(m, &id), n - 1);
        assert_true(felt_id_equal(felt_members_id(m, n - 1), &id));
        assert_int_equal(member->state, FELT_MEMBER_ALIVE);
        assert_int_equal(member->descriptor->body_len, 4);
        assert_int_equal(felt_get_be32(member->descriptor->body), n);
    }
}

/* G-1.3 */
static void a_full_table_refuses_and_stays_as_it_was(void **state)
{
    _cleanup_(felt_members_freep) struct felt_members *m = crowd_new(3, 3);
    uint64_t digest = felt_members_digest(m);
    uint32_t i = 77;

    (void)state;
    assert_int_equal(crowd_add(m, 4, 1, &i), FELT_VERDICT_FULL);
    assert_int_equal(i, 77);
    assert_int_equal(felt_members_count(m), 3);
    assert_true(felt_members_digest(m) == digest);
}

/* G-2.2 */
static void only_a_newer_descriptor_replaces_the_one_there_is(void **state)
{
    _cleanup_(felt_members_freep) struct felt_members *m = crowd_new(2, 4);
    struct felt_descriptor d = {.version = 1, .name = "other"};
    uint64_t digest = felt_members_digest(m);
    struct felt_bytes body = felt_bytes("newer", 5);

    (void)state;
    assert_int_equal(felt_members_describe(m, 1, &d, body, signature), FELT_VERDICT_STALE);
    assert_int_equal(felt_members_peek(m, 1)->descriptor->version, 1);
    assert_true(felt_members_digest(m) == digest);
    d.version = 2;
    assert_int_equal(felt_members_describe(m, 1, &d, body, signature), FELT_VERDICT_TAKEN);
    assert_int_equal(felt_members_peek(m, 1)->descriptor->version, 2);
    assert_int_equal(felt_members_peek(m, 1)->descriptor->body_len, 5);
    assert_memory_equal(felt_members_peek(m, 1)->descriptor->body, "newer", 5);
    assert_memory_equal(felt_members_peek(m, 1)->descriptor->signature, signature,
                        sizeof(signature));
    assert_true(felt_members_digest(m) != digest);
}

static void members_are_counted_by_state(void **state)
{
    _cleanup_(felt_members_freep) struct felt_members *m = crowd_new(5, 5);

    (void)state;
    felt_members_set_state(m, 1, FELT_MEMBER_SUSPECT, 1);
    felt_members_set_state(m, 2, FELT_MEMBER_DEAD, 1);
    felt_members_set_state(m, 3, FELT_MEMBER_SUSPECT, 1);
    felt_members_set_state(m, 3, FELT_MEMBER_DEAD, 1);
    assert_int_equal(felt_members_count_state(m, FELT_MEMBER_ALIVE), 2);
    assert_int_equal(felt_members_count_state(m, FELT_MEMBER_SUSPECT), 1);
    assert_int_equal(felt_members_count_state(m, FELT_MEMBER_DEAD), 2);
    assert_int_equal(felt_members_count_live(m), 3);
}

/* G-4.1 */
static void tables_with_the_same_content_have_one_digest_whatever_the_order(void **state)
{
    _cleanup_(felt_members_freep) struct felt_members *up = crowd_new(0, 40);
    _cleanup_(felt_members_freep) struct felt_members *down = crowd_new(0, 40);
    uint32_t i;

    (void)state;
    for (uint32_t n = 1; n <= 40; n++) {
        crowd_add(up, n * 100000000u, n, &i);
        crowd_add(down, (41 - n) * 100000000u, 41 - n, &i);
    }
    assert_true(felt_members_digest(up) == felt_members_digest(down));
    assert_memory_equal(felt_members_buckets(up), felt_members_buckets(down),
                        FELT_BUCKETS * sizeof(uint64_t));
}

/* G-4.1 */
static void a_suspicion_passes_and_does_not_change_the_digest(void **state)
{
    _cleanup_(felt_members_freep) struct felt_members *m = crowd_new(2, 2);
    uint64_t before = felt_members_digest(m);

    (void)state;
    felt_members_set_state(m, 1, FELT_MEMBER_SUSPECT, 1);
    assert_true(felt_members_digest(m) == before);
}

/* G-4.1 */
static void death_and_incarnation_change_the_digest_and_it_comes_back_with_them(void **state)
{
    _cleanup_(felt_members_freep) struct felt_members *m = crowd_new(2, 2);
    uint64_t before = felt_members_digest(m), dead;

    (void)state;
    felt_members_set_state(m, 1, FELT_MEMBER_DEAD, 1);
    dead = felt_members_digest(m);
    assert_true(dead != before);
    felt_members_set_state(m, 1, FELT_MEMBER_ALIVE, 2);
    assert_true(felt_members_digest(m) != before);
    assert_true(felt_members_digest(m) != dead);
    felt_members_set_state(m, 1, FELT_MEMBER_ALIVE, 1);
    assert_true(felt_members_digest(m) == before);
}

/* G-4.2.1 */
static void buckets_add_up_to_the_digest_and_follow_the_id(void **state)
{
    _cleanup_(felt_members_freep) struct felt_members *m = crowd_new(0, 256);
    uint64_t sum = 0;
    uint32_t i;

    (void)state;
    for (uint32_t n = 0; n < 256; n++)
        crowd_add(m, n << 24, 1, &i);
    for (uint32_t b = 0; b < FELT_BUCKETS; b++) {
        assert_true(felt_members_buckets(m)[b] != 0);
        sum += felt_members_buckets(m)[b];
    }
    assert_true(sum == felt_members_digest(m));
    assert_int_equal(felt_members_bucket_of(&(struct felt_id){{0}}), 0);
    assert_int_equal(felt_members_bucket_of(&(struct felt_id){{255}}), FELT_BUCKETS - 1);
}

/* G-4.1 */
static void who_left_is_in_no_digest_and_comes_back_into_it(void **state)
{
    _cleanup_(felt_members_freep) struct felt_members *m = crowd_new(2, 3);
    _cleanup_(felt_members_freep) struct felt_members *without = crowd_new(2, 3);
    uint32_t i;

    (void)state;
    assert_int_equal(crowd_add(m, 3, 5, &i), FELT_VERDICT_TAKEN);
    felt_members_set_state(m, i, FELT_MEMBER_LEFT, 5);
    assert_true(felt_members_digest(m) == felt_members_digest(without));
    assert_int_equal(felt_members_count_live(m), 2);
    assert_int_equal(felt_members_count(m), 3);
    felt_members_set_state(m, i, FELT_MEMBER_ALIVE, 6);
    assert_true(felt_members_digest(m) != felt_members_digest(without));
}

static void a_removed_member_is_gone_and_the_next_newcomer_takes_its_place(void **state)
{
    _cleanup_(felt_members_freep) struct felt_members *m = crowd_new(5, 5);
    struct felt_id second = crowd_id(2);
    uint32_t i, seen = 0;

    (void)state;
    assert_non_null(felt_members_contact(m, 1));
    felt_members_remove(m, 1);
    felt_members_remove(m, 3);
    assert_int_equal(felt_members_count(m), 3);
    assert_int_equal(felt_members_count_state(m, FELT_MEMBER_ALIVE), 3);
    assert_int_equal(felt_members_find(m, &second), FELT_MEMBER_NONE);
    for (i = felt_members_next(m, 0); i != FELT_MEMBER_NONE; i = felt_members_next(m, i + 1))
        seen |= 1u << i;
    assert_int_equal(seen, 0x15);
    assert_int_equal(crowd_add(m, 6, 1, &i), FELT_VERDICT_TAKEN);
    assert_int_equal(i, 1);
    assert_null(felt_members_peek(m, 1)->contact); /* nothing of the one before it */
    assert_int_equal(crowd_add(m, 7, 1, &i), FELT_VERDICT_TAKEN);
    assert_int_equal(i, 3);
    assert_int_equal(crowd_add(m, 8, 1, &i), FELT_VERDICT_FULL);
}

static void a_table_has_the_digest_of_its_content_whatever_was_removed_on_the_way(void **state)
{
    _cleanup_(felt_members_freep) struct felt_members *m = crowd_new(200, 200);
    _cleanup_(felt_members_freep) struct felt_members *plain = crowd_new(0, 200);
    struct felt_prng prng;
    uint32_t i;

    (void)state;
    felt_prng_init(&prng, 3);
    for (uint32_t n = 2; n <= 200; n++)
        if (felt_prng_below(&prng, 2))
            felt_members_remove(m, n - 1);
    for (i = felt_members_next(m, 0); i != FELT_MEMBER_NONE; i = felt_members_next(m, i + 1)) {
        uint32_t k;

        assert_int_equal(crowd_add(plain, felt_get_be32(felt_members_id(m, i)->b), 1, &k),
                         FELT_VERDICT_TAKEN);
    }
    assert_true(felt_members_count(plain) < 150);
    assert_true(felt_members_digest(m) == felt_members_digest(plain));
}

/* Which places a walk through a bucket shows. */
static uint32_t in_bucket(const struct felt_members *m, uint32_t bucket, bool *seen)
{
    uint32_t n = 0;

    for (uint32_t i = felt_members_in_bucket(m, bucket); i != FELT_MEMBER_NONE;
         i = felt_members_after(m, i), n++) {
        assert_int_equal(felt_members_bucket_of(felt_members_id(m, i)), bucket);
        assert_false(seen[i]);
        seen[i] = true;
    }
    return n;
}

/* G-4.2.1 */
static void a_walk_through_each_bucket_shows_every_member_once_also_after_some_have_gone(
    void **state)
{
    _cleanup_(felt_members_freep) struct felt_members *m = crowd_new(1, 400);
    bool seen[400] = {false};
    struct felt_prng prng;
    uint32_t i, n = 0;

    (void)state;
    felt_prng_init(&prng, 5);
    for (uint32_t b = 1; b < FELT_BUCKETS; b++)
        assert_int_equal(felt_members_in_bucket(m, b), FELT_MEMBER_NONE);
    for (int k = 0; k < 2000; k++) {
        struct felt_id id = crowd_id((uint32_t)felt_prng_next(&prng) | 2);

        if (felt_members_count(m) == 400 || felt_prng_below(&prng, 2)) {
            i = felt_members_draw(m, &prng);
            if (i != FELT_MEMBER_NONE)
                felt_members_remove(m, i);
        } else if (felt_members_find(m, &id) == FELT_MEMBER_NONE) {
            crowd_add(m, felt_get_be32(id.b), 1, &i);
        }
    }
    for (int k = 0; k < 100 && felt_members_count(m) < 400; k++)
        crowd_add(m, (uint32_t)felt_prng_next(&prng) | 2, 1, &i);
    for (uint32_t b = 0; b < FELT_BUCKETS; b++)
        n += in_bucket(m, b, seen);
    assert_int_equal(n, felt_members_count(m));
    assert_true(n > 100);
}

static void a_draw_hits_everybody_but_ourselves_and_free_places(void **state)
{
    _cleanup_(felt_members_freep) struct felt_members *m = crowd_new(1, 40);
    uint32_t hits[40] = {0}, i;
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 4);
    assert_int_equal(felt_members_draw(m, &prng), FELT_MEMBER_NONE);
    for (uint32_t n = 2; n <= 40; n++)
        crowd_add(m, n, 1, &i);
    for (i = 5; i < 38; i++)
        felt_members_remove(m, i); /* so many that few draws hit */
    for (unsigned k = 0; k < 2000; k++)
        hits[felt_members_draw(m, &prng)]++;
    for (i = 0; i < 40; i++)
        assert_int_equal(hits[i] > 0, (i > 0 && i < 5) || i >= 38);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_a_name),
        cmocka_unit_test(an_empty_table_has_digest_zero_and_finds_nobody),
        cmocka_unit_test(each_member_is_found_at_its_place),
        cmocka_unit_test(a_full_table_refuses_and_stays_as_it_was),
        cmocka_unit_test(only_a_newer_descriptor_replaces_the_one_there_is),
        cmocka_unit_test(members_are_counted_by_state),
        cmocka_unit_test(tables_with_the_same_content_have_one_digest_whatever_the_order),
        cmocka_unit_test(a_suspicion_passes_and_does_not_change_the_digest),
        cmocka_unit_test(death_and_incarnation_change_the_digest_and_it_comes_back_with_them),
        cmocka_unit_test(buckets_add_up_to_the_digest_and_follow_the_id),
        cmocka_unit_test(who_left_is_in_no_digest_and_comes_back_into_it),
        cmocka_unit_test(a_removed_member_is_gone_and_the_next_newcomer_takes_its_place),
        cmocka_unit_test(a_table_has_the_digest_of_its_content_whatever_was_removed_on_the_way),
        cmocka_unit_test(
            a_walk_through_each_bucket_shows_every_member_once_also_after_some_have_gone),
        cmocka_unit_test(a_draw_hits_everybody_but_ourselves_and_free_places),
    };

    return RUN_TESTS(tests);
}
