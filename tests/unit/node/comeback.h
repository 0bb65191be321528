/* SPDX-License-Identifier: Apache-2.0 */
/* A scene whose founder comes back with the state that it has now. */
#pragma once

#include "node/core.h"
#include "node/state.h"
#include "tests/unit/node/scene.h"

/* A new process on the same machine, or, by its seed, on a copy of it; its session is durable. */
static inline void come_back(struct scene *s, const struct felt_node_config *how)
{
    struct felt_node_config config = how ? *how : bench_config();
    felt_usec now = felt_usec_add(s->b.now, 10 * FELT_USEC_SEC);
    size_t len;
    uint8_t *bytes = felt_state_of_node(s->b.node, s->b.node->saver.durable + 1, &len);

    assert_non_null(bytes);
    bench_done(&s->b);
    config.now = now;
    config.state = felt_bytes(bytes, len);
    bench_new(&s->b, &config);
    free(bytes);
    bench_wait(&s->b, 0);
    bench_saved(&s->b);
}

static inline enum felt_verdict says(struct scene *s, struct peer *peer,
                                     enum felt_identity_verdict verdict)
{
    struct felt_message m = {.type = FELT_MESSAGE_CONFIRMED};

    m.confirmed.session = s->b.node->session;
    m.confirmed.verdict = verdict;
    return peer_tell(peer, &s->b, &m);
}

static inline enum felt_verdict asks(struct scene *s, struct peer *peer)
{
    const struct felt_message m = {.type = FELT_MESSAGE_CONFIRM,
                                   .confirm = {.padding = FELT_CONFIRM_PADDING}};

    return peer_tell(peer, &s->b, &m);
}

/* What the last step told the peer of itself; -1: nothing. */
static inline int told(struct scene *s, struct peer *peer)
{
    struct felt_message m;

    if (!peer_reads(peer, &s->b, FELT_MESSAGE_CONFIRMED, &m))
        return -1;
    assert_true(m.confirmed.session == peer->session);
    return (int)m.confirmed.verdict;
}
