/* SPDX-License-Identifier: Apache-2.0 */
/* One candidate on the bench; the others are played. Several real ones: tests/unit/sim. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/cookie.h"
#include "crypto/hash.h"
#include "node/core.h"
#include "node/state.h"
#include "tests/unit/node/bench.h"

#define OTHERS 3

struct scene {
    struct bench b;
    struct peer p[OTHERS]; /* ascending by id; which of them are below the node's is the seed's */
};

static int by_id(const void *a, const void *b)
{
    return felt_id_cmp(&((const struct peer *)a)->identity.id,
                       &((const struct peer *)b)->identity.id);
}

static void send_seeds(struct scene *s)
{
    struct felt_endpoint seeds[OTHERS];
    struct felt_input in = {.kind = FELT_INPUT_SEEDS, .seeds = {.endpoints = seeds, .n = OTHERS}};

    for (size_t i = 0; i < OTHERS; i++)
        seeds[i] = s->p[i].at;
    bench_step(&s->b, in);
}

static struct felt_node_config candidate(uint32_t expect, bool lowest)
{
    struct felt_node_config config = bench_config();

    config.net_config = BENCH_CONFIG;
    config.bootstrap_expect = expect;
    /* A seed whose identity is below those of all peers, or not below the first. */
    for (int seed = 1; seed < 256; seed++) {
        uint8_t bytes[FELT_IDENTITY_SEED_LEN];
        struct felt_identity me;

        memset(config.seed, seed, sizeof(config.seed));
        felt_expand(config.seed, "identity", bytes, sizeof(bytes));
        felt_identity_from_seed(bytes, &me);
        if (lowest ? me.id.b[0] < 0x10 : me.id.b[0] > 0xf0)
            return config;
    }
    fail_msg("no such seed");
    return config;
}

static void begin(struct scene *s, uint32_t expect, bool lowest)
{
    struct felt_node_config config = candidate(expect, lowest);

    bench_new(&s->b, &config);
    bench_wait(&s->b, 0);
    bench_settle(&s->b);
    send_seeds(s);
    bench_wait(&s->b, 0);
}

static int set_up(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));

    for (uint8_t i = 0; i < OTHERS; i++)
        peer_init(&s->p[i], (uint8_t)(i + 1));
    qsort(s->p, OTHERS, sizeof(s->p[0]), by_id);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *s = *state;

    for (size_t i = 0; i < OTHERS; i++)
        peer_done(&s->p[i]);
    bench_done(&s->b);
    free(s);
    return 0;
}

/* The ids of the node and of the first n peers, ascending. */
static void name_all(const struct scene *s, uint32_t n, struct felt_message *m)
{
    const struct felt_id *self = felt_node_id(s->b.node);
    uint32_t at = 0;

    m->candidate.n = n + 1;
    for (uint32_t i = 0; i < n; i++) {
        if (at == i && felt_id_cmp(self, &s->p[i].identity.id) < 0)
            m->candidate.ids[at++] = *self;
        m->candidate.ids[at++] = s->p[i].identity.id;
    }
    if (at == n)
        m->candidate.ids[at] = *self;
}

/* Peer i says that it sees, or has promised, the node and the first n peers. */
static enum felt_verdict says(struct scene *s, uint32_t i, uint32_t expect, uint32_t n,
                              bool promised)
{
    struct felt_message m = {.type = FELT_MESSAGE_CANDIDATE,
                             .candidate = {.expect = expect, .promised = promised}};

    name_all(s, n, &m);
    peer_cookie(&s->p[i], &s->b, m.candidate.cookie);
    return peer_tell(&s->p[i], &s->b, &m);
}

/* The last of them makes the node promise. */
static void all_see(struct scene *s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(says(s, i, n + 1, n, false), FELT_VERDICT_TAKEN);
}

/* What the node answers to a cookie of the peer's; false where that is nothing. */
static bool hears_candidate(struct scene *s, uint32_t i, struct felt_message *ret_message)
{
    struct felt_message m = {.type = FELT_MESSAGE_COOKIE};
    struct felt_endpoint here = bench_config().advertise;

    felt_cookie_make(felt_keys_cookie(s->b.node), &here, felt_node_id(s->b.node),
                     s->b.node->session, m.cookie.cookie);
    peer_tell(&s->p[i], &s->b, &m);
    return peer_reads(&s->p[i], &s->b, FELT_MESSAGE_CANDIDATE, ret_message);
}

/* L-3.6.1 */
static void a_candidate_greets_its_seeds_and_answers_a_cookie_with_whom_it_sees(void **state)
{
    struct felt_endpoint here = bench_config().advertise;
    struct scene *s = *state;
    struct felt_message m;

    begin(s, 3, true);
    bench_wait(&s->b, 2 * FELT_USEC_SEC);
    for (uint32_t i = 0; i < OTHERS; i++)
        assert_true(peer_reads(&s->p[i], &s->b, FELT_MESSAGE_HELLO, &m));
    assert_true(hears_candidate(s, 0, &m));
    assert_int_equal(m.candidate.expect, 3);
    assert_false(m.candidate.promised);
    assert_int_equal(m.candidate.n, 1);
    assert_true(felt_id_equal(&m.candidate.ids[0], felt_node_id(s->b.node)));
    assert_true(felt_cookie_check(felt_keys_cookie(s->b.node), &here, felt_node_id(s->b.node),
                                  s->b.node->session, m.candidate.cookie));
}

/* L-3.6.1, P-3.2.3 */
static void its_answer_to_a_stranger_is_not_larger_than_the_question(void **state)
{
    struct felt_message m = {.type = FELT_MESSAGE_HELLO, .hello = {.padding = FELT_HELLO_PADDING}};
    struct scene *s = *state;

    begin(s, 3, true);
    peer_begin(&s->p[0]);
    peer_write(&s->p[0], &m);
    assert_int_equal(peer_send(&s->p[0], &s->b), FELT_VERDICT_TAKEN);
    assert_int_equal(s->b.effects.n_datagrams, 1);
    assert_true(s->b.effects.datagrams[0].bytes.len <= s->p[0].len + FELT_SEAL_OVERHEAD);
}

/* L-3.6.1 */
static void without_the_right_cookie_nobody_is_seen(void **state)
{
    struct felt_message m = {.type = FELT_MESSAGE_CANDIDATE, .candidate = {.expect = 2}};
    struct scene *s = *state;

    begin(s, 2, true);
    name_all(s, 1, &m);
    assert_int_equal(peer_tell(&s->p[0], &s->b, &m), FELT_VERDICT_STRANGER);
    peer_cookie(&s->p[1], &s->b, m.candidate.cookie); /* somebody else's */
    assert_int_equal(peer_tell(&s->p[0], &s->b, &m), FELT_VERDICT_STRANGER);
    assert_string_equal(bench_self(&s->b).waiting, "1 of 2 candidates are in sight");
}

/* L-3.6.3 */
static void a_promise_is_told_only_when_it_is_durable_and_survives(void **state)
{
    struct felt_node_config config = candidate(3, false);
    struct scene *s = *state;
    struct felt_message m;
    uint8_t *saved;
    size_t len;

    begin(s, 3, false);
    all_see(s, 2);
    assert_true(s->b.effects.state.len > 0);
    saved = malloc(len = s->b.effects.state.len);
    memcpy(saved, s->b.effects.state.data, len);
    assert_true(s->b.node->bootstrap != NULL);
    {
        uint64_t save = s->b.effects.state_save;

        assert_false(hears_candidate(s, 0, &m)); /* neither the one nor the other meanwhile */
        bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    }
    assert_true(hears_candidate(s, 0, &m));
    assert_true(m.candidate.promised);
    assert_int_equal(m.candidate.n, 3);
    bench_done(&s->b);

    /* Begun again from that save, it says the same, whoever else is there now. */
    config.state = felt_bytes(saved, len);
    bench_new(&s->b, &config);
    free(saved);
    bench_wait(&s->b, 0);
    bench_settle(&s->b);
    send_seeds(s);
    assert_int_equal(says(s, 2, 3, 3, false), FELT_VERDICT_TAKEN);
    assert_true(hears_candidate(s, 2, &m));
    assert_true(m.candidate.promised);
    assert_int_equal(m.candidate.n, 3);
    assert_true(felt_id_equal(&m.candidate.ids[0], &s->p[0].identity.id));
}

/* L-3.6.4, L-3.6.5 */
static void the_lowest_founds_with_the_last_promise_and_says_so_when_that_is_durable(void **state)
{
    struct scene *s = *state;
    struct felt_self_view self;
    struct felt_message m = {.type = FELT_MESSAGE_CANDIDATE};
    uint8_t sum[FELT_CHECKSUM_LEN];

    begin(s, 3, true);
    all_see(s, 2);
    bench_settle(&s->b);
    assert_int_equal(says(s, 0, 3, 2, true), FELT_VERDICT_TAKEN);
    assert_false(bench_self(&s->b).in_cluster);
    assert_string_equal(bench_self(&s->b).waiting,
                        "this node is to found the cluster; it holds 2 of 3 promises");
    assert_int_equal(says(s, 1, 3, 2, true), FELT_VERDICT_TAKEN);
    assert_non_null(bench_event(&s->b, FELT_EVENT_JOINED));
    assert_int_equal(s->b.effects.n_datagrams, 0);
    assert_true(s->b.effects.state.len > 0);
    {
        uint64_t save = s->b.effects.state_save;
        struct felt_message hello = {.type = FELT_MESSAGE_HELLO,
                                     .hello = {.padding = FELT_HELLO_PADDING}};

        assert_int_equal(peer_tell(&s->p[0], &s->b, &hello), FELT_VERDICT_BUSY);
        assert_int_equal(s->b.effects.n_datagrams, 0);
        bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    }
    assert_true(peer_reads(&s->p[0], &s->b, FELT_MESSAGE_HELLO, &m)); /* here it is */
    bench_settle(&s->b);
    self = bench_self(&s->b);
    assert_true(self.has_lease);
    assert_int_equal(self.n_slots_own, self.n_slots);
    name_all(s, 2, &m);
    felt_checksum(m.candidate.ids, 3 * sizeof(m.candidate.ids[0]), sum);
    assert_memory_equal(self.cluster, sum, FELT_CLUSTER_ID_LEN);
}

/* L-3.6.4 */
static void whoever_is_not_the_lowest_never_founds(void **state)
{
    struct scene *s = *state;

    begin(s, 3, false);
    all_see(s, 2);
    bench_settle(&s->b);
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(says(s, i, 3, 2, true), FELT_VERDICT_TAKEN);
    bench_wait(&s->b, FELT_USEC_SEC);
    assert_false(bench_self(&s->b).in_cluster);
}

/* L-3.6.2 */
static void too_many_or_another_number_or_another_view_and_nobody_promises(void **state)
{
    struct scene *s = *state;

    begin(s, 3, true);
    for (uint32_t i = 3; i-- > 0;)
        assert_int_equal(says(s, i, 3, 2, false), FELT_VERDICT_TAKEN);
    assert_int_equal(s->b.effects.state.len, 0);
    assert_string_equal(bench_self(&s->b).waiting,
                        "4 candidates are in sight, but --bootstrap-expect is 3: nobody promises");
    bench_done(&s->b);
    begin(s, 3, true);
    says(s, 0, 3, 2, false);
    says(s, 1, 5, 2, false);
    says(s, 0, 3, 2, false);
    assert_int_equal(s->b.effects.state.len, 0);
    assert_non_null(strstr(bench_self(&s->b).waiting, "--bootstrap-expect 5, this one 3"));
    bench_done(&s->b);
    begin(s, 3, true);
    says(s, 0, 3, 2, false);
    says(s, 1, 3, 1, false); /* does not name itself, or sees less */
    says(s, 0, 3, 2, false);
    assert_int_equal(s->b.effects.state.len, 0);
}

/* L-3.6.2 */
static void whoever_is_silent_is_out_of_sight(void **state)
{
    struct scene *s = *state;

    begin(s, 2, true);
    says(s, 0, 2, 1, false);
    says(s, 1, 2, 1, false);
    assert_int_equal(s->b.effects.state.len, 0);
    for (int i = 0; i < 4; i++) {
        bench_wait(&s->b, 2 * FELT_USEC_SEC);
        if (i < 3)
            says(s, 0, 2, 1, false);
    }
    assert_int_equal(s->b.node->saver.n_held, 1); /* the promise, to be saved */
}

/* L-3.6.3 */
static void what_was_said_before_and_comes_late_says_nothing(void **state)
{
    struct felt_message early = {.type = FELT_MESSAGE_CANDIDATE, .candidate = {.expect = 3}};
    struct felt_bytes bytes;
    struct scene *s = *state;
    uint8_t copy[FELT_DATAGRAM_MAX];
    struct felt_input in = {.kind = FELT_INPUT_DATAGRAM};

    begin(s, 3, true);
    all_see(s, 2);
    bench_settle(&s->b);
    name_all(s, 2, &early);
    peer_cookie(&s->p[0], &s->b, early.candidate.cookie);
    peer_begin(&s->p[0]);
    peer_write(&s->p[0], &early);
    bytes = peer_seal(&s->p[0]);
    memcpy(copy, bytes.data, bytes.len);
    in.datagram.bytes = felt_bytes(copy, bytes.len);
    in.datagram.from = s->p[0].at;
    says(s, 0, 3, 2, true);
    bench_step(&s->b, in);
    says(s, 1, 3, 2, true);
    assert_true(bench_self(&s->b).in_cluster);
}

/* L-3.6.5 */
static void who_has_promised_refuses_every_other_cluster(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_COOKIE};

    begin(s, 3, false);
    all_see(s, 2);
    bench_settle(&s->b);
    s->p[2].cluster[0] = 0x77;
    assert_int_equal(peer_tell(&s->p[2], &s->b, &m), FELT_VERDICT_FOREIGN);
    assert_non_null(bench_event(&s->b, FELT_EVENT_FOREIGN_CLUSTER));
}

/* L-3.6.6 */
static void a_candidate_that_a_member_answers_joins_it(void **state)
{
    struct scene *s = *state;
    struct felt_message m = {.type = FELT_MESSAGE_COOKIE};

    begin(s, 3, true);
    s->p[0].cluster[0] = 0x77;
    assert_int_equal(peer_tell(&s->p[0], &s->b, &m), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(&s->p[0], &s->b, FELT_MESSAGE_JOIN, &m));
}

int main(void)
{
#define WITH(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH(a_candidate_greets_its_seeds_and_answers_a_cookie_with_whom_it_sees),
        WITH(its_answer_to_a_stranger_is_not_larger_than_the_question),
        WITH(without_the_right_cookie_nobody_is_seen),
        WITH(a_promise_is_told_only_when_it_is_durable_and_survives),
        WITH(the_lowest_founds_with_the_last_promise_and_says_so_when_that_is_durable),
        WITH(whoever_is_not_the_lowest_never_founds),
        WITH(too_many_or_another_number_or_another_view_and_nobody_promises),
        WITH(whoever_is_silent_is_out_of_sight),
        WITH(what_was_said_before_and_comes_late_says_nothing),
        WITH(who_has_promised_refuses_every_other_cluster),
        WITH(a_candidate_that_a_member_answers_joins_it),
    };

    return RUN_TESTS(tests);
}
