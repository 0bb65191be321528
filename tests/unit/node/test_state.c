/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <errno.h>
#include <string.h>

#include "node/core.h"
#include "node/state.h"

/* The frame, as proto/state.md 2 has it. */
#define AT_VERSION 6

static uint8_t *state_of(const struct scene *s, size_t *ret_len)
{
    uint8_t *bytes = felt_state_of_node(s->b.node, 77, ret_len);

    assert_non_null(bytes);
    return bytes;
}

/* What felt_node_new() says to a state. */
static int resume(struct felt_bytes state, struct felt_node **ret_node,
                  enum felt_node_refusal *ret_refusal)
{
    struct felt_node_config config = bench_config();

    config.state = state;
    return felt_node_new(&config, ret_node, ret_refusal);
}

static enum felt_node_refusal refusal_of(struct felt_bytes state)
{
    enum felt_node_refusal refusal = FELT_NODE_OK;
    struct felt_node *node = NULL;

    assert_int_equal(resume(state, &node, &refusal), -EINVAL);
    assert_null(node);
    return refusal;
}

/* S-2.1 */
static void a_record_comes_out_as_it_went_in(void **state)
{
    struct scene *s = *state;
    _cleanup_(felt_record_done) struct felt_record record = {0};
    _cleanup_(felt_freep) uint8_t *bytes = NULL;
    enum felt_node_refusal refusal;
    size_t len;

    bytes = state_of(s, &len);
    assert_memory_equal(bytes, "feltst\0\1", 8);
    assert_int_equal(felt_state_decode(felt_bytes(bytes, len), &record, &refusal), 0);
    assert_int_equal(refusal, FELT_NODE_OK);
    assert_memory_equal(record.identity, s->b.node->identity.seed, sizeof(record.identity));
    assert_memory_equal(record.cluster, s->b.node->cluster, sizeof(record.cluster));
    assert_true(record.in_cluster);
    assert_int_equal(record.session, 1);
    assert_int_equal(record.save, 77);
    assert_int_equal(record.era, 1);
    assert_int_equal(record.config.len, strlen(BENCH_CONFIG));
    assert_true(record.has_lease);
    assert_int_equal(record.n_slots, 255);
    assert_int_equal(record.n_runs, 2);
    assert_int_equal(record.n_gifts, 1);
    assert_int_equal(record.n_members, 1);
    assert_int_equal(record.members[0].session, 1);
}

/* S-3.2, L-3.2.4, P-3.1.3 */
/* P-1.2 */
static void a_restored_node_knows_what_the_one_before_it_knew(void **state)
{
    struct scene *s = *state;
    _cleanup_(felt_node_freep) struct felt_node *node = NULL;
    _cleanup_(felt_freep) uint8_t *bytes = NULL;
    enum felt_node_refusal refusal;
    struct felt_self_view v;
    size_t len;

    bytes = state_of(s, &len);
    assert_int_equal(resume(felt_bytes(bytes, len), &node, &refusal), 0);
    felt_node_self(node, &v);
    assert_true(felt_id_equal(&v.id, felt_node_id(s->b.node)));
    assert_true(v.session > 1);
    assert_int_equal(v.save, 77);
    assert_int_equal(v.n_members, 2);
    assert_int_equal(v.n_slots_own, 128);
    assert_string_equal(v.config_text, BENCH_CONFIG);
    assert_true(felt_slot_map_digest(node->map) == felt_slot_map_digest(s->b.node->map));
    assert_true(node->has_lease);
    assert_int_equal(node->lease, s->b.node->lease);
    assert_non_null(
        felt_gift_log_find(&node->gifts, &s->p.identity.id,
                           (const uint8_t[FELT_REQUEST_ID_LEN]){1, 1, 1, 1, 1, 1, 1, 1}));
    assert_int_equal(felt_members_peek(node->members, 1)->contact->replay.session, 1);
}

static void the_dead_are_dead_after_a_restart_and_suspects_are_worth_a_probe(void **state)
{
    static const struct {
        enum felt_member_state before, after;
    } cases[] = {{FELT_MEMBER_ALIVE, FELT_MEMBER_ALIVE},
                 {FELT_MEMBER_SUSPECT, FELT_MEMBER_ALIVE},
                 {FELT_MEMBER_DEAD, FELT_MEMBER_DEAD}};
    struct scene *s = *state;

    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        _cleanup_(felt_node_freep) struct felt_node *node = NULL;
        _cleanup_(felt_freep) uint8_t *bytes = NULL;
        enum felt_node_refusal refusal;
        size_t len;

        felt_members_set_state(s->b.node->members, 1, cases[i].before, 9);
        bytes = state_of(s, &len);
        assert_int_equal(resume(felt_bytes(bytes, len), &node, &refusal), 0);
        assert_int_equal(felt_members_peek(node->members, 1)->state, cases[i].after);
        assert_true(felt_members_peek(node->members, 1)->incarnation == 9);
    }
}

static void a_joiner_without_a_cluster_is_restored_as_one(void **state)
{
    struct scene *s = *state;
    _cleanup_(felt_node_freep) struct felt_node *node = NULL;
    _cleanup_(felt_freep) uint8_t *bytes = NULL;
    enum felt_node_refusal refusal;
    struct felt_self_view v;
    size_t len;

    bench_done(&s->b);
    bench_join(&s->b, &s->p.at);
    bytes = state_of(s, &len);
    assert_int_equal(resume(felt_bytes(bytes, len), &node, &refusal), 0);
    felt_node_self(node, &v);
    assert_false(v.in_cluster);
    assert_int_equal(v.era, 0);
    assert_true(v.session > 1);
    assert_null(v.config);
}

/* S-2.1 */
static void a_state_cut_short_anywhere_is_refused(void **state)
{
    struct scene *s = *state;
    _cleanup_(felt_freep) uint8_t *bytes = NULL;
    size_t len;

    bytes = state_of(s, &len);
    for (size_t n = 1; n < len; n++)
        assert_int_equal(refusal_of(felt_bytes(bytes, n)), FELT_NODE_STATE_CORRUPT);
}

/* S-2.1 */
static void a_state_with_any_byte_altered_is_refused(void **state)
{
    struct scene *s = *state;
    _cleanup_(felt_freep) uint8_t *bytes = NULL;
    size_t len;

    bytes = state_of(s, &len);
    for (size_t i = 0; i < len; i++) {
        bytes[i] ^= 0x10;
        assert_int_equal(refusal_of(felt_bytes(bytes, len)), i == AT_VERSION || i == AT_VERSION + 1
                                                                 ? FELT_NODE_STATE_NEWER
                                                                 : FELT_NODE_STATE_CORRUPT);
        bytes[i] ^= 0x10;
    }
    bytes[AT_VERSION + 1] = 0; /* a version that never was */
    assert_int_equal(refusal_of(felt_bytes(bytes, len)), FELT_NODE_STATE_CORRUPT);
}

/* S-2.1 */
static void something_behind_the_record_is_refused(void **state)
{
    struct scene *s = *state;
    _cleanup_(felt_freep) uint8_t *bytes = NULL, *more = NULL;
    size_t len;

    bytes = state_of(s, &len);
    more = calloc(1, len + 1);
    assert_non_null(more);
    memcpy(more, bytes, len);
    assert_int_equal(refusal_of(felt_bytes(more, len + 1)), FELT_NODE_STATE_CORRUPT);
}

/* A checksum that fits, around a record that no node of ours writes. */
static enum felt_node_refusal refusal_of_record(const struct felt_record *record)
{
    _cleanup_(felt_freep) uint8_t *bytes = NULL;
    size_t len;

    bytes = felt_state_encode(record, &len);
    assert_non_null(bytes);
    return refusal_of(felt_bytes(bytes, len));
}

/* S-2.1 */
static void a_record_that_contradicts_itself_is_refused(void **state)
{
    struct felt_run run = {.count = 255, .owner = {{1}}, .term = 1};
    const struct felt_record good = {
        .in_cluster = true,
        .session = 1,
        .save = 1,
        .era = 1,
        .config = felt_bytes(BENCH_CONFIG, strlen(BENCH_CONFIG)),
        .n_slots = 255,
        .n_runs = 1,
        .runs = &run,
    };
    _cleanup_(felt_freep) uint8_t *bytes = NULL;
    enum felt_node_refusal refusal;
    struct felt_node *node = NULL;
    struct felt_record bad = good;
    size_t len;

    (void)state;
    bytes = felt_state_encode(&good, &len);
    assert_int_equal(resume(felt_bytes(bytes, len), &node, &refusal), 0);
    felt_node_free(node);
    run.count = bad.n_slots = 100; /* not the network's number */
    assert_int_equal(refusal_of_record(&bad), FELT_NODE_STATE_CORRUPT);
    run.count = 255;
    bad = good;
    run.term = 2; /* beyond the era */
    assert_int_equal(refusal_of_record(&bad), FELT_NODE_STATE_CORRUPT);
    run.term = 1;
    bad.config = felt_bytes("", 0); /* a map without a network */
    assert_int_equal(refusal_of_record(&bad), FELT_NODE_STATE_CORRUPT);
    bad = good;
    bad.config = felt_bytes("{}", 2);
    assert_int_not_equal(refusal_of_record(&bad), FELT_NODE_OK);
}

static void a_lease_that_the_map_gives_to_another_is_not_restored(void **state)
{
    struct felt_run run = {.count = 255, .owner = {{1}}, .term = 1};
    const struct felt_record record = {
        .in_cluster = true,
        .session = 1,
        .save = 1,
        .era = 1,
        .config = felt_bytes(BENCH_CONFIG, strlen(BENCH_CONFIG)),
        .has_lease = true,
        .lease = 7,
        .n_slots = 255,
        .n_runs = 1,
        .runs = &run,
    };
    _cleanup_(felt_node_freep) struct felt_node *node = NULL;
    _cleanup_(felt_freep) uint8_t *bytes = NULL;
    enum felt_node_refusal refusal;
    size_t len;

    (void)state;
    bytes = felt_state_encode(&record, &len);
    assert_int_equal(resume(felt_bytes(bytes, len), &node, &refusal), 0);
    assert_false(node->has_lease);
}

/* S-2.1 */
static void a_file_of_something_else_is_refused(void **state)
{
    static const uint8_t zeros[200];

    (void)state;
    assert_int_equal(refusal_of(felt_bytes(zeros, sizeof(zeros))), FELT_NODE_STATE_CORRUPT);
    assert_int_equal(refusal_of(felt_bytes("feltst", 6)), FELT_NODE_STATE_CORRUPT);
    assert_int_equal(refusal_of(felt_bytes("#!/bin/sh\n", 10)), FELT_NODE_STATE_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_record_comes_out_as_it_went_in),
        SCENE(a_restored_node_knows_what_the_one_before_it_knew),
        SCENE(the_dead_are_dead_after_a_restart_and_suspects_are_worth_a_probe),
        SCENE(a_joiner_without_a_cluster_is_restored_as_one),
        SCENE(a_state_cut_short_anywhere_is_refused),
        SCENE(a_state_with_any_byte_altered_is_refused),
        SCENE(something_behind_the_record_is_refused),
        SCENE(a_record_that_contradicts_itself_is_refused),
        SCENE(a_lease_that_the_map_gives_to_another_is_not_restored),
        SCENE(a_file_of_something_else_is_refused),
    };

    return RUN_TESTS(tests);
}
