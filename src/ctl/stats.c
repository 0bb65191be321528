/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/stats.h"

#include <stdbool.h>
#include <string.h>

#include "base/idiom.h"

#define NAME_MAX_LEN 128 /* bytes of a name with its NUL; what is longer is cut */
#define DEPTH_MAX    4   /* of objects in each other */

/* What is counted or measured; the rest of the status is said by 'feltctl status'. */
static const char *const parts[] = {"counters", "members", "slots", "kernel", "counts"};

static bool add(json_t *stats, const char *prefix, const json_t *value, unsigned depth)
{
    const char *key;
    json_t *inner;

    if (json_is_integer(value))
        return json_object_set_new(stats, prefix, json_integer(json_integer_value(value))) == 0;
    if (!json_is_object(value) || depth == DEPTH_MAX)
        return true;
    json_object_foreach((json_t *)value, key, inner)
    {
        char name[NAME_MAX_LEN];

        snprintf(name, sizeof(name), "%s.%s", prefix, key);
        if (!add(stats, name, inner, depth + 1))
            return false;
    }
    return true;
}

json_t *felt_stats_of(const json_t *status)
{
    json_t *stats = json_object();

    for (size_t i = 0; stats && i < FELT_ARRAY_LEN(parts); i++) {
        if (add(stats, parts[i], json_object_get(status, parts[i]), 0))
            continue;
        json_decref(stats);
        stats = NULL;
    }
    return stats;
}

void felt_stats_print(const json_t *stats, FILE *out)
{
    size_t width = 0;
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)stats, key, value) width = FELT_MAX(width, strlen(key));
    json_object_foreach((json_t *)stats, key, value) fprintf(
        out, "%-*s  %12" JSON_INTEGER_FORMAT "\n", (int)width, key, json_integer_value(value));
}
