/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a table of nftables is still as it was written: its rules' handles, which the kernel
 * gives anew to every rule that is added or replaced, and the elements of a set. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "kernel/error.h"

struct felt_ruleset_mark {
    uint64_t digest; /* of handles and elements, in order */
    uint32_t n_rules;
};

/* Of a table of family ip or ip6, and of that set in it. No table: no rules; no set: no elements.
 * 0 or -errno. */
int felt_ruleset_mark(enum felt_family family, const char *table, const char *set,
                      struct felt_ruleset_mark *ret_mark, struct felt_kernel_error *error);

/* 1: there is such a table; 0: there is none, or no nftables in this kernel; or -errno. */
int felt_ruleset_has_table(enum felt_family family, const char *table,
                           struct felt_kernel_error *error);
