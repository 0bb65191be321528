/* SPDX-License-Identifier: Apache-2.0 */
/* Over which underlay packets of a family travel to a peer. */
#pragma once

#include <stdint.h>

#include "base/ip.h"

/* What a machine has: a set of families. */
enum felt_plan_families {
    FELT_PLAN_HAS_V4 = 1 << 0,
    FELT_PLAN_HAS_V6 = 1 << 1,
};

/* FELT_PLAN_HAS_x of a family; 0 of FELT_FAMILY_NONE. */
unsigned felt_plan_has(uint8_t family);

/* The outer family for packets of the inner one between two machines: the same where both have it,
 * as flannel does it, else the one that both have; FELT_FAMILY_NONE where there is none. Both ends
 * come to the same, so that packets return by the way that they came. */
uint8_t felt_plan_outer(uint8_t inner, unsigned ours, unsigned theirs);

/* The outer families of the devices that a machine makes in such a network: one for each family
 * that both have; where they have none in common, that of the machine (IPv4, if it has both). */
unsigned felt_plan_devices(unsigned networks, unsigned underlay);
