/* SPDX-License-Identifier: Apache-2.0 */
/* The messages, as plain structs. Their form on the wire is proto/messages.cddl, what they mean is
 * proto/gossip.md and proto/lease.md. Byte ranges inside are borrowed from the datagram. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/id.h"
#include "wire/descriptor.h"
#include "wire/vote.h"

#define FELT_DATAGRAM_MAX \
    (1280 - 48) /* IPv6 minimum MTU less IPv6 and UDP headers; proto/packet.md 2.1 */

#define FELT_COOKIE_LEN         16
#define FELT_REQUEST_ID_LEN     8
#define FELT_HELLO_PADDING      56 /* the cookie is not longer then, whatever the two envelopes say */
#define FELT_CONFIRM_PADDING    48                /* nor is CONFIRMED longer than its CONFIRM */
#define FELT_CONFIG_TEXT_MAX    512               /* proto/messages.cddl, welcome */
#define FELT_LEASE_TIME_MAX_SEC (365 * 24 * 3600) /* proto/lease.md 6.6 */
#define FELT_NOTICE_VALUE_MAX   64                /* proto/messages.cddl, notices */
#define FELT_NOTICE_OTHERS      3  /* keys of notices beyond the slots; proto/lease.md 8.1 */
#define FELT_BUCKETS            64 /* of each digest; proto/gossip.md 4.2 */

/* The most that a message may have of each: no more than fit into one datagram by their smallest
 * encoding. */
#define FELT_LIVENESS_MAX   52
#define FELT_SUMMARY_MAX    52
#define FELT_FETCH_MAX      48
#define FELT_RUNS_MAX       160
#define FELT_OWNERS_MAX     60
#define FELT_NOTICES_MAX    160
#define FELT_BOOTSTRAP_MAX  16 /* founders together; as many as a node has seeds */
#define FELT_CANDIDATES_MAX (FELT_BOOTSTRAP_MAX + 1) /* named: one more says "too many" */

enum felt_message_type {
    FELT_MESSAGE_PROBE = 1,
    FELT_MESSAGE_ACK = 2,
    FELT_MESSAGE_PROBE_REQUEST = 3,
    FELT_MESSAGE_NACK = 4,
    FELT_MESSAGE_HELLO = 5,
    FELT_MESSAGE_COOKIE = 6,
    FELT_MESSAGE_JOIN = 7,
    FELT_MESSAGE_WELCOME = 8,
    FELT_MESSAGE_GIFT = 9,
    FELT_MESSAGE_LIVENESS = 10,
    FELT_MESSAGE_DESCRIPTOR = 11,
    FELT_MESSAGE_SYNC_MEMBERS = 12,
    FELT_MESSAGE_SUMMARY = 13,
    FELT_MESSAGE_FETCH = 14,
    FELT_MESSAGE_SLOTS = 15,
    FELT_MESSAGE_SYNC_SLOTS = 16,
    FELT_MESSAGE_PULL_SLOTS = 17,
    FELT_MESSAGE_ANSWERED = 18,
    FELT_MESSAGE_CANDIDATE = 19,
    FELT_MESSAGE_PREPARE = 20,
    FELT_MESSAGE_PROMISE = 21,
    FELT_MESSAGE_ACCEPT = 22,
    FELT_MESSAGE_ACCEPTED = 23,
    FELT_MESSAGE_OUTBID = 24,
    FELT_MESSAGE_DECISION = 25,
    FELT_MESSAGE_SILENCES = 26,
    FELT_MESSAGE_CONFIRM = 27,
    FELT_MESSAGE_CONFIRMED = 28,
    FELT_MESSAGE_CHALLENGE = 29,
    FELT_MESSAGE_PRESENT = 30,
    FELT_MESSAGE_NOTICES = 31,
    FELT_MESSAGE_SYNC_NOTICES = 32, /* 33 is kept for notices, too */
    FELT_MESSAGE_PATH_PROBE = 35,
    FELT_MESSAGE_PATH_ANSWER = 36, /* the next free type is 37 */
};
#define FELT_MESSAGE_TYPES 37 /* one more than the highest */

/* Who sent the datagram, in which of its lives, and which of its datagrams this is. */
struct felt_envelope {
    struct felt_id sender;
    uint64_t session;
    uint64_t counter;
    uint64_t generation; /* how often the sender has seen the cluster forget who left */
    uint64_t start;      /* number of the save that this session began with; 0: with none */
    uint64_t save;       /* number of its last durable save */
    uint32_t ring;       /* mark of the keyring that it holds durably; 0: it has one key */
};

/* Two nodes with equal digests hold the same tables. */
struct felt_digest {
    uint64_t era;
    uint64_t slots;
    uint64_t members;
    uint64_t notices;
};

enum felt_liveness_state {
    FELT_LIVENESS_ALIVE = 0,
    FELT_LIVENESS_SUSPECT = 1,
    FELT_LIVENESS_DEAD = 2,
    FELT_LIVENESS_LEFT = 3, /* by its own farewell, or dead for long and owner of nothing */
};

struct felt_liveness {
    struct felt_id id;
    uint64_t incarnation;
    enum felt_liveness_state state;
    uint32_t origin; /* of a suspicion: first four bytes of the id of who began it; else 0 */
};

struct felt_summary_entry {
    struct felt_id id;
    uint64_t version; /* of its descriptor; 0: we have none */
    uint64_t incarnation;
    enum felt_liveness_state state;
};

struct felt_run {
    uint32_t count;
    struct felt_id owner;
    uint64_t term;
    uint32_t seq;
};

/* What every node is to know (lease/notice.h). */
struct felt_notice {
    uint32_t key;
    uint64_t version;        /* from 1 on */
    struct felt_bytes value; /* len 0: withdrawn */
};

enum felt_gift_result {
    FELT_GIFT_GIVEN = 0,  /* slots of ours are yours; they come as SLOTS beside this */
    FELT_GIFT_ASK = 1,    /* `referral` has the largest reserve */
    FELT_GIFT_NONE = 2,   /* nobody that we know of has a reserve */
    FELT_GIFT_BUSY = 3,   /* not now: we cannot save, or do not know the map ourselves */
    FELT_GIFT_HEIR = 4,   /* what your machine had before is about to be yours */
    FELT_GIFT_BRIDGE = 5, /* the etcd bridge has not cleared a slot for you yet */
};

/* What a member knows of a node that comes back with an earlier life's state (proto/lease.md 7). */
enum felt_identity_verdict {
    FELT_IDENTITY_CURRENT = 0, /* nothing newer was seen of it */
    FELT_IDENTITY_UNKNOWN = 1, /* it is not known here at all */
    FELT_IDENTITY_BEHIND = 2,  /* something newer was seen: its state is an old one */
    FELT_IDENTITY_TWIN = 3,    /* another process has the same identity, and answers */
};

struct felt_message {
    enum felt_message_type type;
    union {
        struct {
            uint32_t seq;
            struct felt_id target;
            struct felt_digest digest;
        } probe;
        struct {
            uint32_t seq;
            struct felt_digest digest;
        } ack;
        struct {
            uint32_t seq;
            struct felt_id target;
        } probe_request;
        struct {
            uint32_t seq;
            bool refused; /* its port, instead of silence: nobody is there to answer */
        } nack;
        struct {
            uint32_t padding; /* bytes of nothing, so that the answer is not the larger one */
        } hello;
        struct {
            uint8_t cookie[FELT_COOKIE_LEN];
        } cookie;
        struct {
            uint8_t cookie[FELT_COOKIE_LEN];
            uint8_t request[FELT_REQUEST_ID_LEN];
            uint64_t era;          /* of the joiner; 0: it knows nothing of the cluster yet */
            struct felt_cidr wish; /* the subnet it would like; family NONE: any */
        } join;
        struct {
            uint8_t request[FELT_REQUEST_ID_LEN];
            struct felt_bytes config; /* JSON */
            uint64_t lease_time;      /* of the cluster, in seconds; 0: nothing is reclaimed */
        } welcome;
        struct {
            uint8_t request[FELT_REQUEST_ID_LEN];
            enum felt_gift_result result;
            struct felt_id referral; /* of ASK */
            uint32_t lease; /* of GIVEN: best used without a wish; UINT32_MAX: nothing is */
        } gift;
        struct {
            uint32_t n;
            struct felt_liveness entries[FELT_LIVENESS_MAX];
        } liveness;
        struct {
            struct felt_bytes body;
            uint8_t signature[FELT_SIGNATURE_LEN];
        } descriptor;
        struct {
            uint32_t first; /* bucket to begin with */
            uint64_t hashes[FELT_BUCKETS];
        } sync_members;
        struct {
            uint32_t n;
            struct felt_summary_entry entries[FELT_SUMMARY_MAX];
        } summary;
        struct {
            uint32_t n;
            struct felt_id ids[FELT_FETCH_MAX];
        } fetch;
        struct {
            uint64_t era;
            struct felt_acceptor record; /* the sender's, about the era after `era` */
            uint32_t total;              /* slots of the network */
            uint32_t first;              /* slot where runs begin */
            uint32_t n;
            struct felt_run runs[FELT_RUNS_MAX]; /* one after the other from first */
        } slots;
        struct {
            uint64_t era;
            uint32_t first;
            uint64_t hashes[FELT_BUCKETS];
        } sync_slots;
        struct {
            uint64_t era;   /* the asker's: who is one era behind gets the decision */
            uint32_t first; /* slot to begin with */
        } pull_slots;
        struct {
            enum felt_message_type
                question;  /* SYNC_MEMBERS, SYNC_SLOTS, PULL_SLOTS, SYNC_NOTICES */
            bool more;     /* the answer is at its limit: there is more */
            uint32_t next; /* and it begins there: a bucket, or a slot */
        } answered;
        struct {
            uint8_t cookie[FELT_COOKIE_LEN];
            uint32_t expect; /* so many found a cluster together */
            bool promised; /* ids are those that the sender's promise names; else those in sight */
            uint32_t n;
            struct felt_id ids[FELT_CANDIDATES_MAX]; /* ascending, the sender among them */
        } candidate;
        struct {
            uint64_t era;   /* of the voters, here and below; the vote is about the next */
            uint64_t round; /* the ballot is (round, sender) */
            uint32_t n;
            struct felt_suspect suspects[FELT_SUSPECTS_MAX];
            uint32_t ordered; /* bit i: an operator says that suspect i is gone for good */
        } prepare;
        struct {
            uint64_t era;
            uint64_t round; /* the ballot is (round, receiver) */
            struct felt_voice voice;
            uint32_t silent;             /* bit i: suspect i is silent, and owns what was said */
            struct felt_ballot accepted; /* round 0: nothing */
            struct felt_value value;
        } promise;
        struct {
            uint64_t era;
            uint64_t round;
            struct felt_value value;
        } accept;
        struct {
            uint64_t era;
            uint64_t round;
            struct felt_voice voice;
        } accepted;
        struct {
            uint64_t era;
            uint64_t round;    /* of the question */
            uint64_t promised; /* the round that was promised to somebody else */
        } outbid;
        struct {
            uint64_t era; /* that begins with it */
            struct felt_value value;
        } decision;
        struct {
            uint32_t n;
            struct felt_silent entries[FELT_SILENCES_MAX];
        } silences;
        struct {
            uint32_t n;
            struct felt_notice entries[FELT_NOTICES_MAX];
        } notices;
        struct {
            uint32_t first;
            uint64_t hashes[FELT_BUCKETS];
        } sync_notices;
        struct {
            uint32_t padding; /* as of hello */
        } confirm;
        struct {
            uint64_t session; /* of whom the verdict is about: the receiver */
            enum felt_identity_verdict verdict;
        } confirmed;
        struct {
            uint64_t nonce;
            struct felt_id target; /* who is to answer, and nobody else */
        } challenge;
        struct {
            uint64_t nonce;
        } present;
        struct {
            uint32_t seq;
            uint8_t family; /* enum felt_family, of the packets that are tried */
        } path_probe;
        struct {
            uint32_t seq;
        } path_answer;
    };
};

const char *felt_message_name(enum felt_message_type type);
/* Bytes that it takes in NOTICES. */
size_t felt_notice_size(const struct felt_notice *notice);

/* Both write to buf of `room` bytes and say how many they used; -ENOBUFS where it does not fit. */
int felt_envelope_encode(const struct felt_envelope *envelope, uint8_t *buf, size_t room,
                         size_t *ret_len);
int felt_message_encode(const struct felt_message *message, uint8_t *buf, size_t room,
                        size_t *ret_len);
