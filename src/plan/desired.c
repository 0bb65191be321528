/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/desired.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t no_mac[FELT_PLAN_MAC_LEN];

const char *felt_plan_problem_text(enum felt_plan_problem problem)
{
    switch (problem) {
    case FELT_PLAN_FINE:
        return "fine";
    case FELT_PLAN_OWN_SUBNET:
        return "it claims our own subnet";
    case FELT_PLAN_SUBNET_TWICE:
        return "another peer has the same subnet";
    case FELT_PLAN_NO_ADDRESS:
        return "it has no address of a family that this machine has one of";
    case FELT_PLAN_MAC_TWICE:
        return "its device has the MAC of another node's: was the machine cloned?";
    case FELT_PLAN_NO_MAC:
        return "it has announced no vxlan device";
    case FELT_PLAN_NOT_ON_LINK:
        return "host-gw cannot reach it: its address is not on the link of our interface";
    case FELT_PLAN_OTHER_BACKEND:
        return "its backend is not ours, and its address is not on the link of our interface, where a "
               "plain route would do";
    case FELT_PLAN_ROUTE_TAKEN:
        return "a local interface has an address in its subnet; was docker restarted after the "
               "lease changed?";
    }
    assert(0 && "unknown problem");
}

int felt_plan_desired_init(struct felt_plan_desired *desired,
                           const struct felt_plan_setting *setting)
{
    const struct felt_netconf *netconf = setting->netconf;
    const struct felt_vxlan_config *vxlan = &netconf->vxlan;
    struct felt_plan_desired d = {
        .backend = netconf->backend,
        .networks = felt_netconf_networks(netconf),
        .nexthop_peers = FELT_PLAN_NEXTHOP_PEERS,
        .first_subnet = netconf->subnet_min.family != FELT_FAMILY_NONE ? netconf->subnet_min
                                                                       : netconf->network.ip,
        .subnet_len = netconf->subnet_len,
        .underlay_ifindex = setting->underlay_ifindex,
        .mtu = setting->underlay_mtu,
        .has_sibling = setting->has_sibling,
        .blackhole = setting->blackhole,
        .default_port = setting->default_port != 0 ? setting->default_port : FELT_PLAN_VXLAN_PORT,
    };

    if (netconf->backend == FELT_BACKEND_VXLAN) {
        uint8_t outer = setting->underlay_address.family;
        int r =
            felt_plan_link_mtu(setting->underlay_mtu, vxlan->mtu, (enum felt_family)outer, &d.mtu);

        if (r < 0)
            return r;
        d.direct_routing = vxlan->direct_routing;
        d.link = (struct felt_plan_link){
            .is_vxlan = true,
            .up = true,
            .mtu = d.mtu,
            .vni = vxlan->vni,
            .underlay_ifindex = setting->underlay_ifindex,
            .local = setting->underlay_address,
            .port = vxlan->port,
            .learning = vxlan->learning,
            .gbp = vxlan->gbp,
        };
        r = felt_plan_link_name(vxlan->vni, outer, d.link.name);
        if (r < 0)
            return r;
        felt_plan_link_mac(&setting->node, outer, d.link.mac);
    }
    if (d.networks.v6.ip.family != FELT_FAMILY_NONE && d.mtu < FELT_PLAN_MTU_MIN_V6)
        return -ERANGE;
    *desired = d;
    return 0;
}

int felt_plan_desired_move(struct felt_plan_desired *desired,
                           const struct felt_plan_setting *setting)
{
    struct felt_plan_desired next;
    int r = felt_plan_desired_init(&next, setting);

    if (r < 0)
        return r;
    desired->underlay_ifindex = next.underlay_ifindex;
    desired->mtu = next.mtu;
    desired->link.mtu = next.link.mtu;
    desired->link.underlay_ifindex = next.link.underlay_ifindex;
    desired->link.local = next.link.local;
    return 0;
}

void felt_plan_desired_done(struct felt_plan_desired *desired)
{
    free(desired->peers);
    free(desired->problems);
    free(desired->by_mac);
    free(desired->elsewhere);
    *desired = (struct felt_plan_desired){0};
}

static int by_subnet(const void *a, const void *b)
{
    const struct felt_plan_peer *p = a, *q = b;
    int c = felt_ip_cmp(&p->subnet.ip, &q->subnet.ip);

    return c != 0 ? c : felt_id_cmp(&p->id, &q->id);
}

static int by_cidr(const void *a, const void *b)
{
    const struct felt_cidr *p = a, *q = b;
    int c = felt_ip_cmp(&p->ip, &q->ip);

    return c != 0 ? c : p->len - q->len;
}

static int by_mac_then_peer(const void *a, const void *b)
{
    const struct felt_plan_mac_entry *p = a, *q = b;
    int c = memcmp(p->mac, q->mac, FELT_PLAN_MAC_LEN);

    if (c != 0)
        return c;
    return p->peer < q->peer ? -1 : p->peer > q->peer;
}

/* Subnets: ours, and those that two peers claim. peers are sorted. */
static void judge_subnets(const struct felt_plan_desired *d)
{
    for (size_t i = 0; i < d->n_peers; i++) {
        const struct felt_plan_peer *peer = &d->peers[i];
        const struct felt_cidr *own = felt_dual_of(&d->lease, peer->subnet.ip.family);

        if (own != NULL && felt_cidr_overlap(&peer->subnet, own))
            d->problems[i] = FELT_PLAN_OWN_SUBNET;
        else if (i > 0 && felt_ip_equal(&peer->subnet.ip, &d->peers[i - 1].subnet.ip))
            d->problems[i] = FELT_PLAN_SUBNET_TWICE;
        else if (peer->public_ip.family == FELT_FAMILY_NONE)
            d->problems[i] = FELT_PLAN_NO_ADDRESS;
    }
}

/* A MAC that leads to two places is a clone's. The two ways to one peer share theirs, and so does a
 * machine that lost its disk: it is a new node behind the same device. */
static bool is_taken(const struct felt_plan_desired *d, const struct felt_plan_mac_entry *entry)
{
    const struct felt_plan_mac_entry *last;

    if (d->n_by_mac == 0)
        return false;
    last = &d->by_mac[d->n_by_mac - 1];
    return memcmp(entry->mac, last->mac, FELT_PLAN_MAC_LEN) == 0 &&
           !felt_ip_equal(&d->peers[entry->peer].public_ip, &d->peers[last->peer].public_ip);
}

/* Fills by_mac, and drops from it what cannot be there twice. */
static void judge_macs(struct felt_plan_desired *d)
{
    size_t n = 0;

    for (uint32_t i = 0; i < d->n_peers; i++) {
        if (d->problems[i] != FELT_PLAN_FINE)
            continue;
        if (d->peers[i].backend != FELT_BACKEND_VXLAN ||
            memcmp(d->peers[i].mac, no_mac, FELT_PLAN_MAC_LEN) == 0)
            continue;
        memcpy(d->by_mac[n].mac, d->peers[i].mac, FELT_PLAN_MAC_LEN);
        d->by_mac[n++].peer = i;
    }
    if (n > 0)
        qsort(d->by_mac, n, sizeof(*d->by_mac), by_mac_then_peer);
    for (size_t i = 0; i < n; i++) {
        const struct felt_plan_mac_entry *entry = &d->by_mac[i];
        bool ours = memcmp(entry->mac, d->link.mac, FELT_PLAN_MAC_LEN) == 0;

        if (ours || is_taken(d, entry))
            d->problems[entry->peer] = FELT_PLAN_MAC_TWICE;
        else
            d->by_mac[d->n_by_mac++] = *entry;
    }
}

int felt_plan_desired_set(struct felt_plan_desired *desired, enum felt_plan_knowledge knowledge,
                          const struct felt_dual *lease, const struct felt_plan_peer *peers,
                          size_t n_peers)
{
    struct felt_plan_desired d = *desired;

    d.elsewhere = NULL;
    d.n_elsewhere = 0;
    /* One item more, so that no peers at all is not taken for no memory. */
    d.peers = calloc(n_peers + 1, sizeof(*d.peers));
    d.problems = calloc(n_peers + 1, sizeof(*d.problems));
    d.by_mac = calloc(n_peers + 1, sizeof(*d.by_mac));
    if (d.peers == NULL || d.problems == NULL || d.by_mac == NULL) {
        felt_plan_desired_done(&d);
        return -ENOMEM;
    }
    d.n_peers = n_peers;
    d.n_by_mac = 0;
    d.knowledge = knowledge;
    d.has_lease = lease != NULL;
    d.lease = lease != NULL ? *lease : (struct felt_dual){0};
    for (size_t i = 0; i < n_peers; i++) {
        d.peers[i] = peers[i];
        d.peers[i].subnet = felt_cidr_masked(&peers[i].subnet);
    }
    if (n_peers > 0)
        qsort(d.peers, n_peers, sizeof(*d.peers), by_subnet);
    judge_subnets(&d);
    if (d.backend == FELT_BACKEND_VXLAN)
        judge_macs(&d);

    felt_plan_desired_done(desired);
    *desired = d;
    return 0;
}

int felt_plan_desired_set_elsewhere(struct felt_plan_desired *desired,
                                    const struct felt_cidr *subnets, size_t n)
{
    struct felt_cidr *elsewhere = calloc(n + 1, sizeof(*elsewhere));

    if (elsewhere == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        elsewhere[i] = felt_cidr_masked(&subnets[i]);
    if (n > 0)
        qsort(elsewhere, n, sizeof(*elsewhere), by_cidr);
    free(desired->elsewhere);
    desired->elsewhere = elsewhere;
    desired->n_elsewhere = n;
    return 0;
}

bool felt_plan_desired_is_elsewhere(const struct felt_plan_desired *desired,
                                    const struct felt_cidr *subnet)
{
    return desired->n_elsewhere > 0 && bsearch(subnet, desired->elsewhere, desired->n_elsewhere,
                                               sizeof(*subnet), by_cidr) != NULL;
}

bool felt_plan_desired_minds_paths(const struct felt_plan_desired *desired)
{
    bool minds = desired->backend == FELT_BACKEND_HOST_GW || desired->direct_routing;

    for (size_t i = 0; i < desired->n_peers && !minds; i++)
        minds = desired->peers[i].backend == FELT_BACKEND_HOST_GW;
    return minds;
}

const struct felt_plan_peer *felt_plan_desired_by_ip(const struct felt_plan_desired *desired,
                                                     const struct felt_ip *ip)
{
    size_t low = 0, high = desired->n_peers;

    /* The first of equals: the others have a problem. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (felt_ip_cmp(&desired->peers[middle].subnet.ip, ip) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == desired->n_peers || !felt_ip_equal(&desired->peers[low].subnet.ip, ip) ||
        desired->problems[low] != FELT_PLAN_FINE)
        return NULL;
    return &desired->peers[low];
}

static int mac_cmp(const void *key, const void *item)
{
    return memcmp(key, ((const struct felt_plan_mac_entry *)item)->mac, FELT_PLAN_MAC_LEN);
}

const struct felt_plan_mac_entry *felt_plan_desired_by_mac(const struct felt_plan_desired *desired,
                                                           const uint8_t *mac, size_t *ret_n)
{
    const struct felt_plan_mac_entry *first = NULL, *end = desired->by_mac + desired->n_by_mac;

    if (desired->n_by_mac > 0)
        first = bsearch(mac, desired->by_mac, desired->n_by_mac, sizeof(*first), mac_cmp);
    *ret_n = 0;
    if (first == NULL)
        return NULL;
    while (first > desired->by_mac && mac_cmp(mac, first - 1) == 0)
        first--;
    while (first + *ret_n < end && mac_cmp(mac, first + *ret_n) == 0)
        ++*ret_n;
    return first;
}
