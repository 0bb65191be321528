/* SPDX-License-Identifier: Apache-2.0 */
/* How sure our lease is, and when what the dead own is reclaimed, in numbers and in words. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "node/view.h"

struct felt_risk {
    bool at_risk; /* the owners of more than half of all subnets are silent: they may be together
                     without us, and decide */
    uint32_t n_silent; /* their subnets */
    felt_usec for_us;  /* how long that has been so */
    felt_usec left_us; /* before they may give our lease away; FELT_USEC_NEVER: not by themselves */
};

/* all: every member, n of them. now: of the node's clock. */
struct felt_risk felt_risk_of_lease(const struct felt_self_view *self,
                                    const struct felt_member_view *all, size_t n, felt_usec now);

/* What a dead member owns is reclaimed after so much more silence: 0: now; FELT_USEC_NEVER: not by
 * itself, or it is no dead owner. */
felt_usec felt_risk_until_reclaim(const struct felt_self_view *self,
                                  const struct felt_member_view *member);

#define FELT_RISK_TEXT 128
/* "silent for 2 h, reclaimable in 22 h", or "" where the member is no dead owner. text has
 * FELT_RISK_TEXT bytes. Returns text. */
const char *felt_risk_format(const struct felt_self_view *self,
                             const struct felt_member_view *member, char *text);
