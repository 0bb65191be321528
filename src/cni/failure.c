/* SPDX-License-Identifier: Apache-2.0 */
#include "cni/failure.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int felt_cni_fail(struct felt_cni_failure *ret_failure, enum felt_cni_code code, const char *format,
                  ...)
{
    va_list args;

    ret_failure->code = code;
    va_start(args, format);
    vsnprintf(ret_failure->text, sizeof(ret_failure->text), format, args);
    va_end(args);
    for (char *c = ret_failure->text; *c != '\0'; c++) {
        if (iscntrl((unsigned char)*c))
            *c = '?';
    }
    return -EINVAL;
}
