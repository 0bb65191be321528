/* SPDX-License-Identifier: Apache-2.0 */
/* Whom we hear: for how long each owner of slots has been silent, and whether we hear enough of the
 * space to say so (proto/lease.md 6.5). Looked at in ticks.
 * Private to node. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/ip.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "lease/silence.h"
#include "wire/message.h"

#define FELT_HEARING_PARTS    60 /* ticks in a lease time, within these: */
#define FELT_HEARING_TICK_MIN (1 * FELT_USEC_SEC)
#define FELT_HEARING_TICK_MAX (30 * FELT_USEC_SEC)
#define FELT_HEARING_SAVE     16 /* what is counted is saved after so many ticks */

struct felt_node;
struct felt_inbound;

struct felt_hearing {
    struct felt_silence *silence;
    felt_usec next_us;
    unsigned ticks;
    bool majority;    /* at the last tick owners of more than half of the space were heard */
    felt_usec cut_us; /* since when they are not; 0: they are */
};

/* 0 or -ENOMEM. */
int felt_hearing_init(struct felt_node *node);
void felt_hearing_done(struct felt_hearing *hearing);

/* The lease time is that from now on. What was counted by longer ticks counts as often as it was
 * looked at: nobody lapses who was not found silent as often as by the new ticks alone. */
void felt_hearing_lease_time(struct felt_node *node, felt_usec lease_time_us);

/* An owner may be reclaimed by our lights. Of what others ask, a tick less is enough: nobody's
 * ticks are at the same time. */
bool felt_hearing_lapsed(const struct felt_node *node, const struct felt_id *owner, bool asked);

/* It is dead by our lights, or we do not know it at all, and it has not been heard for a moment:
 * enough where an operator says that it is gone for good. */
bool felt_hearing_gone(const struct felt_node *node, const struct felt_id *owner);

/* How many slots those own who are alive by our lights, ourselves among them. */
uint32_t felt_hearing_heard(const struct felt_node *node);
/* These are more than half of all. */
bool felt_hearing_hears_majority(const struct felt_node *node);
/* The same, were all who are only suspect alive. */
bool felt_hearing_majority_may_live(const struct felt_node *node);

/* What we have counted, to who is new to the cluster, beside the map. */
void felt_hearing_tell(struct felt_node *node, const struct felt_endpoint *to, uint32_t member);
enum felt_verdict felt_hearing_told(struct felt_node *node, const struct felt_message *m);

felt_usec felt_hearing_deadline(const struct felt_node *node);
void felt_hearing_wake(struct felt_node *node);
