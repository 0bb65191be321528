/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/bench.h"

#include "node/core.h"

#include <string.h>

/* ---- the node ---- */

struct felt_cluster_key bench_key(void)
{
    struct felt_cluster_key key;

    memset(key.secret, 7, sizeof(key.secret));
    return key;
}

static struct felt_endpoint endpoint(uint8_t n)
{
    return (struct felt_endpoint){.ip = felt_ip_v4(0xc0000200u + n), .port = 8470};
}

struct felt_node_config bench_config(void)
{
    struct felt_node_config config = {
        .now = BENCH_START,
        .key = bench_key(),
        .name = "bench",
        .advertise = endpoint(100),
        .public_ip = endpoint(100).ip,
        .limits = {.members_max = 20},
    };

    memset(config.seed, 100, sizeof(config.seed));
    return config;
}

void bench_new(struct bench *bench, const struct felt_node_config *config)
{
    enum felt_node_refusal refusal;

    *bench = (struct bench){.now = config->now};
    assert_int_equal(felt_node_new(config, &bench->node, &refusal), 0);
    assert_int_equal(refusal, FELT_NODE_OK);
}

void bench_found(struct bench *bench, const char *net_config)
{
    struct felt_node_config config = bench_config();

    config.net_config = net_config;
    bench_new(bench, &config);
    bench_wait(bench, 0);
    bench_settle(bench);
    assert_true(bench_self(bench).has_lease);
}

void bench_join(struct bench *bench, const struct felt_endpoint *seed)
{
    struct felt_node_config config = bench_config();
    struct felt_input in = {.kind = FELT_INPUT_SEEDS, .seeds = {.endpoints = seed, .n = 1}};

    bench_new(bench, &config);
    bench_wait(bench, 0);
    bench_settle(bench);
    bench_step(bench, in);
}

void bench_done(struct bench *bench)
{
    felt_node_free(bench->node);
    bench->node = NULL;
}

void bench_step(struct bench *bench, struct felt_input input)
{
    input.now = bench->now;
    bench->verdict = felt_node_step(bench->node, &input, &bench->effects);
}

void bench_wait(struct bench *bench, felt_usec time)
{
    bench->now += time;
    bench_step(bench, (struct felt_input){.kind = FELT_INPUT_WAKE});
}

void bench_saved(struct bench *bench)
{
    assert_true(bench->effects.state.len > 0);
    bench_step(bench,
               (struct felt_input){.kind = FELT_INPUT_SAVED, .save = bench->effects.state_save});
}

void bench_save_failed(struct bench *bench)
{
    assert_true(bench->effects.state.len > 0);
    bench_step(bench, (struct felt_input){.kind = FELT_INPUT_SAVE_FAILED,
                                          .save = bench->effects.state_save});
}

void bench_settle(struct bench *bench)
{
    for (int k = 0; bench->effects.state.len > 0; k++) {
        assert_true(k < 10);
        bench_saved(bench);
    }
}

const struct felt_event *bench_event(const struct bench *bench, enum felt_event_kind kind)
{
    for (size_t i = 0; i < bench->effects.n_events; i++)
        if (bench->effects.events[i].kind == kind)
            return &bench->effects.events[i];
    return NULL;
}

struct felt_self_view bench_self(const struct bench *bench)
{
    struct felt_self_view view;

    felt_node_self(bench->node, &view);
    return view;
}

struct felt_descriptor bench_said_by(const struct bench *bench, const struct felt_id *id)
{
    uint32_t i = felt_members_find(bench->node->members, id);
    struct felt_descriptor d;

    assert_int_not_equal(i, FELT_MEMBER_NONE);
    felt_signed_descriptor_read(felt_members_peek(bench->node->members, i)->descriptor, &d);
    return d;
}

/* ---- a peer ---- */

void peer_init(struct peer *peer, uint8_t n)
{
    struct felt_cluster_key key = bench_key();
    uint8_t seed[FELT_IDENTITY_SEED_LEN];

    memset(seed, n, sizeof(seed));
    *peer = (struct peer){.session = 1, .at = endpoint(n)};
    felt_identity_from_seed(seed, &peer->identity);
    felt_seal_key_init(&peer->seal, &key);
    peer->descriptor = (struct felt_descriptor){
        .version = 1, .name = "peer", .advertise = peer->at, .public_ip = peer->at.ip};
    memcpy(peer->descriptor.public_key, peer->identity.public_key, FELT_PUBLIC_KEY_LEN);
    assert_int_equal(felt_reader_new(&peer->reader), 0);
}

void peer_done(struct peer *peer)
{
    felt_reader_free(peer->reader);
    peer->reader = NULL;
}

void peer_enter(struct peer *peer, const struct bench *bench)
{
    struct felt_self_view self = bench_self(bench);

    memcpy(peer->cluster, self.cluster, sizeof(peer->cluster));
}

void peer_begin(struct peer *peer)
{
    struct felt_envelope envelope = {.sender = peer->identity.id,
                                     .session = peer->session,
                                     .counter = ++peer->counter,
                                     .generation = peer->generation,
                                     .start = peer->start,
                                     .save = peer->save,
                                     .ring = peer->ring};

    assert_int_equal(felt_envelope_encode(&envelope, peer->plain, sizeof(peer->plain), &peer->len),
                     0);
}

void peer_write(struct peer *peer, const struct felt_message *message)
{
    size_t len;

    assert_int_equal(felt_message_encode(message, peer->plain + peer->len,
                                         sizeof(peer->plain) - FELT_SEAL_OVERHEAD - peer->len,
                                         &len),
                     0);
    peer->len += len;
}

void peer_write_other(struct peer *peer, const struct peer *other)
{
    struct felt_message m = {.type = FELT_MESSAGE_DESCRIPTOR};
    uint8_t body[FELT_DESCRIPTOR_MAX];

    m.descriptor.body = felt_bytes(body, felt_descriptor_encode(&other->descriptor, body));
    felt_identity_sign(&other->identity, m.descriptor.body, m.descriptor.signature);
    peer_write(peer, &m);
}

void peer_write_self(struct peer *peer)
{
    peer_write_other(peer, peer);
}

struct felt_bytes peer_seal(struct peer *peer)
{
    return felt_bytes(peer->sealed, felt_seal(&peer->seal, peer->cluster,
                                              felt_bytes(peer->plain, peer->len), peer->sealed));
}

enum felt_verdict peer_send(struct peer *peer, struct bench *bench)
{
    struct felt_input in = {.kind = FELT_INPUT_DATAGRAM};

    in.datagram.from = peer->at;
    in.datagram.bytes = peer_seal(peer);
    bench_step(bench, in);
    return bench->verdict;
}

enum felt_verdict peer_tell(struct peer *peer, struct bench *bench, const struct felt_message *m)
{
    peer_begin(peer);
    peer_write(peer, m);
    return peer_send(peer, bench);
}

static bool find_in(struct peer *peer, struct felt_bytes sealed, enum felt_message_type type,
                    struct felt_message *ret_message)
{
    struct felt_envelope envelope;
    enum felt_verdict verdict;
    size_t len;

    verdict = felt_seal_open(&peer->seal, sealed, peer->opened, &len);
    if (verdict == FELT_VERDICT_UNKNOWN_KEY)
        return false; /* of a rotation: the same comes under the peer's key, or not */
    assert_int_equal(verdict, FELT_VERDICT_TAKEN);
    assert_int_equal(felt_reader_begin(peer->reader, felt_bytes(peer->opened, len), &envelope), 0);
    peer->told_ring = envelope.ring;
    for (;;) {
        int r = felt_reader_next(peer->reader, ret_message);

        assert_true(r >= 0);
        if (r == 0)
            return false;
        if (ret_message->type == type)
            return true;
    }
}

bool peer_reads(struct peer *peer, const struct bench *bench, enum felt_message_type type,
                struct felt_message *ret_message)
{
    for (size_t i = 0; i < bench->effects.n_datagrams; i++) {
        const struct felt_datagram *d = &bench->effects.datagrams[i];

        if (felt_endpoint_equal(&d->to, &peer->at) && find_in(peer, d->bytes, type, ret_message))
            return true;
    }
    return false;
}

static bool tells(const struct felt_message *m, const struct felt_id *id,
                  enum felt_liveness_state state)
{
    for (uint32_t i = 0; m->type == FELT_MESSAGE_LIVENESS && i < m->liveness.n; i++)
        if (felt_id_equal(&m->liveness.entries[i].id, id) && m->liveness.entries[i].state == state)
            return true;
    return false;
}

bool peer_hears(struct peer *peer, const struct bench *bench, const struct felt_id *id,
                enum felt_liveness_state state)
{
    for (size_t i = 0; i < bench->effects.n_datagrams; i++) {
        const struct felt_datagram *d = &bench->effects.datagrams[i];
        struct felt_envelope envelope;
        struct felt_message m;
        size_t len;

        if (!felt_endpoint_equal(&d->to, &peer->at))
            continue;
        assert_int_equal(felt_seal_open(&peer->seal, d->bytes, peer->opened, &len),
                         FELT_VERDICT_TAKEN);
        assert_int_equal(felt_reader_begin(peer->reader, felt_bytes(peer->opened, len), &envelope),
                         0);
        while (felt_reader_next(peer->reader, &m) > 0)
            if (tells(&m, id, state))
                return true;
    }
    return false;
}

void peer_acks(struct peer *peer, struct bench *bench)
{
    struct felt_message m;

    if (!peer_reads(peer, bench, FELT_MESSAGE_PROBE, &m))
        return;
    m = (struct felt_message){.type = FELT_MESSAGE_ACK,
                              .ack = {.seq = m.probe.seq, .digest = {.era = 1, .members = 1}}};
    assert_int_equal(peer_tell(peer, bench, &m), FELT_VERDICT_TAKEN);
}

size_t peer_got(const struct peer *peer, const struct bench *bench)
{
    size_t n = 0;

    for (size_t i = 0; i < bench->effects.n_datagrams; i++)
        n += felt_endpoint_equal(&bench->effects.datagrams[i].to, &peer->at);
    return n;
}

void peer_cookie(struct peer *peer, struct bench *bench, uint8_t ret_cookie[FELT_COOKIE_LEN])
{
    struct felt_message m = {.type = FELT_MESSAGE_HELLO, .hello = {.padding = FELT_HELLO_PADDING}};

    assert_int_equal(peer_tell(peer, bench, &m), FELT_VERDICT_TAKEN);
    assert_true(peer_reads(peer, bench, FELT_MESSAGE_COOKIE, &m));
    memcpy(ret_cookie, m.cookie.cookie, FELT_COOKIE_LEN);
}

void peer_write_join(struct peer *peer, uint8_t request, const uint8_t *cookie, const char *wish)
{
    struct felt_message m = {.type = FELT_MESSAGE_JOIN};

    memset(m.join.request, request, FELT_REQUEST_ID_LEN);
    if (cookie)
        memcpy(m.join.cookie, cookie, FELT_COOKIE_LEN);
    if (wish)
        assert_int_equal(felt_cidr_parse(wish, &m.join.wish), 0);
    peer_begin(peer);
    peer_write(peer, &m);
    peer_write_self(peer);
}

void peer_asks(struct peer *peer, struct bench *bench)
{
    uint8_t cookie[FELT_COOKIE_LEN];

    peer_enter(peer, bench);
    peer_cookie(peer, bench, cookie);
    peer_begin(peer);
    peer_write_join(peer, 7, cookie, NULL);
    peer_write_self(peer);
    peer_send(peer, bench);
}

bool peer_is_welcomed(struct peer *peer, struct bench *bench, struct felt_message *ret_welcome)
{
    while (!peer_reads(peer, bench, FELT_MESSAGE_WELCOME, ret_welcome)) {
        if (bench->effects.state.len == 0)
            return false;
        bench_saved(bench);
    }
    return true;
}

void peer_join(struct peer *peer, struct bench *bench)
{
    uint8_t cookie[FELT_COOKIE_LEN];

    peer_cookie(peer, bench, cookie);
    peer_write_join(peer, 1, cookie, NULL);
    assert_int_equal(peer_send(peer, bench), FELT_VERDICT_TAKEN);
    bench_settle(bench);
    peer_enter(peer, bench);
}
