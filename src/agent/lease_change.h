/* SPDX-License-Identifier: Apache-2.0 */
/* From what happens to the lease to what the administrator's hooks are told: a change is told once
 * subnet.env says it, so that hooks find there what they are about. What subnet.env said before we
 * started counts: a restart with the same subnet is no change. */
#pragma once

#include <systemd/sd-event.h>

#include "agent/hooks.h"
#include "base/ip.h"

#define FELT_LEASE_CHANGE_GRACE \
    (5 * FELT_USEC_SEC) /* a lost lease without another one by then: told */

struct felt_lease_change {
    struct felt_hooks *hooks; /* borrowed */
    struct felt_dual told;    /* what the hooks know; may be none */
    sd_event_source *grace;
    bool foreign; /* who has what we lost */
};

/* subnet_file is read; it says what an earlier run had. 0 or -errno. */
int felt_lease_change_init(struct felt_lease_change *change, sd_event *event,
                           struct felt_hooks *hooks, const char *subnet_file);
void felt_lease_change_done(struct felt_lease_change *change);

/* subnet.env says this now; the same again is no change. */
void felt_lease_change_written(struct felt_lease_change *change, const struct felt_dual *subnet);
/* Another member owns it, or, foreign, somebody outside of the cluster has it: then that is the
 * reason of what comes next. now: there will be no other one, since we stop. */
void felt_lease_change_lost(struct felt_lease_change *change, bool now, bool foreign);
/* We gave it back. */
void felt_lease_change_left(struct felt_lease_change *change);
