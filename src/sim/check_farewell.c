/* SPDX-License-Identifier: Apache-2.0 */
/* Who says farewell has given everything away, on its disk as well: it may crash, and would come
 * back to what others own by then (proto/lease.md 3.5, gossip.md 6.1). */
#include "node/core.h"
#include "node/state.h"
#include "sim/check.h"
#include "sim/pool.h"

static void *begin(struct sim *sim)
{
    return sim_zalloc(sim->config.hosts_max + sim->config.hosts_extra, sizeof(uint32_t));
}

static uint32_t owned_on_disk(const struct sim_host *h)
{
    _cleanup_(felt_record_done) struct felt_record record = {0};
    enum felt_node_refusal refusal;
    uint32_t n = 0;

    if (felt_state_decode(sim_disk_read(&h->disk), &record, &refusal) < 0)
        return 0;
    for (uint32_t i = 0; i < record.n_runs; i++)
        if (felt_id_equal(&record.runs[i].owner, felt_node_id(h->node)))
            n += record.runs[i].count;
    return n;
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    const struct sim_host *h = &sim->hosts[host];
    uint32_t *life = (uint32_t *)context + host, n; /* the one whose farewell was looked at */

    (void)input;
    if (effects->n_datagrams == 0 || *life == h->life || h->tainted ||
        !felt_members_peek(h->node->members, FELT_MEMBER_SELF)->descriptor->left)
        return;
    *life = h->life;
    n = owned_on_disk(h);
    if (n > 0)
        sim_violated(sim, "%s says farewell, and owns %u slots on its disk", h->name, n);
}

const struct sim_check sim_check_farewell = {
    .name = "farewell",
    .what = "who says farewell owns nothing any more, on disk as well",
    .begin = begin,
    .stepped = stepped,
    .end = free,
};
