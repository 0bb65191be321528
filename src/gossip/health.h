/* SPDX-License-Identifier: Apache-2.0 */
/* How well we are ourselves, as far as we can tell: Lifeguard's local health (Dadgar et al., 2017,
 * section IV-A). Whoever is slow or deaf sees others fail that are well, so the worse our score,
 * the longer we wait before we say so (proto/gossip.md 3.5). */
#pragma once

#include "base/usec.h"

#define FELT_HEALTH_WORST 8 /* Lifeguard's S */

struct felt_health {
    unsigned score; /* 0 is well */
};

static inline void felt_health_worse(struct felt_health *health)
{
    if (health->score < FELT_HEALTH_WORST)
        health->score++;
}

static inline void felt_health_better(struct felt_health *health)
{
    if (health->score > 0)
        health->score--;
}

/* A time of ours, longer where we are not well. */
static inline felt_usec felt_health_stretch(const struct felt_health *health, felt_usec time)
{
    return time * (health->score + 1);
}
