/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <string.h>

#include "node/core.h"

static struct felt_member_view view_of(const struct scene *s, uint32_t i)
{
    struct felt_member_view v;

    assert_true(felt_node_next_member(s->b.node, s->b.now, &i, &v));
    return v;
}

static void of_ourselves_it_shows_what_there_is(void **state)
{
    struct scene *s = *state;
    struct felt_self_view v = bench_self(&s->b);

    assert_string_equal(v.name, "bench");
    assert_true(v.in_cluster);
    assert_int_equal(v.session, 1);
    assert_int_equal(v.era, 1);
    assert_int_equal(v.n_slots, 255);
    assert_int_equal(v.n_slots_own, 128);
    assert_int_equal(v.n_members, 2);
    assert_int_equal(v.n_alive, 2);
    assert_int_equal(v.n_suspect + v.n_dead, 0);
    assert_true(v.has_lease);
    assert_int_equal(v.lease_slot, 0);
    assert_null(v.waiting);
    assert_string_equal(v.config_text, BENCH_CONFIG);
    assert_int_equal(v.config->subnet_len, 24);
    assert_true(v.datagrams_sent >= 2);
    assert_true(v.verdicts[FELT_VERDICT_TAKEN] >= 2);
    assert_true(v.save >= 2);
}

static void before_a_cluster_is_found_it_says_so(void **state)
{
    struct scene *s = *state;
    struct felt_self_view v;

    bench_done(&s->b);
    bench_join(&s->b, &s->p.at);
    v = bench_self(&s->b);
    assert_false(v.in_cluster);
    assert_null(v.config);
    assert_null(v.config_text);
    assert_int_equal(v.n_slots, 0);
    assert_int_equal(v.n_slots_own, 0);
    assert_false(v.has_lease);
    assert_string_equal(v.waiting, "no member of the cluster has answered yet");
    assert_int_equal(v.n_members, 1);
}

static void every_datagram_is_counted_by_its_verdict(void **state)
{
    const struct felt_message nack = {.type = FELT_MESSAGE_NACK};
    struct scene *s = *state;
    uint64_t before = bench_self(&s->b).verdicts[FELT_VERDICT_MISDIRECTED];

    for (int i = 0; i < 3; i++)
        peer_tell(&s->p, &s->b, &nack);
    assert_int_equal(bench_self(&s->b).verdicts[FELT_VERDICT_MISDIRECTED], before + 3);
}

static void members_come_one_after_the_other_ourselves_included(void **state)
{
    struct scene *s = *state;
    struct felt_member_view v = view_of(s, 0), p;
    uint32_t end = 2;

    assert_true(v.self);
    assert_int_equal(v.n_slots, 128);
    p = view_of(s, 1);
    assert_false(p.self);
    assert_string_equal(p.name, "peer");
    assert_int_equal(p.state, FELT_MEMBER_ALIVE);
    assert_true(felt_endpoint_equal(&p.advertise, &s->p.at));
    assert_int_equal(p.n_slots, 127);
    assert_false(p.has_backend);
    assert_false(felt_node_next_member(s->b.node, s->b.now, &end, &v));
    assert_int_equal(end, 2);
}

static void silence_is_counted_from_what_was_heard_last(void **state)
{
    const struct felt_message nack = {.type = FELT_MESSAGE_NACK};
    struct scene *s = *state;

    peer_tell(&s->p, &s->b, &nack);
    s->b.now += 5 * FELT_USEC_SEC;
    assert_int_equal(view_of(s, 1).silent_us, 5 * FELT_USEC_SEC);
    assert_true(view_of(s, 0).silent_us == FELT_USEC_NEVER);
}

static void announce(struct scene *s, bool has_lease, uint32_t lease, const char *backend)
{
    s->p.descriptor.version++;
    s->p.descriptor.has_lease = has_lease;
    s->p.descriptor.lease = lease;
    strcpy(s->p.descriptor.backend, backend);
    peer_begin(&s->p);
    peer_write_self(&s->p);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_TAKEN);
}

/* L-4.1 */
static void a_lease_counts_where_announcement_and_map_agree(void **state)
{
    struct scene *s = *state;

    assert_false(view_of(s, 1).has_lease); /* owns slots, has announced nothing */
    announce(s, true, 200, "");
    assert_true(view_of(s, 1).has_lease);
    assert_int_equal(view_of(s, 1).lease_slot, 200);
    announce(s, true, 0, ""); /* that one is ours */
    assert_false(view_of(s, 1).has_lease);
    announce(s, true, UINT32_MAX, ""); /* beyond the network */
    assert_false(view_of(s, 1).has_lease);
    announce(s, false, 200, "");
    assert_false(view_of(s, 1).has_lease);
}

static void a_backend_that_we_do_not_know_is_none(void **state)
{
    struct scene *s = *state;

    announce(s, false, 0, "host-gw");
    assert_true(view_of(s, 1).has_backend);
    assert_int_equal(view_of(s, 1).backend, FELT_BACKEND_HOST_GW);
    announce(s, false, 0, "carrier");
    assert_false(view_of(s, 1).has_backend);
}

static void runs_cover_all_slots_owner_by_owner(void **state)
{
    struct scene *s = *state;
    struct felt_id owner, self = view_of(s, 0).id, peer = view_of(s, 1).id;
    uint32_t at = 0, count;

    assert_true(felt_node_next_run(s->b.node, &at, &owner, &count));
    assert_true(felt_id_equal(&owner, &self));
    assert_int_equal(count, 128);
    assert_true(felt_node_next_run(s->b.node, &at, &owner, &count));
    assert_true(felt_id_equal(&owner, &peer));
    assert_int_equal(count, 127);
    assert_int_equal(at, 255);
    assert_false(felt_node_next_run(s->b.node, &at, &owner, &count));
    assert_int_equal(at, 255);
}

/* Two gifts to the same member have numbers of their own; it is one run nevertheless. */
static void a_run_goes_on_where_only_the_entries_differ(void **state)
{
    struct scene *s = *state;
    struct felt_id owner, peer = view_of(s, 1).id, self = view_of(s, 0).id;
    uint32_t at = 0, count;

    assert_true(felt_slot_map_give(s->b.node->map, 3, &peer));
    assert_true(felt_slot_map_give(s->b.node->map, 3, &self));
    assert_true(felt_slot_map_give(s->b.node->map, 127, &peer));
    assert_true(felt_node_next_run(s->b.node, &at, &owner, &count));
    assert_int_equal(count, 127);
    assert_true(felt_node_next_run(s->b.node, &at, &owner, &count));
    assert_int_equal(count, 128);
    assert_true(felt_id_equal(&owner, &peer));
}

static void before_the_network_is_known_there_is_no_run(void **state)
{
    struct scene *s = *state;
    struct felt_id owner;
    uint32_t at = 0, count;

    bench_done(&s->b);
    bench_join(&s->b, &s->p.at);
    assert_false(felt_node_next_run(s->b.node, &at, &owner, &count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(of_ourselves_it_shows_what_there_is),
        SCENE(before_a_cluster_is_found_it_says_so),
        SCENE(every_datagram_is_counted_by_its_verdict),
        SCENE(members_come_one_after_the_other_ourselves_included),
        SCENE(silence_is_counted_from_what_was_heard_last),
        SCENE(a_lease_counts_where_announcement_and_map_agree),
        SCENE(a_backend_that_we_do_not_know_is_none),
        SCENE(runs_cover_all_slots_owner_by_owner),
        SCENE(a_run_goes_on_where_only_the_entries_differ),
        SCENE(before_the_network_is_known_there_is_no_run),
    };

    return RUN_TESTS(tests);
}
