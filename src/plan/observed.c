/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/observed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAC_GROUP_BIT  0x01 /* IEEE 802: broadcast and multicast */
#define FIRST_CAPACITY 16   /* entries; doubled when full */

/* Room for one more of n items. The capacity is the next power of two of n, so it needs no field of
 * its own. NULL: no memory, items is as it was. */
static void *grown(void *items, size_t n, size_t size)
{
    if (n == 0)
        return reallocarray(items, FIRST_CAPACITY, size);
    if (n >= FIRST_CAPACITY && (n & (n - 1)) == 0)
        return reallocarray(items, 2 * n, size);
    return items;
}

#define APPEND(items, n, item)                                            \
    ({                                                                    \
        __typeof__(items) _grown = grown((items), (n), sizeof(*(items))); \
        if (_grown != NULL) {                                             \
            (items) = _grown;                                             \
            (items)[(n)++] = *(item);                                     \
        }                                                                 \
        _grown != NULL ? 0 : -ENOMEM;                                     \
    })

void felt_plan_observed_done(struct felt_plan_observed *observed)
{
    free(observed->paths);
    free(observed->addrs);
    free(observed->neighs);
    free(observed->fdbs);
    free(observed->nexthops);
    free(observed->routes);
    *observed = (struct felt_plan_observed){0};
}

int felt_plan_observed_path(struct felt_plan_observed *observed, const struct felt_plan_path *path)
{
    return APPEND(observed->paths, observed->n_paths, path);
}

bool felt_plan_observed_on_link(const struct felt_plan_observed *observed, const struct felt_ip *ip)
{
    const struct felt_plan_path *best = NULL;

    for (size_t i = 0; i < observed->n_paths; i++) {
        const struct felt_plan_path *path = &observed->paths[i];

        if ((best == NULL || path->dst.len > best->dst.len) && felt_cidr_contains(&path->dst, ip))
            best = path;
    }
    return best != NULL && best->on_link;
}

int felt_plan_observed_addr(struct felt_plan_observed *observed, const struct felt_cidr *addr)
{
    return APPEND(observed->addrs, observed->n_addrs, addr);
}

int felt_plan_observed_neigh(struct felt_plan_observed *observed,
                             const struct felt_plan_neigh *neigh)
{
    return APPEND(observed->neighs, observed->n_neighs, neigh);
}

int felt_plan_observed_fdb(struct felt_plan_observed *observed, const struct felt_plan_fdb *fdb)
{
    return APPEND(observed->fdbs, observed->n_fdbs, fdb);
}

int felt_plan_observed_nexthop(struct felt_plan_observed *observed,
                               const struct felt_plan_nexthop *nexthop)
{
    return APPEND(observed->nexthops, observed->n_nexthops, nexthop);
}

int felt_plan_observed_route(struct felt_plan_observed *observed,
                             const struct felt_plan_route *route)
{
    return APPEND(observed->routes, observed->n_routes, route);
}

bool felt_plan_fdb_leads(const struct felt_plan_fdb *fdb)
{
    static const uint8_t zero[FELT_PLAN_MAC_LEN];

    return fdb->permanent && fdb->remote.family != FELT_FAMILY_NONE &&
           (fdb->mac[0] & MAC_GROUP_BIT) == 0 && memcmp(fdb->mac, zero, FELT_PLAN_MAC_LEN) != 0;
}
