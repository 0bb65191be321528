/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator keeps for whom (lease/reservation.h): asked first, then done as an input, so
 * that a refusal can name what stands in the way. Borrowed strings live until the next step. */
#pragma once

#include "gossip/member.h"
#include "lease/reservation.h"
#include "node/node.h"

enum felt_reserve_refusal {
    FELT_RESERVE_OK,
    FELT_RESERVE_NOT_READY, /* we do not know the slot map, or are leaving */
    FELT_RESERVE_LEASED,    /* `holder` leases the slot */
    FELT_RESERVE_TAKEN,     /* it is reserved for `whom` */
    FELT_RESERVE_ELSEWHERE, /* `slot` is reserved for the same whom */
    FELT_RESERVE_FULL,      /* there are FELT_NOTICES_LIVE_MAX reservations */
    FELT_RESERVE_NOTHING,   /* to be withdrawn, and not there */
};

struct felt_reserve_answer {
    enum felt_reserve_refusal refusal;
    char holder[FELT_NAME_MAX + 1]; /* of LEASED */
    struct felt_whom whom;          /* of TAKEN, and of a withdrawal: who had it */
    uint32_t slot;                  /* of ELSEWHERE */
    bool already;                   /* of OK: that is so, and is no news */
    bool leases_now;                /* of OK: the node runs with another lease, `lease`: it */
    uint32_t lease;                 /* takes the reserved one when it next takes any */
};

/* What FELT_INPUT_RESERVE would do: whom NULL withdraws. slot is in the network. */
void felt_node_may_reserve(const struct felt_node *node, uint32_t slot,
                           const struct felt_whom *whom, struct felt_reserve_answer *ret_answer);
/* The input. TAKEN, or BUSY where it may not, or memory is short. */
enum felt_verdict felt_reserve(struct felt_node *node, uint32_t slot, const struct felt_whom *whom);
/* The last reservation of ours is durable when felt_self_view.save is at least this. */
uint64_t felt_node_reserved_by(const struct felt_node *node);

struct felt_reservation_view {
    uint32_t slot;
    bool understood; /* else whom is void: a later version made it */
    struct felt_whom whom;
    bool leased;                    /* by somebody: */
    bool conflict;                  /* who is not whom it is reserved for */
    char holder[FELT_NAME_MAX + 1]; /* of leased */
    enum felt_member_state holder_state;
};

/* All, in no particular order; false after the last. place begins as zero. */
bool felt_node_next_reservation(const struct felt_node *node, struct felt_notice_place *place,
                                struct felt_reservation_view *ret_view);

/* A member in the eyes of reservations; FELT_MEMBER_NONE: nobody, for whom nothing is reserved. */
struct felt_claim felt_reserve_claim(const struct felt_node *node, uint32_t member);

/* Keeps what the configuration says for the day when this node founds. 0 or -ENOMEM. */
int felt_reserve_remember(struct felt_node *node, const struct felt_node_config *config);
/* Reserves that in the cluster that has just been founded: it is durable with it. 0, -EINVAL where
 * the network does not have a subnet, -ENOMEM. */
int felt_reserve_found(struct felt_node *node);

/* How many slots of a member, its lease aside, are kept ... */
struct felt_kept {
    uint32_t from_claim; /* from the claim that was asked about */
    uint32_t from_owner; /* from the member itself: none of these becomes its lease */
};

/* Of each place of the member table, felt_members_end() of them, in a new array that the caller
 * frees. NULL where memory is short. */
struct felt_kept *felt_reserve_kept(const struct felt_node *node, const struct felt_claim *claim);
