/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/script.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define SIZE_MIN 512

static bool make_room(struct felt_script *script, size_t len)
{
    size_t size = FELT_MAX(script->size * 2, (size_t)SIZE_MIN);
    char *text;

    if (script->len + len < script->size)
        return true;
    size = FELT_MAX(size, script->len + len + 1);
    text = realloc(script->text, size);
    if (text == NULL)
        return false;
    script->text = text;
    script->size = size;
    return true;
}

void felt_script_add(struct felt_script *script, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(n >= 0);
    if (script->failed || !make_room(script, (size_t)n)) {
        script->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(script->text + script->len, script->size - script->len, format, args);
    va_end(args);
    script->len += (size_t)n;
}

int felt_script_take(struct felt_script *script, char **ret_text, size_t *ret_len)
{
    if (script->failed)
        return -ENOMEM;
    *ret_text = script->text;
    *ret_len = script->len;
    *script = (struct felt_script){0};
    return 0;
}

void felt_script_done(struct felt_script *script)
{
    free(script->text);
    *script = (struct felt_script){0};
}
