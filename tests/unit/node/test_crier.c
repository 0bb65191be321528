/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <stdio.h>
#include <string.h>

#include "node/core.h"
#include "node/reserve.h"
#include "tests/unit/lease/keep.h"

/* A notice as a peer sends it. */
static struct felt_message notice_of(uint32_t key, uint64_t version, const char *value)
{
    struct felt_message m = {.type = FELT_MESSAGE_NOTICES, .notices = {.n = 1}};

    m.notices.entries[0] = (struct felt_notice){
        .key = key, .version = version, .value = felt_bytes(value, strlen(value))};
    return m;
}

static uint64_t version_of(const struct scene *s, uint32_t key)
{
    struct felt_notice n;

    felt_notices_get(s->b.node->notices, key, &n);
    return n.version;
}

/* The peer probes with our own digests, but for that of the notices. */
static void show(struct scene *s, uint64_t notices)
{
    struct felt_message m = {.type = FELT_MESSAGE_PROBE};

    m.probe.target = bench_self(&s->b).id;
    m.probe.digest = (struct felt_digest){.era = 1,
                                          .slots = felt_slot_map_digest(s->b.node->map),
                                          .members = felt_members_digest(s->b.node->members),
                                          .notices = notices};
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
}

static void reserve(struct scene *s, uint32_t slot, const char *whom)
{
    struct felt_whom w;

    assert_int_equal(felt_whom_parse(whom, &w), 0);
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_RESERVE,
                                          .reserve = {.slot = slot, .whom = &w}});
    assert_int_equal(s->b.verdict, FELT_VERDICT_TAKEN);
}

/* Whether the peer is told anything of notices within a second. */
static bool is_told(struct scene *s)
{
    struct felt_message m;

    for (int i = 0; i < 20; i++) {
        if (peer_reads(&s->p, &s->b, FELT_MESSAGE_NOTICES, &m))
            return true;
        bench_wait(&s->b, 50 * FELT_USEC_MS);
    }
    return false;
}

/* L-8.1.2, S-3.2 */
static void our_own_notice_is_told_when_it_is_durable_and_not_before(void **state)
{
    struct scene *s = *state;
    struct felt_message ask = {.type = FELT_MESSAGE_SYNC_NOTICES}, m;
    uint64_t save;

    bench_settle(&s->b);
    reserve(s, 200, "node-7");
    save = s->b.effects.state_save;
    assert_true(s->b.effects.state.len > 0);
    assert_true(bench_self(&s->b).save < felt_node_reserved_by(s->b.node));
    assert_false(is_told(s));
    assert_int_equal(peer_tell(&s->p, &s->b, &ask), FELT_VERDICT_BUSY);
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    assert_true(bench_self(&s->b).save >= felt_node_reserved_by(s->b.node));
    assert_true(is_told(s));
    assert_int_equal(peer_tell(&s->p, &s->b, &ask), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_NOTICES, &m));
    assert_int_equal(m.notices.n, 1);
    assert_int_equal(m.notices.entries[0].key, 200);
    assert_int_equal(m.notices.entries[0].version, 1);
}

/* L-8.1.5, G-4.4.4 */
static void news_is_told_on_and_what_was_pulled_is_not(void **state)
{
    struct scene *s = *state;
    struct felt_message m = notice_of(9, 4, "\x01n9"), old = notice_of(9, 3, "\x01n8");

    bench_settle(&s->b);
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_int_equal(version_of(s, 9), 4);
    assert_true(is_told(s));
    assert_int_equal(peer_tell(&s->p, &s->b, &old),
                     FELT_VERDICT_TAKEN); /* not new, and no refusal */
    assert_int_equal(version_of(s, 9), 4);
    felt_rumours_drop(s->b.node->rumours, FELT_RUMOUR_NOTICES, 9);

    felt_crier_pull(s->b.node, felt_members_find(s->b.node->members, &s->p.identity.id));
    m = notice_of(10, 1, "\x01n10");
    peer_tell(&s->p, &s->b, &m);
    assert_int_equal(version_of(s, 10), 1);
    assert_false(is_told(s));
}

/* L-8.1.3 */
static void keys_of_later_versions_are_passed_over(void **state)
{
    struct scene *s = *state;
    struct felt_message m =
        notice_of(felt_slot_map_slots(s->b.node->map) + FELT_NOTICE_OTHERS, 1, "later");

    m.notices.n = 2;
    m.notices.entries[1] = (struct felt_notice){.key = 3, .version = 1};
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
    assert_int_equal(felt_notices_count(s->b.node->notices), 1);
    assert_int_equal(version_of(s, 3), 1);
}

/* L-8.1.2 */
static void a_version_at_its_end_can_not_be_followed(void **state)
{
    struct scene *s = *state;
    struct felt_message m = notice_of(9, UINT64_MAX, "\x01n9");

    peer_tell(&s->p, &s->b, &m);
    assert_false(felt_crier_enter(s->b.node, 9, felt_bytes(NULL, 0)));
    m = notice_of(10, UINT64_MAX - 1, "\x01n9");
    peer_tell(&s->p, &s->b, &m);
    assert_true(felt_crier_enter(s->b.node, 10, felt_bytes(NULL, 0)));
    assert_int_equal(version_of(s, 10), UINT64_MAX);
}

/* L-8.1.5, G-4.2.1 */
static void digests_that_differ_for_two_seconds_are_asked_about(void **state)
{
    struct scene *s = *state;
    struct felt_message m, answered = {.type = FELT_MESSAGE_ANSWERED,
                                       .answered = {.question = FELT_MESSAGE_SYNC_NOTICES}};

    show(s, 77);
    s->b.now += FELT_DIFFERENCE_SPREAD;
    show(s, 77);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SYNC_NOTICES, &m));
    assert_true(s->b.node->crier.running);
    assert_true(s->b.effects.deadline <= felt_crier_deadline(s->b.node));
    show(s, 77); /* one pull at a time */
    assert_false(peer_reads(&s->p, &s->b, FELT_MESSAGE_SYNC_NOTICES, &m));
    answered.answered.more = true;
    answered.answered.next = 5;
    peer_tell(&s->p, &s->b, &answered);
    assert_true(peer_reads(&s->p, &s->b, FELT_MESSAGE_SYNC_NOTICES, &m));
    assert_int_equal(m.sync_notices.first, 5);
    answered.answered.more = false;
    peer_tell(&s->p, &s->b, &answered);
    assert_false(s->b.node->crier.running);
}

static void who_does_not_answer_is_given_up(void **state)
{
    struct scene *s = *state;

    felt_crier_pull(s->b.node, felt_members_find(s->b.node->members, &s->p.identity.id));
    assert_true(s->b.node->crier.running);
    bench_wait(&s->b, FELT_USEC_SEC);
    assert_false(s->b.node->crier.running);
    assert_true(felt_crier_deadline(s->b.node) == FELT_USEC_NEVER);
}

/* L-7.2.4: until then it gives nothing, since it may not know what was reserved. */
static void equal_digests_are_what_a_restarted_node_waits_for(void **state)
{
    struct scene *s = *state;

    s->b.node->confirm.asked = true;
    s->b.node->sync.slots.met = true;
    s->b.node->sync.notices.met = false;
    assert_false(felt_confirmed(s->b.node));
    show(s, 77);
    assert_false(felt_confirmed(s->b.node));
    show(s, felt_notices_digest(s->b.node->notices));
    assert_true(felt_confirmed(s->b.node));
}

/* Of all datagrams of the last step: the notices go into `to`. */
static size_t read_all(struct scene *s, struct felt_notices *to)
{
    size_t n = 0;

    for (size_t i = 0; i < s->b.effects.n_datagrams; i++) {
        const struct felt_datagram *d = &s->b.effects.datagrams[i];
        uint8_t plain[FELT_DATAGRAM_MAX];
        struct felt_envelope envelope;
        struct felt_message m;
        size_t len;

        if (!felt_endpoint_equal(&d->to, &s->p.at))
            continue;
        n++;
        assert_int_equal(felt_seal_open(&s->p.seal, d->bytes, plain, &len), FELT_VERDICT_TAKEN);
        assert_int_equal(felt_reader_begin(s->p.reader, felt_bytes(plain, len), &envelope), 0);
        while (felt_reader_next(s->p.reader, &m) > 0)
            for (uint32_t k = 0; m.type == FELT_MESSAGE_NOTICES && k < m.notices.n; k++)
                felt_notices_merge(to, &m.notices.entries[k]);
    }
    return n;
}

/* L-8.1.5, L-8.1.6: as many as there may be, of the longest names, and then all of one bucket. */
static void thousands_are_pulled_in_bounded_answers(void **state)
{
    static const char *const configs[] = {"{\"Network\":\"10.0.0.0/8\"}"};
    struct felt_message ask = {.type = FELT_MESSAGE_SYNC_NOTICES};
    _cleanup_(felt_notices_freep) struct felt_notices *to = NULL;
    struct scene *s = *state;
    unsigned rounds = 0;
    char name[FELT_NAME_MAX + 1];

    bench_done(&s->b);
    bench_found(&s->b, configs[0]);
    peer_done(&s->p);
    peer_init(&s->p, 1);
    peer_join(&s->p, &s->b);
    to = keep(felt_slot_map_slots(s->b.node->map), NULL, 0);
    for (uint32_t i = 0; i < FELT_NOTICES_LIVE_MAX; i++) {
        memset(name, 'n', sizeof(name) - 1);
        name[FELT_NAME_MAX] = '\0';
        snprintf(name, 8, "%u", i);
        name[strlen(name)] = '-';
        put_notice(s->b.node->notices, i < 1000 ? i * FELT_BUCKETS + 7 : i * 15, 1 + i, name);
    }
    while (felt_notices_digest(to) != felt_notices_digest(s->b.node->notices)) {
        memcpy(ask.sync_notices.hashes, felt_notices_buckets(to), sizeof(ask.sync_notices.hashes));
        ask.sync_notices.first = 7;
        s->b.now += FELT_USEC_SEC;
        assert_int_equal(peer_tell(&s->p, &s->b, &ask), FELT_VERDICT_TAKEN);
        assert_in_range(read_all(s, to), 1, 48 + 3);
        assert_true(++rounds < 60);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(our_own_notice_is_told_when_it_is_durable_and_not_before),
        SCENE(news_is_told_on_and_what_was_pulled_is_not),
        SCENE(keys_of_later_versions_are_passed_over),
        SCENE(a_version_at_its_end_can_not_be_followed),
        SCENE(digests_that_differ_for_two_seconds_are_asked_about),
        SCENE(who_does_not_answer_is_given_up),
        SCENE(equal_digests_are_what_a_restarted_node_waits_for),
        SCENE(thousands_are_pulled_in_bounded_answers),
    };

    return RUN_TESTS(tests);
}
