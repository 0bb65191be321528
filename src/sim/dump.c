/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/dump.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/core.h"
#include "node/letter.h"

#define SESSION_MASK ((UINT64_C(1) << FELT_SESSION_SHIFT) - 1)

/* Incarnations and versions as SESSION.COUNT. */
static void dump_member(const struct felt_members *members, uint32_t i)
{
    const struct felt_member *m = felt_members_peek(members, i);
    uint64_t v = m->descriptor->version;

    printf("    %s %-7s incarnation %" PRIu64 ".%" PRIu64 " version %" PRIu64 ".%" PRIu64 " %s\n",
           FELT_ID_SHORT(felt_members_id(members, i)), felt_member_state_name(m->state),
           m->incarnation >> FELT_SESSION_SHIFT, m->incarnation & SESSION_MASK,
           v >> FELT_SESSION_SHIFT, v & SESSION_MASK, FELT_ENDPOINT(&m->descriptor->advertise));
}

static void dump_host(const struct sim *sim, uint32_t host)
{
    const struct sim_host *h = &sim->hosts[host];
    const struct felt_node *node = h->node;
    struct felt_digest digest = felt_node_digest(node);
    struct felt_endpoint at = sim_endpoint(h->address);

    printf("  %s %s session %" PRIu64 " at %s era %" PRIu64 " generation %" PRIu64
           " members %016" PRIx64 " slots %016" PRIx64 "%s\n   ",
           h->name, FELT_ID_SHORT(felt_node_id(node)), node->session, FELT_ENDPOINT(&at),
           digest.era, node->generation.number, digest.members, digest.slots,
           node->in_cluster ? "" : " (in no cluster)");
    for (int v = 0; v < FELT_VERDICTS; v++)
        if (node->verdicts[v] > 0)
            printf(" %s=%" PRIu64, felt_verdict_name((enum felt_verdict)v), node->verdicts[v]);
    putchar('\n');
    for (uint32_t i = felt_members_next(node->members, 0); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1))
        dump_member(node->members, i);
}

void sim_dump(const struct sim *sim)
{
    puts("-- what every node knows");
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i))
            dump_host(sim, i);
        else
            printf("  %s does not run\n", sim->hosts[i].name);
}
