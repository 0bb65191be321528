/* SPDX-License-Identifier: Apache-2.0 */
/* Time, in microseconds of whatever monotonic clock the caller keeps. No room above the world
 * ever reads a clock: "now" is an argument. */
#pragma once

#include <stdint.h>

typedef uint64_t felt_usec;

#define FELT_USEC_MS    ((felt_usec)1000)
#define FELT_USEC_SEC   (1000 * FELT_USEC_MS)
#define FELT_USEC_NEVER UINT64_MAX

/* Saturates at FELT_USEC_NEVER. */
static inline felt_usec felt_usec_add(felt_usec a, felt_usec b)
{
    felt_usec sum;

    return __builtin_add_overflow(a, b, &sum) ? FELT_USEC_NEVER : sum;
}

/* Zero where b is later than a. */
static inline felt_usec felt_usec_sub(felt_usec a, felt_usec b)
{
    return a > b ? a - b : 0;
}
