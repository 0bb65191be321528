/* SPDX-License-Identifier: Apache-2.0 */
/* Probes that others asked us for, because they got no answer themselves (proto/gossip.md
 * G-3.1.3). Each ends in an ack or a nack to who asked, so that it can tell our silence from the
 * target's. Private to gossip. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/usec.h"
#include "base/verdict.h"

struct felt_swim;

#define FELT_RELAYS_MAX 32 /* at one time */
/* Who asked waits 500 ms: our nack must be there by then (Lifeguard's 80 %). */
#define FELT_RELAY_PATIENCE (400 * FELT_USEC_MS)

struct felt_relay {
    uint32_t seq; /* ours; 0: free */
    uint32_t asker;
    uint32_t asker_seq;
    uint32_t target;
    felt_usec late_us;
};

struct felt_relays {
    struct felt_relay items[FELT_RELAYS_MAX];
};

/* BUSY where too many run, MISDIRECTED where it makes no sense, STALE where the target left. */
enum felt_verdict felt_relay_begin(struct felt_swim *swim, uint32_t asker, uint32_t target,
                                   uint32_t asker_seq);
/* Answers of some are late. */
void felt_relay_due(struct felt_swim *swim);
/* True where member i answered one. */
bool felt_relay_ack(struct felt_swim *swim, uint32_t i, uint32_t seq);
/* The port there is closed: the nacks say so, at once. */
void felt_relay_refused(struct felt_swim *swim, const struct felt_endpoint *endpoint);
/* We cannot send there, which says nothing of the target: no answer. */
void felt_relay_unreachable(struct felt_swim *swim, const struct felt_endpoint *endpoint);
void felt_relay_put_off(struct felt_swim *swim, felt_usec by);
void felt_relay_forget(struct felt_swim *swim, uint32_t i);
