/* SPDX-License-Identifier: Apache-2.0 */
/* What to do about an underlay that is whole, lacks something or is gone, and when: agent/follow.h
 * has the reasons. Of no machine: the time and what was found are arguments. */
#pragma once

#include "base/usec.h"

/* A DHCP client that renews, duplicate address detection, or a driver that starts anew. */
#define FELT_FOLLOW_GRACE (5 * FELT_USEC_SEC)

enum felt_follow_found {
    FELT_FOLLOW_WHOLE,            /* perhaps changed, but nothing is missing */
    FELT_FOLLOW_LACKS,            /* an address of a family that it had one of */
    FELT_FOLLOW_LACKS_WHILE_DOWN, /* likewise, and that will be so as long as the interface is down
                                   */
    FELT_FOLLOW_GONE,             /* of no use: no interface, no address */
};

enum felt_follow_act {
    FELT_FOLLOW_TAKE,      /* as it is now */
    FELT_FOLLOW_STAY,      /* until there is news of it */
    FELT_FOLLOW_WAIT,      /* and look again after *ret_wait_us */
    FELT_FOLLOW_ELSEWHERE, /* to what the options choose now */
};

/* missing_us: since when something has been missing; 0: nothing has. Kept by the caller, written
 * here. ret_wait_us is of WAIT. */
enum felt_follow_act felt_follow_decide(enum felt_follow_found found, felt_usec now,
                                        felt_usec *missing_us, felt_usec *ret_wait_us);
