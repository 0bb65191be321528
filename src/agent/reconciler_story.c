/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/reconciler_story.h"

#include <stdlib.h>
#include <string.h>

#include "agent/log.h"

#define LINES_MAX 100 /* of one pass: a device lost under 10,000 peers is one story, not 10,000 */

static bool is_same(const struct felt_plan_peer *a, const struct felt_plan_peer *b)
{
    return felt_cidr_equal(&a->subnet, &b->subnet) && felt_id_equal(&a->id, &b->id) &&
           felt_ip_equal(&a->public_ip, &b->public_ip) && a->backend == b->backend &&
           memcmp(a->mac, b->mac, FELT_PLAN_MAC_LEN) == 0;
}

/* As the peers are sorted: by subnet, then id. */
static int cmp(const struct felt_plan_peer *a, const struct felt_plan_peer *b)
{
    int c = felt_ip_cmp(&a->subnet.ip, &b->subnet.ip);

    return c != 0 ? c : felt_id_cmp(&a->id, &b->id);
}

struct felt_peer_story *felt_peer_story_carry(const struct felt_plan_desired *last,
                                              const struct felt_peer_story *stories,
                                              const struct felt_plan_desired *next)
{
    struct felt_peer_story *carried = calloc(next->n_peers + 1, sizeof(*carried));
    size_t j = 0;

    if (carried == NULL)
        return NULL;
    for (size_t i = 0; i < next->n_peers; i++) {
        while (j < last->n_peers && cmp(&last->peers[j], &next->peers[i]) < 0)
            j++;
        if (j < last->n_peers && is_same(&last->peers[j], &next->peers[i]))
            carried[i] = stories[j];
    }
    return carried;
}

static void tell_peer(const struct felt_plan_peer *peer, size_t n_ops, bool repaired)
{
    if (n_ops == 0)
        felt_log_info("kernel: found peer=%s subnet=%s programmed already",
                      FELT_ID_SHORT(&peer->id), FELT_CIDR(&peer->subnet));
    else if (repaired)
        felt_log_notice("kernel: repaired peer=%s subnet=%s via=%s, %zu entries",
                        FELT_ID_SHORT(&peer->id), FELT_CIDR(&peer->subnet),
                        FELT_IP(&peer->public_ip), n_ops);
    else
        felt_log_info("kernel: programmed peer=%s subnet=%s via=%s", FELT_ID_SHORT(&peer->id),
                      FELT_CIDR(&peer->subnet), FELT_IP(&peer->public_ip));
}

static void tell_trouble(const struct felt_plan_desired *desired,
                         const struct felt_plan_trouble *trouble, struct felt_peer_story *story,
                         size_t *lines)
{
    const struct felt_plan_peer *peer = &desired->peers[trouble->peer];

    story->settled = false;
    if (story->told == trouble->problem)
        return;
    story->told = trouble->problem;
    if ((*lines)++ < LINES_MAX)
        felt_log_warning("kernel: no way to peer=%s subnet=%s: %s", FELT_ID_SHORT(&peer->id),
                         FELT_CIDR(&peer->subnet), felt_plan_problem_text(trouble->problem));
}

/* What the pass did for each peer: how many entries, or a refusal. */
struct outcome {
    uint32_t n_ops;
    bool refused;
    bool troubled;
};

static void tell_removals(const struct felt_plan *plan, const int *results, size_t *lines)
{
    for (size_t i = 0; i < plan->n_ops; i++) {
        const struct felt_plan_op *op = &plan->ops[i];
        char text[FELT_PLAN_OP_TEXT];

        if (op->peer == FELT_PLAN_NO_PEER && !felt_plan_op_is_link(op) && results[i] == 0 &&
            (*lines)++ < LINES_MAX)
            felt_log_info("kernel: %s", felt_plan_op_format(op, text));
    }
}

static size_t tell_peers(const struct felt_plan_desired *desired, const struct outcome *outcomes,
                         bool link_is_new, struct felt_peer_story *stories, size_t *lines)
{
    size_t n_repaired = 0;

    for (size_t i = 0; i < desired->n_peers; i++) {
        const struct outcome *outcome = &outcomes[i];
        bool repaired = stories[i].settled;

        if (outcome->refused)
            stories[i].settled = false;
        if (outcome->refused || outcome->troubled || (repaired && outcome->n_ops == 0))
            continue;
        stories[i] = (struct felt_peer_story){.settled = true, .plain = stories[i].plain};
        n_repaired += repaired;
        if (!(repaired && link_is_new) && (*lines)++ < LINES_MAX)
            tell_peer(&desired->peers[i], outcome->n_ops, repaired);
    }
    return n_repaired;
}

size_t felt_peer_story_tell(const struct felt_plan_desired *desired, const struct felt_plan *plan,
                            const int *results, bool link_is_new, struct felt_peer_story *stories)
{
    _cleanup_(felt_freep) struct outcome *outcomes =
        calloc(desired->n_peers + 1, sizeof(*outcomes));
    size_t lines = 0, n_repaired;

    if (outcomes == NULL || stories == NULL)
        return 0; /* the kernel is as it should be; only the log misses a line */
    for (size_t i = 0; i < plan->n_ops; i++) {
        if (plan->ops[i].peer == FELT_PLAN_NO_PEER)
            continue;
        outcomes[plan->ops[i].peer].n_ops++;
        outcomes[plan->ops[i].peer].refused |= results[i] != 0;
    }
    for (size_t i = 0; i < plan->n_troubles; i++) {
        uint32_t peer = plan->troubles[i].peer;

        outcomes[peer].troubled = true;
        tell_trouble(desired, &plan->troubles[i], &stories[peer], &lines);
    }
    for (size_t i = 0; i < desired->n_peers; i++)
        stories[i].plain = plan->plain[i];
    n_repaired = tell_peers(desired, outcomes, link_is_new, stories, &lines);
    tell_removals(plan, results, &lines);
    if (lines > LINES_MAX)
        felt_log_info("kernel: and %zu more entries of the same kind", lines - LINES_MAX);
    return n_repaired;
}
