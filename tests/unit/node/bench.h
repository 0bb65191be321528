/* SPDX-License-Identifier: Apache-2.0 */
/* One node on the bench, step by step, and peers that a test plays itself: their datagrams are made
 * and read by hand. Nothing is saved and no time passes unless the test says so. */
#pragma once

#include "tests/unit/test.h"

#include "crypto/identity.h"
#include "crypto/seal.h"
#include "node/node.h"
#include "node/view.h"
#include "wire/reader.h"

#define BENCH_START (100 * FELT_USEC_SEC)
#define BENCH_CONFIG \
    "{\"Network\":\"10.1.0.0/16\"}" /* 256 slots less the first: flannel's default */

/* ---- the node ---- */

struct bench {
    felt_usec now;
    struct felt_node *node;
    struct felt_effects effects; /* of the last step */
    enum felt_verdict verdict;
};

/* The key that node and peers share. */
struct felt_cluster_key bench_key(void);
struct felt_node_config bench_config(void); /* of node "bench", a joiner at 192.0.2.100 */

/* Founders have said hello to their disk already: they may speak, and have their lease. */
void bench_found(struct bench *bench, const char *net_config);
/* A joiner that may speak, with one seed. */
void bench_join(struct bench *bench, const struct felt_endpoint *seed);
void bench_new(struct bench *bench, const struct felt_node_config *config);
void bench_done(struct bench *bench);

void bench_step(struct bench *bench, struct felt_input input);
/* The time comes; the node is woken. */
void bench_wait(struct bench *bench, felt_usec time);
/* The save that the last step asked for is done, or fails. It must have asked. */
void bench_saved(struct bench *bench);
void bench_save_failed(struct bench *bench);
/* Saves as often as it takes until nothing is asked for. What is sent meanwhile is gone. */
void bench_settle(struct bench *bench);
const struct felt_event *bench_event(const struct bench *bench, enum felt_event_kind kind);
struct felt_self_view bench_self(const struct bench *bench);
/* What the node's table has a member say of itself. It must be there. */
struct felt_descriptor bench_said_by(const struct bench *bench, const struct felt_id *id);

/* ---- a peer ---- */

struct peer {
    struct felt_identity identity;
    struct felt_seal_key seal;
    uint8_t cluster[FELT_SEAL_CLUSTER];
    uint64_t session;
    uint64_t counter;
    uint64_t generation;
    uint64_t start;
    uint64_t save;
    uint32_t ring;      /* mark of the keyring that it tells */
    uint32_t told_ring; /* that the node told, in the last datagram that was read */
    struct felt_endpoint at;
    struct felt_descriptor descriptor;
    size_t len; /* of the datagram in the making */
    uint8_t plain[FELT_DATAGRAM_MAX];
    uint8_t sealed[FELT_DATAGRAM_MAX];
    uint8_t opened[FELT_DATAGRAM_MAX]; /* what peer_reads() shows points into it */
    struct felt_reader *reader;
};

/* Number n lives at 192.0.2.n, port 8470, and holds bench_key(). In no cluster. */
void peer_init(struct peer *peer, uint8_t n);
void peer_done(struct peer *peer);
/* Takes over the cluster id of the node's. */
void peer_enter(struct peer *peer, const struct bench *bench);

/* The datagram in the making: begun empty but for the envelope, filled, sealed. */
void peer_begin(struct peer *peer);
void peer_write(struct peer *peer, const struct felt_message *message);
void peer_write_self(struct peer *peer);                            /* its signed descriptor */
void peer_write_other(struct peer *peer, const struct peer *other); /* another's */
struct felt_bytes peer_seal(struct peer *peer);
/* Sealed and given to the node as coming from the peer. */
enum felt_verdict peer_send(struct peer *peer, struct bench *bench);
/* One message, begun, written and sent. */
enum felt_verdict peer_tell(struct peer *peer, struct bench *bench, const struct felt_message *m);

/* The first message of that type that the last step sent to the peer; false where there is none. */
bool peer_reads(struct peer *peer, const struct bench *bench, enum felt_message_type type,
                struct felt_message *ret_message);
/* Whether a LIVENESS message of the last step told the peer that id stands so. */
bool peer_hears(struct peer *peer, const struct bench *bench, const struct felt_id *id,
                enum felt_liveness_state state);
/* Acks the probe that the last step sent it, if it did: so it lives. */
void peer_acks(struct peer *peer, struct bench *bench);
/* How many datagrams the last step sent to the peer. */
size_t peer_got(const struct peer *peer, const struct bench *bench);

/* Everything that makes the peer a member without slots: hello, cookie, join, up to the gift. The
 * node has settled then. */
void peer_join(struct peer *peer, struct bench *bench);
/* A JOIN with that request and, if cookie is not NULL, that cookie. Not sent yet: the descriptor
 * follows. */
void peer_write_join(struct peer *peer, uint8_t request, const uint8_t *cookie, const char *wish);
void peer_cookie(struct peer *peer, struct bench *bench, uint8_t ret_cookie[FELT_COOKIE_LEN]);
/* It asks as a joiner does: hello, cookie, join. */
void peer_asks(struct peer *peer, struct bench *bench);
/* Saves, as often as it takes, until the last step has sent it a welcome; false: there is none. */
bool peer_is_welcomed(struct peer *peer, struct bench *bench, struct felt_message *ret_welcome);
