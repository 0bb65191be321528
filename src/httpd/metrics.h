/* SPDX-License-Identifier: Apache-2.0 */
/* What feltd says of itself and of its members, in Prometheus' text format 0.0.4. */
#pragma once

#include <jansson.h>
#include <stdio.h>

/* Series of single peers only where they are few: each of n nodes shows all others, so a Prometheus
 * that scrapes all of them would hold n * n. */
#define FELT_METRICS_PEERS_MAX 100

/* status, members: of GetStatus and ListMembers; NULL: feltd does not answer. What is missing in
 * them, or of another type than promised, is left out. Failures of out are the caller's to see. */
void felt_metrics_write(FILE *out, const json_t *status, const json_t *members);

/* A label's value as that format wants it between its quotes. */
void felt_metrics_label(FILE *out, const char *value);
