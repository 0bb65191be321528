/* SPDX-License-Identifier: Apache-2.0 */
/* For how long owners of slots have been silent, by this node's own lights. It counts up in ticks,
 * and only while more than half of the space is heard, so that neither who was suspended nor who
 * was cut off finds everybody silent (proto/lease.md 6.5). Who is heard is not in here.
 *
 * Politeness: what is decided is safe without it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/idiom.h"
#include "base/usec.h"

struct felt_silence;

/* 0 or -ENOMEM. */
int felt_silence_new(struct felt_silence **ret_silence);
void felt_silence_free(struct felt_silence *silence);
FELT_DEFINE_CLEANUP(struct felt_silence *, felt_silence_free)

/* One tick: begin, each owner once, end. `by` is the tick's length, or 0 where the majority is not
 * heard. Whoever is no owner any more is forgotten at the end. */
void felt_silence_tick_begin(struct felt_silence *silence);
/* Where memory is short, it is silent later. */
void felt_silence_tick_owner(struct felt_silence *silence, const struct felt_id *owner, bool heard,
                             felt_usec by);
void felt_silence_tick_end(struct felt_silence *silence);

/* Something that was saved, or that another member says: the longer silence counts. -ENOMEM. */
int felt_silence_learn(struct felt_silence *silence, const struct felt_id *owner, felt_usec time);

/* What was counted by ticks of `before` becomes as many of `after`, which are shorter. */
void felt_silence_rescale(struct felt_silence *silence, felt_usec before, felt_usec after);

/* 0: heard, or unknown. */
felt_usec felt_silence_of(const struct felt_silence *silence, const struct felt_id *owner);
uint32_t felt_silence_count(const struct felt_silence *silence);
/* By place, 0 to count - 1, in the order of ids. */
felt_usec felt_silence_at(const struct felt_silence *silence, uint32_t i, struct felt_id *ret_id);
