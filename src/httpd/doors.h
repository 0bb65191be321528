/* SPDX-License-Identifier: Apache-2.0 */
/* Who is connected, and for how long. Each connection is for one request and has so much time for
 * all of it; where all places are taken, the oldest gives way: that is the slow one, since a client
 * that does its part is done in milliseconds. So slow clients harm only themselves. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/usec.h"

#define FELT_DOORS_MAX  64                   /* connections at once */
#define FELT_DOORS_TIME (10 * FELT_USEC_SEC) /* for a request to arrive and its answer to leave */

struct felt_door {
    int fd; /* the HTTP library's */
    felt_usec since_us;
    bool is_shut; /* the library has yet to notice */
};

struct felt_doors {
    struct felt_door all[2 * FELT_DOORS_MAX]; /* oldest first; half of them may be shut already */
    size_t n;
};

/* A connection has come. False: there is no place, not even that of a shut one. */
bool felt_doors_open(struct felt_doors *doors, int fd, felt_usec now);
/* It has gone; fd is still its own. */
void felt_doors_close(struct felt_doors *doors, int fd);
/* Shuts those whose time is over. How long until the next one's is; FELT_USEC_NEVER: none. */
felt_usec felt_doors_tick(struct felt_doors *doors, felt_usec now);
