/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "base/prng.h"
#include "tests/unit/wire/random_record.h"
#include "wire/pack.h"
#include "wire/record.h"

static struct felt_record smallest(void)
{
    return (struct felt_record){.config = felt_bytes("", 0)};
}

/* Decodes from memory of exactly that length; the memory is given to the caller, since the record
 * borrows from it. */
static int decode(const uint8_t *bytes, size_t len, struct felt_record *ret, uint8_t **ret_memory)
{
    *ret_memory = malloc(len + !len);
    assert_non_null(*ret_memory);
    memcpy(*ret_memory, bytes, len);
    return felt_record_decode(felt_bytes(*ret_memory, len), ret);
}

static int decode_only(const uint8_t *bytes, size_t len)
{
    _cleanup_(felt_freep) uint8_t *memory = NULL;
    struct felt_record r;
    int e = decode(bytes, len, &r, &memory);

    if (e == 0)
        felt_record_done(&r);
    return e;
}

static uint8_t *encode(const struct felt_record *r, size_t *ret_len)
{
    size_t len = felt_record_size(r);
    uint8_t *buf = malloc(len);

    assert_non_null(buf);
    felt_record_encode(r, buf, len);
    *ret_len = len;
    return buf;
}

static bool gifts_equal(const struct felt_record *a, const struct felt_record *b)
{
    for (uint32_t i = 0; i < a->n_gifts; i++) {
        const struct felt_gift_record *x = &a->gifts[i], *y = &b->gifts[i];

        if (!felt_id_equal(&x->joiner, &y->joiner) ||
            memcmp(x->request, y->request, FELT_REQUEST_ID_LEN) != 0 || x->n != y->n ||
            memcmp(x->ranges, y->ranges, x->n * sizeof(x->ranges[0])) != 0)
            return false;
    }
    return true;
}

static bool lists_equal(const struct felt_record *a, const struct felt_record *b)
{
    for (uint32_t i = 0; i < a->n_runs; i++) {
        const struct felt_run *x = &a->runs[i], *y = &b->runs[i];

        if (x->count != y->count || !felt_id_equal(&x->owner, &y->owner) || x->term != y->term ||
            x->seq != y->seq)
            return false;
    }
    for (uint32_t i = 0; i < a->n_members; i++) {
        const struct felt_member_record *x = &a->members[i], *y = &b->members[i];

        if (!felt_bytes_equal(x->body, y->body) ||
            memcmp(x->signature, y->signature, FELT_SIGNATURE_LEN) != 0 ||
            x->incarnation != y->incarnation || x->state != y->state || x->session != y->session ||
            x->save != y->save || x->left_generation != y->left_generation)
            return false;
    }
    return gifts_equal(a, b) && a->n_freed == b->n_freed &&
           memcmp(a->freed, b->freed, a->n_freed * sizeof(a->freed[0])) == 0;
}

static bool value_equal(const struct felt_value *a, const struct felt_value *b)
{
    return a->n == b->n && (a->n == 0 || felt_id_equal(&a->heir, &b->heir)) &&
           memcmp(a->ranges, b->ranges, a->n * sizeof(a->ranges[0])) == 0;
}

static bool notices_equal(const struct felt_record *a, const struct felt_record *b)
{
    for (uint32_t i = 0; i < a->n_notices && i < b->n_notices; i++) {
        const struct felt_notice *x = &a->notices[i], *y = &b->notices[i];

        if (x->key != y->key || x->version != y->version || !felt_bytes_equal(x->value, y->value))
            return false;
    }
    return a->n_notices == b->n_notices;
}

static bool eras_equal(const struct felt_record *a, const struct felt_record *b)
{
    for (uint32_t i = 0; i < a->n_silences && i < b->n_silences; i++)
        if (!felt_id_equal(&a->silences[i].id, &b->silences[i].id) ||
            a->silences[i].seconds != b->silences[i].seconds)
            return false;
    return a->n_silences == b->n_silences && a->lease_time == b->lease_time &&
           a->acceptor.promised.round == b->acceptor.promised.round &&
           felt_id_equal(&a->acceptor.promised.id, &b->acceptor.promised.id) &&
           a->acceptor.accepted.round == b->acceptor.accepted.round &&
           felt_id_equal(&a->acceptor.accepted.id, &b->acceptor.accepted.id) &&
           value_equal(&a->acceptor.value, &b->acceptor.value) &&
           value_equal(&a->decided, &b->decided);
}

static bool equal(const struct felt_record *a, const struct felt_record *b)
{
    return memcmp(a->identity, b->identity, sizeof(a->identity)) == 0 &&
           a->in_cluster == b->in_cluster && memcmp(a->cluster, b->cluster, 8) == 0 &&
           a->session == b->session && a->save == b->save && a->generation == b->generation &&
           a->era == b->era && felt_bytes_equal(a->config, b->config) &&
           a->has_lease == b->has_lease && a->lease == b->lease && a->n_slots == b->n_slots &&
           a->n_runs == b->n_runs && a->n_gifts == b->n_gifts && a->n_members == b->n_members &&
           a->n_promise == b->n_promise &&
           memcmp(a->promise, b->promise, a->n_promise * sizeof(a->promise[0])) == 0 &&
           lists_equal(a, b) && eras_equal(a, b) && notices_equal(a, b);
}

static void assert_survives(const struct felt_record *r)
{
    _cleanup_(felt_freep) uint8_t *bytes = NULL, *memory = NULL;
    struct felt_record back;
    size_t len;

    bytes = encode(r, &len);
    assert_int_equal(decode(bytes, len, &back, &memory), 0);
    assert_true(equal(r, &back));
    felt_record_done(&back);
    assert_null(back.runs);
    felt_record_done(&back); /* twice is once */
}

static void a_record_of_a_node_that_knows_nothing_survives(void **state)
{
    struct felt_record r = smallest();

    (void)state;
    assert_survives(&r);
}

static void random_records_survive(void **state)
{
    struct felt_prng prng;
    struct store s;

    (void)state;
    felt_prng_init(&prng, 0x5e);
    for (unsigned i = 0; i < 300; i++) {
        random_record(&prng, &s);
        assert_survives(&s.r);
    }
}

static void slots_survive_at_the_limit_each_a_run_of_its_own(void **state)
{
    _cleanup_(felt_freep) struct felt_run *runs = calloc(FELT_RECORD_RUNS_MAX, sizeof(*runs));
    struct felt_record r = smallest();

    (void)state;
    assert_non_null(runs);
    for (uint32_t i = 0; i < FELT_RECORD_RUNS_MAX; i++)
        runs[i] = (struct felt_run){
            .count = 1, .owner = {{(uint8_t)i, 1}}, .term = UINT64_MAX, .seq = UINT32_MAX};
    r.era = UINT64_MAX;
    r.n_slots = r.n_runs = FELT_RECORD_RUNS_MAX;
    r.runs = runs;
    r.has_lease = true;
    r.lease = FELT_RECORD_RUNS_MAX - 1;
    assert_survives(&r);
}

static int decode_of(const struct felt_record *r)
{
    _cleanup_(felt_freep) uint8_t *bytes = NULL;
    size_t len;

    bytes = encode(r, &len);
    return decode_only(bytes, len);
}

static void more_of_anything_than_the_limits_allow_is_refused(void **state)
{
    _cleanup_(felt_freep) struct felt_run *runs = calloc(FELT_RECORD_RUNS_MAX + 1, sizeof(*runs));
    struct felt_gift_record gifts[FELT_RECORD_GIFTS_MAX + 1] = {0};
    struct felt_member_record member = {.body = felt_bytes(runs, FELT_DESCRIPTOR_MAX)};
    struct felt_record r = smallest();

    (void)state;
    assert_non_null(runs);
    r.gifts = gifts;
    r.n_gifts = FELT_RECORD_GIFTS_MAX;
    assert_int_equal(decode_of(&r), 0);
    r.n_gifts++;
    assert_int_equal(decode_of(&r), -EINVAL);

    r = smallest();
    r.config = felt_bytes(runs, FELT_CONFIG_TEXT_MAX);
    assert_int_equal(decode_of(&r), 0);
    r.config.len++;
    assert_int_equal(decode_of(&r), -EINVAL);

    r = smallest();
    r.members = &member;
    r.n_members = 1;
    assert_int_equal(decode_of(&r), 0);
    member.body.len++;
    assert_int_equal(decode_of(&r), -EINVAL);

    r = smallest();
    r.era = 1;
    r.runs = runs;
    r.n_slots = r.n_runs = FELT_RECORD_RUNS_MAX + 1;
    for (uint32_t i = 0; i < r.n_runs; i++)
        runs[i].count = 1;
    assert_int_equal(decode_of(&r), -EINVAL);
    r.n_slots = FELT_RECORD_RUNS_MAX;
    runs[0].count = 0;
    assert_int_equal(decode_of(&r), -EINVAL);
}

static void a_map_that_does_not_cover_the_slots_is_refused(void **state)
{
    struct felt_run runs[2] = {{.count = 3, .term = 1}, {.count = 4, .term = 1}};
    struct felt_record r = smallest();

    (void)state;
    r.era = 1;
    r.runs = runs;
    r.n_runs = 2;
    r.n_slots = 7;
    assert_int_equal(decode_of(&r), 0);
    r.n_slots = 8;
    assert_int_equal(decode_of(&r), -EINVAL);
    r.n_slots = 6;
    assert_int_equal(decode_of(&r), -EINVAL);
    /* As a sum in 32 bits it would fit. */
    r.n_slots = 2;
    runs[0].count = UINT32_MAX;
    runs[1].count = 3;
    assert_int_equal(decode_of(&r), -EINVAL);
}

static void a_map_has_an_era_and_an_era_has_a_map(void **state)
{
    struct felt_run run = {.count = 1, .term = 1};
    struct felt_record r = smallest();

    (void)state;
    r.n_slots = 1;
    assert_int_equal(decode_of(&r), 0);
    r.era = 1;
    assert_int_equal(decode_of(&r), -EINVAL);
    r.n_runs = 1;
    r.runs = &run;
    assert_int_equal(decode_of(&r), 0);
    r.era = 0;
    assert_int_equal(decode_of(&r), -EINVAL);
}

static void a_lease_is_a_slot_of_the_network(void **state)
{
    struct felt_record r = smallest();

    (void)state;
    r.has_lease = true;
    assert_int_equal(decode_of(&r), -EINVAL);
    r.n_slots = 5;
    r.lease = 4;
    assert_int_equal(decode_of(&r), 0);
    r.lease = 5;
    assert_int_equal(decode_of(&r), -EINVAL);
}

/* L-8.1.4 */
static void a_notice_is_of_a_slot_of_the_network_or_one_of_those_past_it(void **state)
{
    static const uint8_t value[FELT_NOTICE_VALUE_MAX + 1];
    struct felt_notice notice = {.version = 1};
    struct felt_record r = smallest();

    (void)state;
    r.notices = &notice;
    r.n_notices = 1;
    assert_int_equal(decode_of(&r), -EINVAL); /* no slot is known */
    r.n_slots = 5;
    assert_int_equal(decode_of(&r), 0);
    notice.key = 5 + FELT_NOTICE_OTHERS;
    assert_int_equal(decode_of(&r), -EINVAL);
    notice.key = 5; /* L-9.1.1 */
    assert_survives(&r);
    notice.key = 7; /* L-8.3.1 */
    assert_survives(&r);
    notice.key = 4;
    notice.value = felt_bytes(value, FELT_NOTICE_VALUE_MAX);
    assert_survives(&r);
    notice.value.len++;
    assert_int_equal(decode_of(&r), -EINVAL);
    notice.value.len = 0;
    notice.version = 0;
    assert_int_equal(decode_of(&r), -EINVAL);
}

/* L-3.6.3 */
static void a_promise_survives_and_names_each_candidate_once(void **state)
{
    struct felt_record r = smallest();

    (void)state;
    for (r.n_promise = 0; r.n_promise < FELT_BOOTSTRAP_MAX; r.n_promise++) {
        assert_survives(&r);
        r.promise[r.n_promise].b[0] = (uint8_t)(r.n_promise + 1);
    }
    assert_survives(&r);
    r.promise[3] = r.promise[2];
    assert_int_equal(decode_of(&r), -EINVAL);
    r.promise[3].b[0] = 1;
    assert_int_equal(decode_of(&r), -EINVAL);
}

static void a_gift_is_within_the_network(void **state)
{
    struct felt_gift_record gift = {.n = 1, .ranges = {{.first = 2, .count = 3}}};
    struct felt_record r = smallest();

    (void)state;
    r.n_slots = 5;
    r.gifts = &gift;
    r.n_gifts = 1;
    assert_int_equal(decode_of(&r), 0);
    gift.ranges[0].count = 4;
    assert_int_equal(decode_of(&r), -EINVAL);
    gift.ranges[0] = (struct felt_slot_range){.first = UINT32_MAX, .count = 2};
    assert_int_equal(decode_of(&r), -EINVAL);
}

/* S-2.3 */
static void only_who_left_has_the_generation_of_it(void **state)
{
    struct felt_member_record member = {.body = felt_bytes("", 0)};
    struct felt_record r = smallest();

    (void)state;
    r.generation = 7;
    r.members = &member;
    r.n_members = 1;
    for (unsigned s = FELT_LIVENESS_ALIVE; s <= FELT_LIVENESS_LEFT; s++) {
        member.state = (enum felt_liveness_state)s;
        member.left_generation = 0;
        assert_survives(&r);
        member.left_generation = 5;
        assert_int_equal(decode_of(&r), s == FELT_LIVENESS_LEFT ? 0 : -EINVAL);
    }
    assert_survives(&r);
    member.state = (enum felt_liveness_state)(FELT_LIVENESS_LEFT + 1);
    assert_int_equal(decode_of(&r), -EINVAL);
}

/* A record by hand, with what stands for the three lists. */
static int decode_with(const char *lists, size_t lists_len)
{
    struct felt_record r = smallest();
    uint8_t whole[512], buf[512], *at = buf;
    size_t len = felt_record_size(&r), head;

    r.n_slots = 9;
    felt_record_encode(&r, whole, len);
    /* Up to the number of slots: nothing before it depends on the lists. */
    head = (whole[0] == 0xdc ? 3 : 1) + 34 + 18 + 1 + 10 + 4 + 2 + 1 + 1;
    assert_memory_equal(whole + head - 1, "\x09\x90\x90\x90", 4);
    memcpy(at, whole, head);
    memcpy(at += head, lists, lists_len);
    memcpy(at += lists_len, whole + head + 3, len - head - 3);
    return decode_only(buf, len - 3 + lists_len);
}
#define DECODE_WITH(lists) decode_with(lists, sizeof(lists) - 1)

#define JOINER             "\xc4\x10\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xc4\x08rrrrrrrr"

static void a_range_without_its_count_is_refused(void **state)
{
    (void)state;
    assert_int_equal(DECODE_WITH("\x90\x90\x90"), 0);
    assert_int_equal(DECODE_WITH("\x90\x91\x93" JOINER "\x92\x01\x02\x90"), 0);
    assert_int_equal(DECODE_WITH("\x90\x91\x93" JOINER "\x93\x01\x02\x03\x90"), -EINVAL);
    assert_int_equal(DECODE_WITH("\x90\x91\x93" JOINER "\x91\x01\x90"), -EINVAL);
}

static void more_ranges_than_a_gift_has_are_refused(void **state)
{
    (void)state;
    assert_int_equal(
        DECODE_WITH("\x90\x91\x93" JOINER "\xdc\x00\x10\0\1\0\1\0\1\0\1\0\1\0\1\0\1\0\1\x90"), 0);
    assert_int_equal(
        DECODE_WITH("\x90\x91\x93" JOINER "\xdc\x00\x12\0\1\0\1\0\1\0\1\0\1\0\1\0\1\0\1\0\1\x90"),
        -EINVAL);
}

static void lists_of_other_things_are_refused(void **state)
{
    (void)state;
    assert_int_equal(DECODE_WITH("\xc0\x90\x90"), -EINVAL);
    assert_int_equal(DECODE_WITH("\x90\x05\x90"), -EINVAL);
    assert_int_equal(DECODE_WITH("\x90\x90\xa1x"), -EINVAL);
    assert_int_equal(DECODE_WITH("\x90\x91\x90\x90"), -EINVAL);
    assert_int_equal(DECODE_WITH("\x90\x90\x91\x01"), -EINVAL);
    assert_int_equal(DECODE_WITH("\x90\x90\xdd\x03\xff\xff\xff"), -EINVAL);
}

static void any_part_of_a_record_is_refused_and_touches_nothing(void **state)
{
    _cleanup_(felt_freep) uint8_t *bytes = NULL;
    struct felt_prng prng;
    struct store s;
    size_t len;

    (void)state;
    felt_prng_init(&prng, 0x7c);
    do
        random_record(&prng, &s);
    while (s.r.n_runs == 0 || s.r.n_gifts == 0 || s.r.n_members == 0 ||
           felt_record_size(&s.r) > 6000);
    bytes = encode(&s.r, &len);
    for (size_t cut = 0; cut < len; cut++) {
        _cleanup_(felt_freep) uint8_t *memory = NULL;
        struct felt_record out, before;

        memset(&out, 0x55, sizeof(out));
        before = out;
        assert_int_equal(decode(bytes, cut, &out, &memory), -EINVAL);
        assert_memory_equal(&out, &before, sizeof(out));
    }
    assert_int_equal(decode_only(bytes, len), 0);
}

static void a_byte_behind_a_record_is_refused(void **state)
{
    _cleanup_(felt_freep) uint8_t *bytes = NULL;
    struct felt_record r = smallest();
    uint8_t longer[256] = {0};
    size_t len;

    (void)state;
    bytes = encode(&r, &len);
    memcpy(longer, bytes, len);
    assert_int_equal(decode_only(longer, len + 1), -EINVAL);
}

static void no_altered_byte_breaks_it(void **state)
{
    _cleanup_(felt_freep) uint8_t *bytes = NULL;
    struct felt_prng prng;
    struct store s;
    size_t len;

    (void)state;
    felt_prng_init(&prng, 0x7d);
    do
        random_record(&prng, &s);
    while (s.r.n_runs == 0 || s.r.n_gifts == 0 || felt_record_size(&s.r) > 6000);
    bytes = encode(&s.r, &len);
    for (size_t i = 0; i < len; i++) {
        uint8_t was = bytes[i];

        for (unsigned k = 0; k < 8; k++) {
            _cleanup_(felt_freep) uint8_t *memory = NULL;
            struct felt_record out;

            bytes[i] = (uint8_t)(was ^ 1 << k);
            if (decode(bytes, len, &out, &memory) == 0) {
                assert_survives(&out);
                felt_record_done(&out);
            }
        }
        bytes[i] = was;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_of_a_node_that_knows_nothing_survives),
        cmocka_unit_test(random_records_survive),
        cmocka_unit_test(slots_survive_at_the_limit_each_a_run_of_its_own),
        cmocka_unit_test(more_of_anything_than_the_limits_allow_is_refused),
        cmocka_unit_test(a_map_that_does_not_cover_the_slots_is_refused),
        cmocka_unit_test(a_map_has_an_era_and_an_era_has_a_map),
        cmocka_unit_test(a_lease_is_a_slot_of_the_network),
        cmocka_unit_test(a_notice_is_of_a_slot_of_the_network_or_one_of_those_past_it),
        cmocka_unit_test(a_promise_survives_and_names_each_candidate_once),
        cmocka_unit_test(a_gift_is_within_the_network),
        cmocka_unit_test(only_who_left_has_the_generation_of_it),
        cmocka_unit_test(a_range_without_its_count_is_refused),
        cmocka_unit_test(more_ranges_than_a_gift_has_are_refused),
        cmocka_unit_test(lists_of_other_things_are_refused),
        cmocka_unit_test(any_part_of_a_record_is_refused_and_touches_nothing),
        cmocka_unit_test(a_byte_behind_a_record_is_refused),
        cmocka_unit_test(no_altered_byte_breaks_it),
    };

    return RUN_TESTS(tests);
}
