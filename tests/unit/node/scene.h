/* SPDX-License-Identifier: Apache-2.0 */
/* A founder on the bench with two peers: the first is a member that was given slots, the
 * second a stranger. */
#pragma once

#include "tests/unit/node/bench.h"

struct scene {
    struct bench b;
    struct peer p; /* number 1: joined, owns what it was given */
    struct peer q; /* number 2: a stranger */
};

static inline int scene_setup(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));

    assert_non_null(s);
    bench_found(&s->b, BENCH_CONFIG);
    peer_init(&s->p, 1);
    peer_init(&s->q, 2);
    peer_join(&s->p, &s->b);
    *state = s;
    return 0;
}

static inline int scene_teardown(void **state)
{
    struct scene *s = *state;

    bench_done(&s->b);
    peer_done(&s->p);
    peer_done(&s->q);
    free(s);
    return 0;
}

/* A step of what is due: a save is done, or q answers a probe, or time passes. */
static inline void scene_go_on(struct scene *s)
{
    struct felt_message m;

    if (s->b.effects.state.len > 0)
        bench_saved(&s->b);
    else if (peer_reads(&s->q, &s->b, FELT_MESSAGE_PROBE, &m))
        peer_acks(&s->q, &s->b);
    else
        bench_wait(&s->b, 100 * FELT_USEC_MS);
}

/* Waits, saving what is to be saved, until q is sent a message of that type; which must come
 * within `limit`. Settled before it came. */
static inline struct felt_message scene_await(struct scene *s, enum felt_message_type type,
                                              felt_usec limit)
{
    const felt_usec end = s->b.now + limit;
    struct felt_message m;

    for (;;) {
        if (peer_reads(&s->q, &s->b, type, &m))
            return m;
        assert_true(s->b.now < end);
        scene_go_on(s);
    }
}

#define SCENE(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
