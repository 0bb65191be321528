/* SPDX-License-Identifier: Apache-2.0 */
/* The node's state, shared by the files of this room. Each file has one part of its life:
 *
 *   inbound.c   a datagram arrives: open, check, hand each message to its part
 *   letter.c    a datagram goes out: messages, rumours in what is left, seal
 *   gossip.c    probes, rumours and members
 *   sync.c      what digests show to differ is pulled: member_pull.c, slot_pull.c
 *   answer.c    what others pull of us
 *   asker.c     we want into the cluster, or slots
 *   donor.c     somebody else does
 *   own.c       our lease and what we say of ourselves
 *   leaver.c    we leave for good; eviction.c: who left without a word
 *   generation.c   who left is forgotten, and who missed that starts over
 *   introduction.c somebody is to know us (again)
 *   saver.c     what must be durable before what; state.c writes it
 *
 * Private to node. */
#pragma once

#include "base/prng.h"
#include "crypto/cookie.h"
#include "crypto/identity.h"
#include "crypto/seal.h"
#include "gossip/member.h"
#include "gossip/rumour.h"
#include "gossip/swim.h"
#include "lease/exchange.h"
#include "lease/gift.h"
#include "lease/slot_map.h"
#include "node/asker.h"
#include "node/eviction.h"
#include "node/generation.h"
#include "node/introduction.h"
#include "node/leaver.h"
#include "node/node.h"
#include "node/outbox.h"
#include "node/saver.h"
#include "node/sync.h"
#include "wire/reader.h"

#define FELT_NODE_MEMBERS_MAX 16384 /* the default limit */
#define FELT_NODE_RUMOURS_MAX 1024  /* of each kind */
#define FELT_SESSION_SHIFT    20    /* see felt_session_floor() */

struct felt_node {
    felt_usec now;
    felt_usec deadline_us; /* when we asked to be woken */
    bool started;          /* our session is durable: we may speak */
    uint64_t session;
    uint64_t counter;
    struct felt_prng prng;
    struct felt_seal_key seal;
    struct felt_cookie_key cookie;
    struct felt_identity identity;

    /* The cluster. */
    bool in_cluster;
    bool has_cluster; /* cluster is known before we joined it: a token named it */
    uint8_t cluster[FELT_CLUSTER_ID_LEN];
    bool configured;
    char config_text[FELT_NETCONF_TEXT_MAX + 1];
    struct felt_netconf config;

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
    bool peers_changed;
    uint32_t n_added; /* members that are new in this step */
    uint32_t added[FELT_OUTBOX_EVENTS];

    /* Slots. */
    uint64_t era;              /* 0: we know no map yet */
    struct felt_slot_map *map; /* NULL until configured */
    struct felt_catchup catchup;
    struct felt_gift_log gifts;
    struct felt_cidr wish;
    bool has_lease;  /* chosen, perhaps not durable yet */
    bool lease_used; /* durable and announced */
    uint32_t lease;
    uint64_t lease_save; /* the save that makes it durable */
    struct felt_asker asker;

    /* Doing. */
    struct felt_saver saver;
    struct felt_outbox *outbox;
    struct felt_reader *reader;
    struct felt_message incoming; /* the message being read */
    struct felt_message outgoing; /* the message being written */
    uint8_t plain[FELT_DATAGRAM_MAX];
    uint8_t *state;       /* the save that the last step handed out */
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
