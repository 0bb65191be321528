/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/health.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/idiom.h"

#define FINE 200
#define BAD  503

/* The first words are flanneld's here, too (readyz since 0.28.9). */
#define NOT_READY "flanneld is not ready yet: "

_printf_(3, 4) static void say(struct felt_health *ret, unsigned code, const char *format, ...)
{
    va_list args;

    ret->code = code;
    va_start(args, format);
    vsnprintf(ret->text, sizeof(ret->text), format, args);
    va_end(args);
    /* One line, whatever a peer calls itself. */
    for (char *c = ret->text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = '?';
}

void felt_health_live(const json_t *status, const char *why, struct felt_health *ret_health)
{
    if (status)
        say(ret_health, FINE, "flanneld is running");
    else
        say(ret_health, BAD, "feltd does not answer: %s", why);
}

void felt_health_ready(const json_t *status, const char *why, struct felt_health *ret_health)
{
    const char *waiting = json_string_value(json_object_get(status, "waiting"));
    const char *error =
        json_string_value(json_object_get(json_object_get(status, "kernel"), "error"));

    if (!status)
        say(ret_health, BAD, NOT_READY "feltd does not answer: %s", why);
    else if (!json_is_object(json_object_get(status, "lease")))
        say(ret_health, BAD, NOT_READY "no subnet%s%s", waiting ? ": " : "",
            waiting ? waiting : "");
    else if (error)
        say(ret_health, BAD, NOT_READY "kernel: %s", error);
    else if (!json_is_true(json_object_get(status, "ready")))
        say(ret_health, BAD, NOT_READY "the kernel is not programmed yet");
    else
        say(ret_health, FINE, "flanneld is ready");
}
