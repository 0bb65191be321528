/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/duration.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"

#define MINUTE_US (60 * FELT_USEC_SEC)
#define HOUR_US   (60 * MINUTE_US)
#define DAY_US    (24 * HOUR_US)

int felt_duration_parse(const char *text, uint32_t *ret_seconds)
{
    static const struct {
        char suffix;
        uint32_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    size_t digits = strspn(text, "0123456789");
    uint64_t value;

    if (strcmp(text, "never") == 0) {
        *ret_seconds = 0;
        return 0;
    }
    if (digits == 0 || digits > 10 || strlen(text) != digits + 1) /* 2^32 has ten digits */
        return -EINVAL;
    value = strtoull(text, NULL, 10);
    for (size_t i = 0; i < FELT_ARRAY_LEN(units); i++) {
        if (text[digits] != units[i].suffix)
            continue;
        value *= units[i].seconds;
        if (value == 0 || value > UINT32_MAX)
            return -EINVAL;
        *ret_seconds = (uint32_t)value;
        return 0;
    }
    return -EINVAL;
}

const char *felt_duration_format(felt_usec us, char *text)
{
    /* The greatest first; a unit is used from this many of it on. */
    static const struct {
        felt_usec from;
        felt_usec unit;
        const char *suffix;
    } units[] = {
        {2 * DAY_US, DAY_US, "d"},
        {2 * HOUR_US, HOUR_US, "h"},
        {2 * MINUTE_US, MINUTE_US, "m"},
        {10 * FELT_USEC_SEC, FELT_USEC_SEC, "s"},
    };

    for (size_t i = 0; i < FELT_ARRAY_LEN(units); i++) {
        if (us < units[i].from)
            continue;
        snprintf(text, FELT_DURATION_TEXT, "%" PRIu64 "%s", us / units[i].unit, units[i].suffix);
        return text;
    }
    if (us >= FELT_USEC_SEC)
        snprintf(text, FELT_DURATION_TEXT, "%.1fs", (double)us / (double)FELT_USEC_SEC);
    else if (us >= FELT_USEC_MS)
        snprintf(text, FELT_DURATION_TEXT, "%.1fms", (double)us / (double)FELT_USEC_MS);
    else
        snprintf(text, FELT_DURATION_TEXT, "%" PRIu64 "us", us);
    return text;
}
