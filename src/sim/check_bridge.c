/* SPDX-License-Identifier: Apache-2.0 */
/* Beside flanneld nodes (proto/lease.md 9): while a node knows that a bridge is on, it gives
 * joiners nothing unless it is the bridge node, and then one slot whose key was made in etcd for
 * that joiner; what a node knows to be foreign it does not use; and where the bridge works, and
 * nothing else goes wrong, no flanneld and no felt node use a slot both for longer than the
 * window that its rules leave open. */
#include <string.h>

#include "node/bridge.h"
#include "node/core.h"
#include "node/foreign.h"
#include "sim/bridge.h"
#include "sim/check.h"
#include "sim/pool.h"

struct seen {
    uint32_t life;
    bool was_on;                  /* the bridge, for that node, after its last step */
    struct felt_gift_record last; /* of its log of gifts; n 0: none */
    uint32_t slot;                /* that it uses and a flanneld, too, */
    felt_usec since_us;           /* since then; 0: none */
};

static void *begin(struct sim *sim)
{
    return sim_zalloc(sim->config.hosts_max + sim->config.hosts_extra, sizeof(struct seen));
}

static bool same(const struct felt_gift_record *a, const struct felt_gift_record *b)
{
    return a->n > 0 && b->n > 0 && felt_id_equal(&a->joiner, &b->joiner) &&
           memcmp(a->request, b->request, FELT_REQUEST_ID_LEN) == 0;
}

static void check_gift(struct sim *sim, uint32_t host, const struct felt_gift_record *gift)
{
    const struct sim_host *h = &sim->hosts[host];
    struct felt_bridge_view v;

    felt_node_bridge(h->node, &v);
    if (!v.self)
        sim_violated(sim, "%s gives, and knows that an etcd bridge is on beside another", h->name);
    else if (gift->n != 1 || gift->ranges[0].count != 1)
        sim_violated(sim, "%s gives more than one slot, with an etcd bridge beside it", h->name);
    else if (!felt_id_equal(&sim->bridge->slots[gift->ranges[0].first].node, &gift->joiner))
        sim_violated(sim, "%s gives slot %u, whose key was not made in etcd for it", h->name,
                     gift->ranges[0].first);
}

static void check_foreign(struct sim *sim, uint32_t host)
{
    const struct sim_host *h = &sim->hosts[host];
    struct felt_descriptor d;
    struct felt_foreign foreign;

    if (!h->node->lease_used || !felt_node_foreign(h->node, h->node->lease, &foreign))
        return;
    felt_signed_descriptor_read(felt_members_peek(h->node->members, FELT_MEMBER_SELF)->descriptor,
                                &d);
    if (!felt_ip_equal(&d.public_ip, &foreign.ip))
        sim_violated(sim, "%s uses slot %u, and knows it to be foreign", h->name, h->node->lease);
}

/* Time counts while the bridge works. */
static void check_window(struct sim *sim, uint32_t host, struct seen *seen)
{
    const struct felt_node *node = sim->hosts[host].node;
    const struct sim_bridge *b = sim->bridge;
    bool both = node->lease_used && sim_flanneld_of(&b->flannelds, node->lease);

    if (!both || b->working_us == 0 || seen->slot != node->lease) {
        seen->since_us = 0;
        seen->slot = node->lease;
    }
    if (!both || b->working_us == 0)
        return;
    if (seen->since_us == 0)
        seen->since_us = sim->now;
    if (sim->calm && sim->now - seen->since_us > SIM_BRIDGE_WINDOW)
        sim_violated(sim, "%s and a flanneld node have used slot %u both for %u s",
                     sim->hosts[host].name, node->lease,
                     (unsigned)((sim->now - seen->since_us) / FELT_USEC_SEC));
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    const struct felt_node *node = sim->hosts[host].node;
    const struct felt_gift_log *log = &node->gifts;
    struct seen *seen = (struct seen *)context + host;
    bool first = seen->life != sim->hosts[host].life;
    struct felt_bridge_view v;

    (void)input;
    (void)effects;
    if (!sim->bridge)
        return;
    seen->life = sim->hosts[host].life;
    felt_node_bridge(node, &v);
    for (uint32_t i = log->n; !first && seen->was_on && v.phase == FELT_BRIDGE_ON && i > 0 &&
                              !same(&log->gifts[i - 1], &seen->last);
         i--)
        check_gift(sim, host, &log->gifts[i - 1]);
    seen->last = log->n > 0 ? log->gifts[log->n - 1] : (struct felt_gift_record){0};
    seen->was_on = v.phase == FELT_BRIDGE_ON;
    check_foreign(sim, host);
    check_window(sim, host, seen);
}

const struct sim_check sim_check_bridge = {
    .name = "bridge",
    .what = "beside flanneld nodes nothing is given without its key, and what is foreign is left",
    .begin = begin,
    .stepped = stepped,
    .end = free,
};
