/* SPDX-License-Identifier: Apache-2.0 */
/* Probes of a suspect, in quick succession, by those who suspect it themselves and a few who only
 * heard of it (proto/gossip.md 3.3). They tell it that it is suspect, so that it can refute that at
 * once, and their failures are confirmations. Private to gossip, but for what a suspicion holds. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/usec.h"

#define FELT_SWIM_CHECK    (200 * FELT_USEC_MS) /* between two of one suspect; also alpha's unit */
#define FELT_SWIM_CHECKERS 8                    /* of those who only heard, on the average */

struct felt_swim;

struct felt_check {
    felt_usec next_us; /* FELT_USEC_NEVER: no checks are made */
    felt_usec sent_us; /* 0: the answer shall not be measured */
    uint32_t seq;      /* of the one that is under way; 0: none is */
};

void felt_check_init(struct felt_check *check);
void felt_check_put_off(struct felt_check *check, felt_usec by);

/* Member i is suspect from now on, through a probe of our own or not: decides whether we check. */
void felt_check_consider(struct felt_swim *swim, uint32_t i, bool own);
/* Its next check is due. */
void felt_check_due(struct felt_swim *swim, uint32_t i);
/* True where seq is that of the running check of member i, which thereby has its answer. */
bool felt_check_ack(struct felt_swim *swim, uint32_t i, uint32_t seq);
/* Member i's port is closed, or we cannot send there. */
void felt_check_refused(struct felt_swim *swim, uint32_t i);
void felt_check_unreachable(struct felt_swim *swim, uint32_t i);
