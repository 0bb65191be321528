/* SPDX-License-Identifier: Apache-2.0 */
/* How members stand: the one place where a state changes and a suspicion begins, is confirmed and
 * ends (proto/gossip.md 3.2, 3.3). Private to gossip. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/usec.h"
#include "gossip/member.h"

struct felt_swim;

/* What member i is called as the origin of a suspicion. */
uint32_t felt_standing_origin(const struct felt_swim *swim, uint32_t i);

/* Alive, dead or left from now on: table, rumour, report. */
void felt_standing_set(struct felt_swim *swim, uint32_t i, enum felt_member_state state,
                       uint64_t incarnation);
/* Dead at the incarnation that we know. */
void felt_standing_dies(struct felt_swim *swim, uint32_t i);
/* Suspect from now on, or suspect anew. False where memory is short; nothing has changed then. */
bool felt_standing_suspect(struct felt_swim *swim, uint32_t i, uint64_t incarnation,
                           uint32_t origin);
/* The same where the news is that it is dead: it has the shortest time to say otherwise. */
bool felt_standing_told_dead(struct felt_swim *swim, uint32_t i, uint64_t incarnation);
/* A suspect's suspicion is confirmed by another. */
void felt_standing_confirm(struct felt_swim *swim, uint32_t i, uint32_t origin);
/* A probe of ours failed: member i is suspect from now on, or that is confirmed. */
void felt_standing_failed(struct felt_swim *swim, uint32_t i);

/* Something of member i's suspicion is due: its end or a check. */
void felt_standing_due(struct felt_swim *swim, uint32_t i);
/* Its deadline moved. */
void felt_standing_arm(struct felt_swim *swim, uint32_t i);
/* All suspicions wait that much longer. */
void felt_standing_put_off(struct felt_swim *swim, felt_usec by);
/* Member i is about to be removed from the table. */
void felt_standing_forget(struct felt_swim *swim, uint32_t i);
