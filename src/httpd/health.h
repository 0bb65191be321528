/* SPDX-License-Identifier: Apache-2.0 */
/* What /healthz and /readyz answer. Monitors that were made for flanneld look at the status or at
 * the text, so where all is well both are flanneld's, to the byte; else it is 503 and why.
 *
 * healthz: feltd answers on its control socket. readyz: besides, this machine has a subnet, and
 * its kernel is as it should be, so that containers can be started. What is wrong with other
 * members makes neither fail. */
#pragma once

#include <jansson.h>

#define FELT_HEALTH_TEXT 1024

struct felt_health {
    unsigned code;               /* of HTTP: 200 or 503 */
    char text[FELT_HEALTH_TEXT]; /* one line */
};

/* status: of GetStatus; NULL: there is none, and why. */
void felt_health_live(const json_t *status, const char *why, struct felt_health *ret_health);
void felt_health_ready(const json_t *status, const char *why, struct felt_health *ret_health);
