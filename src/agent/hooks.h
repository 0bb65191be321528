/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of the administrator that run when this machine's subnet has changed: each file of
 * DIR/lease-changed.d, in the order of their names, one at a time, with a time limit. They see
 *
 *     FELT_OLD_SUBNET        10.5.72.0/24, or empty
 *     FELT_NEW_SUBNET        likewise
 *     FELT_OLD_IPV6_SUBNET   2001:db8:42:48::/64, or empty
 *     FELT_NEW_IPV6_SUBNET   likewise
 *     FELT_REASON            first, renumbered, lost, foreign or left
 *
 * and PATH, and nothing else of our environment. What they print goes to the log. Nothing waits for
 * them: changes that come while they run are one more run, afterwards. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "base/idiom.h"
#include "base/ip.h"
#include "base/usec.h"

#define FELT_HOOKS_LIMIT \
    (30 * FELT_USEC_SEC) /* for each; then it and all that it started are killed */

struct felt_hooks;

enum felt_hooks_reason {
    FELT_HOOKS_FIRST,      /* there was none before */
    FELT_HOOKS_RENUMBERED, /* another one took its place */
    FELT_HOOKS_LOST,       /* another machine has it, and there is no other one yet */
    FELT_HOOKS_FOREIGN,    /* a node outside of the cluster has it: either of the two above */
    FELT_HOOKS_LEFT,       /* given back */
};

struct felt_hooks_change {
    struct felt_dual old_subnet; /* may be none */
    struct felt_dual new_subnet; /* likewise */
    enum felt_hooks_reason reason;
};

struct felt_hooks_config {
    sd_event *event;
    const char *dir;              /* of hooks.d; borrowed for its life */
    felt_usec limit_us;           /* for each hook */
    void (*idle)(void *userdata); /* all have ended; may be NULL */
    void *userdata;
};

/* SIGCHLD must be blocked. 0 or -ENOMEM. */
int felt_hooks_new(const struct felt_hooks_config *config, struct felt_hooks **ret_hooks);
/* One that runs is left to itself. */
void felt_hooks_free(struct felt_hooks *hooks);
FELT_DEFINE_CLEANUP(struct felt_hooks *, felt_hooks_free)

void felt_hooks_run(struct felt_hooks *hooks, const struct felt_hooks_change *change);
/* One runs, or is to run. */
bool felt_hooks_busy(const struct felt_hooks *hooks);
