/* SPDX-License-Identifier: Apache-2.0 */
/* Whole nodes: how one begins, and what a few of them do together in virtual time. */
#include "tests/unit/node/bench.h"

#include <stdio.h>
#include <string.h>

#include "node/core.h"
#include "tests/unit/node/cluster.h"

#define THREE_SUBNETS \
    "{\"Network\":\"10.2.0.0/28\",\"SubnetLen\":30}" /* four, and flannel leaves out the first */

/* ---- how it begins ---- */

static void a_network_configuration_that_is_none_is_refused(void **state)
{
    struct felt_node_config config = bench_config();
    enum felt_node_refusal refusal;
    struct felt_node *node = NULL;

    (void)state;
    config.net_config = "{\"Network\":\"nonsense\"}";
    assert_true(felt_node_new(&config, &node, &refusal) < 0);
    assert_int_equal(refusal, FELT_NODE_BAD_CONFIG);
    assert_null(node);
    felt_node_free(NULL);
}

/* S-3.2 */
static void nothing_is_sent_before_the_session_is_durable(void **state)
{
    struct felt_endpoint seed = {.ip = felt_ip_v4(0xc0000201u), .port = 8470};
    struct felt_input in = {.kind = FELT_INPUT_SEEDS, .seeds = {.endpoints = &seed, .n = 1}};
    struct felt_node_config config = bench_config();
    struct felt_bytes saving;
    struct bench b;
    uint64_t save;

    (void)state;
    bench_new(&b, &config);
    bench_wait(&b, 0);
    saving = b.effects.state;
    save = b.effects.state_save;
    assert_true(saving.len > 0);
    bench_step(&b, in);
    assert_int_equal(b.effects.n_datagrams, 0);
    for (int i = 0; i < 20; i++) {
        bench_wait(&b, SECONDS(1));
        assert_int_equal(b.effects.n_datagrams, 0);
    }
    bench_step(&b, (struct felt_input){.kind = FELT_INPUT_SAVE_FAILED, .save = save});
    assert_int_equal(b.effects.n_datagrams, 0);
    bench_wait(&b, SECONDS(2));
    assert_int_equal(b.effects.n_datagrams, 0);
    bench_saved(&b);
    assert_true(b.effects.n_datagrams > 0);
    bench_done(&b);
}

/* S-3.3 */
static void news_is_saved_at_once_where_the_process_ends(void **state)
{
    struct peer peer;
    struct bench b;

    (void)state;
    bench_found(&b, BENCH_CONFIG);
    peer_init(&peer, 1);
    peer_join(&peer, &b);
    bench_step(&b, (struct felt_input){.kind = FELT_INPUT_STOP});
    assert_int_equal(b.effects.state.len, 0); /* all that there is to save is saved */
    peer.descriptor.version++;
    peer.descriptor.public_ip = felt_ip_v4(0xc00002c8u);
    peer_begin(&peer);
    peer_write_self(&peer);
    assert_int_equal(peer_send(&peer, &b), FELT_VERDICT_TAKEN);
    assert_int_equal(b.effects.state.len, 0);
    bench_step(&b, (struct felt_input){.kind = FELT_INPUT_STOP});
    assert_true(b.effects.state.len > 0);
    bench_saved(&b);
    assert_int_equal(b.effects.state.len, 0);
    peer_done(&peer);
    bench_done(&b);
}

/* L-3.1, L-3.3.1 */
static void a_founder_owns_all_and_uses_its_lease_once_it_is_durable(void **state)
{
    struct felt_node_config config = bench_config();
    struct bench b;

    (void)state;
    config.net_config = BENCH_CONFIG;
    bench_new(&b, &config);
    bench_wait(&b, 0);
    assert_non_null(bench_event(&b, FELT_EVENT_CONFIGURED));
    assert_non_null(bench_event(&b, FELT_EVENT_JOINED));
    assert_null(bench_event(&b, FELT_EVENT_LEASE_TAKEN));
    assert_false(bench_self(&b).has_lease);
    assert_int_equal(bench_self(&b).n_slots_own, bench_self(&b).n_slots);
    assert_int_equal(bench_self(&b).era, 1);
    bench_saved(&b);
    bench_settle(&b);
    assert_true(bench_self(&b).has_lease);
    bench_done(&b);
}

static void a_woken_founder_that_is_alone_sends_nothing_and_sleeps_on(void **state)
{
    struct bench b;

    (void)state;
    bench_found(&b, BENCH_CONFIG);
    for (int i = 0; i < 30; i++) {
        assert_true(b.effects.deadline > b.now);
        bench_wait(&b, b.effects.deadline - b.now);
        assert_int_equal(b.effects.n_datagrams, 0);
        bench_settle(&b);
    }
    bench_done(&b);
}

/* L-3.3.2, L-5.3, P-3.1.1, G-2.3 */
static void a_restarted_node_has_its_lease_in_its_first_step_with_no_peer_up(void **state)
{
    _cleanup_(world_freep) struct world *w = cluster(1, 3);
    struct felt_self_view self;
    int lease = world_lease(w, 2);
    uint64_t session;

    (void)state;
    felt_node_self(world_node(w, 2), &self);
    session = self.session;
    for (int i = 0; i < 3; i++)
        world_kill(w, i);
    world_run(w, SECONDS(60));
    world_restart(w, 2);
    assert_int_equal(world_lease(w, 2), lease);
    felt_node_self(world_node(w, 2), &self);
    assert_true(self.session > session);
    assert_int_equal(self.n_members, 3);
    world_run(w, SECONDS(60));
    assert_int_equal(world_lease(w, 2), lease);
    felt_node_self(world_node(w, 2), &self);
    assert_false(self.confirmed); /* and there is nobody to confirm it */
    for (int i = 0; i < 2; i++)
        world_restart(w, i);
    world_run(w, SECONDS(60));
    assert_true(world_agrees(w));
    assert_int_equal(world_sees(w, 2, 0), FELT_MEMBER_ALIVE);
}

/* ---- together ---- */

/* L-5.1, L-5.4 */
static void three_join_at_once_and_get_different_leases(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 10; seed++) {
        _cleanup_(world_freep) struct world *w = world_new(seed);

        world_found(w, BENCH_CONFIG);
        for (int i = 0; i < 3; i++)
            world_join(w, 0);
        world_run(w, SECONDS(20));
        for (int i = 0; i < 4; i++)
            assert_true(world_lease(w, i) >= 0);
        assert_true(world_agrees(w));
        assert_int_equal(world_double_owners(w), 0);
    }
}

static void with_every_tenth_datagram_lost_all_join_and_agree(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 10; seed++) {
        _cleanup_(world_freep) struct world *w = world_new(seed);

        world_lose(w, 10);
        world_found(w, BENCH_CONFIG);
        for (int i = 0; i < 6; i++)
            world_join(w, i);
        world_run(w, SECONDS(120)); /* each waits for the one before it */
        for (int i = 0; i < 7; i++)
            assert_true(world_lease(w, i) >= 0);
        world_lose(w, 0);
        world_run(w, SECONDS(20));
        assert_true(world_agrees(w));
        assert_int_equal(world_double_owners(w), 0);
    }
}

/* G-1.2, L-4.1 */
static void a_dead_member_keeps_its_slots_and_lease_in_everybodys_view(void **state)
{
    _cleanup_(world_freep) struct world *w = cluster(1, 4);
    int lease = world_lease(w, 3);
    struct felt_member_view m;

    (void)state;
    world_kill(w, 3);
    world_run(w, SECONDS(120));
    for (int i = 0; i < 3; i++) {
        bool seen = false;

        assert_int_equal(world_sees(w, i, 3), FELT_MEMBER_DEAD);
        for (uint32_t k = 0; felt_node_next_member(world_node(w, i), world_now(w), &k, &m);) {
            if (strcmp(m.name, "d") != 0)
                continue;
            seen = true;
            assert_true(m.has_lease);
            assert_int_equal(m.lease_slot, lease);
            assert_true(m.n_slots > 0);
        }
        assert_true(seen);
    }
    world_restart(w, 3);
    world_run(w, SECONDS(30));
    assert_int_equal(world_lease(w, 3), lease);
    for (int i = 0; i < 3; i++)
        assert_int_equal(world_sees(w, i, 3), FELT_MEMBER_ALIVE);
    assert_true(world_agrees(w));
}

/* G-3.1.5 */
static void a_long_partition_heals_by_itself(void **state)
{
    _cleanup_(world_freep) struct world *w = cluster(2, 4);

    (void)state;
    for (int i = 0; i < 2; i++)
        for (int j = 2; j < 4; j++)
            world_cut(w, i, j, true);
    world_run(w, SECONDS(600));
    assert_int_equal(world_sees(w, 0, 3), FELT_MEMBER_DEAD);
    assert_int_equal(world_sees(w, 3, 0), FELT_MEMBER_DEAD);
    assert_int_equal(world_sees(w, 0, 1), FELT_MEMBER_ALIVE);
    assert_int_equal(world_sees(w, 3, 2), FELT_MEMBER_ALIVE);
    for (int i = 0; i < 2; i++)
        for (int j = 2; j < 4; j++)
            world_cut(w, i, j, false);
    world_run(w, SECONDS(60));
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            assert_int_equal(world_sees(w, i, j), FELT_MEMBER_ALIVE);
    assert_true(world_agrees(w));
}

enum { A, B, C, D };

static void cut_camps(struct world *w, bool cut)
{
    world_cut(w, A, B, cut);
    world_cut(w, A, C, cut);
    world_cut(w, D, B, cut);
    world_cut(w, D, C, cut);
}

/* A world where b is back, and c knows but a and d do not; NULL where this seed gives none. */
static struct world *camps(uint64_t seed)
{
    _cleanup_(world_freep) struct world *w = cluster(seed, 4);

    world_kill(w, B);
    world_run(w, SECONDS(60));
    cut_camps(w, true);
    world_restart(w, B);
    world_run(w, SECONDS(1)); /* while it is news */
    cut_camps(w, false);
    if (world_sees(w, C, B) != FELT_MEMBER_ALIVE || world_sees(w, A, B) != FELT_MEMBER_DEAD ||
        world_sees(w, D, B) != FELT_MEMBER_DEAD)
        return NULL;
    return FELT_TAKE(w);
}

/* G-4.2.1: a and d agree with each other, and so do b and c: agreeing with somebody is not enough.
 */
static void two_camps_that_agree_within_do_not_stay_apart(void **state)
{
    unsigned tried = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        _cleanup_(world_freep) struct world *w = camps(seed);

        if (!w)
            continue;
        tried++;
        world_run(w, SECONDS(15));
        assert_int_equal(world_sees(w, A, B), FELT_MEMBER_ALIVE);
        assert_int_equal(world_sees(w, D, B), FELT_MEMBER_ALIVE);
        assert_true(world_agrees(w));
    }
    assert_true(tried > 0);
}

/* Joins on both sides of a partition: each gives of what it owns. */
static void both_sides_of_a_partition_give_and_never_the_same_slot(void **state)
{
    _cleanup_(world_freep) struct world *w = cluster(3, 4);
    int e, f;

    (void)state;
    for (int i = 0; i < 2; i++)
        for (int j = 2; j < 4; j++)
            world_cut(w, i, j, true);
    for (int j = 2; j < 4; j++) {
        world_cut(w, 4, j, true);
        world_cut(w, 5, j - 2, true);
    }
    world_cut(w, 4, 5, true);
    e = world_join(w, 0);
    f = world_join(w, 3);
    world_run(w, SECONDS(60));
    assert_true(world_lease(w, e) >= 0);
    assert_true(world_lease(w, f) >= 0);
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++)
            world_cut(w, i, j, false);
    world_run(w, SECONDS(90));
    assert_true(world_agrees(w));
    assert_int_equal(world_double_owners(w), 0);
}

/* L-3.2.1 */
static void a_wish_is_honoured_and_an_occupied_one_gives_something_else(void **state)
{
    _cleanup_(world_freep) struct world *w = world_new(1);
    int b, c;

    (void)state;
    world_found(w, BENCH_CONFIG);
    world_run(w, SECONDS(1));
    b = world_join_wish(w, 0, "10.1.78.0/24");
    world_run(w, SECONDS(10));
    assert_int_equal(world_lease(w, b), 77);
    c = world_join_wish(w, 0, "10.1.78.0/24");
    world_run(w, SECONDS(20));
    assert_true(world_lease(w, c) >= 0);
    assert_int_not_equal(world_lease(w, c), 77);
    assert_true(world_agrees(w));
}

static void in_an_exhausted_network_a_joiner_waits_and_says_why(void **state)
{
    struct felt_input input = {.kind = FELT_INPUT_RECLAIM};
    _cleanup_(world_freep) struct world *w = world_new(1);
    struct felt_self_view self;
    struct felt_id dead;

    (void)state;
    world_found(w, THREE_SUBNETS);
    world_run(w, SECONDS(1));
    for (int i = 0; i < 3; i++) {
        world_join(w, 0);
        world_run(w, SECONDS(20));
    }
    for (int i = 0; i < 3; i++)
        assert_true(world_lease(w, i) >= 0);
    assert_int_equal(world_lease(w, 3), -1);
    felt_node_self(world_node(w, 3), &self);
    assert_int_equal(self.n_slots, 3);
    assert_string_equal(self.waiting, "all 3 subnets are owned, and all owners are alive");
    assert_non_null(strstr(world_log(w), "d waiting for a lease all 3 subnets are owned"));
    /* It says so once, is a member all the same, and reports the silent ones. */
    felt_node_self(world_node(w, 1), &self);
    dead = self.id;
    world_kill(w, 1);
    world_run(w, SECONDS(120));
    assert_null(strstr(world_log(w), "waiting for a lease"));
    assert_int_equal(world_sees(w, 0, 3), FELT_MEMBER_ALIVE);
    felt_node_self(world_node(w, 3), &self);
    assert_non_null(
        strstr(self.waiting, "all 3 subnets are owned; 1 belongs to a node silent for "));
    assert_non_null(strstr(self.waiting, ", reclaimed only by an operator (feltctl reclaim)"));
    assert_int_equal(world_lease(w, 3), -1);
    /* An operator gives the silent one up: its subnet is the waiting one's before long. */
    input.reclaim.ids = &dead;
    input.reclaim.n = 1;
    assert_int_equal(world_tell(w, 0, input), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(20));
    assert_true(world_lease(w, 3) >= 0);
}

/* ---- who is not let in ---- */

/* P-2.2.3 */
static void a_joiner_with_another_key_stays_outside_and_both_sides_say_so(void **state)
{
    _cleanup_(world_freep) struct world *w = cluster(1, 2);
    const char *log;
    unsigned lines = 0;
    int c;

    (void)state;
    world_other_key(w);
    c = world_join(w, 0);
    world_run(w, SECONDS(60));
    assert_int_equal(world_lease(w, c), -1);
    log = world_log(w);
    for (const char *p = log; (p = strstr(p, "a wrong key")) != NULL; p++)
        lines++;
    assert_in_range(lines, 1, 7); /* one in ten seconds at most */
    assert_non_null(strstr(log, "c seeds silent"));
    assert_null(strstr(log, "joined"));
}

/* P-2.2.4 */
static void a_token_lets_into_its_own_cluster_only(void **state)
{
    _cleanup_(world_freep) struct world *w = world_new(1);
    int a, b, c, d;

    (void)state;
    a = world_found(w, BENCH_CONFIG);
    b = world_found(w, BENCH_CONFIG); /* another cluster under the same key */
    world_run(w, SECONDS(1));
    c = world_join_token(w, b, a); /* the token of a's, the address of b */
    d = world_join_token(w, b, b);
    world_run(w, SECONDS(30));
    assert_int_equal(world_lease(w, c), -1);
    assert_non_null(strstr(world_log(w), "foreign cluster"));
    assert_true(world_lease(w, d) >= 0);
    assert_memory_equal(world_node(w, d)->cluster, world_node(w, b)->cluster, FELT_CLUSTER_ID_LEN);
    assert_memory_not_equal(world_node(w, a)->cluster, world_node(w, b)->cluster,
                            FELT_CLUSTER_ID_LEN);
}

/* P-3.1.3 */
static void a_replayed_datagram_changes_nothing(void **state)
{
    _cleanup_(world_freep) struct world *w = cluster(1, 2);
    struct felt_endpoint from = world_endpoint(1), liar = world_endpoint(20);
    struct felt_bytes last = world_last_datagram(w, 0);
    unsigned before = world_datagrams(w);

    (void)state;
    assert_true(last.len > 0);
    assert_int_equal(world_inject(w, 0, &from, last), FELT_VERDICT_REPLAYED);
    assert_int_equal(world_inject(w, 0, &liar, last), FELT_VERDICT_REPLAYED);
    assert_int_equal(world_datagrams(w), before);
}

static void what_a_cluster_does_depends_on_the_seed_alone(void **state)
{
    char first[4096];

    (void)state;
    for (int run = 0; run < 2; run++) {
        _cleanup_(world_freep) struct world *w = world_new(5);

        world_found(w, BENCH_CONFIG);
        for (int i = 0; i < 3; i++)
            world_join(w, 0);
        world_run(w, SECONDS(20));
        if (run == 0)
            snprintf(first, sizeof(first), "%s", world_log(w));
        else
            assert_string_equal(world_log(w), first);
    }
    assert_true(strlen(first) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_configuration_that_is_none_is_refused),
        cmocka_unit_test(nothing_is_sent_before_the_session_is_durable),
        cmocka_unit_test(news_is_saved_at_once_where_the_process_ends),
        cmocka_unit_test(a_founder_owns_all_and_uses_its_lease_once_it_is_durable),
        cmocka_unit_test(a_woken_founder_that_is_alone_sends_nothing_and_sleeps_on),
        cmocka_unit_test(a_restarted_node_has_its_lease_in_its_first_step_with_no_peer_up),
        cmocka_unit_test(three_join_at_once_and_get_different_leases),
        cmocka_unit_test(with_every_tenth_datagram_lost_all_join_and_agree),
        cmocka_unit_test(a_dead_member_keeps_its_slots_and_lease_in_everybodys_view),
        cmocka_unit_test(a_long_partition_heals_by_itself),
        cmocka_unit_test(two_camps_that_agree_within_do_not_stay_apart),
        cmocka_unit_test(both_sides_of_a_partition_give_and_never_the_same_slot),
        cmocka_unit_test(a_wish_is_honoured_and_an_occupied_one_gives_something_else),
        cmocka_unit_test(in_an_exhausted_network_a_joiner_waits_and_says_why),
        cmocka_unit_test(a_joiner_with_another_key_stays_outside_and_both_sides_say_so),
        cmocka_unit_test(a_token_lets_into_its_own_cluster_only),
        cmocka_unit_test(a_replayed_datagram_changes_nothing),
        cmocka_unit_test(what_a_cluster_does_depends_on_the_seed_alone),
    };

    return RUN_TESTS(tests);
}
