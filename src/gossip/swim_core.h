/* SPDX-License-Identifier: Apache-2.0 */
/* The failure detector's state, shared by the files that make it up:
 *
 *   swim.c      what its caller sees; the timers
 *   probe.c     our probe of the period, and the helpers that it asks
 *   relay.c     probes for others
 *   knock.c     the dead, who may have come back
 *   check.c     suspects, probed in quick succession
 *   standing.c  states, suspicions
 *   news.c      what others say, of others and of us
 *
 * Private to gossip. */
#pragma once

#include "base/deadlines.h"
#include "gossip/crowd.h"
#include "gossip/health.h"
#include "gossip/knock.h"
#include "gossip/probe.h"
#include "gossip/relay.h"
#include "gossip/ring.h"
#include "gossip/rtt.h"
#include "gossip/swim.h"

/* Keys of the deadlines; with nothing amiss only the first two are ever set. */
enum {
    FELT_SWIM_KEY_PERIOD, /* the next probe */
    FELT_SWIM_KEY_PROBE,  /* the running probe's direct answer is late, or those of its helpers */
    FELT_SWIM_KEY_RELAYS, /* a relayed probe's answer is late */
    FELT_SWIM_KEY_KNOCK,  /* try a dead member */
    FELT_SWIM_KEY_MEMBER, /* plus the place of a suspect: its check or its end */
};

struct felt_swim {
    felt_usec now; /* of the last call */
    struct felt_swim_tuning tuning;
    struct felt_members *members;
    struct felt_rumours *rumours;
    struct felt_prng prng;
    struct felt_deadlines *deadlines;
    struct felt_ring *ring;
    uint32_t last_seq;
    struct felt_rtt rtt; /* over all peers */
    struct felt_health health;
    struct felt_crowd crowd;
    struct felt_probe probe;
    struct felt_knock knock;
    struct felt_relays relays;
    uint32_t n_sends;
    uint32_t n_changes;
    struct felt_swim_send sends[FELT_SWIM_SENDS_MAX];
    struct felt_swim_change changes[FELT_SWIM_CHANGES_MAX];
};

/* Never 0. */
uint32_t felt_swim_next_seq(struct felt_swim *swim);
/* What does not fit is lost like a datagram. */
void felt_swim_emit(struct felt_swim *swim, enum felt_swim_send_kind kind, uint32_t to,
                    uint32_t target, uint32_t seq);
/* How long member i's answer may take, our own health apart. */
felt_usec felt_swim_timeout(const struct felt_swim *swim, uint32_t i);
/* Member i has answered what was sent then; 0: it does not count. */
void felt_swim_measured(struct felt_swim *swim, uint32_t i, felt_usec sent_us);
/* It is where member i announces itself. */
bool felt_swim_is_at(const struct felt_swim *swim, uint32_t i,
                     const struct felt_endpoint *endpoint);
