/* SPDX-License-Identifier: Apache-2.0 */
/* Are we who we were? A node that comes back with an earlier life's state and has peers says
 * nothing but this question, until members that knew it have confirmed that they have seen nothing
 * newer of it (proto/lease.md 7.2). Its own lease is in use meanwhile.
 * Private to node. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "wire/message.h"

#define FELT_CONFIRM_ASKED_MAX 16 /* members in one round */
/* The first round; longer than a challenge takes that an answer may wait for (challenge.h). */
#define FELT_CONFIRM_ROUND     (700 * FELT_USEC_MS)
#define FELT_CONFIRM_ROUND_MAX (5 * FELT_USEC_SEC)
#define FELT_CONFIRM_STRANGERS 3 /* rounds in which nobody knew us: we were forgotten */

struct felt_node;
struct felt_inbound;

enum felt_confirm_phase {
    FELT_CONFIRM_SILENT, /* our session is not durable yet: no datagram may leave */
    FELT_CONFIRM_ASKING,
    FELT_CONFIRM_DONE, /* confirmed, or there is nothing to confirm */
};

struct felt_confirm {
    enum felt_confirm_phase phase;
    bool asked;         /* this run began with an earlier life's state, and with peers */
    bool trusted;       /* the operator has said so before we could ask */
    uint64_t start;     /* number of the save that it began with */
    felt_usec round_us; /* the end of this round */
    felt_usec length_us;
    bool current;                    /* in this round somebody knew us and nothing newer */
    bool unknown;                    /* or knew nothing of us */
    struct felt_endpoint unknown_at; /* where, last */
    unsigned strangers;              /* rounds with nothing but that */
    uint32_t n_awaited;              /* who may answer in this round and has not yet */
    struct felt_id awaited[FELT_CONFIRM_ASKED_MAX];
    felt_usec object_us; /* vouch.h: the next objection is not before then */
};

/* Whether what we own by our map may be given away, and votes: nobody whom we asked has seen
 * anything newer of us, and our map has equalled another member's since. */
bool felt_confirmed(const struct felt_node *node);
/* Our session is durable: begins to ask where that is needed. True where there is nothing to ask:
 * DONE at once. */
bool felt_confirm_begin(struct felt_node *node);
felt_usec felt_confirm_deadline(const struct felt_node *node);
/* A round is over. */
void felt_confirm_wake(struct felt_node *node);
/* A datagram of a member that we wait for: it is there now, at that address, and is asked there. */
void felt_confirm_met(struct felt_node *node, const struct felt_inbound *in);
/* An answer, or an objection that nobody asked for. */
enum felt_verdict felt_confirm_answer(struct felt_node *node, const struct felt_inbound *in,
                                      const struct felt_message *m);
/* The operator says that this state is the newest there is. */
void felt_confirm_trust(struct felt_node *node);
