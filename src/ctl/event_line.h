/* SPDX-License-Identifier: Apache-2.0 */
/* An event of the control socket as a line: local time, and what the log said. */
#pragma once

#include <jansson.h>
#include <stdio.h>

void felt_event_line(const json_t *event, FILE *out);
