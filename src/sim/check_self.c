/* SPDX-License-Identifier: Apache-2.0 */
/* What a node says of itself only grows: its session, its incarnation, its descriptor's version,
 * within a life and from one life to the next (proto/gossip.md 2). What it only thought, and died
 * before it was durable, was never said. */
#include <inttypes.h>

#include "node/core.h"
#include "sim/check.h"
#include "sim/pool.h"

struct said {
    struct felt_id id;
    uint64_t session;
    uint64_t incarnation;
    uint64_t version;
};

static void *begin(struct sim *sim)
{
    return sim_zalloc(sim->config.hosts_max + sim->config.hosts_extra, sizeof(struct said));
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    const struct sim_host *h = &sim->hosts[host];
    const struct felt_member *self = felt_members_peek(h->node->members, FELT_MEMBER_SELF);
    struct said *last = (struct said *)context + host;
    struct said now = {.id = *felt_node_id(h->node),
                       .session = h->node->session,
                       .incarnation = self->incarnation,
                       .version = self->descriptor->version};

    (void)input;
    if (effects->n_datagrams == 0)
        return;
    if (felt_id_equal(&now.id, &last->id) && !h->tainted &&
        (now.session < last->session || now.incarnation < last->incarnation ||
         now.version < last->version))
        sim_violated(sim,
                     "%s went back: session %" PRIu64 " to %" PRIu64 ", incarnation %" PRIu64
                     " to %" PRIu64 ", version %" PRIu64 " to %" PRIu64,
                     h->name, last->session, now.session, last->incarnation, now.incarnation,
                     last->version, now.version);
    *last = now;
}

const struct sim_check sim_check_self = {
    .name = "self",
    .what = "a node's own session, incarnation and version never fall",
    .begin = begin,
    .stepped = stepped,
    .end = free,
};
