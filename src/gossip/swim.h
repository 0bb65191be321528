/* SPDX-License-Identifier: Apache-2.0 */
/* The failure detector: SWIM (Das, Gupta, Motivala, 2002) over the member table, with Lifeguard's
 * shrinking suspicions and local health (Dadgar et al., 2017) and checks of suspects
 * (proto/gossip.md 3).
 *
 * It is told of time, acks, rumours and what the sockets say, and answers with probes to send and
 * changes that happened; both wait in small arrays until the caller takes them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/prng.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "gossip/member.h"
#include "gossip/rumour.h"
#include "gossip/tuning.h"

#define FELT_SWIM_PERIOD (1 * FELT_USEC_SEC) /* one probe each; proto/gossip.md 3.1 */
/* One dead member is tried again this often. */
#define FELT_SWIM_KNOCK (10 * FELT_USEC_SEC)
/* Whoever is woken that much too late did not listen meanwhile, either: some ten times what a busy
 * but living machine takes. */
#define FELT_SWIM_STALL       (250 * FELT_USEC_MS)
#define FELT_SWIM_SENDS_MAX   64
#define FELT_SWIM_CHANGES_MAX 64

enum felt_swim_send_kind {
    FELT_SWIM_PROBE,         /* to target itself */
    FELT_SWIM_PROBE_REQUEST, /* to a helper, about target */
    FELT_SWIM_ACK,           /* to who asked for help: target answered */
    FELT_SWIM_NACK,          /* to who asked for help: target did not answer us either */
    FELT_SWIM_NACK_REFUSED,  /* the same, and its port is closed */
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
    struct felt_swim_tuning tuning;
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
/* To be called just before member i is removed from the table: all about it is forgotten. */
void felt_swim_removed(struct felt_swim *swim, uint32_t i);

/* Member `from` acknowledged our probe seq, itself or through a helper. MISDIRECTED where none of
 * ours waits for it. */
enum felt_verdict felt_swim_ack(struct felt_swim *swim, felt_usec now, uint32_t from, uint32_t seq);
/* A helper says that it got no answer either, or even a refusal. */
enum felt_verdict felt_swim_nack(struct felt_swim *swim, felt_usec now, uint32_t from, uint32_t seq,
                                 bool refused);
/* Member `from` asks us to probe target under its number seq. */
enum felt_verdict felt_swim_help(struct felt_swim *swim, felt_usec now, uint32_t from,
                                 uint32_t target, uint32_t seq);
/* A rumour. STRANGER: the id is not in the table. STALE: we knew better. BUSY: memory is short. */
enum felt_verdict felt_swim_rumour(struct felt_swim *swim, felt_usec now,
                                   const struct felt_liveness *news);

/* The host at that endpoint says that nobody listens there. */
void felt_swim_refused(struct felt_swim *swim, felt_usec now, const struct felt_endpoint *endpoint);
/* Our own host has no way to send there, which is evidence about us. */
void felt_swim_unreachable(struct felt_swim *swim, felt_usec now,
                           const struct felt_endpoint *endpoint);
/* We were woken that much too late (more than FELT_SWIM_STALL): whom we judge gets the time back,
 * since we did not listen. */
void felt_swim_stalled(struct felt_swim *swim, felt_usec now, felt_usec by);

/* How a member stands, as a rumour; a suspicion with the latest who agreed. */
struct felt_liveness felt_swim_liveness(const struct felt_swim *swim, uint32_t i);
/* The same with a suspicion once for each who suspects it. Returns how many. */
uint32_t felt_swim_accounts(const struct felt_swim *swim, uint32_t i,
                            struct felt_liveness ret_accounts[FELT_SUSPICION_ORIGINS]);
/* Queues how a member stands as a rumour. */
void felt_swim_tell(struct felt_swim *swim, uint32_t i);

/* 0: we are well, to FELT_HEALTH_WORST. */
unsigned felt_swim_health(const struct felt_swim *swim);
/* So many are suspect at once that it is rather we who hear nothing. */
bool felt_swim_crowd_silent(const struct felt_swim *swim);
/* What it runs with; no field is 0. */
const struct felt_swim_tuning *felt_swim_tuning(const struct felt_swim *swim);

/* What to send and what changed since the last clear. */
const struct felt_swim_send *felt_swim_sends(const struct felt_swim *swim, uint32_t *ret_n);
const struct felt_swim_change *felt_swim_changes(const struct felt_swim *swim, uint32_t *ret_n);
void felt_swim_clear(struct felt_swim *swim);
