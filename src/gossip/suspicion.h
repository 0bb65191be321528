/* SPDX-License-Identifier: Apache-2.0 */
/* One running suspicion: how long a silent member has left before we call it dead.
 *
 * The deadline starts at max_us and shrinks towards min_us with each independent confirmation
 * (proto/gossip.md 3.3; Lifeguard, section IV-B). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/usec.h"

#define FELT_SUSPICION_CONFIRMED_MAX 3 /* Lifeguard's K */

struct felt_suspicion {
    felt_usec start_us;
    felt_usec min_us;
    felt_usec max_us;
    uint8_t confirmed;     /* distinct peers that agree, the first one excluded */
    uint8_t confirmed_max; /* k: at this many the deadline is min_us; 0: it is from the start */
    uint32_t origins[FELT_SUSPICION_CONFIRMED_MAX + 1]; /* who began it, then who confirmed */
};

/* origin is who suspects; n the members that could (ourselves included). min and max follow from
 * the probe period and n. */
void felt_suspicion_begin(struct felt_suspicion *s, felt_usec now, uint32_t origin,
                          felt_usec period_us, uint32_t n);

/* False where origin was counted already or its count no longer matters. */
bool felt_suspicion_confirm(struct felt_suspicion *s, uint32_t origin);

/* The instant the member becomes dead unless it refutes first. */
felt_usec felt_suspicion_deadline(const struct felt_suspicion *s);
