/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/event_line.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "ctl/paint.h"

#define US_PER_S 1000000

static enum felt_paint paint_of(const char *level)
{
    if (!level || strcmp(level, "info") == 0)
        return FELT_PAINT_PLAIN;
    if (strcmp(level, "notice") == 0)
        return FELT_PAINT_BOLD;
    return strcmp(level, "warning") == 0 ? FELT_PAINT_WARN : FELT_PAINT_BAD;
}

void felt_event_line(const json_t *event, FILE *out)
{
    json_int_t us = json_integer_value(json_object_get(event, "time_us"));
    const char *text = json_string_value(json_object_get(event, "text"));
    const char *level = json_string_value(json_object_get(event, "level"));
    time_t seconds = (time_t)(us / US_PER_S);
    char when[32] = "-";
    struct tm tm;

    if (us > 0 && localtime_r(&seconds, &tm))
        strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
    fprintf(out, "%s%s%s ", felt_paint(FELT_PAINT_DIM), when, felt_paint(FELT_PAINT_PLAIN));
    fputs(felt_paint(paint_of(level)), out);
    for (const char *c = text ? text : "-"; *c != '\0'; c++)
        fputc(iscntrl((unsigned char)*c) ? '?' : *c, out);
    fprintf(out, "%s\n", felt_paint(FELT_PAINT_PLAIN));
}
