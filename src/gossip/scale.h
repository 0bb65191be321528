/* SPDX-License-Identifier: Apache-2.0 */
/* How repetitions and time limits grow with the size of the cluster, in integers (SWIM section 4.1,
 * 5; Lifeguard section IV). */
#pragma once

#include <stdint.h>

/* 1000 * log10(n), to within 5; 0 for n of 0 and 1. */
uint32_t felt_scale_log10_milli(uint32_t n);

#define FELT_SCALE_LAMBDA \
    4 /* repetitions per decade of members; memberlist's LAN profile has the same */

/* How often a rumour is sent in a cluster of n members: lambda * ceil(log10(n + 1)). */
uint32_t felt_scale_repeats(uint32_t n);
