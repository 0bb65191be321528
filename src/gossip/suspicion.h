/* SPDX-License-Identifier: Apache-2.0 */
/* One running suspicion: how long a silent member has left before we call it dead.
 *
 * The deadline starts at max_us and shrinks towards min_us with each independent confirmation
 * (proto/gossip.md 3.3; Lifeguard, section IV-B). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/usec.h"
#include "gossip/check.h"
#include "gossip/tuning.h"

#define FELT_SUSPICION_CONFIRMED_MAX 3 /* Lifeguard's K */
#define FELT_SUSPICION_ORIGINS       (FELT_SUSPICION_CONFIRMED_MAX + 1)
/* Our own further failures count one each second: as often as a peer would probe. */
#define FELT_SUSPICION_OWN_PAUSE (1 * FELT_USEC_SEC)

struct felt_suspicion {
    felt_usec start_us;
    felt_usec min_us;
    felt_usec max_us;
    felt_usec own_us;     /* when a failure of our own was last counted, where we are an origin */
    felt_usec refused_us; /* when the port was first refused to us; 0: it was not */
    uint8_t confirmed;    /* how often somebody agreed, at most FELT_SUSPICION_CONFIRMED_MAX */
    uint8_t n_origins;
    bool told_dead; /* began with the news that it is dead, not with silence */
    uint32_t origins[FELT_SUSPICION_ORIGINS]; /* who began it, then who confirmed, each once */
    struct felt_check check;
};

/* The limits for n live members (ourselves included). unit_us is what alpha counts in. */
struct felt_suspicion_limits {
    felt_usec min_us;
    felt_usec max_us;
};
struct felt_suspicion_limits felt_suspicion_limits(const struct felt_swim_tuning *tuning,
                                                   felt_usec unit_us, uint32_t n);

/* origin is who suspects. No check runs. */
void felt_suspicion_begin(struct felt_suspicion *s, felt_usec now, uint32_t origin,
                          const struct felt_suspicion_limits *limits);

/* False where origin was counted already, or its count no longer matters. */
bool felt_suspicion_confirm(struct felt_suspicion *s, uint32_t origin);
/* A probe of our own failed, `self` being our origin. Counts as a confirmation once; where there
 * are too `few` others to confirm, once a second. False where it does not count. */
bool felt_suspicion_confirm_own(struct felt_suspicion *s, felt_usec now, uint32_t self, bool few);
/* Nobody needs to agree any more. */
void felt_suspicion_confirm_all(struct felt_suspicion *s);
/* That many microseconds of the running time do not count. */
void felt_suspicion_put_off(struct felt_suspicion *s, felt_usec by);

/* The instant the member becomes dead unless it refutes first. Without confirmations counting it
 * is the latest there is. */
felt_usec felt_suspicion_deadline(const struct felt_suspicion *s, bool confirmations_count);
