/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/sysctl_story.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/log.h"
#include "kernel/sysctl.h"

void felt_sysctl_story_forwarding(bool minds_v6, bool *told)
{
    int r = felt_sysctl_ip_forward();

    if (minds_v6 && !*told && felt_sysctl_ip6_forwarding() == 0) {
        *told = true;
        felt_log_notice(
            "kernel: net.ipv6.conf.all.forwarding is off, so containers are not reached "
            "over IPv6; switching it on changes what this machine takes from routers, "
            "so that is left to you");
    }

    if (r == 1)
        felt_log_notice("kernel: net.ipv4.ip_forward was off, and is on now");
    else if (r < 0)
        felt_log_debug("kernel: cannot see to net.ipv4.ip_forward: %s", strerror(-r));
}

void felt_sysctl_story_limits(size_t n_peers, char *limit)
{
    struct felt_sysctl_neigh neigh;
    int r = felt_sysctl_neigh_room(FELT_SYSCTL_NEIGH, n_peers, &neigh);

    if (r == 1)
        felt_log_notice("kernel: the neighbour table had room for %ld entries, too few for %zu "
                        "peers, and has room for %ld now (net.ipv4.neigh.default.gc_thresh1..3)",
                        neigh.have, n_peers, neigh.wanted);
    else if (r < 0 && r != -ENOENT)
        snprintf(
            limit, FELT_SYSCTL_LIMIT_TEXT,
            "the neighbour table has room for %ld entries, too few for %zu peers, and cannot be "
            "enlarged from here (%s): sysctl -w net.ipv4.neigh.default.gc_thresh3=%ld "
            "net.ipv4.neigh.default.gc_thresh2=%ld net.ipv4.neigh.default.gc_thresh1=%ld",
            neigh.have, n_peers, strerror(-r), neigh.wanted, neigh.wanted / 2, neigh.wanted / 8);
}
