/* SPDX-License-Identifier: Apache-2.0 */
/* What feltd has put on this machine and leaves there when it stops, taken away again: for a
 * machine that has left for good. Works without feltd, and looks at the kernel itself.
 *
 * Every part appends to removed (an array of strings) what it takes away, or with dry_run would
 * have taken. Each goes on after a failure, says on standard error what did not go, and returns
 * the first -errno. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/idiom.h"
#include "base/ip.h"

struct felt_cleanup {
    bool dry_run;
    struct felt_dual networks; /* of the overlay; none: not known */
    json_t *removed;           /* borrowed */
};

/* Our vxlan devices with all that is on them, routes of our protocol number into the networks on
 * other devices, and nexthop objects of ours. Nothing where no network is known. */
int felt_cleanup_device(const struct felt_cleanup *cleanup);
/* Our nftables tables, and our chains in iptables of either flavour. */
int felt_cleanup_rules(const struct felt_cleanup *cleanup);

/* One more thing that goes. */
_printf_(2, 3) void felt_cleanup_note(const struct felt_cleanup *cleanup, const char *format, ...);
/* Says that it did not; r is negative, text may be empty. Returns r. */
int felt_cleanup_fail(int r, const char *what, const char *text);
