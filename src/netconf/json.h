/* SPDX-License-Identifier: Apache-2.0 */
/* Members of a JSON object the way Go's encoding/json finds them, because that is what flannel's
 * files were written for: keys without regard to case, the last of several wins, null is the same
 * as not being there. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "netconf/netconf.h"

/* Borrowed from object; NULL where there is none. */
json_t *felt_json_member(const json_t *object, const char *key);

/* One line, cut where it is too long; what is not printable becomes '?'. Returns -EINVAL. */
int felt_netconf_fail(struct felt_netconf_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads an optional member: *ret_value keeps its value where the member is missing.
 * 0, or -EINVAL with an error that names prefix, key and what is wanted. */
int felt_json_uint(const json_t *object, const char *prefix, const char *key, uint64_t min,
                   uint64_t max, uint64_t *ret_value, struct felt_netconf_error *error);
int felt_json_bool(const json_t *object, const char *prefix, const char *key, bool *ret_value,
                   struct felt_netconf_error *error);
/* Borrowed from object. */
int felt_json_string(const json_t *object, const char *prefix, const char *key,
                     const char **ret_value, struct felt_netconf_error *error);
