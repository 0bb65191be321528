/* SPDX-License-Identifier: Apache-2.0 */
/* Our probe of this period: asked directly, then through helpers, until it is answered, fails or
 * turns out to say nothing (proto/gossip.md 3.1). Private to gossip. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/usec.h"
#include "base/verdict.h"

struct felt_swim;

#define FELT_SWIM_INDIRECT 3 /* helpers asked when the direct probe is late; SWIM's k */
/* Helpers have that long to answer us: the longest time limit of theirs, and the way. */
#define FELT_SWIM_HELP_TIME (500 * FELT_USEC_MS)

enum felt_probe_outcome {
    FELT_PROBE_OPEN,
    FELT_PROBE_ANSWERED,
    FELT_PROBE_FAILED,
    FELT_PROBE_VOID, /* we could not send, or there is nobody to probe */
};

struct felt_probe {
    uint32_t target; /* FELT_MEMBER_NONE: there is none */
    uint32_t seq;
    uint32_t again_seq;   /* of the second direct probe; 0: not sent */
    uint64_t incarnation; /* the target's when the probe began */
    felt_usec sent_us;    /* 0: an answer is not measured */
    felt_usec again_us;
    enum felt_probe_outcome outcome;
    bool asked;          /* helpers, where there were any */
    bool refused;        /* to us */
    bool helper_refused; /* to a helper */
    uint8_t n_helpers;
    bool nacked[FELT_SWIM_INDIRECT];
    uint32_t helpers[FELT_SWIM_INDIRECT]; /* FELT_MEMBER_NONE: gone meanwhile */
};

void felt_probe_init(struct felt_probe *probe);
/* A period is over and the next begins. */
void felt_probe_period(struct felt_swim *swim);
/* The direct answer is late, or those of the helpers. */
void felt_probe_late(struct felt_swim *swim);
/* MISDIRECTED where it is none of the running probe. */
enum felt_verdict felt_probe_ack(struct felt_swim *swim, uint32_t from, uint32_t seq);
enum felt_verdict felt_probe_nack(struct felt_swim *swim, uint32_t from, uint32_t seq,
                                  bool refused);
/* The port there is closed, or we cannot send there. */
void felt_probe_refused(struct felt_swim *swim, const struct felt_endpoint *endpoint);
void felt_probe_unreachable(struct felt_swim *swim, const struct felt_endpoint *endpoint);
void felt_probe_put_off(struct felt_swim *swim, felt_usec by);
void felt_probe_forget(struct felt_swim *swim, uint32_t i);
