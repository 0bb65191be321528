/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/failure.h"

#include <stdarg.h>
#include <stdio.h>

int felt_fail(struct felt_failure *failure, int r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(failure->text, sizeof(failure->text), format, args);
    va_end(args);
    return r;
}
