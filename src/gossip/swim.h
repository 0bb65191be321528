/* SPDX-License-Identifier: Apache-2.0 */
/* The failure detector: SWIM (Das, Gupta, Motivala, 2002) over the member table, with Lifeguard's
 * shrinking suspicions (proto/gossip.md 3).
 *
 * It is told of time, acks and rumours, and answers with probes to send and changes that happened;
 * both wait in small arrays until the caller takes them. */
#pragma once

#include <stdint.h>

#include "base/prng.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "gossip/member.h"
#include "gossip/rumour.h"

#define FELT_SWIM_PERIOD      (1 * FELT_USEC_SEC)  /* one probe each; proto/gossip.md 3.1 */
#define FELT_SWIM_INDIRECT    3                    /* helpers asked when the direct probe fails */
#define FELT_SWIM_KNOCK       (10 * FELT_USEC_SEC) /* one dead member is tried again this often */
#define FELT_SWIM_SENDS_MAX   64
#define FELT_SWIM_CHANGES_MAX 64

enum felt_swim_send_kind {
    FELT_SWIM_PROBE,         /* to target itself */
    FELT_SWIM_PROBE_REQUEST, /* to a helper, about target */
    FELT_SWIM_ACK,           /* to who asked for help: target answered */
    FELT_SWIM_NACK,          /* to who asked for help: target did not answer us either */
};

struct felt_swim_send {
    enum felt_swim_send_kind kind;
    uint32_t to;     /* member */
    uint32_t target; /* member */
    uint32_t seq;
};

struct felt_swim_change {
    uint32_t member;
    enum felt_member_state state;
};

struct felt_swim;

struct felt_swim_config {
    felt_usec now;
    uint64_t seed; /* order and jitter */
    uint32_t members_max;
    struct felt_members *members; /* borrowed, ourselves at place 0 */
    struct felt_rumours *rumours; /* borrowed */
};

/* 0 or -ENOMEM. */
int felt_swim_new(const struct felt_swim_config *config, struct felt_swim **ret_swim);
void felt_swim_free(struct felt_swim *swim);
FELT_DEFINE_CLEANUP(struct felt_swim *, felt_swim_free)

/* Runs what is due. Stops early where the arrays below are full; the deadline is now then. */
void felt_swim_wake(struct felt_swim *swim, felt_usec now);
felt_usec felt_swim_deadline(const struct felt_swim *swim);

/* A member was added to the table: it is probed from now on. */
void felt_swim_added(struct felt_swim *swim, uint32_t i);
/* Member `from` acknowledged our probe seq, itself or through a helper. MISDIRECTED where none of
 * ours waits for it. */
enum felt_verdict felt_swim_ack(struct felt_swim *swim, felt_usec now, uint32_t from, uint32_t seq);
/* A helper says that it got no answer either. */
enum felt_verdict felt_swim_nack(struct felt_swim *swim, uint32_t from, uint32_t seq);
/* Member `from` asks us to probe target under its number seq. */
enum felt_verdict felt_swim_help(struct felt_swim *swim, felt_usec now, uint32_t from,
                                 uint32_t target, uint32_t seq);
/* A rumour. STRANGER: the id is not in the table. STALE: we knew better. */
enum felt_verdict felt_swim_rumour(struct felt_swim *swim, felt_usec now,
                                   const struct felt_liveness *news);
/* How a member stands, as a rumour. */
struct felt_liveness felt_swim_liveness(const struct felt_swim *swim, uint32_t i);

/* What to send and what changed since the last clear. */
const struct felt_swim_send *felt_swim_sends(const struct felt_swim *swim, uint32_t *ret_n);
const struct felt_swim_change *felt_swim_changes(const struct felt_swim *swim, uint32_t *ret_n);
void felt_swim_clear(struct felt_swim *swim);
