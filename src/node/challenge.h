/* SPDX-License-Identifier: Apache-2.0 */
/* Is somebody still there? A challenge goes to where a member was last known to be and names it:
 * only a process with that identity answers (proto/lease.md 7.3). What its silence or its answer
 * means is for whoever asked.
 * Private to node. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/ip.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "wire/message.h"

#define FELT_CHALLENGES_MAX  16
#define FELT_CHALLENGE_PAUSE (150 * FELT_USEC_MS) /* between two tries: a round trip over land */
#define FELT_CHALLENGE_TRIES 3                    /* then it is not there */

struct felt_node;
struct felt_inbound;

enum felt_challenge_purpose {
    FELT_CHALLENGE_TWIN, /* a process of this identity came up elsewhere */
    FELT_CHALLENGE_HEIR, /* a machine of this name and address came up with another identity */
};

struct felt_challenge {
    enum felt_challenge_purpose purpose;
    struct felt_id target;
    struct felt_endpoint at;
    uint64_t session;        /* of TWIN: of the process elsewhere */
    struct felt_endpoint to; /* of TWIN: where it waits for our verdict */
    struct felt_id heir;     /* of HEIR */
    /* Filled in by felt_challenge_begin(): */
    uint64_t nonce;
    unsigned tries;
    felt_usec next_us;
};

struct felt_challenges {
    uint32_t n;
    struct felt_challenge open[FELT_CHALLENGES_MAX];
};

/* Nothing where the same one runs already, or too many do: whoever asks will ask again. */
void felt_challenge_begin(struct felt_node *node, const struct felt_challenge *challenge);
felt_usec felt_challenge_deadline(const struct felt_node *node);
/* Tries again, and ends what was not answered. */
void felt_challenge_wake(struct felt_node *node);

/* Somebody challenges us: answered where we are meant. */
enum felt_verdict felt_challenge_asked(struct felt_node *node, const struct felt_inbound *in,
                                       const struct felt_message *m);
/* An answer to one of ours. MISDIRECTED where there is no such challenge. */
enum felt_verdict felt_challenge_present(struct felt_node *node, const struct felt_inbound *in,
                                         const struct felt_message *m);
