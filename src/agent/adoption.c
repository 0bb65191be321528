/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/adoption.h"

enum felt_plan_knowledge felt_adoption_knowledge(struct felt_adoption *adoption, felt_usec now,
                                                 bool synced, bool is_anothers, bool all_told,
                                                 felt_usec *ret_wait_us)
{
    felt_usec since;

    *ret_wait_us = 0;
    if (adoption->leased_us == 0)
        adoption->leased_us = now;
    if (!synced)
        return FELT_PLAN_SOME_PEERS;
    since = now - adoption->leased_us;
    if (since >= adoption->grace_us || (!is_anothers && all_told))
        return FELT_PLAN_ALL_PEERS;
    *ret_wait_us = adoption->grace_us - since;
    return FELT_PLAN_SOME_PEERS;
}
