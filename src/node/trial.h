/* SPDX-License-Identifier: Apache-2.0 */
/* Do packets through the overlay reach the members that are alive? One after the other is tried
 * with a small packet, now and then with one as large as the overlay carries, so that a filter or
 * an MTU that is too large shows (proto/path.md). In a network of both families each has trials and
 * paths of its own, by turns: `half` is 0 for the first of them, 1 for IPv6 beside IPv4. Says
 * nothing about a member's life.
 * Private to node. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "gossip/path.h"
#include "wire/message.h"

/* Between two trials, ± a quarter. What a quiet node sends must not depend on the cluster's size,
 * and stay below 350 bytes a second with all else (tests/sim/figures.sh). */
#define FELT_TRIAL_PERIOD      (20 * FELT_USEC_SEC)
#define FELT_TRIAL_LARGE_EVERY 6                    /* one in so many is a large one */
#define FELT_TRIAL_WAIT        FELT_USEC_SEC        /* for an answer, then the next try */
#define FELT_TRIAL_TRIES       4                    /* without any answer it has failed */
#define FELT_TRIAL_AGAIN       (15 * FELT_USEC_SEC) /* between two looks at what fails, ± a quarter */
#define FELT_TRIAL_SETTLE      (3 * FELT_USEC_SEC)  /* both kernels have what is new by then */
#define FELT_TRIAL_HURRY       (500 * FELT_USEC_MS) /* between trials of what is new */
#define FELT_TRIALS_FIRST      16 /* members that a node tries at once when it starts */
#define FELT_TRIALS_SOON       32 /* trials of newcomers that wait */
#define FELT_TRIALS_OPEN       8  /* at one time */
#define FELT_TRIAL_CROWD       8  /* so many of all members try a newcomer soon */

struct felt_node;
struct felt_inbound;

struct felt_trial {
    struct felt_id id;
    uint32_t seq;
    uint8_t half;
    bool large;
    bool split;     /* a large one has failed: do small ones pass? */
    bool present;   /* it answers, on some way */
    unsigned tries; /* sent */
    unsigned tries_max;
    uint64_t way; /* that was tried: gossip/path.h */
    felt_usec begun_us;
    felt_usec due_us; /* the next try, or the end */
};

/* What is ours of each half. */
struct felt_trial_half {
    bool going;                  /* we try: device, lease and end are there */
    unsigned hurry;              /* so many of the first are left */
    uint32_t small_at, large_at; /* places where the turn goes on */
};

/* A member that waits for its trial. */
struct felt_trial_soon {
    struct felt_id id;
    uint8_t half;
};

struct felt_trials {
    uint32_t mtu;       /* of the overlay here; 0: it is not there yet */
    bool shut4, shut6;  /* our end for packets of IPv4, of IPv6, is not there */
    felt_usec next_us;  /* the next one in turn */
    felt_usec soon_us;  /* the next newcomer */
    felt_usec again_us; /* the next one that fails */
    unsigned until_large;
    uint8_t small_half, large_half; /* whose turn it was last */
    uint8_t again_half;             /* of the place below, where the turn goes on */
    uint32_t again_at;
    uint32_t n_failing; /* at least so many paths fail, large packets included */
    struct felt_trial_half halves[FELT_PATHS];
    uint32_t n_soon;
    struct felt_trial_soon soon[FELT_TRIALS_SOON];
    uint32_t n_open;
    struct felt_trial open[FELT_TRIALS_OPEN];
};

/* Our own device, or plain routes, are there, with that MTU. */
void felt_trial_device(struct felt_node *node, uint32_t mtu);
/* Whether our own end of trials with packets of a family is there (proto/path.md O-1.1). It is
 * taken to be until this is called. */
void felt_trial_end(struct felt_node *node, uint8_t family, bool open);
/* A member says something new of itself. */
void felt_trial_described(struct felt_node *node, uint32_t member);
felt_usec felt_trial_deadline(const struct felt_node *node);
void felt_trial_wake(struct felt_node *node);
/* We were woken that much too late: what was not heard meanwhile means nothing. */
void felt_trial_put_off(struct felt_node *node, felt_usec late);

/* A question is answered the way that it came; BUSY, and not at all, where we do not know its
 * sender's subnet or have no end of that family. */
enum felt_verdict felt_trial_asked(struct felt_node *node, const struct felt_inbound *in,
                                   const struct felt_message *m);
/* STALE where nothing like that is open (any more). */
enum felt_verdict felt_trial_answered(struct felt_node *node, const struct felt_inbound *in,
                                      const struct felt_message *m);
