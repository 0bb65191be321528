/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of --ip-masq: written when they change, looked at in each pass, written again when
 * somebody has touched them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "kernel/error.h"
#include "kernel/ruleset.h"
#include "plan/rules.h"

struct felt_masquerade {
    bool wanted;
    bool checked;                   /* not wanted: an earlier run's rules have been looked for */
    char text[FELT_PLAN_RULES_MAX]; /* as last written; "": not yet */
    struct felt_ruleset_mark mark;  /* as they were then */
};

/* One pass; lease NULL: there is none, and the rules stay as they are. 0, or -errno with words in
 * error. */
int felt_masquerade_run(struct felt_masquerade *masquerade, const struct felt_cidr *network,
                        const struct felt_cidr *lease, struct felt_kernel_error *error);
