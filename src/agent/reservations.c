/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/reservations.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "agent/path.h"
#include "base/idiom.h"

#define FILE_MAX (1024 * 1024) /* FELT_RESERVATIONS_MAX of 256 bytes each */

struct entry {
    const struct felt_netconf *config;
    const char *path;
    size_t number; /* from 1 on */
};

static int read_whom(const struct entry *e, const json_t *value, struct felt_whom *ret_whom,
                     struct felt_failure *error)
{
    const char *ip = json_string_value(json_object_get(value, "PublicIP"));
    const char *name = json_string_value(json_object_get(value, "Node"));

    if (!ip == !name)
        return felt_fail(error, -EINVAL, "%s: entry %zu: it needs either PublicIP or Node", e->path,
                         e->number);
    if (felt_whom_parse(ip ? ip : name, ret_whom) < 0 ||
        (ip != NULL) != (ret_whom->ip.family != FELT_FAMILY_NONE))
        return felt_fail(error, -EINVAL, "%s: entry %zu: '%.100s' is no %s", e->path, e->number,
                         ip ? ip : name, ip ? "address" : "name of a node");
    return 0;
}

static int read_subnet(const struct entry *e, const json_t *value, struct felt_cidr *ret_subnet,
                       uint32_t *ret_slot, struct felt_failure *error)
{
    const char *text = json_string_value(json_object_get(value, "Subnet"));

    if (!text || felt_cidr_parse(text, ret_subnet) < 0)
        return felt_fail(error, -EINVAL, "%s: entry %zu: its Subnet is no subnet like 10.5.34.0/24",
                         e->path, e->number);
    if (felt_netconf_slot(e->config, ret_subnet, ret_slot) < 0)
        return felt_fail(error, -EINVAL,
                         "%s: entry %zu: %s is no subnet of the network configuration: see "
                         "Network, SubnetLen, SubnetMin and SubnetMax there",
                         e->path, e->number, text);
    return 0;
}

static int read_all(const char *path, const struct felt_netconf *config, const json_t *list,
                    struct felt_wanted *wanted, struct felt_failure *error)
{
    _cleanup_(felt_freep) size_t *by_slot =
        calloc(felt_netconf_slots(config) + 1, sizeof(*by_slot));
    struct entry e = {.config = config, .path = path};

    if (!by_slot)
        return felt_fail(error, -ENOMEM, "%s: %s", path, strerror(ENOMEM));
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct felt_wanted *w = &wanted[i];
        uint32_t slot = 0;
        int r;

        e.number = i + 1;
        if ((r = read_whom(&e, json_array_get(list, i), &w->whom, error)) < 0 ||
            (r = read_subnet(&e, json_array_get(list, i), &w->subnet, &slot, error)) < 0)
            return r;
        if (by_slot[slot] > 0)
            return felt_fail(error, -EINVAL, "%s: entries %zu and %zu have the same subnet, %s",
                             path, by_slot[slot], e.number, FELT_CIDR(&w->subnet));
        by_slot[slot] = e.number;
        for (size_t k = 0; k < i; k++)
            if (felt_whom_equal(&wanted[k].whom, &w->whom))
                return felt_fail(error, -EINVAL,
                                 "%s: entries %zu and %zu are for the same node or address", path,
                                 k + 1, e.number);
    }
    return 0;
}

static json_t *read_list(const char *path, struct felt_failure *error)
{
    _cleanup_(felt_freep) char *text = malloc(FILE_MAX);
    json_error_t e;
    json_t *list;
    ssize_t n = text ? felt_path_read(path, text, FILE_MAX) : -ENOMEM;

    if (n < 0 || n == FILE_MAX) {
        felt_fail(error, -EINVAL, "reservations %s: %s", path,
                  n < 0 ? strerror((int)-n) : "more than 1 MiB");
        return NULL;
    }
    list = json_loadb(text, (size_t)n, JSON_REJECT_DUPLICATES, &e);
    if (!list) {
        felt_fail(error, -EINVAL, "reservations %s: line %d, column %d: %s", path, e.line, e.column,
                  e.text);
        return NULL;
    }
    if (json_is_array(list) && json_array_size(list) <= FELT_RESERVATIONS_MAX)
        return list;
    felt_fail(error, -EINVAL, "reservations %s: it is no list of at most %d entries", path,
              FELT_RESERVATIONS_MAX);
    json_decref(list);
    return NULL;
}

int felt_reservations_load(const char *path, const struct felt_netconf *config,
                           struct felt_wanted **ret_wanted, size_t *ret_n,
                           struct felt_failure *ret_error)
{
    _cleanup_(felt_freep) struct felt_wanted *wanted = NULL;
    json_t *list = read_list(path, ret_error);
    size_t n;
    int r;

    if (!list)
        return -EINVAL;
    n = json_array_size(list);
    wanted = calloc(n + 1, sizeof(*wanted));
    r = wanted ? read_all(path, config, list, wanted, ret_error)
               : felt_fail(ret_error, -ENOMEM, "%s: %s", path, strerror(ENOMEM));
    json_decref(list);
    if (r < 0)
        return r;
    *ret_wanted = FELT_TAKE(wanted);
    *ret_n = n;
    return 0;
}
