/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that we seal and open with, and their rotation (proto/gossip.md 7). The keyring is a
 * notice, so it travels, merges and is saved as notices are; whoever finds that its next step is
 * due takes it, and two that do so at once write the same. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/ip.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "crypto/cookie.h"
#include "crypto/keyring.h"
#include "crypto/seal.h"
#include "lease/notice.h"

struct felt_node;

enum felt_keys_order {
    FELT_KEYS_ROTATE, /* make a new key and go over to it */
    FELT_KEYS_REMOVE, /* the old one is not accepted any more, whoever lacks the new one */
};

/* Why an order is not taken. */
enum felt_keys_refusal {
    FELT_KEYS_OK,
    FELT_KEYS_NOT_READY,   /* we know no map, are not confirmed, or are leaving */
    FELT_KEYS_UNDER_WAY,   /* of ROTATE: an earlier rotation has not ended */
    FELT_KEYS_NOTHING,     /* of REMOVE: there is one key alone */
    FELT_KEYS_NOT_USED,    /* of REMOVE: members that are alive lack the new key */
    FELT_KEYS_LAST_NOTICE, /* versions are at their end, or memory is short */
};

struct felt_keys_view {
    enum felt_keyring_phase phase;
    uint8_t sealing[FELT_KEY_ID_LEN];
    uint8_t accepted[FELT_KEY_ID_LEN]; /* the other one; not of ONE */
    uint32_t n_waiting; /* members that this step waits for, as far as we know (see below) */
    felt_usec grace_us; /* of USED: the old key is accepted for so long at most, by our own clock */
    uint64_t save;      /* the number of the save that has all of this, and whether */
    bool durable;       /* it is done */
    bool rotated;       /* the ring is a notice: the cluster's key was changed once */
};

void felt_node_keys(const struct felt_node *node, struct felt_keys_view *ret_view);
/* The key that seals. Secret; borrowed until the next step. */
const struct felt_cluster_key *felt_node_key(const struct felt_node *node);
/* What a key of that id is to us: it opens, or it was replaced by another, as far as is remembered.
 */
bool felt_node_key_opens(const struct felt_node *node, const uint8_t id[FELT_KEY_ID_LEN]);
bool felt_node_key_replaced(const struct felt_node *node, const uint8_t id[FELT_KEY_ID_LEN]);
/* What FELT_INPUT_KEYS would come to; nothing happens. */
enum felt_keys_refusal felt_node_may_keys(const struct felt_node *node, enum felt_keys_order order);

/* ---- private to node ---- */

#define FELT_KEYS_PERIOD (500 * FELT_USEC_MS) /* between two looks at who has the new key */
#define FELT_KEYS_POLLED 32 /* members that one look asks, by the one node that does */
#define FELT_KEYS_QUIET \
    (10 * FELT_USEC_SEC) /* for which nobody must lack the key before the old one goes */

/* One key made ready. */
struct felt_ready_key {
    struct felt_seal_key seal;
    struct felt_cookie_key cookie;
};

struct felt_keys {
    struct felt_keyring ring;
    struct felt_ready_key sealing;
    struct felt_ready_key accepted; /* not of ONE */
    bool unsaved;                   /* no save that contains the ring has been asked for */
    uint64_t save;                  /* that makes it durable */
    bool told;                      /* and it was reported, or needs not be */
    bool ordered;                   /* by our own operator */
    felt_usec since_us;             /* we know this step of it since */
    felt_usec next_us;              /* the next look */
    felt_usec quiet_us;             /* somebody was waited for until then, less the quiet time */
    uint32_t polled;                /* the place after the last member that was asked */
    bool answering;                 /* a datagram is being handled: */
    uint32_t opened;                /* it was sealed with the key of that id, */
    struct felt_endpoint from;      /* and came from here */
};

/* Up to two keys to seal one datagram with. */
struct felt_seals {
    unsigned n;
    const struct felt_seal_key *keys[2];
};

/* Of the ring's notice. */
uint32_t felt_keys_key(const struct felt_notices *notices);
/* A ring of that key alone. */
void felt_keys_init(struct felt_node *node, const struct felt_cluster_key *key);
void felt_keys_done(struct felt_node *node);
/* The state has been read. key: NULL, or what an operator has put in the ring's place by hand.
 * False where memory is short. */
bool felt_keys_restored(struct felt_node *node, const struct felt_cluster_key *key);
/* The input: TAKEN, or BUSY where it may not. */
enum felt_verdict felt_keys_take(struct felt_node *node, enum felt_keys_order order,
                                 const uint8_t salt[FELT_KEYRING_SALT], uint32_t grace_s);

/* Opens a datagram. TAKEN, UNKNOWN_KEY or FORGED. */
enum felt_verdict felt_keys_open(const struct felt_node *node, struct felt_bytes sealed,
                                 uint8_t *plain, size_t *ret_len);
/* Until the next call, letters to `from` answer a datagram that the key of that id opened; NULL:
 * nothing is answered. */
void felt_keys_answer(struct felt_node *node, const struct felt_endpoint *from, uint32_t opened);
/* What to seal for a member, or, FELT_MEMBER_NONE, for whoever is there. */
struct felt_seals felt_keys_for(const struct felt_node *node, const struct felt_endpoint *to,
                                uint32_t member);
/* The key of cookies in what is being handled. */
const struct felt_cookie_key *felt_keys_cookie(const struct felt_node *node);
/* What members are told of the ring that we hold; 0: nothing. */
uint32_t felt_keys_mark(const struct felt_node *node);
/* Whether the step under way waits for that member: place i. */
bool felt_keys_waits_for(const struct felt_node *node, uint32_t i);

/* Whether an ack of that number may answer a question of ours. */
bool felt_keys_asked(const struct felt_node *node, uint32_t seq);

/* A notice of that key is new here. */
void felt_keys_noticed(struct felt_node *node, uint32_t key);
felt_usec felt_keys_deadline(const struct felt_node *node);
/* Says what has become durable; in every step. */
void felt_keys_report(struct felt_node *node);
void felt_keys_wake(struct felt_node *node);
/* We did not listen for so long. */
void felt_keys_put_off(struct felt_node *node, felt_usec by);
