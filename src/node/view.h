/* SPDX-License-Identifier: Apache-2.0 */
/* What a node knows, for status, leases and the reconciler. Pointers are borrowed until the next
 * step. */
#pragma once

#include "gossip/member.h"
#include "node/node.h"

/* Through the overlay. */
struct felt_path_view {
    enum felt_path_state state; /* UNKNOWN unless it is alive */
    felt_usec rtt_us;           /* of the last answer; 0: none yet */
    felt_usec since_us;         /* it has failed for so long; 0: it does not */
};

struct felt_member_view {
    struct felt_id id;
    bool self;
    char name[FELT_NAME_MAX + 1];
    enum felt_member_state state;
    uint64_t incarnation;
    struct felt_endpoint advertise;
    struct felt_ip public_ip;
    struct felt_ip public_ip6; /* of a second way, over IPv6; family NONE: there is none */
    bool has_backend;          /* it has announced its device */
    enum felt_backend backend;
    char backend_data[FELT_DESC_DATA_MAX + 1];
    char backend_data6[FELT_DESC_DATA_MAX + 1]; /* of the second way */
    uint32_t mtu;
    bool has_lease; /* announced by it and confirmed by the slot map */
    uint32_t lease_slot;
    uint32_t n_slots;   /* that it owns, the lease included */
    felt_usec lapse_us; /* of an owner that is dead: so much of its silence has counted so far; else
                           0 */
    felt_usec rtt_us;   /* smoothed; 0: not measured */
    struct felt_path_view paths[FELT_PATHS]; /* by family: gossip/path.h */
    bool lacks_key;      /* the cluster's key is rotated, and its next step waits for it: keys.h */
    felt_usec silent_us; /* since we last heard from it; FELT_USEC_NEVER: never in this run */
};

struct felt_self_view {
    struct felt_id id;
    char name[FELT_NAME_MAX + 1];
    struct felt_endpoint advertise;
    bool in_cluster; /* founded or joined: cluster is valid */
    uint8_t cluster[FELT_CLUSTER_ID_LEN];
    uint64_t era;
    uint64_t session;
    uint64_t save;                     /* number of the last durable save */
    const struct felt_netconf *config; /* that this run has; NULL until known */
    const struct felt_netconf
        *next;               /* that a start would take: what is set in the cluster; likewise */
    const char *config_text; /* of next: the founder's JSON, changed by what was set; likewise */
    bool confirmed; /* members that knew us have seen nothing newer of us, or there are none */
    bool synced;    /* our tables have equalled another member's in this run, or we are alone */
    bool has_lease;
    uint32_t lease_slot;
    const char *waiting;     /* why there is no lease; NULL where there is one */
    felt_usec lease_time_us; /* of the cluster; 0: nothing is reclaimed by itself */
    felt_usec cut_us; /* since when the owners of more than half of all slots are not heard; 0:
                         they are */
    uint32_t n_slots_heard; /* whose owners are alive, our own among them */
    uint32_t n_slots;       /* in the network */
    uint32_t n_slots_own;
    uint32_t n_members; /* ourselves included */
    uint32_t n_alive;   /* ourselves included */
    uint32_t n_suspect;
    uint32_t n_dead;
    uint32_t n_left;   /* and not forgotten yet */
    unsigned health;   /* 0: well, FELT_HEALTH_WORST: slow to answer or deaf; gossip/health.h */
    bool crowd_silent; /* so many members fell silent at once that it is rather ourselves */
    uint64_t verdicts[FELT_VERDICTS]; /* datagrams received, by outcome */
    uint64_t datagrams_sent;
};

void felt_node_self(const struct felt_node *node, struct felt_self_view *ret_view);

/* Members in no particular order, ourselves and those that left included; false after the last:
 * for (i = 0; felt_node_next_member(n, now, &i, &m);) */
bool felt_node_next_member(const struct felt_node *node, felt_usec now, uint32_t *i,
                           struct felt_member_view *ret_view);

/* Who owns slots, members or not, in no particular order; false after the last:
 * for (at = 0; felt_node_next_owner(n, &at, &id, &slots);) */
bool felt_node_next_owner(const struct felt_node *node, uint32_t *at, struct felt_id *ret_id,
                          uint32_t *ret_slots);

/* The slots that follow each other and have one owner, from slot *at on; nobody: not known yet.
 * False after the last: for (at = 0; felt_node_next_run(n, &at, &id, &count);) */
bool felt_node_next_run(const struct felt_node *node, uint32_t *at, struct felt_id *ret_owner,
                        uint32_t *ret_count);
