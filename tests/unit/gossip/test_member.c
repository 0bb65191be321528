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
        assert_true(felt_id_equal(&member->id, &id));
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
    assert_string_equal(felt_members_peek(m, 1)->descriptor->d.name, "somebody");
    assert_true(felt_members_digest(m) == digest);
    d.version = 2;
    assert_int_equal(felt_members_describe(m, 1, &d, body, signature), FELT_VERDICT_TAKEN);
    assert_string_equal(felt_members_peek(m, 1)->descriptor->d.name, "other");
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
    };

    return RUN_TESTS(tests);
}
