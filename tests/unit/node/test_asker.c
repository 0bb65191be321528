/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/bench.h"

#include <string.h>

#include "node/core.h"

/* A joiner, its seed, and another member of the seed's cluster. */
struct scene {
    struct bench b;
    struct peer seed;
    struct peer other;
};

static int setup(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));

    assert_non_null(s);
    peer_init(&s->seed, 1);
    peer_init(&s->other, 2);
    memset(s->seed.cluster, 0x5e, sizeof(s->seed.cluster));
    memcpy(s->other.cluster, s->seed.cluster, sizeof(s->seed.cluster));
    bench_join(&s->b, &s->seed.at);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;

    bench_done(&s->b);
    peer_done(&s->seed);
    peer_done(&s->other);
    free(s);
    return 0;
}

/* The seed's cookie; the joiner's request is left in *ret_join. */
static void give_cookie(struct scene *s, struct felt_message *ret_join)
{
    struct felt_message m = {.type = FELT_MESSAGE_COOKIE, .cookie = {.cookie = {42}}};

    assert_int_equal(peer_tell(&s->seed, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(&s->seed, &s->b, FELT_MESSAGE_JOIN, ret_join));
}

static struct felt_message welcome(const struct felt_message *join, const char *config)
{
    struct felt_message m = {.type = FELT_MESSAGE_WELCOME};

    memcpy(m.welcome.request, join->join.request, FELT_REQUEST_ID_LEN);
    m.welcome.config = felt_bytes(config, strlen(config));
    return m;
}

static struct felt_message gift(const struct felt_message *join, enum felt_gift_result result)
{
    struct felt_message m = {.type = FELT_MESSAGE_GIFT, .gift = {.result = result}};

    memcpy(m.gift.request, join->join.request, FELT_REQUEST_ID_LEN);
    return m;
}

/* The whole map: the joiner has slots 200 to 209 of 255, the seed the rest. */
static struct felt_message slots(struct scene *s, bool give)
{
    struct felt_message m = {.type = FELT_MESSAGE_SLOTS};

    m.slots.era = 1;
    m.slots.total = 255;
    m.slots.n = 3;
    m.slots.runs[0] = (struct felt_run){.count = 200, .owner = s->seed.identity.id, .term = 1};
    m.slots.runs[1] = (struct felt_run){.count = 10, .owner = s->seed.identity.id, .term = 1};
    m.slots.runs[2] = (struct felt_run){.count = 45, .owner = s->seed.identity.id, .term = 1};
    if (give)
        m.slots.runs[1] =
            (struct felt_run){.count = 10, .owner = bench_self(&s->b).id, .term = 1, .seq = 1};
    return m;
}

/* Welcomed with that result, and the map beside it. */
static void admit(struct scene *s, const struct felt_message *join, enum felt_gift_result result,
                  bool give)
{
    struct felt_message w = welcome(join, BENCH_CONFIG), g = gift(join, result);
    struct felt_message m = slots(s, give);

    peer_begin(&s->seed);
    peer_write(&s->seed, &w);
    peer_write_self(&s->seed);
    peer_write(&s->seed, &g);
    peer_write(&s->seed, &m);
    assert_int_equal(peer_send(&s->seed, &s->b), FELT_VERDICT_TAKEN);
}

/* Whether the last step sent the peer a message of that type; a probe is answered. */
static bool heard(struct scene *s, struct peer *p, enum felt_message_type type,
                  struct felt_message *ret)
{
    struct felt_message probe, ack = {.type = FELT_MESSAGE_ACK};
    bool found = peer_reads(p, &s->b, type, ret);

    if (!peer_reads(p, &s->b, FELT_MESSAGE_PROBE, &probe))
        return found;
    ack.ack.seq = probe.probe.seq;
    ack.ack.digest = probe.probe.digest;
    peer_tell(p, &s->b, &ack);
    return found;
}

/* Waits until the peer is sent a message of that type; how long that took. */
static felt_usec until(struct scene *s, struct peer *p, enum felt_message_type type,
                       struct felt_message *ret)
{
    felt_usec begun = s->b.now;

    for (int i = 0; i < 300; i++) {
        bench_wait(&s->b, 100 * FELT_USEC_MS);
        if (heard(s, p, type, ret))
            return s->b.now - begun;
        bench_settle(&s->b);
        if (heard(s, p, type, ret))
            return s->b.now - begun;
    }
    fail_msg("never sent");
    return 0;
}

/* G-5.1 */
static void seeds_are_greeted_at_once_with_room_for_their_answer(void **state)
{
    struct scene *s = *state;
    struct felt_message m;

    assert_true(peer_reads(&s->seed, &s->b, FELT_MESSAGE_HELLO, &m));
    assert_int_equal(m.hello.padding, FELT_HELLO_PADDING);
    assert_string_equal(bench_self(&s->b).waiting, "no member of the cluster has answered yet");
}

/* G-5.5 */
static void silent_seeds_are_tried_ever_more_rarely_and_their_names_resolved_again(void **state)
{
    struct scene *s = *state;
    unsigned hellos = 0, wanted = 0, silent = 0;
    felt_usec last = s->b.now, longest = 0;
    struct felt_message m;

    for (int i = 0; i < 1200; i++) { /* two minutes */
        bench_wait(&s->b, 100 * FELT_USEC_MS);
        if (peer_reads(&s->seed, &s->b, FELT_MESSAGE_HELLO, &m)) {
            hellos++;
            longest = FELT_MAX(longest, s->b.now - last);
            last = s->b.now;
        }
        wanted += bench_event(&s->b, FELT_EVENT_SEEDS_WANTED) != NULL;
        silent += bench_event(&s->b, FELT_EVENT_SEEDS_SILENT) != NULL;
    }
    assert_in_range(hellos, 120 / 13 + 2, 20);
    assert_in_range(longest, 5 * FELT_USEC_SEC, 126 * FELT_USEC_SEC / 10);
    assert_in_range(wanted, hellos - 3, hellos);
    assert_true(silent >= 1);
    assert_false(bench_self(&s->b).in_cluster);
}

/* G-5.2 */
static void a_cookie_is_answered_with_a_join_that_shows_it(void **state)
{
    struct scene *s = *state;
    struct felt_message join, m;

    give_cookie(s, &join);
    assert_int_equal(join.join.cookie[0], 42);
    assert_int_equal(join.join.era, 0);
    assert_true(peer_reads(&s->seed, &s->b, FELT_MESSAGE_DESCRIPTOR, &m));
}

static void a_second_cookie_from_elsewhere_does_not_draw_it_away(void **state)
{
    struct felt_message m = {.type = FELT_MESSAGE_COOKIE}, join;
    struct scene *s = *state;

    give_cookie(s, &join);
    assert_int_equal(peer_tell(&s->other, &s->b, &m), FELT_VERDICT_MISDIRECTED);
    assert_int_equal(s->b.effects.n_datagrams, 0);
}

/* P-3.2.2 */
static void a_welcome_that_nobody_asked_for_is_misdirected(void **state)
{
    struct scene *s = *state;
    struct felt_message join = {.type = FELT_MESSAGE_JOIN}, m;

    m = welcome(&join, BENCH_CONFIG);
    assert_int_equal(peer_tell(&s->seed, &s->b, &m), FELT_VERDICT_MISDIRECTED);
    give_cookie(s, &join);
    m = welcome(&join, BENCH_CONFIG);
    assert_int_equal(peer_tell(&s->other, &s->b, &m), FELT_VERDICT_MISDIRECTED);
    m.welcome.request[0] ^= 1;
    assert_int_equal(peer_tell(&s->seed, &s->b, &m), FELT_VERDICT_MISDIRECTED);
    assert_false(bench_self(&s->b).in_cluster);
}

static void a_welcome_with_a_configuration_that_is_none_is_refused(void **state)
{
    struct scene *s = *state;
    struct felt_message join, m;

    give_cookie(s, &join);
    m = welcome(&join, "{\"Network\":\"nonsense\"}");
    assert_int_equal(peer_tell(&s->seed, &s->b, &m), FELT_VERDICT_MALFORMED);
    m = welcome(&join, "");
    assert_int_equal(peer_tell(&s->seed, &s->b, &m), FELT_VERDICT_MALFORMED);
    assert_false(bench_self(&s->b).in_cluster);
    assert_null(bench_self(&s->b).config);
}

static void a_welcome_from_who_is_in_no_cluster_is_refused(void **state)
{
    struct scene *s = *state;
    struct felt_message join, m;

    give_cookie(s, &join);
    memset(s->seed.cluster, 0, sizeof(s->seed.cluster));
    m = welcome(&join, BENCH_CONFIG);
    assert_int_equal(peer_tell(&s->seed, &s->b, &m), FELT_VERDICT_MALFORMED);
    assert_false(bench_self(&s->b).in_cluster);
}

/* L-3.3.1, S-3.2, G-5.3, G-5.4 */
static void a_joiner_uses_its_lease_once_map_and_choice_are_durable(void **state)
{
    struct scene *s = *state;
    struct felt_message join;

    give_cookie(s, &join);
    admit(s, &join, FELT_GIFT_GIVEN, true);
    assert_non_null(bench_event(&s->b, FELT_EVENT_CONFIGURED));
    assert_non_null(bench_event(&s->b, FELT_EVENT_JOINED));
    assert_null(bench_event(&s->b, FELT_EVENT_LEASE_TAKEN));
    assert_false(bench_self(&s->b).has_lease);
    assert_true(s->b.effects.state.len > 0);
    bench_save_failed(&s->b);
    assert_null(bench_event(&s->b, FELT_EVENT_LEASE_TAKEN));
    assert_string_equal(bench_self(&s->b).waiting, "the state cannot be saved");
    bench_wait(&s->b, 2 * FELT_USEC_SEC);
    assert_false(bench_self(&s->b).has_lease);
    bench_saved(&s->b);
    assert_non_null(bench_event(&s->b, FELT_EVENT_LEASE_TAKEN));
    assert_int_equal(bench_event(&s->b, FELT_EVENT_LEASE_TAKEN)->slot, 200);
    assert_true(bench_self(&s->b).has_lease);
    assert_null(bench_self(&s->b).waiting);
    assert_memory_equal(bench_self(&s->b).cluster, s->seed.cluster, sizeof(s->seed.cluster));
}

/* L-3.4.1 */
static void an_answer_that_does_not_come_is_asked_for_again_under_the_same_request(void **state)
{
    struct scene *s = *state;
    struct felt_message join, again, m;

    give_cookie(s, &join);
    until(s, &s->seed, FELT_MESSAGE_HELLO, &m);
    give_cookie(s, &again);
    assert_memory_equal(again.join.request, join.join.request, FELT_REQUEST_ID_LEN);
}

/* L-3.2.1 */
static void it_follows_a_referral_with_the_same_request(void **state)
{
    struct scene *s = *state;
    struct felt_message join, m, w, g;

    give_cookie(s, &join);
    w = welcome(&join, BENCH_CONFIG);
    g = gift(&join, FELT_GIFT_ASK);
    g.gift.referral = s->other.identity.id;
    peer_begin(&s->seed);
    peer_write(&s->seed, &w);
    peer_write_self(&s->seed);
    peer_write_other(&s->seed, &s->other);
    peer_write(&s->seed, &g);
    assert_int_equal(peer_send(&s->seed, &s->b), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(&s->other, &s->b, FELT_MESSAGE_JOIN, &m));
    assert_memory_equal(m.join.request, join.join.request, FELT_REQUEST_ID_LEN);
    assert_memory_equal(m.join.cookie, join.join.cookie, FELT_COOKIE_LEN);
}

static void a_referral_to_somebody_unknown_is_not_followed(void **state)
{
    struct scene *s = *state;
    struct felt_message join, m, g;

    give_cookie(s, &join);
    admit(s, &join, FELT_GIFT_BUSY, false);
    bench_settle(&s->b);
    until(s, &s->seed, FELT_MESSAGE_JOIN, &m);
    g = gift(&m, FELT_GIFT_ASK);
    g.gift.referral = s->other.identity.id;
    assert_int_equal(peer_tell(&s->seed, &s->b, &g), FELT_VERDICT_TAKEN);
    assert_int_equal(peer_got(&s->other, &s->b), 0);
    until(s, &s->seed, FELT_MESSAGE_JOIN, &m); /* asked again */
}

static void referrals_without_end_are_given_up_for_a_while(void **state)
{
    struct scene *s = *state;
    struct felt_message join, m, g;
    unsigned followed = 0;

    give_cookie(s, &join);
    admit(s, &join, FELT_GIFT_BUSY, false);
    peer_begin(&s->seed);
    peer_write_other(&s->seed, &s->other);
    peer_send(&s->seed, &s->b);
    bench_settle(&s->b);
    until(s, &s->seed, FELT_MESSAGE_JOIN, &m);
    for (; followed < 100; followed++) { /* each sends it to the other */
        struct peer *from = followed % 2 == 0 ? &s->seed : &s->other;
        struct peer *to = followed % 2 == 0 ? &s->other : &s->seed;

        g = gift(&m, FELT_GIFT_ASK);
        g.gift.referral = to->identity.id;
        peer_tell(from, &s->b, &g);
        if (!peer_reads(to, &s->b, FELT_MESSAGE_JOIN, &m))
            break;
    }
    assert_in_range(followed, 2, 20);
}

/* L-3.4.1 */
static void none_is_waited_out_with_a_reason_and_asked_again_ever_later(void **state)
{
    struct scene *s = *state;
    struct felt_message join, m, none;
    const struct felt_event *event = NULL;

    give_cookie(s, &join);
    admit(s, &join, FELT_GIFT_NONE, false);
    bench_settle(&s->b);
    /* The map says that the seed has a reserve, so it is asked again as a member. */
    for (int i = 0; i < 7; i++) {
        until(s, &s->seed, FELT_MESSAGE_JOIN, &m);
        none = gift(&m, FELT_GIFT_NONE);
        assert_int_equal(peer_tell(&s->seed, &s->b, &none), FELT_VERDICT_TAKEN);
        if (!event)
            event = bench_event(&s->b, FELT_EVENT_LEASE_WAITING);
        else
            assert_null(bench_event(&s->b, FELT_EVENT_LEASE_WAITING)); /* said once */
        assert_string_equal(bench_self(&s->b).waiting,
                            "all 255 subnets are owned, and all owners are alive");
    }
    assert_non_null(event);
    assert_true(until(s, &s->seed, FELT_MESSAGE_JOIN, &m) > 5 * FELT_USEC_SEC);
}

/* L-3.4.2 */
static void a_busy_donor_is_asked_again_soon(void **state)
{
    struct scene *s = *state;
    struct felt_message join, m;

    give_cookie(s, &join);
    admit(s, &join, FELT_GIFT_BUSY, false);
    bench_settle(&s->b);
    assert_true(until(s, &s->seed, FELT_MESSAGE_JOIN, &m) <= 300 * FELT_USEC_MS);
    assert_memory_equal(m.join.request, join.join.request, FELT_REQUEST_ID_LEN);
    assert_true(m.join.era == 1);
}

/* Admitted, and told that the seed is busy. The seed has 210 slots, the other member 45, we none.
 * What the other is asked with at once is left in *ret_join. */
static void admit_beside_another(struct scene *s, const struct felt_message *join,
                                 struct felt_message *ret_join)
{
    struct felt_message w = welcome(join, BENCH_CONFIG), g = gift(join, FELT_GIFT_BUSY);
    struct felt_message m = slots(s, false);

    m.slots.runs[2].owner = s->other.identity.id;
    peer_begin(&s->seed);
    peer_write(&s->seed, &w);
    peer_write_self(&s->seed);
    peer_write_other(&s->seed, &s->other);
    peer_write(&s->seed, &g);
    peer_write(&s->seed, &m);
    assert_int_equal(peer_send(&s->seed, &s->b), FELT_VERDICT_TAKEN);
    if (!peer_reads(&s->other, &s->b, FELT_MESSAGE_JOIN, ret_join)) {
        bench_wait(&s->b, 0);
        assert_true(peer_reads(&s->other, &s->b, FELT_MESSAGE_JOIN, ret_join));
    }
    bench_settle(&s->b);
}

/* L-3.4.2 */
static void where_the_largest_reserve_is_busy_the_next_one_is_asked_at_once(void **state)
{
    struct scene *s = *state;
    struct felt_message join, m;

    give_cookie(s, &join);
    admit_beside_another(s, &join, &m);
    assert_memory_equal(m.join.request, join.join.request, FELT_REQUEST_ID_LEN);
}

/* L-3.4.2 */
static void who_does_not_answer_is_passed_over_until_all_were_asked(void **state)
{
    struct scene *s = *state;
    struct felt_message join, m, busy;

    give_cookie(s, &join);
    admit_beside_another(s, &join, &m);
    /* The other does not answer at all: then both could not help, and after a pause it is the first
     * one's turn again. It stays silent as well. */
    assert_true(until(s, &s->seed, FELT_MESSAGE_JOIN, &m) >= 500 * FELT_USEC_MS);
    assert_in_range(until(s, &s->other, FELT_MESSAGE_JOIN, &m), 500 * FELT_USEC_MS,
                    700 * FELT_USEC_MS);
    /* Who sends us back to one of those is one of those. */
    busy = gift(&m, FELT_GIFT_ASK);
    busy.gift.referral = s->seed.identity.id;
    assert_int_equal(peer_tell(&s->other, &s->b, &busy), FELT_VERDICT_TAKEN);
    assert_false(peer_reads(&s->seed, &s->b, FELT_MESSAGE_JOIN, &m));
    assert_in_range(until(s, &s->seed, FELT_MESSAGE_JOIN, &m), 100 * FELT_USEC_MS,
                    400 * FELT_USEC_MS);
}

/* L-3.4.2 */
static void a_refused_port_is_not_waited_for(void **state)
{
    struct felt_input in = {.kind = FELT_INPUT_REFUSED};
    struct scene *s = *state;
    struct felt_message join, m;

    give_cookie(s, &join);
    admit_beside_another(s, &join, &m);
    in.endpoint = s->other.at;
    bench_step(&s->b, in);
    assert_in_range(until(s, &s->seed, FELT_MESSAGE_JOIN, &m), 0, 300 * FELT_USEC_MS);
}

static void a_gift_that_nobody_asked_for_is_misdirected(void **state)
{
    struct scene *s = *state;
    struct felt_message join, g;

    give_cookie(s, &join);
    admit(s, &join, FELT_GIFT_GIVEN, true);
    bench_settle(&s->b);
    g = gift(&join, FELT_GIFT_NONE);
    assert_int_equal(peer_tell(&s->seed, &s->b, &g), FELT_VERDICT_MISDIRECTED);
    assert_true(bench_self(&s->b).has_lease);
}

static void more_seeds_than_it_can_keep_are_cut_off(void **state)
{
    struct scene *s = *state;
    struct felt_endpoint many[FELT_SEEDS_MAX + 5];
    struct felt_input in = {.kind = FELT_INPUT_SEEDS,
                            .seeds = {.endpoints = many, .n = FELT_ARRAY_LEN(many)}};

    for (size_t i = 0; i < FELT_ARRAY_LEN(many); i++)
        many[i] = (struct felt_endpoint){.ip = felt_ip_v4(0xc6336400u + (uint32_t)i), .port = 1};
    bench_step(&s->b, in);
    bench_wait(&s->b, 2 * FELT_USEC_SEC); /* longer than its second pause */
    assert_int_equal(s->b.effects.n_datagrams, FELT_SEEDS_MAX);
}

#define JOINER(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOINER(seeds_are_greeted_at_once_with_room_for_their_answer),
        JOINER(silent_seeds_are_tried_ever_more_rarely_and_their_names_resolved_again),
        JOINER(a_cookie_is_answered_with_a_join_that_shows_it),
        JOINER(a_second_cookie_from_elsewhere_does_not_draw_it_away),
        JOINER(a_welcome_that_nobody_asked_for_is_misdirected),
        JOINER(a_welcome_with_a_configuration_that_is_none_is_refused),
        JOINER(a_welcome_from_who_is_in_no_cluster_is_refused),
        JOINER(a_joiner_uses_its_lease_once_map_and_choice_are_durable),
        JOINER(an_answer_that_does_not_come_is_asked_for_again_under_the_same_request),
        JOINER(it_follows_a_referral_with_the_same_request),
        JOINER(a_referral_to_somebody_unknown_is_not_followed),
        JOINER(referrals_without_end_are_given_up_for_a_while),
        JOINER(none_is_waited_out_with_a_reason_and_asked_again_ever_later),
        JOINER(a_busy_donor_is_asked_again_soon),
        JOINER(where_the_largest_reserve_is_busy_the_next_one_is_asked_at_once),
        JOINER(who_does_not_answer_is_passed_over_until_all_were_asked),
        JOINER(a_refused_port_is_not_waited_for),
        JOINER(a_gift_that_nobody_asked_for_is_misdirected),
        JOINER(more_seeds_than_it_can_keep_are_cut_off),
    };

    return RUN_TESTS(tests);
}
