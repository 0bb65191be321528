/* SPDX-License-Identifier: Apache-2.0 */
#include "netconf/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

json_t *felt_json_member(const json_t *object, const char *key)
{
    json_t *found = NULL;

    /* jansson keeps the order of the text. */
    for (void *i = json_object_iter((json_t *)object); i;
         i = json_object_iter_next((json_t *)object, i)) {
        if (strcasecmp(json_object_iter_key(i), key) == 0 &&
            !json_is_null(json_object_iter_value(i)))
            found = json_object_iter_value(i);
    }
    return found;
}

int felt_netconf_fail(struct felt_netconf_error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    for (char *c = error->text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == '\x7f')
            *c = '?';
    }
    return -EINVAL;
}

static const char *type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a boolean";
    case JSON_NULL:
        break;
    }
    return "null";
}

int felt_json_uint(const json_t *object, const char *prefix, const char *key, uint64_t min,
                   uint64_t max, uint64_t *ret_value, struct felt_netconf_error *error)
{
    const json_t *value = felt_json_member(object, key);

    if (!value)
        return 0;
    if (json_is_real(value))
        return felt_netconf_fail(error, "%s%s must be a whole number, written without '.' or 'e'",
                                 prefix, key);
    if (!json_is_integer(value))
        return felt_netconf_fail(error, "%s%s must be a number, it is %s", prefix, key,
                                 type_name(value));
    if (json_integer_value(value) < 0 || (uint64_t)json_integer_value(value) < min ||
        (uint64_t)json_integer_value(value) > max)
        return felt_netconf_fail(
            error, "%s%s must be between %" PRIu64 " and %" PRIu64 ", it is %" JSON_INTEGER_FORMAT,
            prefix, key, min, max, json_integer_value(value));
    *ret_value = (uint64_t)json_integer_value(value);
    return 0;
}

int felt_json_bool(const json_t *object, const char *prefix, const char *key, bool *ret_value,
                   struct felt_netconf_error *error)
{
    const json_t *value = felt_json_member(object, key);

    if (!value)
        return 0;
    if (!json_is_boolean(value))
        return felt_netconf_fail(error, "%s%s must be true or false, it is %s", prefix, key,
                                 type_name(value));
    *ret_value = json_is_true(value);
    return 0;
}

int felt_json_string(const json_t *object, const char *prefix, const char *key,
                     const char **ret_value, struct felt_netconf_error *error)
{
    const json_t *value = felt_json_member(object, key);

    if (!value)
        return 0;
    if (!json_is_string(value))
        return felt_netconf_fail(error, "%s%s must be a string, it is %s", prefix, key,
                                 type_name(value));
    *ret_value = json_string_value(value);
    return 0;
}
