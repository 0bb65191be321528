/* SPDX-License-Identifier: Apache-2.0 */
/* What a node knows to be reserved for another it neither leases nor gives to a third
 * (proto/lease.md 8.2). A node that comes back keeps the lease that it had; nobody else is excused.
 */
#include <string.h>

#include "node/core.h"
#include "sim/check.h"
#include "sim/pool.h"

struct seen {
    uint32_t life;
    struct felt_gift_record last; /* of its log of gifts; n 0: none */
};

static void *begin(struct sim *sim)
{
    return sim_zalloc(sim->config.hosts_max + sim->config.hosts_extra, sizeof(struct seen));
}

bool sim_check_kept(const struct sim_host *h, uint32_t slot, const char *name,
                    const struct felt_ip *ip)
{
    struct felt_notice n;

    if (!h->node->notices || !felt_notices_get(h->node->notices, slot, &n) || n.value.len == 0)
        return false;
    if (slot >= felt_slot_map_slots(h->node->map))
        return false;
    if (n.value.data[0] == 8) /* leased outside of the cluster, from an IPv4 address */
        return n.value.len < 6 || ip->family != FELT_FAMILY_V4 ||
               memcmp(ip->bytes, n.value.data + 2, 4) != 0;
    if (n.value.data[0] == 1)
        return strlen(name) != n.value.len - 1 ||
               memcmp(name, n.value.data + 1, n.value.len - 1) != 0;
    return n.value.data[0] != ip->family ||
           memcmp(ip->bytes, n.value.data + 1, n.value.len - 1) != 0;
}

bool sim_check_foreign(const struct sim_host *h, uint32_t slot)
{
    struct felt_ip ip = sim_endpoint(h->address).ip;
    struct felt_notice n;

    return h->node->notices && felt_notices_get(h->node->notices, slot, &n) && n.value.len > 0 &&
           n.value.data[0] == 8 && sim_check_kept(h, slot, h->name, &ip);
}

static void check_lease(struct sim *sim, uint32_t host, const struct felt_event *event)
{
    const struct sim_host *h = &sim->hosts[host];
    struct felt_ip ip = sim_endpoint(h->address).ip;

    if (event->kind == FELT_EVENT_LEASE_TAKEN && sim_check_kept(h, event->slot, h->name, &ip))
        sim_violated(sim, "%s leases slot %u, which it knows to be reserved for another", h->name,
                     event->slot);
}

static bool same(const struct felt_gift_record *a, const struct felt_gift_record *b)
{
    return a->n > 0 && b->n > 0 && felt_id_equal(&a->joiner, &b->joiner) &&
           memcmp(a->request, b->request, FELT_REQUEST_ID_LEN) == 0;
}

/* For whom the giver takes the joiner is what counts: it may be somebody else by now. */
static void check_gift(struct sim *sim, uint32_t host, const struct felt_gift_record *gift)
{
    const struct sim_host *h = &sim->hosts[host];
    uint32_t member = felt_members_find(h->node->members, &gift->joiner);
    struct felt_descriptor d;

    if (member == FELT_MEMBER_NONE)
        return;
    felt_signed_descriptor_read(felt_members_peek(h->node->members, member)->descriptor, &d);
    for (uint32_t k = 0; k < gift->n; k++)
        for (uint32_t i = 0; i < gift->ranges[k].count; i++)
            if (sim_check_kept(h, gift->ranges[k].first + i, d.name, &d.public_ip))
                sim_violated(sim, "%s gives slot %u to %s, and knows it to be reserved for another",
                             h->name, gift->ranges[k].first + i, d.name);
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    const struct felt_gift_log *log = &sim->hosts[host].node->gifts;
    struct seen *seen = (struct seen *)context + host;
    bool first = seen->life != sim->hosts[host].life;

    (void)input;
    seen->life = sim->hosts[host].life;
    for (size_t i = 0; !first && i < effects->n_events; i++)
        check_lease(sim, host, &effects->events[i]);
    for (uint32_t i = log->n; !first && i > 0 && !same(&log->gifts[i - 1], &seen->last); i--)
        check_gift(sim, host, &log->gifts[i - 1]);
    seen->last = log->n > 0 ? log->gifts[log->n - 1] : (struct felt_gift_record){0};
}

const struct sim_check sim_check_reservation = {
    .name = "reservation",
    .what = "nobody leases, or gives away, what it knows to be reserved for another",
    .begin = begin,
    .stepped = stepped,
    .end = free,
};
