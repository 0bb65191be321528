/* SPDX-License-Identifier: Apache-2.0 */
/* What must be on disk before what. Saves are numbered; one is under way at a time. Whatever may
 * not happen before a change is durable is held here until the save that contains it is reported
 * done (proto/state.md 3). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/ip.h"
#include "base/usec.h"
#include "wire/message.h"

#define FELT_HELD_MAX       64                  /* more joiners at once are told to come back */
#define FELT_SAVE_LAZY      (1 * FELT_USEC_SEC) /* what may be lost in a crash waits for company */
#define FELT_SAVE_RETRY_MIN (1 * FELT_USEC_SEC)
#define FELT_SAVE_RETRY_MAX (30 * FELT_USEC_SEC)

enum felt_held_kind {
    FELT_HELD_START,   /* the first datagram of this session */
    FELT_HELD_LEASE,   /* the use of our lease */
    FELT_HELD_ANSWER,  /* to a joiner that got slots of ours */
    FELT_HELD_ASK,     /* a joiner that asked while earlier gifts are not durable */
    FELT_HELD_LEAVE,   /* our farewell: all that we owned is given */
    FELT_HELD_LEFT,    /* the report that we left: we come back as a stranger */
    FELT_HELD_PROMISE, /* the telling of a candidate's promise */
    FELT_HELD_BALLOT,  /* our own promise or acceptance: what we propose */
    FELT_HELD_VOTE,    /* an answer to a proposer; `request` is its serial number */
};

struct felt_held {
    enum felt_held_kind kind;
    uint64_t save; /* held until this one is durable */
    /* Of ANSWER and ASK: */
    struct felt_id joiner;
    struct felt_endpoint to;
    bool fresh; /* the joiner knows nothing of the cluster yet */
    uint8_t request[FELT_REQUEST_ID_LEN];
    struct felt_cidr wish;
};

struct felt_saver {
    uint64_t begun;     /* number of the last save that was begun */
    uint64_t durable;   /* number of the last that is done */
    uint64_t needed;    /* number of the last that something waits for */
    bool running;       /* `begun` is under way */
    bool dirty;         /* something waits for the next one */
    bool failing;       /* the last one failed */
    felt_usec lazy_us;  /* save then at the latest; FELT_USEC_NEVER: nothing to save */
    felt_usec retry_us; /* after a failure: not before then */
    felt_usec backoff_us;
    uint32_t n_held;
    struct felt_held held[FELT_HELD_MAX];
};

/* last: the number of the save that the state came from, 0 for a new one. */
void felt_saver_init(struct felt_saver *saver, uint64_t last);

/* Something changed that must be durable before it is acted on: the number to wait for. */
uint64_t felt_saver_must(struct felt_saver *saver);
/* Something changed that would be a pity to lose. */
void felt_saver_lazy(struct felt_saver *saver, felt_usec now);
/* The end is near: what waits for company or, after a failure, for a better time is due now. */
void felt_saver_flush(struct felt_saver *saver);
/* Whether what we say of our slots is on disk. */
bool felt_saver_settled(const struct felt_saver *saver);

/* Holds something until what it has just changed is durable. False where there is no room. */
bool felt_saver_hold(struct felt_saver *saver, const struct felt_held *held);
/* Holds something until all that was changed before it is durable. False where there is no room. */
bool felt_saver_queue(struct felt_saver *saver, const struct felt_held *held);

/* How many of a kind are held. */
uint32_t felt_saver_count(const struct felt_saver *saver, enum felt_held_kind kind);

/* Whether a save is to be begun now; then felt_saver_begin() numbers it. */
bool felt_saver_due(const struct felt_saver *saver, felt_usec now);
uint64_t felt_saver_begin(struct felt_saver *saver);
/* Its outcome. False where no such save is under way. */
bool felt_saver_done(struct felt_saver *saver, uint64_t save);
bool felt_saver_failed(struct felt_saver *saver, uint64_t save, felt_usec now);
/* Takes the oldest of a kind whose wait is over; false where there is none. */
bool felt_saver_release(struct felt_saver *saver, enum felt_held_kind kind,
                        struct felt_held *ret_held);
felt_usec felt_saver_deadline(const struct felt_saver *saver);
