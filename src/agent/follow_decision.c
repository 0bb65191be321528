/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/follow_decision.h"

#include "base/idiom.h"

enum felt_follow_act felt_follow_decide(enum felt_follow_found found, felt_usec now,
                                        felt_usec *missing_us, felt_usec *ret_wait_us)
{
    felt_usec over;

    if (found == FELT_FOLLOW_WHOLE) {
        *missing_us = 0;
        return FELT_FOLLOW_TAKE;
    }
    if (found == FELT_FOLLOW_LACKS_WHILE_DOWN)
        return FELT_FOLLOW_STAY;
    if (*missing_us == 0)
        *missing_us = FELT_MAX(now, (felt_usec)1);
    over = felt_usec_add(*missing_us, FELT_FOLLOW_GRACE);
    if (now < over) {
        *ret_wait_us = over - now;
        return FELT_FOLLOW_WAIT;
    }
    return found == FELT_FOLLOW_LACKS ? FELT_FOLLOW_TAKE : FELT_FOLLOW_ELSEWHERE;
}
