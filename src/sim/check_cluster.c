/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates found one cluster, whatever happens to them meanwhile (proto/lease.md 3.6): nobody is
 * ever in another one than the first that anybody was in. */
#include <string.h>

#include "base/bytes.h"
#include "node/core.h"
#include "sim/check.h"
#include "sim/pool.h"

struct context {
    bool known;
    uint32_t host; /* the first that was in it */
    uint8_t cluster[FELT_CLUSTER_ID_LEN];
};

static void *begin(struct sim *sim)
{
    (void)sim;
    return sim_zalloc(1, sizeof(struct context));
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    const struct felt_node *node = sim->hosts[host].node;
    char ours[2 * FELT_CLUSTER_ID_LEN + 1], first[2 * FELT_CLUSTER_ID_LEN + 1];
    struct context *c = context;

    (void)input;
    (void)effects;
    if (sim->config.candidates == 0 || !node->in_cluster)
        return;
    if (!c->known) {
        c->known = true;
        c->host = host;
        memcpy(c->cluster, node->cluster, sizeof(c->cluster));
    }
    if (memcmp(c->cluster, node->cluster, sizeof(c->cluster)) == 0)
        return;
    felt_hex_encode(node->cluster, sizeof(node->cluster), ours);
    felt_hex_encode(c->cluster, sizeof(c->cluster), first);
    sim_violated(sim, "two clusters: %s is in %s, %s was in %s", sim->hosts[host].name, ours,
                 sim->hosts[c->host].name, first);
}

static void end(void *context)
{
    free(context);
}

const struct sim_check sim_check_cluster = {
    .name = "cluster",
    .what = "candidates found one cluster, and one only",
    .begin = begin,
    .stepped = stepped,
    .end = end,
};
