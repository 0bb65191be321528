/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/devices.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/ways.h"

struct felt_devices {
    enum felt_backend backend;
    struct felt_netconf netconf;
    struct felt_id node;
    struct felt_underlay underlay; /* host-gw: without the families that the network has not */
    unsigned families;             /* FELT_PLAN_HAS_x: outer ones of the devices */
    struct felt_reconciler *reconcilers[FELT_DEVICES_MAX];
    uint8_t outer[FELT_DEVICES_MAX]; /* family of each */
    size_t n;
    size_t n_peers; /* as last set */
    size_t n_ways;  /* to them */
    bool blackhole;
};

static const uint8_t both[] = {FELT_FAMILY_V4, FELT_FAMILY_V6};

/* ---- life ---- */

/* The underlay as if it had this family alone; false where it has not. */
static bool underlay_of(const struct felt_underlay *underlay, uint8_t family,
                        struct felt_underlay *ret_underlay)
{
    struct felt_underlay one = *underlay;

    if (underlay->address6.family == family) {
        one.address = underlay->address6;
        one.public_ip = underlay->public_ip6;
    } else if (underlay->address.family != family) {
        return false;
    }
    one.address6 = one.public_ip6 = (struct felt_ip){0};
    *ret_underlay = one;
    return true;
}

static unsigned families_of(const struct felt_underlay *underlay)
{
    return felt_plan_has(underlay->address.family) | felt_plan_has(underlay->address6.family);
}

static unsigned families_in(const struct felt_dual *dual)
{
    return felt_plan_has(dual->v4.ip.family) | felt_plan_has(dual->v6.ip.family);
}

static bool is_single(unsigned families)
{
    return (families & (families - 1)) == 0;
}

static uint8_t the_single(unsigned families)
{
    return families == FELT_PLAN_HAS_V6 ? FELT_FAMILY_V6 : FELT_FAMILY_V4;
}

static int add(struct felt_devices *devices, const struct felt_devices_config *config,
               const struct felt_underlay *underlay, bool has_sibling,
               struct felt_reconcile_report *report)
{
    struct felt_reconciler_config one = {
        .netconf = config->netconf,
        .underlay = *underlay,
        .node = config->node,
        .has_sibling = has_sibling,
        .blackhole = config->blackhole,
    };
    int r = felt_reconciler_new(&one, &devices->reconcilers[devices->n], report);

    if (r < 0)
        return r;
    devices->outer[devices->n++] = underlay->address.family;
    return 0;
}

/* A device over each family; the routes of host-gw need no more than the addresses of the network's
 * families. */
static int add_all(struct felt_devices *devices, const struct felt_devices_config *config,
                   struct felt_reconcile_report *report)
{
    struct felt_underlay one;
    int r = 0;

    if (devices->backend == FELT_BACKEND_HOST_GW) {
        if (is_single(devices->families) &&
            underlay_of(&devices->underlay, the_single(devices->families), &one))
            devices->underlay = one;
        return add(devices, config, &devices->underlay, false, report);
    }
    for (size_t i = 0; i < FELT_ARRAY_LEN(both) && r == 0; i++)
        if ((devices->families & felt_plan_has(both[i])) != 0 &&
            underlay_of(&devices->underlay, both[i], &one))
            r = add(devices, config, &one,
                    devices->families == (FELT_PLAN_HAS_V4 | FELT_PLAN_HAS_V6), report);
    if (r == 0 && devices->n == FELT_DEVICES_MAX)
        felt_reconciler_pair(devices->reconcilers[0], devices->reconcilers[1]);
    return r;
}

int felt_devices_new(const struct felt_devices_config *config, struct felt_devices **ret_devices,
                     struct felt_reconcile_report *ret_report)
{
    _cleanup_(felt_devices_freep) struct felt_devices *devices = calloc(1, sizeof(*devices));
    struct felt_dual networks = felt_netconf_networks(config->netconf);
    int r;

    *ret_report = (struct felt_reconcile_report){0};
    if (!devices)
        return -ENOMEM;
    devices->backend = config->netconf->backend;
    devices->netconf = *config->netconf;
    devices->node = config->node;
    devices->blackhole = config->blackhole;
    devices->underlay = config->underlay;
    devices->families = felt_plan_devices(families_in(&networks), families_of(&config->underlay));
    r = add_all(devices, config, ret_report);
    if (r < 0)
        return r;
    *ret_devices = FELT_TAKE(devices);
    return 0;
}

/* Each gets its own half. That both can is known before either is moved: they differ in the address
 * alone, but for the MTU, which is too small for the one over IPv6 first. */
int felt_devices_move(struct felt_devices *devices, const struct felt_underlay *underlay,
                      struct felt_reconcile_report *ret_report)
{
    struct felt_dual networks = felt_netconf_networks(&devices->netconf);
    struct felt_underlay whole = *underlay;
    int r = 0;

    *ret_report = (struct felt_reconcile_report){0};
    if (felt_plan_devices(families_in(&networks), families_of(underlay)) != devices->families)
        return -EAGAIN;
    if (devices->backend == FELT_BACKEND_HOST_GW && is_single(devices->families) &&
        !underlay_of(underlay, the_single(devices->families), &whole))
        return -EAGAIN;
    for (size_t i = devices->n; i-- > 0 && r == 0;) {
        struct felt_reconciler_config one = {
            .netconf = &devices->netconf,
            .underlay = whole,
            .node = devices->node,
            .has_sibling = devices->n == FELT_DEVICES_MAX,
            .blackhole = devices->blackhole,
        };

        if (devices->backend == FELT_BACKEND_VXLAN)
            underlay_of(underlay, devices->outer[i], &one.underlay);
        r = felt_reconciler_move(devices->reconcilers[i], &one, ret_report);
    }
    if (r == 0)
        devices->underlay = whole;
    return r;
}

void felt_devices_free(struct felt_devices *devices)
{
    if (!devices)
        return;
    for (size_t i = 0; i < devices->n; i++)
        felt_reconciler_free(devices->reconcilers[i]);
    free(devices);
}

const char *felt_devices_name(const struct felt_devices *devices, size_t i)
{
    return i < devices->n ? felt_reconciler_link_name(devices->reconcilers[i]) : NULL;
}

int felt_devices_fd(const struct felt_devices *devices, size_t i)
{
    return i < devices->n ? felt_reconciler_fd(devices->reconcilers[i]) : -1;
}

bool felt_devices_are_anothers(const struct felt_devices *devices)
{
    bool anothers = false;

    for (size_t i = 0; i < devices->n; i++)
        anothers |= felt_reconciler_is_anothers(devices->reconcilers[i]);
    return anothers;
}

bool felt_devices_ready(struct felt_devices *devices)
{
    bool ready = false;

    for (size_t i = 0; i < devices->n; i++)
        ready |= felt_reconciler_ready(devices->reconcilers[i]);
    return ready;
}

/* ---- what to announce ---- */

int felt_devices_backend(struct felt_devices *devices, struct felt_devices_backend *ret_backend,
                         struct felt_reconcile_report *ret_report)
{
    struct felt_devices_backend b = {.mtu = UINT32_MAX};

    for (size_t i = 0; i < devices->n; i++) {
        struct felt_underlay one;
        uint32_t mtu;
        int r = felt_reconciler_backend(devices->reconcilers[i], &b.ways[i].data, &mtu, ret_report);

        if (r < 0)
            return r;
        b.mtu = FELT_MIN(b.mtu, mtu);
        if (underlay_of(&devices->underlay, devices->outer[i], &one))
            b.ways[i].public_ip = one.public_ip;
    }
    if (devices->backend == FELT_BACKEND_HOST_GW) {
        b.ways[0].public_ip = devices->underlay.public_ip;
        b.ways[1].public_ip = devices->underlay.public_ip6;
    }
    *ret_backend = b;
    return 0;
}

/* ---- peers ---- */

static const struct felt_devices_way *way_of(const struct felt_devices_peer *peer, uint8_t family)
{
    for (size_t i = 0; i < FELT_DEVICES_MAX && family != FELT_FAMILY_NONE; i++)
        if (peer->ways[i].public_ip.family == family)
            return &peer->ways[i];
    return NULL;
}

/* Which of the devices leads to the peer's subnet of this family, and the way. A peer that cannot
 * be reached is the first one's to tell. */
static size_t lead(const struct felt_devices *devices, const struct felt_devices_peer *peer,
                   uint8_t inner, struct felt_plan_peer *ret_way)
{
    unsigned theirs = felt_plan_has(peer->ways[0].public_ip.family) |
                      felt_plan_has(peer->ways[1].public_ip.family);
    /* A plain route is by a gateway of its own family. */
    bool plain = devices->backend == FELT_BACKEND_HOST_GW || peer->backend == FELT_BACKEND_HOST_GW;
    uint8_t outer = plain ? inner : felt_plan_outer(inner, devices->families, theirs);
    const struct felt_devices_way *way = way_of(peer, outer);

    *ret_way = (struct felt_plan_peer){
        .subnet = *felt_dual_of(&peer->subnets, inner),
        .id = peer->id,
        .backend = peer->backend,
    };
    if (way) {
        ret_way->public_ip = way->public_ip;
        memcpy(ret_way->mac, way->data.mac, sizeof(ret_way->mac));
    }
    for (size_t i = 1; i < devices->n; i++)
        if (devices->outer[i] == outer)
            return i;
    return 0;
}

/* The ways that lead over each device. */
struct ways {
    struct felt_plan_peer *peers;
    struct felt_cidr *subnets;
    size_t n;
};

static void ways_done(struct ways *ways)
{
    for (size_t i = 0; i < FELT_DEVICES_MAX; i++) {
        free(ways[i].peers);
        free(ways[i].subnets);
    }
}

static int collect(const struct felt_devices *devices, const struct felt_devices_peer *peers,
                   size_t n, struct ways *ways)
{
    for (size_t i = 0; i < devices->n; i++) {
        ways[i].peers = calloc(FELT_ARRAY_LEN(both) * n + 1, sizeof(*ways[i].peers));
        ways[i].subnets = calloc(FELT_ARRAY_LEN(both) * n + 1, sizeof(*ways[i].subnets));
        if (!ways[i].peers || !ways[i].subnets)
            return -ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < FELT_ARRAY_LEN(both); k++) {
            struct felt_plan_peer way;
            size_t device;

            if (!felt_dual_of(&peers[i].subnets, both[k]))
                continue;
            device = lead(devices, &peers[i], both[k], &way);
            ways[device].subnets[ways[device].n] = way.subnet;
            ways[device].peers[ways[device].n++] = way;
        }
    }
    return 0;
}

int felt_devices_set(struct felt_devices *devices, enum felt_plan_knowledge knowledge,
                     const struct felt_dual *lease, const struct felt_devices_peer *peers, size_t n)
{
    struct ways ways[FELT_DEVICES_MAX] = {0};
    int r = collect(devices, peers, n, ways);

    for (size_t i = 0; i < devices->n && r == 0; i++) {
        struct felt_reconciler *reconciler = devices->reconcilers[i];

        r = felt_reconciler_set(reconciler, knowledge, lease, ways[i].peers, ways[i].n);
        if (r == 0 && devices->n == FELT_DEVICES_MAX)
            r = felt_reconciler_set_elsewhere(reconciler, ways[!i].subnets, ways[!i].n);
    }
    devices->n_peers = n;
    devices->n_ways = ways[0].n + ways[1].n;
    ways_done(ways);
    return r;
}

bool felt_devices_way(const struct felt_devices *devices, const struct felt_ip *subnet,
                      struct felt_way *ret_way)
{
    for (size_t i = 0; i < devices->n; i++)
        if (felt_reconciler_way(devices->reconcilers[i], subnet, ret_way))
            return true;
    return false;
}

/* ---- a pass ---- */

static int by_id(const void *a, const void *b)
{
    return felt_id_cmp(a, b);
}

/* Peers with a way to all of their subnets. */
static size_t count_settled(const struct felt_devices *devices)
{
    _cleanup_(felt_freep) struct felt_id *ids = calloc(devices->n_ways + 1, sizeof(*ids));
    size_t n = 0, unsettled = 0;

    if (!ids)
        return 0;
    for (size_t i = 0; i < devices->n; i++)
        n += felt_reconciler_unsettled(devices->reconcilers[i], ids + n);
    qsort(ids, n, sizeof(*ids), by_id);
    for (size_t i = 0; i < n; i++)
        unsettled += i == 0 || !felt_id_equal(&ids[i], &ids[i - 1]);
    return devices->n_peers - unsettled;
}

int felt_devices_run(struct felt_devices *devices, struct felt_reconcile_report *ret_report)
{
    struct felt_reconcile_report all = {0};
    int r = 0;

    for (size_t i = 0; i < devices->n; i++) {
        struct felt_reconcile_report one;
        int s = felt_reconciler_run(devices->reconcilers[i], &one);

        all.n_ops += one.n_ops;
        all.n_refused += one.n_refused;
        all.n_peer_refused += one.n_peer_refused;
        all.n_repaired += one.n_repaired;
        all.n_troubles += one.n_troubles;
        /* A failure is told rather than a trouble. */
        if (one.text[0] && (!all.text[0] || (r == 0 && s < 0)))
            memcpy(all.text, one.text, sizeof(all.text));
        if (one.limit[0] && !all.limit[0])
            memcpy(all.limit, one.limit, sizeof(all.limit));
        r = r < 0 ? r : s;
    }
    all.n_peers = count_settled(devices);
    *ret_report = all;
    return r;
}

int felt_devices_inspect(struct felt_devices *devices, felt_reconciler_seen_fn seen, void *userdata)
{
    int r = 0;

    for (size_t i = 0; i < devices->n && r == 0; i++)
        r = felt_reconciler_inspect(devices->reconcilers[i], seen, userdata);
    return r;
}
