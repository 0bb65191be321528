/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/ways.h"

unsigned felt_plan_has(uint8_t family)
{
    return family == FELT_FAMILY_V4   ? FELT_PLAN_HAS_V4
           : family == FELT_FAMILY_V6 ? FELT_PLAN_HAS_V6
                                      : 0;
}

uint8_t felt_plan_outer(uint8_t inner, unsigned ours, unsigned theirs)
{
    unsigned both = ours & theirs;

    if ((both & felt_plan_has(inner)) != 0)
        return inner;
    if ((both & FELT_PLAN_HAS_V4) != 0)
        return FELT_FAMILY_V4;
    return (both & FELT_PLAN_HAS_V6) != 0 ? FELT_FAMILY_V6 : FELT_FAMILY_NONE;
}

unsigned felt_plan_devices(unsigned networks, unsigned underlay)
{
    if ((networks & underlay) != 0)
        return networks & underlay;
    return (underlay & FELT_PLAN_HAS_V4) != 0 ? FELT_PLAN_HAS_V4 : underlay;
}
