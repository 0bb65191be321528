/* SPDX-License-Identifier: Apache-2.0 */
/* One agent's whole protocol life behind one step(): what it is told goes in, what it wants done
 * comes out. The same object runs in feltd, in the simulator and in the fuzzers.
 *
 * Pure: time, randomness, datagrams and the outcome of saving are inputs; datagrams, events and
 * the state to save are effects. Nothing calls back. What depends on a save (a gift's answer, the
 * use of a lease, the first datagram of a session) is held inside until the save is reported done,
 * so a caller cannot get the order wrong. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/id.h"
#include "base/idiom.h"
#include "base/ip.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "crypto/keyring.h"
#include "gossip/tuning.h"
#include "netconf/backend_data.h"
#include "netconf/netconf.h"
#include "wire/descriptor.h"

#define FELT_CLUSTER_ID_LEN 8
#define FELT_NODE_SEED_LEN  32
#define FELT_MACHINE_LEN    16
#define FELT_SEEDS_MAX      16 /* endpoints that a joiner tries */
#define FELT_EXPECT_MAX     16 /* founders together */

struct felt_node;
struct felt_whom;
struct felt_wanted;
struct felt_foreign_change;
struct felt_settings;

struct felt_node_limits {
    uint32_t members_max;           /* known at one time, the dead included; 0: 16384 */
    struct felt_swim_tuning tuning; /* all 0: as it should be */
};

/* Borrowed until felt_node_new() returns. Exactly one of these ways to begin:
 *   found:  net_config is set, state is empty
 *   join:   net_config is NULL, state is empty; seeds come as inputs
 *   candidate: as join, but net_config and bootstrap_expect are set; also with the state of a
 *           node that has not joined yet
 *   resume: state is what an earlier run last had saved; net_config is ignored */
struct felt_node_config {
    felt_usec now;
    uint8_t seed[FELT_NODE_SEED_LEN]; /* from a CSPRNG; every random choice of this run derives from
                                         it */
    struct felt_cluster_key key;      /* where the state has a keyring, that one is used instead, */
    bool key_by_hand; /* unless an operator has changed it by hand, on all machines */
    const char *name;
    struct felt_endpoint advertise; /* where peers send our datagrams */
    struct felt_ip public_ip;       /* where peers send our overlay traffic */
    const char *net_config;         /* JSON, already checked by felt_netconf_parse() */
    struct felt_bytes state;
    felt_usec lease_time_us;   /* found: silent owners lose their slots after it; whole seconds, at
                                  most FELT_LEASE_TIME_MAX_SEC; 0: never */
    struct felt_cidr wish;     /* the subnet we would like; family NONE: no wish */
    uint32_t bootstrap_expect; /* so many candidates found together, with net_config; 0: no such */
    const struct felt_wanted *reservations; /* of who founds, alone or not: lease/reservation.h. */
    size_t n_reservations;                  /* What is not in the network is BAD_CONFIG */
    bool has_cluster; /* join: the token named the cluster, no other is accepted */
    uint8_t cluster[FELT_CLUSTER_ID_LEN];
    uint8_t machine[FELT_MACHINE_LEN]; /* a hash of what names this machine; all zero: not known. A
                                          state that another machine made gets a new identity */
    struct felt_node_limits limits;
};

/* Why felt_node_new() said no. */
enum felt_node_refusal {
    FELT_NODE_OK,
    FELT_NODE_STATE_CORRUPT, /* truncated or altered: the checksum does not fit */
    FELT_NODE_STATE_NEWER,   /* written by a newer version */
    FELT_NODE_BAD_CONFIG,    /* net_config is not valid */
};

/* 0; -EINVAL with *ret_refusal set; -ENOMEM. The node has done nothing yet: give it a
 * FELT_INPUT_WAKE to start it. */
int felt_node_new(const struct felt_node_config *config, struct felt_node **ret_node,
                  enum felt_node_refusal *ret_refusal);
void felt_node_free(struct felt_node *node);
FELT_DEFINE_CLEANUP(struct felt_node *, felt_node_free)

enum felt_input_kind {
    FELT_INPUT_WAKE,        /* the deadline has come, or the start */
    FELT_INPUT_DATAGRAM,    /* one arrived */
    FELT_INPUT_SAVED,       /* state number `save` is durable */
    FELT_INPUT_SAVE_FAILED, /* it is not; the node asks again after a while */
    FELT_INPUT_SEEDS,       /* endpoints to join through, replacing earlier ones */
    FELT_INPUT_ADDRESS,     /* this machine is reached elsewhere from now on */
    FELT_INPUT_BACKEND,     /* our overlay device is this: announce it */
    FELT_INPUT_PATH_END,    /* packets of a family can be sent through the overlay, or cannot */
    FELT_INPUT_REFUSED,     /* at endpoint nobody listens, says the machine that is there */
    FELT_INPUT_UNREACHABLE, /* our own machine had no way to endpoint */
    FELT_INPUT_LEAVE,       /* leave the cluster for good; LEFT follows */
    FELT_INPUT_RESERVE,     /* an operator keeps a slot for somebody, or does not any more */
    FELT_INPUT_SETTINGS,    /* an operator has set something of the configuration: node/setter.h */
    FELT_INPUT_RECLAIM,     /* the operator says that members are gone for good: node/order.h */
    FELT_INPUT_BRIDGE,      /* an etcd bridge begins beside this node, or ends: node/bridge.h */
    FELT_INPUT_CLEARED,     /* a slot's key is in etcd for a node: node/demand.h */
    FELT_INPUT_FOREIGN,     /* who leases what outside of the cluster: node/foreign.h */
    FELT_INPUT_TRUST,       /* the operator says that no newer state of this node exists */
    FELT_INPUT_STOP,        /* the process ends: what waits to be saved in company is saved now */
    FELT_INPUT_KEYS,        /* the operator wants another key: node/keys.h */
};

/* Where overlay traffic finds us, once the network is known. */
struct felt_node_ways {
    struct felt_ip public_ip;  /* IPv4 where there is a second one */
    struct felt_ip public_ip6; /* the second one; family NONE: there is none */
    const char *data6;         /* backend data of the second one; as data */
};

struct felt_input {
    enum felt_input_kind kind;
    felt_usec now; /* never before that of an earlier step */
    union {
        struct {
            struct felt_endpoint from;
            struct felt_bytes bytes; /* borrowed */
            bool overlay;            /* it came through the overlay (proto/path.md 1) */
        } datagram;
        uint64_t save; /* of SAVED and SAVE_FAILED */
        struct {
            const struct felt_endpoint *endpoints; /* borrowed */
            size_t n;                              /* more than FELT_SEEDS_MAX are cut off */
        } seeds;
        struct {
            struct felt_endpoint advertise; /* as in felt_node_config */
            struct felt_ip public_ip;       /* likewise; of the other family than the
                                             * backend's: left to FELT_INPUT_BACKEND */
        } address;
        struct {
            enum felt_backend type;
            uint32_t mtu;     /* of the overlay */
            const char *data; /* JSON or "", borrowed; at most FELT_BACKEND_DATA_MAX */
            const struct felt_node_ways *ways; /* borrowed; NULL: as in felt_node_config */
        } backend;
        struct {
            uint8_t family; /* enum felt_family */
            bool open;      /* our end of it (proto/path.md O-1.1) is there, as it is until told */
        } path_end;
        struct {
            uint32_t slot;
            const struct felt_whom *whom; /* NULL: for nobody any more; lease/reservation.h */
        } reserve;
        const struct felt_settings *settings; /* all that is set then; borrowed */
        struct {
            const struct felt_id *ids; /* borrowed */
            size_t n;
            bool force; /* without a quorum */
        } reclaim;
        struct {
            int order; /* enum felt_bridge_order */
            bool force;
        } bridge;
        struct {
            int order;                       /* enum felt_keys_order */
            uint8_t salt[FELT_KEYRING_SALT]; /* of ROTATE: from a CSPRNG, for this once */
            uint32_t grace_s;                /* of ROTATE */
        } keys;
        struct {
            struct felt_id node;
            uint32_t slot; /* in the network */
        } cleared;
        struct {
            const struct felt_foreign_change *changes; /* borrowed */
            size_t n;
        } foreign;
        struct felt_endpoint endpoint; /* of REFUSED and UNREACHABLE */
    };
};

struct felt_datagram {
    struct felt_endpoint to;
    struct felt_bytes bytes;
    bool overlay; /* goes through the overlay: `to` is an address of it (proto/path.md 1) */
    uint32_t
        pad_to; /* of overlay: the whole packet is to have so many bytes; 0: as few as it has */
};

enum felt_event_kind {
    FELT_EVENT_CONFIGURED,    /* the network configuration is known: felt_node_self() has it */
    FELT_EVENT_JOINED,        /* we are a member of the cluster */
    FELT_EVENT_LEASE_TAKEN,   /* slot is ours and durable: use it */
    FELT_EVENT_LEASE_LOST,    /* stop using slot; another lease follows if there is one. It has
                                 another owner, or, where n_slots is 1, it is foreign */
    FELT_EVENT_LEASE_WAITING, /* there is no slot for us now; text says why */
    FELT_EVENT_MEMBER_ALIVE,  /* first seen, or back */
    FELT_EVENT_MEMBER_SUSPECT,
    FELT_EVENT_MEMBER_DEAD,
    FELT_EVENT_MEMBER_LEFT,      /* for good; it may have been dead before */
    FELT_EVENT_CROWD_SILENT,     /* felt_self_view's crowd_silent has changed */
    FELT_EVENT_PEER_CHANGED,     /* a member's lease, address or backend is new: reconcile */
    FELT_EVENT_FOREIGN_CLUSTER,  /* datagrams of cluster `other` arrive from `endpoint` */
    FELT_EVENT_WRONG_KEY,        /* datagrams that our key does not open arrive from `endpoint`;
                                    text: that key's id where it is one that was replaced */
    FELT_EVENT_SEEDS_WANTED,     /* resolve the seeds again and answer with FELT_INPUT_SEEDS */
    FELT_EVENT_SEEDS_SILENT,     /* no seed has answered yet; repeated with back-off */
    FELT_EVENT_RECLAIMED,        /* an era began: `n_slots` of silent owners are id's */
    FELT_EVENT_NOT_RECLAIMED,    /* an operator gave id up, and nothing came of it: text says why */
    FELT_EVENT_FORCED,           /* an operator forced an era: `n_slots` are id's; nobody's: it was
                                    forced elsewhere, and we have caught up */
    FELT_EVENT_FORK,             /* two owners of one (slot, term, seq): must never happen */
    FELT_EVENT_SAVE_FAILING,     /* saving fails; nothing is given or taken until it works */
    FELT_EVENT_IDENTITY_RENEWED, /* identity `id` was not safe to use any more; text says why */
    FELT_EVENT_STARTED_OVER,     /* we were away for too long: members are learned anew */
    FELT_EVENT_LEFT,             /* we have left, and this node does nothing more */
    FELT_EVENT_BOOTSTRAP,        /* founding together: text says how far it is */
    FELT_EVENT_SETTINGS,   /* the configuration is another: text says what was set, and id told
                              us, itself or our operator: felt_node_settings() */
    FELT_EVENT_BRIDGE,     /* an etcd bridge is on or off; text says it: felt_node_bridge() */
    FELT_EVENT_PATH_FAILS, /* a member is alive, and nothing reaches it through the overlay;
                              endpoint has its public address, here and below */
    FELT_EVENT_PATH_LARGE_FAILS, /* only what is as large as the overlay's MTU does not */
    FELT_EVENT_PATH_PASSES,      /* all does again */
    FELT_EVENT_KEYS,             /* a step of a key's rotation is durable; text says which */
};

struct felt_event {
    enum felt_event_kind kind;
    struct felt_id id; /* the member, where there is one */
    uint32_t slot;     /* of LEASE_* and FORK */
    uint32_t n_slots;  /* of RECLAIMED */
    uint8_t family;    /* of PATH_*: of the packets; NONE: the network has one family alone */
    struct felt_endpoint endpoint;
    uint8_t other[FELT_CLUSTER_ID_LEN];
    char text[160]; /* a member's name or a reason; may be empty */
};

/* Borrowed from the node until its next step. */
struct felt_effects {
    const struct felt_datagram *datagrams;
    size_t n_datagrams;
    const struct felt_event *events;
    size_t n_events;
    struct felt_bytes state; /* to be made durable; len 0: nothing to save */
    uint64_t state_save;     /* its number, for the SAVED that answers */
    felt_usec deadline;      /* WAKE then at the latest */
};

/* One step. The verdict is that of the datagram. For LEAVE it is BUSY, and nothing happens, where
 * there is no live member to give our slots to; for RESERVE where node/reserve.h says why not, for
 * SETTINGS where felt_node_may_set() does, for RECLAIM where felt_node_may_reclaim() does, for
 * BRIDGE and KEYS where felt_node_may_bridge() and felt_node_may_keys() do; CLEARED and FOREIGN:
 * see there. For every other input it is TAKEN. */
enum felt_verdict felt_node_step(struct felt_node *node, const struct felt_input *input,
                                 struct felt_effects *ret_effects);
