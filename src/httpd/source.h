/* SPDX-License-Identifier: Apache-2.0 */
/* feltd, as its control socket shows it. Each question waits for at most a second, and where one
 * has got no answer nobody waits again for a moment: a feltd that hangs does not make this hang. */
#pragma once

#include <jansson.h>

#include "base/usec.h"

#define FELT_SOURCE_TIMEOUT (1 * FELT_USEC_SEC) /* feltd answers in milliseconds, or not at all */
#define FELT_SOURCE_PAUSE   (1 * FELT_USEC_SEC) /* after it has not */

#define FELT_SOURCE_AGE     (250 * FELT_USEC_MS) /* that events may have */

struct felt_source {
    const char *path; /* of the socket; borrowed */
    json_t *events;   /* of ListEvents, a moment ago; NULL: none */
    felt_usec events_until;
    felt_usec down_until; /* nobody asks before */
    char why[256];        /* of the last failure */
};

/* "GetStatus", without parameters. The caller owns the answer; NULL: there is none, and s->why. */
json_t *felt_source_ask(struct felt_source *s, const char *method);

/* The events of feltd, all that it keeps; borrowed until the next call. NULL: as felt_source_ask().
 */
const json_t *felt_source_events(struct felt_source *s);
void felt_source_done(struct felt_source *s);

/* Microseconds of CLOCK_MONOTONIC. */
felt_usec felt_source_now(void);
