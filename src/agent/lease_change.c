/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/lease_change.h"

#include <errno.h>
#include <time.h>

#include "agent/subnet_env.h"

#define SLACK (FELT_USEC_SEC / 4)

static const struct felt_dual none;

/* Whom it has gone to does not matter to who had it; told stays, so that who comes next is told
 * what it takes the place of. */
static void tell(struct felt_lease_change *c, const struct felt_dual *subnet,
                 enum felt_hooks_reason reason)
{
    struct felt_hooks_change change = {
        .old_subnet = c->told,
        .new_subnet = *subnet,
        .reason = reason,
    };

    felt_hooks_run(c->hooks, &change);
}

static int on_grace(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
    struct felt_lease_change *c = userdata;

    tell(c, &none, c->foreign ? FELT_HOOKS_FOREIGN : FELT_HOOKS_LOST);
    return 0;
}

int felt_lease_change_init(struct felt_lease_change *change, sd_event *event,
                           struct felt_hooks *hooks, const char *subnet_file)
{
    struct felt_lease_change c = {.hooks = hooks, .told = none};
    int r;

    r = felt_subnet_env_read_subnets(subnet_file, &c.told);
    if (r < 0) /* none that says so: this machine has had no subnet since it was booted */
        c.told = none;
    *change = c;
    r = sd_event_add_time_relative(event, &change->grace, CLOCK_MONOTONIC, FELT_LEASE_CHANGE_GRACE,
                                   SLACK, on_grace, change);
    if (r < 0)
        return r;
    return sd_event_source_set_enabled(change->grace, SD_EVENT_OFF);
}

void felt_lease_change_done(struct felt_lease_change *change)
{
    change->grace = sd_event_source_disable_unref(change->grace);
}

void felt_lease_change_written(struct felt_lease_change *change, const struct felt_dual *subnet)
{
    (void)sd_event_source_set_enabled(change->grace, SD_EVENT_OFF);
    if (felt_dual_equal(&change->told, subnet))
        return;
    tell(change, subnet,
         felt_dual_is_none(&change->told) ? FELT_HOOKS_FIRST
         : change->foreign                ? FELT_HOOKS_FOREIGN
                                          : FELT_HOOKS_RENUMBERED);
    change->told = *subnet;
    change->foreign = false;
}

void felt_lease_change_lost(struct felt_lease_change *change, bool now, bool foreign)
{
    change->foreign = foreign;
    if (now) {
        tell(change, &none, foreign ? FELT_HOOKS_FOREIGN : FELT_HOOKS_LOST);
        return;
    }
    (void)sd_event_source_set_time_relative(change->grace, FELT_LEASE_CHANGE_GRACE);
    (void)sd_event_source_set_enabled(change->grace, SD_EVENT_ONESHOT);
}

void felt_lease_change_left(struct felt_lease_change *change)
{
    (void)sd_event_source_set_enabled(change->grace, SD_EVENT_OFF);
    tell(change, &none, FELT_HOOKS_LEFT);
    change->told = none;
}
