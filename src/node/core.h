/* SPDX-License-Identifier: Apache-2.0 */
/* The node's state, shared by the files of this room. Each file has one part of its life:
 *
 *   inbound.c   a datagram arrives: open, check; handlers.c: which part takes which message
 *   letter.c    a datagram goes out: messages, rumours in what is left, seal
 *   gossip.c    probes, rumours and members
 *   trial.c     do packets through the overlay reach them?
 *   sync.c      what digests show to differ is pulled: member_pull.c, slot_pull.c
 *   answer.c    what others pull of us
 *   asker.c     we want into the cluster, or slots
 *   donor.c     somebody else does
 *   bootstrap.c several found one cluster together
 *   balance.c   we own too much
 *   keys.c      what is sealed with which key, and how the cluster goes over to another
 *   bridge.c    an etcd bridge is on; demand.c: what it is to clear; foreign.c: who is not felt's
 *   crier.c     what an operator said and all are to know; reserve.c: that a slot is kept;
 *               setter.c: that the configuration is another
 *   hearing.c   who is silent, and for how long
 *   era.c       what was decided; voter.c: our voice in it; reclaim.c: our own proposals
 *   order.c     an operator says that somebody is gone for good
 *   own.c       our lease and what we say of ourselves
 *   leaver.c    we leave for good; eviction.c: who left without a word
 *   generation.c   who left is forgotten, and who missed that starts over
 *   introduction.c somebody is to know us (again)
 *   confirm.c   are we the newest of our identity? vouch.c: are others of theirs?
 *   challenge.c is somebody still there? supersede.c: a machine was rebuilt
 *   renewal.c   our identity is not safe to use any more
 *   saver.c     what must be durable before what; state.c writes it
 *
 * Private to node. */
#pragma once

#include "base/prng.h"
#include "crypto/identity.h"
#include "gossip/member.h"
#include "gossip/rumour.h"
#include "gossip/swim.h"
#include "lease/decision.h"
#include "lease/exchange.h"
#include "lease/freed.h"
#include "lease/gift.h"
#include "lease/notice.h"
#include "lease/slot_map.h"
#include "node/asker.h"
#include "node/balance.h"
#include "node/bridge.h"
#include "node/challenge.h"
#include "node/confirm.h"
#include "node/demand.h"
#include "node/era.h"
#include "node/crier.h"
#include "node/eviction.h"
#include "node/generation.h"
#include "node/hearing.h"
#include "node/introduction.h"
#include "node/keys.h"
#include "node/leaver.h"
#include "node/node.h"
#include "node/order.h"
#include "node/outbox.h"
#include "node/renewal.h"
#include "node/reclaim.h"
#include "node/saver.h"
#include "node/setter.h"
#include "node/supersede.h"
#include "node/sync.h"
#include "node/trial.h"
#include "node/voter.h"
#include "wire/reader.h"

#define FELT_NODE_MEMBERS_MAX 16384 /* the default limit */
#define FELT_NODE_RUMOURS_MAX 1024  /* of each kind */
#define FELT_SESSION_SHIFT    20    /* see felt_session_floor() */

struct felt_node {
    felt_usec now;
    felt_usec deadline_us; /* when we asked to be woken */
    bool started;          /* our session is durable, and we are confirmed: we may speak */
    uint64_t session;
    uint64_t counter;
    struct felt_prng prng;
    struct felt_keys keys;
    struct felt_identity identity;
    struct felt_node_limits limits;
    uint8_t machine[FELT_MACHINE_LEN]; /* that we run on; all zero: not known */
    struct felt_confirm confirm;
    struct felt_challenges challenges;
    struct felt_renewal renewal;

    /* The cluster. */
    bool in_cluster;
    bool has_cluster; /* cluster is known before we joined it: a token named it */
    uint8_t cluster[FELT_CLUSTER_ID_LEN];
    struct felt_bootstrap *bootstrap; /* NULL: no candidate */
    bool configured;
    char config_text[FELT_NETCONF_TEXT_MAX + 1]; /* that it was founded with */
    struct felt_netconf config; /* that this run has: what was set when it began, too */
    struct felt_setter setter;

    /* Members. */
    struct felt_members *members; /* ourselves at place 0 */
    struct felt_rumours *rumours;
    struct felt_swim *swim;
    bool crowd_silent; /* as last reported */
    felt_usec tick_us; /* the next gossip tick; FELT_USEC_NEVER: nothing to say */
    struct felt_sync sync;
    struct felt_generation generation;
    struct felt_eviction eviction;
    struct felt_introduction introduction;
    struct felt_leaver leaver;
    struct felt_supersede supersede;
    struct felt_trials trials;
    bool peers_changed;
    uint32_t n_added; /* members that are new in this step */
    uint32_t added[FELT_OUTBOX_EVENTS];

    /* Slots. */
    uint64_t era;              /* 0: we know no map yet */
    struct felt_slot_map *map; /* NULL until configured */
    struct felt_catchup catchup;
    felt_usec lease_time_us;       /* of the cluster, as it is now; 0: nothing is reclaimed */
    struct felt_acceptor acceptor; /* about the era after ours */
    struct felt_decision decision; /* what our era began with */
    struct felt_hearing hearing;
    struct felt_voter voter;
    struct felt_reclaim reclaim;
    struct felt_orders orders;
    struct felt_gift_log gifts;
    struct felt_freed freed;      /* what we saw become free */
    struct felt_notices *notices; /* NULL until configured */
    struct felt_crier crier;
    size_t n_wanted;
    struct felt_wanted *wanted; /* reservations to found with; NULL: none */
    struct felt_cidr wish;
    bool has_lease;  /* chosen, perhaps not durable yet */
    bool lease_used; /* durable and announced */
    uint32_t lease;
    uint64_t lease_save; /* the save that makes it durable */
    struct felt_asker asker;
    struct felt_balancer balancer;
    struct felt_bridge bridge;
    struct felt_demands demands;

    /* Doing. */
    struct felt_saver saver;
    struct felt_outbox *outbox;
    struct felt_reader *reader;
    struct felt_message incoming; /* the message being read */
    struct felt_message outgoing; /* the message being written */
    uint8_t plain[FELT_DATAGRAM_MAX];
    uint8_t *state; /* the save that the last step handed out */
    size_t state_len;
    felt_usec foreign_us; /* when the last FOREIGN_CLUSTER or WRONG_KEY was reported */
    uint64_t verdicts[FELT_VERDICTS];
    uint64_t datagrams_sent;
};

/* Incarnations and descriptor versions of a session begin above all of earlier ones, so that news
 * of a restarted node wins over what is said of its earlier life without asking anybody. */
static inline uint64_t felt_session_floor(uint64_t session)
{
    return session << FELT_SESSION_SHIFT;
}

static inline const struct felt_id *felt_node_id(const struct felt_node *node)
{
    return &node->identity.id;
}

/* Takes the cluster's network configuration: parses it and makes an empty map. 0, -EINVAL, -ENOMEM.
 */
int felt_node_configure(struct felt_node *node, const char *text, size_t len);
struct felt_record;

/* Makes a node that was zeroed into one with that record's life. 0, -EINVAL with *ret_refusal,
 * -ENOMEM. */
int felt_node_restore(struct felt_node *node, const struct felt_node_config *config,
                      const struct felt_record *record, enum felt_node_refusal *ret_refusal);
/* A cluster of our own, every slot ours. 0, -EINVAL, -ENOMEM. */
int felt_node_found(struct felt_node *node, const char *net_config,
                    const uint8_t cluster[FELT_CLUSTER_ID_LEN]);
