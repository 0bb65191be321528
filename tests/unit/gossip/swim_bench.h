/* SPDX-License-Identifier: Apache-2.0 */
/* A failure detector on the bench: its tables, its clock, and what it sends. */
#pragma once

#include "tests/unit/test.h"

#include <stdbool.h>
#include <stdlib.h>

#include "gossip/health.h"
#include "gossip/probe.h"
#include "gossip/relay.h"
#include "gossip/swim.h"
#include "tests/unit/gossip/crowd.h"

#define MEMBERS_MAX 80
#define START       (100 * FELT_USEC_SEC)
#define SELF_ORIGIN 1
/* The shortest and the longest suspicion of up to a hundred members. */
#define SHORT (8 * FELT_SWIM_CHECK)
#define LONG  (6 * SHORT)

/* A detector with its tables, and the clock that it goes by. Member k of the crowd is at place k -
 * 1; the detector is the first. */
struct bench {
    felt_usec now;
    struct felt_members *members;
    struct felt_rumours *rumours;
    struct felt_swim *swim;
};

static inline struct bench *bench_tuned(uint32_t n, uint64_t seed,
                                        const struct felt_swim_tuning *tuning)
{
    struct bench *b = calloc(1, sizeof(*b));
    struct felt_swim_config config = {
        .now = START, .seed = seed, .members_max = MEMBERS_MAX, .tuning = *tuning};

    assert_non_null(b);
    b->now = START;
    b->members = crowd_new(n, MEMBERS_MAX);
    assert_int_equal(felt_rumours_new(MEMBERS_MAX, &b->rumours), 0);
    config.members = b->members;
    config.rumours = b->rumours;
    assert_int_equal(felt_swim_new(&config, &b->swim), 0);
    for (uint32_t i = 1; i < n; i++)
        felt_swim_added(b->swim, i);
    return b;
}

static inline struct bench *bench_new(uint32_t n, uint64_t seed)
{
    static const struct felt_swim_tuning usual;

    return bench_tuned(n, seed, &usual);
}

static inline void bench_free(struct bench *b)
{
    felt_swim_free(b->swim);
    felt_rumours_free(b->rumours);
    felt_members_free(b->members);
    free(b);
}
FELT_DEFINE_CLEANUP(struct bench *, bench_free)

static inline enum felt_member_state state_of(const struct bench *b, uint32_t i)
{
    return (enum felt_member_state)felt_members_peek(b->members, i)->state;
}

static inline uint32_t n_in(const struct bench *b, enum felt_member_state state)
{
    return felt_members_count_state(b->members, state);
}

/* Of a suspect. */
static inline const struct felt_suspicion *suspicion_of(const struct bench *b, uint32_t i)
{
    assert_int_equal(state_of(b, i), FELT_MEMBER_SUSPECT);
    return felt_members_peek(b->members, i)->suspicion;
}

/* What is measured of its round trips; 0: nothing. */
static inline uint32_t rtt_of(const struct bench *b, uint32_t i)
{
    const struct felt_contact *contact = felt_members_peek(b->members, i)->contact;

    return contact ? contact->rtt.smoothed_us : 0;
}

/* Forgets what was sent, goes to the next deadline and runs what is due then. */
static inline void next(struct bench *b)
{
    felt_swim_clear(b->swim);
    assert_true(felt_swim_deadline(b->swim) != FELT_USEC_NEVER);
    b->now = FELT_MAX(b->now, felt_swim_deadline(b->swim));
    felt_swim_wake(b->swim, b->now);
}

static inline uint32_t n_sends(const struct bench *b)
{
    uint32_t n;

    felt_swim_sends(b->swim, &n);
    return n;
}

static inline uint32_t count_sends(const struct bench *b, enum felt_swim_send_kind kind)
{
    uint32_t n, count = 0;
    const struct felt_swim_send *sends = felt_swim_sends(b->swim, &n);

    for (uint32_t i = 0; i < n; i++)
        count += sends[i].kind == kind;
    return count;
}

/* The first send of that kind since the last clear; it must be there. */
static inline struct felt_swim_send sent(const struct bench *b, enum felt_swim_send_kind kind)
{
    uint32_t n;
    const struct felt_swim_send *sends = felt_swim_sends(b->swim, &n);

    for (uint32_t i = 0; i < n; i++)
        if (sends[i].kind == kind)
            return sends[i];
    fail_msg("nothing of kind %d was sent", (int)kind);
    return (struct felt_swim_send){0};
}

/* Goes on until something of that kind is sent. */
static inline struct felt_swim_send until(struct bench *b, enum felt_swim_send_kind kind)
{
    for (int k = 0; k < 200; k++) {
        next(b);
        if (count_sends(b, kind) > 0)
            return sent(b, kind);
    }
    fail_msg("nothing of kind %d is ever sent", (int)kind);
    return (struct felt_swim_send){0};
}

static inline enum felt_verdict ack(struct bench *b, uint32_t from, uint32_t seq)
{
    return felt_swim_ack(b->swim, b->now, from, seq);
}

/* Every probe since the last clear that went to one below `answering` is answered now. */
static inline void answer(struct bench *b, uint32_t answering)
{
    uint32_t n;
    const struct felt_swim_send *sends = felt_swim_sends(b->swim, &n);

    for (uint32_t i = 0; i < n; i++)
        if (sends[i].kind == FELT_SWIM_PROBE && sends[i].to < answering)
            ack(b, sends[i].to, sends[i].seq);
}

/* All helpers that were asked since the last clear say no. */
static inline void nack_all(struct bench *b, bool refused)
{
    uint32_t n;
    const struct felt_swim_send *sends = felt_swim_sends(b->swim, &n);

    for (uint32_t i = 0; i < n; i++)
        if (sends[i].kind == FELT_SWIM_PROBE_REQUEST)
            assert_int_equal(felt_swim_nack(b->swim, b->now, sends[i].to, sends[i].seq, refused),
                             FELT_VERDICT_TAKEN);
}

/* Runs for a while; members below `answering` answer their probes at once. */
static inline void run(struct bench *b, felt_usec time, uint32_t answering)
{
    felt_usec end = b->now + time;

    while (felt_swim_deadline(b->swim) <= end) {
        next(b);
        answer(b, answering);
    }
    b->now = end;
    felt_swim_clear(b->swim);
}

/* How long until member i is dead when nobody answers but those below `answering`. */
static inline felt_usec dies_after(struct bench *b, uint32_t i, uint32_t answering)
{
    felt_usec begun = b->now;

    while (state_of(b, i) != FELT_MEMBER_DEAD) {
        assert_true(b->now < begun + 200 * FELT_SWIM_PERIOD);
        next(b);
        answer(b, answering);
    }
    return b->now - begun;
}

static inline enum felt_verdict tell(struct bench *b, uint32_t member,
                                     enum felt_liveness_state what, uint64_t incarnation,
                                     uint32_t origin)
{
    struct felt_liveness news = {
        .id = crowd_id(member + 1), .incarnation = incarnation, .state = what, .origin = origin};

    return felt_swim_rumour(b->swim, b->now, &news);
}

static inline void refuse(struct bench *b, uint32_t i)
{
    struct felt_endpoint at = crowd_at(i + 1);

    felt_swim_refused(b->swim, b->now, &at);
}

static inline void cut_off(struct bench *b, uint32_t i)
{
    struct felt_endpoint at = crowd_at(i + 1);

    felt_swim_unreachable(b->swim, b->now, &at);
}

/* Makes our health as bad as that, through stalls of no length. */
static inline void ail(struct bench *b, unsigned score)
{
    while (felt_swim_health(b->swim) < score)
        felt_swim_stalled(b->swim, b->now, 0);
}
