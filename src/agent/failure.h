/* SPDX-License-Identifier: Apache-2.0 */
/* Why something of feltd's start failed, as the one line that its operator reads: what is wrong
 * with which option or file, and what to do. */
#pragma once

#include "base/idiom.h"

struct felt_failure {
    char text[1024];
};

/* Fills failure and returns r. */
_printf_(3, 4) int felt_fail(struct felt_failure *failure, int r, const char *format, ...);
