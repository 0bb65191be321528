/* SPDX-License-Identifier: Apache-2.0 */
/* Durations as people write and read them. */
#pragma once

#include <stdint.h>

#include "base/usec.h"

#define FELT_DURATION_TEXT 24 /* "213503982d" and NUL, with room */

/* "90s", "15m", "24h", "7d" or "never", which is 0. 0, or -EINVAL: another form, zero, or more than
 * 32 bits of seconds. */
int felt_duration_parse(const char *text, uint32_t *ret_seconds);

/* Two significant digits or more: "850us", "1.2ms", "13s", "5m", "2h", "3d". text has
 * FELT_DURATION_TEXT bytes. Returns text. */
const char *felt_duration_format(felt_usec us, char *text);
