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

#define SCENE(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
